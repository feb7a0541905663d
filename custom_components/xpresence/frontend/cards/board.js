/** Who stands on the board, in order. */

import { STATUS_ORDER } from "./icons.js";

/** @import {Colleague, RenderContext, BoardFilter} from "./types.js" */

const AWAY = new Set(["away", "offline"]);

/** @type {Record<string, (one: Colleague, other: Colleague) => number>} */
const SORTS = {
  name: () => 0,
  status: (one, other) => STATUS_ORDER.indexOf(one.status) - STATUS_ORDER.indexOf(other.status),
  extension: (one, other) =>
    one.extension.localeCompare(other.extension, undefined, { numeric: true }),
};

/**
 * Return the filtered people, sorted.
 *
 * @param {RenderContext} ctx
 * @param {Iterable<Colleague>} people
 * @param {BoardFilter} wanted
 */
export function found({ hass }, people, { sought, available, sort, away }) {
  const text = sought.trim().toLocaleLowerCase();
  const order = SORTS[sort] ?? SORTS["name"];
  const names = new Intl.Collator(hass.language);
  const last = away === "last" ? 1 : away === "first" ? -1 : 0;
  return [...people]
    .filter((person) => !available || person.status === "available")
    .filter(
      ({ name, extension, profile, info_text }) =>
        !text ||
        [name, extension, profile, info_text].join("\n").toLocaleLowerCase().includes(text),
    )
    .sort(
      (one, other) =>
        last * (Number(AWAY.has(one.status)) - Number(AWAY.has(other.status))) ||
        order?.(one, other) ||
        names.compare(one.name, other.name),
    );
}
