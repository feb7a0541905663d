/** A dashboard in one click: one's own card beside the team board. */

import { load, words } from "./texts.js";

/** @import {Hass} from "./types.js" */

/** @param {Hass} hass */
export async function dashboard(hass) {
  await load(hass);
  const t = words(hass);
  const title = t("dashboard");
  return {
    title,
    views: [
      {
        title,
        icon: "mdi:account-clock",
        type: "sections",
        max_columns: 3,
        sections: [
          { type: "grid", cards: [{ type: "custom:xpresence-card" }] },
          {
            type: "grid",
            column_span: 2,
            cards: [{ type: "custom:xpresence-team-card", grid_options: { columns: "full" } }],
          },
        ],
      },
    ],
  };
}
