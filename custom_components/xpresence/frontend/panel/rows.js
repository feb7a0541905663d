/** A table of many rows, of which only those in sight are drawn. */

import { h } from "../cards/view.js";

/** @import {Child} from "../cards/view.js" */

export const ROW = 52;
const AROUND = 12;
/** From how many rows on those out of sight are left out. */
const MANY = 120;

/** Remembers how far a table is scrolled. */
export class Rows {
  /** @param {() => void} draw */
  constructor(draw) {
    this.draw = draw;
    this.top = 0;
    this.height = 800;
  }

  /**
   * Describe the scrolling table.
   *
   * @template T
   * @param {string} label
   * @param {Child[]} head the cells of the header
   * @param {T[]} items
   * @param {(item: T, index: number) => import("../cards/view.js").Node_} row
   */
  view(label, head, items, row) {
    const all = items.length <= MANY;
    const first = all ? 0 : Math.max(0, Math.floor(this.top / ROW) - AROUND);
    const last = all
      ? items.length
      : Math.min(items.length, Math.ceil((this.top + this.height) / ROW) + AROUND);
    return h(
      "div",
      {
        class: "scroll",
        key: "rows",
        tabindex: "0",
        role: "region",
        "aria-label": label,
        onscroll: (/** @type {Event} */ event) => {
          const place = /** @type {HTMLElement} */ (event.currentTarget);
          const moved = Math.abs(place.scrollTop - this.top) > (AROUND / 2) * ROW;
          if (all || !moved) return;
          this.top = place.scrollTop;
          this.height = place.clientHeight;
          this.draw();
        },
      },
      h(
        "table",
        { "aria-rowcount": String(items.length + 1), "aria-label": label },
        h("thead", null, h("tr", null, head)),
        h(
          "tbody",
          null,
          first > 0 && gap("above", first),
          items.slice(first, last).map((item, at) => row(item, first + at)),
          last < items.length && gap("below", items.length - last),
        ),
      ),
    );
  }
}

/**
 * @param {string} key
 * @param {number} rows
 */
function gap(key, rows) {
  return h("tr", { key, "aria-hidden": "true" }, h("td", { style: `height:${rows * ROW}px;padding:0;border:0` }));
}
