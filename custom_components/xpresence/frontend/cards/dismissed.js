/** What would hold by itself, had nobody set it aside; each with its way back. */

import { h } from "./view.js";

/** @import {MyCard} from "./my-card.js" */
/** @import {Scene} from "./live-card.js" */
/** @import {Dismissed} from "./types.js" */

/**
 * @param {MyCard} card
 * @param {Scene} scene
 * @param {Dismissed[]} dismissed
 */
export function dismissedList(card, scene, dismissed) {
  if (!dismissed.length) return null;
  const { t } = scene;
  return h(
    "section",
    { key: "dismissed", "aria-label": t("set_aside") },
    h("h3", null, t("set_aside")),
    h("ul", { class: "list" }, dismissed.map((one) => line(card, scene, one))),
  );
}

/**
 * @param {MyCard} card
 * @param {Scene} scene
 * @param {Dismissed} dismissed
 */
function line(card, { t, clock, now }, { id, reason, subject, start, end }) {
  const what = subject || (t.has(reason) ? t(reason) : reason);
  const span =
    start && end ? `${clock.moment(new Date(start), now)}–${clock.moment(new Date(end), now)}` : "";
  return h(
    "li",
    { class: "over", key: id },
    h("span", { class: "when" }, span),
    h("ha-icon", { icon: "mdi:calendar-remove", "aria-hidden": "true" }),
    h("span", { class: "grow" }, what),
    card.may("choose_profile") && bringBack(card, t, id, what),
  );
}

/**
 * @param {MyCard} card
 * @param {import("./texts.js").Words} t
 * @param {string} id
 * @param {string} what
 */
export function bringBack(card, t, id, what) {
  return h(
    "button",
    {
      class: "icon",
      "aria-label": t("bring_back", { what }),
      title: t("bring_back", { what }),
      onclick: () => card.act("restore", "xpresence.restore", { ...card.target(), item: id }),
    },
    h("ha-icon", { icon: "mdi:undo", "aria-hidden": "true" }),
  );
}

/**
 * @param {MyCard} card
 * @param {import("./texts.js").Words} t
 * @param {string} id
 * @param {string} what
 */
export function setAside(card, t, id, what) {
  return h(
    "button",
    {
      class: "icon",
      "aria-label": t("set_aside_this", { what }),
      title: t("set_aside_this", { what }),
      onclick: () => card.act("dismiss", "xpresence.dismiss", { ...card.target(), item: id }),
    },
    h("ha-icon", { icon: "mdi:calendar-remove", "aria-hidden": "true" }),
  );
}
