/** Signing in at Microsoft: a code for a page of theirs, then whose account it is. */

import { explained } from "./errors.js";
import { h } from "./view.js";

/** @import {Connections} from "./connections.js" */
/** @import {RenderContext} from "./types.js" */
/** @import {Words} from "./connections.js" */

/**
 * @param {Connections} shown
 * @param {Words} t
 * @param {RenderContext} ctx
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
      microsoft.page && code(shown, t, microsoft.code, microsoft.page),
      microsoft.account !== undefined && whose(shown, t),
      signedIn && h("p", null, t("signed_in")),
    ]),
    h("div", { class: "pills", key: "pills" }, [
      !signedIn && !microsoft.page && microsoft.account === undefined && shown.pill(t("sign_in"), () => begin(shown)),
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
 * Without a code the page leads the browser back by itself.
 * @param {Connections} shown
 * @param {Words} t
 * @param {string | null | undefined} code
 * @param {string} page
 */
function code(shown, t, code, page) {
  const safe = page.startsWith("https://") || page.startsWith("http://");
  const link = { href: safe && page, target: "_blank", rel: "noopener" };
  return [
    h("p", null, code ? t("enter_code") : t("in_browser")),
    h("p", null, h("a", link, code ? page : t("open_page"))),
    code && h("p", { class: "profile code" }, code),
    h("p", { class: "small" }, t("waiting")),
    h("div", { class: "pills" }, [
      code
        ? shown.pill(t("code_blocked"), () => begin(shown, "browser"))
        : shown.pill(t("use_code"), () => begin(shown, "code")),
    ]),
  ];
}

/**
 * @param {Connections} shown
 * @param {Words} t
 */
function whose(shown, t) {
  const { account = "", expected, fits, administrator_needed } = shown.microsoft;
  const mayKeep = !administrator_needed || shown.hass.user?.is_admin;
  return [
    h("p", null, t("whose", { account })),
    fits === false && h("p", { class: "small" }, t("whose_expected", { expected: expected ?? "" })),
    !mayKeep && h("p", null, t("whose_administrator")),
    h("div", { class: "pills" }, [
      mayKeep && shown.pill(t("whose_yes"), () => confirm(shown, account, true)),
      shown.pill(t("whose_no"), () => confirm(shown, account, false)),
    ]),
  ];
}

/**
 * @param {Connections} shown
 * @param {string} account
 * @param {boolean} accept
 */
async function confirm(shown, account, accept) {
  try {
    await shown.send("confirm_microsoft", { account, accept });
  } catch (error) {
    shown.problems["microsoft"] = await explained(shown.hass, error);
    shown.card.draw();
  }
}

/**
 * @param {Connections} shown
 * @param {"browser" | "code"} [way]
 */
async function begin(shown, way) {
  const { card, hass } = shown;
  shown.then(() => shown.microsoft.leave?.());
  const attempt = (shown.microsoft = /** @type {Connections["microsoft"]} */ ({}));
  try {
    const leave = await hass.connection.subscribeMessage(
      ({ state, text, ...told }) => {
        if (shown.microsoft !== attempt) return;
        delete attempt.page;
        delete attempt.account;
        if (state === "code" || state === "browser" || state === "confirm") Object.assign(attempt, told);
        else {
          attempt.leave?.();
          if (state === "done") attempt.signedIn = true;
          else shown.problems["microsoft"] = text;
        }
        card.draw();
      },
      { type: "xpresence/sign_in_microsoft", person_id: card.told?.person?.id, ...(way && { way }) },
    );
    attempt.leave = leave;
  } catch (error) {
    shown.problems["microsoft"] = await explained(hass, error);
    card.draw();
  }
}
