/** The head of my card: who, which profile, until and since when. */

import { avatar } from "./element.js";
import { CALL_ICONS, icon, stateName } from "./icons.js";
import { because } from "./reason.js";
import { h } from "./view.js";

/** @import {MyCard} from "./my-card.js" */
/** @import {Person, RenderContext} from "./types.js" */

/**
 * @param {MyCard} card
 * @param {RenderContext} ctx
 * @param {Person} person
 */
export function head(card, ctx, person) {
  const { hass } = ctx;
  const talking = person.call && person.call !== "idle";
  const since = card.told?.details?.since;
  return h(
    "header",
    { class: `head ${person.status}`, key: "head" },
    avatar(ctx, person),
    h(
      "div",
      { class: "grow", role: "status" },
      h("h2", { class: "small" }, card.config["name"] || person.name),
      h(
        "div",
        { class: "profile" },
        person.profile,
        h("span", { class: "hidden" }, ` (${stateName(hass, "sensor.status", person.status)})`),
      ),
      h(
        "div",
        { class: "small" },
        [
          because(ctx, person),
          since && ctx.t("since", { time: ctx.clock.moment(new Date(since), ctx.now) }),
        ]
          .filter(Boolean)
          .join(" · "),
      ),
      person.info_text && h("div", { class: "said" }, person.info_text),
    ),
    talking &&
      h(
        "div",
        { class: `call is-${person.call}` },
        h("ha-icon", { icon: icon(CALL_ICONS, person.call), "aria-hidden": "true" }),
        stateName(hass, "sensor.telephone", person.call ?? ""),
      ),
  );
}

/**
 * Say that the user is nobody here, and lead to where that is mended.
 *
 * @param {RenderContext} ctx
 */
export function nobody({ hass, t }) {
  const link = "/config/integrations/integration/xpresence";
  return h(
    "div",
    { class: "empty" },
    h("p", { class: "strong" }, t("nobody")),
    h("p", null, t(hass.user?.is_admin ? "nobody_admin" : "nobody_user")),
    hass.user?.is_admin && h("a", { class: "pill filled", href: link }, t("nobody_link")),
  );
}
