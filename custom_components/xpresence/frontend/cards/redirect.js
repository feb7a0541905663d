/** Where calls go, as one line; what is not so yet never looks as if it were. */

import { REDIRECT_ICONS, icon } from "./looks.js";
import { isKey } from "./texts.js";
import { h } from "./view.js";

/** @import {Scene} from "./live-card.js" */
/** @import {Redirect, Rule} from "./types.js" */

const WISHED = new Set(["pending", "failed", "unknown"]);

/**
 * @param {Scene} scene
 * @param {Redirect} redirect
 * @param {boolean} connected
 * @param {Rule} [wish] what the profile wants, said where nobody knows what is
 * @param {import("./view.js").Child} [button] what changes it
 */
export function redirectLine(scene, redirect, connected, wish, button) {
  const { t } = scene;
  const notes = [];
  if (wish && wish.mode !== "unchanged" && WISHED.has(redirect.status) && !redirect.target) {
    notes.push(t("wanted", { rule: ruleInWords(scene, wish) }));
  }
  if (!connected) notes.push(t("not_connected"));
  const reason = `reason_${redirect.reason}`;
  if (redirect.reason && isKey(reason) && (connected || redirect.reason !== "unreachable")) {
    notes.push(t(reason));
  }
  const by = `set_by_${redirect.set_by}`;
  if (redirect.status === "active" && isKey(by)) notes.push(t(by));
  return h(
    "div",
    { class: `redirect is-${redirect.status}`, key: "redirect" },
    h("ha-icon", { icon: icon(REDIRECT_ICONS, redirect.status), "aria-hidden": "true" }),
    h(
      "div",
      { class: "grow", role: "status" },
      h("div", { class: "strong" }, sentence(scene, redirect)),
      notes.length > 0 && h("div", { class: "small" }, notes.join(" · ")),
    ),
    button,
  );
}

/**
 * @param {Scene} scene
 * @param {Redirect} redirect
 */
export function sentence({ t }, { status, target, condition, part }) {
  if (!target) {
    const without = `redirect_${status}_off`;
    const plain = `redirect_${status}`;
    if (isKey(without)) return t(without);
    return isKey(plain) ? t(plain) : "";
  }
  if (status === "active") {
    if (part === "follow_me") return t("redirect_follow_me", { target });
    const conditional = `redirect_active_${condition}`;
    if (isKey(conditional)) return t(conditional, { target });
  }
  const key = `redirect_${status}`;
  return isKey(key) ? t(key, { target }) : "";
}

/**
 * Say where calls will go by a rule.
 *
 * @param {Scene} scene
 * @param {Rule} rule
 */
export function ruleInWords({ t }, rule) {
  if (rule.mode === "off") return t("rule_off");
  if (rule.mode === "unchanged") return t("rule_unchanged");
  return rule.targets
    .map(({ condition, target }) => {
      const key = `to_${condition}`;
      return t(isKey(key) ? key : "to", { target });
    })
    .join(", ");
}
