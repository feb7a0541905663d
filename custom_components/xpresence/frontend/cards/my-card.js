/** My card: one person's presence, everything in reach. */

import { appointmentList } from "./appointments.js";
import { dismissedList } from "./dismissed.js";
import { endings, suggestedEnd } from "./ending.js";
import { myForm } from "./forms.js";
import { LiveCard, skeleton } from "./live-card.js";
import { CALL_ICONS, STATUS_ICONS, icon, stateName } from "./looks.js";
import { because } from "./reason.js";
import { changeRedirect } from "./redirecting.js";
import { planning } from "./planning.js";
import { kept, redirectLine, ringHere } from "./redirect.js";
import { devices } from "./devices.js";
import { words } from "./texts.js";
import { timeline } from "./timeline.js";
import { h } from "./view.js";

/** @import {Scene} from "./live-card.js" */
/** @import {Details, Hass, Person, Told} from "./types.js" */

export class MyCard extends LiveCard {
  constructor() {
    super();
    /** @type {Told | undefined} */
    this.told = undefined;
    /** Whether an end is being picked, the redirect changed, the reasons read. */
    this.picking = false;
    this.redirecting = false;
    this.asking = false;
    /** Whether the connections are open; their module is loaded when they first are. */
    this.connecting = false;
    /** @type {import("./connections.js").Connections | undefined} */
    this.connections = undefined;
    /** The end that is offered; kept while one is picked. */
    this.suggestion = "";
    /** When the presence that is being planned begins, as it was proposed. */
    /** @type {Date | undefined} */
    this.begin = undefined;
  }

  // What Home Assistant asks of a card

  static getConfigForm() {
    return myForm();
  }

  /** @param {Hass} hass */
  static getStubConfig(hass) {
    const found = Object.entries(hass.entities).find(
      ([, known]) => known.platform === "xpresence" && known.translation_key === "profile",
    );
    return found ? { entity: found[0] } : {};
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
   * @param {Told | undefined} message
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

  // The view

  /**
   * @override
   * @param {Scene} scene
   */
  view(scene) {
    if (!this.told) return [skeleton()];
    const { person, details } = this.told;
    if (!person) {
      const said = this.config["entity"] ? "not_there" : "nobody";
      return [h("p", { class: "empty" }, scene.t(said))];
    }
    return [
      this.head(scene, person),
      ...(details
        ? this.detailed(scene, person, details)
        : [redirectLine(scene, person.redirect, true), h("p", { class: "small" }, scene.t("not_yours"))]),
    ];
  }

  /**
   * @param {Scene} scene
   * @param {Person} person
   */
  head(scene, person) {
    const { hass } = scene;
    const talking = person.call && person.call !== "idle";
    return h(
      "header",
      { class: `head ${person.status}`, key: "head" },
      h(
        "div",
        { class: "badge" },
        h("ha-icon", { icon: icon(STATUS_ICONS, person.status), "aria-hidden": "true" }),
      ),
      h(
        "div",
        { class: "grow", role: "status" },
        h("h2", { class: "small" }, this.config["name"] || person.name),
        h(
          "div",
          { class: "profile" },
          person.profile,
          h("span", { class: "hidden" }, ` (${stateName(hass, "sensor.status", person.status)})`),
        ),
        h("div", { class: "small" }, because(scene, person)),
        person.info_text && h("div", { class: "said" }, person.info_text),
      ),
      talking &&
        h(
          "div",
          { class: `call is-${person.call}` },
          h("ha-icon", { icon: icon(CALL_ICONS, person.call), "aria-hidden": "true" }),
          stateName(hass, "sensor.telephone", person.call ?? ""),
        ),
    );
  }

  /**
   * @param {Scene} scene
   * @param {Person} person
   * @param {Details} details
   */
  detailed(scene, person, details) {
    const hidden = new Set(this.config["hide"] ?? []);
    const chooses = this.may("choose_profile");
    return [
      redirectLine(
        scene,
        person.redirect,
        details.connected,
        details.timeline[0]?.redirect,
        this.may("change_redirect") &&
          this.toggle("redirecting", scene.t("change_redirect"), "mdi:pencil"),
        details.calls_from,
      ),
      this.may("change_redirect") && ringHere(this, scene, person, details),
      this.redirecting && this.may("change_redirect") && changeRedirect(this, scene),
      this.alert(scene),
      h("div", { class: "sections", key: "sections" }, [
        chooses && this.chips(scene, person, details),
        dismissedList(this, scene, details.dismissed),
        chooses && !hidden.has("ending") && endings(this, scene, person),
        chooses && !hidden.has("info_text") && this.infoText(scene, person),
        !hidden.has("devices") && devices(this, scene, details),
        !hidden.has("timeline") && timeline(scene, details.timeline),
        !hidden.has("appointments") && appointmentList(this, scene, details.appointments),
        this.may("plan_presence") && !hidden.has("appointments") && planning(this, scene, details),
        !hidden.has("why") && this.why(scene, details),
        !hidden.has("connections") && this.connected(scene),
      ]),
    ];
  }

  /**
   * @param {Scene} scene
   * @param {Person} person
   * @param {Details} details
   */
  chips(scene, person, details) {
    const { t } = scene;
    const byHand = details.chosen || details.dismissed.length > 0;
    return h(
      "section",
      { key: "profiles", role: "group", "aria-label": t("profile") },
      h("h3", null, t("profile")),
      h(
        "div",
        { class: "chips" },
        details.profiles.map(({ name, status }) =>
          h(
            "button",
            {
              class: `chip ${status}`,
              key: name,
              "aria-pressed": String(name === person.profile),
              "aria-busy": String(this.doing === `profile ${name}`),
              onclick: () =>
                this.act(`profile ${name}`, "select.select_option", {
                  ...this.target(),
                  option: name,
                }),
            },
            h("ha-icon", { icon: icon(STATUS_ICONS, status), "aria-hidden": "true" }),
            h("span", null, name),
          ),
        ),
      ),
      kept(scene, details.profiles, person.profile).map((said) => h("p", { class: "small" }, said)),
      byHand &&
        h(
          "button",
          {
            class: "link",
            key: "back",
            onclick: () => this.act("back", "xpresence.resume_automatic", this.target()),
          },
          h("ha-icon", { icon: "mdi:auto-mode", "aria-hidden": "true" }),
          t("back"),
        ),
    );
  }

  /**
   * @param {Scene} scene
   * @param {Person} person
   */
  infoText({ t }, person) {
    const entity_id = this.told?.entities?.["info_text"];
    if (!entity_id) return null;
    /** @param {string} value */
    const write = (value) => {
      if (value !== person.info_text) this.act("info_text", "text.set_value", { entity_id, value });
    };
    return h(
      "section",
      { key: "info_text" },
      h(
        "label",
        { class: "field" },
        h("span", null, t("info_text")),
        h("input", {
          type: "text",
          maxlength: 255,
          placeholder: t("info_text_hint"),
          value: person.info_text,
          onchange: (/** @type {Event} */ event) =>
            write(/** @type {HTMLInputElement} */ (event.currentTarget).value.trim()),
        }),
      ),
    );
  }

  /**
   * @param {Scene} scene
   * @param {Details} details
   */
  why({ t }, details) {
    return h(
      "section",
      { key: "why" },
      this.opener("asking", t("why")),
      this.asking && h("ul", { class: "reasons" }, details.why.map((said) => h("li", null, said))),
    );
  }

  /**
   * The calendars and the account, for who may connect any.
   *
   * @param {Scene} scene
   */
  connected(scene) {
    if (!this.may("connect_calendars") && !this.may("connect_microsoft")) return null;
    if (this.connecting && !this.connections) this.load();
    if (!this.connecting) this.connections?.leave();
    return h(
      "section",
      { key: "connections" },
      this.opener("connecting", scene.t("connections")),
      this.connecting && this.connections?.view(scene),
    );
  }

  async load() {
    try {
      const { Connections } = await import("./connections.js");
      this.connections ??= new Connections(this);
    } catch {
      this.connecting = false;
      this.error = words(/** @type {Hass} */ (this.hass_))("failed");
    }
    this.draw();
  }

  /** @override */
  disconnectedCallback() {
    super.disconnectedCallback();
    this.connections?.leave();
  }

  /**
   * A button with words that opens and closes a part of the card below it.
   *
   * @param {"asking" | "connecting"} part
   * @param {string} label
   */
  opener(part, label) {
    const open = this[part];
    return h(
      "button",
      {
        class: "link",
        "aria-expanded": String(open),
        onclick: () => {
          this[part] = !open;
          this.draw();
        },
      },
      h("ha-icon", { icon: open ? "mdi:chevron-up" : "mdi:chevron-down", "aria-hidden": "true" }),
      label,
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

  /** Open or close the choice of an end. */
  pick() {
    this.picking = !this.picking;
    this.suggestion = suggestedEnd(new Date());
    this.draw();
  }
}
