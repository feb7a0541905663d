/** My card: one person's presence, everything in reach. */

import { chips } from "./chips.js";
import { isProfile, skeleton } from "./element.js";
import { endings } from "./ending.js";
import { head, nobody } from "./head.js";
import { LiveCard } from "./live-card.js";
import { redirectLine } from "./redirect.js";
import { words } from "./texts.js";
import { timeline } from "./timeline.js";
import { h } from "./view.js";

/** @import {Appointment, Details, Hass, Person, RenderContext, PersonMessage} from "./types.js" */
/** @import {Child} from "./view.js" */

/** The parts below the redirect, in the order in which they stand by themselves. */
export const SECTIONS = Object.freeze([
  "profiles",
  "ending",
  "info_text",
  "devices",
  "timeline",
  "why",
  "history",
  "connections",
]);

/** What there is something to connect with. */
const CONNECTS = ["connect_calendars", "connect_microsoft", "connect_phone"];
const CONNECTIONS = () => import("./connections.js");
const HISTORY = () => import("./history.js");
const HINTS = () => import("./hints.js");
const INFO_TEXT = () => import("./info-text.js");
const PLANNING = () => import("./planning.js");
const TELEPHONE = () => import("./telephone.js");
const REDIRECTING = () => import("./redirecting.js");

/** Milliseconds in which the last choice can be undone. */
const UNDO = 10_000;

export class MyCard extends LiveCard {
  constructor() {
    super();
    /** @type {PersonMessage | undefined} */
    this.told = undefined;
    /** Whether an end is being picked, the redirect changed. */
    this.picking = false;
    this.redirecting = false;
    /** What is open of the parts below. */
    this.open = new Set();
    /** @type {import("./history.js").History | undefined} */
    this.history = undefined;
    /** @type {import("./connections.js").Connections | undefined} */
    this.connections = undefined;
    /** The end that is offered; kept while one is picked. */
    this.suggestion = "";
    /** @type {import("./redirecting.js").RedirectWish | undefined} */
    this.wish = undefined;
    /** @type {import("./planning.js").Plan | undefined} */
    this.plan = undefined;
    /** Until when the last choice can be taken back. */
    this.undoable = 0;
  }

  // What Home Assistant asks of a card

  static async getConfigForm() {
    return (await import("./forms.js")).myForm();
  }

  /** @param {Hass} hass */
  static getStubConfig(hass) {
    const entity = Object.keys(hass.entities).find((id) => isProfile(hass, id));
    return entity ? { entity } : {};
  }

  getCardSize() {
    return 8;
  }

  getGridOptions() {
    return { columns: 12, min_columns: 6, rows: "auto" };
  }

  // The subscription

  /** @override */
  command() {
    const { entity } = this.config;
    return {
      type: "xpresence/subscribe_person",
      ...(entity ? { entity_id: entity } : {}),
    };
  }

  /**
   * @override
   * @param {PersonMessage | undefined} message
   */
  take(message) {
    this.told = message;
  }

  /** Whom actions mean. */
  target() {
    return { entity_id: this.told?.entities?.["profile"] };
  }

  /** @param {string} act */
  may(act) {
    return this.told?.may?.includes(act) ?? false;
  }

  /**
   * Choose, and offer for a while to take it back.
   *
   * @param {string} what which control asked
   * @param {string} action
   * @param {object} data
   */
  async choose(what, action, data) {
    this.undoable = 0;
    if (!(await this.act(what, action, { ...this.target(), ...data }))) return;
    this.undoable = Date.now() + UNDO;
    setTimeout(() => this.draw(), UNDO);
    this.draw();
  }

  // The view

  /**
   * @override
   * @param {RenderContext} ctx
   */
  view(ctx) {
    if (!this.told) return [skeleton()];
    const { person, details } = this.told;
    if (!person) {
      return [this.config["entity"] ? h("p", { class: "empty" }, ctx.t("not_there")) : nobody(ctx)];
    }
    return [
      head(this, ctx, person),
      ...(details
        ? this.detailed(ctx, person, details)
        : [redirectLine(ctx, person.redirect, true), h("p", { class: "small" }, ctx.t("not_yours"))]),
    ];
  }

  /**
   * @param {RenderContext} ctx
   * @param {Person} person
   * @param {Details} details
   */
  detailed(ctx, person, details) {
    const redirects = this.may("change_redirect");
    return [
      redirectLine(
        ctx,
        person.redirect,
        details.connected,
        details.timeline[0]?.redirect,
        redirects && this.toggle("redirecting", ctx.t("change_redirect"), "mdi:pencil"),
        details.calls_from,
      ),
      redirects &&
        awayThoughAvailable(person, details) &&
        this.later(HINTS, (part) => part.ringHere(this, ctx, person)),
      redirects &&
        this.redirecting &&
        this.later(REDIRECTING, (part) => part.changeRedirect(this, ctx, details)),
      this.alert(ctx),
      h(
        "div",
        { role: "status", key: "undo" },
        ctx.now.getTime() < this.undoable &&
          this.later(HINTS, (part) => part.undo(this, ctx)),
      ),
      h(
        "div",
        { class: "sections", key: "sections" },
        this.sections().map((name) => this.section(name, ctx, person, details)),
      ),
    ];
  }

  /** Return which parts are shown, in order. */
  sections() {
    if (this.config["compact"]) return ["profiles"];
    /** @type {readonly string[]} */
    const wanted = this.config["sections"]?.length ? this.config["sections"] : SECTIONS;
    /** @type {string[]} */
    const hidden = this.config["hide"] ?? [];
    return wanted.filter((name) => !hidden.includes(name));
  }

  /**
   * @param {string} name
   * @param {RenderContext} ctx
   * @param {Person} person
   * @param {Details} details
   * @returns {Child}
   */
  section(name, ctx, person, details) {
    const chooses = this.may("choose_profile");
    switch (name) {
      case "profiles":
        return chooses && chips(this, ctx, person, details);
      case "ending":
        return chooses && endings(this, ctx, person);
      case "info_text":
        return chooses && this.later(INFO_TEXT, (part) => part.infoText(this, ctx, person));
      case "devices":
        return this.later(TELEPHONE, (part) => part.devices(this, ctx, details));
      case "timeline":
        return timeline(this, ctx, details);
      case "why":
        return this.opened(ctx, name, () =>
          h("ul", { class: "reasons" }, details.why.map((said) => h("li", null, said))),
        );
      case "history":
        return this.told?.history?.days && this.opened(ctx, name, () => this.past(ctx));
      case "connections":
        return (
          CONNECTS.some((permission) => this.may(permission)) &&
          this.opened(ctx, name, () => this.connected(ctx))
        );
      default:
        return null;
    }
  }

  /** @param {RenderContext} ctx */
  past(ctx) {
    return this.later(HISTORY, (part) => {
      this.history ??= new part.History({
        whom: () => ({ entity_id: this.target().entity_id }),
        may: (permission) => this.may(permission),
        draw: () => this.draw(),
      });
      return this.history.view(ctx);
    });
  }

  /** @param {RenderContext} ctx */
  connected(ctx) {
    return this.later(CONNECTIONS, (part) => {
      this.connections ??= new part.Connections(this);
      return this.connections.view(ctx);
    });
  }

  /**
   * What is planned ahead; by `timeline.js`, at its end.
   *
   * @param {RenderContext} ctx
   * @param {Details} details
   */
  planning({ t, ...ctx }, details) {
    const { plan } = this;
    return h(
      "div",
      { key: "planning" },
      h(
        "button",
        {
          class: "link",
          "aria-expanded": String(Boolean(plan)),
          onclick: () => this.withPart(PLANNING, (part) => part.togglePlan(this)),
        },
        h("ha-icon", { icon: "mdi:calendar-plus", "aria-hidden": "true" }),
        t("plan_ahead"),
      ),
      plan && this.later(PLANNING, (part) => part.planForm(this, { t, ...ctx }, details, plan)),
    );
  }

  /**
   * Change something that was planned.
   *
   * @param {Appointment} known
   */
  change(known) {
    this.withPart(PLANNING, (part) => part.changePlan(this, known));
  }

  /** @override */
  missed() {
    this.error = this.hass_ ? words(this.hass_)("failed") : "";
    this.redirecting = false;
    this.open.clear();
    this.plan = undefined;
    this.draw();
  }

  /** @override */
  disconnectedCallback() {
    super.disconnectedCallback();
    this.connections?.leave();
  }

  /**
   * A part of the card below the words that open and close it.
   *
   * @param {RenderContext} ctx
   * @param {"why" | "history" | "connections"} part
   * @param {() => Child} show
   */
  opened({ t }, part, show) {
    const open = this.open.has(part);
    const name = open ? "mdi:chevron-up" : "mdi:chevron-down";
    return h(
      "section",
      { key: part },
      h(
        "button",
        {
          class: "link",
          "aria-expanded": String(open),
          onclick: () => {
            if (!this.open.delete(part)) this.open.add(part);
            this.history?.forget();
            if (part === "connections") this.connections?.leave();
            this.draw();
          },
        },
        h("ha-icon", { icon: name, "aria-hidden": "true" }),
        t(part),
      ),
      open && show(),
    );
  }

  /**
   * A button that opens and closes a part of the card.
   *
   * @param {"redirecting"} part
   * @param {string} label
   * @param {string} name
   */
  toggle(part, label, name) {
    return h(
      "button",
      {
        class: "icon",
        "aria-label": label,
        "aria-expanded": String(this[part]),
        onclick: () => {
          this[part] = !this[part];
          this.draw();
        },
      },
      h("ha-icon", { icon: this[part] ? "mdi:chevron-up" : name, "aria-hidden": "true" }),
    );
  }
}

/**
 * Tell whether calls go elsewhere though the person said to be available.
 *
 * @param {Person} person
 * @param {Details} details
 */
function awayThoughAvailable({ status, redirect }, { chosen, dismissed }) {
  const own = redirect.status === "active" && redirect.set_by !== "profile";
  return status === "available" && own && (chosen || dismissed.length > 0);
}
