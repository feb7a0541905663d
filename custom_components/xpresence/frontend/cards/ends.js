/** Until when something shall hold. */

/** @import {End, RenderContext} from "./types.js" */


/** Every duration that a card can offer. */
export const DURATIONS = /** @type {const} */ ([
  "minutes_30",
  "hour_1",
  "hours_2",
  "lunch_end",
  "rest_of_day",
  "tomorrow",
  "until_when",
  "until_return",
  "until_changed",
]);

/** Those it offers by itself. */
export const USUAL = DURATIONS.filter((key) => key !== "hours_2");

/** @typedef {typeof DURATIONS[number]} Duration */

const LUNCH_END = "13:00";
const DAY_START = "08:00";

/** @type {Record<string, object>} */
const SPANS = {
  minutes_30: { minutes: 30 },
  hour_1: { hours: 1 },
  hours_2: { hours: 2 },
};

/**
 * Return a duration as it is now; nothing where it makes no sense now.
 *
 * @param {RenderContext} ctx
 * @param {Duration} key
 * @param {{ lunch_end?: string, day_start?: string }} config
 * @returns {End | undefined}
 */
export function endOf(ctx, key, config) {
  const { t, clock, now } = ctx;
  const span = SPANS[key];
  if (span) return { key, label: t(/** @type {"hour_1"} */ (key)), end: { for: span } };
  if (key === "until_return" || key === "until_changed") {
    return { key, label: t(key), end: { ending: key } };
  }
  const until = momentOf(key, now, config);
  if (!until || until <= now) return undefined;
  const said = key === "tomorrow" ? "until_tomorrow" : /** @type {"lunch_end"} */ (key);
  const label = t(said, { time: clock.time(until) });
  return { key, label, end: { until: until.toISOString() } };
}

/**
 * @param {string} key
 * @param {Date} now
 * @param {{ lunch_end?: string, day_start?: string }} config
 */
function momentOf(key, now, { lunch_end = LUNCH_END, day_start = DAY_START }) {
  if (key === "lunch_end") return at(now, lunch_end, 0);
  if (key === "rest_of_day") return at(now, "00:00", 1);
  if (key === "tomorrow") return at(now, day_start, 1);
  return undefined;
}

/**
 * @param {Date} now
 * @param {string} time
 * @param {number} days how many days later
 */
function at(now, time, days) {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  const moment = new Date(now);
  moment.setDate(moment.getDate() + days);
  moment.setHours(hours, minutes, 0, 0);
  return moment;
}
