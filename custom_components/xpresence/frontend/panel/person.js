/** One person: what holds now, and their settings with the same fields as the flows. */

import { h } from "../cards/view.js";
import { question } from "./fields.js";

/** @import {PeoplePage} from "./people.js" */
/** @import {Scene} from "./panel.js" */

export class PersonPage {
  /**
   * @param {PeoplePage} people
   * @param {string} id
   */
  constructor(people, id) {
    this.people = people;
    this.id = id;
    /** What was typed and is not stored yet. */
    /** @type {Record<string, any>} */
    this.typed = {};
    /** The settings as they were when typing began. */
    this.version = "";
  }

  /** @param {Scene} scene */
  view(scene) {
    const { t } = scene;
    const { data, live, panel } = this.people;
    const person = data?.people.find(({ id }) => id === this.id);
    const back = h(
      "div",
      { class: "actions", key: "back" },
      h(
        "button",
        { class: "pill", onclick: () => panel.navigate("people") },
        h("ha-icon", { icon: "mdi:arrow-left", "aria-hidden": "true" }),
        t("page_people"),
      ),
    );
    if (!person) return [back, h("p", { class: "empty" }, t("person_gone"))];
    const problems = this.people.problems[this.id] ?? {};
    const entity = live.get(this.id)?.entity;
    return [
      back,
      h("h1", null, person.name),
      h(
        "div",
        { class: "columns" },
        h(
          "form",
          {
            class: "panelcard",
            key: "form",
            onsubmit: (/** @type {Event} */ event) => {
              event.preventDefault();
              this.save(scene);
            },
          },
          h("h2", null, t("settings")),
          (data?.fields ?? []).map((field) =>
            question(
              scene,
              field,
              field.key in this.typed ? this.typed[field.key] : person[field.key],
              (value) => {
                if (!Object.keys(this.typed).length) this.version = person.version;
                this.typed = { ...this.typed, [field.key]: value };
                panel.draw();
              },
              problems[field.key],
            ),
          ),
          h(
            "div",
            { class: "actions" },
            h(
              "button",
              {
                class: "pill filled",
                disabled: this.people.busy || !Object.keys(this.typed).length,
              },
              t("save"),
            ),
            h(
              "a",
              {
                class: "pill",
                href: `/config/integrations/integration/xpresence#config_entry=${this.people.office}`,
              },
              t("all_settings"),
            ),
          ),
        ),
        entity &&
          h("xpresence-card", { key: this.id, ".config": { entity }, ".hass": scene.hass }),
      ),
    ];
  }

  /** @param {Scene} scene */
  async save({ t }) {
    const done = await this.people.send(
      {
        type: "xpresence/people/change",
        people: { [this.id]: this.version },
        answers: this.typed,
      },
      () => t("saved"),
    );
    if (done) this.typed = {};
    else {
      // Whoever saves again after they were told has seen what the other changed.
      const now = this.people.data?.people.find(({ id }) => id === this.id);
      this.version = now?.version ?? "";
    }
    this.people.panel.draw();
  }
}
