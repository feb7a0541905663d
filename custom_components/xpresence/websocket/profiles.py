"""A person's own profiles, for a page that manages them.

What may be said, and whether it is valid, is the same as in the actions.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

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
from ..operations.profile_list import async_profile_list
from ..operations.profiles import async_delete, async_reset
from ..presence.permission.policy import Permission
from ..services.profiles import ATTR_PROFILE, CHANGE, CREATE, NAMED, change, create
from ..services.service import PersonTarget
from .viewer import WHOM, PersonReference, Viewer

type Run = Callable[[PersonTarget, dict[str, Any], Context], Awaitable[Any]]


def _command(name: str, fields: VolDictType, run: Run) -> WebSocketCommandHandler:
    """Return a command on one person; whoever sends it must be allowed to edit."""

    @websocket_command(
        {vol.Required("type"): f"{DOMAIN}/profiles/{name}", **WHOM, **fields}
    )
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
            await async_authorize(*meant, Permission.EDIT_PROFILES, context)
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


async def _list(meant: PersonTarget, msg: dict[str, Any], context: Context) -> Any:
    return {"profiles": await async_profile_list(*meant, context)}


async def _create(meant: PersonTarget, msg: dict[str, Any], context: Context) -> Any:
    return {"profile_id": await create(meant, msg, context)}


async def _change(meant: PersonTarget, msg: dict[str, Any], context: Context) -> None:
    await change(meant, msg, context)


async def _delete(meant: PersonTarget, msg: dict[str, Any], context: Context) -> None:
    await async_delete(*meant, msg[ATTR_PROFILE])


async def _reset(meant: PersonTarget, msg: dict[str, Any], context: Context) -> None:
    await async_reset(*meant, msg[ATTR_PROFILE])


COMMANDS: Final = (
    _command("list", {}, _list),
    _command("create", CREATE, _create),
    _command("change", CHANGE, _change),
    _command("delete", NAMED, _delete),
    _command("reset", NAMED, _reset),
)
