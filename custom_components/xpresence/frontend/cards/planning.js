/** Presence planned ahead: a profile, from when, until when. Loaded when it is opened. */

import { HOUR, local } from "./time.js";
import { h } from "./view.js";

/** @import {MyCard} from "./my-card.js" */
/** @import {Appointment, Details, RenderContext} from "./types.js" */

/**
 * What is being planned or changed.
 *
 * @typedef {object} Plan
 * @property {Date} start
 * @property {Date} end
 * @property {string} [profile] what was picked so far
 * @property {Appointment} [known] what is changed
 */

/**
 * Open the form on the next full hour, or close it.
 *
 * @param {MyCard} card
 */
export function togglePlan(card) {
  const start = new Date(Math.ceil(Date.now() / HOUR) * HOUR);
  card.plan = card.plan ? undefined : { start, end: new Date(start.getTime() + HOUR) };
  card.draw();
}

/**
 * Open the form on something that was planned.
 *
 * @param {MyCard} card
 * @param {Appointment} known
 */
export function changePlan(card, known) {
  card.plan = { start: new Date(known.start), end: new Date(known.end), known };
  card.draw();
}

/**
 * @param {MyCard} card
 * @param {RenderContext} ctx
 * @param {Details} details
 * @param {Plan} plan
 */
export function planForm(card, { t, now }, { profiles }, plan) {
  const { start, end, known } = plan;
  // Nobody plans what holds by itself; what is changed may be anything.
  const choices = profiles.filter(
    ({ name, status }) => status !== "available" || name === known?.profile,
  );
  const picked = plan.profile ?? known?.profile ?? choices[0]?.name;
  return h(
    "form",
    {
      class: "stack",
      key: `plan ${known?.id ?? ""}`,
      onsubmit: (/** @type {SubmitEvent} */ event) => submit(event, card, known),
    },
    field(
      t("profile"),
      h(
        "select",
        {
          name: "profile",
          // A form that is drawn anew, after a refusal too, keeps what was picked.
          onchange: (/** @type {Event} */ event) => {
            plan.profile = /** @type {HTMLSelectElement} */ (event.currentTarget).value;
          },
        },
        choices.map(({ name }) =>
          h("option", { value: name, key: name, selected: name === picked }, name),
        ),
      ),
    ),
    text(t("plan_name"), "name", known?.subject ?? "", t("plan_name_hint")),
    when(t("begins_at"), "start", start, now),
    when(t("ends_at"), "end", end, now),
    text(t("info_text"), "info_text", "", t("info_text_hint")),
    h(
      "button",
      { class: "pill filled", type: "submit", "aria-busy": String(card.doing === "plan") },
      t(known ? "save" : "plan"),
    ),
  );
}

/**
 * @param {SubmitEvent} event
 * @param {MyCard} card
 * @param {Appointment} [known]
 */
async function submit(event, card, known) {
  event.preventDefault();
  const said = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
  /** @param {string} name */
  const moment = (name) => new Date(String(said.get(name))).toISOString();
  const info_text = String(said.get("info_text")).trim();
  const action = known ? "change_planned_presence" : "plan_presence";
  const planned = await card.act("plan", `xpresence.${action}`, {
    ...card.target(),
    ...(known ? { planned: known.planned } : {}),
    profile: said.get("profile"),
    name: String(said.get("name")).trim(),
    start: moment("start"),
    end: moment("end"),
    ...(info_text ? { info_text } : {}),
  });
  // What was refused stays, to be mended.
  if (!planned) return;
  card.plan = undefined;
  card.draw();
}

/**
 * @param {string} label
 * @param {string} name
 * @param {string} value
 * @param {string} placeholder
 */
function text(label, name, value, placeholder) {
  return field(
    label,
    h("input", { type: "text", name, maxlength: 255, placeholder, defaultValue: value }),
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
      min: local(moment < now ? moment : now),
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
