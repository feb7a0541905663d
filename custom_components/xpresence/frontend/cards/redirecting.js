/** One's own redirect, as if dialled at the phone. Loaded when somebody changes it. */

import { fullHours } from "./end-picker.js";
import { endOf } from "./ends.js";
import { rememberTarget } from "./preference-changes.js";
import { preferences, read } from "./preferences.js";
import { local } from "./time.js";
import { h } from "./view.js";

/** @import {MyCard} from "./my-card.js" */
/** @import {Details, End, Hass, RenderContext} from "./types.js" */

const CONDITIONS = /** @type {const} */ (["unconditional", "busy", "no_reply"]);
/** Suggestions that are shown at a time. */
const MOST = 8;
const RING_SECONDS = 20;

/** What is being put together. */
export class RedirectWish {
  target = "";
  /** @type {typeof CONDITIONS[number]} */
  condition = "unconditional";
  end = "";
}

/**
 * @param {MyCard} card
 * @param {RenderContext} ctx
 * @param {Details} details
 */
export function changeRedirect(card, ctx, details) {
  const { t } = ctx;
  card.wish ??= new RedirectWish();
  read(ctx.hass, () => card.draw());
  // What is ended is what is shown: it may be on only when busy or not answered.
  const condition = card.told?.person?.redirect.condition ?? "unconditional";
  /** @type {["to_voicemail" | "end_redirect" | "as_profile", object][]} */
  const wishes = [
    ["to_voicemail", { mode: "forward", target: "voicemail" }],
    ["end_redirect", { mode: "off", condition }],
    ["as_profile", { mode: "unchanged" }],
  ];
  return h(
    "section",
    { key: "redirecting", role: "group", "aria-label": t("change_redirect") },
    h(
      "div",
      { class: "pills" },
      wishes.map(([key, wish]) =>
        h("button", { class: "pill", onclick: () => set(card, wish) }, t(key)),
      ),
    ),
    form(card, ctx, details, card.wish),
  );
}

/**
 * @param {MyCard} card
 * @param {RenderContext} ctx
 * @param {Details} details
 * @param {RedirectWish} wish
 */
function form(card, ctx, details, wish) {
  const { t, hass, now } = ctx;
  const conditions = details.conditions ?? CONDITIONS;
  const ends = endsOf(ctx);
  return h(
    "form",
    { class: "stack", onsubmit: (/** @type {SubmitEvent} */ event) => submit(event, card, ends) },
    h(
      "label",
      { class: "field" },
      h("span", null, t("redirect_to")),
      h("input", {
        type: "text",
        name: "target",
        required: true,
        autocomplete: "off",
        placeholder: t("redirect_to_hint"),
        value: wish.target,
        oninput: (/** @type {Event} */ event) => {
          wish.target = /** @type {HTMLInputElement} */ (event.currentTarget).value;
          card.draw();
        },
      }),
    ),
    h(
      "div",
      { class: "pills", role: "group", "aria-label": t("suggestions") },
      suggestions(hass, details, wish.target).map((name) =>
        h(
          "button",
          {
            class: "pill",
            type: "button",
            key: name,
            "aria-pressed": String(name === wish.target),
            onclick: () => {
              wish.target = name;
              card.draw();
            },
          },
          name,
        ),
      ),
    ),
    conditions.length > 1 &&
      select(t("redirect_when"), "condition", wish.condition, (value) => {
        wish.condition = /** @type {RedirectWish["condition"]} */ (value);
        card.draw();
      }, CONDITIONS.filter((one) => conditions.includes(one)).map((one) => [one, t(`when_${one}`)])),
    wish.condition === "no_reply" &&
      h(
        "label",
        { class: "field", key: "ring" },
        h("span", null, t("ring_seconds")),
        h("input", {
          type: "number",
          name: "ring_seconds",
          min: 5,
          max: 120,
          defaultValue: String(RING_SECONDS),
        }),
      ),
    select(t("redirect_until"), "end", wish.end, (value) => {
      wish.end = value;
      card.draw();
    }, [
      ["", t("until_changed")],
      ...ends.map(({ key, label }) => /** @type {[string, string]} */ ([key, label])),
      ["other", t("until_when")],
    ]),
    wish.end === "other" &&
      h(
        "label",
        { class: "field", key: "moment" },
        h("span", null, t("ends_at")),
        h("input", { type: "datetime-local", name: "moment", required: true, min: local(now) }),
      ),
    h(
      "button",
      { class: "pill filled", type: "submit", "aria-busy": String(card.doing === "redirect") },
      t("set"),
    ),
  );
}

/**
 * @param {string} label
 * @param {string} name
 * @param {string} current
 * @param {(value: string) => void} chosen
 * @param {[string, string][]} options
 */
function select(label, name, current, chosen, options) {
  return h(
    "label",
    { class: "field", key: name },
    h("span", null, label),
    h(
      "select",
      {
        name,
        onchange: (/** @type {Event} */ event) =>
          chosen(/** @type {HTMLSelectElement} */ (event.currentTarget).value),
      },
      options.map(([value, said]) =>
        h("option", { value, key: value, selected: value === current }, said),
      ),
    ),
  );
}

/**
 * @param {RenderContext} ctx
 * @returns {End[]}
 */
function endsOf(ctx) {
  const spans = /** @type {const} */ (["minutes_30", "hour_1"]);
  const later = /** @type {const} */ (["rest_of_day", "tomorrow"]);
  return [
    ...spans.map((key) => endOf(ctx, key, {})),
    ...fullHours(ctx),
    ...later.map((key) => endOf(ctx, key, {})),
  ].filter((end) => end !== undefined);
}

/**
 * Return who or what is meant by the beginning of a name; at first the latest targets.
 *
 * @param {Hass} hass
 * @param {Details} details
 * @param {string} typed
 */
function suggestions(hass, details, typed) {
  const sought = typed.trim().toLocaleLowerCase();
  const all = [...preferences().targets, ...(details.follow_me?.devices ?? []), ...colleagues(hass)];
  const found = [...new Set(all)].filter((one) => one.toLocaleLowerCase().includes(sought));
  return found.slice(0, MOST);
}

/**
 * Return the names of everybody who has a profile.
 *
 * @param {Hass} hass
 */
function colleagues(hass) {
  return Object.values(hass.entities)
    .filter(({ platform, translation_key }) => platform === "xpresence" && translation_key === "profile")
    .map(({ device_id }) => hass.devices[device_id ?? ""]?.name ?? "")
    .filter(Boolean)
    .sort((one, other) => one.localeCompare(other, hass.language));
}

/**
 * @param {SubmitEvent} event
 * @param {MyCard} card
 * @param {End[]} ends
 */
async function submit(event, card, ends) {
  event.preventDefault();
  const said = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
  const target = String(said.get("target") ?? "").trim();
  if (!target) return;
  const condition = String(said.get("condition") ?? "unconditional");
  const ring = said.get("ring_seconds");
  const moment = said.get("moment");
  const wish = {
    mode: "forward",
    target,
    condition,
    ...(ring ? { ring_seconds: Number(ring) } : {}),
    ...(moment
      ? { until: new Date(String(moment)).toISOString() }
      : ends.find(({ key }) => key === said.get("end"))?.end),
  };
  if ((await set(card, wish)) && card.hass_) await rememberTarget(card.hass_, target);
}

/**
 * Set it; what was refused stays to be mended.
 *
 * @param {MyCard} card
 * @param {object} wish
 */
async function set(card, wish) {
  card.redirecting = false;
  const done = await card.act("redirect", "xpresence.set_redirect", { ...card.target(), ...wish });
  if (done) card.wish = undefined;
  else card.redirecting = true;
  card.draw();
  return done;
}
