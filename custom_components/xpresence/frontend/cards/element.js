/** What all our elements share: Home Assistant, drawing, loading on demand. */

import { STATUS_ICONS, icon } from "./icons.js";
import { styles } from "./styles.js";
import { load, loaded, words } from "./texts.js";
import { Clock } from "./time.js";
import { h, show } from "./view.js";

/** @import {Hass, RenderContext} from "./types.js" */
/** @import {Child} from "./view.js" */

export class PresenceElement extends HTMLElement {
  constructor() {
    super();
    /** @type {Record<string, any>} */
    this.config = {};
    /** @type {Hass | undefined} */
    this.hass_ = undefined;
    /** What was loaded on demand, by what loads it. */
    /** @type {Map<() => Promise<unknown>, unknown>} */
    this.parts_ = new Map();
    this.drawing_ = false;
    this.root_ = this.attachShadow({ mode: "open" });
    this.root_.adoptedStyleSheets = [styles];
  }

  /** @param {Hass} hass */
  set hass(hass) {
    const before = this.hass_;
    this.hass_ = hass;
    load(hass);
    this.changed(hass, before);
  }

  /** @param {Record<string, any>} config */
  setConfig(config) {
    this.config = config;
    this.draw();
  }

  /**
   * Whether this is only looked at, in a picker or an editor. What is shown is real, so
   * nothing in it may be touched.
   *
   * @param {boolean} preview
   */
  set preview(preview) {
    this.toggleAttribute("inert", Boolean(preview));
  }

  connectedCallback() {
    // A tile does not tell its features that it is only looked at.
    if (inDialog(this)) this.preview = true;
    this.draw();
  }

  /**
   * Home Assistant sets its state here.
   *
   * @param {Hass} _hass
   * @param {Hass} [_before]
   */
  changed(_hass, _before) {
    this.draw();
  }

  /**
   * Return the content, once the texts are loaded.
   *
   * @param {RenderContext} _scene
   * @returns {Child[]}
   */
  view(_scene) {
    return [];
  }

  /**
   * Return the frame around it.
   *
   * @param {Child[]} content
   * @returns {Child[]}
   */
  frame(content) {
    return content;
  }

  /**
   * Show what is loaded when it is first needed.
   *
   * @template P
   * @param {() => Promise<P>} load
   * @param {(part: P) => Child} show
   * @returns {Child}
   */
  later(load, show) {
    const part = /** @type {P | undefined} */ (this.parts_.get(load));
    if (part) return show(part);
    this.withPart(load, () => this.draw());
    return skeleton();
  }

  /**
   * @template P
   * @param {() => Promise<P>} load
   * @param {(part: P) => void} act
   */
  async withPart(load, act) {
    try {
      const [part, { withMoreStyles }] = await Promise.all([load(), import("./more-styles.js")]);
      withMoreStyles(this.root_);
      this.parts_.set(load, part);
      act(part);
    } catch (error) {
      console.debug("xpresence:", error);
      this.missed();
    }
  }

  /** What was to be loaded is not to be had. */
  missed() {}

  /** Draw soon, once for many changes. */
  draw() {
    if (this.drawing_) return;
    this.drawing_ = true;
    queueMicrotask(() => {
      this.drawing_ = false;
      const hass = this.hass_;
      if (!hass || !this.isConnected) return;
      const t = words(hass);
      const ctx = { hass, t, clock: new Clock(hass, t), now: new Date() };
      show(this.root_, this.frame(loaded(hass) ? this.view(ctx) : [skeleton()]));
    });
  }
}

const DIALOGS = new Set(["hui-card-picker", "hui-dialog-create-card", "hui-dialog-edit-card"]);

/**
 * Tell whether an element stands in a picker or an editor.
 *
 * @param {Node} element
 */
function inDialog(element) {
  let root = element.getRootNode();
  while (root instanceof ShadowRoot) {
    if (DIALOGS.has(root.host.localName)) return true;
    root = root.host.getRootNode();
  }
  return false;
}

/** What is seen until there is something to show. */
export function skeleton() {
  return h("div", { class: "skeleton", "aria-busy": "true" });
}

/**
 * A person's picture with their status, or the status alone.
 *
 * @param {RenderContext} ctx
 * @param {{ status: string, person_entity?: string | null }} person
 */
export function avatar({ hass }, { status, person_entity }) {
  const picture = hass.states[person_entity ?? ""]?.attributes["entity_picture"];
  const symbol = h("ha-icon", { icon: icon(STATUS_ICONS, status), "aria-hidden": "true" });
  return h(
    "div",
    { class: picture ? "badge with-picture" : "badge" },
    picture && h("img", { src: picture, alt: "" }),
    symbol,
  );
}

/**
 * Open Home Assistant's own dialog about an entity.
 *
 * @param {HTMLElement} from
 * @param {string} entityId
 */
export function openMore(from, entityId) {
  from.dispatchEvent(
    new CustomEvent("hass-more-info", { detail: { entityId }, bubbles: true, composed: true }),
  );
}

/**
 * Return another entity of the same person, by its key.
 *
 * @param {Hass} hass
 * @param {string} entity
 * @param {string} key
 */
export function sibling(hass, entity, key) {
  const known = hass.entities[entity];
  if (known?.platform !== "xpresence" || !known.device_id) return undefined;
  return Object.keys(hass.entities).find((id) => {
    const other = hass.entities[id];
    return other?.device_id === known.device_id && other?.translation_key === key;
  });
}

/**
 * Tell whether an entity is a person's profile.
 *
 * @param {Hass} hass
 * @param {string | undefined} entity
 */
export function isProfile(hass, entity) {
  const known = hass.entities[entity ?? ""];
  return known?.platform === "xpresence" && known.translation_key === "profile";
}
