"""A person's own profiles, for a page that manages them.

What may be said, and whether it is valid, is the same as in the actions.
"""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.const import CONF_NAME
from homeassistant.core import Context
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..operations.authorization import async_may
from ..operations.profile_list import async_profile_list
from ..operations.profile_trial import try_profile
from ..operations.profiles import (
    ProfileInvalid,
    async_change,
    async_create,
    async_delete,
    async_reset,
    own_answers,
)
from ..presence.permission.policy import Permission
from ..services.profiles import (
    ATTR_COPY_OF,
    ATTR_PROFILE,
    CHANGE,
    CREATE,
    NAMED,
    change,
    create,
)
from ..services.service import PersonTarget
from ..settings.profile_form import ANSWERS, profile_form
from .command import person_command
from .people import LANGUAGE
from .views import Detail, trial_view


async def _list(meant: PersonTarget, msg: dict[str, Any], context: Context) -> Any:
    coordinator, person_id = meant
    return {
        "profiles": await async_profile_list(*meant, context),
        "form": profile_form(coordinator.entry, person_id),
    }


def _field_problems(error: ServiceValidationError) -> Mapping[str, str] | None:
    return error.problems if isinstance(error, ProfileInvalid) else None


async def _save(meant: PersonTarget, msg: dict[str, Any], context: Context) -> Any:
    """Make or change an own profile, or adjust one of the office's, by a form."""
    said = own_answers(msg["answers"])
    if (profile := msg.get(ATTR_PROFILE)) is not None:
        if CONF_NAME in msg:
            # A profile is called what it was called when it was made.
            raise ProfileInvalid({CONF_NAME: "malformed"})
        await async_change(*meant, profile, said, context)
        return {"profile_id": profile}
    name, copy_of = msg.get(CONF_NAME, ""), msg.get(ATTR_COPY_OF)
    return {
        "profile_id": await async_create(*meant, name, said, context, copy_of=copy_of)
    }


async def _try(meant: PersonTarget, msg: dict[str, Any], context: Context) -> Any:
    coordinator, person_id = meant
    trial = try_profile(
        coordinator,
        person_id,
        msg.get(ATTR_PROFILE),
        own_answers(msg["answers"]),
        dt_util.utcnow(),
    )
    how = Detail(
        language=msg["language"],
        to_self=False,
        subjects=await async_may(*meant, Permission.SEE_SUBJECTS, context),
    )
    return trial_view(coordinator, coordinator.people[person_id], trial, how)


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
    person_command(
        "profiles/save",
        Permission.EDIT_PROFILES,
        {
            vol.Exclusive(ATTR_PROFILE, "which"): str,
            vol.Exclusive(ATTR_COPY_OF, "which"): str,
            vol.Optional(CONF_NAME): str,
            vol.Required("answers"): ANSWERS,
        },
        _save,
        field_problems=_field_problems,
    ),
    person_command(
        "profiles/try",
        Permission.EDIT_PROFILES,
        {
            vol.Optional(ATTR_PROFILE): str,
            vol.Optional("answers", default=dict): ANSWERS,
            vol.Required("language"): LANGUAGE,
        },
        _try,
        field_problems=_field_problems,
    ),
    person_command("profiles/delete", Permission.EDIT_PROFILES, NAMED, _delete),
    person_command("profiles/reset", Permission.EDIT_PROFILES, NAMED, _reset),
)
