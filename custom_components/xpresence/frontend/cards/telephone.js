/** Automatic, follow-me and the hotline; loaded when my card shows them. */

import { stateName } from "./icons.js";
import { h } from "./view.js";

/** @import {MyCard} from "./my-card.js" */
/** @import {Details, RenderContext} from "./types.js" */

/**
 * @param {MyCard} card
 * @param {RenderContext} ctx
 * @param {Details} details
 */
export function devices(card, ctx, details) {
  return h(
    "section",
    { key: "devices", class: "devices" },
    automatic(card, ctx, details),
    (details.follow_me || details.agent) &&
      [followMe(card, ctx, details), teamDesk(card, ctx, details)],
  );
}

/**
 * @param {MyCard} card
 * @param {RenderContext} ctx
 * @param {Details} details
 */
function automatic(card, { t }, details) {
  const entity_id = card.told?.entities?.["automatic"];
  if (!entity_id || !card.may("choose_profile")) return null;
  const action = details.automatic ? "switch.turn_off" : "switch.turn_on";
  return h(
    "div",
    { class: "field", key: "automatic" },
    h("span", { id: "automatic" }, t("automatic")),
    h(
      "button",
      {
        class: "switch",
        role: "switch",
        "aria-checked": String(details.automatic),
        "aria-labelledby": "automatic",
        "aria-busy": String(card.doing === "automatic"),
        onclick: () => card.act("automatic", action, { entity_id }),
      },
      h("span", { class: "knob" }),
    ),
  );
}

/**
 * @param {MyCard} card
 * @param {RenderContext} ctx
 * @param {Details} details
 */
function followMe(card, { t }, { follow_me: found }) {
  const entity_id = card.told?.entities?.["follow_me"];
  if (!found || !entity_id) return null;
  const current = found.known ? (found.device ?? "off") : "";
  return h(
    "label",
    { class: "field", key: "follow_me" },
    h("span", null, t("follow_me")),
    h(
      "select",
      {
        disabled: !card.may("change_follow_me"),
        onchange: (/** @type {Event} */ event) => {
          const select = /** @type {HTMLSelectElement} */ (event.currentTarget);
          card.act("follow_me", "select.select_option", { entity_id, option: select.value });
        },
      },
      !found.known && h("option", { value: "", selected: true }, t("unknown")),
      h("option", { value: "off", key: "off", selected: current === "off" }, t("off")),
      found.devices.map((name) =>
        h("option", { value: name, key: name, selected: current === name }, name),
      ),
    ),
  );
}

/**
 * @param {MyCard} card
 * @param {RenderContext} ctx
 * @param {Details} details
 */
function teamDesk(card, { t, hass }, { agent }) {
  const entity_id = card.told?.entities?.["agent"];
  if (!agent || !entity_id) return null;
  return h(
    "div",
    { class: "field", role: "group", "aria-labelledby": "teamdesk", key: "teamdesk" },
    h("span", { id: "teamdesk" }, t("teamdesk")),
    h(
      "div",
      { class: "pills", "aria-busy": String(card.doing === "agent") },
      agent.states.map((option) =>
        h(
          "button",
          {
            class: "pill",
            disabled: !card.may("set_agent_status"),
            "aria-pressed": String(option === agent.state),
            onclick: () => card.act("agent", "select.select_option", { entity_id, option }),
          },
          stateName(hass, "select.agent", option),
        ),
      ),
    ),
  );
}
