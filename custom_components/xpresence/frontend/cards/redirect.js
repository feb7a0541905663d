/** Where calls go, as one line; what is not so yet never looks as if it were. */

import { REDIRECT_ICONS, icon } from "./icons.js";
import { h } from "./view.js";

/** @import {Redirect, Rule, RenderContext} from "./types.js" */

const WISHED = new Set(["pending", "failed", "unknown"]);

/**
 * @param {RenderContext} ctx
 * @param {Redirect} redirect
 * @param {boolean} connected
 * @param {Rule} [wish] what the profile wants, said where nobody knows what is
 * @param {import("./view.js").Child} [button] what changes it
 * @param {string | null} [from] whose redirect it is, if not that of the profile that holds
 */
export function redirectLine(ctx, redirect, connected, wish, button, from) {
  const { t } = ctx;
  const notes = [];
  if (wish && wish.mode !== "unchanged" && WISHED.has(redirect.status) && !redirect.target) {
    notes.push(t("wanted", { rule: ruleInWords(ctx, wish) }));
  }
  if (!connected) notes.push(t("not_connected"));
  const reason = `reason_${redirect.reason}`;
  if (redirect.reason && t.has(reason) && (connected || redirect.reason !== "unreachable")) {
    notes.push(t(reason));
  }
  const by = `set_by_${redirect.set_by}`;
  const kept = redirect.set_by === "profile" && from;
  if (redirect.status === "active" && kept) notes.push(t("from_profile", { profile: from }));
  else if (redirect.status === "active" && t.has(by)) notes.push(t(by));
  notes.push(...doubts(ctx, redirect));
  return h(
    "div",
    { class: `redirect is-${redirect.status}`, key: "redirect" },
    h("ha-icon", { icon: icon(REDIRECT_ICONS, redirect.status), "aria-hidden": "true" }),
    h(
      "div",
      { class: "grow", role: "status" },
      h("div", { class: "strong" }, sentence(ctx, redirect, Boolean(kept))),
      notes.length > 0 && h("div", { class: "small" }, notes.join(" · ")),
    ),
    button,
  );
}

/**
 * Say what is not certain about a redirect, and how old the reading is.
 *
 * @param {RenderContext} ctx
 * @param {Redirect} redirect
 */
function doubts({ t, clock }, redirect) {
  const notes = [];
  const replaceable = redirect.status === "active" && redirect.set_by !== "profile";
  if (redirect.target_known === false && replaceable) notes.push(t("redirect_not_restorable"));
  if (redirect.confirmed === false) notes.push(t("redirect_not_confirmed"));
  if (redirect.read_at) {
    notes.push(t("redirect_read_at", { time: clock.time(new Date(redirect.read_at)) }));
  }
  return notes;
}

/**
 * @param {RenderContext} ctx
 * @param {Redirect} redirect
 * @param {boolean} [keeps] whether calls go on to where they went
 */
export function sentence({ t }, { status, target, condition, part, target_known }, keeps) {
  if (!target) {
    if (status === "active" && target_known === false) return t("redirect_target_unknown");
    const without = `redirect_${status}_off`;
    const plain = `redirect_${status}`;
    if (t.has(without)) return t(without);
    return t.has(plain) ? t(plain) : "";
  }
  if (status === "active") {
    if (part === "follow_me") return t("redirect_follow_me", { target });
    const conditional = `redirect_active_${condition}`;
    if (t.has(conditional)) return t(conditional, { target });
    if (keeps) return t("redirect_keeps", { target });
  }
  const key = `redirect_${status}`;
  return t.has(key) ? t(key, { target }) : "";
}

/**
 * Say where calls will go by a rule.
 *
 * @param {RenderContext} ctx
 * @param {Rule} rule
 */
export function ruleInWords({ t }, rule) {
  if (rule.mode === "off") return t("rule_off");
  if (rule.mode === "unchanged") return t("rule_unchanged");
  return rule.targets
    .map(({ condition, target }) => {
      const key = `to_${condition}`;
      return t(t.has(key) ? key : "to", { target });
    })
    .join(", ");
}
