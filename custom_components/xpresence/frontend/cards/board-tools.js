/** What finds and orders people on a board; loaded where there are many. */

import { h } from "./view.js";

/** @import {RenderContext} from "./types.js" */
/** @import {TeamCard} from "./team-card.js" */

/**
 * @param {TeamCard} card
 * @param {RenderContext} ctx
 */
export function tools(card, { t }) {
  const sort = card.sort || card.config["sort"] || "name";
  return h(
    "div",
    { class: "tools", key: "tools" },
    h("input", {
      type: "search",
      "aria-label": t("find"),
      placeholder: t("find"),
      value: card.sought,
      oninput: (/** @type {Event} */ event) => {
        card.sought = /** @type {HTMLInputElement} */ (event.currentTarget).value;
        card.draw();
      },
    }),
    h(
      "select",
      {
        "aria-label": t("sort"),
        onchange: (/** @type {Event} */ event) => {
          card.sort = /** @type {HTMLSelectElement} */ (event.currentTarget).value;
          card.draw();
        },
      },
      /** @type {("name" | "status" | "extension")[]} */ (["name", "status", "extension"]).map(
        (key) => h("option", { value: key, selected: key === sort }, t(`sort_${key}`)),
      ),
    ),
    h(
      "button",
      {
        class: "pill",
        "aria-pressed": String(card.available),
        onclick: () => {
          card.available = !card.available;
          card.draw();
        },
      },
      t("only_available"),
    ),
  );
}
