"""The office's profiles, for administrators: listed, made, changed, deleted."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.const import CONF_NAME
import voluptuous as vol

from ..const import CONF_ADJUSTABLE
from ..coordinator import OfficeCoordinator
from ..operations.office_profiles import (
    async_change_profile,
    async_delete_profile,
    async_make_profile,
    office_profile,
)
from ..operations.office_settings import own_profiles
from ..operations.people_changes import version_of
from ..operations.profiles import ProfileInvalid
from ..presence.line import Condition
from ..presence.model import Profile
from ..presence.redirect.labels import target_label
from ..settings.profile_fields import OWN_FIELDS
from ..settings.profile_form import ANSWERS, profile_form
from ..settings.validation import active_for, places
from .people import office_command

PROFILE_ID: Final = vol.All(str, vol.Length(1, 100))


async def _profiles(
    coordinator: OfficeCoordinator, msg: dict[str, Any], by: str
) -> Mapping[str, Any]:
    profiles = coordinator.office.profiles.values()
    return {
        "profiles": [
            _profile(coordinator, one) for one in profiles if one.owner is None
        ],
        "own": own_profiles(coordinator),
        "form": profile_form(coordinator.entry),
        "people": [
            {"id": one.id, CONF_NAME: one.name}
            for one in coordinator.office.people.values()
        ],
    }


def _profile(coordinator: OfficeCoordinator, profile: Profile) -> dict[str, Any]:
    entry = coordinator.entry
    data = office_profile(coordinator, profile.id).data
    targets = {
        condition.value: target_label(coordinator.office, "", target)
        for condition in Condition
        if (target := profile.redirect.target(condition)) is not None
    }
    return {
        "id": profile.id,
        CONF_NAME: profile.name,
        "version": version_of(data),
        "stored": {
            key: data[key] for key in (*OWN_FIELDS, CONF_ADJUSTABLE) if key in data
        },
        "targets": targets,
        "used_by": places(entry, profile.id),
        "active_for": active_for(entry, profile.id),
    }


async def _save(
    coordinator: OfficeCoordinator, msg: dict[str, Any], by: str
) -> Mapping[str, Any]:
    answers = msg["answers"]
    if (profile_id := msg.get("profile_id")) is not None:
        if CONF_NAME in msg:
            # A profile is called what it was called when it was made.
            raise ProfileInvalid({CONF_NAME: "malformed"})
        await async_change_profile(
            coordinator, profile_id, answers, msg.get("version", "")
        )
        return {"profile_id": profile_id}
    made = await async_make_profile(
        coordinator, msg.get(CONF_NAME, ""), answers, msg.get("copy_of")
    )
    return {"profile_id": made}


async def _delete(coordinator: OfficeCoordinator, msg: dict[str, Any], by: str) -> None:
    await async_delete_profile(coordinator, msg["profile_id"], msg["version"])


COMMANDS: Final = (
    office_command("office/profiles", {}, _profiles),
    office_command(
        "office/profile/save",
        {
            vol.Exclusive("profile_id", "which"): PROFILE_ID,
            vol.Exclusive("copy_of", "which"): PROFILE_ID,
            vol.Optional("version"): str,
            vol.Optional(CONF_NAME): str,
            vol.Required("answers"): ANSWERS,
        },
        _save,
    ),
    office_command(
        "office/profile/delete",
        {vol.Required("profile_id"): PROFILE_ID, vol.Required("version"): str},
        _delete,
    ),
)
