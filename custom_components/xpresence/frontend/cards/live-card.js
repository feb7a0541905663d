/** What both cards share: a subscription, actions, and one place that draws. */

import { styles } from "./styles.js";
import { load, loaded, words } from "./texts.js";
import { Clock, MINUTE } from "./time.js";
import { h, show } from "./view.js";

/** @import {Hass} from "./types.js" */
/** @import {Child} from "./view.js" */
/** @import {Words} from "./texts.js" */

/**
 * What every part of a card needs to draw itself.
 *
 * @typedef {object} Scene
 * @property {Hass} hass
 * @property {Words} t
 * @property {Clock} clock
 * @property {Date} now
 */

/** A card that follows a subscription of xpresence. */
export class LiveCard extends HTMLElement {
  constructor() {
    super();
    /** @type {Record<string, any>} */
    this.config = {};
    /** What went wrong with the last action, in the user's words. */
    this.error = "";
    /** Which action runs now, to show it where it was asked for. */
    this.doing = "";
    /** @type {Hass | undefined} */
    this.hass_ = undefined;
    /** @type {(() => void) | undefined} */
    this.leave_ = undefined;
    this.following_ = "";
    this.drawing_ = false;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.minute_ = undefined;
    this.root_ = this.attachShadow({ mode: "open" });
    this.root_.adoptedStyleSheets = [styles];
  }

  /** @param {Hass} hass */
  set hass(hass) {
    const before = this.hass_;
    this.hass_ = hass;
    load(hass);
    if (before?.connection !== hass.connection || before.language !== hass.language) {
      this.follow();
    }
    if (!before || before.locale !== hass.locale || before.localize !== hass.localize) {
      this.draw();
    }
  }

  /** @param {Record<string, any>} config */
  setConfig(config) {
    this.config = config;
    this.follow();
    this.draw();
  }

  connectedCallback() {
    this.follow();
    this.minute_ = setInterval(() => this.draw(), MINUTE);
    this.draw();
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
   * Describe the card's content.
   *
   * @param {Scene} _scene
   * @returns {Child[]}
   */
  view(_scene) {
    return [];
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

  /** Draw soon, once for many changes. */
  draw() {
    if (this.drawing_) return;
    this.drawing_ = true;
    queueMicrotask(() => {
      this.drawing_ = false;
      const hass = this.hass_;
      if (!hass || !this.isConnected) return;
      const t = words(hass);
      const scene = { hass, t, clock: new Clock(hass, t), now: new Date() };
      const content = loaded(hass) ? this.view(scene) : [skeleton()];
      show(this.root_, [h("ha-card", null, h("div", { class: "card" }, content))]);
    });
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
      this.error = await explained(hass, error);
    }
    if (this.doing === what) this.doing = "";
    this.draw();
    return !this.error;
  }

  /**
   * The alert that says what went wrong.
   *
   * @param {Scene} scene
   */
  alert({ t }) {
    return h(
      "div",
      { role: "alert", key: "alert" },
      this.error &&
        h(
          "div",
          { class: "alert" },
          h("ha-icon", { icon: "mdi:alert-circle-outline", "aria-hidden": "true" }),
          h("span", { class: "grow" }, this.error),
          h(
            "button",
            {
              class: "icon",
              "aria-label": t("dismiss"),
              onclick: () => {
                this.error = "";
                this.draw();
              },
            },
            h("ha-icon", { icon: "mdi:close", "aria-hidden": "true" }),
          ),
        ),
    );
  }
}

/** What is seen until there is something to show. */
export function skeleton() {
  return h("div", { class: "skeleton", "aria-busy": "true" });
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
