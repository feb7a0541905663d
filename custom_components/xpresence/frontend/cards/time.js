/** Times of day, as the user has set Home Assistant to write them. */

/** @import {Hass, Words} from "./types.js" */

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** Writes times for one user. */
export class Clock {
  /**
   * @param {Hass} hass
   * @param {Words} t
   */
  constructor(hass, t) {
    const { language, time_format: format, time_zone: zone } = hass.locale;
    const timeZone = zone === "server" ? hass.config.time_zone : undefined;
    /** @type {Intl.DateTimeFormatOptions} */
    const hours = { hour: "2-digit", minute: "2-digit" };
    if (format === "12") Object.assign(hours, { hour: "numeric", hour12: true });
    if (format === "24") hours.hourCycle = "h23";
    const where = format === "system" ? undefined : language;
    const zoned = timeZone ? { timeZone } : {};
    this.t = t;
    this.time_ = new Intl.DateTimeFormat(where, { ...hours, ...zoned });
    this.hour_ = new Intl.DateTimeFormat("en", { hour: "numeric", hourCycle: "h23", ...zoned });
    this.weekday_ = new Intl.DateTimeFormat(language, { weekday: "short", ...zoned });
    this.date_ = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", ...zoned });
    this.day_ = new Intl.DateTimeFormat("en-CA", zoned);
  }

  /** @param {Date} moment */
  time(moment) {
    return this.time_.format(moment);
  }

  /** @param {Date} moment */
  hour(moment) {
    return Number(this.hour_.format(moment));
  }

  /**
   * Tell whether two moments are of one day.
   *
   * @param {Date} one
   * @param {Date} other
   */
  sameDay(one, other) {
    return this.day_.format(one) === this.day_.format(other);
  }

  /**
   * Write a moment so that it cannot be taken for another day's.
   *
   * @param {Date} moment
   * @param {Date} now
   */
  moment(moment, now) {
    const time = this.time(moment);
    if (this.sameDay(moment, now)) return time;
    const days = Math.round((moment.getTime() - now.getTime()) / (24 * HOUR));
    if (this.sameDay(new Date(moment.getTime() - 24 * HOUR), now)) {
      return this.t("tomorrow", { time });
    }
    const day = days < 7 ? this.weekday_ : this.date_;
    return `${day.format(moment)} ${time}`;
  }
}

/**
 * Return a moment as an input of the kind `datetime-local` holds it.
 *
 * @param {Date} moment
 */
export function local(moment) {
  const shifted = new Date(moment.getTime() - moment.getTimezoneOffset() * MINUTE);
  return shifted.toISOString().slice(0, 16);
}
