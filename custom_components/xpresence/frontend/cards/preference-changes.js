/** What a user decides to keep; loaded when they do. */

import { KEY, change, preferences } from "./preferences.js";

/** @import {Hass, Preferences} from "./types.js" */

/** Targets that are remembered. */
const MOST = 5;

/**
 * @param {Hass} hass
 * @param {string} person
 */
export function toggleFavourite(hass, person) {
  const { favourites } = preferences();
  const without = favourites.filter((one) => one !== person);
  const isOne = without.length < favourites.length;
  return keep(hass, { favourites: isOne ? without : [...favourites, person] });
}

/**
 * @param {Hass} hass
 * @param {string} target
 */
export function rememberTarget(hass, target) {
  const others = preferences().targets.filter((one) => one !== target);
  return keep(hass, { targets: [target, ...others].slice(0, MOST) });
}

/**
 * @param {Hass} hass
 * @param {Partial<Preferences>} changes
 */
async function keep(hass, changes) {
  const value = change(changes);
  try {
    await hass.callWS({ type: "frontend/set_user_data", key: KEY, value });
  } catch (error) {
    // It holds as long as this page is open.
    console.debug("xpresence:", error);
  }
}
