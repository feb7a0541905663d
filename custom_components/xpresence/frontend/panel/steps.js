/** What will hold, one stretch of time after the other. */

import { STATUS_ICONS, icon } from "../cards/icons.js";
import { ruleInWords } from "../cards/redirect.js";
import { words } from "../cards/texts.js";
import { Clock } from "../cards/time.js";
import { h } from "../cards/view.js";

/** @import {Scene} from "./panel.js" */
/** @import {Step} from "../cards/types.js" */

/**
 * @param {Scene} scene
 * @param {Step[]} timeline
 */
export function steps({ hass, t }, timeline) {
  const cards = words(hass);
  const clock = new Clock(hass, cards);
  const now = new Date();
  const scene = { hass, t: cards, clock, now };
  if (!timeline.length) return h("p", { class: "small" }, t("nothing_known"));
  return h(
    "ol",
    { class: "steps" },
    timeline.map((step) =>
      h(
        "li",
        { class: `now ${step.status}` },
        h("ha-icon", { icon: icon(STATUS_ICONS, step.status), "aria-hidden": "true" }),
        h(
          "span",
          null,
          h("strong", null, step.profile),
          ` · ${when(clock, step, now)}`,
          h("span", { class: "small block" }, ruleInWords(scene, step.redirect)),
        ),
      ),
    ),
  );
}

/**
 * @param {Clock} clock
 * @param {Step} step
 * @param {Date} now
 */
function when(clock, step, now) {
  const end = clock.moment(new Date(step.end), now);
  const start = step.start ? new Date(step.start) : now;
  return start <= now ? `– ${end}` : `${clock.moment(start, now)} – ${end}`;
}
