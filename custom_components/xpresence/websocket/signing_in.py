"""Signing in at Microsoft from a card: the code, then how it ended."""

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
import voluptuous as vol

from ..const import DOMAIN
from ..groupware.source import SourceError
from ..microsoft.sign_in import reason_in_words
from ..microsoft.sign_in_sessions import BROWSER, CODE, async_begin
from ..presence.permission.policy import Permission
from ..services.microsoft import CONFIRM, account_shown, confirm, not_begun
from ..services.service import PersonTarget, coordinators
from .command import person_command
from .viewer import Viewer, people_of


@websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/sign_in_microsoft",
        vol.Optional("person_id"): str,
        vol.Optional("way"): vol.In((BROWSER, CODE)),
    }
)
@async_response
async def sign_in_microsoft(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Start a sign-in, the caller's unless a person is named; send its progress.

    It goes on after the subscription has ended: the code stays valid.
    """
    message_id = msg["id"]
    reader = Viewer.of(hass, connection, msg)
    meant = _meant(reader, msg.get("person_id"))
    if meant is None:
        connection.send_error(message_id, ERR_NOT_FOUND, "No such person")
        return
    coordinator, person_id = meant
    if not reader.may(coordinator, person_id, Permission.CONNECT_MICROSOFT):
        connection.send_error(message_id, ERR_UNAUTHORIZED, "Unauthorized")
        return
    try:
        attempt = await async_begin(
            hass, coordinator.entry, person_id, way=msg.get("way")
        )
    except SourceError as error:
        refusal = not_begun(error)
        connection.send_error(
            message_id,
            ERR_HOME_ASSISTANT_ERROR,
            str(refusal),
            translation_key=refusal.translation_key,
            translation_domain=refusal.translation_domain,
            translation_placeholders=refusal.translation_placeholders,
        )
        return

    @callback
    def over(task: asyncio.Task[str | None]) -> None:
        if task.cancelled():
            # Another code has taken its place.
            state: dict[str, Any] = {"state": "failed", "reason": "code_expired"}
        elif (reason := task.result()) is None:
            state = {"state": "done"}
        else:
            state = {"state": "failed", "reason": reason}
        if reason := state.get("reason"):
            state["text"] = reason_in_words(hass, reason, attempt.permissions)
        connection.send_message(event_message(message_id, state))

    @callback
    def ask() -> None:
        if (waits := attempt.to_confirm) is not None:
            state = {"state": "confirm", **account_shown(waits)}
            connection.send_message(event_message(message_id, state))

    leave = attempt.listen(ask)

    @callback
    def stop() -> None:
        leave()
        attempt.task.remove_done_callback(over)

    connection.subscriptions[message_id] = stop
    connection.send_result(message_id)
    connection.send_message(
        event_message(
            message_id,
            {
                "state": attempt.way,
                "code": attempt.code or None,
                "page": attempt.page,
                "expires": attempt.expires.isoformat(),
            },
        )
    )
    attempt.task.add_done_callback(over)
    # Another card may have shown the code before.
    ask()


async def _confirm(meant: PersonTarget, msg: dict[str, Any], context: Context) -> Any:
    return await confirm(meant, msg, context)


COMMANDS: Final = (
    person_command(
        "confirm_microsoft", Permission.CONNECT_MICROSOFT, CONFIRM, _confirm
    ),
)


def _meant(reader: Viewer, person_id: str | None) -> PersonTarget | None:
    """Return the person of a command, if there is one."""
    for coordinator in coordinators(reader.hass):
        for known in people_of(coordinator):
            if person_id is None and reader.is_self(coordinator, known):
                return coordinator, known
            if known == person_id:
                return coordinator, known
    return None
