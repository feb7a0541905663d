/** The cards' settings, as forms that Home Assistant draws. */

import { spoken } from "./texts.js";

const HIDEABLE = ["ending", "info_text", "devices", "timeline", "appointments", "why", "connections"];

/** The settings of my card. */
export function myForm() {
  const t = spoken();
  return form([
    {
      name: "entity",
      selector: { entity: { filter: { integration: "xpresence", domain: "select" } } },
    },
    { name: "name", selector: { text: {} } },
    {
      name: "hide",
      selector: {
        select: {
          multiple: true,
          options: HIDEABLE.map((value) => ({ value, label: word(t, `hide_${value}`) })),
        },
      },
    },
  ]);
}

/** The settings of the team board. */
export function teamForm() {
  const t = spoken();
  return form([
    { name: "name", selector: { text: {} } },
    { name: "entry", selector: { config_entry: { integration: "xpresence" } } },
    {
      name: "sort",
      selector: {
        select: {
          mode: "dropdown",
          options: ["name", "status", "extension"].map((value) => ({
            value,
            label: word(t, `sort_${value}`),
          })),
        },
      },
    },
  ]);
}

/** @param {object[]} schema */
function form(schema) {
  return {
    schema,
    computeLabel: (/** @type {{ name: string }} */ { name }) => word(spoken(), `editor_${name}`),
    computeHelper: (/** @type {{ name: string }} */ { name }) =>
      word(spoken(), `editor_${name}_help`),
  };
}

/**
 * @param {import("./texts.js").Words | undefined} t
 * @param {string} key
 */
function word(t, key) {
  return t?.has(key) ? t(key) : undefined;
}
