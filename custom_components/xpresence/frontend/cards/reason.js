/** How long a profile holds, and why, in a few words. */

/** @import {RenderContext} from "./types.js" */


/**
 * @param {RenderContext} ctx
 * @param {{ until: string | null, reason: string }} what
 */
export function because(ctx, { until, reason }) {
  const { t } = ctx;
  const cause = reason.startsWith("chosen") ? t("chosen") : t.has(reason) ? t(reason) : "";
  return [duration(ctx, until, reason), cause].filter(Boolean).join(" · ");
}

/**
 * @param {RenderContext} ctx
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
