/** Profiles: all of the office side by side in their order; made, changed, tried, deleted. */

import { explained } from "../cards/errors.js";
import { STATUS_ICONS, icon } from "../cards/icons.js";
import { h } from "../cards/view.js";
import { OneOfficePage } from "./office-page.js";
import { ordered } from "./ordered.js";
import { ProfileForm, facts } from "./profile-form.js";

/** @import {Panel, Scene} from "./panel.js" */

const NEW = "new";

export class ProfilesPage extends OneOfficePage {
  /** @param {Panel} panel */
  constructor(panel) {
    super(panel, "xpresence/office/profiles");
    /** Which profile is open: its id, "new", or none. */
    this.open = "";
    /** Of which one the new one is a copy. */
    this.copyOf = "";
    /** @type {ProfileForm | undefined} */
    this.form = undefined;
    this.name = "";
    /** The version that was read when typing began. */
    this.version = "";
    /** On whom a profile is tried. */
    this.person = "";
    /** Which profile is about to be deleted. */
    this.leaving = "";
    this.busy = false;
  }

  /**
   * @override
   * @param {string[]} [path]
   */
  async enter(path = []) {
    const [open = "", copyOf = ""] = path;
    if (open !== this.open || copyOf !== this.copyOf) this.form = undefined;
    this.open = open;
    this.copyOf = copyOf;
    this.leaving = "";
    await super.enter();
  }

  /** @param {string} id */
  known(id) {
    return this.data.profiles.find((/** @type {any} */ one) => one.id === id);
  }

  /**
   * @override
   * @param {Scene} scene
   */
  content(scene) {
    if (this.open) return this.one(scene);
    const { t } = scene;
    /** @type {any[]} */
    const profiles = this.data.profiles;
    const ids = (/** @type {any[]} */ some) => some.map(({ id }) => id);
    return [
      h("p", { class: "small" }, t("profiles_help")),
      h(
        "div",
        { class: "actions" },
        h(
          "button",
          { class: "pill filled", onclick: () => this.panel.navigate(`profiles/${NEW}`) },
          h("ha-icon", { icon: "mdi:plus", "aria-hidden": "true" }),
          t("new_profile"),
        ),
      ),
      ordered(
        scene,
        profiles,
        { key: ({ id }) => id, name: ({ name }) => name, view: (one) => this.profile(scene, one) },
        (order) => this.reorder(scene, "profile_order", ids(order), ids(profiles)),
      ),
      this.data.own.length > 0 &&
        h(
          "section",
          { class: "panelcard" },
          h("h2", null, t("own_profiles")),
          h(
            "ul",
            null,
            this.data.own.map((/** @type {any} */ one) => h("li", null, `${one.name} · ${one.owner}`)),
          ),
        ),
    ];
  }

  /**
   * @param {Scene} scene
   * @param {any} one
   */
  profile(scene, one) {
    const { t } = scene;
    const { stored } = one;
    const link = (/** @type {string} */ path, /** @type {"edit" | "duplicate"} */ words, /** @type {string} */ name) =>
      h(
        "button",
        {
          class: "icon",
          "aria-label": t(words, { name: one.name }),
          onclick: () => this.panel.navigate(path),
        },
        h("ha-icon", { icon: name, "aria-hidden": "true" }),
      );
    return h(
      "div",
      { class: `grow profile ${stored.status}` },
      h(
        "div",
        { class: "row" },
        h("ha-icon", { icon: icon(STATUS_ICONS, stored.status), "aria-hidden": "true" }),
        h("strong", { class: "grow" }, one.name),
        stored.enabled === false && h("span", { class: "state" }, t("switched_off")),
        link(`profiles/${one.id}`, "edit", "mdi:pencil"),
        link(`profiles/${NEW}/${one.id}`, "duplicate", "mdi:content-copy"),
      ),
      facts(scene, stored, one.targets),
      one.active_for.length > 0 &&
        h("p", { class: "small" }, t("active_for", { people: some(one.active_for) })),
      one.used_by.length > 0 &&
        h("p", { class: "small" }, t("used_by", { people: some(one.used_by) })),
    );
  }

  /**
   * One profile, to be changed, or a new one.
   *
   * @param {Scene} scene
   */
  one(scene) {
    const { t, localize } = scene;
    const { panel } = this;
    const isNew = this.open === NEW;
    const known = this.known(isNew ? this.copyOf : this.open);
    const back = h(
      "div",
      { class: "actions", key: "back" },
      h(
        "button",
        { class: "pill", onclick: () => panel.navigate("profiles") },
        h("ha-icon", { icon: "mdi:arrow-left", "aria-hidden": "true" }),
        t("page_profiles"),
      ),
    );
    if (!isNew && !known) return [back, h("p", { class: "empty" }, t("profile_gone"))];
    if (!this.form) {
      this.form = new ProfileForm(this.data.form, known?.stored ?? FRESH, () => panel.draw());
      this.version = known?.version ?? "";
      this.name = "";
    }
    const { form } = this;
    const wrong = form.problems["name"];
    const naming = "config_subentries.profile";
    return [
      back,
      h("h1", null, isNew ? localize(`${naming}.step.user.title`) : known.name),
      h(
        "div",
        { class: "columns" },
        h(
          "form",
          {
            class: "panelcard",
            key: `form ${this.open}`,
            onsubmit: (/** @type {Event} */ event) => {
              event.preventDefault();
              this.save(scene);
            },
          },
          isNew &&
            h(
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
                  panel.draw();
                },
              }),
              h("span", { class: "small" }, localize(`${naming}.step.user.data_description.name`)),
              wrong &&
                h("span", { class: "wrong", role: "alert" }, localize(`${naming}.error.${wrong}`)),
            ),
          form.view(scene),
          h(
            "div",
            { class: "actions", key: "actions" },
            h(
              "button",
              {
                class: "pill filled",
                disabled: this.busy || (isNew ? !this.name.trim() : !form.isTyped),
              },
              t("save"),
            ),
            !isNew && this.deletion(scene, known),
          ),
        ),
        this.trial(scene),
      ),
    ];
  }

  /**
   * Delete a profile, or say what depends on it.
   *
   * @param {Scene} scene
   * @param {any} known
   */
  deletion({ t }, known) {
    const users = [...new Set([...known.used_by, ...known.active_for])];
    if (this.leaving !== known.id) {
      return h(
        "button",
        {
          type: "button",
          class: "pill push",
          key: "delete",
          onclick: () => {
            this.leaving = known.id;
            this.panel.draw();
          },
        },
        t("delete"),
      );
    }
    return h(
      "span",
      { class: "row push", key: "sure", role: "group" },
      h("span", null, users.length ? t("delete_used", { people: some(users) }) : t("delete_sure", { name: known.name })),
      !users.length &&
        h(
          "button",
          { type: "button", class: "pill filled", onclick: () => this.remove(known) },
          t("delete"),
        ),
      h(
        "button",
        {
          type: "button",
          class: "pill",
          onclick: () => {
            this.leaving = "";
            this.panel.draw();
          },
        },
        t("keep"),
      ),
    );
  }

  /**
   * Try the profile on somebody, as it is typed.
   *
   * @param {Scene} scene
   */
  trial(scene) {
    const { t } = scene;
    /** @type {{ id: string, name: string }[]} */
    const people = this.data.people;
    if (!people.length) return null;
    if (!people.some(({ id }) => id === this.person)) this.person = people[0]?.id ?? "";
    return h(
      "section",
      { class: "panelcard", key: "try" },
      h("h2", null, t("try")),
      h("p", { class: "small" }, t("try_help")),
      h(
        "div",
        { class: "actions" },
        h(
          "select",
          {
            "aria-label": t("try_on"),
            onchange: (/** @type {Event} */ event) => {
              this.person = /** @type {HTMLSelectElement} */ (event.currentTarget).value;
              if (this.form) this.form.outcome = undefined;
              this.panel.draw();
            },
          },
          people.map(({ id, name }) => h("option", { value: id, selected: id === this.person }, name)),
        ),
        h(
          "button",
          { type: "button", class: "pill", disabled: this.busy, onclick: () => this.try_(scene) },
          t("try"),
        ),
      ),
      this.form?.result(scene),
    );
  }

  /**
   * Send a command; what is wrong is said at its field.
   *
   * @param {object} command
   * @returns {Promise<any>}
   */
  async send(command) {
    const { panel, form } = this;
    panel.hush();
    this.busy = true;
    if (form) form.problems = {};
    panel.draw();
    try {
      return await panel.hass.callWS(command);
    } catch (/** @type {any} */ error) {
      if (form && error?.fields) form.problems = error.fields;
      panel.error = await explained(panel.hass, error);
      return undefined;
    } finally {
      this.busy = false;
      panel.draw();
    }
  }

  /** @param {Scene} scene */
  async save({ t }) {
    const { form, panel } = this;
    if (!form) return;
    const which =
      this.open === NEW
        ? { name: this.name, ...(this.copyOf ? { copy_of: this.copyOf } : {}) }
        : { profile_id: this.open, version: this.version };
    const saved = await this.send({
      type: "xpresence/office/profile/save",
      entry_id: this.office,
      answers: form.typed,
      ...which,
    });
    await this.read();
    if (!saved) {
      // Whoever saves again after they were told has seen what the other changed.
      const now = this.known(this.open);
      if (now && now.version !== this.version) {
        this.version = now.version;
        form.stored = now.stored;
      }
      panel.draw();
      return;
    }
    this.form = undefined;
    panel.navigate("profiles");
    panel.done = t("saved");
    panel.draw();
  }

  /** @param {any} known */
  async remove(known) {
    const { panel } = this;
    const gone = await this.send({
      type: "xpresence/office/profile/delete",
      entry_id: this.office,
      profile_id: known.id,
      version: known.version,
    });
    this.leaving = "";
    await this.read();
    // A command without an answer of its own answers with null.
    if (gone !== undefined) panel.navigate("profiles");
    panel.draw();
  }

  /** @param {Scene} scene */
  async try_({ hass }) {
    const { form } = this;
    if (!form) return;
    const stored = this.known(this.copyOf)?.stored ?? FRESH;
    const found = await this.send({
      type: "xpresence/profiles/try",
      person_id: this.person,
      language: hass.language,
      ...(this.open === NEW
        ? { answers: own({ ...stored, ...form.typed }) }
        : { profile: this.open, answers: own(form.typed) }),
    });
    form.outcome = found;
    this.panel.draw();
  }
}

/** What a new profile is as long as nothing else is said. */
const FRESH = Object.freeze({
  status: "available",
  ending: "until_changed",
  agent: "unchanged",
  redirect: { mode: "unchanged" },
  enabled: true,
});

/**
 * What is tried: all but what people may change themselves.
 *
 * @param {Record<string, any>} answers
 */
function own({ adjustable: _, ...rest }) {
  return rest;
}

/** How many people are named; of the others it says how many. */
const NAMED = 5;

/** @param {string[]} names */
function some(names) {
  const more = names.length - NAMED;
  return names.slice(0, NAMED).join(", ") + (more > 0 ? ` (+ ${more})` : "");
}
