/** Signing in at Microsoft: a code that is entered on a page of theirs. */

import { explained } from "./errors.js";
import { h } from "./view.js";

/** @import {Connections} from "./connections.js" */
/** @import {Scene} from "./types.js" */
/** @import {Words} from "./connections.js" */

/**
 * @param {Connections} shown
 * @param {Words} t
 * @param {Scene} scene
 */
export function signIn(shown, t, { hass }) {
  const { card, microsoft } = shown;
  const sensor = card.told?.entities?.["microsoft_sign_in"] ?? "";
  const state = hass.states[sensor]?.state;
  const signedIn = microsoft.signedIn ?? state === "signed_in";
  return h("div", { key: "microsoft" }, [
    h("h3", null, t("microsoft")),
    h("div", { role: "alert", key: "wrong" }, shown.problem("microsoft")),
    h("div", { role: "status", key: "state" }, [
      microsoft.page && code(t, microsoft.code ?? "", microsoft.page),
      signedIn && h("p", null, t("signed_in")),
    ]),
    h("div", { class: "pills", key: "pills" }, [
      !signedIn && !microsoft.page && shown.pill(t("sign_in"), () => begin(shown)),
      (signedIn || state === "sign_in_needed") &&
        shown.pill(t("sign_out"), async () => {
          const left = await card.act("sign_out", "xpresence.sign_out_microsoft", card.target());
          if (left) shown.microsoft = { signedIn: false };
          card.draw();
        }),
    ]),
  ]);
}

/**
 * @param {Words} t
 * @param {string} code
 * @param {string} page
 */
function code(t, code, page) {
  const safe = page.startsWith("https://") || page.startsWith("http://");
  return [
    h("p", null, t("enter_code")),
    h("p", null, h("a", { href: safe && page, target: "_blank", rel: "noopener" }, page)),
    h("p", { class: "profile code" }, code),
    h("p", { class: "small" }, t("waiting")),
  ];
}

/** @param {Connections} shown */
async function begin(shown) {
  const { card, hass } = shown;
  shown.then(() => shown.microsoft.leave?.());
  const attempt = (shown.microsoft = /** @type {Connections["microsoft"]} */ ({}));
  try {
    const leave = await hass.connection.subscribeMessage(
      ({ state, code, page, text }) => {
        if (shown.microsoft !== attempt) return;
        if (state === "code") Object.assign(attempt, { code, page });
        else {
          delete attempt.page;
          attempt.leave?.();
          if (state === "done") attempt.signedIn = true;
          else shown.problems["microsoft"] = text;
        }
        card.draw();
      },
      { type: "xpresence/sign_in_microsoft", person_id: card.told?.person?.id },
    );
    attempt.leave = leave;
  } catch (error) {
    shown.problems["microsoft"] = await explained(hass, error);
    card.draw();
  }
}
