/** What went wrong, in the user's words; loaded when something does. */

import { words } from "./texts.js";
import { h } from "./view.js";

/** @import {LiveCard} from "./live-card.js" */
/** @import {Hass, RenderContext} from "./types.js" */

/**
 * @param {LiveCard} card
 * @param {RenderContext} ctx
 */
export function alert(card, { t }) {
  return h(
    "div",
    { class: "alert" },
    h("ha-icon", { icon: "mdi:alert-circle-outline", "aria-hidden": "true" }),
    h("span", { class: "grow" }, card.error),
    h(
      "button",
      {
        class: "icon",
        "aria-label": t("dismiss"),
        onclick: () => {
          card.error = "";
          card.draw();
        },
      },
      h("ha-icon", { icon: "mdi:close", "aria-hidden": "true" }),
    ),
  );
}

/**
 * Return Home Assistant's own words for an error.
 *
 * @param {Hass} hass
 * @param {any} error
 * @returns {Promise<string>}
 */
export async function explained(hass, error) {
  const { translation_domain: domain, translation_key: key } = error ?? {};
  if (domain && key) {
    const localize = await hass.loadBackendTranslation("exceptions", domain);
    const said = localize(
      `component.${domain}.exceptions.${key}.message`,
      error.translation_placeholders,
    );
    if (said) return said;
  }
  return error?.message || words(hass)("failed");
}
