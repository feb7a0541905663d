/** Icons, colours and names of what has a state. */

/** @import {Hass} from "./types.js" */

/** Status → icon; the same as the status sensor's. Its colour is a class's. */
export const STATUS_ICONS = Object.freeze({
  available: "mdi:check-circle",
  busy: "mdi:circle",
  do_not_disturb: "mdi:minus-circle",
  be_right_back: "mdi:clock-outline",
  away: "mdi:clock",
  offline: "mdi:close-circle-outline",
});

/** Statuses in the order in which people look for somebody to talk to. */
export const STATUS_ORDER = Object.keys(STATUS_ICONS);

export const REDIRECT_ICONS = Object.freeze({
  active: "mdi:phone-forward",
  failed: "mdi:phone-alert",
  off: "mdi:phone",
  pending: "mdi:phone-sync",
  unknown: "mdi:phone-settings",
});

export const CALL_ICONS = Object.freeze({
  idle: "mdi:phone-hangup",
  in_call: "mdi:phone-in-talk",
  ringing: "mdi:phone-ring",
  unavailable: "mdi:phone-off",
});

/**
 * Return an icon's name.
 *
 * @param {Record<string, string>} icons
 * @param {string | null} state
 */
export function icon(icons, state) {
  return icons[state ?? ""] ?? "mdi:help-circle-outline";
}

/**
 * Return a state as Home Assistant translates it.
 *
 * @param {Hass} hass
 * @param {string} entity its domain and key, like `sensor.status`
 * @param {string} state
 */
export function stateName(hass, entity, state) {
  const key = `component.xpresence.entity.${entity}.state.${state}`;
  return hass.localize(key) || state;
}
