/** Profiles: all of the office in their order, what each does and who uses it. */

import { STATUS_ICONS, icon, stateName } from "../cards/icons.js";
import { h } from "../cards/view.js";
import { OneOfficePage } from "./office-page.js";
import { ordered } from "./ordered.js";

/** @import {Panel, Scene} from "./panel.js" */

export class ProfilesPage extends OneOfficePage {
  /** @param {Panel} panel */
  constructor(panel) {
    super(panel, "xpresence/office/profiles");
  }

  /**
   * @override
   * @param {Scene} scene
   */
  content(scene) {
    const { t } = scene;
    /** @type {any[]} */
    const profiles = this.data.profiles;
    const ids = (/** @type {any[]} */ some) => some.map(({ id }) => id);
    return [
      h("p", { class: "small" }, t("profiles_help")),
      ordered(
        scene,
        profiles,
        { key: ({ id }) => id, name: ({ name }) => name, view: (one) => this.profile(scene, one) },
        (order) => this.reorder(scene, "profile_order", ids(order), ids(profiles)),
      ),
      h(
        "div",
        { class: "actions" },
        h(
          "a",
          {
            class: "pill",
            href: `/config/integrations/integration/xpresence#config_entry=${this.office}`,
          },
          t("all_settings"),
        ),
      ),
      this.data.own.length > 0 &&
        h(
          "section",
          { class: "panelcard" },
          h("h2", null, t("own_profiles")),
          h(
            "ul",
            null,
            this.data.own.map((/** @type {any} */ one) => h("li", null, `${one.name} · ${one.owner}`)),
          ),
        ),
    ];
  }

  /**
   * @param {Scene} scene
   * @param {any} one
   */
  profile(scene, one) {
    const { t, hass, localize } = scene;
    const targets = Object.entries(one.targets).map(
      ([condition, target]) =>
        `${localize(`selector.condition.options.${condition}`) || condition}: ${target}`,
    );
    const does = [
      stateName(hass, "sensor.status", one.status),
      one.mode === "forward" && targets.length
        ? targets.join(", ")
        : localize(`selector.redirect_mode.options.${one.mode}`),
      localize(`selector.ending.options.${one.ending}`),
      one.agent !== "unchanged" && localize(`selector.agent.options.${one.agent}`),
    ];
    return h(
      "span",
      { class: `grow now ${one.status}` },
      h("ha-icon", { icon: icon(STATUS_ICONS, one.status), "aria-hidden": "true" }),
      h(
        "span",
        null,
        h("strong", null, one.name),
        !one.enabled && h("span", { class: "small" }, ` (${t("switched_off")})`),
        h("span", { class: "small block" }, does.filter(Boolean).join(" · ")),
        one.info_text && h("span", { class: "small block quoted" }, one.info_text),
        one.active_for.length > 0 &&
          h("span", { class: "small block" }, t("active_for", { people: some(one.active_for) })),
        one.used_by.length > 0 &&
          h("span", { class: "small block" }, t("used_by", { people: some(one.used_by) })),
      ),
    );
  }
}

/** How many people are named; of the others it says how many. */
const NAMED = 5;

/** @param {string[]} names */
function some(names) {
  const more = names.length - NAMED;
  return names.slice(0, NAMED).join(", ") + (more > 0 ? ` (+ ${more})` : "");
}
