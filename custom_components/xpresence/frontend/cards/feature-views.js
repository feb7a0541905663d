/** How the tile features and the badge look; loaded when one is shown. */

import { openMore, sibling } from "./element.js";
import { REDIRECT_ICONS, STATUS_ICONS, icon, stateName } from "./icons.js";
import { h } from "./view.js";

/** @import {RenderContext} from "./types.js" */
/** @import {Feature, PresenceBadge} from "./features.js" */

/**
 * @param {Feature} feature
 * @param {RenderContext} ctx
 */
export function profiles(feature, { hass, t }) {
  const state = hass.states[feature.entity];
  /** @type {string[]} */
  const options = state?.attributes.options ?? [];
  /** @type {string[]} */
  const wanted = feature.config["profiles"] ?? [];
  const shown = wanted.length ? wanted.filter((name) => options.includes(name)) : options;
  return [
    h(
      "div",
      { class: "feature scroll", role: "group", "aria-label": t("profile") },
      shown.map((name) =>
        h(
          "button",
          {
            class: "pill",
            key: name,
            "aria-pressed": String(name === state?.state),
            onclick: () => feature.act("select.select_option", { option: name }),
          },
          name,
        ),
      ),
    ),
  ];
}

/**
 * @param {Feature} feature
 * @param {RenderContext} ctx
 */
export function redirect(feature, { hass, t }) {
  const sensor = sibling(hass, feature.entity, "redirect") ?? "";
  const state = hass.states[sensor]?.state ?? "unknown";
  const target = hass.states[sensor]?.attributes["target"];
  const condition = hass.states[sensor]?.attributes["condition"];
  const on = state === "active" || state === "pending";
  return [
    h(
      "div",
      { class: "feature" },
      h("ha-icon", { icon: icon(REDIRECT_ICONS, state), "aria-hidden": "true" }),
      h(
        "span",
        { class: "grow ellipsis" },
        on && target ? target : stateName(hass, "sensor.redirect", state),
      ),
      h(
        "button",
        {
          class: "pill",
          onclick: () =>
            on
              ? feature.act("xpresence.set_redirect", { mode: "off", ...(condition ? { condition } : {}) })
              : feature.act("xpresence.set_redirect", { mode: "forward", target: "voicemail" }),
        },
        t(on ? "end_redirect" : "to_voicemail"),
      ),
    ),
  ];
}

/**
 * @param {Feature} feature
 * @param {RenderContext} ctx
 */
export function automatic(feature, { t }) {
  return [
    h(
      "div",
      { class: "feature" },
      h(
        "button",
        { class: "pill grow", onclick: () => feature.act("xpresence.resume_automatic", {}) },
        t("back"),
      ),
    ),
  ];
}

/**
 * @param {PresenceBadge} shown
 * @param {RenderContext} ctx
 */
export function badge(shown, { hass, t }) {
  const entity = shown.config["entity"] ?? "";
  const state = hass.states[entity];
  const status = hass.states[sibling(hass, entity, "status") ?? ""]?.state ?? "offline";
  const device = hass.devices[hass.entities[entity]?.device_id ?? ""];
  const name = shown.config["name"] || device?.name_by_user || device?.name || t("profile");
  return [
    h(
      "button",
      { class: `pill badge-pill ${status}`, onclick: () => openMore(shown, entity) },
      h("ha-icon", { icon: icon(STATUS_ICONS, status), "aria-hidden": "true" }),
      h("span", null, `${name}: ${state?.state ?? t("unknown")}`),
      h("span", { class: "hidden" }, ` (${stateName(hass, "sensor.status", status)})`),
    ),
  ];
}
