/** What is said of calls that go elsewhere than a profile seems to say; loaded for that. */

import { h } from "./view.js";

/** @import {MyCard} from "./my-card.js" */
/** @import {Choice, Person, RenderContext} from "./types.js" */

/**
 * Say which profiles would leave calls where another one sends them.
 *
 * @param {RenderContext} ctx
 * @param {Choice[]} profiles
 * @param {string} current the one that holds; of it the redirect's line tells
 */
export function kept(ctx, profiles, current) {
  /** @type {Map<string, string[]>} */
  const names = new Map();
  for (const { name, keeps } of profiles) {
    if (!keeps || name === current) continue;
    const calls = keeps.targets.map(({ target }) => target).join(", ");
    const said = ctx.t("keeps_going", { target: calls, profile: keeps.profile });
    names.set(said, [...(names.get(said) ?? []), name]);
  }
  return [...names].map(([said, of]) => `${of.join(", ")}: ${said}`);
}

/**
 * Offer whoever said to be available to end a redirect that no profile set.
 *
 * @param {MyCard} card
 * @param {RenderContext} ctx
 * @param {Person} person
 */
export function ringHere(card, { t }, { redirect }) {
  const target = redirect.target ?? t("unknown");
  return h(
    "div",
    { class: "field", key: "ring_here" },
    h("span", { class: "small grow" }, t("away_though_available", { target })),
    h(
      "button",
      {
        class: "pill",
        onclick: () =>
          redirect.part === "follow_me"
            ? card.act("follow_me", "xpresence.set_follow_me", card.target())
            : card.act("redirect", "xpresence.set_redirect", {
                ...card.target(),
                mode: "off",
                condition: redirect.condition ?? "unconditional",
              }),
      },
      t("end_redirect"),
    ),
  );
}

/**
 * The way back from the last choice.
 *
 * @param {MyCard} card
 * @param {RenderContext} ctx
 */
export function undo(card, { t }) {
  return h(
    "button",
    {
      class: "link",
      onclick: () => {
        card.undoable = 0;
        card.act("undo", "xpresence.undo_choice", card.target());
      },
    },
    h("ha-icon", { icon: "mdi:undo", "aria-hidden": "true" }),
    t("undo"),
  );
}
