/** Office: the phone system's health, what counts first, rules, permissions, and a day. */

import { explained } from "../cards/errors.js";
import { h } from "../cards/view.js";
import { question } from "./fields.js";
import { OneOfficePage } from "./office-page.js";
import { ordered } from "./ordered.js";
import { steps } from "./steps.js";

/** @import {Field} from "./fields.js" */
/** @import {Panel, Scene} from "./panel.js" */

const SETTINGS = "/config/integrations/integration/xpresence";
/** Columns of the matrix that follow from the others. */
const ROLES = /** @type {const} */ (["owner", "acting_delegate", "reading_delegate", "automation", "satellite"]);

export class OfficePage extends OneOfficePage {
  /** @param {Panel} panel */
  constructor(panel) {
    super(panel, "xpresence/office/health");
    /** What was typed of rules and permissions, and is not stored yet. */
    /** @type {Record<"rules" | "permissions", Record<string, any>>} */
    this.typed = { rules: {}, permissions: {} };
    /** What the author had before them when they began to type. */
    /** @type {Record<"rules" | "permissions", any>} */
    this.seen = { rules: undefined, permissions: undefined };
    /** @type {Record<string, string>} */
    this.problems = {};
    this.person = "";
    this.date = "";
    /** @type {any[] | undefined} */
    this.timeline = undefined;
    this.busy = false;
  }

  /**
   * @override
   * @param {Scene} scene
   */
  content(scene) {
    const { t, localize } = scene;
    /** @type {string[]} */
    const sources = this.data.sources;
    const name = (/** @type {string} */ one) => localize(`selector.source.options.${one}`) || one;
    return [
      h(
        "div",
        { class: "columns" },
        this.health(scene),
        this.repairs(scene),
        h(
          "section",
          { class: "panelcard", key: "sources" },
          h("h2", null, t("sources")),
          h("p", { class: "small" }, t("sources_help")),
          ordered(
            scene,
            sources,
            { key: (one) => one, name, view: (one) => h("span", { class: "grow" }, name(one)), fixed: 1 },
            (order) => this.reorder(scene, "order", order, sources),
          ),
        ),
        this.day(scene),
        this.rules(scene),
      ),
      this.permissions(scene),
    ];
  }

  /** @param {Scene} scene */
  health({ t, hass, localize }) {
    const { data } = this;
    const { connected, since, version, poll_every: every, extensions, can, cannot } = data;
    const began = since && new Date(since).toLocaleString(hass.language);
    const named = (/** @type {string[]} */ some) =>
      some.map((one) => t(`can_${/** @type {"ring"} */ (one)}`)).join(", ") || "–";
    const all = `${SETTINGS}#config_entry=${this.office}`;
    const trip = data.round_trip_ms;
    return h(
      "section",
      { class: "panelcard", key: "health" },
      h("h2", null, data.title),
      h("p", null, connected ? t("connected", { since: began ?? "–" }) : t("not_connected")),
      version && h("p", { class: "small" }, version),
      h("p", { class: "small" }, every ? t("polled", { seconds: every }) : t("pushed")),
      trip !== null && h("p", { class: "small" }, t("round_trip", { time: trip })),
      statistics(t, data.statistics),
      extensions > 0 && h("p", { class: "small" }, t("extensions", { count: extensions })),
      data.failing > 0 && h("p", { class: "wrong" }, t("failing", { count: data.failing })),
      h("p", null, h("strong", null, `${t("can")}: `), named(can)),
      cannot.length > 0 && h("p", null, h("strong", null, `${t("cannot")}: `), named(cannot)),
      h(
        "p",
        null,
        h("strong", null, "Microsoft 365: "),
        data.microsoft.registered ? t("microsoft_people", { count: data.microsoft.people }) : t("microsoft_none"),
      ),
      h(
        "p",
        null,
        h("strong", null, `${localize("options.step.accounts.title")}: `),
        data.servers
          .map((/** @type {string} */ kind) => localize(`selector.calendar_kind.options.${kind}`) || kind)
          .join(", ") || "–",
      ),
      h("a", { class: "pill", href: all }, t("all_settings")),
    );
  }

  /** @param {Scene} scene */
  repairs({ t, localize }) {
    /** @type {any[]} */
    const issues = this.data.issues;
    return h(
      "section",
      { class: "panelcard", key: "repairs" },
      h("h2", null, t("repairs")),
      !issues.length && h("p", { class: "small" }, t("no_repairs")),
      h(
        "ul",
        { class: "list" },
        issues.map((one) =>
          h(
            "li",
            { key: one.id },
            h("ha-icon", {
              icon: one.severity === "warning" ? "mdi:alert-outline" : "mdi:alert-octagon-outline",
              "aria-hidden": "true",
            }),
            h("a", { href: "/config/repairs" }, localize(`issues.${one.key}.title`, one.placeholders) || one.key),
          ),
        ),
      ),
    );
  }

  /**
   * What was typed over what is stored.
   *
   * @param {"rules" | "permissions"} which
   */
  answers(which) {
    return { ...this.data[which].answers, ...this.typed[which] };
  }

  /**
   * @param {"rules" | "permissions"} which
   * @param {string} key
   * @param {any} value
   */
  type(which, key, value) {
    this.seen[which] ??= this.data[which].answers;
    this.typed[which] = { ...this.typed[which], [key]: value };
    this.panel.draw();
  }

  /**
   * @param {Scene} scene
   * @param {"rules" | "permissions"} which
   * @param {Field} field
   */
  asked(scene, which, field) {
    const described = { ...field, path: `options.step.${which}`, errors: "options.error" };
    return question(
      scene,
      described,
      this.answers(which)[field.key],
      (value) => this.type(which, field.key, value),
      this.problems[field.key],
    );
  }

  /**
   * @param {Scene} scene
   * @param {"rules" | "permissions"} which
   */
  saving({ t }, which) {
    const typed = Object.keys(this.typed[which]).length > 0;
    return h(
      "div",
      { class: "actions", key: "save" },
      h("button", { class: "pill filled", disabled: this.busy || !typed }, t("save")),
    );
  }

  /** @param {Scene} scene */
  rules(scene) {
    /** @type {Field[]} */
    const fields = this.data.rules.fields;
    return h(
      "form",
      {
        class: "panelcard",
        key: "rules",
        onsubmit: (/** @type {Event} */ event) => {
          event.preventDefault();
          this.store(scene, "rules");
        },
      },
      h("h2", null, scene.localize("options.step.rules.title")),
      h(
        "details",
        { key: "fields", open: Object.keys(this.problems).length > 0 || null },
        h("summary", null, scene.t("change_rules")),
        fields.map((field) => this.asked(scene, "rules", field)),
        this.saving(scene, "rules"),
      ),
    );
  }

  /** @param {Scene} scene */
  permissions(scene) {
    const { t, localize } = scene;
    /** @type {{ permissions: Record<string, Record<string, string>>, fields: Field[] }} */
    const { permissions, fields } = this.data.permissions;
    const answers = this.answers("permissions");
    const name = (/** @type {string} */ one) => localize(`selector.act.options.${one}`) || one;
    return h(
      "form",
      {
        class: "panelcard",
        key: "permissions",
        onsubmit: (/** @type {Event} */ event) => {
          event.preventDefault();
          this.store(scene, "permissions");
        },
      },
      h("h2", null, localize("options.step.permissions.title")),
      h("p", { class: "small" }, t("permissions_help")),
      h(
        "div",
        { class: "scroll matrix", tabindex: "0", role: "region", "aria-label": t("matrix") },
        h(
          "table",
          { "aria-label": t("matrix") },
          h(
            "thead",
            null,
            h(
              "tr",
              null,
              h("th", { scope: "col" }, localize("options.step.permissions.data.allowed")),
              ROLES.map((role) => h("th", { scope: "col", key: role }, t(`role_${role}`))),
            ),
          ),
          h(
            "tbody",
            null,
            Object.entries(permissions).map(([one, rules]) =>
              h(
                "tr",
                { key: one },
                h("th", { scope: "row", class: "wrap" }, name(one)),
                ROLES.map((role) =>
                  h("td", { key: role }, this.cell(scene, answers, one, role, rules[role] ?? "never")),
                ),
              ),
            ),
          ),
        ),
      ),
      h(
        "div",
        { class: "columns", key: "more" },
        fields.filter(({ key }) => key !== "allowed").map((field) => this.asked(scene, "permissions", field)),
      ),
      this.saving(scene, "permissions"),
    );
  }

  /**
   * One cell: ticked where an administrator decides, else what follows.
   *
   * @param {Scene} scene
   * @param {Record<string, any>} answers
   * @param {string} permission
   * @param {(typeof ROLES)[number]} role
   * @param {string} rule
   */
  cell({ t, localize }, answers, permission, role, rule) {
    /** @type {string[]} */
    const allowed = answers["allowed"];
    const granted = allowed.includes(permission);
    if (role === "owner") {
      const name = localize(`selector.act.options.${permission}`) || permission;
      return h("input", {
        type: "checkbox",
        "aria-label": name,
        checked: granted,
        onchange: (/** @type {Event} */ event) => {
          const on = /** @type {HTMLInputElement} */ (event.currentTarget).checked;
          const others = allowed.filter((one) => one !== permission);
          this.type("permissions", "allowed", on ? [...others, permission] : others);
        },
      });
    }
    const trust = answers[role === "satellite" ? "satellites" : "automations"];
    const follows =
      rule === "always" ||
      (rule === "office" && granted) ||
      (rule === "trust" && trust === "allowed");
    const shared = (rule === "delegates" || rule === "team") && granted;
    const said = shared ? "as_shared" : follows ? "allowed" : "forbidden";
    const as_person = rule === "trust" && role === "satellite" && trust === "as_person";
    const words = as_person ? t("as_person") : t(said);
    return h(
      "span",
      { class: "row" },
      h("ha-icon", {
        icon: as_person || shared ? "mdi:account-check-outline" : follows ? "mdi:check" : "mdi:close",
        "aria-hidden": "true",
      }),
      h("span", { class: as_person || shared ? "small" : "hidden" }, words),
    );
  }

  /**
   * Store rules or permissions; whoever was told that they were changed sees them.
   *
   * @param {Scene} scene
   * @param {"rules" | "permissions"} which
   */
  async store({ t }, which) {
    const { panel } = this;
    panel.hush();
    this.busy = true;
    this.problems = {};
    panel.draw();
    try {
      await panel.hass.callWS({
        type: `xpresence/office/${which}`,
        entry_id: this.office,
        answers: this.typed[which],
        seen: this.seen[which],
      });
      this.typed[which] = {};
      panel.done = t("saved");
    } catch (/** @type {any} */ error) {
      this.problems = error?.fields ?? {};
      panel.error = await explained(panel.hass, error);
    }
    this.seen[which] = undefined;
    this.busy = false;
    await this.read();
  }

  /** @param {Scene} scene */
  day(scene) {
    const { t } = scene;
    /** @type {{ id: string, name: string }[]} */
    const people = this.data.people;
    if (!people.length) return null;
    if (!people.some(({ id }) => id === this.person)) this.person = people[0]?.id ?? "";
    this.date ||= isoDate(new Date());
    return h(
      "section",
      { class: "panelcard", key: "day" },
      h("h2", null, t("what_if")),
      h("p", { class: "small" }, t("what_if_help")),
      h(
        "div",
        { class: "actions" },
        h(
          "select",
          {
            "aria-label": t("person"),
            onchange: (/** @type {Event} */ event) => {
              this.person = /** @type {HTMLSelectElement} */ (event.currentTarget).value;
              this.timeline = undefined;
              this.panel.draw();
            },
          },
          people.map(({ id, name }) => h("option", { value: id, selected: id === this.person }, name)),
        ),
        h("input", {
          type: "date",
          "aria-label": t("day"),
          min: isoDate(new Date()),
          value: this.date,
          onchange: (/** @type {Event} */ event) => {
            this.date = /** @type {HTMLInputElement} */ (event.currentTarget).value;
            this.timeline = undefined;
            this.panel.draw();
          },
        }),
        h(
          "button",
          { type: "button", class: "pill", disabled: this.busy, onclick: () => this.look() },
          t("show"),
        ),
      ),
      this.timeline && steps(scene, /** @type {any[]} */ (this.timeline)),
    );
  }

  async look() {
    this.panel.hush();
    const start = new Date(`${this.date}T00:00`);
    const end = new Date(start);
    end.setDate(end.getDate() + 1);
    const found = await this.panel.ask({
      type: "xpresence/office/day",
      entry_id: this.office,
      person_id: this.person,
      start: start.toISOString(),
      end: end.toISOString(),
    });
    this.timeline = found?.timeline;
    this.panel.draw();
  }
}

/** @param {Date} day */
function isoDate(day) {
  const two = (/** @type {number} */ one) => String(one).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

/**
 * How fast redirects were set, and how old what is shown is.
 *
 * @param {Scene["t"]} t
 * @param {{ switches: any, readings: any }} told
 */
function statistics(t, { switches, readings }) {
  const { counted: count, p50_ms: p50, p95_ms: p95, retried } = switches;
  const { median_age_seconds: age, oldest_age_seconds: oldest, pushed } = readings;
  return [
    count > 0 && h("p", { class: "small", key: "switches" }, t("switch_times", { count, p50, p95 })),
    retried > 0 && h("p", { class: "small", key: "retries" }, t("switch_retries", { count: retried })),
    !pushed && age !== null && h("p", { class: "small", key: "ages" }, t("reading_ages", { age, oldest })),
  ];
}
