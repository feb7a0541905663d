"""A person's settings in words, as the settings pages show them."""

from dataclasses import replace
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant

from ..calendars import calendars_of
from ..labels import aim
from ..office import office_from, person_from
from ..presence.summary import Names, summary


def summary_of(
    hass: HomeAssistant, entry: ConfigEntry[Any], subentry: ConfigSubentry
) -> str:
    """Return what a person's settings lead to, as a list in Markdown.

    The person may be one who is not stored yet.
    """
    person = person_from(subentry, hass.config.time_zone)
    office = office_from(entry, hass.config.time_zone)
    office = replace(office, people={**office.people, person.id: person})

    def entity(entity_id: str) -> str:
        state = hass.states.get(entity_id)
        return state.name if state else entity_id

    lines = summary(
        office,
        person,
        [(one.name, one.rules) for one in calendars_of(subentry.data)],
        Names(entity, lambda target: aim(office, person.id, target)),
        language=hass.config.language,
    )
    return "\n".join(f"- {line}" for line in lines)
