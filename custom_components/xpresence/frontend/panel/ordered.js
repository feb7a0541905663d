/** A list that is put in order by dragging or, with the keyboard, by buttons. */

import { h } from "../cards/view.js";

/** @import {Child} from "../cards/view.js" */
/** @import {Scene} from "./panel.js" */

/** What is being dragged. */
let dragged = -1;

/**
 * Describe the list. The last `fixed` items stay where they are.
 *
 * @template T
 * @param {Scene} scene
 * @param {T[]} items
 * @param {{ key: (item: T) => string, name: (item: T) => string, view: (item: T) => Child, fixed?: number }} how
 * @param {(order: T[]) => void} moved
 */
export function ordered({ t }, items, how, moved) {
  const last = items.length - (how.fixed ?? 0);
  /**
   * @param {number} from
   * @param {number} to
   */
  const move = (from, to) => {
    if (from < 0 || from === to || from >= last || to < 0 || to >= last) return;
    const order = [...items];
    order.splice(to, 0, ...order.splice(from, 1));
    moved(order);
  };
  /**
   * @param {number} at
   * @param {number} to
   * @param {"move_up" | "move_down"} words
   * @param {string} icon
   */
  const button = (at, to, words, icon) =>
    h(
      "button",
      {
        class: "icon",
        "aria-label": t(words, { name: how.name(/** @type {T} */ (items[at])) }),
        disabled: at >= last || to < 0 || to >= last,
        onclick: () => move(at, to),
      },
      h("ha-icon", { icon, "aria-hidden": "true" }),
    );
  return h(
    "ol",
    { class: "ordered" },
    items.map((item, at) =>
      h(
        "li",
        {
          key: how.key(item),
          draggable: at < last ? "true" : null,
          ondragstart: () => (dragged = at),
          ondragend: () => (dragged = -1),
          ondragover: (/** @type {Event} */ event) => event.preventDefault(),
          ondrop: (/** @type {Event} */ event) => {
            event.preventDefault();
            move(dragged, at);
            dragged = -1;
          },
        },
        button(at, at - 1, "move_up", "mdi:arrow-up"),
        button(at, at + 1, "move_down", "mdi:arrow-down"),
        how.view(item),
      ),
    ),
  );
}
