/** What a user keeps for themselves, in Home Assistant: the same on every device. */

/** @import {Hass, Preferences} from "./types.js" */

export const KEY = "xpresence";
/** @type {Preferences} */
let known = { favourites: [], targets: [] };
/** @type {unknown} */
let readFrom;

/** Return what is known of it so far. */
export function preferences() {
  return known;
}

/**
 * Read it once for each connection.
 *
 * @param {Hass} hass
 * @param {() => void} changed called when it has come
 */
export async function read(hass, changed) {
  if (readFrom === hass.connection) return;
  readFrom = hass.connection;
  try {
    const { value } = await hass.callWS({ type: "frontend/get_user_data", key: KEY });
    known = { favourites: value?.favourites ?? [], targets: value?.targets ?? [] };
    changed();
  } catch (error) {
    console.debug("xpresence:", error);
    readFrom = undefined;
  }
}

/**
 * Hold something else from now on, as long as this page is open.
 *
 * @param {Partial<Preferences>} changes
 */
export function change(changes) {
  known = { ...known, ...changes };
  return known;
}
