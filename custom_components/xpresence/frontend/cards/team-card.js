/** The team board: everyone at a glance. */

import { found } from "./board.js";
import { avatar, skeleton } from "./element.js";
import { LiveCard, subscribe } from "./live-card.js";
import { CALL_ICONS, REDIRECT_ICONS, icon, stateName } from "./icons.js";
import { preferences, read } from "./preferences.js";
import { because } from "./reason.js";
import { sentence } from "./redirect.js";
import { h } from "./view.js";

/** @import {Colleague, RenderContext, PersonMessage} from "./types.js" */

const COLLEAGUE = () => import("./colleague.js");
const GROUPS = () => import("./board-groups.js");
const TOOLS = () => import("./board-tools.js");

/** From how many people on a board is searched. */
const MANY = 5;

/** People that are shown at a time. */
const AT_ONCE = 60;

export class TeamCard extends LiveCard {
  constructor() {
    super();
    /** @type {Map<string, Colleague> | undefined} */
    this.people = undefined;
    this.sought = "";
    this.available = false;
    this.sort = "";
    this.all = false;
    /** What goes on, for whoever asked for it. */
    this.notice = "";
    /** Whose details are open, and what they say. */
    this.open = "";
    /** @type {PersonMessage | undefined} */
    this.told = undefined;
    /** @type {(() => void) | undefined} */
    this.close_ = undefined;
  }

  // What Home Assistant asks of a card

  static async getConfigForm() {
    return (await import("./forms.js")).teamForm();
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
   * Open one person's details only; an empty id closes them.
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
   * @param {RenderContext} ctx
   */
  view(ctx) {
    const { t } = ctx;
    if (!this.people) return [skeleton()];
    read(ctx.hass, () => this.draw());
    const people = found(ctx, this.people.values(), {
      sought: this.sought,
      available: this.available,
      sort: this.sort || this.config["sort"] || "name",
      away: this.config["away"],
    });
    const shown = this.all ? people : people.slice(0, AT_ONCE);
    return [
      h("h2", { class: "title" }, this.config["name"] || t("team")),
      this.alert(ctx),
      h("div", { role: "status", key: "notice", class: "small" }, this.notice),
      this.people.size >= MANY && this.later(TOOLS, (part) => part.tools(this, ctx)),
      this.config["group"] || preferences().favourites.length
        ? this.later(GROUPS, ({ grouped }) =>
            grouped(ctx, shown, this.config["group"]).map(({ title, people: some }) => [
              title && h("h3", { key: `title ${title}` }, title),
              this.list(ctx, title || t("team"), some),
            ]),
          )
        : this.list(ctx, t("team"), shown),
      !people.length && h("p", { class: "empty" }, t(this.people.size ? "no_match" : "no_team")),
      shown.length < people.length &&
        h(
          "button",
          {
            class: "link",
            key: "all",
            onclick: () => {
              this.all = true;
              this.draw();
            },
          },
          t("show_all", { count: people.length }),
        ),
    ];
  }

  /**
   * @param {RenderContext} ctx
   * @param {string} title
   * @param {Colleague[]} people
   */
  list(ctx, title, people) {
    const rows = people.map((person) => this.row(ctx, person));
    return h("ul", { class: "team", key: `list ${title}`, "aria-label": title }, rows);
  }

  /**
   * @param {RenderContext} ctx
   * @param {Colleague} person
   */
  row(ctx, person) {
    const { t, hass } = ctx;
    const open = this.open === person.id;
    const status = stateName(hass, "sensor.status", person.status);
    const self = this.caller(person);
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
          avatar(ctx, person),
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
              h("span", { class: "small" }, this.ending(ctx, person)),
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
                sentence(ctx, person.redirect),
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
              onclick: self && ((/** @type {Event} */ event) => this.call(event, self, person)),
            },
            h("ha-icon", { icon: "mdi:phone", "aria-hidden": "true" }),
          ),
      ),
      open && this.later(COLLEAGUE, (part) => part.details(this, ctx, person)),
    );
  }

  /**
   * Return who looks, if their phone system can call this colleague for them.
   *
   * @param {Colleague} person
   */
  caller({ office }) {
    for (const one of this.people?.values() ?? []) {
      if (one.is_self && one.places_calls && one.office === office) return one;
    }
    return undefined;
  }

  /**
   * Call through the phone system, not by this device.
   *
   * @param {Event} event
   * @param {Colleague} self
   * @param {Colleague} person
   */
  async call(event, self, person) {
    event.preventDefault();
    (await import("./calling.js")).call(this, self, person);
  }

  /**
   * @param {RenderContext} ctx
   * @param {Colleague} person
   */
  ending(ctx, person) {
    const said = because(ctx, { until: person.until, reason: "" });
    return said && ` · ${said}`;
  }

}
