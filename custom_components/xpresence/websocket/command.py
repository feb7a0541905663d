"""A WebSocket command on one person that answers once."""

from collections.abc import Awaitable, Callable
from typing import Any

from homeassistant.components.websocket_api import (
    ERR_UNAUTHORIZED,
    ActiveConnection,
    async_response,
    websocket_command,
)
from homeassistant.components.websocket_api.const import WebSocketCommandHandler
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..const import DOMAIN
from ..operations.authorization import NotAllowed, async_authorize
from ..presence.permission.policy import Permission
from ..services.service import PersonTarget
from .viewer import WHOM, PersonReference, Viewer

type Run = Callable[[PersonTarget, dict[str, Any], Context], Awaitable[Any]]


def person_command(
    name: str, permission: Permission, fields: VolDictType, run: Run
) -> WebSocketCommandHandler:
    """Return a command on one person; whoever sends it must have the permission."""

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
            await async_authorize(*meant, permission, context)
        except NotAllowed as error:
            # Home Assistant would say no more than that it is not allowed.
            connection.send_error(
                msg["id"],
                ERR_UNAUTHORIZED,
                str(error),
                translation_domain=error.translation_domain,
                translation_key=error.translation_key,
            )
            return
        connection.send_result(msg["id"], await run(meant, msg, context))

    return handle
