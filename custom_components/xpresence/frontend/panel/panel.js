/**
 * The panel in the sidebar: Team and Me for everybody; People, Profiles and Office for
 * administrators. Each page is a module of its own, loaded when it is opened.
 */

import { explained } from "../cards/errors.js";
import { withMoreStyles } from "../cards/more-styles.js";
import { styles as cardStyles } from "../cards/styles.js";
import { load, loaded, words } from "../cards/texts.js";
import { h, show } from "../cards/view.js";
import { styles } from "./styles.js";

/** @import {Hass, WordsOf} from "../cards/types.js" */
/** @import {Child} from "../cards/view.js" */

/**
 * What a page needs to draw itself.
 *
 * @typedef {object} Scene
 * @property {Hass & { user: { is_admin: boolean } }} hass
 * @property {WordsOf<"panel">} t
 * @property {(key: string, blanks?: Record<string, string>) => string} localize texts of xpresence outside of the panel's own
 */

/**
 * One page. `path` is what follows its own name in the address.
 *
 * @typedef {object} Page
 * @property {(path: string[]) => void} enter
 * @property {() => void} leave
 * @property {(scene: Scene) => Child[]} view
 */

/** @type {{ name: string, icon: string, admin: boolean, open: (panel: Panel) => Promise<Page> }[]} */
const PAGES = [
  { name: "team", icon: "mdi:account-group", admin: false, open: async (panel) => new (await import("./cards.js")).TeamPage(panel) },
  { name: "me", icon: "mdi:account", admin: false, open: async (panel) => new (await import("./me.js")).MyPage(panel) },
  { name: "people", icon: "mdi:table-account", admin: true, open: async (panel) => new (await import("./people.js")).PeoplePage(panel) },
  { name: "profiles", icon: "mdi:card-multiple-outline", admin: true, open: async (panel) => new (await import("./profiles.js")).ProfilesPage(panel) },
  { name: "office", icon: "mdi:office-building-cog-outline", admin: true, open: async (panel) => new (await import("./office.js")).OfficePage(panel) },
];
/** Sections of the translations beside the panel's own. */
const CATEGORIES = ["config_subentries", "selector", "entity", "options", "issues"];

export class Panel extends HTMLElement {
  constructor() {
    super();
    /** @type {any} */
    this.hass_ = undefined;
    this.narrow = false;
    this.path_ = "";
    /** @type {Map<string, Page>} */
    this.pages_ = new Map();
    /** @type {Page | undefined} */
    this.page = undefined;
    this.name = "";
    /** What went wrong, and what was done, in the user's words. */
    this.error = "";
    this.done = "";
    this.drawing_ = false;
    this.language_ = "";
    this.root_ = this.attachShadow({ mode: "open" });
    this.root_.adoptedStyleSheets = [cardStyles, styles];
    withMoreStyles(this.root_);
  }

  /** @param {any} hass */
  set hass(hass) {
    const before = this.hass_;
    this.hass_ = hass;
    load(hass);
    if (hass.language !== this.language_) {
      this.language_ = hass.language;
      for (const category of CATEGORIES) {
        hass.loadBackendTranslation(category, "xpresence").catch((/** @type {any} */ error) => {
          console.debug("xpresence:", error);
        });
      }
    }
    if (!before) this.go_();
    this.draw();
  }

  get hass() {
    return this.hass_;
  }

  /** @param {{ path: string }} route */
  set route(route) {
    if (this.path_ === route.path && this.page) return;
    this.path_ = route.path;
    this.go_();
  }

  disconnectedCallback() {
    this.page?.leave();
    this.page = undefined;
  }

  connectedCallback() {
    this.go_();
  }

  /** Open the page that the address names; somebody else's page leads to one's own. */
  async go_() {
    if (!this.hass_ || !this.isConnected) return;
    const [name, ...rest] = this.path_.split("/").filter(Boolean);
    const offered = this.offered();
    const found = offered.find((page) => page.name === name) ?? offered[0];
    if (!found) return;
    let page = this.pages_.get(found.name);
    if (!page) {
      page = await found.open(this);
      this.pages_.set(found.name, page);
    }
    if (this.page !== page) {
      this.page?.leave();
      this.page = page;
      this.hush();
    }
    this.name = found.name;
    page.enter(found.name === name ? rest : []);
    this.draw();
  }

  offered() {
    return PAGES.filter((page) => !page.admin || this.hass_?.user?.is_admin);
  }

  /**
   * Go to another page of the panel.
   *
   * @param {string} path
   */
  navigate(path) {
    history.pushState(null, "", `/xpresence/${path}`);
    window.dispatchEvent(new CustomEvent("location-changed", { detail: { replace: false } }));
  }

  /**
   * Ask the server; what goes wrong is shown on the page, and undefined returned.
   *
   * @param {object} command
   * @returns {Promise<any>}
   */
  async ask(command) {
    try {
      return await this.hass_.callWS(command);
    } catch (error) {
      await this.failed(error);
      return undefined;
    }
  }

  /** Forget what was said of what was done before. */
  hush() {
    this.error = "";
    this.done = "";
  }

  /** @param {any} error */
  async failed(error) {
    this.error = await explained(this.hass_, error);
    this.draw();
  }

  /** Draw soon, once for many changes. */
  draw() {
    if (this.drawing_) return;
    this.drawing_ = true;
    queueMicrotask(() => {
      this.drawing_ = false;
      if (this.hass_ && this.isConnected) this.show_();
    });
  }

  show_() {
    const hass = this.hass_;
    if (!loaded(hass)) {
      show(this.root_, [h("div", { class: "skeleton", "aria-busy": "true" })]);
      return;
    }
    const t = words(hass, "panel");
    /** @type {Scene} */
    const scene = {
      hass,
      t,
      localize: (key, blanks) => hass.localize(`component.xpresence.${key}`, blanks),
    };
    show(this.root_, [
      h(
        "header",
        { class: "top" },
        h(
          "button",
          {
            class: "icon menu",
            "aria-label": t("menu"),
            onclick: () =>
              this.dispatchEvent(
                new CustomEvent("hass-toggle-menu", { bubbles: true, composed: true }),
              ),
          },
          h("ha-icon", { icon: "mdi:menu", "aria-hidden": "true" }),
        ),
        h(
          "nav",
          { "aria-label": t("sidebar") },
          this.offered().map((page) =>
            h(
              "a",
              {
                href: `/xpresence/${page.name}`,
                "aria-current": page.name === this.name ? "page" : null,
                onclick: (/** @type {MouseEvent} */ event) => {
                  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                  event.preventDefault();
                  event.stopPropagation();
                  this.navigate(page.name);
                },
              },
              h("ha-icon", { icon: page.icon, "aria-hidden": "true" }),
              h("span", null, t(`page_${/** @type {"team"} */ (page.name)}`)),
            ),
          ),
        ),
      ),
      h("div", { role: "alert", key: "alert" }, this.error && this.message_("error", t)),
      h("div", { role: "status", key: "status" }, this.done && this.message_("done", t)),
      h("main", { key: this.name }, this.page?.view(scene) ?? []),
    ]);
  }

  /**
   * @param {"error" | "done"} kind
   * @param {Scene["t"]} t
   */
  message_(kind, t) {
    return h(
      "div",
      { class: `alert is-${kind}` },
      h("ha-icon", {
        icon: kind === "error" ? "mdi:alert-circle-outline" : "mdi:check-circle-outline",
        "aria-hidden": "true",
      }),
      h("span", { class: "grow" }, this[kind]),
      h(
        "button",
        {
          class: "icon",
          "aria-label": t("dismiss"),
          onclick: () => {
            this[kind] = "";
            this.draw();
          },
        },
        h("ha-icon", { icon: "mdi:close", "aria-hidden": "true" }),
      ),
    );
  }
}

if (!customElements.get("xpresence-panel")) customElements.define("xpresence-panel", Panel);
