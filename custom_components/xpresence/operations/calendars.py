"""A person's calendars, connected and disconnected by those they belong to.

Home Assistant's settings pages are for administrators. The actions and the commands of
the cards come through here; what a calendar must be is checked, and tried, by its kind
for all doors.
"""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.const import (
    CONF_ENTITY_ID,
    CONF_ID,
    CONF_NAME,
    CONF_PASSWORD,
    CONF_URL,
)
from homeassistant.core import Context
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.ulid import ulid_now

from ..const import (
    CONF_CA,
    CONF_CALENDARS,
    CONF_KIND,
    CONF_RULES,
    CONF_SETTINGS,
    DOMAIN,
    SUBENTRY_PROFILE,
)
from ..coordinator import OfficeCoordinator
from ..inputs.calendars import read_again
from ..inputs.calendars.kinds import CALENDAR_TYPES, async_load_types
from ..inputs.calendars.kinds.kind import CalendarForm, CalendarType, ValidationResult
from ..inputs.calendars.kinds.logins import (
    CONF_ACCOUNT,
    CONF_AUTH,
    CONF_MAIL_FILE,
    CONF_MAILBOX,
    account_of,
)
from ..inputs.calendars.settings import rules_problems
from ..settings.names import name_problem, tidy
from ..settings.person_fields import is_offered

AT_MOST: Final = 20
"""Calendars of one person."""

WHOSE: Final = (CONF_ACCOUNT, CONF_ENTITY_ID, CONF_MAIL_FILE, CONF_MAILBOX)
"""Settings that identify whose calendar is read."""

SERVER: Final = (CONF_URL, CONF_AUTH, CONF_CA)
"""Settings that an own login takes from the office's login at the same server."""

TRYING: HassKey[set[str]] = HassKey("xpresence_calendars_tried")
"""The people whose calendar is being tried now."""

type Calendar = Mapping[str, Any]


class CalendarRefused(ServiceValidationError):
    """The settings of a calendar are invalid or do not work; nothing was changed.

    ``problems`` are the keys of the texts by field; ``base`` is none of the fields.
    """

    def __init__(self, problems: Mapping[str, str], **placeholders: str) -> None:
        """Speak of the first problem."""
        self.problems = {field: f"connect_{key}" for field, key in problems.items()}
        super().__init__(
            translation_domain=DOMAIN,
            translation_key=next(iter(self.problems.values())),
            translation_placeholders=placeholders,
        )


async def async_connect(
    coordinator: OfficeCoordinator,
    person_id: str,
    kind_key: str,
    said: Mapping[str, Any],
    rules: Mapping[str, Any],
    context: Context | None,
    *,
    name: str | None = None,
) -> str:
    """Connect a calendar, once it could be read; return its id.

    One of this name (or id) and kind is changed; what is not said of it stays.

    Raises:
        CalendarRefused: it cannot be read, or must not be; nothing was changed.
    """
    await async_load_types(coordinator.hass, [kind_key])
    kind = CALENDAR_TYPES[kind_key]
    user = await _async_user(coordinator, context)
    trusted = user is not None and user.is_admin
    calendars = calendars_of(coordinator, person_id)
    before: Calendar = next(
        (
            calendar
            for calendar in calendars
            if calendar[CONF_KIND] == kind_key
            and name is not None
            and _is_called(calendar, name)
        ),
        {},
    )
    if before.get(CONF_ID) == name:
        name = before.get(CONF_NAME)
    if not before and len(calendars) >= AT_MOST:
        raise _refused("too_many_calendars", most=str(AT_MOST))
    stored = before.get(CONF_SETTINGS, {})
    # A password goes on its own way: only ever to the server it was said for.
    usual = {key: stored[key] for key in stored if key != CONF_PASSWORD}
    said = (usual or _offices_server(coordinator, kind_key)) | dict(said)
    _refuse_foreign(said, stored, user)
    asked = CalendarForm(
        hass=coordinator.hass,
        entry=coordinator.entry,
        values=said,
        stored=stored,
        others=[c for c in calendars if c is not before],
        person_id=person_id,
        trusted=trusted,
    )
    rules = {**before.get(CONF_RULES, {}), **rules}
    # What costs nothing to check comes before anything is sent to a server.
    _check(rules_problems(rules, _offered(coordinator, person_id)))
    if name is not None and (problem := name_problem(name)):
        raise CalendarRefused({CONF_NAME: problem})
    answer = await _checked(kind, asked)
    _check(answer.problems, **answer.placeholders)
    made = {
        CONF_ID: before.get(CONF_ID) or ulid_now(),
        CONF_KIND: kind_key,
        CONF_NAME: tidy(name or answer.name),
        CONF_SETTINGS: dict(answer.settings),
        CONF_RULES: rules,
    }
    # Another may have come or gone while it was tried.
    now = calendars_of(coordinator, person_id)
    kept = [made if c[CONF_ID] == made[CONF_ID] else c for c in now]
    if made not in kept:
        kept.append(made)
    await _async_store(coordinator, person_id, kept)
    read_again(coordinator.entry)
    return str(made[CONF_ID])


async def _checked(kind: CalendarType, asked: CalendarForm) -> ValidationResult:
    """Check a calendar, one at a time for each person who is no administrator."""
    trying = asked.hass.data.setdefault(TRYING, set())
    if asked.trusted or asked.person_id is None:
        return await kind.check(asked)
    if asked.person_id in trying:
        raise _refused("calendar_trying")
    trying.add(asked.person_id)
    try:
        return await kind.check(asked)
    finally:
        trying.remove(asked.person_id)


async def async_disconnect(
    coordinator: OfficeCoordinator, person_id: str, name: str
) -> None:
    """Forget a calendar, its password and its appointments.

    Raises:
        CalendarRefused: the person has none of that name.
    """
    calendars = calendars_of(coordinator, person_id)
    kept = [calendar for calendar in calendars if not _is_called(calendar, name)]
    if len(kept) == len(calendars):
        names = ", ".join(calendar[CONF_NAME] for calendar in calendars)
        raise _refused("no_such_calendar", calendars=names or "–")
    await _async_store(coordinator, person_id, kept)


def calendars_of(coordinator: OfficeCoordinator, person_id: str) -> list[Calendar]:
    """Return a person's calendars as they are stored."""
    return list(coordinator.settings(person_id).get(CONF_CALENDARS, ()))


def _offices_server(coordinator: OfficeCoordinator, kind_key: str) -> dict[str, Any]:
    """Return the server settings of the office's login of this kind; empty without one."""
    office = account_of(coordinator.entry, kind_key) or {}
    return {field: office[field] for field in SERVER if field in office}


async def async_is_administrator(
    coordinator: OfficeCoordinator, context: Context | None
) -> bool:
    """Return whether the caller is an administrator."""
    user = await _async_user(coordinator, context)
    return user is not None and user.is_admin


async def _async_user(
    coordinator: OfficeCoordinator, context: Context | None
) -> User | None:
    if context is None or context.user_id is None:
        return None
    return await coordinator.hass.auth.async_get_user(context.user_id)


def _refuse_foreign(
    said: Mapping[str, Any], stored: Mapping[str, Any], user: User | None
) -> None:
    """Refuse what would show somebody a calendar that is not theirs.

    The office's login reads everybody's mailbox, and Home Assistant may keep a
    calendar from a user.
    """
    if user is not None and user.is_admin:
        return
    if all(said.get(what) == stored.get(what) for what in WHOSE):
        return
    if said.get(CONF_ACCOUNT):
        raise _refused("account_for_administrators")
    entity_id = said.get(CONF_ENTITY_ID)
    if entity_id and not (
        user and user.permissions.check_entity(entity_id, POLICY_READ)
    ):
        raise CalendarRefused({CONF_ENTITY_ID: "calendar_missing"})


async def _async_store(
    coordinator: OfficeCoordinator, person_id: str, calendars: list[Calendar]
) -> None:
    coordinator.hass.config_entries.async_update_subentry(
        coordinator.entry,
        coordinator.entry.subentries[person_id],
        data={**coordinator.settings(person_id), CONF_CALENDARS: calendars},
    )
    await coordinator.async_office_changed()


def _offered(coordinator: OfficeCoordinator, person_id: str) -> set[str]:
    return {
        subentry.subentry_id
        for subentry in coordinator.entry.get_subentries_of_type(SUBENTRY_PROFILE)
        if is_offered(subentry.data, person_id)
    }


def _is_called(calendar: Calendar, name: str) -> bool:
    """Return whether a name or an id refers to this calendar."""
    called = tidy(calendar[CONF_NAME]).casefold()
    return calendar[CONF_ID] == name or called == tidy(name).casefold()


def _check(problems: Mapping[str, str], **placeholders: str) -> None:
    if problems:
        raise CalendarRefused(problems, **placeholders)


def _refused(problem: str, **placeholders: str) -> CalendarRefused:
    return CalendarRefused({"base": problem}, **placeholders)
