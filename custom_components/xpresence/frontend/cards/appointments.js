/** Today's appointments, each with what it does and where it comes from. */

import { bringBack, setAside } from "./dismissed.js";
import { STATUS_ICONS, icon } from "./looks.js";
import { HOUR } from "./time.js";
import { h } from "./view.js";

/** @import {MyCard} from "./my-card.js" */
/** @import {Scene} from "./live-card.js" */
/** @import {Appointment} from "./types.js" */

/**
 * @param {MyCard} card
 * @param {Scene} scene
 * @param {Appointment[]} appointments
 */
export function appointmentList(card, scene, appointments) {
  const { t, clock, now } = scene;
  const morning = new Date(now.getTime() + 12 * HOUR);
  const shown = appointments.filter(
    ({ start, end }) =>
      clock.sameDay(new Date(start), now) || (new Date(start) < morning && new Date(end) > now),
  );
  if (!shown.length) return null;
  return h(
    "section",
    { key: "appointments", "aria-label": t("appointments") },
    h("h3", null, t("appointments")),
    h("ul", { class: "list" }, shown.map((one) => line(card, scene, one))),
  );
}

/**
 * @param {MyCard} card
 * @param {Scene} scene
 * @param {Appointment} appointment
 */
function line(card, { t, clock, now }, appointment) {
  const { id, dismissed, start, end, subject, source, profile, status, planned } = appointment;
  const what = subject || t(planned ? "planned" : "private");
  const from = new Date(start);
  const to = new Date(end);
  const over = to <= now;
  const running = !over && from <= now;
  return h(
    "li",
    {
      key: id,
      class: `${status ?? "offline"} ${over || dismissed ? "over" : ""} ${running ? "running" : ""}`,
    },
    h("span", { class: "when" }, clock.moment(from, now), "–", clock.moment(to, now)),
    h("ha-icon", { icon: icon(STATUS_ICONS, status), "aria-hidden": "true" }),
    h(
      "span",
      { class: "grow" },
      h("span", { class: "strong" }, what),
      h(
        "span",
        { class: "small block" },
        [profile ?? t("ignored"), source, dismissed && t("is_set_aside")]
          .filter(Boolean)
          .join(" · "),
      ),
    ),
    !over &&
      profile &&
      card.may("choose_profile") &&
      (dismissed ? bringBack(card, t, id, what) : setAside(card, t, id, what)),
    planned &&
      card.may("plan_presence") &&
      h(
        "button",
        {
          class: "icon",
          "aria-label": t("cancel", { what: profile ?? t("planned") }),
          onclick: () =>
            card.act("cancel", "xpresence.cancel_planned_presence", { ...card.target(), planned }),
        },
        h("ha-icon", { icon: "mdi:close", "aria-hidden": "true" }),
      ),
  );
}
