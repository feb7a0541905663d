/** The team board: everyone at a glance. */

import { teamForm } from "./forms.js";
import { LiveCard, skeleton, subscribe } from "./live-card.js";
import { CALL_ICONS, REDIRECT_ICONS, STATUS_ICONS, STATUS_ORDER, icon, stateName } from "./looks.js";
import { because } from "./reason.js";
import { redirectLine, sentence } from "./redirect.js";
import { h } from "./view.js";

/** @import {Scene} from "./live-card.js" */
/** @import {Colleague, Told} from "./types.js" */

/** From how many people on a board is searched. */
const MANY = 5;

/** @type {Record<string, (one: Colleague, other: Colleague) => number>} */
const SORTS = {
  name: () => 0,
  status: (one, other) => STATUS_ORDER.indexOf(one.status) - STATUS_ORDER.indexOf(other.status),
  extension: (one, other) =>
    one.extension.localeCompare(other.extension, undefined, { numeric: true }),
};

export class TeamCard extends LiveCard {
  constructor() {
    super();
    /** @type {Map<string, Colleague> | undefined} */
    this.people = undefined;
    this.sought = "";
    this.available = false;
    this.sort = "";
    /** Whose details are open, and what is told of them. */
    this.open = "";
    /** @type {Told | undefined} */
    this.told = undefined;
    /** @type {(() => void) | undefined} */
    this.close_ = undefined;
  }

  // What Home Assistant asks of a card

  static getConfigForm() {
    return teamForm();
  }

  static getStubConfig() {
    return {};
  }

  getCardSize() {
    return 2 + (this.people?.size ?? 3);
  }

  getGridOptions() {
    return { columns: 12, min_columns: 6, rows: "auto" };
  }

  // The subscription

  /** @override */
  command() {
    const { entry } = this.config;
    return { type: "xpresence/subscribe_team", ...(entry ? { entry_id: entry } : {}) };
  }

  /**
   * @override
   * @param {{ complete?: boolean, people: Record<string, Colleague | null> } | undefined} message
   */
  take(message) {
    if (!message) {
      this.people = undefined;
      return;
    }
    const people = new Map(message.complete ? [] : this.people);
    for (const [id, person] of Object.entries(message.people)) {
      if (person) people.set(id, person);
      else people.delete(id);
    }
    this.people = people;
  }

  /** @override */
  unfollow() {
    super.unfollow();
    this.reveal("");
  }

  /**
   * Open one person's details and close any other's; the empty id closes all.
   *
   * @param {string} id
   */
  reveal(id) {
    this.close_?.();
    this.close_ = undefined;
    this.open = id;
    this.told = undefined;
    if (id && this.hass_) {
      const command = { type: "xpresence/subscribe_person", person_id: id };
      const { language } = this.hass_;
      this.close_ = subscribe(this.hass_, { ...command, language }, (message) => {
        this.told = message;
        this.draw();
      });
    }
    this.draw();
  }

  // The view

  /**
   * @override
   * @param {Scene} scene
   */
  view(scene) {
    const { t } = scene;
    if (!this.people) return [skeleton()];
    const found = this.found(scene);
    return [
      h("h2", { class: "title" }, this.config["name"] || t("team")),
      this.people.size >= MANY && this.tools(scene),
      h(
        "ul",
        { class: "team" },
        found.map((person) => this.row(scene, person)),
      ),
      !found.length && h("p", { class: "empty" }, t(this.people.size ? "no_match" : "no_team")),
    ];
  }

  /**
   * Return whom the tools leave, in order.
   *
   * @param {Scene} scene
   */
  found({ hass }) {
    const sought = this.sought.trim().toLocaleLowerCase();
    const order = SORTS[this.sort || this.config["sort"]] ?? SORTS["name"];
    return [...(this.people ?? new Map()).values()]
      .filter((person) => !this.available || person.status === "available")
      .filter(({ name, extension, profile, info_text }) =>
        [name, extension, profile, info_text].join("\n").toLocaleLowerCase().includes(sought),
      )
      .sort(
        (one, other) => order?.(one, other) || one.name.localeCompare(other.name, hass.language),
      );
  }

  /** @param {Scene} scene */
  tools({ t }) {
    const sort = this.sort || this.config["sort"] || "name";
    return h(
      "div",
      { class: "tools", key: "tools" },
      h("input", {
        type: "search",
        "aria-label": t("find"),
        placeholder: t("find"),
        value: this.sought,
        oninput: (/** @type {Event} */ event) => {
          this.sought = /** @type {HTMLInputElement} */ (event.currentTarget).value;
          this.draw();
        },
      }),
      h(
        "select",
        {
          "aria-label": t("sort"),
          onchange: (/** @type {Event} */ event) => {
            this.sort = /** @type {HTMLSelectElement} */ (event.currentTarget).value;
            this.draw();
          },
        },
        /** @type {("name" | "status" | "extension")[]} */ (["name", "status", "extension"]).map(
          (key) => h("option", { value: key, selected: key === sort }, t(`sort_${key}`)),
        ),
      ),
      h(
        "button",
        {
          class: "pill",
          "aria-pressed": String(this.available),
          onclick: () => {
            this.available = !this.available;
            this.draw();
          },
        },
        t("only_available"),
      ),
    );
  }

  /**
   * @param {Scene} scene
   * @param {Colleague} person
   */
  row(scene, person) {
    const { t, hass } = scene;
    const open = this.open === person.id;
    const status = stateName(hass, "sensor.status", person.status);
    const talking = person.call === "in_call" || person.call === "ringing";
    return h(
      "li",
      { key: person.id, class: person.status },
      h(
        "div",
        { class: "row" },
        h(
          "button",
          {
            class: "person",
            "aria-expanded": String(open),
            onclick: () => this.reveal(open ? "" : person.id),
          },
          h(
            "span",
            { class: "badge" },
            h("ha-icon", { icon: icon(STATUS_ICONS, person.status), "aria-hidden": "true" }),
          ),
          h(
            "span",
            { class: "grow" },
            h(
              "span",
              { class: "strong" },
              person.name,
              person.is_self && h("span", { class: "small" }, ` (${t("you")})`),
            ),
            h(
              "span",
              { class: "block" },
              person.profile,
              status !== person.profile && h("span", { class: "hidden" }, ` (${status})`),
              h("span", { class: "small" }, this.ending(scene, person)),
            ),
            person.info_text && h("span", { class: "small block quoted" }, person.info_text),
            person.redirect.status !== "off" &&
              h(
                "span",
                { class: `small block aside is-${person.redirect.status}` },
                h("ha-icon", {
                  icon: icon(REDIRECT_ICONS, person.redirect.status),
                  "aria-hidden": "true",
                }),
                sentence(scene, person.redirect),
              ),
          ),
          talking &&
            h(
              "span",
              { class: `call is-${person.call}` },
              h("ha-icon", { icon: icon(CALL_ICONS, person.call), "aria-hidden": "true" }),
              stateName(hass, "sensor.telephone", person.call ?? ""),
            ),
        ),
        !person.is_self &&
          h(
            "a",
            {
              class: "icon",
              href: `tel:${encodeURIComponent(person.extension)}`,
              "aria-label": t("call", { name: person.name }),
              title: t("call", { name: person.name }),
            },
            h("ha-icon", { icon: "mdi:phone", "aria-hidden": "true" }),
          ),
      ),
      open && this.details(scene, person),
    );
  }

  /**
   * @param {Scene} scene
   * @param {Colleague} person
   */
  ending(scene, person) {
    const said = because(scene, { until: person.until, reason: "" });
    return said && ` · ${said}`;
  }

  /**
   * @param {Scene} scene
   * @param {Colleague} person
   */
  details(scene, person) {
    const { t, hass } = scene;
    if (!this.told) return h("div", { class: "details", "aria-busy": "true" });
    const { details } = this.told;
    return h(
      "div",
      { class: "details" },
      h("div", { class: "small" }, [
        because(scene, person),
        person.call && ` · ${stateName(hass, "sensor.telephone", person.call)}`,
        ` · ${person.extension}`,
      ]),
      details
        ? [
            redirectLine(scene, person.redirect, details.connected, details.timeline[0]?.redirect),
            h("ul", { class: "reasons" }, details.why.map((said) => h("li", null, said))),
          ]
        : h("p", { class: "small" }, t("not_yours")),
      person.entity &&
        h(
          "button",
          { class: "link", onclick: () => this.openMore(person.entity ?? "") },
          h("ha-icon", { icon: "mdi:information-outline", "aria-hidden": "true" }),
          t("details_of", { name: person.name }),
        ),
    );
  }

  /**
   * Open Home Assistant's own dialog about an entity.
   *
   * @param {string} entityId
   */
  openMore(entityId) {
    this.dispatchEvent(
      new CustomEvent("hass-more-info", { detail: { entityId }, bubbles: true, composed: true }),
    );
  }
}
