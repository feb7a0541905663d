"""A person's calendars, for a card that connects them.

What may be said, and whether it is valid, is the same as in the actions. A password is
said here only: unlike an action's data, a command is told to nobody else.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from homeassistant.components.websocket_api import (
    ERR_UNAUTHORIZED,
    ActiveConnection,
    async_response,
    error_message,
    websocket_command,
)
from homeassistant.components.websocket_api.const import (
    ERR_HOME_ASSISTANT_ERROR,
    WebSocketCommandHandler,
)
from homeassistant.const import CONF_ENTITY_ID, CONF_ID, CONF_NAME, CONF_PASSWORD
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..const import CONF_KIND, CONF_SETTINGS, DOMAIN
from ..coordinator import OfficeCoordinator
from ..inputs.calendars import calendars_of_person
from ..inputs.calendars.kinds.logins import account_of
from ..inputs.calendars.kinds.servers import told_problem
from ..inputs.calendars.subscription import FollowedCalendar
from ..operations.authorization import NotAllowed, async_authorize
from ..operations.calendars import (
    CalendarRefused,
    async_disconnect,
    async_is_administrator,
    calendars_of,
)
from ..presence.permission.policy import Permission
from ..services.calendars import ATTR_CALENDAR, CONNECT, FIELDS, NAMED, connect
from ..services.service import PersonTarget
from .viewer import WHOM, PersonReference, Viewer

type Run = Callable[[PersonTarget, dict[str, Any], Context], Awaitable[Any]]


def _command(name: str, fields: VolDictType, run: Run) -> WebSocketCommandHandler:
    """Return a command on one person; whoever sends it must be allowed to connect."""

    @websocket_command({vol.Required("type"): f"{DOMAIN}/{name}", **WHOM, **fields})
    @async_response
    async def handle(
        hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
    ) -> None:
        meant = Viewer.of(hass, connection, msg).meant(PersonReference.of(msg))
        if meant is None:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="no_person"
            )
        context = connection.context(msg)
        try:
            await async_authorize(*meant, Permission.CONNECT_CALENDARS, context)
            answer = await run(meant, msg, context)
        except NotAllowed as error:
            # Home Assistant would say no more than that it is not allowed.
            _refuse(connection, msg, ERR_UNAUTHORIZED, error)
        except CalendarRefused as error:
            fields = {
                ATTR_CALENDAR if field == CONF_ENTITY_ID else field: key
                for field, key in error.problems.items()
            }
            _refuse(connection, msg, ERR_HOME_ASSISTANT_ERROR, error, fields=fields)
        else:
            connection.send_result(msg["id"], answer)

    return handle


def _refuse(
    connection: ActiveConnection,
    msg: dict[str, Any],
    code: str,
    error: ServiceValidationError,
    **more: Any,
) -> None:
    """Send an error with its own words, and by field where it has some."""
    message = error_message(
        msg["id"],
        code,
        str(error),
        translation_key=error.translation_key,
        translation_domain=error.translation_domain,
        translation_placeholders=error.translation_placeholders,
    )
    message["error"] |= more
    connection.send_message(message)


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
                # Whose password it is that may have to be entered anew.
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
    return told_problem(coordinator.entry, kind, settings, known.problem)


async def _connect(meant: PersonTarget, msg: dict[str, Any], context: Context) -> Any:
    return {"calendar_id": await connect(meant, msg, context)}


async def _disconnect(
    meant: PersonTarget, msg: dict[str, Any], context: Context
) -> None:
    await async_disconnect(*meant, msg[CONF_NAME])


COMMANDS: Final = (
    _command("list_calendars", {}, _list),
    _command(
        "connect_calendar", {**CONNECT, vol.Optional(CONF_PASSWORD): str}, _connect
    ),
    _command("disconnect_calendar", NAMED, _disconnect),
)
