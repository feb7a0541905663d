"""A person's own profiles, for a page that manages them.

What may be said, and whether it is valid, is the same as in the actions.
"""

from typing import Any, Final

from homeassistant.core import Context

from ..operations.profile_list import async_profile_list
from ..operations.profiles import async_delete, async_reset
from ..presence.permission.policy import Permission
from ..services.profiles import ATTR_PROFILE, CHANGE, CREATE, NAMED, change, create
from ..services.service import PersonTarget
from .command import person_command


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
    person_command("profiles/list", Permission.EDIT_PROFILES, {}, _list),
    person_command("profiles/create", Permission.EDIT_PROFILES, CREATE, _create),
    person_command("profiles/change", Permission.EDIT_PROFILES, CHANGE, _change),
    person_command("profiles/delete", Permission.EDIT_PROFILES, NAMED, _delete),
    person_command("profiles/reset", Permission.EDIT_PROFILES, NAMED, _reset),
)
