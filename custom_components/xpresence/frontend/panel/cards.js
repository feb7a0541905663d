/** Team: the board, as large as the page. */

import { h } from "../cards/view.js";

/** @import {Panel, Scene} from "./panel.js" */

/** A page that is one of the cards. */
class CardPage {
  /**
   * @param {Panel} panel
   * @param {string} tag
   */
  constructor(panel, tag) {
    this.panel = panel;
    this.tag = tag;
    this.ready = Boolean(customElements.get(tag));
    if (!this.ready) {
      customElements.whenDefined(tag).then(() => {
        this.ready = true;
        panel.draw();
      });
    }
  }

  enter() {}

  leave() {}

  /** @param {Scene} scene */
  view({ hass }) {
    if (!this.ready) return [h("div", { class: "skeleton", "aria-busy": "true" })];
    return [h(this.tag, { key: this.tag, ".hass": hass })];
  }
}

export class TeamPage extends CardPage {
  /** @param {Panel} panel */
  constructor(panel) {
    super(panel, "xpresence-team-card");
  }
}
