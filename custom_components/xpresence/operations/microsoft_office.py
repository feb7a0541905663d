"""Connecting a whole office at Microsoft: the application, its rights, who people are.

Only administrators do this: an application reads the calendar of whoever it is told.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_ID, CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util.ulid import ulid_now

from ..const import (
    CONF_CALENDARS,
    CONF_CALL_PROFILES,
    CONF_COUNTS,
    CONF_DEFAULT_PROFILE,
    CONF_EXPECTED_ACCOUNT,
    CONF_EXTENSION,
    CONF_KIND,
    CONF_MICROSOFT,
    CONF_READ,
    CONF_RULES,
    CONF_SETTINGS,
    CONF_TEAMS,
    CONF_USER_ID,
    CONF_WRITE,
    DOMAIN,
    SUBENTRY_PERSON,
)
from ..coordinator import OfficeCoordinator
from ..engine.network import executor
from ..engine.requirements import Feature
from ..groupware.microsoft.application import ApplicationTokens
from ..groupware.microsoft.directory import Directory, User, read_directory
from ..groupware.microsoft.failures import SignInRefused
from ..groupware.microsoft.rights import Right, try_rights
from ..inputs.calendars.kinds.logins import CONF_MAILBOX, store_account
from ..microsoft.application import OfficeApplication, application_of
from ..microsoft.application_settings import (
    address_of,
    application_from,
    user_of,
)
from ..microsoft.settings import OUTLOOK, outlook_calendars
from ..presence.teams.state import CALLS
from ..settings.names import comparable
from ..settings.usual_profiles import busy_profile, teams_profile
from .people_changes import async_store, people_in

NAME: Final = "Outlook"
LEAST_DIGITS: Final = 2
"""Digits that an extension must have to be recognised at the end of a number."""


async def async_connect(
    hass: HomeAssistant, entry: ConfigEntry[Any], stored: Mapping[str, Any]
) -> None:
    """Make this the office's application, once it got in.

    Raises:
        SourceError: it does not get in, or Microsoft cannot be reached.
    """
    application = application_from(stored)
    if application is None:
        raise SignInRefused("no_registration")
    run = executor(hass, Feature.MICROSOFT)
    await ApplicationTokens(application, run).token()
    store_account(hass, entry, CONF_MICROSOFT, stored)
    if known := application_of(hass, entry):
        known.renew()


def disconnect(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Forget the office's application; who people are stays, and waits."""
    store_account(hass, entry, CONF_MICROSOFT, None)
    application_of(hass, entry)


@dataclass(frozen=True, slots=True)
class CheckedRight:
    """One right as it was tried; ``people`` are the names of those it does not hold for."""

    right: Right
    people: tuple[str, ...] = ()


async def async_check(
    hass: HomeAssistant, entry: ConfigEntry[Any]
) -> tuple[CheckedRight, ...]:
    """Try every right with a fresh token, and what is known of it before is forgotten.

    Raises:
        SourceError: there is no application, or it does not get in.
    """
    office = _application(hass, entry)
    office.renew()
    names = {
        user_id: person.data[CONF_NAME]
        for person in entry.get_subentries_of_type(SUBENTRY_PERSON)
        if (user_id := user_of(person.data))
    }
    mailboxes = {user_id: office.graph_client() for user_id in names}
    rights = await try_rights(office.graph, office.application.client_id, mailboxes)
    return tuple(
        CheckedRight(right, tuple(sorted(names[one] for one in right.without)))
        for right in rights
    )


async def async_directory(hass: HomeAssistant, entry: ConfigEntry[Any]) -> Directory:
    """Read who there is at Microsoft, with addresses and numbers.

    Raises:
        SourceError: there is no application, or it may not, or cannot be reached.
    """
    return await read_directory(_application(hass, entry).graph)


def _application(hass: HomeAssistant, entry: ConfigEntry[Any]) -> OfficeApplication:
    if (office := application_of(hass, entry)) is None:
        raise SignInRefused("no_registration")
    return office


# Who people are


@dataclass(frozen=True, slots=True)
class Match:
    """Who a person seems to be at Microsoft; ``by``: what says so.

    ``by`` is ``stored``, ``address``, ``number`` or ``name``; ``None``: nobody found.
    """

    person_id: str
    name: str
    user: User | None
    by: str | None = None


def matches(entry: ConfigEntry[Any], directory: Directory) -> tuple[Match, ...]:
    """Find everybody in the directory: by id, address, number, then name.

    What fits two of either side fits nobody. A user is one person's.
    """
    people = sorted(
        entry.get_subentries_of_type(SUBENTRY_PERSON),
        key=lambda one: comparable(one.data[CONF_NAME]),
    )
    found: dict[str, tuple[User, str]] = {}
    taken: set[str] = set()
    addresses = directory.by_address()
    ids = {user.id.casefold(): user for user in directory.users}
    names = _unique(directory.users, lambda user: [comparable(user.name)])

    def by_number(data: Mapping[str, Any]) -> User | None:
        extension = str(data[CONF_EXTENSION])
        if len(extension) < LEAST_DIGITS:
            return None
        fits = [
            user
            for user in directory.users
            if any(is_extension_of(extension, number) for number in user.numbers)
        ]
        return fits[0] if len(fits) == 1 else None

    finders: tuple[tuple[str, Callable[[Mapping[str, Any]], User | None]], ...] = (
        ("stored", lambda data: ids.get(_stored_id(data).casefold())),
        (
            "address",
            lambda data: next(
                (addresses[one] for one in _addresses(data) if one in addresses), None
            ),
        ),
        ("number", by_number),
        ("name", lambda data: names.get(comparable(data[CONF_NAME]))),
    )
    for by, find in finders:
        proposed: dict[str, list[str]] = {}
        users: dict[str, User] = {}
        for person in people:
            if person.subentry_id in found:
                continue
            user = find(person.data)
            if user is not None and user.id not in taken:
                users[user.id] = user
                proposed.setdefault(user.id, []).append(person.subentry_id)
        for user_id, claimed in proposed.items():
            if len(claimed) == 1:
                found[claimed[0]] = users[user_id], by
                taken.add(user_id)
    return tuple(
        Match(
            one.subentry_id, one.data[CONF_NAME], *found.get(one.subentry_id, (None,))
        )
        for one in people
    )


def is_extension_of(extension: str, number: str) -> bool:
    """Return whether a public number ends in an extension after a separator.

    ``+49 30 1234-21`` and ``+49301234 x21`` end in 21, ``+49 30 123421`` may not.
    """
    groups = "".join(one if one.isdecimal() else " " for one in number).split()
    return bool(groups) and groups[-1] == extension


def _stored_id(data: Mapping[str, Any]) -> str:
    said: Mapping[str, Any] = data.get(CONF_MICROSOFT, {})
    return str(said.get(CONF_USER_ID) or "")


def _addresses(data: Mapping[str, Any]) -> list[str]:
    """Return the addresses that a person has in their settings, the likeliest first."""
    mailboxes = (
        calendar.get(CONF_SETTINGS, {}).get(CONF_MAILBOX)
        for calendar in data.get(CONF_CALENDARS, ())
    )
    return [
        str(one).strip().casefold() for one in (address_of(data), *mailboxes) if one
    ]


def _unique(
    users: Iterable[User], keys: Callable[[User], Iterable[str]]
) -> dict[str, User]:
    known: dict[str, User] = {}
    several: set[str] = set()
    for user in users:
        for key in keys(user):
            if key and known.setdefault(key, user) is not user:
                several.add(key)
    return {key: user for key, user in known.items() if key not in several}


async def async_assign(
    coordinator: OfficeCoordinator,
    users: Mapping[str, User | None],
    by: str,
    *,
    calendar: bool,
    teams: bool,
) -> int:
    """Say who people are at Microsoft; return how many are known there now.

    ``calendar``: who reads no Outlook calendar reads their main one. ``teams``: who
    aligns nothing with Teams does so in both directions.

    Raises:
        ServiceValidationError: somebody is gone, or two would be the same user.
    """
    people = people_in(coordinator)
    users = {one: user for one, user in users.items() if one in people}
    others = [
        _stored_id(person.data)
        for person_id, person in people.items()
        if person_id not in users
    ]
    ids = [user.id for user in users.values() if user is not None]
    if len({*ids, *others} - {""}) < len([one for one in (*ids, *others) if one]):
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="microsoft_user_twice"
        )
    changed = {
        person_id: _assigned(
            coordinator.entry,
            person_id,
            user,
            calendar=calendar,
            teams=teams,
        )
        for person_id, user in users.items()
    }
    await async_store(coordinator, changed, by)
    return len(ids)


def _assigned(
    entry: ConfigEntry[Any],
    person_id: str,
    user: User | None,
    *,
    calendar: bool,
    teams: bool,
) -> dict[str, Any]:
    data = entry.subentries[person_id].data
    microsoft = dict(data.get(CONF_MICROSOFT, {}))
    made = {**data, CONF_MICROSOFT: microsoft}
    if user is None:
        microsoft.pop(CONF_USER_ID, None)
        return made if CONF_MICROSOFT in data else dict(data)
    microsoft[CONF_USER_ID] = user.id
    microsoft[CONF_EXPECTED_ACCOUNT] = address_of(data) or user.sign_in_name
    said = dict(microsoft.get(CONF_TEAMS, {}))
    if teams and not (said.get(CONF_READ) or said.get(CONF_WRITE)):
        microsoft[CONF_TEAMS] = {
            CONF_COUNTS: sorted(one.value for one in CALLS),
            **said,
            CONF_READ: True,
            CONF_WRITE: True,
        }
        profile = teams_profile(entry, person_id)
        if profile and CONF_TEAMS not in data.get(CONF_CALL_PROFILES, {}):
            calls = {**data.get(CONF_CALL_PROFILES, {}), CONF_TEAMS: profile}
            made[CONF_CALL_PROFILES] = calls
    profile = busy_profile(entry, person_id)
    if calendar and profile and not outlook_calendars(data):
        made[CONF_CALENDARS] = [
            *data.get(CONF_CALENDARS, ()),
            {
                CONF_ID: ulid_now(),
                CONF_KIND: OUTLOOK,
                CONF_NAME: NAME,
                CONF_SETTINGS: {},
                CONF_RULES: {CONF_DEFAULT_PROFILE: profile},
            },
        ]
    return made
