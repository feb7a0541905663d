/** What the person writes for others. */

import { h } from "./view.js";

/** @import {MyCard} from "./my-card.js" */
/** @import {Person, RenderContext} from "./types.js" */

/**
 * @param {MyCard} card
 * @param {RenderContext} ctx
 * @param {Person} person
 */
export function infoText(card, { t }, person) {
  const entity_id = card.told?.entities?.["info_text"];
  if (!entity_id) return null;
  /** @param {string} value */
  const write = (value) => {
    if (value !== person.info_text) card.act("info_text", "text.set_value", { entity_id, value });
  };
  return h(
    "section",
    { key: "info_text" },
    h(
      "label",
      { class: "field" },
      h("span", null, t("info_text")),
      h("input", {
        type: "text",
        maxlength: 255,
        placeholder: t("info_text_hint"),
        value: person.info_text,
        onchange: (/** @type {Event} */ event) =>
          write(/** @type {HTMLInputElement} */ (event.currentTarget).value.trim()),
      }),
    ),
  );
}
