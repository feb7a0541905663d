/** The form of a profile, the office's or one's own, and what it would do if chosen. */

import { STATUS_ICONS, icon, stateName } from "../cards/icons.js";
import { h } from "../cards/view.js";
import { question } from "./fields.js";
import { steps } from "./steps.js";

/** @import {Field} from "./fields.js" */
/** @import {Scene} from "./panel.js" */
/** @import {Child} from "../cards/view.js" */

const WORDS = "config_subentries.profile";
const PRESENCE = `${WORDS}.step.presence`;
const ERRORS = `${WORDS}.error`;
/** What most leave as it is. */
const RARELY = ["agent", "teams", "adjustable", "enabled"];
const NOWHERE = "nowhere";
/** Which of a target's fields says whereto, by its kind. */
/** @type {Record<string, string>} */
const ASKED = {
  number: "number",
  person: "person",
  device: "device",
  status: "phone_status",
  first_available: "deputies",
};

/**
 * @typedef {object} Condition
 * @property {string} key
 * @property {string[]} kinds
 * @property {string[] | null} numbers
 * @property {string[]} statuses
 * @property {{ min: number, max: number, step: number } | null} ring
 *
 * @typedef {object} Form as the server describes it
 * @property {Field[]} fields
 * @property {string[]} modes
 * @property {boolean} do_not_disturb
 * @property {Condition[]} conditions
 * @property {{ id: string, name: string }[]} people
 * @property {{ id: string, name: string }[]} devices
 */

export class ProfileForm {
  /**
   * @param {Form} form
   * @param {Record<string, any>} stored the profile as it is stored
   * @param {() => void} draw
   * @param {string[]} [changeable] the fields that may be changed, if not all
   */
  constructor(form, stored, draw, changeable) {
    this.form = form;
    this.stored = stored;
    this.draw = draw;
    this.changeable = changeable;
    /** What was typed and is not stored yet, as it would be stored. */
    /** @type {Record<string, any>} */
    this.typed = {};
    /** @type {Record<string, string>} */
    this.problems = {};
    /** What choosing it would come to. */
    /** @type {any} */
    this.outcome = undefined;
  }

  /** @param {string} key */
  value(key) {
    return key in this.typed ? this.typed[key] : this.stored[key];
  }

  /**
   * @param {string} key
   * @param {any} value
   */
  type(key, value) {
    this.typed = { ...this.typed, [key]: value };
    // A fixed time ends with itself; without an end there is none.
    if (key === "ending" && value === "until_changed") this.typed["duration"] = null;
    this.outcome = undefined;
    this.draw();
  }

  get isTyped() {
    return Object.keys(this.typed).length > 0;
  }

  /** @param {string} key */
  may(key) {
    return !this.changeable || this.changeable.includes(key);
  }

  /**
   * @param {Scene} scene
   * @returns {Child[]}
   */
  view(scene) {
    const asked = this.form.fields.filter(({ key }) => this.may(key === "minutes" ? "duration" : key));
    const [rarely, mostly] = [true, false].map((rare) =>
      asked.filter(({ key }) => RARELY.includes(key) === rare),
    );
    return [
      mostly?.map((field) => this.asked(scene, field)),
      this.may("redirect") && this.redirect(scene),
      rarely?.length &&
        h(
          "details",
          { key: "more" },
          h("summary", null, scene.t("more_settings")),
          rarely.map((field) => this.asked(scene, field)),
        ),
    ];
  }

  /**
   * @param {Scene} scene
   * @param {Field} field
   */
  asked(scene, field) {
    const described = { ...field, path: PRESENCE, errors: ERRORS };
    if (field.key === "minutes") {
      if (this.value("ending") === "until_changed") return null;
      const seconds = this.value("duration");
      return question(
        scene,
        { ...described, required: false },
        seconds ? seconds / 60 : null,
        (minutes) => this.type("duration", minutes ? minutes * 60 : null),
        this.problems["duration"],
      );
    }
    const required = field.key !== "info_text";
    return question(
      scene,
      { ...described, required },
      this.value(field.key) ?? (field.key === "teams" ? "as_status" : undefined),
      (value) => this.type(field.key, value ?? ""),
      this.problems[field.key],
    );
  }

  /** @param {Scene} scene */
  redirect(scene) {
    const { localize } = scene;
    const redirect = this.value("redirect") ?? { mode: "unchanged" };
    const change = (/** @type {object} */ more) => this.type("redirect", { ...redirect, ...more });
    const path = `${WORDS}.step.redirect`;
    const modes = { select: { options: this.form.modes, translation_key: "redirect_mode" } };
    return h(
      "fieldset",
      { class: "question", key: "redirect" },
      h("legend", null, scene.t("calls")),
      question(
        scene,
        { key: "mode", path, errors: ERRORS, required: true, selector: modes },
        redirect.mode,
        (mode) => change({ mode }),
        this.problems["redirect"],
      ),
      redirect.mode === "off" &&
        this.value("status") === "available" &&
        h("p", { class: "small", key: "hint" }, localize(`${WORDS}.step.follow_me_ends.description`)),
      redirect.mode === "forward" &&
        this.form.conditions.map((one) => this.condition(scene, one, redirect, change)),
      this.form.do_not_disturb &&
        question(
          scene,
          { key: "do_not_disturb", path, required: true, selector: { boolean: {} } },
          redirect.do_not_disturb ?? false,
          (on) => change({ do_not_disturb: on }),
        ),
    );
  }

  /**
   * @param {Scene} scene
   * @param {Condition} condition
   * @param {any} redirect
   * @param {(more: object) => void} change
   */
  condition(scene, condition, redirect, change) {
    const { key, kinds, ring } = condition;
    const path = `${WORDS}.step.targets.sections.${key}`;
    const target = redirect[key];
    const kind = target?.kind ?? NOWHERE;
    const problem = this.problems[key];
    const options = { options: [NOWHERE, ...kinds], translation_key: "target_kind" };
    return h(
      "fieldset",
      { class: "question", key },
      h("legend", null, scene.localize(`${path}.name`)),
      question(
        scene,
        { key: "kind", path, required: true, selector: { select: options } },
        kind,
        (picked) =>
          change({
            [key]: picked === NOWHERE ? null : { kind: picked, value: "", ...deputies(picked) },
          }),
      ),
      this.whereto(scene, condition, path, target, (more) => change({ [key]: { ...target, ...more } })),
      ring &&
        kind !== NOWHERE &&
        question(
          scene,
          { key: "ring_seconds", path, required: false, selector: { number: ring } },
          redirect.ring_seconds ?? null,
          (seconds) => change({ ring_seconds: seconds }),
        ),
      problem &&
        h(
          "span",
          { class: "wrong", role: "alert", key: "problem" },
          scene.localize(`${ERRORS}.${problem}_${key}`) || scene.localize(`${ERRORS}.${problem}`) || problem,
        ),
    );
  }

  /**
   * @param {Scene} scene
   * @param {Condition} condition
   * @param {string} path
   * @param {any} target
   * @param {(more: object) => void} change
   */
  whereto(scene, condition, path, target, change) {
    const key = ASKED[target?.kind];
    if (!key) return null;
    const named = (/** @type {{ id: string, name: string }[]} */ some) =>
      some.map(({ id, name }) => ({ value: id, label: name }));
    const plain = (/** @type {string[]} */ some) => some.map((one) => ({ value: one, label: one }));
    /** @type {Record<string, any>} */
    const selectors = {
      number: condition.numbers ? { select: { options: plain(condition.numbers) } } : { text: {} },
      person: { select: { options: named(this.form.people) } },
      device: { select: { options: named(this.form.devices) } },
      phone_status: { select: { options: plain(condition.statuses) } },
      deputies: { select: { options: named(this.form.people), multiple: true } },
    };
    const many = key === "deputies";
    return question(
      scene,
      { key, path, required: false, selector: selectors[key] },
      many ? (target.deputies ?? []) : target.value,
      (value) => change(many ? { deputies: value } : { value: value ?? "" }),
    );
  }

  /**
   * Show what choosing it would come to.
   *
   * @param {Scene} scene
   */
  result(scene) {
    if (!this.outcome) return null;
    return outcome(scene, this.outcome);
  }
}

/** @param {string} kind */
function deputies(kind) {
  return kind === "first_available" ? { deputies: [] } : {};
}

/**
 * Say what choosing a profile would come to.
 *
 * @param {Scene} scene
 * @param {any} found
 */
export function outcome(scene, found) {
  const { t, hass, localize } = scene;
  return h(
    "section",
    { class: "outcome", key: "outcome", "aria-live": "polite" },
    h(
      "p",
      { class: `now ${found.status}` },
      h("ha-icon", { icon: icon(STATUS_ICONS, found.status), "aria-hidden": "true" }),
      h("strong", null, found.profile),
      ` · ${stateName(hass, "sensor.status", found.status)}`,
    ),
    h("p", null, found.calls),
    found.refused.map((/** @type {string} */ reason) =>
      h("p", { class: "wrong" }, hass.localize(`component.xpresence.config_panel.cards.reason_${reason}`)),
    ),
    found.agent && h("p", null, localize(`selector.agent.options.${found.agent}`)),
    found.info_text && h("p", { class: "quoted" }, found.info_text),
    h("h3", null, t("why")),
    h("ul", null, found.why.map((/** @type {string} */ one) => h("li", null, one))),
    h("h3", null, t("then")),
    steps(scene, found.timeline),
  );
}

/**
 * Say what a profile does, each thing with its name.
 *
 * @param {Scene} scene
 * @param {Record<string, any>} stored
 * @param {Record<string, string>} targets where calls go, by condition
 */
export function facts({ t, hass, localize }, stored, targets) {
  const { mode } = stored["redirect"] ?? { mode: "unchanged" };
  const named = (/** @type {string} */ key) => localize(`${PRESENCE}.data.${key}`);
  const forward = mode === "forward" && Object.keys(targets).length > 0;
  /** @type {[string, Child][]} */
  const all = [
    [named("status"), stateName(hass, "sensor.status", stored["status"])],
    ...(forward
      ? Object.entries(targets).map(
          ([condition, target]) =>
            /** @type {[string, Child]} */ ([
              localize(`${WORDS}.step.targets.sections.${condition}.name`),
              condition === "no_reply" && stored["redirect"].ring_seconds
                ? `${target} (${stored["redirect"].ring_seconds} s)`
                : target,
            ]),
        )
      : [/** @type {[string, Child]} */ ([t("calls"), localize(`selector.redirect_mode.options.${mode}`)])]),
    [named("ending"), ending(localize, stored)],
  ];
  if ((stored["agent"] ?? "unchanged") !== "unchanged") {
    all.push([named("agent"), localize(`selector.agent.options.${stored["agent"]}`)]);
  }
  if ((stored["teams"] ?? "as_status") !== "as_status") {
    all.push([named("teams"), localize(`selector.teams_word.options.${stored["teams"]}`)]);
  }
  if (stored["info_text"]) all.push([named("info_text"), stored["info_text"]]);
  if (stored["adjustable"]?.length) {
    const fields = stored["adjustable"].map(
      (/** @type {string} */ one) => localize(`selector.adjustable.options.${one}`) || one,
    );
    all.push([named("adjustable"), fields.join(", ")]);
  }
  return h(
    "dl",
    { class: "facts" },
    all.map(([name, said]) => h("div", null, h("dt", { class: "small" }, name), h("dd", null, said))),
  );
}

/**
 * @param {Scene["localize"]} localize
 * @param {Record<string, any>} stored
 */
function ending(localize, stored) {
  const said = localize(`selector.ending.options.${stored["ending"] ?? "until_changed"}`);
  return stored["duration"] ? `${said} (${Math.round(stored["duration"] / 60)} min)` : said;
}
