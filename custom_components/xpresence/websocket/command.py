"""A WebSocket command on one person that answers once."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

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
type FieldProblems = Callable[[ServiceValidationError], Mapping[str, str] | None]


def person_command(
    name: str,
    permission: Permission,
    fields: VolDictType,
    run: Run,
    *,
    field_problems: FieldProblems = lambda error: None,
) -> WebSocketCommandHandler:
    """Return a command on one person; whoever sends it must have the permission.

    ``field_problems``: of an error that ``run`` raises, the problem of each field that
    is wrong, which is sent along; ``None``: it is about no field.
    """

    @websocket_command({vol.Required("type"): f"{DOMAIN}/{name}", **WHOM, **fields})
    @async_response
    async def handle(
        hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
    ) -> None:
        target_person = Viewer.of(hass, connection, msg).find_person(
            PersonReference.of(msg)
        )
        if target_person is None:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="no_person"
            )
        context = connection.context(msg)
        try:
            await async_authorize(*target_person, permission, context)
            answer = await run(target_person, msg, context)
        except NotAllowed as error:
            # Home Assistant would say no more than that it is not allowed.
            refuse(connection, msg, ERR_UNAUTHORIZED, error)
        except ServiceValidationError as error:
            if (problems := field_problems(error)) is None:
                raise
            refuse(connection, msg, ERR_HOME_ASSISTANT_ERROR, error, fields=problems)
        else:
            connection.send_result(msg["id"], answer)

    return handle


def refuse(
    connection: ActiveConnection,
    msg: dict[str, Any],
    code: str,
    error: ServiceValidationError,
    **more: Any,
) -> None:
    """Send an error with its translation, and by field where it has some."""
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
