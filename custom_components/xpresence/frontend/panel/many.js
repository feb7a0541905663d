/** What is set for many people by a pattern of their names: the PC, and a calendar. */

import { explained } from "../cards/errors.js";
import { h } from "../cards/view.js";

/** @import {PeoplePage} from "./people.js" */
/** @import {Scene} from "./panel.js" */

const SIGNS = /** @type {const} */ (["session", "locked", "active", "last_input", "idle"]);
/** Signs that an entity gives by being in one of some states. */
const BY_STATE = ["session", "locked", "active"];
/** What stands for somebody in a pattern, as a text that shows it needs it. */
const BLANKS = { name: "{name}", first: "{first}", last: "{last}", extension: "{extension}" };
/** What a calendar is named by, and what a pattern may look like, by its kind. */
/** @type {Record<string, { field: string, pattern: string, office: boolean }>} */
const KINDS = {
  exchange: { field: "mailbox", pattern: "{first}.{last}@example.com", office: true },
  notes: { field: "mail_file", pattern: "mail/{last}.nsf", office: true },
  home_assistant: { field: "calendar", pattern: "calendar.{name}", office: false },
};
const NAMED = 8;

export class Many {
  /** @param {PeoplePage} people */
  constructor(people) {
    this.people = people;
    /** @type {(typeof SIGNS)[number]} */
    this.sign = "session";
    this.pattern = "sensor.{name}_sessionstate";
    this.states = "";
    /** What the pattern comes to, by person. */
    /** @type {Record<string, { name: string, value: string, state: string | null }> | undefined} */
    this.hits = undefined;
    this.kind = "exchange";
    this.calendar = KINDS["exchange"]?.pattern ?? "";
    this.profile = "";
    this.marked = false;
    /** How far connecting has come, and what went wrong with whom. */
    this.progress = "";
    /** @type {Record<string, string>} */
    this.wrong = {};
  }

  draw() {
    this.people.panel.draw();
  }

  /** Forget what was shown for people who are not chosen any more. */
  forget() {
    this.hits = undefined;
    this.wrong = {};
    this.progress = "";
  }

  /**
   * A field with its words above it.
   *
   * @param {string} words
   * @param {"input" | "select"} tag
   * @param {Record<string, any>} props
   * @param {(value: string) => void} take
   * @param {...any} children
   */
  field(words, tag, props, take, ...children) {
    const event = tag === "select" ? "onchange" : "oninput";
    const id = `many ${props["name"]}`;
    return h(
      "div",
      { class: "asked", key: props["name"] },
      h("label", { for: id }, words),
      h(
        tag,
        {
          ...props,
          id,
          [event]: (/** @type {Event} */ { currentTarget }) => {
            take(/** @type {HTMLInputElement} */ (currentTarget).value);
            this.draw();
          },
        },
        children,
      ),
    );
  }

  /** @param {Scene} scene */
  view(scene) {
    const { t } = scene;
    return h(
      "details",
      { key: "more" },
      h("summary", null, t("more_many")),
      h("div", { class: "columns" }, this.pc(scene), this.calendars(scene)),
    );
  }

  /** @param {Scene} scene */
  pc({ t }) {
    return h(
      "fieldset",
      { class: "question", key: "pc" },
      h("legend", null, t("pc_many")),
      this.field(
        t("sign"),
        "select",
        { name: "sign" },
        (value) => {
          this.sign = /** @type {(typeof SIGNS)[number]} */ (value);
        },
        SIGNS.map((one) => h("option", { value: one, selected: one === this.sign }, t(`sign_${one}`))),
      ),
      this.field(t("pattern"), "input", { name: "pattern", type: "text", value: this.pattern }, (value) => {
        this.pattern = value;
        this.hits = undefined;
      }),
      h("p", { class: "small" }, t("pattern_help", BLANKS)),
      BY_STATE.includes(this.sign) &&
        this.field(t("states"), "input", { name: "states", type: "text", value: this.states }, (value) => {
          this.states = value;
        }),
      this.shown(t, true),
      h(
        "div",
        { class: "actions" },
        h("button", { type: "button", class: "pill", onclick: () => this.look(this.pattern) }, t("look")),
        this.hits &&
          this.hitting() > 0 &&
          h(
            "button",
            {
              type: "button",
              class: "pill filled",
              disabled: this.people.busy,
              onclick: () => this.setPc(t),
            },
            t("change_for", { count: this.hitting() }),
          ),
      ),
    );
  }

  hitting() {
    return Object.values(this.hits ?? {}).filter(({ state }) => state !== null).length;
  }

  /**
   * What the pattern comes to.
   *
   * @param {Scene["t"]} t
   * @param {boolean} entities whether it names entities, which are there or not
   */
  shown(t, entities) {
    if (!this.hits) return null;
    const all = Object.values(this.hits);
    const found = entities ? all.filter(({ state }) => state !== null) : all;
    const without = all.filter((one) => !found.includes(one)).map(({ name }) => name);
    const more = found.length - NAMED;
    return h(
      "div",
      { key: "hits", role: "status" },
      entities && h("p", null, t("hits", { count: found.length, all: all.length })),
      h(
        "ul",
        null,
        found
          .slice(0, NAMED)
          .map(({ name, value, state }) => h("li", null, `${name}: ${value}${state === null ? "" : ` (${state})`}`)),
        more > 0 && h("li", null, `+ ${more}`),
      ),
      without.length > 0 && h("p", { class: "small" }, t("misses", { people: without.join(", ") })),
    );
  }

  /** @param {string} pattern */
  async look(pattern) {
    const { panel, office, chosen } = this.people;
    panel.hush();
    const found = await panel.ask({
      type: "xpresence/people/pattern",
      entry_id: office,
      people: [...chosen],
      pattern,
    });
    this.hits = found?.hits;
    this.draw();
    return this.hits;
  }

  /** @param {Scene["t"]} t */
  async setPc(t) {
    const states = this.states.split(/[,;]/).map((one) => one.trim()).filter(Boolean);
    const done = await this.people.send(
      {
        type: "xpresence/people/pc",
        people: this.people.versions(),
        sign: this.sign,
        pattern: this.pattern,
        states: BY_STATE.includes(this.sign) ? states : [],
      },
      (result) => t("changed", { count: result.changed }),
    );
    if (done) this.forget();
    this.draw();
  }

  /** @param {Scene} scene */
  calendars({ t, localize }) {
    const profiles = this.people.data?.fields.find(({ key }) => key === "default_profile");
    const options = profiles?.selector["select"]?.options ?? [];
    return h(
      "fieldset",
      { class: "question", key: "calendars" },
      h("legend", null, t("calendars_many")),
      this.field(
        t("calendar_kind"),
        "select",
        { name: "kind" },
        (value) => {
          this.kind = value;
          this.calendar = KINDS[value]?.pattern ?? "";
          this.forget();
        },
        Object.keys(KINDS).map((one) =>
          h(
            "option",
            { value: one, selected: one === this.kind },
            localize(`selector.calendar_kind.options.${one}`) || one,
          ),
        ),
      ),
      this.field(t("pattern"), "input", { name: "calendar", type: "text", value: this.calendar }, (value) => {
        this.calendar = value;
      }),
      this.field(
        t("calendar_profile"),
        "select",
        { name: "profile" },
        (value) => {
          this.profile = value;
        },
        h("option", { value: "", selected: !this.profile }, "–"),
        options.map((/** @type {any} */ one) =>
          h("option", { value: one.label, selected: one.label === this.profile }, one.label),
        ),
      ),
      h(
        "label",
        { class: "row" },
        h("input", {
          type: "checkbox",
          checked: this.marked,
          onchange: (/** @type {Event} */ { currentTarget }) => {
            this.marked = /** @type {HTMLInputElement} */ (currentTarget).checked;
            this.draw();
          },
        }),
        h("span", null, t("calendar_rules")),
      ),
      h("p", { role: "status", key: "progress" }, this.progress),
      h(
        "ul",
        { key: "wrong" },
        Object.entries(this.wrong).map(([name, why]) => h("li", { class: "wrong" }, `${name}: ${why}`)),
      ),
      h(
        "button",
        {
          type: "button",
          class: "pill filled",
          disabled: this.people.busy || !this.calendar.trim(),
          onclick: () => this.connect(t),
        },
        t("connect_many", { count: this.people.chosen.size }),
      ),
    );
  }

  /**
   * Connect one after the other, each tried at its server as on the settings page.
   *
   * @param {Scene["t"]} t
   */
  async connect(t) {
    const { people } = this;
    const { hass } = people.panel;
    const { field, office } = KINDS[this.kind] ?? { field: "calendar", office: false };
    const hits = await this.look(this.calendar);
    this.hits = undefined;
    if (!hits) return;
    const meant = Object.entries(hits);
    people.busy = true;
    this.wrong = {};
    let done = 0;
    for (const [person_id, { name, value }] of meant) {
      this.progress = t("connecting", { done, all: meant.length });
      this.draw();
      try {
        await hass.callWS({
          type: "xpresence/connect_calendar",
          person_id,
          kind: this.kind,
          [field]: value,
          ...(office ? { account: true } : {}),
          ...(this.profile ? { default_profile: this.profile } : {}),
          categories_only: this.marked,
        });
        done += 1;
      } catch (error) {
        this.wrong[name] = await explained(hass, error);
      }
    }
    people.busy = false;
    this.progress = t("connected_many", { count: done });
    await people.read();
    this.draw();
  }
}
