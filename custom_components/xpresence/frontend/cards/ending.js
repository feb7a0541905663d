/** How long what holds now shall hold: one tap. */

import { USUAL, endOf } from "./ends.js";
import { HOUR, local } from "./time.js";
import { h } from "./view.js";

const PICKER = () => import("./end-picker.js");

/** @import {MyCard} from "./my-card.js" */
/** @import {Duration} from "./ends.js" */
/** @import {End, Person, RenderContext} from "./types.js" */

/**
 * @param {MyCard} card
 * @param {RenderContext} ctx
 * @param {Person} person
 */
export function endings(card, ctx, person) {
  const { t } = ctx;
  const byHand = person.reason.startsWith("chosen");
  /** @type {Duration[]} */
  const durations = card.config["durations"]?.length ? card.config["durations"] : USUAL;
  return h(
    "section",
    { key: "ending", role: "group", "aria-label": t("how_long") },
    h("h3", null, t("how_long")),
    h(
      "div",
      { class: "pills", "aria-busy": String(card.doing === "ending") },
      durations.map((key) => {
        if (key === "until_when") {
          const set = byHand && person.reason === "chosen" && person.until !== null;
          return pill(t(key), set, () => pick(card), { "aria-expanded": String(card.picking) });
        }
        const end = endOf(ctx, key, card.config);
        if (!end) return null;
        const pressed = person.reason === `chosen_${key}`;
        return pill(end.label, pressed, () => choose(card, person, end));
      }),
    ),
    card.picking && card.later(PICKER, (part) => part.picker(card, ctx, person)),
  );
}

/**
 * @param {MyCard} card
 * @param {Person} person
 * @param {End} end
 */
export function choose(card, { profile }, { end }) {
  card.picking = false;
  card.choose("ending", "xpresence.set_profile", { profile, ...end });
}

/**
 * @param {string} label
 * @param {boolean} pressed
 * @param {() => void} onclick
 * @param {object} [more]
 */
export function pill(label, pressed, onclick, more) {
  const props = { class: "pill", key: label, "aria-pressed": String(pressed), onclick };
  return h("button", { ...props, ...more }, label);
}

/**
 * Open or close the choice of an end; in two hours, at a quarter, is proposed.
 *
 * @param {MyCard} card
 */
function pick(card) {
  const quarter = HOUR / 4;
  card.picking = !card.picking;
  card.suggestion = local(new Date(Math.ceil((Date.now() + 2 * HOUR) / quarter) * quarter));
  card.draw();
}
