"""Settings that follow a pattern of people's names: PC entities, mailboxes.

``sensor.{name}_sessionstate`` stands for an entity of each person. What it comes to is
shown for everybody before anything is stored.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

from homeassistant.const import CONF_NAME
from homeassistant.core import callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import slugify

from ..const import (
    CONF_ACTIVITY,
    CONF_END_PROFILE,
    CONF_ENTITIES,
    CONF_EXTENSION,
    CONF_INACTIVE_MINUTES,
    CONF_INACTIVE_PROFILE,
    CONF_LOCKED_PROFILE,
    CONF_STATES,
    CONF_STATUS,
    DOMAIN,
    SUBENTRY_PROFILE,
)
from ..coordinator import OfficeCoordinator
from ..presence.line import Status
from ..presence.pc.signals import BY_STATE, Sign
from ..settings.automation_validation import activity_problems
from ..settings.person_fields import is_offered
from .people_changes import (
    PeopleInvalid,
    async_store,
    check_seen,
    no_person,
    people_in,
)

LONGEST: Final = 255
"""Characters of a pattern."""
USUAL_MINUTES: Final = 10
"""After which a PC counts as unused, where nothing else was said."""
FOLLOWS: Final[Mapping[Sign, tuple[str, Status]]] = {
    Sign.SESSION: (CONF_END_PROFILE, Status.OFFLINE),
    Sign.LOCKED: (CONF_LOCKED_PROFILE, Status.BE_RIGHT_BACK),
    Sign.LAST_INPUT: (CONF_INACTIVE_PROFILE, Status.BE_RIGHT_BACK),
    Sign.IDLE: (CONF_INACTIVE_PROFILE, Status.BE_RIGHT_BACK),
    Sign.ACTIVE: (CONF_INACTIVE_PROFILE, Status.BE_RIGHT_BACK),
}
"""What a sign leads to, where nothing is set yet: which profile, by its status."""


def filled(pattern: str, name: str, extension: str) -> str:
    """Return a pattern with one person's name, written as in an entity's id."""
    words = slugify(name).split("_")
    blanks = {
        "{name}": slugify(name),
        "{first}": words[0],
        "{last}": words[-1],
        "{extension}": extension,
    }
    for blank, value in blanks.items():
        pattern = pattern.replace(blank, value)
    return pattern


@callback
def pattern_hits(
    coordinator: OfficeCoordinator, people: Collection[str], pattern: str
) -> dict[str, dict[str, Any]]:
    """Return what a pattern comes to for each person, and the state of that entity.

    Raises:
        ServiceValidationError: somebody is gone.
    """
    known = people_in(coordinator)
    if not set(people) <= known.keys():
        raise no_person()
    found = {}
    for person_id in people:
        data = known[person_id].data
        value = filled(pattern, data[CONF_NAME], data[CONF_EXTENSION])
        state = coordinator.hass.states.get(value)
        found[person_id] = {
            "name": data[CONF_NAME],
            "value": value,
            "state": state.state if state else None,
        }
    return found


async def async_set_pc(
    coordinator: OfficeCoordinator,
    sign: Sign,
    pattern: str,
    states: Collection[str],
    seen: Mapping[str, str],
    by: str,
) -> int:
    """Say of many people which entity tells of their PC; return how many there were.

    Only who has an entity of that name is changed. ``states``: those that mean *yes*;
    none: the usual ones. ``seen``: the versions that the author had before them.

    Raises:
        PeopleInvalid: it would not be valid for some; nothing was stored.
        ServiceValidationError: somebody is gone or was changed by somebody else, or
            nobody has such an entity.
    """
    check_seen(coordinator, seen)
    people = people_in(coordinator)
    hits = {
        one: hit["value"]
        for one, hit in pattern_hits(coordinator, seen, pattern).items()
        if hit["state"] is not None
    }
    if not hits:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="pattern_hits_nothing"
        )
    after: dict[str, dict[str, Any]] = {}
    problems: dict[str, dict[str, str]] = {}
    for person_id, entity_id in hits.items():
        stored = people[person_id].data
        activity = _with(coordinator, person_id, sign, entity_id, states)
        said = {CONF_ACTIVITY: activity}
        if wrong := activity_problems(coordinator.entry, said, person_id):
            problems[person_id] = wrong
        after[person_id] = {**stored, **said}
    if problems:
        raise PeopleInvalid([people[one].data[CONF_NAME] for one in problems], problems)
    await async_store(coordinator, after, by)
    return len(after)


def _with(
    coordinator: OfficeCoordinator,
    person_id: str,
    sign: Sign,
    entity_id: str,
    states: Collection[str],
) -> dict[str, Any]:
    """Return what is stored of a person's PC, with one more sign."""
    stored = people_in(coordinator)[person_id].data.get(CONF_ACTIVITY, {})
    activity = {CONF_INACTIVE_MINUTES: USUAL_MINUTES, **stored}
    activity[CONF_ENTITIES] = {**stored.get(CONF_ENTITIES, {}), sign.value: entity_id}
    meaning = dict(stored.get(CONF_STATES, {}))
    meaning.pop(sign.value, None)
    if states and sign in BY_STATE:
        meaning[sign.value] = list(states)
    activity[CONF_STATES] = meaning
    follows, status = FOLLOWS[sign]
    if not activity.get(follows):
        activity[follows] = _first_with(coordinator, person_id, status)
    return activity


def _first_with(
    coordinator: OfficeCoordinator, person_id: str, status: Status
) -> str | None:
    for profile in coordinator.entry.get_subentries_of_type(SUBENTRY_PROFILE):
        if profile.data[CONF_STATUS] == status and is_offered(profile.data, person_id):
            return profile.subentry_id
    return None
