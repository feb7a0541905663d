/** Today's appointments, each with what it does and where it comes from. */

import { STATUS_ICONS, icon } from "./looks.js";
import { HOUR } from "./time.js";
import { h } from "./view.js";

/** @import {Scene} from "./live-card.js" */
/** @import {Appointment} from "./types.js" */

/**
 * @param {Scene} scene
 * @param {Appointment[]} appointments
 */
export function appointmentList(scene, appointments) {
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
    h("ul", { class: "list" }, shown.map((one) => line(scene, one))),
  );
}

/**
 * @param {Scene} scene
 * @param {Appointment} appointment
 */
function line({ t, clock, now }, { start, end, subject, source, profile, status }) {
  const from = new Date(start);
  const to = new Date(end);
  const over = to <= now;
  const running = !over && from <= now;
  return h(
    "li",
    { class: `${status ?? "offline"} ${over ? "over" : ""} ${running ? "running" : ""}` },
    h("span", { class: "when" }, clock.moment(from, now), "–", clock.moment(to, now)),
    h("ha-icon", { icon: icon(STATUS_ICONS, status), "aria-hidden": "true" }),
    h(
      "span",
      { class: "grow" },
      h("span", { class: "strong" }, subject || t("private")),
      h(
        "span",
        { class: "small block" },
        [profile ?? t("ignored"), source].filter(Boolean).join(" · "),
      ),
    ),
  );
}
