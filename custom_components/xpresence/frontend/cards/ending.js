/** How long what holds now shall hold: one tap. */

import { HOUR, local } from "./time.js";
import { h } from "./view.js";

/** @import {MyCard} from "./my-card.js" */
/** @import {Scene} from "./live-card.js" */
/** @import {Person} from "./types.js" */

/** @type {["minutes_30" | "hour_1", object][]} */
const DURATIONS = [
  ["minutes_30", { for: { minutes: 30 } }],
  ["hour_1", { for: { hours: 1 } }],
];
/** @type {("until_return" | "until_changed")[]} */
const ENDINGS = ["until_return", "until_changed"];

/**
 * @param {MyCard} card
 * @param {Scene} scene
 * @param {Person} person
 */
export function endings(card, scene, person) {
  const { t, now } = scene;
  const byHand = person.reason.startsWith("chosen");
  /** @param {object} end */
  const choose = (end) => {
    card.picking = false;
    const { profile } = person;
    card.act("ending", "xpresence.set_profile", { ...card.target(), profile, ...end });
  };
  /**
   * @param {string} label
   * @param {boolean} pressed
   * @param {() => void} onclick
   * @param {object} [more]
   */
  const pill = (label, pressed, onclick, more) =>
    h(
      "button",
      { class: "pill", "aria-pressed": String(pressed), onclick, ...more },
      label,
    );
  return h(
    "section",
    { key: "ending", role: "group", "aria-label": t("how_long") },
    h("h3", null, t("how_long")),
    h(
      "div",
      { class: "pills", "aria-busy": String(card.doing === "ending") },
      DURATIONS.map(([key, end]) => pill(t(key), false, () => choose(end))),
      pill(
        t("until_when"),
        byHand && person.reason === "chosen" && person.until !== null,
        () => card.pick(),
        { "aria-expanded": String(card.picking) },
      ),
      ENDINGS.map((ending) =>
        pill(t(ending), person.reason === `chosen_${ending}`, () => choose({ ending })),
      ),
    ),
    card.picking &&
      h(
        "form",
        {
          class: "row",
          onsubmit: (/** @type {SubmitEvent} */ event) => {
            event.preventDefault();
            const form = /** @type {HTMLFormElement} */ (event.currentTarget);
            const value = String(new FormData(form).get("end") ?? "");
            if (value) choose({ until: new Date(value).toISOString() });
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
 * The end that is offered: in two hours, at a quarter.
 *
 * @param {Date} now
 */
export function suggestedEnd(now) {
  const quarter = HOUR / 4;
  return local(new Date(Math.ceil((now.getTime() + 2 * HOUR) / quarter) * quarter));
}
