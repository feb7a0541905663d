"""What a person's settings lead to and who sees what, for the page *Me*."""

from typing import Any, Final

from homeassistant.core import Context
import voluptuous as vol

from ..languages import texts_in
from ..operations.own_settings import async_own_settings
from ..presence.permission.policy import Permission
from ..services.service import PersonTarget
from .command import person_command
from .people import LANGUAGE


async def _settings(meant: PersonTarget, msg: dict[str, Any], context: Context) -> Any:
    return await async_own_settings(*meant, texts_in(msg["language"]), context)


COMMANDS: Final = (
    person_command(
        "own_settings",
        Permission.SEE_DETAILS,
        {vol.Required("language"): LANGUAGE},
        _settings,
    ),
)
