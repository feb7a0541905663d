"""Changing many people at once, and taking the last change back.

Everything is checked for everybody before anything is stored, and then stored at once:
what is wrong with one changes nothing for the others either. Whoever changes says what
they had read; where somebody else changed it since, nothing is stored, and it is said
what and by whom. The last changes are kept in memory, to undo the newest and to say who
made them.
"""

from collections import Counter, deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
import hashlib
import json
from types import MappingProxyType
from typing import Any, Final

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import (
    CONF_EXTENSION,
    CONF_INFO_TIER,
    CONF_RUN_OVER,
    CONF_SHARING,
    CONF_TIER,
    DOMAIN,
    SUBENTRY_PERSON,
)
from ..coordinator import OfficeCoordinator
from ..presence.permission.policy import Tier
from ..settings.names import comparable
from ..settings.person_answers import with_answers
from ..settings.person_fields import PERSON_FIELDS
from ..settings.validation import (
    Surroundings,
    person_problems,
    person_unique_id,
    stored_person,
)

KEPT: Final = 20
"""Changes that are remembered, per office."""
MOST_NAMED: Final = 5
"""People that an error names; of the others it says how many."""
SHARED: Final = (CONF_TIER, CONF_INFO_TIER)
"""Settings of the page *sharing* that can be changed for many."""
CHANGEABLE: Final = (
    *(one.key for one in PERSON_FIELDS),
    *SHARED,
    CONF_RUN_OVER,
)
COPIED: Final = frozenset(CHANGEABLE) - {
    CONF_NAME,
    CONF_EXTENSION,
    "person",
    "voicemail",
    "devices",
}
"""What is taken from another person: nothing that is somebody's alone."""

type Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """What one change made of people: id → settings before and after.

    ``None`` before: the person was new.
    """

    people: Mapping[str, tuple[Data | None, Data]]
    by: str
    at: datetime


@dataclass(slots=True)
class Changes:
    """The last changes of one office, the newest at the end.

    ``authors``: who made a person's settings what they are, with their version then.
    """

    made: deque[Change] = field(default_factory=lambda: deque(maxlen=KEPT))
    authors: dict[str, tuple[str, str]] = field(default_factory=dict)

    def note(self, changed: Mapping[str, Data], by: str) -> None:
        """Remember who made these settings."""
        self.authors |= {one: (version_of(data), by) for one, data in changed.items()}

    def author_of(self, person_id: str, data: Data) -> str | None:
        """Return who made a person's settings what they are, if that is remembered."""
        version, by = self.authors.get(person_id, ("", ""))
        return by if version == version_of(data) else None


DATA_CHANGES: Final[HassKey[dict[str, Changes]]] = HassKey(f"{DOMAIN}_changes")


@callback
def changes_of(coordinator: OfficeCoordinator) -> Changes:
    """Return the last changes of an office."""
    known = coordinator.hass.data.setdefault(DATA_CHANGES, {})
    return known.setdefault(coordinator.entry.entry_id, Changes())


class PeopleInvalid(ServiceValidationError):
    """Some people's settings would not be valid; nothing was stored.

    ``problems``: person → field → translation key of the settings page's errors.
    """

    def __init__(self, names: Collection[str], problems: Mapping[str, Any]) -> None:
        """Name who it is."""
        super().__init__(
            translation_domain=DOMAIN,
            translation_key="people_invalid",
            translation_placeholders={"people": named(names)},
        )
        self.problems = problems


def changed_meanwhile(names: Collection[str], by: Collection[str]) -> Exception:
    """Return the error that somebody else changed these people since they were read."""
    authors = sorted(set(by))
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="people_changed_by" if authors else "people_changed",
        translation_placeholders={"people": named(names)}
        | ({"by": ", ".join(authors)} if authors else {}),
    )


def named(names: Collection[str]) -> str:
    """Return names as a short list."""
    listed = sorted(names)
    more = len(listed) - MOST_NAMED
    shown = ", ".join(listed[:MOST_NAMED])
    return f"{shown} (+ {more})" if more > 0 else shown


def version_of(data: Data) -> str:
    """Return a hash of a person's settings, by which a later change is noticed."""
    text = json.dumps(dict(data), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@callback
def people_in(coordinator: OfficeCoordinator) -> dict[str, ConfigSubentry]:
    """Return the people's subentries by their ids."""
    return {
        one.subentry_id: one
        for one in coordinator.entry.get_subentries_of_type(SUBENTRY_PERSON)
    }


async def async_change_people(
    coordinator: OfficeCoordinator,
    answers: Mapping[str, Mapping[str, Any]],
    seen: Mapping[str, str],
    by: str,
) -> None:
    """Change settings of people; ``answers`` are what their pages would say.

    ``seen``: the versions that the author had before them.

    Raises:
        PeopleInvalid: some would not be valid.
        ServiceValidationError: somebody is gone or was changed by somebody else.
    """
    people = people_in(coordinator)
    check_seen(coordinator, {one: seen.get(one, "") for one in answers})
    after: dict[str, dict[str, Any]] = {}
    problems: dict[str, dict[str, str]] = {}
    office = Surroundings.of(coordinator.entry)
    for person_id, said in answers.items():
        data, wrong = _answered(people[person_id].data, said)
        wrong |= person_problems(
            coordinator.entry, data, known_as=person_id, office=office
        )
        if wrong:
            problems[person_id] = wrong
        else:
            after[person_id] = stored_person(data)
    for key, plain, problem in (
        (CONF_EXTENSION, str, "extension_taken"),
        (CONF_NAME, comparable, "name_of_somebody"),
    ):
        said = Counter(plain(data[key]) for data in after.values())
        for person_id, data in after.items():
            if said[plain(data[key])] > 1:
                problems[person_id] = {key: problem}
    if problems:
        raise PeopleInvalid([people[one].data[CONF_NAME] for one in problems], problems)
    await async_store(coordinator, after, by)


async def async_copy_settings(
    coordinator: OfficeCoordinator,
    source: str,
    fields: Collection[str],
    to: Mapping[str, str],
    by: str,
) -> None:
    """Copy some settings of one person to others, given with their versions.

    Raises:
        PeopleInvalid, ServiceValidationError: as :func:`async_change_people`.
    """
    people = people_in(coordinator)
    if source not in people:
        raise no_person()
    data = people[source].data
    sharing = data.get(CONF_SHARING, {})
    said = {
        key: (sharing.get(key) if key in SHARED else data.get(key))
        for key in COPIED.intersection(fields)
    }
    await async_change_people(coordinator, dict.fromkeys(to, said), to, by)


async def async_undo(coordinator: OfficeCoordinator, by: str) -> Change:
    """Take the last change back, where nobody changed those people since.

    Raises:
        ServiceValidationError: there is none, or somebody changed them since.
    """
    changes = changes_of(coordinator)
    if not changes.made:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="nothing_to_undo"
        )
    last = changes.made[-1]
    people = people_in(coordinator)
    others = [
        (people[one].data if one in people else data)[CONF_NAME]
        for one, (_, data) in last.people.items()
        if one not in people or people[one].data != data
    ]
    if others:
        raise changed_meanwhile(others, ())
    hass, entry = coordinator.hass, coordinator.entry
    after = {one: dict(data) for one, (data, _) in last.people.items() if data}
    wrong = {
        one: problems
        for one, data in after.items()
        if (problems := person_problems(entry, data, known_as=one))
    }
    if wrong:
        raise PeopleInvalid([after[one][CONF_NAME] for one in wrong], wrong)
    with coordinator.settings_held():
        for one, (before, _) in last.people.items():
            if before is None:
                hass.config_entries.async_remove_subentry(entry, one)
        _update(hass, coordinator, after)
    changes.made.pop()
    changes.note(after, by)
    await coordinator.async_settings_applied()
    return last


def no_person() -> ServiceValidationError:
    """Return the error that somebody is not there."""
    return ServiceValidationError(
        translation_domain=DOMAIN, translation_key="no_person"
    )


@callback
def check_seen(coordinator: OfficeCoordinator, seen: Mapping[str, str]) -> None:
    """Return if these people are as their versions say.

    Raises:
        ServiceValidationError: somebody is gone or was changed.
    """
    people = people_in(coordinator)
    if not seen.keys() <= people.keys():
        raise no_person()
    changes = changes_of(coordinator)
    others = {
        one: people[one].data
        for one, version in seen.items()
        if version_of(people[one].data) != version
    }
    if others:
        authors = (changes.author_of(one, data) for one, data in others.items())
        raise changed_meanwhile(
            [data[CONF_NAME] for data in others.values()],
            [author for author in authors if author],
        )


async def async_store(
    coordinator: OfficeCoordinator,
    changed: Mapping[str, dict[str, Any]],
    by: str,
    new: Collection[dict[str, Any]] = (),
) -> list[str]:
    """Store people's settings, found valid, in one go; return the ids of new people.

    It returns once they are applied.
    """
    hass, entry = coordinator.hass, coordinator.entry
    people = people_in(coordinator)
    subentries = [
        ConfigSubentry(
            data=MappingProxyType(data),
            subentry_type=SUBENTRY_PERSON,
            title=data[CONF_NAME],
            unique_id=person_unique_id(data[CONF_EXTENSION]),
        )
        for data in new
    ]
    made: dict[str, tuple[Data | None, Data]] = {
        one: (dict(people[one].data), data)
        for one, data in changed.items()
        if dict(people[one].data) != data
    }
    made |= {one.subentry_id: (None, dict(one.data)) for one in subentries}
    if not made:
        return []
    with coordinator.settings_held():
        for subentry in subentries:
            hass.config_entries.async_add_subentry(entry, subentry)
        _update(
            hass, coordinator, {one: changed[one] for one in made if one in changed}
        )
    changes = changes_of(coordinator)
    changes.made.append(Change(made, by, dt_util.utcnow()))
    changes.note({one: data for one, (_, data) in made.items()}, by)
    await coordinator.async_settings_applied()
    return [one.subentry_id for one in subentries]


@callback
def _update(
    hass: HomeAssistant,
    coordinator: OfficeCoordinator,
    changed: Mapping[str, dict[str, Any]],
) -> None:
    people = people_in(coordinator)
    for person_id, data in changed.items():
        if data[CONF_EXTENSION] != people[person_id].data[CONF_EXTENSION]:
            # Two people may change places: nobody has an extension meanwhile.
            hass.config_entries.async_update_subentry(
                coordinator.entry, people[person_id], unique_id=None
            )
    for person_id, data in changed.items():
        hass.config_entries.async_update_subentry(
            coordinator.entry,
            people[person_id],
            data=data,
            title=data[CONF_NAME],
            unique_id=person_unique_id(data[CONF_EXTENSION]),
        )


def _answered(
    stored: Data, said: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return settings after answers, and what of them is no answer at all."""
    data, problems = with_answers(stored, said)
    problems |= dict.fromkeys(said.keys() - set(CHANGEABLE), "malformed")
    for key in SHARED:
        if key in said and said[key] is not None:
            if said[key] not in {tier.value for tier in Tier}:
                problems[key] = "malformed"
            data[CONF_SHARING] = {**data.get(CONF_SHARING, {}), key: said[key]}
    if CONF_RUN_OVER in said:
        data[CONF_RUN_OVER] = said[CONF_RUN_OVER] or 0
    return data, problems
