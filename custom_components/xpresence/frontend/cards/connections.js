/** A person's calendars and account, loaded when somebody opens them. */

import { FORM as PHONE, loadLogin, phoneLogin } from "./phone-login.js";
import { explained } from "./errors.js";
import { words } from "./texts.js";
import { MINUTE } from "./time.js";
import { h } from "./view.js";

const SIGNING_IN = () => import("./signing-in.js");

/** @import {MyCard} from "./my-card.js" */
/** @import {RenderContext} from "./types.js" */
/** @typedef {import("./types.js").WordsOf<"connections">} Words */
/** @import {Hass, PersonMessage} from "./types.js" */
/** @import {Child} from "./view.js" */

/** @typedef {Pick<MyCard, "hass_" | "told" | "root_" | "may" | "target" | "act" | "draw" | "later">} Host */

/**
 * @typedef {object} Calendar
 * @property {string} id
 * @property {string} name
 * @property {string} kind
 * @property {boolean} own_login
 * @property {string | null} problem
 * @property {string | null} read_at
 */

/** What is asked for, by the kind of calendar; the server only where the office has none. */
/** @type {Record<string, string[]>} */
const FIELDS = {
  home_assistant: ["calendar"],
  exchange: ["url", "username", "password", "mailbox"],
  notes: ["url", "username", "password", "mail_file"],
  caldav: ["url", "username", "password", "collection"],
  ics: ["url", "username", "password"],
};
/** Asked for only once a server wants it. */
const RARELY = ["auth", "ca"];
/** @type {Record<string, ("ntlm" | "basic" | "session")[]>} */
const AUTHS = { exchange: ["ntlm", "basic"], notes: ["basic", "session"] };
/** @type {Record<string, object>} */
const HINTS = {
  url: { placeholder: "mail.example.com", inputmode: "url" },
  username: { autocapitalize: "off" },
  password: { type: "password" },
  mailbox: { placeholder: "anna@example.com", inputmode: "email" },
  mail_file: { placeholder: "mail/anna.nsf" },
};

const styles = new CSSStyleSheet();
styles.replaceSync(`
.connections { display: flex; flex-direction: column; gap: 16px; margin-top: 8px; }
.connections :is([role="status"], [role="alert"]):empty { display: none; }
.connections .wrap { flex-wrap: wrap; align-items: center; }
.connections .icon { margin: 0; }
.full { flex-basis: 100%; }
.full > .pills { margin-top: 8px; justify-content: flex-end; }
.field > textarea { flex: 1; max-width: 70%; font: inherit; color: inherit; background: none; }
.code { user-select: all; letter-spacing: .1em; }
`);

/** What one card shows of them. */
export class Connections {
  /** @param {Host} card */
  constructor(card) {
    this.card = card;
    /** @type {Calendar[] | undefined} */
    this.calendars = undefined;
    /** @type {{ kind: string, office_server: boolean }[]} */
    this.kinds = [];
    /** Which form is open: none, a new calendar, or the id of one that is renewed. */
    this.form = "";
    this.kind = "home_assistant";
    this.categoriesOnly = false;
    /** The calendar that is about to be disconnected. */
    this.leaving = "";
    /** What is wrong, in the user's words, by field. */
    /** @type {Record<string, string>} */
    this.problems = {};
    this.asked = new Set();
    this.busy = false;
    /** What has come of it. */
    this.done = "";
    /** @type {{ code?: string | null, page?: string, account?: string, expected?: string, fits?: boolean, administrator_needed?: boolean, signedIn?: boolean, leave?: () => void }} */
    this.microsoft = {};
    /** @type {import("./phone-login.js").PhoneLogin} */
    this.phone = {};
    /** @type {PersonMessage | undefined} */
    this.seen = undefined;
    this.loaded = 0;
    /** Why the list could not be read. */
    this.lost = "";
    card.root_.adoptedStyleSheets.push(styles);
  }

  get hass() {
    return /** @type {Hass} */ (this.card.hass_);
  }

  /**
   * Send a command about the person of the card.
   *
   * @param {string} command
   * @param {object} [more]
   */
  send(command, more) {
    const person_id = this.card.told?.person?.id;
    return this.hass.callWS({ type: `xpresence/${command}`, person_id, ...more });
  }

  /** Forget what was typed, and wait for no sign-in any more. */
  leave() {
    this.close();
    this.microsoft.leave?.();
    this.microsoft = {};
    this.phone.leave?.();
    this.phone = {};
    this.done = "";
    this.loaded = 0;
  }

  close() {
    this.form = "";
    this.leaving = "";
    this.problems = {};
    this.asked.clear();
  }

  async load() {
    this.loaded = Date.now();
    try {
      if (this.card.may("connect_calendars")) {
        Object.assign(this, await this.send("list_calendars"));
      }
      if (this.card.may("connect_phone")) await loadLogin(this);
      this.lost = "";
    } catch (error) {
      this.lost = await explained(this.hass, error);
    }
    this.card.draw();
  }

  /**
   * Do something; what is wrong with it is said at its field.
   *
   * @param {string} command
   * @param {object} more
   * @param {string} done what is said when it is done
   */
  async ask(command, more, done) {
    if (this.busy) return;
    this.busy = true;
    this.problems = {};
    this.done = "";
    this.card.draw();
    try {
      await this.send(command, more);
      this.close();
      this.done = done;
      await this.load();
    } catch (error) {
      await this.explain(error);
    }
    this.busy = false;
    this.card.draw();
    queueMicrotask(() => {
      const wrong = this.card.root_.querySelector('[aria-invalid="true"]');
      if (wrong instanceof HTMLElement) wrong.focus();
    });
  }

  /** @param {any} error */
  async explain(error) {
    /** @type {Record<string, string>} */
    const fields = error?.fields ?? {};
    const shown = Object.keys(fields);
    if (!shown.length) this.problems["base"] = await explained(this.hass, error);
    for (const field of shown) {
      const { translation_domain, translation_placeholders, message } = error;
      const translation_key = fields[field];
      const told = { translation_domain, translation_key, translation_placeholders, message };
      // Each phone system has fields of its own, so those come in words.
      const said = this.form === PHONE ? fields[field] : await explained(this.hass, told);
      if (RARELY.includes(field)) this.asked.add(field);
      const there =
        this.form === PHONE || [...this.fields(), ...this.asked, "default_profile"].includes(field);
      const at = there ? field : "base";
      this.problems[at] = [this.problems[at], said].filter(Boolean).join(" ");
    }
  }

  /** Return the fields of the form that is open. */
  fields() {
    if (this.form !== "new") return ["password"];
    const known = this.kinds.find(({ kind }) => kind === this.kind);
    return (FIELDS[this.kind] ?? []).filter((field) => field !== "url" || !known?.office_server);
  }

  /**
   * @param {RenderContext} ctx
   * @returns {Child}
   */
  view(ctx) {
    const { card } = this;
    const t = words(ctx.hass, "connections");
    if (card.told?.person?.id !== this.seen?.person?.id) this.leave();
    const calendars = card.may("connect_calendars");
    const phone = card.may("connect_phone");
    if ((calendars || phone) && (this.seen !== card.told || Date.now() - this.loaded > 0.8 * MINUTE)) {
      this.seen = card.told;
      this.load();
    }
    this.seen = card.told;
    return h("div", { class: "connections", key: "connections" }, [
      h("div", { role: "status", key: "done" }, this.done),
      h("div", { role: "alert", key: "base" }, this.problem("base"), this.lost),
      calendars && this.list(t, ctx),
      calendars && this.connecting(t, ctx),
      card.may("connect_microsoft") && card.later(SIGNING_IN, (part) => part.signIn(this, t, ctx)),
      phone && phoneLogin(this, t, ctx),
    ]);
  }

  /** @param {string} field */
  problem(field) {
    const said = this.problems[field];
    return said && h("p", { class: "alert", id: `wrong-${field}` }, said);
  }

  /**
   * @param {Words} t
   * @param {RenderContext} ctx
   */
  list(t, ctx) {
    if (!this.calendars) return h("div", { class: "skeleton", "aria-busy": "true", key: "list" });
    return h("div", { key: "list" }, [
      h("h3", null, t("calendars")),
      this.calendars.length === 0
        ? h("p", { class: "small" }, t("none"))
        : h("ul", { class: "list" }, this.calendars.map((one) => this.line(t, ctx, one))),
    ]);
  }

  /**
   * @param {Words} t
   * @param {RenderContext} ctx
   * @param {Calendar} calendar
   */
  line(t, ctx, calendar) {
    const { id, name, kind, problem, own_login } = calendar;
    const kinds = `kind_${kind}`;
    return h("li", { key: id, class: "wrap" }, [
      h("ha-icon", {
        icon: problem ? "mdi:calendar-alert" : "mdi:calendar-check",
        "aria-hidden": "true",
      }),
      h("span", { class: "grow" }, [
        h("span", { class: "strong" }, name),
        h(
          "span",
          { class: "small block" },
          `${t(/** @type {any} */ (kinds))} · ${this.state(t, ctx, calendar)}`,
        ),
      ]),
      problem === "sign_in" && own_login && this.icon("mdi:key", t("renew", { name }), () => {
        this.close();
        this.form = id;
      }),
      this.icon("mdi:close", t("disconnect", { name }), () => {
        this.leaving = id;
      }),
      this.leaving === id && this.confirm(t, calendar),
      this.form === id && this.renewal(t, calendar),
    ]);
  }

  /**
   * @param {Words} t
   * @param {RenderContext} ctx
   * @param {Calendar} calendar
   */
  state(t, { hass, now }, { problem, read_at }) {
    const age = read_at && ago(hass.language, new Date(read_at), now);
    if (!problem) return age ? t("read", { age }) : t("not_read");
    const words = t(/** @type {any} */ (`problem_${problem}`));
    return age ? t("holds", { problem: words, age }) : words;
  }

  /**
   * @param {string} name
   * @param {string} label
   * @param {() => void} act
   */
  icon(name, label, act) {
    const onclick = () => this.then(act);
    return h(
      "button",
      { class: "icon", "aria-label": label, key: label, onclick },
      h("ha-icon", { icon: name, "aria-hidden": "true" }),
    );
  }

  /** @param {() => void} act */
  then(act) {
    this.done = "";
    this.problems = {};
    act();
    this.card.draw();
  }

  /**
   * @param {Words} t
   * @param {Calendar} calendar
   */
  confirm(t, { id, name }) {
    const done = t("disconnected");
    return h("div", { class: "full", key: "leaving", role: "group", "aria-label": t("disconnect", { name }) }, [
      h("p", null, t("really", { name })),
      h("div", { class: "pills" }, [
        this.pill(t("yes_disconnect"), () => this.ask("disconnect_calendar", { name: id }, done)),
        this.pill(t("keep"), () => this.then(() => (this.leaving = ""))),
      ]),
    ]);
  }

  /**
   * @param {string} label
   * @param {() => void} onclick
   */
  pill(label, onclick) {
    return h("button", { class: "pill", type: "button", onclick }, label);
  }

  /**
   * @param {Words} t
   * @param {Calendar} calendar
   */
  renewal(t, { id, kind, name }) {
    return this.frame(t, t("renew", { name }), t("save"), t("renewed"), { kind, name: id }, [
      this.input(t, "password"),
    ]);
  }

  /**
   * @param {Words} t
   * @param {RenderContext} ctx
   */
  connecting(t, ctx) {
    if (this.form !== "new") {
      return h(
        "button",
        {
          class: "link",
          key: "open",
          onclick: () =>
            this.then(() => {
              this.close();
              this.form = "new";
            }),
        },
        h("ha-icon", { icon: "mdi:calendar-plus", "aria-hidden": "true" }),
        t("connect_one"),
      );
    }
    const { kind, categoriesOnly: categories_only } = this;
    return this.frame(t, t("connect_one"), t("connect"), t("connected"), { kind, categories_only }, [
      this.select(t, "kind", this.kinds.map((one) => [one.kind, t(/** @type {any} */ (`kind_${one.kind}`))]), {
        onchange: (/** @type {Event} */ event) =>
          this.then(() => {
            this.kind = /** @type {HTMLSelectElement} */ (event.currentTarget).value;
            this.asked.clear();
          }),
      }),
      this.fields().map((field) =>
        field === "calendar"
          ? this.select(t, field, [["", t("pick")], ...entities(ctx.hass)])
          : this.input(t, field),
      ),
      this.asked.has("auth") &&
        this.select(t, "auth", (AUTHS[kind] ?? []).map((auth) => [auth, t(`auth_${auth}`)])),
      this.asked.has("ca") && this.field(t, "ca", "textarea", { rows: 3 }),
      this.select(t, "default_profile", [
        ["", t("pick")],
        ...(this.card.told?.details?.profiles ?? []).map(({ name }) => /** @type {[string, string]} */ ([name, name])),
      ]),
      h("div", { class: "field", key: "categories_only" }, [
        h("span", { id: "categories_only" }, t("categories_only")),
        h(
          "button",
          {
            class: "switch",
            type: "button",
            role: "switch",
            "aria-checked": String(categories_only),
            "aria-labelledby": "categories_only",
            onclick: () => this.then(() => (this.categoriesOnly = !categories_only)),
          },
          h("span", { class: "knob" }),
        ),
      ]),
    ]);
  }

  /**
   * A form that connects or changes a calendar.
   *
   * @param {Words} t
   * @param {string} title
   * @param {string} submit
   * @param {string} done
   * @param {object} known what is sent besides what is typed
   * @param {Child[]} fields
   */
  frame(t, title, submit, done, known, fields) {
    /** @param {SubmitEvent} event */
    const onsubmit = async (event) => {
      event.preventDefault();
      const form = /** @type {HTMLFormElement} */ (event.currentTarget);
      const typed = Object.fromEntries([...new FormData(form)].filter(([, value]) => value));
      const asking = this.ask("connect_calendar", { ...typed, ...known }, done);
      await asking;
      // A password is kept nowhere, not even here.
      for (const input of form.querySelectorAll("input")) {
        if (input.type === "password") input.value = "";
      }
    };
    const attributes = { class: "stack full", key: "form", novalidate: true, autocomplete: "off" };
    return h("form", { ...attributes, "aria-label": title, onsubmit }, [
      h("h3", null, title),
      fields,
      h("div", { class: "pills", key: "submit" }, [
        h(
          "button",
          { class: "pill filled", type: "submit", "aria-busy": String(this.busy) },
          submit,
        ),
        this.pill(t("cancel"), () => this.then(() => this.close())),
      ]),
    ]);
  }

  /**
   * @param {Words} t
   * @param {string} name
   */
  input(t, name) {
    return this.field(t, name, "input", { type: "text", spellcheck: "false", ...HINTS[name] });
  }

  /**
   * @param {Words} t
   * @param {string} name
   * @param {[string, string][]} choices
   * @param {object} [more]
   */
  select(t, name, choices, more) {
    const options = choices.map(([value, label]) =>
      h(
        "option",
        { value, key: value, ...(name === "kind" ? { selected: value === this.kind } : {}) },
        label,
      ),
    );
    return this.field(t, name, "select", more, options);
  }

  /**
   * @param {Words} t
   * @param {string} name
   * @param {string} tag
   * @param {object} [more]
   * @param {Child[]} children
   */
  field(t, name, tag, more, ...children) {
    const wrong = Boolean(this.problems[name]);
    return h("div", { key: name }, [
      h(
        "label",
        { class: "field" },
        h("span", null, t(/** @type {any} */ (name))),
        h(
          tag,
          {
            name,
            autocomplete: "off",
            "aria-invalid": wrong && "true",
            "aria-describedby": wrong && `wrong-${name}`,
            ...more,
          },
          ...children,
        ),
      ),
      this.problem(name),
    ]);
  }
}

/**
 * Return the calendars of Home Assistant that do not come from us.
 *
 * @param {Hass} hass
 * @returns {[string, string][]}
 */
function entities(hass) {
  return Object.entries(hass.states)
    .filter(([id]) => id.startsWith("calendar.") && hass.entities[id]?.platform !== "xpresence")
    .map(([id, { attributes }]) => [id, attributes.friendly_name ?? id]);
}

/**
 * @param {string} language
 * @param {Date} moment
 * @param {Date} now
 */
function ago(language, moment, now) {
  const minutes = Math.min(0, Math.round((moment.getTime() - now.getTime()) / MINUTE));
  const words = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  if (minutes > -60) return words.format(minutes, "minute");
  if (minutes > -48 * 60) return words.format(Math.round(minutes / 60), "hour");
  return words.format(Math.round(minutes / 1440), "day");
}
