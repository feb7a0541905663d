"""Finds the speaker of a sentence and the people that it names."""

from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from ..operations.authorization import person_entity_of_user
from ..services.service import PersonTarget, everybody
from .language import Language
from .names import Heard, of_whom

if TYPE_CHECKING:
    from homeassistant.components.conversation import ConversationInput


@callback
def satellite_of(hass: HomeAssistant, said: ConversationInput) -> str | None:
    """Return the device that received a sentence; ``None`` if it was typed."""
    if said.satellite_id is not None:
        entry = er.async_get(hass).async_get(said.satellite_id)
        if entry is not None and entry.device_id is not None:
            return entry.device_id
    return said.device_id


@callback
def speaker(hass: HomeAssistant, said: ConversationInput) -> list[PersonTarget]:
    """Return who "I" is; nobody if that is not known.

    The user who is signed in; else the person whose satellite heard it; else the
    only person there is.
    """
    people = everybody(hass)
    user_id = said.context.user_id
    if user_id is not None:
        found = [
            (coordinator, person_id)
            for coordinator, person_id in people
            if (home := coordinator.person_entity_id(person_id)) is not None
            and home == person_entity_of_user(coordinator, user_id)
        ]
        return found or _only(people)
    satellite = satellite_of(hass, said)
    mine = [
        (coordinator, person_id)
        for coordinator, person_id in people
        if satellite in coordinator.office.access.of(person_id).satellites
    ]
    owners = {person_id for _, person_id in mine}
    return mine if len(owners) == 1 else _only(people)


def _only(people: list[PersonTarget]) -> list[PersonTarget]:
    return people if len(people) == 1 else []


@callback
def named(
    hass: HomeAssistant, spoken: str, language: Language
) -> tuple[Heard, list[PersonTarget]]:
    """Return the people whom a spoken name means, and how it was heard."""
    people = everybody(hass)
    names = {pair: pair[0].people[pair[1]].person.name for pair in people}
    heard = of_whom(spoken, dict.fromkeys(names.values()), language)
    return heard, [pair for pair in people if names[pair] == heard.name]
