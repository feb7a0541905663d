"""One's own history, for a card and a page that show the days as they were."""

from typing import Any, Final

from homeassistant.core import Context
import voluptuous as vol

from ..operations.history import (
    async_delete_history,
    async_history,
    async_keep_history,
)
from ..presence.permission.policy import Permission
from ..services.history import (
    ATTR_END,
    ATTR_KEEP,
    ATTR_LANGUAGE,
    ATTR_START,
    ATTR_TIER,
    KEEP,
    WHEN,
)
from ..services.service import PersonTarget
from .command import person_command

TAG: Final = vol.All(str, vol.Match(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*\Z"))
"""A language, as a browser names it."""


async def _get(meant: PersonTarget, msg: dict[str, Any], context: Context) -> Any:
    language = msg.get(ATTR_LANGUAGE) or meant[0].hass.config.language
    return await async_history(*meant, msg.get(ATTR_START), msg.get(ATTR_END), language)


async def _keep(meant: PersonTarget, msg: dict[str, Any], context: Context) -> None:
    await async_keep_history(*meant, keep=msg[ATTR_KEEP], tier=msg.get(ATTR_TIER))


async def _delete(meant: PersonTarget, msg: dict[str, Any], context: Context) -> None:
    await async_delete_history(*meant)


COMMANDS: Final = (
    person_command("delete_history", Permission.KEEP_HISTORY, {}, _delete),
    person_command(
        "get_history",
        Permission.SEE_HISTORY,
        {**WHEN, vol.Optional(ATTR_LANGUAGE): TAG},
        _get,
    ),
    person_command("keep_history", Permission.KEEP_HISTORY, KEEP, _keep),
)
