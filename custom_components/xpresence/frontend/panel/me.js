/** Me: my card; my profiles, calendars and accounts; what follows; who sees what; what was. */

import { explained } from "../cards/errors.js";
import { STATUS_ICONS, icon } from "../cards/icons.js";
import { words } from "../cards/texts.js";
import { Clock } from "../cards/time.js";
import { h } from "../cards/view.js";
import { ProfileForm, facts } from "./profile-form.js";

/** @import {Panel, Scene} from "./panel.js" */
/** @import {PersonMessage} from "../cards/types.js" */
/** @import {Child} from "../cards/view.js" */

const NEW = "new";
/** The pages on which a person's PC is asked for. */
const ACTIVITY = "config_subentries.person.step.activity";
const CARD = "xpresence-card";
/** What the card shows here; the rest has sections of its own below. */
const CONFIG = Object.freeze({ hide: ["history", "connections"] });
/** What a new profile is as long as nothing else is said. */
const FRESH = Object.freeze({
  status: "available",
  ending: "until_changed",
  agent: "unchanged",
  redirect: { mode: "unchanged" },
  enabled: true,
});

export class MyPage {
  /** @param {Panel} panel */
  constructor(panel) {
    this.panel = panel;
    this.root_ = panel.root_;
    /** @type {PersonMessage | undefined} */
    this.told = undefined;
    /** Which subscription is the latest; answers of others are not taken. */
    this.turn = 0;
    /** @type {(() => void) | undefined} */
    this.stop = undefined;
    /** @type {{ profiles: any[], form: any } | undefined} */
    this.mine = undefined;
    /** @type {any} */
    this.settings = undefined;
    /** Whose profiles and settings were read. */
    this.readOf = "";
    /** Which profile is open: its id, "new", or none. */
    this.open = "";
    this.copyOf = "";
    this.name = "";
    /** @type {ProfileForm | undefined} */
    this.form = undefined;
    this.leaving = "";
    this.busy = false;
    /** @type {import("../cards/connections.js").Connections | undefined} */
    this.connections = undefined;
    /** @type {import("../cards/history.js").History | undefined} */
    this.history = undefined;
    /** @type {Map<Function, any>} */
    this.parts = new Map();
    this.ready = Boolean(customElements.get(CARD));
    if (!this.ready) {
      customElements.whenDefined(CARD).then(() => {
        this.ready = true;
        panel.draw();
      });
    }
  }

  async enter() {
    if (this.stop) return;
    const turn = ++this.turn;
    const take = (/** @type {PersonMessage} */ told) => {
      if (turn !== this.turn) return;
      this.told = told;
      const id = told.person?.id ?? "";
      if (id && id !== this.readOf) {
        this.readOf = id;
        this.read();
      }
      this.draw();
    };
    try {
      const { connection } = this.panel.hass;
      const stop = await connection.subscribeMessage(take, { type: "xpresence/subscribe_person" });
      if (turn === this.turn) this.stop = stop;
      else stop();
    } catch (error) {
      await this.panel.failed(error);
    }
  }

  leave() {
    this.turn += 1;
    this.stop?.();
    this.stop = undefined;
    this.told = undefined;
    this.readOf = "";
    this.close();
    this.connections?.leave();
    this.history?.forget();
  }

  close() {
    this.open = "";
    this.copyOf = "";
    this.name = "";
    this.form = undefined;
    this.leaving = "";
  }

  // What the cards' parts ask of a card

  get hass_() {
    return this.panel.hass;
  }

  draw() {
    this.panel.draw();
  }

  /** @param {string} permission */
  may(permission) {
    return this.told?.may?.includes(permission) ?? false;
  }

  target() {
    return { entity_id: this.told?.entities?.["profile"] };
  }

  /**
   * Do what an action does; what goes wrong is said above.
   *
   * @param {string} _what
   * @param {string} action
   * @param {object} data
   */
  async act(_what, action, data) {
    const [domain = "", name = ""] = action.split(".");
    this.panel.hush();
    try {
      await this.panel.hass.callService(domain, name, data, undefined, false);
      return true;
    } catch (error) {
      await this.panel.failed(error);
      return false;
    }
  }

  // Reading and storing

  /**
   * @param {string} command
   * @param {object} [more]
   */
  send(command, more) {
    return this.panel.hass.callWS({
      type: `xpresence/${command}`,
      person_id: this.readOf,
      ...more,
    });
  }

  async read() {
    const { language } = this.panel.hass;
    const { readOf } = this;
    try {
      const settings = await this.send("own_settings", { language });
      const mine = this.may("edit_profiles") ? await this.send("profiles/list") : undefined;
      if (readOf === this.readOf) Object.assign(this, { settings, mine });
    } catch (error) {
      await this.panel.failed(error);
    }
    this.draw();
  }

  /**
   * Store or delete something of my profiles; what is wrong is said at its field.
   *
   * @param {string} command
   * @param {object} more
   * @returns {Promise<any>} undefined: it was refused
   */
  async change(command, more) {
    const { panel, form } = this;
    panel.hush();
    this.busy = true;
    if (form) form.problems = {};
    this.draw();
    try {
      const answer = await this.send(command, more);
      return answer ?? {};
    } catch (/** @type {any} */ error) {
      if (form && error?.fields) form.problems = error.fields;
      await panel.failed(error);
      return undefined;
    } finally {
      this.busy = false;
      this.draw();
    }
  }

  // The view

  /**
   * @param {Scene} scene
   * @returns {Child[]}
   */
  view(scene) {
    if (!this.ready) return [h("div", { class: "skeleton", "aria-busy": "true" })];
    const { hass } = scene;
    return [
      h(CARD, { key: CARD, ".config": CONFIG, ".hass": hass }),
      this.told?.person &&
        h(
          "div",
          { class: "columns", key: "mine" },
          this.profiles(scene),
          this.accounts(scene),
          this.follows(scene),
          this.sharing(scene),
          this.past(scene),
        ),
    ];
  }

  /** @param {Scene} scene */
  profiles(scene) {
    const { t } = scene;
    const { mine } = this;
    if (!mine) return null;
    const sorted = [...mine.profiles].sort((one, other) => Number(other.own) - Number(one.own));
    return h(
      "section",
      { class: "panelcard", key: "profiles" },
      h("h2", null, t("my_profiles")),
      this.form
        ? this.editing(scene, this.form)
        : [
            h(
              "div",
              { class: "actions", key: "actions" },
              h(
                "button",
                { class: "pill filled", onclick: () => this.edit(NEW, FRESH) },
                h("ha-icon", { icon: "mdi:plus", "aria-hidden": "true" }),
                t("new_profile"),
              ),
            ),
            h("ul", { class: "ordered", key: "list" }, sorted.map((one) => this.profile(scene, one))),
          ],
    );
  }

  /**
   * @param {string} open
   * @param {Record<string, any>} stored
   * @param {string[]} [changeable]
   * @param {string} [copyOf]
   */
  edit(open, stored, changeable, copyOf) {
    this.panel.hush();
    this.close();
    this.open = open;
    this.copyOf = copyOf ?? "";
    this.form = new ProfileForm(this.mine?.form, stored, () => this.draw(), changeable);
    this.draw();
  }

  /**
   * @param {Scene} scene
   * @param {any} one
   */
  profile(scene, one) {
    const { t } = scene;
    const button = (/** @type {string} */ label, /** @type {string} */ name, /** @type {() => void} */ press) =>
      h(
        "button",
        { class: "icon", "aria-label": label, onclick: press },
        h("ha-icon", { icon: name, "aria-hidden": "true" }),
      );
    const targets = one.redirect.targets;
    const users = [...new Set([...one.used_by, ...one.active_for])];
    const named = { name: one.name };
    return h(
      "li",
      { key: one.profile_id },
      h(
        "div",
        { class: `grow profile ${one.stored.status}` },
        h(
          "div",
          { class: "row" },
          h("ha-icon", { icon: icon(STATUS_ICONS, one.stored.status), "aria-hidden": "true" }),
          h("strong", { class: "grow" }, one.name),
          one.own && h("span", { class: "state" }, t("own")),
          one.own && !one.permitted && h("span", { class: "state is-conflict" }, t("not_permitted")),
          one.adjusted.length > 0 && h("span", { class: "state is-changed" }, t("adjusted")),
          one.stored.enabled === false && h("span", { class: "state" }, t("switched_off")),
          one.changeable.length > 0 &&
            button(t("edit", named), "mdi:pencil", () =>
              this.edit(one.profile_id, one.stored, one.own ? undefined : one.changeable),
            ),
          button(t("duplicate", named), "mdi:content-copy", () =>
            this.edit(NEW, one.stored, undefined, one.profile_id),
          ),
          one.adjusted.length > 0 &&
            button(t("reset", named), "mdi:restore", () =>
              this.finish(scene, "profiles/reset", { profile: one.profile_id }),
            ),
          one.own &&
            button(t("delete_name", named), "mdi:delete-outline", () => {
              this.leaving = one.profile_id;
              this.draw();
            }),
        ),
        facts(scene, one.stored, targets),
        this.leaving === one.profile_id &&
          h(
            "div",
            { class: "actions", role: "group" },
            h("span", null, users.length ? t("delete_used", { people: users.join(", ") }) : t("delete_sure", named)),
            !users.length &&
              h(
                "button",
                {
                  class: "pill filled",
                  onclick: () => this.finish(scene, "profiles/delete", { profile: one.profile_id }),
                },
                t("delete"),
              ),
            h(
              "button",
              {
                class: "pill",
                onclick: () => {
                  this.leaving = "";
                  this.draw();
                },
              },
              t("keep"),
            ),
          ),
      ),
    );
  }

  /**
   * @param {Scene} scene
   * @param {ProfileForm} form
   */
  editing(scene, form) {
    const { t, localize } = scene;
    const isNew = this.open === NEW;
    const naming = "config_subentries.profile";
    const wrong = form.problems["name"];
    return h(
      "form",
      {
        key: `form ${this.open}`,
        class: "panelform",
        onsubmit: (/** @type {Event} */ event) => {
          event.preventDefault();
          this.save(scene, form);
        },
      },
      isNew
        ? h(
            "div",
            { class: "question", key: "name" },
            h("label", { for: "name" }, localize(`${naming}.step.user.data.name`)),
            h("input", {
              id: "name",
              type: "text",
              value: this.name,
              required: true,
              oninput: (/** @type {Event} */ event) => {
                this.name = /** @type {HTMLInputElement} */ (event.currentTarget).value;
                this.draw();
              },
            }),
            h("span", { class: "small" }, localize(`${naming}.step.user.data_description.name`)),
            wrong && h("span", { class: "wrong", role: "alert" }, localize(`${naming}.error.${wrong}`)),
          )
        : h("h3", null, this.mine?.profiles.find((one) => one.profile_id === this.open)?.name),
      form.view(scene),
      h(
        "div",
        { class: "actions", key: "actions" },
        h(
          "button",
          { class: "pill filled", disabled: this.busy || (isNew ? !this.name.trim() : !form.isTyped) },
          t("save"),
        ),
        h("button", { type: "button", class: "pill", disabled: this.busy, onclick: () => this.try_(form) }, t("try")),
        h(
          "button",
          {
            type: "button",
            class: "pill",
            onclick: () => {
              this.close();
              this.draw();
            },
          },
          t("cancel"),
        ),
      ),
      form.result(scene),
    );
  }

  /**
   * @param {Scene} scene
   * @param {ProfileForm} form
   */
  save(scene, form) {
    const which =
      this.open === NEW
        ? { name: this.name, ...(this.copyOf ? { copy_of: this.copyOf } : {}) }
        : { profile: this.open };
    return this.finish(scene, "profiles/save", { ...which, answers: form.typed });
  }

  /** @param {ProfileForm} form */
  async try_(form) {
    const { language } = this.panel.hass;
    const isNew = this.open === NEW;
    form.outcome = await this.change("profiles/try", {
      language,
      ...(isNew ? {} : { profile: this.open }),
      answers: isNew ? own({ ...form.stored, ...form.typed }) : form.typed,
    });
    this.draw();
  }

  /**
   * Do something, then show how my profiles are now.
   *
   * @param {Scene} scene
   * @param {string} command
   * @param {object} more
   */
  async finish({ t }, command, more) {
    if (!(await this.change(command, more))) return;
    this.close();
    this.panel.done = t("saved");
    await this.read();
  }

  /** @param {Scene} scene */
  accounts(scene) {
    if (!this.may("connect_calendars") && !this.may("connect_microsoft")) return null;
    if (!this.connections) {
      this.load(() => import("../cards/connections.js"), (part) => {
        this.connections = new part.Connections(this);
      });
      return null;
    }
    return h(
      "section",
      { class: "panelcard", key: "accounts" },
      h("h2", null, scene.t("my_accounts")),
      this.connections.view(this.cardScene(scene)),
    );
  }

  /** @param {Scene} scene */
  past(scene) {
    if (!this.may("see_history") || !this.told?.history?.days) return null;
    if (!this.history) {
      this.load(() => import("../cards/history.js"), (part) => {
        this.history = new part.History({
          whom: () => ({ entity_id: this.target().entity_id }),
          may: (permission) => this.may(permission),
          draw: () => this.draw(),
        });
      });
      return null;
    }
    return h(
      "section",
      { class: "panelcard", key: "history" },
      h("h2", null, scene.t("my_history")),
      this.history.view(this.cardScene(scene)),
    );
  }

  /**
   * @param {Scene} scene
   * @returns {import("../cards/types.js").RenderContext}
   */
  cardScene({ hass }) {
    const t = words(hass);
    return { hass, t, clock: new Clock(hass, t), now: new Date() };
  }

  /**
   * Show what is loaded when it is first needed, as a card does.
   *
   * @template P
   * @param {() => Promise<P>} load
   * @param {(part: P) => Child} show
   * @returns {Child}
   */
  later(load, show) {
    const part = /** @type {P | undefined} */ (this.parts.get(load));
    if (part) return show(part);
    this.load(load, (found) => this.parts.set(load, found));
    return null;
  }

  /**
   * Load a part once; it is drawn when it has come.
   *
   * @template P
   * @param {() => Promise<P>} part
   * @param {(part: P) => void} take
   */
  async load(part, take) {
    try {
      take(await part());
      this.draw();
    } catch (error) {
      this.panel.error = await explained(this.panel.hass, error);
    }
  }

  /** @param {Scene} scene */
  follows({ t, hass, localize }) {
    const { settings } = this;
    if (!settings) return null;
    return h(
      "section",
      { class: "panelcard", key: "follows" },
      h("h2", null, t("what_follows")),
      settings.pc.length > 0 && h("h3", null, t("pc_says")),
      settings.pc.map((/** @type {any} */ one) => {
        const state = hass.states[one.entity_id];
        return h(
          "p",
          { key: one.sign },
          `${localize(`${ACTIVITY}_${one.sign === "session" ? "session" : "use"}.data.${one.sign}`) || one.name}: `,
          h("strong", null, state ? state.state : t("not_there")),
          h("span", { class: "small block" }, one.name),
        );
      }),
      h("ul", null, settings.follows.map((/** @type {string} */ one) => h("li", null, one))),
    );
  }

  /** @param {Scene} scene */
  sharing({ t, localize }) {
    const { settings } = this;
    if (!settings?.sharing) return null;
    const { sharing, may_share: may } = settings;
    const path = "config_subentries.person.step.sharing.data";
    const tier = (/** @type {"tier" | "info_tier"} */ key, /** @type {string} */ now, /** @type {string} */ action) =>
      h(
        "label",
        { class: "question", key },
        h("span", null, localize(`${path}.${key}`)),
        h(
          "select",
          {
            disabled: !may || this.busy,
            onchange: (/** @type {Event} */ event) =>
              this.share(action, { tier: /** @type {HTMLSelectElement} */ (event.currentTarget).value }),
          },
          ["owner", "delegate", "team"].map((one) =>
            h("option", { value: one, selected: one === now }, localize(`selector.${key}.options.${one}`)),
          ),
        ),
      );
    return h(
      "section",
      { class: "panelcard", key: "sharing" },
      h("h2", null, t("my_sharing")),
      tier("tier", sharing.subjects, "show_subjects_to"),
      tier("info_tier", sharing.info_text, "show_info_text_to"),
      h("h3", null, t("my_delegates")),
      !sharing.delegates.length && h("p", { class: "small" }, t("no_delegates")),
      sharing.delegates.map((/** @type {any} */ one) =>
        h(
          "fieldset",
          { class: "question", key: one.entity_id },
          h("legend", null, one.name),
          one.granted.map((/** @type {"acting" | "subjects"} */ grade) =>
            h(
              "label",
              { class: "row", key: grade },
              h("input", {
                type: "checkbox",
                checked: one.left.includes(grade),
                disabled: !may || this.busy,
                onchange: (/** @type {Event} */ event) => {
                  const on = /** @type {HTMLInputElement} */ (event.currentTarget).checked;
                  const left = one.left.filter((/** @type {string} */ other) => other !== grade);
                  this.share("narrow_delegate", {
                    delegate: one.entity_id,
                    may: on ? [...left, grade] : left,
                  });
                },
              }),
              h("span", null, localize(`${path}.${grade}`)),
            ),
          ),
        ),
      ),
      !may && h("p", { class: "small" }, t("office_decides")),
    );
  }

  /**
   * @param {string} action
   * @param {object} data
   */
  async share(action, data) {
    this.busy = true;
    this.draw();
    await this.act(action, `xpresence.${action}`, { ...this.target(), ...data });
    this.busy = false;
    await this.read();
  }
}

/**
 * What of a profile is a person's to say.
 *
 * @param {Record<string, any>} stored
 */
function own({ adjustable: _, ...rest }) {
  return rest;
}
