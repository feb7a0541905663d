"""What a person's settings lead to, as the person reads it on their own page.

Nothing here changes anything: sharing and own profiles have operations of their own.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import Context, HomeAssistant

from ..const import CONF_ACTIVITY, CONF_ENTITIES
from ..coordinator import OfficeCoordinator
from ..inputs.calendars.kinds import calendars_of
from ..presence.decision.settings_summary import Names, summary
from ..presence.permission.policy import Permission, Role
from ..presence.redirect.labels import target_label
from ..presence.texts import Texts
from ..presence.texts.markdown import unmarked
from ..settings.office import office_from, person_from
from .authorization import async_actor, async_may

OF_SHARING: Final = frozenset({Role.OWNER, Role.ADMIN})
"""Who learns with whom a person shares what."""


def settings_sentences(
    hass: HomeAssistant, entry: ConfigEntry[Any], subentry: ConfigSubentry, texts: Texts
) -> tuple[str, ...]:
    """Return what a person's settings lead to, in Markdown, one sentence an occasion.

    The person may be one who is not stored yet.
    """
    person = person_from(subentry, hass.config.time_zone)
    office = office_from(entry, hass.config.time_zone)
    office = replace(office, people={**office.people, person.id: person})
    return summary(
        office,
        person,
        [(one.name, one.rules) for one in calendars_of(subentry.data)],
        Names(
            lambda entity_id: entity_name(hass, entity_id),
            lambda target: target_label(office, person.id, target),
        ),
        texts=texts,
    )


def entity_name(hass: HomeAssistant, entity_id: str) -> str:
    """Return what an entity is called, or its id while it is not there."""
    state = hass.states.get(entity_id)
    return state.name if state else entity_id


async def async_own_settings(
    coordinator: OfficeCoordinator,
    person_id: str,
    texts: Texts,
    context: Context | None,
) -> dict[str, Any]:
    """Return what a person's PC says, what follows from their settings, who sees what."""
    hass = coordinator.hass
    subentry = coordinator.entry.subentries[person_id]
    entities: Mapping[str, str] = subentry.data.get(CONF_ACTIVITY, {}).get(
        CONF_ENTITIES, {}
    )
    actor = await async_actor(coordinator, person_id, context)
    sentences = settings_sentences(hass, coordinator.entry, subentry, texts)
    return {
        "follows": [unmarked(one) for one in sentences],
        "pc": [
            {
                "sign": sign,
                "entity_id": entity_id,
                "name": entity_name(hass, entity_id),
            }
            for sign, entity_id in entities.items()
        ],
        "sharing": _sharing(coordinator, person_id)
        if actor.roles & OF_SHARING
        else None,
        "may_share": await async_may(coordinator, person_id, Permission.SHARE, context),
    }


def _sharing(coordinator: OfficeCoordinator, person_id: str) -> dict[str, Any]:
    sharing = coordinator.office.access.of(person_id)
    return {
        "subjects": sharing.subjects.value,
        "info_text": sharing.info_text.value,
        "delegates": [
            {
                "entity_id": one,
                "name": entity_name(coordinator.hass, one),
                "granted": sorted(
                    grade.value
                    for grade in sharing.person.get(one, frozenset())
                    | sharing.office.get(one, frozenset())
                ),
                "left": sorted(grade.value for grade in sharing.grades(one)),
            }
            for one in sharing.delegates
        ],
    }
