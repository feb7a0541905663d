/** More of one colleague on the board; loaded when somebody is opened. */

import { openMore } from "./element.js";
import { stateName } from "./icons.js";
import { toggleFavourite } from "./preference-changes.js";
import { preferences } from "./preferences.js";
import { because } from "./reason.js";
import { redirectLine } from "./redirect.js";
import { h } from "./view.js";

/** @import {TeamCard} from "./team-card.js" */
/** @import {Colleague, RenderContext} from "./types.js" */

/**
 * @param {TeamCard} card
 * @param {RenderContext} ctx
 * @param {Colleague} person
 */
export function details(card, ctx, person) {
  const { t, hass } = ctx;
  if (!card.told) return h("div", { class: "details", "aria-busy": "true" });
  const { details } = card.told;
  return h(
    "div",
    { class: "details" },
    h("div", { class: "small" }, [
      because(ctx, person),
      person.call && ` · ${stateName(hass, "sensor.telephone", person.call)}`,
      ` · ${person.extension}`,
    ]),
    details
      ? [
          redirectLine(ctx, person.redirect, details.connected, details.timeline[0]?.redirect),
          h("ul", { class: "reasons" }, details.why.map((said) => h("li", null, said))),
        ]
      : h("p", { class: "small" }, t("not_yours")),
    favourite(card, ctx, person),
    card.caller(person) &&
      !person.is_self &&
      h(
        "a",
        { class: "link", href: `tel:${encodeURIComponent(person.extension)}` },
        h("ha-icon", { icon: "mdi:cellphone", "aria-hidden": "true" }),
        t("call_here"),
      ),
    person.entity &&
      h(
        "button",
        { class: "link", onclick: () => openMore(card, person.entity ?? "") },
        h("ha-icon", { icon: "mdi:information-outline", "aria-hidden": "true" }),
        t("details_of", { name: person.name }),
      ),
  );
}

/**
 * @param {TeamCard} card
 * @param {RenderContext} ctx
 * @param {Colleague} person
 */
function favourite(card, { t, hass }, { id }) {
  const isOne = preferences().favourites.includes(id);
  return h(
    "button",
    {
      class: "link",
      "aria-pressed": String(isOne),
      onclick: async () => {
        const kept = toggleFavourite(hass, id);
        card.draw();
        await kept;
      },
    },
    h("ha-icon", { icon: isOne ? "mdi:star" : "mdi:star-outline", "aria-hidden": "true" }),
    t("favourite"),
  );
}
