/** Taking people in: a source, a preview in which everything is shown, and one button. */

import { h } from "../cards/view.js";
import { label, problemWords, shown } from "./fields.js";
import { Rows } from "./rows.js";

/** @import {PeoplePage} from "./people.js" */
/** @import {Scene} from "./panel.js" */

/**
 * @typedef {object} Row
 * @property {"new" | "changed" | "same" | "conflict" | "invalid"} state
 * @property {number | null} line
 * @property {string | null} person_id
 * @property {Record<string, any>} values
 * @property {Record<string, any>} before
 * @property {Record<string, string>} problems
 * @property {string | null} proposal
 * @property {{ name: string, extension: string } | null} other
 */

/** States, those first that somebody has to look at. */
const STATES = /** @type {const} */ (["conflict", "invalid", "new", "changed", "same"]);
/** Fields that can be typed in the preview where something is wrong with them. */
const TYPED = ["name", "extension"];
/** States whose rows can be stored. */
const STORABLE = new Set(["new", "changed"]);

export class ImportPage {
  /** @param {PeoplePage} people */
  constructor(people) {
    this.people = people;
    this.rows = new Rows(() => people.panel.draw());
    this.source = "";
    this.text = "";
    /** @type {{ preview: string, headers: Record<string, string>, ignored: string[], rows: Row[] } | undefined} */
    this.preview = undefined;
    /** @type {Set<number>} */
    this.chosen = new Set();
    /** @type {Record<string, Record<string, any>>} */
    this.edits = {};
    this.busy = false;
  }

  get panel() {
    return this.people.panel;
  }

  // The view

  /** @param {Scene} scene */
  view(scene) {
    const { t } = scene;
    return [
      h(
        "div",
        { class: "actions", key: "back" },
        h(
          "button",
          { class: "pill", onclick: () => this.panel.navigate("people") },
          h("ha-icon", { icon: "mdi:arrow-left", "aria-hidden": "true" }),
          t("page_people"),
        ),
        h("h1", null, t("import")),
      ),
      this.sources(scene),
      this.source === "table" && !this.preview && this.table(scene),
      this.preview && this.summary(scene, this.preview),
      this.preview && this.listed(scene, this.preview),
    ];
  }

  /** @param {Scene} scene */
  sources({ t }) {
    const office = this.people.offices?.find((one) => one.entry_id === this.people.office);
    /** @type {("phone_system" | "microsoft" | "table" | "home_assistant")[]} */
    const offered = ["table", "home_assistant"];
    if (office?.microsoft) offered.unshift("microsoft");
    if (office?.directory) offered.unshift("phone_system");
    return h(
      "div",
      { class: "actions", role: "group", "aria-label": t("source"), key: "sources" },
      offered.map((source) =>
        h(
          "button",
          {
            class: "pill",
            "aria-pressed": String(source === this.source),
            disabled: this.busy,
            onclick: () => {
              this.source = source;
              this.preview = undefined;
              this.edits = {};
              if (source !== "table") this.read({ source });
              this.panel.draw();
            },
          },
          t(`source_${source}`),
        ),
      ),
      this.busy && h("span", { class: "small", role: "status" }, t("reading")),
    );
  }

  /** @param {Scene} scene */
  table({ t }) {
    return h(
      "div",
      { class: "panelcard", key: "table" },
      h(
        "label",
        { class: "question" },
        h("span", null, t("paste")),
        h("textarea", {
          value: this.text,
          oninput: (/** @type {Event} */ event) => {
            this.text = /** @type {HTMLTextAreaElement} */ (event.currentTarget).value;
            this.panel.draw();
          },
        }),
        h("span", { class: "small" }, t("paste_help")),
      ),
      h(
        "div",
        { class: "actions" },
        h(
          "button",
          {
            class: "pill filled",
            disabled: this.busy || !this.text.trim(),
            onclick: () => this.read({ source: "table", text: this.text }),
          },
          t("preview"),
        ),
        h(
          "label",
          { class: "pill" },
          t("file"),
          h("input", {
            type: "file",
            class: "hidden",
            accept: ".csv,.tsv,.txt,text/csv,text/plain",
            onchange: (/** @type {Event} */ event) => {
              const [file] = /** @type {HTMLInputElement} */ (event.currentTarget).files ?? [];
              if (file) this.open_(file);
            },
          }),
        ),
      ),
    );
  }

  /**
   * @param {Scene} scene
   * @param {NonNullable<ImportPage["preview"]>} preview
   */
  summary({ t }, preview) {
    const chosen = this.storable(preview).length;
    const proposed = preview.rows.filter((row) => row.proposal && row.state !== "same").length;
    const counts = STATES.map((state) => /** @type {const} */ ([
      state,
      preview.rows.filter((row) => row.state === state).length,
    ])).filter(([, count]) => count);
    return h(
      "div",
      { class: "actions", key: "summary" },
      counts.map(([state, count]) =>
        h("span", { class: `state is-${state}` }, `${count} ${t(`state_${state}`)}`),
      ),
      !preview.rows.length && h("span", null, t("nobody_found")),
      preview.ignored.length > 0 &&
        h("span", { class: "small" }, t("ignored", { columns: preview.ignored.join(", ") })),
      h("span", { class: "push" }),
      proposed > 0 &&
        h(
          "button",
          { class: "pill", disabled: this.busy, onclick: () => this.accept(preview) },
          t("accept", { count: proposed }),
        ),
      h(
        "button",
        {
          class: "pill filled",
          disabled: this.busy || !chosen,
          onclick: () => this.confirm(t),
        },
        t("take_in", { count: chosen }),
      ),
    );
  }

  /**
   * @param {Scene} scene
   * @param {NonNullable<ImportPage["preview"]>} preview
   */
  listed(scene, preview) {
    const { t } = scene;
    const order = preview.rows
      .map((row, index) => ({ row, index }))
      .sort((one, other) => STATES.indexOf(one.row.state) - STATES.indexOf(other.row.state));
    const storable = order.filter(({ row }) => STORABLE.has(row.state));
    const all = storable.length > 0 && storable.every(({ index }) => this.chosen.has(index));
    const head = [
      h(
        "th",
        { key: "choose" },
        h("input", {
          type: "checkbox",
          "aria-label": t("choose_all"),
          checked: all,
          disabled: !storable.length,
          onchange: () => {
            for (const { index } of storable) {
              if (all) this.chosen.delete(index);
              else this.chosen.add(index);
            }
            this.panel.draw();
          },
        }),
      ),
      ...["state", "name", "extension"].map((key) =>
        h("th", { key }, t(`column_${/** @type {"name"} */ (key)}`)),
      ),
      h("th", { key: "person" }, t("column_person")),
      h("th", { key: "notes" }, t("column_notes")),
    ];
    return this.rows.view(t("preview"), head, order, ({ row, index }) =>
      this.row(scene, row, index),
    );
  }

  /**
   * @param {Scene} scene
   * @param {Row} row
   * @param {number} index
   */
  row(scene, row, index) {
    const { t } = scene;
    const able = STORABLE.has(row.state);
    const name = row.values["name"] || row.values["extension"] || t("row", { line: row.line ?? index + 1 });
    return h(
      "tr",
      { key: index },
      h(
        "td",
        null,
        h("input", {
          type: "checkbox",
          "aria-label": t("choose", { name }),
          checked: able && this.chosen.has(index),
          disabled: !able,
          onchange: () => {
            if (this.chosen.has(index)) this.chosen.delete(index);
            else this.chosen.add(index);
            this.panel.draw();
          },
        }),
      ),
      h("td", null, h("span", { class: `state is-${row.state}` }, t(`state_${row.state}`))),
      TYPED.map((key) => h("td", { key }, this.cell(scene, row, index, key))),
      h("td", { key: "person" }, this.home(scene, row, index)),
      h("td", { key: "notes", class: "wrap" }, this.notes(scene, row, index)),
    );
  }

  /**
   * @param {Scene} scene
   * @param {Row} row
   * @param {number} index
   * @param {string} key
   */
  cell(scene, row, index, key) {
    const typed = this.edits[index]?.[key];
    const wrong = row.problems[key] || (row.state === "conflict" && key === "name");
    if (!wrong && typed === undefined) return row.values[key] || "–";
    return h("input", {
      type: "text",
      key: `${index}-${key}`,
      "aria-label": scene.t(`column_${/** @type {"name"} */ (key)}`),
      value: row.values[key] ?? "",
      onchange: (/** @type {Event} */ event) =>
        this.edit(index, {
          [key]: /** @type {HTMLInputElement} */ (event.currentTarget).value,
        }),
    });
  }

  /**
   * The Home Assistant person: what is tied, or who it may be, to be accepted.
   *
   * @param {Scene} scene
   * @param {Row} row
   * @param {number} index
   */
  home(scene, row, index) {
    const { hass, t } = scene;
    const tied = row.values["person"];
    const accepted = this.edits[index]?.["person"];
    const entity = accepted ?? row.proposal;
    const name = hass.states[entity ?? ""]?.attributes.friendly_name ?? entity;
    if (!entity || (tied && !accepted) || row.state === "same") {
      return shown(scene, this.field("person"), tied);
    }
    return h(
      "button",
      {
        class: "pill",
        disabled: this.busy,
        "aria-pressed": String(Boolean(accepted)),
        onclick: () => this.edit(index, { person: accepted ? undefined : entity }),
      },
      accepted ? name : t("maybe", { name }),
    );
  }

  /**
   * @param {Scene} scene
   * @param {Row} row
   * @param {number} index
   */
  notes(scene, row, index) {
    const { t } = scene;
    const headers = this.preview?.headers ?? {};
    const found = Object.entries(row.problems).map(([key, problem]) => {
      const field = this.field(key);
      const column = headers[key] ?? (field ? label(scene, field) : "");
      const where = row.line ? t("at", { line: row.line, column: column || "–" }) : column;
      return h("span", { class: "block" }, where && `${where}: `, problemWords(scene, problem));
    });
    if (row.other) {
      found.push(
        h(
          "span",
          { class: "block" },
          t("namesake", { name: row.other.name, extension: row.other.extension }),
          " ",
          !row.person_id &&
            h(
              "button",
              { class: "pill", onclick: () => this.edit(index, { move: true }) },
              t("moved", { extension: row.values["extension"] }),
            ),
        ),
      );
    }
    for (const [key, before] of row.state === "changed" ? Object.entries(row.before) : []) {
      const field = this.field(key);
      found.push(
        h(
          "span",
          { class: "block" },
          `${field ? label(scene, field) : key}: ${shown(scene, field, before)} → ${shown(scene, field, row.values[key])}`,
        ),
      );
    }
    return found;
  }

  /** @param {string} key */
  field(key) {
    return this.people.data?.fields.find((field) => field.key === key);
  }

  /** @param {NonNullable<ImportPage["preview"]>} preview */
  storable(preview) {
    return [...this.chosen].filter((index) => STORABLE.has(preview.rows[index]?.state ?? ""));
  }

  // What is done

  /**
   * Read a source, or look at the preview again with what was typed.
   *
   * @param {object} what
   */
  async read(what) {
    this.panel.hush();
    await this.look(what);
  }

  /** @param {object} what */
  async look(what) {
    this.busy = true;
    this.panel.draw();
    const before = this.preview;
    const found = await this.panel.ask({
      type: "xpresence/people/preview",
      entry_id: this.people.office,
      edits: this.edits,
      ...what,
    });
    this.busy = false;
    if (found) {
      this.preview = found;
      if (before?.preview !== found.preview) {
        this.rows.top = 0;
        const taken = this.source === "table" ? STORABLE : new Set(["new"]);
        this.chosen = new Set(
          found.rows.flatMap((/** @type {Row} */ row, /** @type {number} */ index) =>
            taken.has(row.state) ? [index] : [],
          ),
        );
      } else {
        // What was put right just now is meant to be taken in.
        found.rows.forEach((/** @type {Row} */ row, /** @type {number} */ index) => {
          const could = STORABLE.has(before?.rows[index]?.state ?? "");
          if (!could && STORABLE.has(row.state)) this.chosen.add(index);
        });
      }
    }
    this.panel.draw();
  }

  /** @param {File} file */
  async open_(file) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    let data = "";
    for (let at = 0; at < bytes.length; at += 30_000) {
      data += btoa(String.fromCharCode(...bytes.subarray(at, at + 30_000)));
    }
    await this.read({ source: "table", data });
  }

  /**
   * @param {number} index
   * @param {Record<string, any>} said
   */
  async edit(index, said) {
    const edits = { ...this.edits[index], ...said };
    for (const key of Object.keys(edits)) if (edits[key] === undefined) delete edits[key];
    this.edits = { ...this.edits, [index]: edits };
    await this.read({ preview: this.preview?.preview });
  }

  /** @param {NonNullable<ImportPage["preview"]>} preview */
  async accept(preview) {
    preview.rows.forEach((row, index) => {
      if (row.proposal && row.state !== "same") {
        this.edits = { ...this.edits, [index]: { ...this.edits[index], person: row.proposal } };
      }
    });
    await this.read({ preview: preview.preview });
  }

  /** @param {Scene["t"]} t */
  async confirm(t) {
    const preview = this.preview;
    if (!preview) return;
    this.busy = true;
    const sent = await this.people.send(
      {
        type: "xpresence/people/confirm",
        preview: preview.preview,
        rows: this.storable(preview),
      },
      (result) => t("taken_in", { count: result.new, changed: result.changed }),
    );
    this.busy = false;
    if (sent) this.panel.navigate("people");
    else await this.look({ preview: preview.preview });
  }
}
