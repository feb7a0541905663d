/**
 * The words of the frontend. They stand in `translations/<language>.json` under
 * `config_panel`, a section for each part of the frontend, and come through Home
 * Assistant: in the user's language, and in English where that lacks one.
 */

/** @import {Hass, Sections, WordsOf} from "./types.js" */

const ALL = "component.xpresence.config_panel";

/**
 * Fills every blank: a blank that is left out is an error, which Home Assistant logs.
 *
 * @type {Record<string, string>}
 */
const ANYTHING = new Proxy({}, { get: () => "", has: () => true });

/** The language that is being loaded. */
let loading = "";

/**
 * Load the words unless they are there or on their way. Home Assistant hands a `hass`
 * with another `localize` to everybody once they have come.
 *
 * @param {Hass} hass
 */
export async function load(hass) {
  const { language } = hass;
  if (loaded(hass) || loading === language) return;
  loading = language;
  try {
    await hass.loadBackendTranslation("config_panel", "xpresence");
  } catch (error) {
    // The connection was lost; whoever calls next tries again.
    console.debug("xpresence:", error);
  } finally {
    if (loading === language) loading = "";
  }
}

/**
 * Tell whether the words are there.
 *
 * @param {Hass} hass
 */
export function loaded(hass) {
  return Boolean(hass.localize(`${ALL}.cards.failed`));
}

/**
 * Return the words of a section.
 *
 * @template {keyof Sections} [S="cards"]
 * @param {Hass} hass
 * @param {S} [section]
 * @returns {WordsOf<S>}
 */
export function words(hass, section) {
  const path = `${ALL}.${section ?? "cards"}.`;
  /** @type {any} */
  const t = (/** @type {string} */ key, /** @type {any} */ blanks) =>
    hass.localize(path + key, blanks);
  t.has = (/** @type {string} */ key) => Boolean(hass.localize(path + key, ANYTHING));
  return t;
}

/** Return Home Assistant itself, where it asks without handing itself over. */
export function home() {
  /** @type {any} */
  const element = document.querySelector("home-assistant");
  return /** @type {(HTMLElement & { hass?: Hass })} */ (element);
}

/** Return the words of whoever is logged in, as soon as somebody is. */
export function spoken() {
  const { hass } = home();
  return hass && loaded(hass) ? words(hass) : undefined;
}
