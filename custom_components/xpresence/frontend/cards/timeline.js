/** What holds today, from now on: a bar for the eye, a list for everybody, and plans. */

import { dayList } from "./day.js";
import { ruleInWords } from "./redirect.js";
import { HOUR } from "./time.js";
import { h } from "./view.js";

/** @import {MyCard} from "./my-card.js" */
/** @import {Details, RenderContext, Step} from "./types.js" */

const LEAST = 8 * HOUR;

/**
 * @param {MyCard} card
 * @param {RenderContext} ctx
 * @param {Details} details
 */
export function timeline(card, ctx, details) {
  const { t, clock, now } = ctx;
  const steps = details.timeline;
  const span = window(ctx, steps);
  const shown = steps.filter(
    (step) => new Date(step.end) > span.begin && (!step.start || new Date(step.start) < span.end),
  );
  const list = dayList(card, ctx, details);
  return h(
    "section",
    { key: "timeline", "aria-label": t("today") },
    h("h3", null, t("today")),
    h(
      "div",
      { class: "bar", "aria-hidden": "true" },
      shown.map((step) => segment(ctx, step, span)),
    ),
    h("div", { class: "hours", "aria-hidden": "true" }, hours(ctx, span)),
    list.children.length > 0
      ? list
      : h("p", { class: "small" }, t("nothing_changes", { time: clock.moment(span.end, now) })),
    card.may("plan_presence") && card.planning(ctx, details),
  );
}

/**
 * The rest of the day, or eight hours where less is left of it.
 *
 * @param {RenderContext} ctx
 * @param {Step[]} steps
 */
function window({ clock, now }, steps) {
  const begin = new Date(now);
  const last = steps.at(-1)?.end;
  let end = new Date(now.getTime() + LEAST);
  while (clock.sameDay(end, now)) end = new Date(end.getTime() + HOUR);
  // Back to the full hour, so that the day ends at midnight.
  end = new Date(Math.floor(end.getTime() / HOUR) * HOUR);
  if (last && new Date(last) < end) end = new Date(last);
  return { begin, end };
}

/**
 * @param {RenderContext} ctx
 * @param {Step} step
 * @param {{ begin: Date, end: Date }} span
 */
function segment(ctx, step, { begin, end }) {
  const from = Math.max(step.start ? Date.parse(step.start) : 0, begin.getTime());
  const to = Math.min(Date.parse(step.end), end.getTime());
  const width = (100 * (to - from)) / (end.getTime() - begin.getTime());
  const forwards = step.redirect.mode === "forward";
  return h(
    "div",
    {
      class: `segment ${step.status} ${forwards ? "forwards" : ""}`,
      style: `width:${width.toFixed(2)}%`,
      title: `${step.profile} · ${ruleInWords(ctx, step.redirect)}`,
    },
    width > 12 && h("span", null, step.profile),
  );
}

/**
 * @param {RenderContext} ctx
 * @param {{ begin: Date, end: Date }} span
 */
function hours({ clock }, { begin, end }) {
  const all = end.getTime() - begin.getTime();
  const every = all > 12 * HOUR ? 4 : 2;
  const marks = [];
  let at = Math.ceil(begin.getTime() / HOUR) * HOUR;
  for (; at <= end.getTime(); at += HOUR) {
    const moment = new Date(at);
    if (clock.hour(moment) % every) continue;
    const left = (100 * (at - begin.getTime())) / all;
    if (left < 5 || left > 95) continue;
    marks.push(h("span", { style: `inset-inline-start:${left.toFixed(2)}%` }, clock.time(moment)));
  }
  return marks;
}
