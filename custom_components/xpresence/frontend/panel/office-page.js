/** What the pages of one phone system share: which one, what was read, the messages. */

import { h } from "../cards/view.js";

/** @import {Panel, Scene} from "./panel.js" */
/** @import {Child} from "../cards/view.js" */

export class OneOfficePage {
  /**
   * @param {Panel} panel
   * @param {string} command what is read
   */
  constructor(panel, command) {
    this.panel = panel;
    this.command = command;
    /** @type {{ entry_id: string, title: string }[] | undefined} */
    this.offices = undefined;
    this.office = "";
    /** @type {any} */
    this.data = undefined;
  }

  /** @param {string[]} [_path] what follows the page's own name in the address */
  async enter(_path) {
    this.offices = (await this.panel.ask({ type: "xpresence/offices" })) ?? [];
    if (!this.offices?.some((one) => one.entry_id === this.office)) {
      this.office = this.offices?.[0]?.entry_id ?? "";
    }
    await this.read();
  }

  leave() {}

  async read() {
    if (!this.office) return;
    const read = await this.panel.ask({ type: this.command, entry_id: this.office });
    this.data = read ?? this.data;
    this.panel.draw();
  }

  /**
   * Store an order; whoever was told that somebody else changed it sees theirs.
   *
   * @param {Scene} scene
   * @param {string} which
   * @param {string[]} order
   * @param {string[]} seen
   */
  async reorder({ t }, which, order, seen) {
    this.panel.hush();
    const command = { type: "xpresence/office/order", entry_id: this.office };
    const stored = await this.panel.ask({ ...command, which, order, seen });
    if (stored) this.panel.done = t("saved");
    await this.read();
  }

  /** @param {Scene} scene */
  which({ t }) {
    if ((this.offices?.length ?? 0) < 2) return null;
    return h(
      "select",
      {
        key: "office",
        "aria-label": t("phone_system"),
        onchange: (/** @type {Event} */ event) => {
          this.office = /** @type {HTMLSelectElement} */ (event.currentTarget).value;
          this.data = undefined;
          this.read();
        },
      },
      this.offices?.map((one) =>
        h("option", { value: one.entry_id, selected: one.entry_id === this.office }, one.title),
      ),
    );
  }

  /**
   * @param {Scene} scene
   * @returns {Child[]}
   */
  view(scene) {
    if (!this.offices || (this.office && !this.data)) {
      return [h("div", { class: "skeleton", "aria-busy": "true" })];
    }
    if (!this.office) return [h("p", { class: "empty" }, scene.t("no_office"))];
    return [this.which(scene), ...this.content(scene)];
  }

  /**
   * @param {Scene} _scene
   * @returns {Child[]}
   */
  content(_scene) {
    return [];
  }
}
