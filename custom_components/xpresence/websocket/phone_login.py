"""A person's own login at the phone system, for a card.

A secret is said here only: unlike an action's data, a command is told to nobody else.
"""

import asyncio
from typing import Any, Final

from homeassistant.components.websocket_api import (
    ERR_HOME_ASSISTANT_ERROR,
    ERR_NOT_FOUND,
    ERR_UNAUTHORIZED,
    ActiveConnection,
    async_response,
    event_message,
    websocket_command,
)
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..const import DOMAIN
from ..operations.phone_login import (
    PhoneLoginRefused,
    async_forget_login,
    async_login_view,
    async_set_login,
)
from ..operations.phone_sign_in import async_begin_sign_in
from ..presence.permission.policy import Permission
from ..services.service import PersonTarget
from .command import person_command
from .viewer import WHOM, PersonReference, Viewer

LANGUAGE: Final = vol.All(
    cv.string, vol.Match(r"\A[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}\Z")
)
MOST_FIELDS: Final = 20


def _field_problems(error: ServiceValidationError) -> dict[str, str] | None:
    return error.problems if isinstance(error, PhoneLoginRefused) else None


async def _view(meant: PersonTarget, msg: dict[str, Any], _context: Context) -> Any:
    return await async_login_view(*meant, msg["language"])


async def _set(meant: PersonTarget, msg: dict[str, Any], _context: Context) -> None:
    await async_set_login(*meant, msg["login"], msg.get("language"))


async def _forget(meant: PersonTarget, _msg: dict[str, Any], _context: Context) -> None:
    await async_forget_login(*meant)


@websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/sign_in_phone",
        vol.Required("language"): LANGUAGE,
        **WHOM,
    }
)
@async_response
async def sign_in_phone(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Begin a sign-in in the browser; send the page to open, then how it ended."""
    message_id = msg["id"]
    viewer = Viewer.of(hass, connection, msg)
    meant = viewer.find_person(PersonReference.of(msg))
    if meant is None:
        connection.send_error(message_id, ERR_NOT_FOUND, "No such person")
        return
    if not viewer.may(*meant, Permission.CONNECT_PHONE):
        connection.send_error(message_id, ERR_UNAUTHORIZED, "Unauthorized")
        return
    try:
        attempt = await async_begin_sign_in(*meant, msg["language"])
    except PhoneLoginRefused as error:
        connection.send_error(message_id, ERR_HOME_ASSISTANT_ERROR, str(error))
        return

    @callback
    def over(task: asyncio.Task[str | None]) -> None:
        state: dict[str, Any] = {"state": "done"}
        if task.cancelled():
            # Another attempt has taken its place.
            state = {"state": "failed", "text": ""}
        elif (text := task.result()) is not None:
            state = {"state": "failed", "text": text}
        connection.send_message(event_message(message_id, state))

    connection.subscriptions[message_id] = lambda: attempt.task.remove_done_callback(
        over
    )
    connection.send_result(message_id)
    page = {"state": "page", "page": attempt.page}
    connection.send_message(event_message(message_id, page))
    attempt.task.add_done_callback(over)


CONNECT_PHONE: Final = Permission.CONNECT_PHONE
COMMANDS: Final = (
    person_command(
        "phone_login", CONNECT_PHONE, {vol.Required("language"): LANGUAGE}, _view
    ),
    person_command(
        "set_phone_login",
        CONNECT_PHONE,
        {
            vol.Required("login"): vol.All(
                {cv.string: cv.string}, vol.Length(max=MOST_FIELDS)
            ),
            vol.Optional("language"): LANGUAGE,
        },
        _set,
        field_problems=_field_problems,
    ),
    person_command("forget_phone_login", CONNECT_PHONE, {}, _forget),
    sign_in_phone,
)
