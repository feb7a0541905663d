/** People on the board in groups; loaded where there are any. */

import { stateName } from "./icons.js";
import { preferences } from "./preferences.js";

/** @import {Colleague, RenderContext} from "./types.js" */

/** @typedef {{ title: string, people: Colleague[] }} Group */

/**
 * Return people in groups: favourites, then the rest as the card says.
 *
 * @param {RenderContext} ctx
 * @param {Colleague[]} people in order
 * @param {string} [by]
 * @returns {Group[]}
 */
export function grouped(ctx, people, by) {
  const { t } = ctx;
  const { favourites } = preferences();
  const first = people.filter(({ id }) => favourites.includes(id));
  const rest = people.filter(({ id }) => !favourites.includes(id));
  /** @type {Map<string, Colleague[]>} */
  const groups = new Map();
  for (const person of rest) {
    const title = titleOf(ctx, person, by);
    groups.set(title, [...(groups.get(title) ?? []), person]);
  }
  if (first.length && groups.has("")) {
    groups.set(t("group_others"), groups.get("") ?? []);
    groups.delete("");
  }
  const titled = [...groups].map(([title, some]) => ({ title, people: some }));
  if (by !== "status") titled.sort((one, other) => one.title.localeCompare(other.title));
  return first.length ? [{ title: t("group_favourites"), people: first }, ...titled] : titled;
}

/**
 * @param {RenderContext} ctx
 * @param {Colleague} person
 * @param {string} [by]
 */
function titleOf({ hass, t }, person, by) {
  if (by === "office") return person.office;
  if (by === "status") return stateName(hass, "sensor.status", person.status);
  if (by !== "area") return "";
  const device = hass.devices[hass.entities[person.entity ?? ""]?.device_id ?? ""];
  return hass.areas[device?.area_id ?? ""]?.name ?? t("no_area");
}
