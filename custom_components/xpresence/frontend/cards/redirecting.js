/** One's own redirect, as if dialled at the phone. */

import { h } from "./view.js";

/** @import {MyCard} from "./my-card.js" */
/** @import {Scene} from "./live-card.js" */

/**
 * @param {MyCard} card
 * @param {Scene} scene
 */
export function changeRedirect(card, { t }) {
  /** @param {object} wish */
  const set = (wish) => {
    card.redirecting = false;
    card.act("redirect", "xpresence.set_redirect", { ...card.target(), ...wish });
  };
  /** @type {["to_voicemail" | "end_redirect" | "as_profile", object][]} */
  const wishes = [
    ["to_voicemail", { mode: "forward", target: "voicemail" }],
    ["end_redirect", { mode: "off" }],
    ["as_profile", { mode: "unchanged" }],
  ];
  return h(
    "section",
    { key: "redirecting", role: "group", "aria-label": t("change_redirect") },
    h(
      "div",
      { class: "pills" },
      wishes.map(([key, wish]) =>
        h("button", { class: "pill", onclick: () => set(wish) }, t(key)),
      ),
    ),
    h(
      "form",
      {
        class: "row",
        onsubmit: (/** @type {SubmitEvent} */ event) => {
          event.preventDefault();
          const form = /** @type {HTMLFormElement} */ (event.currentTarget);
          const target = String(new FormData(form).get("target") ?? "").trim();
          if (target) set({ mode: "forward", target });
        },
      },
      h("input", {
        type: "text",
        name: "target",
        required: true,
        "aria-label": t("redirect_to"),
        placeholder: t("redirect_to"),
      }),
      h("button", { class: "pill filled", type: "submit" }, t("set")),
    ),
  );
}
