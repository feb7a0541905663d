/** The fields of people, profiles and offices, asked for as the settings pages do. */

import { h } from "../cards/view.js";

/** @import {Scene} from "./panel.js" */

/**
 * @typedef {object} Field as the server describes it
 * @property {string} key
 * @property {string} [page] the page of a person's settings whose words it has
 * @property {string} [path] where else its words stand
 * @property {string} [errors] where the words for what is wrong with it stand
 * @property {boolean} [required]
 * @property {Record<string, any>} selector Home Assistant's own description
 */

/**
 * Return what a field is called.
 *
 * @param {Scene} scene
 * @param {Field} field
 */
export function label({ localize }, field) {
  return localize(`${path(field)}.data.${field.key}`) || field.key;
}

/** @param {Field} field */
function path(field) {
  return field.path ?? `config_subentries.person.step.${field.page}`;
}

/**
 * Return the words for what is wrong with an answer.
 *
 * @param {Scene} scene
 * @param {string} problem
 * @param {string} [errors] where the words stand, if not those of a person
 */
export function problemWords({ t, localize }, problem, errors) {
  const own = `problem_${problem}`;
  if (t.has(own)) return t(own);
  return localize(`${errors ?? "config_subentries.person.error"}.${problem}`) || problem;
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
  const help = scene.localize(`${path(field)}.data_description.${field.key}`);
  const id = `${path(field)}.${field.key}`;
  const more = [
    help && h("span", { class: "small", id: `${id}.help`, key: "help" }, help),
    problem &&
      h(
        "span",
        { class: "wrong", role: "alert", key: "problem" },
        problemWords(scene, problem, field.errors),
      ),
  ];
  if (isMany(field)) {
    return h(
      "fieldset",
      { class: "question", key: field.key },
      h("legend", null, label(scene, field)),
      control(scene, field, value, changed, {}),
      more,
    );
  }
  const asked = h("label", { for: id }, label(scene, field));
  const answer = control(scene, field, value, changed, {
    id,
    "aria-describedby": help ? `${id}.help` : null,
  });
  const yesNo = "boolean" in field.selector;
  return h(
    "div",
    { class: "question", key: field.key },
    yesNo ? h("div", { class: "row" }, answer, asked) : [asked, answer],
    more,
  );
}

/**
 * Tell whether a field is answered by ticking some of several.
 *
 * @param {Field} field
 */
function isMany({ selector: { select, entity } }) {
  return Boolean(select?.multiple || entity?.multiple);
}

/**
 * Draw what an answer is entered in.
 *
 * @param {Scene} scene
 * @param {Field} field
 * @param {any} value
 * @param {(value: any) => void} changed
 * @param {Record<string, string | null>} about what it is called, or by what id
 */
export function control(scene, field, value, changed, about) {
  const { select, entity, text, number } = field.selector;
  /** @param {(typed: string) => any} read */
  const take = (read) => (/** @type {Event} */ event) =>
    changed(read(/** @type {HTMLInputElement} */ (event.currentTarget).value));
  if ("boolean" in field.selector) {
    return h("input", {
      ...about,
      type: "checkbox",
      checked: Boolean(value),
      onchange: (/** @type {Event} */ event) =>
        changed(/** @type {HTMLInputElement} */ (event.currentTarget).checked),
    });
  }
  if (select || entity) {
    const options = choices(scene, field);
    if (isMany(field)) {
      /** @type {string[]} */
      const ticked = value ?? [];
      return options.map(([key, words]) =>
        h(
          "label",
          { class: "row", key },
          h("input", {
            type: "checkbox",
            checked: ticked.includes(key),
            onchange: (/** @type {Event} */ event) => {
              const on = /** @type {HTMLInputElement} */ (event.currentTarget).checked;
              changed(
                on ? [...ticked, key] : ticked.filter((/** @type {string} */ one) => one !== key),
              );
            },
          }),
          h("span", null, words),
        ),
      );
    }
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
      value: value === null && !field.required ? "" : String(value ?? 0),
      oninput: take((typed) =>
        typed === "" && !field.required ? null : Math.trunc(Number(typed) || 0),
      ),
    });
  }
  return h("input", { ...about, type: "text", value: value ?? "", oninput: take((typed) => typed) });
}

/**
 * Return what may be chosen, each with its words.
 *
 * @param {Scene} scene
 * @param {Field} field
 * @returns {[string, string][]}
 */
export function choices({ hass, localize }, { selector: { select, entity } }) {
  if (select) {
    return select.options.map((/** @type {any} */ one) => {
      const key = one.value ?? one;
      const words = localize(`selector.${select.translation_key}.options.${key}`);
      return [key, one.label ?? (words || key)];
    });
  }
  /** @type {string[]} */
  const domains = [entity.domain].flat();
  return Object.keys(hass.states)
    .filter((id) => domains.some((one) => id.startsWith(`${one}.`)))
    .map((id) => /** @type {[string, string]} */ ([id, hass.states[id]?.attributes.friendly_name ?? id]))
    .sort(([, one], [, other]) => one.localeCompare(other, hass.language));
}
