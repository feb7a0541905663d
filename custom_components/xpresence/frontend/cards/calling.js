/** Calls that the phone system places; loaded when somebody asks for one. */

import { words } from "./texts.js";

/** @import {TeamCard} from "./team-card.js" */
/** @import {Colleague, Hass} from "./types.js" */

/**
 * Ring one's own telephone, and then a colleague's.
 *
 * @param {TeamCard} card
 * @param {Colleague} self
 * @param {Colleague} person
 */
export async function call(card, self, person) {
  card.notice = "";
  const { person_entity: entity_id } = self;
  const done = await card.act("call", "xpresence.call", { entity_id, to: person.extension });
  if (!done) return;
  card.notice = words(/** @type {Hass} */ (card.hass_))("calling", { name: person.name });
  card.draw();
}
