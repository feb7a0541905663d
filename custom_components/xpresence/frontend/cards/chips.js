/** The profiles as chips. */

import { STATUS_ICONS, icon } from "./icons.js";
import { h } from "./view.js";

const HINTS = () => import("./hints.js");

/** @import {MyCard} from "./my-card.js" */
/** @import {Details, Person, RenderContext} from "./types.js" */

/**
 * @param {MyCard} card
 * @param {RenderContext} ctx
 * @param {Person} person
 * @param {Details} details
 */
export function chips(card, ctx, person, details) {
  const { t } = ctx;
  const byHand = details.chosen || details.dismissed.length > 0;
  /** @type {string[]} */
  const wanted = card.config["profiles"] ?? [];
  const offered = wanted.length
    ? wanted.flatMap((name) => details.profiles.filter((one) => one.name === name))
    : details.profiles;
  const longest = Math.max(0, ...offered.flatMap(({ name }) => name.split(/[\s-]/).map((word) => word.length)));
  return h(
    "section",
    { key: "profiles", role: "group", "aria-label": t("profile") },
    h("h3", null, t("profile")),
    h(
      "div",
      { class: card.config["compact"] ? "chips scroll" : "chips", style: `--longest:${longest}` },
      offered.map(({ name, status }) =>
        h(
          "button",
          {
            class: `chip ${status}`,
            key: name,
            "aria-pressed": String(name === person.profile),
            "aria-busy": String(card.doing === `profile ${name}`),
            onclick: () =>
              card.choose(`profile ${name}`, "select.select_option", { option: name }),
          },
          h("ha-icon", { icon: icon(STATUS_ICONS, status), "aria-hidden": "true" }),
          h("span", null, name),
        ),
      ),
    ),
    !card.config["compact"] &&
      offered.some(({ keeps }) => keeps) &&
      card.later(HINTS, (part) =>
        part
          .kept(ctx, offered, person.profile)
          .map((said) => h("p", { class: "small" }, said)),
      ),
    byHand &&
      h(
        "button",
        {
          class: "link",
          key: "back",
          onclick: () => card.choose("back", "xpresence.resume_automatic", {}),
        },
        h("ha-icon", { icon: "mdi:auto-mode", "aria-hidden": "true" }),
        t("back"),
      ),
  );
}
