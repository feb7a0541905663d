/** What both cards share: a subscription, actions, and what went wrong. */

import { PresenceElement } from "./element.js";
import { MINUTE } from "./time.js";
import { h } from "./view.js";

/** @import {Hass, RenderContext} from "./types.js" */
/** @import {Child} from "./view.js" */

const ERRORS = () => import("./errors.js");

/** A card that follows a subscription of xpresence. */
export class LiveCard extends PresenceElement {
  constructor() {
    super();
    /** What went wrong with the last action, in the user's words. */
    this.error = "";
    /** Which action runs now, to show it where it was asked for. */
    this.doing = "";
    /** @type {(() => void) | undefined} */
    this.leave_ = undefined;
    this.following_ = "";
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.minute_ = undefined;
  }

  /**
   * @override
   * @param {Hass} hass
   * @param {Hass} [before]
   */
  changed(hass, before) {
    if (before?.connection !== hass.connection || before.language !== hass.language) {
      this.follow();
    }
    if (!before || before.locale !== hass.locale || before.localize !== hass.localize) {
      this.draw();
    }
  }

  /**
   * @override
   * @param {Record<string, any>} config
   */
  setConfig(config) {
    super.setConfig(config);
    this.follow();
  }

  /** @override */
  connectedCallback() {
    this.follow();
    this.minute_ = setInterval(() => this.draw(), MINUTE);
    super.connectedCallback();
  }

  disconnectedCallback() {
    clearInterval(this.minute_);
    this.unfollow();
  }

  /**
   * The command to follow.
   *
   * @returns {object}
   */
  command() {
    throw new Error("not said");
  }

  /**
   * Take a message of the subscription; undefined is before the first.
   *
   * @param {any} _message
   */
  take(_message) {}

  /**
   * @override
   * @param {Child[]} content
   * @returns {Child[]}
   */
  frame(content) {
    return [h("ha-card", null, h("div", { class: "card", lang: this.hass_?.language }, content))];
  }

  /** Follow what the configuration names, if that is not followed yet. */
  follow() {
    if (!this.hass_ || !this.isConnected) return;
    const command = { ...this.command(), language: this.hass_.language };
    const wanted = JSON.stringify(command);
    if (wanted === this.following_) return;
    this.unfollow();
    this.following_ = wanted;
    this.take(undefined);
    this.leave_ = subscribe(this.hass_, command, (message) => {
      this.take(message);
      this.draw();
    });
  }

  unfollow() {
    this.leave_?.();
    this.leave_ = undefined;
    this.following_ = "";
  }

  /**
   * Call an action; what goes wrong is shown in the card.
   *
   * @param {string} what which control asked
   * @param {string} action with its domain
   * @param {object} data
   * @returns {Promise<boolean>} whether it was done
   */
  async act(what, action, data) {
    const hass = /** @type {Hass} */ (this.hass_);
    const [domain = "", name = ""] = action.split(".");
    this.doing = what;
    this.error = "";
    this.draw();
    try {
      await hass.callService(domain, name, data, undefined, false);
    } catch (error) {
      this.error = await (await ERRORS()).explained(hass, error);
    }
    if (this.doing === what) this.doing = "";
    this.draw();
    return !this.error;
  }

  /**
   * The alert that says what went wrong.
   *
   * @param {RenderContext} ctx
   */
  alert(ctx) {
    const shown = this.error && this.later(ERRORS, (part) => part.alert(this, ctx));
    return h("div", { role: "alert", key: "alert" }, shown);
  }

}

/**
 * Follow a command until the returned function is called.
 *
 * @param {Hass} hass
 * @param {object} command
 * @param {(message: any) => void} told
 * @returns {() => void}
 */
export function subscribe(hass, command, told) {
  let over = false;
  const leaving = hass.connection.subscribeMessage((message) => {
    if (!over) told(message);
  }, command);
  leaving.catch((error) => {
    // Until xpresence is set up its commands are not there; the card says so.
    console.debug("xpresence:", error);
    if (!over) told({ person: null, people: {} });
  });
  return () => {
    over = true;
    leaving.then((leave) => leave()).catch(() => {
      // The connection is gone, and the subscription with it.
    });
  };
}
