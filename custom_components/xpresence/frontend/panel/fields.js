/** The fields of a person, asked for as the settings pages do. */

import { h } from "../cards/view.js";

/** @import {Scene} from "./panel.js" */

/**
 * @typedef {object} Field as the server describes it
 * @property {string} key
 * @property {string} page the settings page whose words it has
 * @property {boolean} required
 * @property {Record<string, any>} selector Home Assistant's own description
 */

/**
 * Return what a field is called.
 *
 * @param {Scene} scene
 * @param {Field} field
 */
export function label({ localize }, field) {
  const key = `config_subentries.person.step.${field.page}.data.${field.key}`;
  return localize(key) || field.key;
}

/**
 * Return the words for what is wrong with an answer.
 *
 * @param {Scene} scene
 * @param {string} problem
 */
export function problemWords({ t, localize }, problem) {
  const own = `problem_${problem}`;
  if (t.has(own)) return t(own);
  return localize(`config_subentries.person.error.${problem}`) || problem;
}

/**
 * Return an answer as one line.
 *
 * @param {Scene} scene
 * @param {Field | undefined} field
 * @param {any} value
 */
export function shown({ hass, localize }, field, value) {
  if (value === null || value === undefined || value === "") return "–";
  if (Array.isArray(value)) return value.join(", ") || "–";
  const { select, entity } = field?.selector ?? {};
  if (select) {
    const option = select.options.find((/** @type {any} */ one) => (one.value ?? one) === value);
    if (option?.label) return option.label;
    if (select.translation_key) {
      return localize(`selector.${select.translation_key}.options.${value}`) || value;
    }
  }
  if (entity) return hass.states[value]?.attributes.friendly_name ?? value;
  return String(value);
}

/**
 * Draw a field with its words, what it holds, and what is wrong with it.
 *
 * @param {Scene} scene
 * @param {Field} field
 * @param {any} value
 * @param {(value: any) => void} changed
 * @param {string} [problem]
 */
export function question(scene, field, value, changed, problem) {
  const { localize } = scene;
  const help = localize(`config_subentries.person.step.${field.page}.data_description.${field.key}`);
  return h(
    "label",
    { class: "question", key: field.key },
    h("span", null, label(scene, field)),
    control(scene, field, value, changed),
    help && h("span", { class: "small" }, help),
    problem && h("span", { class: "wrong", role: "alert" }, problemWords(scene, problem)),
  );
}

/**
 * Draw what an answer is entered in.
 *
 * @param {Scene} scene
 * @param {Field} field
 * @param {any} value
 * @param {(value: any) => void} changed
 * @param {string} [named] what it is called, where no label says it
 */
export function control(scene, field, value, changed, named) {
  const { hass, localize } = scene;
  const { select, entity, text, number } = field.selector;
  const about = named ? { "aria-label": named } : {};
  /** @param {(typed: string) => any} read */
  const take = (read) => (/** @type {Event} */ event) =>
    changed(read(/** @type {HTMLInputElement} */ (event.currentTarget).value));
  if (select || entity) {
    /** @type {[string, string][]} */
    const options = select
      ? select.options.map((/** @type {any} */ one) => {
          const key = one.value ?? one;
          const words = localize(`selector.${select.translation_key}.options.${key}`);
          return [key, one.label ?? (words || key)];
        })
      : Object.keys(hass.states)
          .filter((id) => entity.domain.some((/** @type {string} */ one) => id.startsWith(`${one}.`)))
          .map((id) => /** @type {[string, string]} */ ([id, hass.states[id]?.attributes.friendly_name ?? id]))
          .sort(([, one], [, other]) => one.localeCompare(other, hass.language));
    return h(
      "select",
      { ...about, onchange: take((typed) => typed || null) },
      (!field.required || !value) && h("option", { value: "", selected: !value }, "–"),
      options.map(([key, words]) => h("option", { value: key, selected: key === value }, words)),
    );
  }
  if (text?.multiple) {
    return h("textarea", {
      ...about,
      value: (value ?? []).join("\n"),
      oninput: take((typed) => typed.split("\n").filter((line) => line.trim())),
    });
  }
  if (number) {
    return h("input", {
      ...about,
      type: "number",
      min: number.min,
      max: number.max,
      value: String(value ?? 0),
      oninput: take((typed) => Math.trunc(Number(typed) || 0)),
    });
  }
  return h("input", { ...about, type: "text", value: value ?? "", oninput: take((typed) => typed) });
}
