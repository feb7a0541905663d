/** The settings of cards, features and badges, as forms that Home Assistant draws. */

import { DURATIONS } from "./ends.js";
import { SECTIONS } from "./my-card.js";
import { spoken } from "./texts.js";

const PERSON = { entity: { filter: { integration: "xpresence", domain: "select" } } };
const TEXT = { text: {} };

/** The settings of my card. */
export function myForm() {
  return form([
    { name: "entity", selector: PERSON },
    { name: "name", selector: TEXT },
    { name: "compact", selector: { boolean: {} } },
    { name: "sections", selector: ordered(SECTIONS, "section_") },
    { name: "profiles", selector: { text: { multiple: true } } },
    { name: "durations", selector: ordered(DURATIONS, "") },
    {
      type: "grid",
      name: "",
      schema: [
        { name: "lunch_end", selector: { time: { no_second: true } } },
        { name: "day_start", selector: { time: { no_second: true } } },
      ],
    },
  ]);
}

/** The settings of the team board. */
export function teamForm() {
  return form([
    { name: "name", selector: TEXT },
    { name: "entry", selector: { config_entry: { integration: "xpresence" } } },
    { name: "sort", selector: one(["name", "status", "extension"], "sort_") },
    { name: "group", selector: one(["none", "area", "office", "status"], "group_") },
    { name: "away", selector: one(["mixed", "first", "last"], "away_") },
  ]);
}

/** The settings of the tile feature with profiles. */
export function profilesForm() {
  return form([{ name: "profiles", selector: { text: { multiple: true } } }]);
}

/** The settings of the badge. */
export function badgeForm() {
  return form([
    { name: "entity", required: true, selector: PERSON },
    { name: "name", selector: TEXT },
  ]);
}

/**
 * @param {readonly string[]} values
 * @param {string} prefix of their texts
 */
function ordered(values, prefix) {
  return { select: { multiple: true, reorder: true, options: options(values, prefix) } };
}

/**
 * @param {readonly string[]} values
 * @param {string} prefix
 */
function one(values, prefix) {
  return { select: { mode: "dropdown", options: options(values, prefix) } };
}

/**
 * @param {readonly string[]} values
 * @param {string} prefix
 */
function options(values, prefix) {
  return values.map((value) => ({ value, label: word(`${prefix}${value}`) ?? value }));
}

/** @param {object[]} schema */
function form(schema) {
  return {
    schema,
    computeLabel: (/** @type {{ name: string }} */ { name }) => word(`editor_${name}`),
    computeHelper: (/** @type {{ name: string }} */ { name }) => word(`editor_${name}_help`),
  };
}

/** @param {string} key */
function word(key) {
  const t = spoken();
  if (!t?.has(key)) return undefined;
  // A duration that names a time is named without it here.
  return t(key, { time: "" }).replace(/\s+/g, " ").trim();
}
