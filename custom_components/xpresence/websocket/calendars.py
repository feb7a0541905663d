"""A person's calendars, for a card that connects them.

What may be said, and whether it is valid, is the same as in the actions. A password is
said here only: unlike an action's data, a command is told to nobody else.
"""

from typing import Any, Final

from homeassistant.const import CONF_ENTITY_ID, CONF_ID, CONF_NAME, CONF_PASSWORD
from homeassistant.core import Context
from homeassistant.exceptions import ServiceValidationError
import voluptuous as vol

from ..const import CONF_KIND, CONF_SETTINGS
from ..coordinator import OfficeCoordinator
from ..inputs.calendars import calendars_of_person
from ..inputs.calendars.kinds.logins import account_of
from ..inputs.calendars.kinds.servers import masked_problem
from ..inputs.calendars.subscription import FollowedCalendar
from ..operations.calendars import (
    CalendarRefused,
    async_disconnect,
    async_is_administrator,
    calendars_of,
)
from ..presence.permission.policy import Permission
from ..services.calendars import ATTR_CALENDAR, CONNECT, FIELDS, NAMED, connect
from ..services.service import PersonTarget
from .command import person_command


def _field_problems(error: ServiceValidationError) -> dict[str, str] | None:
    """Return the problems of a refused calendar by the names of the command's fields."""
    if not isinstance(error, CalendarRefused):
        return None
    return {
        ATTR_CALENDAR if field == CONF_ENTITY_ID else field: key
        for field, key in error.problems.items()
    }


async def _list(meant: PersonTarget, msg: dict[str, Any], context: Context) -> Any:
    coordinator, person_id = meant
    told_all = await async_is_administrator(coordinator, context)
    followed = {
        calendar.settings.id: calendar
        for calendar in calendars_of_person(coordinator.people[person_id]).calendars
    }
    return {
        "calendars": [
            {
                CONF_ID: calendar[CONF_ID],
                CONF_NAME: calendar[CONF_NAME],
                CONF_KIND: calendar[CONF_KIND],
                # Whose password may have to be entered again: the person's, or the office's.
                "own_login": CONF_PASSWORD in calendar.get(CONF_SETTINGS, {}),
                "problem": _problem(coordinator, known, told_all=told_all)
                if known
                else None,
                "read_at": known.read_at if known else None,
            }
            for calendar in calendars_of(coordinator, person_id)
            for known in (followed.get(calendar[CONF_ID]),)
        ],
        "kinds": [
            {
                CONF_KIND: kind,
                "office_server": account_of(coordinator.entry, kind) is not None,
            }
            for kind in FIELDS
        ],
    }


def _problem(
    coordinator: OfficeCoordinator, known: FollowedCalendar, *, told_all: bool
) -> str | None:
    if told_all:
        return known.problem
    kind, settings = known.settings.kind, known.settings.settings
    return masked_problem(coordinator.entry, kind, settings, known.problem)


async def _connect(meant: PersonTarget, msg: dict[str, Any], context: Context) -> Any:
    return {"calendar_id": await connect(meant, msg, context)}


async def _disconnect(
    meant: PersonTarget, msg: dict[str, Any], context: Context
) -> None:
    await async_disconnect(*meant, msg[CONF_NAME])


CONNECT_CALENDARS: Final = Permission.CONNECT_CALENDARS
COMMANDS: Final = (
    person_command("list_calendars", CONNECT_CALENDARS, {}, _list),
    person_command(
        "connect_calendar",
        CONNECT_CALENDARS,
        {**CONNECT, vol.Optional(CONF_PASSWORD): str},
        _connect,
        field_problems=_field_problems,
    ),
    person_command("disconnect_calendar", CONNECT_CALENDARS, NAMED, _disconnect),
)
