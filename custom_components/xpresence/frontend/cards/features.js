/** What Home Assistant's tile card, headings and views can show of a person. */

import { PresenceElement, isProfile } from "./element.js";

/** @import {Hass, RenderContext} from "./types.js" */

const VIEWS = () => import("./feature-views.js");

export class Feature extends PresenceElement {
  constructor() {
    super();
    /** @type {{ entity_id?: string } | undefined} */
    this.context_ = undefined;
    this.failed = false;
  }

  /** @param {{ entity_id?: string }} context */
  set context(context) {
    this.context_ = context;
    this.draw();
  }

  get entity() {
    return this.context_?.entity_id ?? "";
  }

  /**
   * Call an action; Home Assistant itself shows what goes wrong.
   *
   * @param {string} action with its domain
   * @param {object} data
   */
  async act(action, data) {
    const [domain = "", name = ""] = action.split(".");
    try {
      await this.hass_?.callService(domain, name, { entity_id: this.entity, ...data });
      this.failed = false;
    } catch (error) {
      console.debug("xpresence:", error);
      this.failed = true;
    }
    this.draw();
  }
}

/**
 * Return a feature by its name and its view.
 *
 * @param {string} type
 * @param {"profiles" | "redirect" | "automatic"} name
 */
function feature(type, name) {
  return class extends Feature {
    static getStubConfig() {
      return { type: `custom:${type}` };
    }

    static async getConfigForm() {
      return name === "profiles" ? (await import("./forms.js")).profilesForm() : undefined;
    }

    /**
     * @override
     * @param {RenderContext} ctx
     */
    view(ctx) {
      return [this.later(VIEWS, (views) => views[name](this, ctx))];
    }
  };
}

/** The profiles as chips; those of the configuration, in its order. */
export const ProfilesFeature = feature("xpresence-profiles", "profiles");
/** Where calls go, with what changes it in one tap. */
export const RedirectFeature = feature("xpresence-redirect", "redirect");
/** The way back to automatic. */
export const AutomaticFeature = feature("xpresence-automatic", "automatic");

/** A person's profile and status, for the head of a view and for headings. */
export class PresenceBadge extends PresenceElement {
  static async getConfigForm() {
    return (await import("./forms.js")).badgeForm();
  }

  /** @param {Hass} hass */
  static getStubConfig(hass) {
    const entity = Object.keys(hass.entities).find((id) => isProfile(hass, id));
    return entity ? { entity } : {};
  }

  /**
   * @override
   * @param {RenderContext} ctx
   */
  view(ctx) {
    return [this.later(VIEWS, (views) => views.badge(this, ctx))];
  }
}

/**
 * Tell whether the tile is about a person's profile.
 *
 * @param {Hass} hass
 * @param {{ entity_id?: string }} context
 */
export function isSupported(hass, context) {
  return isProfile(hass, context.entity_id);
}
