/**
 * Defines the cards.
 *
 * Home Assistant replaces the registry of custom elements while it starts; whatever
 * is declared before that lands in the wrong one and is never found. So everything
 * waits for Home Assistant's own element, and only then are the cards even loaded.
 */

/** @import {Hass} from "./types.js" */

await customElements.whenDefined("home-assistant");
const [{ MyCard }, { TeamCard }, { home, load, spoken }] = await Promise.all([
  import("./my-card.js"),
  import("./team-card.js"),
  import("./texts.js"),
]);

/** @type {[string, CustomElementConstructor][]} */
const cards = [
  ["xpresence-card", MyCard],
  ["xpresence-team-card", TeamCard],
];
for (const [tag, card] of cards) {
  if (!customElements.get(tag)) customElements.define(tag, card);
}

// The picker asks for names at once, so the words are there before it opens; the
// event comes after the log-in and whenever the user picks another language.
const frame = home();
const prepare = () => frame.hass && load(frame.hass);
frame.addEventListener("translations-updated", prepare);
prepare();

const documentationURL = "https://github.com/xpresence/xpresence/blob/main/docs/cards.md";
/** @type {any} */
const page = window;
// Pushed to, never replaced: Home Assistant's picker keeps the array that it found.
page.customCards ??= [];
page.customCards.push(
  {
    type: "xpresence-card",
    // Asked for when a card is picked, and then in the user's language.
    get name() {
      return spoken()?.("my_card") ?? "xpresence";
    },
    get description() {
      return spoken()?.("my_card_does");
    },
    preview: true,
    documentationURL,
    getEntitySuggestion: suggestion,
  },
  {
    type: "xpresence-team-card",
    get name() {
      return spoken()?.("team_card") ?? "xpresence";
    },
    get description() {
      return spoken()?.("team_card_does");
    },
    preview: true,
    documentationURL,
  },
);

/**
 * Offer my card for a person's profile, and for nothing else.
 *
 * @param {Hass} hass
 * @param {string} entity
 */
function suggestion(hass, entity) {
  const known = hass.entities[entity];
  return known?.platform === "xpresence" && known.translation_key === "profile"
    ? { config: { type: "custom:xpresence-card", entity } }
    : null;
}

export {};
