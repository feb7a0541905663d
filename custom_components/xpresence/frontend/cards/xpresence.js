/**
 * Defines what a dashboard can show of us.
 *
 * Home Assistant replaces the registry of custom elements while it starts; what is
 * declared before that is never found. So everything waits for its own element.
 */

/** @import {Hass} from "./types.js" */

await customElements.whenDefined("home-assistant");
const [
  { MyCard },
  { TeamCard },
  { ProfilesFeature, RedirectFeature, AutomaticFeature, PresenceBadge, isSupported },
  { isProfile },
  { home, load, spoken },
] = await Promise.all([
  import("./my-card.js"),
  import("./team-card.js"),
  import("./features.js"),
  import("./element.js"),
  import("./texts.js"),
]);

/** What makes a dashboard when somebody wants one. */
class Dashboard extends HTMLElement {
  /**
   * @param {object} _config
   * @param {Hass} hass
   */
  static async generate(_config, hass) {
    return (await import("./strategy.js")).dashboard(hass);
  }
}

/** @type {[string, CustomElementConstructor][]} */
const elements = [
  ["xpresence-card", MyCard],
  ["xpresence-team-card", TeamCard],
  ["xpresence-profiles", ProfilesFeature],
  ["xpresence-redirect", RedirectFeature],
  ["xpresence-automatic", AutomaticFeature],
  ["xpresence-badge", PresenceBadge],
  ["ll-strategy-dashboard-xpresence", Dashboard],
];
for (const [tag, element] of elements) {
  if (!customElements.get(tag)) customElements.define(tag, element);
}

// The pickers ask for names at once, so the words are there before they open; the
// event comes after the log-in and whenever the user picks another language.
const frame = home();
const prepare = () => frame.hass && load(frame.hass);
frame.addEventListener("translations-updated", prepare);
prepare();

const documentationURL = "https://xpresence.github.io/xpresence/cards/";

offer("customCards", "xpresence-card", "my_card", {
  preview: true,
  documentationURL,
  getEntitySuggestion: suggest("xpresence-card"),
});
offer("customCards", "xpresence-team-card", "team_card", { preview: true, documentationURL });
offer("customCardFeatures", "xpresence-profiles", "profiles_feature", {
  isSupported,
  configurable: true,
});
offer("customCardFeatures", "xpresence-redirect", "redirect_feature", { isSupported });
offer("customCardFeatures", "xpresence-automatic", "automatic_feature", { isSupported });
offer("customBadges", "xpresence-badge", "presence_badge", {
  preview: true,
  documentationURL,
  getEntitySuggestion: suggest("xpresence-badge"),
});
offer("customStrategies", "xpresence", "dashboard", {
  strategyType: "dashboard",
  documentationURL,
});

/**
 * Return what offers a card or badge for a person's profile, and for nothing else.
 *
 * @param {string} type
 */
function suggest(type) {
  return (/** @type {Hass} */ hass, /** @type {string} */ entity) =>
    isProfile(hass, entity) ? { config: { type: `custom:${type}`, entity } } : null;
}

/**
 * Name something to one of Home Assistant's pickers. They keep the array that they
 * found, so it is pushed to and never replaced.
 *
 * @param {string} list
 * @param {string} type
 * @param {any} key of its name among the texts
 * @param {object} more
 */
function offer(list, type, key, more) {
  /** @type {any} */
  const page = window;
  page[list] ??= [];
  page[list].push({
    type,
    // Asked for when something is picked, and then in the user's language.
    get name() {
      return spoken()?.(key) ?? "xpresence";
    },
    get description() {
      return spoken()?.(/** @type {any} */ (`${key}_does`));
    },
    ...more,
  });
}

export {};
