/** Automatic, follow-me and the hotline. */

import { h } from "./view.js";

const TELEPHONE = () => import("./telephone.js");

/** @import {MyCard} from "./my-card.js" */
/** @import {Details, RenderContext} from "./types.js" */

/**
 * @param {MyCard} card
 * @param {RenderContext} ctx
 * @param {Details} details
 */
export function devices(card, ctx, details) {
  return h(
    "section",
    { key: "devices", class: "devices" },
    automatic(card, ctx, details),
    (details.follow_me || details.agent) &&
      card.later(TELEPHONE, (part) => [
        part.followMe(card, ctx, details),
        part.teamDesk(card, ctx, details),
      ]),
  );
}

/**
 * @param {MyCard} card
 * @param {RenderContext} ctx
 * @param {Details} details
 */
function automatic(card, { t }, details) {
  const entity_id = card.told?.entities?.["automatic"];
  if (!entity_id || !card.may("choose_profile")) return null;
  const action = details.automatic ? "switch.turn_off" : "switch.turn_on";
  return h(
    "div",
    { class: "field", key: "automatic" },
    h("span", { id: "automatic" }, t("automatic")),
    h(
      "button",
      {
        class: "switch",
        role: "switch",
        "aria-checked": String(details.automatic),
        "aria-labelledby": "automatic",
        "aria-busy": String(card.doing === "automatic"),
        onclick: () => card.act("automatic", action, { entity_id }),
      },
      h("span", { class: "knob" }),
    ),
  );
}
