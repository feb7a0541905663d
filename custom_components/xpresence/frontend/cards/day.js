/** What comes today: appointments and other changes as one list, with what each does. */

import { STATUS_ICONS, icon } from "./icons.js";
import { because } from "./reason.js";
import { ruleInWords } from "./redirect.js";
import { HOUR } from "./time.js";
import { h } from "./view.js";

/** @import {MyCard} from "./my-card.js" */
/** @import {Appointment, Details, Dismissed, RenderContext, Step} from "./types.js" */

/** Changes that are listed besides the appointments. */
const LISTED = 6;

/**
 * @param {MyCard} card
 * @param {RenderContext} ctx
 * @param {Details} details
 */
export function dayList(card, ctx, details) {
  const appointments = ofToday(ctx, details.appointments);
  const listed = new Set(appointments.map(({ id }) => id));
  const lines = [
    ...appointments.map((one) => ({
      at: Date.parse(one.start),
      line: appointmentLine(card, ctx, one, details.timeline),
    })),
    ...changes(ctx, details.timeline, appointments).map((step) => ({
      at: Date.parse(step.start ?? ""),
      line: stepLine(ctx, step),
    })),
  ].sort((one, other) => one.at - other.at);
  return h(
    "ul",
    { class: "list" },
    details.dismissed
      .filter(({ id }) => !listed.has(id))
      .map((one) => dismissedLine(card, ctx, one)),
    lines.map(({ line }) => line),
  );
}

/**
 * @param {RenderContext} ctx
 * @param {Appointment[]} appointments
 */
function ofToday({ clock, now }, appointments) {
  const morning = new Date(now.getTime() + 12 * HOUR);
  return appointments.filter(
    ({ start, end }) =>
      clock.sameDay(new Date(start), now) || (new Date(start) < morning && new Date(end) > now),
  );
}

/**
 * Return what is to change and is not said by the line of an appointment.
 *
 * @param {RenderContext} ctx
 * @param {Step[]} steps
 * @param {Appointment[]} appointments
 */
function changes({ now }, steps, appointments) {
  return steps
    .filter(({ start, profile }) => {
      if (!start || new Date(start) <= now) return false;
      return !appointments.some(
        (one) =>
          !one.dismissed &&
          one.profile === profile &&
          Date.parse(one.start) === Date.parse(start),
      );
    })
    .slice(0, LISTED);
}

/**
 * @param {RenderContext} ctx
 * @param {Step} step
 */
function stepLine(ctx, step) {
  const { clock, now } = ctx;
  const cause = because(ctx, { until: null, reason: step.reason });
  return h(
    "li",
    { class: step.status, key: `step ${step.start}` },
    when(step.start ? clock.moment(new Date(step.start), now) : ""),
    symbol(icon(STATUS_ICONS, step.status)),
    words(step.profile, [rule(ctx, step), step.subject || cause]),
  );
}

/**
 * @param {RenderContext} ctx
 * @param {Step} step
 */
function rule(ctx, step) {
  const from = step.calls_from && ctx.t("from_profile", { profile: step.calls_from });
  return [ruleInWords(ctx, step.redirect), from].filter(Boolean).join(" ");
}

/**
 * @param {MyCard} card
 * @param {RenderContext} ctx
 * @param {Appointment} appointment
 * @param {Step[]} steps
 */
function appointmentLine(card, ctx, appointment, steps) {
  const { t, clock, now } = ctx;
  const { id, dismissed, start, end, subject, source, profile, status, planned } = appointment;
  const what = subject || (planned ? t("planned") : t("private"));
  const over = new Date(end) <= now;
  const running = !over && new Date(start) <= now;
  const step = covering(steps, Math.max(Date.parse(start), now.getTime()));
  const counts = !over && !dismissed && profile;
  const overridden = counts && step && step.profile !== profile;
  const classes = [status ?? "offline", over || dismissed ? "over" : "", running ? "running" : ""];
  return h(
    "li",
    { key: id, class: classes.join(" ") },
    when(`${clock.moment(new Date(start), now)}–${clock.moment(new Date(end), now)}`),
    symbol(dismissed ? "mdi:calendar-remove" : icon(STATUS_ICONS, status)),
    words(what, [
      profile ?? t("ignored"),
      counts && !overridden && step && rule(ctx, step),
      source,
      dismissed && !over && t("is_set_aside"),
      overridden && t("is_overridden", { profile: step.profile }),
    ]),
    !over && profile && card.may("choose_profile") &&
      (dismissed ? bringBack(card, ctx, id, what) : setAside(card, ctx, id, what)),
    planned && !over && card.may("plan_presence") && [
      button("mdi:pencil", t("change_plan", { what }), () => card.change(appointment)),
      button("mdi:close", t("cancel", { what: profile ?? t("planned") }), () =>
        card.act("cancel", "xpresence.cancel_planned_presence", { ...card.target(), planned }),
      ),
    ],
  );
}

/**
 * @param {Step[]} steps
 * @param {number} at
 */
function covering(steps, at) {
  return steps.find(
    ({ start, end }) => (!start || Date.parse(start) <= at) && at < Date.parse(end),
  );
}

/**
 * @param {MyCard} card
 * @param {RenderContext} ctx
 * @param {Dismissed} dismissed
 */
function dismissedLine(card, ctx, { id, reason, subject, start, end }) {
  const { t, clock, now } = ctx;
  const what = subject || (t.has(reason) ? t(reason) : reason);
  const span =
    start && end ? `${clock.moment(new Date(start), now)}–${clock.moment(new Date(end), now)}` : "";
  return h(
    "li",
    { class: "over", key: `dismissed ${id}` },
    when(span),
    symbol("mdi:calendar-remove"),
    words(what, [t("is_set_aside")]),
    card.may("choose_profile") && bringBack(card, ctx, id, what),
  );
}

/**
 * @param {MyCard} card
 * @param {RenderContext} ctx
 * @param {string} item
 * @param {string} what
 */
function bringBack(card, { t }, item, what) {
  return button("mdi:undo", t("bring_back", { what }), () =>
    card.choose("restore", "xpresence.restore", { item }),
  );
}

/**
 * @param {MyCard} card
 * @param {RenderContext} ctx
 * @param {string} item
 * @param {string} what
 */
function setAside(card, { t }, item, what) {
  return button("mdi:calendar-remove", t("set_aside_this", { what }), () =>
    card.choose("dismiss", "xpresence.dismiss", { item }),
  );
}

/** @param {string} said */
function when(said) {
  return h("span", { class: "when" }, said);
}

/** @param {string} name */
function symbol(name) {
  return h("ha-icon", { icon: name, "aria-hidden": "true" });
}

/**
 * @param {string} what
 * @param {(string | false | null | undefined)[]} more
 */
function words(what, more) {
  return h(
    "span",
    { class: "grow" },
    h("span", { class: "strong" }, what),
    h("span", { class: "small block" }, more.filter(Boolean).join(" · ")),
  );
}

/**
 * @param {string} name
 * @param {string} label
 * @param {() => void} onclick
 */
function button(name, label, onclick) {
  return h("button", { class: "icon", key: label, "aria-label": label, title: label, onclick }, symbol(name));
}
