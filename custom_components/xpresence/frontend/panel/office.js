/** Office: the phone system's health, the order of the sources, what people may do. */

import { h } from "../cards/view.js";
import { OneOfficePage } from "./office-page.js";
import { ordered } from "./ordered.js";

/** @import {Panel, Scene} from "./panel.js" */

export class OfficePage extends OneOfficePage {
  /** @param {Panel} panel */
  constructor(panel) {
    super(panel, "xpresence/office/health");
  }

  /**
   * @override
   * @param {Scene} scene
   */
  content(scene) {
    const { t, localize } = scene;
    /** @type {string[]} */
    const sources = this.data.sources;
    const name = (/** @type {string} */ one) => localize(`selector.source.options.${one}`) || one;
    return [
      h(
        "div",
        { class: "columns" },
        this.health(scene),
        h(
          "section",
          { class: "panelcard", key: "sources" },
          h("h2", null, t("sources")),
          h("p", { class: "small" }, t("sources_help")),
          ordered(
            scene,
            sources,
            { key: (one) => one, name, view: (one) => h("span", { class: "grow" }, name(one)), fixed: 1 },
            (order) => this.reorder(scene, "order", order, sources),
          ),
        ),
        this.permissions(scene),
      ),
    ];
  }

  /** @param {Scene} scene */
  health({ t, hass }) {
    const { title, connected, since, version, poll_every: every, extensions, can, cannot } = this.data;
    const began = since && new Date(since).toLocaleString(hass.language);
    const named = (/** @type {string[]} */ some) =>
      some.map((one) => t(`can_${/** @type {"ring"} */ (one)}`)).join(", ") || "–";
    return h(
      "section",
      { class: "panelcard", key: "health" },
      h("h2", null, title),
      h("p", null, connected ? t("connected", { since: began ?? "–" }) : t("not_connected")),
      version && h("p", { class: "small" }, version),
      h("p", { class: "small" }, every ? t("polled", { seconds: every }) : t("pushed")),
      extensions > 0 && h("p", { class: "small" }, t("extensions", { count: extensions })),
      h("p", null, h("strong", null, `${t("can")}: `), named(can)),
      cannot.length > 0 && h("p", null, h("strong", null, `${t("cannot")}: `), named(cannot)),
      h("a", { class: "pill", href: "/config/repairs" }, t("repairs")),
      h(
        "a",
        {
          class: "pill",
          href: `/config/integrations/integration/xpresence#config_entry=${this.office}`,
        },
        t("all_settings"),
      ),
    );
  }

  /** @param {Scene} scene */
  permissions({ t, localize }) {
    return h(
      "section",
      { class: "panelcard", key: "permissions" },
      h("h2", null, localize("options.step.permissions.data.allowed")),
      h(
        "ul",
        { class: "list" },
        Object.entries(this.data.permissions).map(([act, allowed]) =>
          h(
            "li",
            null,
            h("ha-icon", { icon: allowed ? "mdi:check" : "mdi:close", "aria-hidden": "true" }),
            h("span", { class: "hidden" }, allowed ? t("allowed") : t("forbidden")),
            h("span", null, localize(`selector.act.options.${act}`) || act),
          ),
        ),
      ),
    );
  }
}
