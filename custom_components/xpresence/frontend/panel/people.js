/** People: everybody in one table, for administrators. */

import { REDIRECT_ICONS, STATUS_ICONS, icon, stateName } from "../cards/icons.js";
import { subscribe } from "../cards/live-card.js";
import { h } from "../cards/view.js";
import { control, label, shown } from "./fields.js";
import { ImportPage } from "./import.js";
import { Many } from "./many.js";
import { PersonPage } from "./person.js";
import { Rows } from "./rows.js";

/** @import {Field} from "./fields.js" */
/** @import {Panel, Scene} from "./panel.js" */
/** @import {Child} from "../cards/view.js" */
/** @import {Colleague} from "../cards/types.js" */

/**
 * @typedef {Record<string, any> & { id: string, name: string, extension: string, version: string }} Person
 * @typedef {{ entry_id: string, title: string, people: number, directory: boolean, microsoft: boolean, connected: boolean }} Office
 */

/**
 * A column: how it is called, what it shows, and what it is sorted by.
 *
 * @typedef {object} Column
 * @property {string} key
 * @property {boolean} [wide] left out where there is little room
 * @property {(scene: Scene, person: Person) => Child} cell
 * @property {(scene: Scene, person: Person) => string} text
 */

export class PeoplePage {
  /** @param {Panel} panel */
  constructor(panel) {
    this.panel = panel;
    this.rows = new Rows(() => panel.draw());
    /** @type {Office[] | undefined} */
    this.offices = undefined;
    this.office = "";
    /** @type {{ fields: Field[], copied: string[], people: Person[], undo: any } | undefined} */
    this.data = undefined;
    /** @type {Map<string, Colleague>} */
    this.live = new Map();
    /** @type {(() => void) | undefined} */
    this.leave_ = undefined;
    this.sought = "";
    this.sort = "extension";
    this.down = false;
    /** @type {Set<string>} */
    this.chosen = new Set();
    /** What is to be changed for everybody chosen. */
    this.field = "";
    /** @type {any} */
    this.value = null;
    this.source = "";
    /** @type {Record<string, Record<string, string>>} */
    this.problems = {};
    this.busy = false;
    /** What is set for all who are chosen by a pattern. */
    this.more = new Many(this);
    /** @type {ImportPage | PersonPage | undefined} */
    this.inner = undefined;
  }

  /** @param {string[]} path */
  async enter(path) {
    this.follow_();
    if (!this.offices) this.offices = await this.panel.ask({ type: "xpresence/offices" });
    const [first] = this.offices ?? [];
    if (!this.offices?.some((one) => one.entry_id === this.office)) {
      this.office = first?.entry_id ?? "";
    }
    if (path[0] === "import") {
      if (!(this.inner instanceof ImportPage)) this.inner = new ImportPage(this);
    } else if (path[0]) {
      if (!(this.inner instanceof PersonPage) || this.inner.id !== path[0]) {
        this.inner = new PersonPage(this, path[0]);
      }
    } else {
      this.inner = undefined;
    }
    if (this.office) await this.read();
    this.panel.draw();
  }

  leave() {
    this.leave_?.();
    this.leave_ = undefined;
    this.offices = undefined;
    this.inner = undefined;
  }

  /** Follow what holds now. */
  follow_() {
    if (this.leave_) return;
    const { hass } = this.panel;
    const command = { type: "xpresence/subscribe_team", language: hass.language };
    this.leave_ = subscribe(hass, command, (message) => {
      if (message.complete) this.live.clear();
      for (const [id, person] of Object.entries(message.people)) {
        if (person) this.live.set(id, person);
        else this.live.delete(id);
      }
      this.panel.draw();
    });
  }

  /** Read everybody's settings anew; what is chosen stays chosen. */
  async read() {
    const found = await this.panel.ask({ type: "xpresence/people/list", entry_id: this.office });
    if (found) {
      this.data = found;
      const there = new Set(found.people.map((/** @type {Person} */ one) => one.id));
      this.chosen = new Set([...this.chosen].filter((id) => there.has(id)));
    }
    this.panel.draw();
  }

  // The view

  /** @param {Scene} scene */
  view(scene) {
    const { t } = scene;
    if (!this.offices || (this.office && !this.data)) {
      return [h("div", { class: "skeleton", "aria-busy": "true" })];
    }
    if (!this.office) return [h("p", { class: "empty" }, t("no_office"))];
    if (this.inner) return this.inner.view(scene);
    const found = this.found(scene);
    return [
      this.tools(scene, found),
      this.chosen.size > 0 && this.many(scene),
      this.data?.people.length
        ? this.rows.view(t("page_people"), this.head(scene, found), found, (one, at) =>
            this.row(scene, one, at),
          )
        : this.nobody(scene),
      this.data?.people.length && !found.length ? h("p", { class: "empty" }, t("no_match")) : null,
    ];
  }

  /** @param {Scene} scene */
  nobody({ t }) {
    return h(
      "div",
      { class: "panelcard" },
      h("h1", null, t("nobody_yet")),
      h("p", null, t("nobody_yet_help")),
      h(
        "div",
        { class: "actions" },
        h(
          "button",
          { class: "pill filled", onclick: () => this.panel.navigate("people/import") },
          t("import"),
        ),
      ),
    );
  }

  /** @param {Scene} scene */
  found(scene) {
    const sought = this.sought.trim().toLocaleLowerCase();
    const columns = this.columns();
    const by = columns.find((column) => column.key === this.sort) ?? columns[0];
    const order = new Intl.Collator(scene.hass.language, { numeric: true });
    const turn = this.down ? -1 : 1;
    return (this.data?.people ?? [])
      .filter(
        (person) =>
          !sought ||
          columns.some((column) =>
            column.text(scene, person).toLocaleLowerCase().includes(sought),
          ),
      )
      .map((person) => /** @type {const} */ ([by?.text(scene, person) ?? "", person]))
      .sort(([one], [other]) => turn * order.compare(one, other))
      .map(([, person]) => person);
  }

  /** @returns {Column[]} */
  columns() {
    /** @param {string} key */
    const field = (key) => this.data?.fields.find((one) => one.key === key);
    /**
     * @param {string} key
     * @param {boolean} [wide]
     * @returns {Column}
     */
    const plain = (key, wide) => ({
      key,
      wide: wide ?? false,
      cell: (scene, person) => shown(scene, field(key), person[key]),
      text: (scene, person) => shown(scene, field(key), person[key]),
    });
    return [
      {
        key: "name",
        cell: (_, person) =>
          h(
            "a",
            {
              href: `/xpresence/people/${person.id}`,
              onclick: (/** @type {MouseEvent} */ event) => {
                if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                event.preventDefault();
                event.stopPropagation();
                this.panel.navigate(`people/${person.id}`);
              },
            },
            person.name,
          ),
        text: (_, person) => person.name,
      },
      plain("extension"),
      {
        key: "now",
        cell: (scene, person) => this.now(scene, person),
        text: (_, person) => this.live.get(person.id)?.profile ?? "",
      },
      {
        key: "redirect",
        cell: (scene, person) => this.redirect(scene, person),
        text: (scene, person) => this.redirectText(scene, person),
      },
      plain("person", true),
      plain("default_profile", true),
      plain("devices", true),
      plain("queues", true),
      {
        key: "calendars",
        wide: true,
        cell: (_, person) => person["calendars"].join(", ") || "–",
        text: (_, person) => person["calendars"].join(", "),
      },
      {
        key: "pc",
        wide: true,
        cell: ({ hass }, person) =>
          person["pc"].map((/** @type {string} */ id) => hass.states[id]?.state ?? "?").join(", ") || "–",
        text: (_, person) => person["pc"].join(", "),
      },
      {
        key: "microsoft",
        wide: true,
        cell: ({ t }, person) => (person["microsoft"] ? t("yes") : "–"),
        text: ({ t }, person) => (person["microsoft"] ? t("yes") : ""),
      },
      {
        key: "delegates",
        wide: true,
        cell: ({ hass }, person) => names(hass, person["delegates"]) || "–",
        text: ({ hass }, person) => names(hass, person["delegates"]),
      },
      plain("tier", true),
    ];
  }

  /**
   * @param {Scene} scene
   * @param {Person} person
   */
  now({ hass }, person) {
    const live = this.live.get(person.id);
    if (!live) return "–";
    return h(
      "span",
      { class: `now ${live.status}`, title: stateName(hass, "sensor.status", live.status) },
      h("ha-icon", { icon: icon(STATUS_ICONS, live.status), "aria-hidden": "true" }),
      live.profile,
    );
  }

  /**
   * @param {Scene} scene
   * @param {Person} person
   */
  redirectText({ hass }, person) {
    const redirect = this.live.get(person.id)?.redirect;
    if (!redirect) return "";
    return redirect.target ?? stateName(hass, "sensor.redirect", redirect.status);
  }

  /**
   * @param {Scene} scene
   * @param {Person} person
   */
  redirect(scene, person) {
    const redirect = this.live.get(person.id)?.redirect;
    if (!redirect) return "–";
    return h(
      "span",
      { class: "now" },
      h("ha-icon", { icon: icon(REDIRECT_ICONS, redirect.status), "aria-hidden": "true" }),
      this.redirectText(scene, person),
    );
  }

  /**
   * @param {Scene} scene
   * @param {Person[]} found
   */
  tools(scene, found) {
    const { t } = scene;
    const { undo } = this.data ?? {};
    return h(
      "div",
      { class: "actions", key: "tools" },
      (this.offices?.length ?? 0) > 1 &&
        h(
          "select",
          {
            "aria-label": t("phone_system"),
            onchange: (/** @type {Event} */ event) => {
              this.office = /** @type {HTMLSelectElement} */ (event.currentTarget).value;
              this.chosen.clear();
              this.data = undefined;
              this.read();
            },
          },
          this.offices?.map((one) =>
            h("option", { value: one.entry_id, selected: one.entry_id === this.office }, one.title),
          ),
        ),
      h("input", {
        type: "search",
        "aria-label": t("find"),
        placeholder: t("find"),
        value: this.sought,
        oninput: (/** @type {Event} */ event) => {
          this.sought = /** @type {HTMLInputElement} */ (event.currentTarget).value;
          this.panel.draw();
        },
      }),
      h("span", { class: "small", role: "status" }, t("count", { count: found.length })),
      h("span", { class: "push" }),
      undo &&
        h(
          "button",
          { class: "pill", disabled: this.busy, onclick: () => this.undo(scene) },
          h("ha-icon", { icon: "mdi:undo", "aria-hidden": "true" }),
          t("undo", { count: undo.people, by: undo.by }),
        ),
      h(
        "button",
        { class: "pill", onclick: () => this.save_(scene) },
        h("ha-icon", { icon: "mdi:export", "aria-hidden": "true" }),
        t("export"),
      ),
      h(
        "button",
        { class: "pill filled", onclick: () => this.panel.navigate("people/import") },
        h("ha-icon", { icon: "mdi:account-multiple-plus", "aria-hidden": "true" }),
        t("import"),
      ),
    );
  }

  /**
   * @param {Scene} scene
   * @param {Person[]} found
   */
  head({ t }, found) {
    const all = found.length > 0 && found.every((one) => this.chosen.has(one.id));
    return [
      h(
        "th",
        { key: "choose" },
        h("input", {
          type: "checkbox",
          "aria-label": t("choose_all"),
          checked: all,
          indeterminate: !all && this.chosen.size > 0,
          onchange: () => {
            if (all) this.chosen.clear();
            else for (const one of found) this.chosen.add(one.id);
            this.panel.draw();
          },
        }),
      ),
      ...this.columns().map(({ key, wide }) =>
        h(
          "th",
          {
            key,
            class: wide ? "wide" : null,
            "aria-sort": key !== this.sort ? "none" : this.down ? "descending" : "ascending",
          },
          h(
            "button",
            {
              onclick: () => {
                this.down = key === this.sort && !this.down;
                this.sort = key;
                this.panel.draw();
              },
            },
            t(`column_${/** @type {"name"} */ (key)}`),
            key === this.sort &&
              h("ha-icon", {
                icon: this.down ? "mdi:arrow-down" : "mdi:arrow-up",
                "aria-hidden": "true",
              }),
          ),
        ),
      ),
    ];
  }

  /**
   * @param {Scene} scene
   * @param {Person} person
   * @param {number} at
   */
  row(scene, person, at) {
    const chosen = this.chosen.has(person.id);
    const wrong = Object.values(this.problems[person.id] ?? {})[0];
    return h(
      "tr",
      { key: person.id, "aria-rowindex": String(at + 2), class: chosen ? "chosen" : null },
      h(
        "td",
        null,
        h("input", {
          type: "checkbox",
          "aria-label": scene.t("choose", { name: person.name }),
          checked: chosen,
          onchange: () => {
            if (chosen) this.chosen.delete(person.id);
            else this.chosen.add(person.id);
            this.panel.draw();
          },
        }),
      ),
      this.columns().map((column) =>
        h(
          "td",
          { key: column.key, class: column.wide ? "wide" : null },
          column.cell(scene, person),
          column.key === "name" &&
            wrong &&
            h("span", { class: "wrong" }, ` ${scene.localize(`config_subentries.person.error.${wrong}`) || wrong}`),
        ),
      ),
    );
  }

  /** @param {Scene} scene */
  many(scene) {
    const { t } = scene;
    const fields = (this.data?.fields ?? []).filter(
      ({ key }) => this.chosen.size === 1 || !["name", "extension", "person", "voicemail"].includes(key),
    );
    const field = fields.find(({ key }) => key === this.field);
    return h(
      "section",
      { class: "panelcard", key: "many", "aria-label": t("chosen", { count: this.chosen.size }) },
      h(
        "div",
        { class: "actions" },
        h("strong", null, t("chosen", { count: this.chosen.size })),
        h(
          "select",
          {
            "aria-label": t("change_field"),
            onchange: (/** @type {Event} */ event) => {
              this.field = /** @type {HTMLSelectElement} */ (event.currentTarget).value;
              this.value = null;
              this.panel.draw();
            },
          },
          h("option", { value: "", selected: !this.field }, t("change_field")),
          fields.map((one) =>
            h("option", { value: one.key, selected: one.key === this.field }, label(scene, one)),
          ),
        ),
        field &&
          control(
            scene,
            field,
            this.value,
            (value) => {
              this.value = value;
              this.panel.draw();
            },
            { "aria-label": label(scene, field) },
          ),
        field &&
          h(
            "button",
            {
              class: "pill filled",
              disabled: this.busy || (field.required && !this.value),
              onclick: () => this.change(scene, { [this.field]: this.value }),
            },
            t("change_for", { count: this.chosen.size }),
          ),
        h("span", { class: "push" }),
        h(
          "select",
          {
            "aria-label": t("copy_from"),
            onchange: (/** @type {Event} */ event) => {
              this.source = /** @type {HTMLSelectElement} */ (event.currentTarget).value;
              this.panel.draw();
            },
          },
          h("option", { value: "", selected: !this.source }, t("copy_from")),
          (this.data?.people ?? []).map((one) =>
            h("option", { value: one.id, selected: one.id === this.source }, one.name),
          ),
        ),
        this.source &&
          h(
            "button",
            { class: "pill", disabled: this.busy, onclick: () => this.copy(scene) },
            t("copy", { count: this.chosen.size }),
          ),
      ),
      this.source && h("p", { class: "small" }, t("copied", { fields: this.copied(scene) })),
      this.more.view(scene),
    );
  }

  /** @param {Scene} scene */
  copied(scene) {
    return (this.data?.fields ?? [])
      .filter(({ key }) => this.data?.copied.includes(key))
      .map((field) => label(scene, field))
      .join(", ");
  }

  // What is done

  /** The people chosen, each with the version that is shown. */
  versions() {
    return Object.fromEntries(
      (this.data?.people ?? [])
        .filter(({ id }) => this.chosen.has(id))
        .map(({ id, version }) => [id, version]),
    );
  }

  /**
   * Send a change and read everybody anew; what others changed meanwhile shows as well.
   *
   * @param {object} command
   * @param {(result: any) => string} said
   * @returns {Promise<boolean>}
   */
  async send(command, said) {
    const { panel } = this;
    panel.hush();
    this.problems = {};
    this.busy = true;
    panel.draw();
    let failure;
    try {
      const result = await panel.hass.callWS({ entry_id: this.office, ...command });
      panel.done = said(result);
    } catch (/** @type {any} */ error) {
      failure = error;
      const { problems } = error?.translation_placeholders ?? {};
      if (problems) this.problems = JSON.parse(problems);
    }
    await this.read();
    if (failure) await panel.failed(failure);
    this.busy = false;
    panel.draw();
    return !failure;
  }

  /**
   * @param {Scene} scene
   * @param {Record<string, any>} answers
   */
  async change({ t }, answers) {
    const people = this.versions();
    await this.send({ type: "xpresence/people/change", people, answers }, (result) =>
      t("changed", { count: result.changed }),
    );
  }

  /** @param {Scene} scene */
  async copy({ t }) {
    const command = {
      type: "xpresence/people/copy",
      people: this.versions(),
      source: this.source,
      fields: this.data?.copied ?? [],
    };
    await this.send(command, (result) => t("changed", { count: result.changed }));
  }

  /** @param {Scene} scene */
  async undo({ t }) {
    await this.send({ type: "xpresence/people/undo" }, (result) =>
      t("undone", { count: result.changed }),
    );
  }

  /** @param {Scene} scene */
  async save_({ hass }) {
    const found = await this.panel.ask({
      type: "xpresence/people/export",
      entry_id: this.office,
      language: hass.language,
    });
    if (!found) return;
    // Spreadsheets take a file for UTF-8 only if it begins so.
    const file = new Blob(["\ufeff", found.table], { type: "text/csv" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = "xpresence.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }
}

/**
 * @param {any} hass
 * @param {string[]} entities
 */
function names(hass, entities) {
  return entities.map((id) => hass.states[id]?.attributes.friendly_name ?? id).join(", ");
}
