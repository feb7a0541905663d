/** A person's own login at the phone system: entered, or signed in in the browser. */

import { explained } from "./errors.js";
import { h } from "./view.js";

/** @import {Connections, Words} from "./connections.js" */
/** @import {RenderContext} from "./types.js" */

/**
 * @typedef {object} Field
 * @property {string} key
 * @property {boolean} secret
 * @property {string} label
 * @property {string} help
 * @property {string} value
 */
/**
 * @typedef {object} Login
 * @property {string} system
 * @property {Field[]} fields
 * @property {boolean} signs_in
 * @property {boolean} entered
 * @property {boolean} signed_in
 */
/** @typedef {{ told?: Login, page?: string, leave?: () => void }} PhoneLogin */

/** Which form of the card is open while a login is entered. */
export const FORM = "phone";

/**
 * @param {Connections} shown
 * @param {Words} t
 * @param {RenderContext} ctx
 */
export function phoneLogin(shown, t, { hass }) {
  const { told, page } = shown.phone;
  if (!told) return h("div", { class: "skeleton", "aria-busy": "true", key: "phone" });
  const { system } = told;
  const state = told.signed_in ? "phone_signed_in" : told.entered ? "phone_entered" : "phone_none";
  const { language } = hass;
  return h("div", { key: "phone" }, [
    h("h3", null, t("phone", { system })),
    h("div", { role: "alert", key: "wrong" }, shown.problem("phone")),
    h("p", { class: "small", key: "state" }, t(state)),
    page &&
      h("p", { key: "page" }, [
        h("a", { href: safe(page), target: "_blank", rel: "noopener" }, t("phone_open", { system })),
        h("span", { class: "small block" }, t("waiting")),
      ]),
    shown.form === FORM && form(shown, t, told, language),
    h("div", { class: "pills", key: "pills" }, [
      told.signs_in && !page && shown.pill(t("phone_sign_in"), () => begin(shown)),
      told.fields.length > 0 &&
        shown.form !== FORM &&
        shown.pill(t("phone_enter"), () =>
          shown.then(() => {
            shown.close();
            shown.form = FORM;
          }),
        ),
      (told.entered || told.signed_in) &&
        shown.pill(t("phone_forget"), () =>
          shown.ask("forget_phone_login", {}, t("phone_forgotten")),
        ),
    ]),
  ]);
}

/** @param {string} page */
function safe(page) {
  return page.startsWith("https://") || page.startsWith("http://") ? page : "";
}

/**
 * @param {Connections} shown
 * @param {Words} t
 * @param {Login} told
 * @param {string} language
 */
function form(shown, t, told, language) {
  /** @param {SubmitEvent} event */
  const onsubmit = async (event) => {
    event.preventDefault();
    const typed = /** @type {HTMLFormElement} */ (event.currentTarget);
    const login = Object.fromEntries([...new FormData(typed)].filter(([, value]) => value));
    await shown.ask("set_phone_login", { login, language }, t("phone_works"));
    // A secret is kept nowhere, not even here.
    for (const input of typed.querySelectorAll("input")) {
      if (input.type === "password") input.value = "";
    }
  };
  const title = t("phone_enter");
  const attributes = { class: "stack full", key: "form", novalidate: true, autocomplete: "off" };
  return h("form", { ...attributes, "aria-label": title, onsubmit }, [
    told.fields.map(({ key, secret, label, help, value }) => {
      const wrong = Boolean(shown.problems[key]);
      return h("div", { key }, [
        h(
          "label",
          { class: "field" },
          h("span", null, label),
          h("input", {
            name: key,
            type: secret ? "password" : "text",
            value,
            autocomplete: "off",
            autocapitalize: "off",
            spellcheck: "false",
            "aria-invalid": wrong && "true",
            "aria-describedby": wrong ? `wrong-${key}` : `help-${key}`,
          }),
        ),
        h("p", { class: "small", id: `help-${key}` }, help),
        shown.problem(key),
      ]);
    }),
    h("div", { class: "pills", key: "submit" }, [
      h(
        "button",
        { class: "pill filled", type: "submit", "aria-busy": String(shown.busy) },
        t("save"),
      ),
      shown.pill(t("cancel"), () => shown.then(() => shown.close())),
    ]),
  ]);
}

/** @param {Connections} shown */
export async function loadLogin(shown) {
  const { language } = shown.hass;
  shown.phone.told = await shown.send("phone_login", { language });
}

/** @param {Connections} shown */
async function begin(shown) {
  const { card, hass } = shown;
  shown.then(() => shown.phone.leave?.());
  const attempt = (shown.phone = /** @type {PhoneLogin} */ ({ told: shown.phone.told }));
  try {
    attempt.leave = await hass.connection.subscribeMessage(
      async ({ state, page, text }) => {
        if (shown.phone !== attempt) return;
        if (state === "page") attempt.page = page;
        else {
          delete attempt.page;
          attempt.leave?.();
          if (state === "done") await loadLogin(shown);
          else shown.problems["phone"] = text;
        }
        card.draw();
      },
      {
        type: "xpresence/sign_in_phone",
        person_id: card.told?.person?.id,
        language: hass.language,
      },
    );
  } catch (error) {
    shown.problems["phone"] = await explained(hass, error);
    card.draw();
  }
}
