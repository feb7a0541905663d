/**
 * The days as they were, for who lets them be recorded: for my card and for the panel.
 *
 * It is read when it is opened and while it is looked at; nothing of it is kept.
 */

import { words } from "./texts.js";
import { HOUR, MINUTE } from "./time.js";
import { h } from "./view.js";

/** @import {Hass, WordsOf} from "./types.js" */
/** @import {Clock} from "./time.js" */

/**
 * Who shows a history: what it is drawn into, and whose it is.
 *
 * @typedef {object} Host
 * @property {() => { person_id?: string | undefined, entity_id?: string | undefined }} whom
 * @property {(permission: string) => boolean} may
 * @property {() => void} draw
 *
 * @typedef {object} View
 * @property {Hass} hass
 * @property {Clock} clock
 * @property {Date} now
 *
 * @typedef {{ start: string, end: string, profile: string, status: string }} Held
 * @typedef {{ start: string, end: string, target: string | null, known: boolean }} Calls
 * @typedef {{ at: string, kind: string, text: string }} Change
 *
 * @typedef {object} HistoryAnswer what `xpresence/get_history` answers
 * @property {number} days for how long histories are kept; 0: not at all
 * @property {boolean} kept
 * @property {string} shown_to
 * @property {string | null} since
 * @property {Held[]} profiles
 * @property {Calls[]} calls
 * @property {Change[]} changes
 */

const TIERS = /** @type {const} */ (["owner", "delegate", "team"]);
const WEEK = 7;
/** How old what is shown may be, in milliseconds. */
const FRESH = MINUTE;

export class History {
  /** @param {Host} host */
  constructor(host) {
    this.host = host;
    /** @type {HistoryAnswer | undefined} */
    this.answer = undefined;
    /** The first day that is shown; undefined is today. */
    /** @type {Date | undefined} */
    this.day = undefined;
    this.week = false;
    /** Whether the person was asked if all of it shall be deleted. */
    this.sure = false;
    this.error = "";
    /** What was asked for last, and when. */
    this.asked = "";
    this.askedAt = 0;
  }

  /**
   * Read again when it is drawn next.
   */
  forget() {
    this.asked = "";
  }

  /** @param {View} view */
  view(view) {
    const t = words(view.hass, "history");
    const span = this.span(view);
    this.read(view, span);
    return h(
      "div",
      { class: "history", key: "history" },
      h("div", { role: "alert" }, this.error && h("p", { class: "alert" }, this.error)),
      this.answer && (this.answer.kept ? this.kept(view, t, this.answer, span) : this.offer(view, t, this.answer)),
    );
  }

  /**
   * Say what recording means, with the button that begins it.
   *
   * @param {View} view
   * @param {WordsOf<"history">} t
   * @param {HistoryAnswer} answer
   */
  offer(view, t, { days }) {
    if (!days) return h("p", { class: "small" }, t("not_allowed"));
    return [
      h("p", { class: "small" }, t("what_it_is", { days })),
      this.host.may("keep_history") &&
        h(
          "button",
          { class: "pill filled", onclick: () => this.send(view, "keep_history", { keep: true }) },
          t("record"),
        ),
    ];
  }

  /**
   * @param {View} view
   * @param {WordsOf<"history">} t
   * @param {HistoryAnswer} answer
   * @param {Date[]} span
   */
  kept(view, t, answer, span) {
    const list = answer.changes.filter((one) => one.text);
    return [
      this.steps(view, t, span),
      this.week
        ? span.slice(0, -1).map((begin, index) => day(view, t, answer, begin, span[index + 1] ?? begin))
        : [
            day(view, t, answer, ...ends(span)),
            list.length > 0
              ? h("ul", { class: "list" }, list.map((one) => line(view, one)))
              : h("p", { class: "small" }, t("nothing_changed")),
          ],
      this.host.may("keep_history") && this.own(view, t, answer),
    ];
  }

  /**
   * Day or week, and the way to those before and after.
   *
   * @param {View} view
   * @param {WordsOf<"history">} t
   * @param {Date[]} span
   */
  steps({ clock, now }, t, span) {
    const [begin, end] = ends(span);
    const last = end > now;
    /** @param {Date} day */
    const go = (day) => {
      this.day = clock.sameDay(day, now) && !this.week ? undefined : day;
      this.host.draw();
    };
    /** @param {boolean} week */
    const pick = (week) => {
      this.week = week;
      this.day = undefined;
      this.host.draw();
    };
    return h(
      "div",
      { class: "tools", key: "steps" },
      [false, true].map((week) =>
        h(
          "button",
          {
            class: "pill",
            key: String(week),
            "aria-pressed": String(this.week === week),
            onclick: () => pick(week),
          },
          t(week ? "week" : "day"),
        ),
      ),
      arrow("mdi:chevron-left", t("before"), false, () => go(before(clock, begin, span.length - 1))),
      h("span", { class: "grow", role: "status" }, called(clock, begin, end)),
      arrow("mdi:chevron-right", t("after"), last, () => go(end)),
    );
  }

  /**
   * What only the person may do: show it to others, delete it, end it.
   *
   * @param {View} view
   * @param {WordsOf<"history">} t
   * @param {HistoryAnswer} answer
   */
  own(view, t, answer) {
    return h(
      "div",
      { key: "own" },
      h(
        "label",
        { class: "field" },
        h("span", null, t("shown_to")),
        h(
          "select",
          {
            onchange: (/** @type {Event} */ event) => {
              const { value } = /** @type {HTMLSelectElement} */ (event.currentTarget);
              this.send(view, "keep_history", { keep: true, tier: value });
            },
          },
          TIERS.map((tier) =>
            h("option", { value: tier, key: tier, selected: answer.shown_to === tier }, t(tier)),
          ),
        ),
      ),
      h(
        "div",
        { class: "tools" },
        this.sure
          ? [
              h("span", { role: "status" }, t("sure")),
              button(t("delete"), "filled", () => this.send(view, "delete_history", {})),
              button(t("end"), "", () => this.send(view, "keep_history", { keep: false })),
              button(t("cancel"), "", () => this.ask(false)),
            ]
          : button(t("delete_or_end"), "", () => this.ask(true)),
      ),
    );
  }

  /** @param {boolean} sure */
  ask(sure) {
    this.sure = sure;
    this.host.draw();
  }

  /**
   * The midnights between which the days lie that are shown.
   *
   * @param {View} view
   */
  span({ clock, now }) {
    const count = this.week ? WEEK : 1;
    const begin = this.day ?? before(clock, midnight(clock, now), count - 1);
    const found = [begin];
    for (let number = 0; number < count; number += 1) {
      const last = found.at(-1) ?? begin;
      found.push(midnight(clock, new Date(last.getTime() + 36 * HOUR)));
    }
    return found;
  }

  /**
   * Read what is shown, unless that was done a moment ago.
   *
   * @param {View} view
   * @param {Date[]} span
   */
  async read({ hass }, span) {
    const [start, end] = ends(span).map((one) => one.toISOString());
    const wish = { ...this.host.whom(), start, end, language: hass.language };
    const asked = JSON.stringify(wish);
    const at = Date.now();
    if (asked === this.asked && at - this.askedAt < FRESH) return;
    [this.asked, this.askedAt] = [asked, at];
    try {
      const answer = await hass.callWS({ type: "xpresence/get_history", ...wish });
      if (this.asked !== asked) return;
      this.answer = answer;
      this.error = "";
    } catch (error) {
      this.error = /** @type {Error} */ (error).message ?? "";
    }
    this.host.draw();
  }

  /**
   * @param {View} view
   * @param {string} command
   * @param {object} said
   */
  async send({ hass }, command, said) {
    this.sure = false;
    try {
      await hass.callWS({ type: `xpresence/${command}`, ...this.host.whom(), ...said });
      this.error = "";
    } catch (error) {
      this.error = /** @type {Error} */ (error).message ?? "";
    }
    this.forget();
    this.host.draw();
  }
}

/**
 * One day: what held above, where calls went below; a gap is what nobody recorded.
 *
 * @param {View} view
 * @param {WordsOf<"history">} t
 * @param {HistoryAnswer} answer
 * @param {Date} begin
 * @param {Date} end
 */
function day({ clock }, t, answer, begin, end) {
  const profiles = answer.profiles.map((one) => ({
    ...one,
    label: one.profile,
    style: one.status,
  }));
  const calls = answer.calls.map((one) => ({
    ...one,
    label: !one.known ? t("somewhere") : (one.target ?? ""),
    style: one.target || !one.known ? "forwards" : "rings",
  }));
  const name = clock.weekday_.format(begin);
  return h(
    "div",
    { key: `day ${begin.getTime()}`, class: "day" },
    h("span", { class: "small" }, `${name} ${clock.date_.format(begin)}`),
    bar(clock, profiles, begin, end, t("profiles")),
    bar(clock, calls, begin, end, t("calls")),
    h("div", { class: "hours", "aria-hidden": "true" }, hours(clock, begin, end)),
  );
}

/**
 * @param {Clock} clock
 * @param {{ start: string, end: string, label: string, style: string }[]} stretches
 * @param {Date} begin
 * @param {Date} end
 * @param {string} name
 */
function bar(clock, stretches, begin, end, name) {
  const all = end.getTime() - begin.getTime();
  let at = begin.getTime();
  const found = [];
  for (const { start, end: over, label, style } of stretches) {
    const from = Math.max(Date.parse(start), begin.getTime());
    const to = Math.min(Date.parse(over), end.getTime());
    if (to <= from) continue;
    if (from > at) found.push(h("div", { style: width(from - at, all) }));
    const span = `${clock.time(new Date(from))}–${clock.time(new Date(to))}`;
    const said = label ? `${label}, ${span}` : span;
    found.push(
      h(
        "div",
        { class: `segment ${style}`, style: `${width(to - from, all)};min-width:0`, title: said },
        to - from > all / 9 && h("span", null, label),
      ),
    );
    at = to;
  }
  const said = stretches.map(({ label }) => label).filter(Boolean);
  const summary = `${name}: ${[...new Set(said)].join(", ")}`;
  return h("div", { class: "bar", style: "gap:0;height:24px", role: "img", "aria-label": summary }, found);
}

/**
 * @param {number} part
 * @param {number} all
 */
function width(part, all) {
  return `width:${((100 * part) / all).toFixed(2)}%;flex:none`;
}

/**
 * @param {Clock} clock
 * @param {Date} begin
 * @param {Date} end
 */
function hours(clock, begin, end) {
  const all = end.getTime() - begin.getTime();
  const marks = [];
  for (let at = begin.getTime() + HOUR; at < end.getTime(); at += HOUR) {
    const moment = new Date(at);
    if (clock.hour(moment) % 6) continue;
    const left = ((100 * (at - begin.getTime())) / all).toFixed(2);
    marks.push(h("span", { style: `left:${left}%` }, clock.time(moment)));
  }
  return marks;
}

/**
 * @param {View} view
 * @param {Change} change
 */
function line({ clock }, { at, kind, text }) {
  const symbol = kind === "profile" ? "mdi:account-outline" : "mdi:phone-forward-outline";
  return h(
    "li",
    { key: `${at} ${kind}` },
    h("span", { class: "when" }, clock.time(new Date(at))),
    h("ha-icon", { icon: symbol, "aria-hidden": "true" }),
    h("span", { class: "grow" }, text),
  );
}

/**
 * @param {string} name
 * @param {string} label
 * @param {boolean} disabled
 * @param {() => void} onclick
 */
function arrow(name, label, disabled, onclick) {
  return h(
    "button",
    { class: "icon", "aria-label": label, title: label, disabled, onclick },
    h("ha-icon", { icon: name, "aria-hidden": "true" }),
  );
}

/**
 * @param {string} label
 * @param {string} style
 * @param {() => void} onclick
 */
function button(label, style, onclick) {
  return h("button", { class: `pill ${style}`, key: label, onclick }, label);
}

/**
 * @param {Clock} clock
 * @param {Date} begin
 * @param {Date} end
 */
function called(clock, begin, end) {
  const last = new Date(end.getTime() - 1);
  const first = `${clock.weekday_.format(begin)} ${clock.date_.format(begin)}`;
  return clock.sameDay(begin, last) ? first : `${first} – ${clock.date_.format(last)}`;
}

/**
 * @param {Date[]} span
 * @returns {[Date, Date]}
 */
function ends(span) {
  const begin = span[0] ?? new Date();
  return [begin, span.at(-1) ?? begin];
}

/**
 * Return the midnight before a moment; days of 23 and 25 hours are days too.
 *
 * @param {Clock} clock
 * @param {Date} moment
 */
function midnight(clock, moment) {
  const step = 15 * MINUTE;
  let at = Math.floor(moment.getTime() / step) * step;
  while (clock.sameDay(new Date(at - step), moment)) at -= step;
  return new Date(at);
}

/**
 * Return the midnight of some days before.
 *
 * @param {Clock} clock
 * @param {Date} day a midnight
 * @param {number} count
 */
function before(clock, day, count) {
  let found = day;
  for (let number = 0; number < count; number += 1) {
    found = midnight(clock, new Date(found.getTime() - MINUTE));
  }
  return found;
}
