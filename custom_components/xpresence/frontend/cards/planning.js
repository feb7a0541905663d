/** Presence planned ahead: a profile, from when, until when. */

import { HOUR, local } from "./time.js";
import { h } from "./view.js";

/** @import {MyCard} from "./my-card.js" */
/** @import {Scene} from "./live-card.js" */
/** @import {Details} from "./types.js" */

/**
 * @param {MyCard} card
 * @param {Scene} scene
 * @param {Details} details
 */
export function planning(card, scene, details) {
  const { t } = scene;
  return h(
    "section",
    { key: "planning" },
    h(
      "button",
      {
        class: "link",
        "aria-expanded": String(Boolean(card.begin)),
        onclick: () => open(card, !card.begin),
      },
      h("ha-icon", { icon: "mdi:calendar-plus", "aria-hidden": "true" }),
      t("plan_ahead"),
    ),
    card.begin && form(card, scene, details),
  );
}

/**
 * Open the form on the next full hour, or close it.
 *
 * @param {MyCard} card
 * @param {boolean} opens
 */
function open(card, opens) {
  card.begin = opens ? new Date(Math.ceil(Date.now() / HOUR) * HOUR) : undefined;
  card.draw();
}

/**
 * @param {MyCard} card
 * @param {Scene} scene
 * @param {Details} details
 */
function form(card, { t, now }, { profiles }) {
  const begin = card.begin ?? now;
  /** @param {SubmitEvent} event */
  const plan = async (event) => {
    event.preventDefault();
    const said = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
    /** @param {string} name */
    const moment = (name) => new Date(String(said.get(name))).toISOString();
    const info_text = String(said.get("info_text")).trim();
    const planned = await card.act("plan", "xpresence.plan_presence", {
      ...card.target(),
      profile: said.get("profile"),
      start: moment("start"),
      end: moment("end"),
      ...(info_text ? { info_text } : {}),
    });
    // What was refused stays, to be mended.
    if (planned) open(card, false);
  };
  return h(
    "form",
    { class: "stack", onsubmit: plan },
    field(
      t("profile"),
      h("select", { name: "profile" }, profiles.map(({ name }) => h("option", { value: name }, name))),
    ),
    when(t("begins_at"), "start", begin, now),
    when(t("ends_at"), "end", new Date(begin.getTime() + HOUR), now),
    field(t("info_text"), h("input", { type: "text", name: "info_text", maxlength: 255 })),
    h(
      "button",
      { class: "pill filled", type: "submit", "aria-busy": String(card.doing === "plan") },
      t("plan"),
    ),
  );
}

/**
 * @param {string} label
 * @param {string} name
 * @param {Date} moment
 * @param {Date} now
 */
function when(label, name, moment, now) {
  return field(
    label,
    h("input", {
      type: "datetime-local",
      name,
      required: true,
      min: local(now),
      defaultValue: local(moment),
    }),
  );
}

/**
 * @param {string} label
 * @param {import("./view.js").Child} input
 */
function field(label, input) {
  return h("label", { class: "field" }, h("span", null, label), input);
}
