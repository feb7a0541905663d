/** An end of one's own: a full hour by one tap, or any moment. Loaded when it is opened. */

import { choose, pill } from "./ending.js";
import { HOUR, MINUTE, local } from "./time.js";
import { h } from "./view.js";

/** @import {MyCard} from "./my-card.js" */
/** @import {End, Person, RenderContext} from "./types.js" */

/** Full hours that are offered. */
const HOURS = 6;

/**
 * @param {MyCard} card
 * @param {RenderContext} ctx
 * @param {Person} person
 */
export function picker(card, ctx, person) {
  const { t, now } = ctx;
  return h(
    "div",
    { key: "picker", class: "picker" },
    h(
      "div",
      { class: "pills" },
      fullHours(ctx).map((end) => pill(end.label, false, () => choose(card, person, end))),
    ),
    h(
      "form",
      {
        class: "row",
        onsubmit: (/** @type {SubmitEvent} */ event) => {
          event.preventDefault();
          const form = /** @type {HTMLFormElement} */ (event.currentTarget);
          const value = String(new FormData(form).get("end") ?? "");
          const until = new Date(value).toISOString();
          if (value) choose(card, person, { key: "", label: "", end: { until } });
        },
      },
      h("input", {
        type: "datetime-local",
        name: "end",
        "aria-label": t("ends_at"),
        required: true,
        min: local(now),
        defaultValue: card.suggestion,
      }),
      h("button", { class: "pill filled", type: "submit" }, t("set")),
    ),
  );
}

/**
 * Return the next full hours, the nearest first; one that is too near is left out.
 *
 * @param {RenderContext} ctx
 * @returns {End[]}
 */
export function fullHours({ clock, now }) {
  const first = Math.ceil((now.getTime() + 10 * MINUTE) / HOUR) * HOUR;
  return Array.from({ length: HOURS }, (_, index) => {
    const moment = new Date(first + index * HOUR);
    return {
      key: moment.toISOString(),
      label: clock.moment(moment, now),
      end: { until: moment.toISOString() },
    };
  });
}
