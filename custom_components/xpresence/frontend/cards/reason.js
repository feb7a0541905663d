/** How long a profile holds, and why, in a few words. */

/** @import {Scene} from "./types.js" */


/**
 * @param {Scene} scene
 * @param {{ until: string | null, reason: string }} what
 */
export function because(scene, { until, reason }) {
  const { t } = scene;
  const cause = reason.startsWith("chosen") ? t("chosen") : t.has(reason) ? t(reason) : "";
  return [duration(scene, until, reason), cause].filter(Boolean).join(" · ");
}

/**
 * @param {Scene} scene
 * @param {string | null} until
 * @param {string} reason
 */
function duration({ t, clock, now }, until, reason) {
  const time = until ? clock.moment(new Date(until), now) : "";
  if (reason.startsWith("chosen_") && t.has(reason)) {
    const ending = t(reason);
    return time ? t("until_latest", { until: ending, time }) : ending;
  }
  return time && t("until", { time });
}
