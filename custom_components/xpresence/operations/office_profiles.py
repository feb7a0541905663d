"""The office's profiles, as administrators make, change and delete them in the panel.

What may be stored is what the settings page of a profile stores, checked by the same
rules. Whoever changes one says which version they had read; where somebody else changed
it since, nothing is stored.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import CONF_NAME
from homeassistant.exceptions import ServiceValidationError

from ..const import (
    CONF_ADJUSTABLE,
    CONF_OWNER,
    CONF_REDIRECT,
    CONF_RESTS_ON,
    CONF_REVOKED,
    DOMAIN,
    SUBENTRY_PROFILE,
)
from ..coordinator import OfficeCoordinator
from ..settings.names import tidy
from ..settings.permissions import granted_by_profile
from ..settings.profile_fields import NEW_PROFILE, OWN_FIELDS, later_redirect_fields
from ..settings.revocation import drop_before_saving, grants_of
from ..settings.validation import (
    active_for,
    places,
    profile_problems,
    profile_unique_id,
)
from .people_changes import version_of
from .profiles import ProfileInvalid

SAID: Final = frozenset({*OWN_FIELDS, CONF_ADJUSTABLE})
"""What an administrator may say of a profile; its name only once."""


async def async_make_profile(
    coordinator: OfficeCoordinator,
    name: str,
    answers: Mapping[str, Any],
    copy_of: str | None = None,
) -> str:
    """Make a profile of the office, from nothing or like another; return its id.

    Raises:
        ServiceValidationError: it would not be valid; nothing was made.
    """
    entry = coordinator.entry
    copied = dict(office_profile(coordinator, copy_of).data) if copy_of else {}
    copied.pop(CONF_REVOKED, None)
    data = {
        **NEW_PROFILE,
        **copied,
        **_said(answers, copied),
        CONF_NAME: name,
        CONF_OWNER: None,
        CONF_RESTS_ON: {},
    }
    _check(coordinator, data)
    data[CONF_NAME] = tidy(name)
    subentry = ConfigSubentry(
        data=MappingProxyType(data),
        subentry_type=SUBENTRY_PROFILE,
        title=data[CONF_NAME],
        unique_id=profile_unique_id(name, None),
    )
    coordinator.hass.config_entries.async_add_subentry(entry, subentry)
    await coordinator.async_office_changed()
    return subentry.subentry_id


async def async_change_profile(
    coordinator: OfficeCoordinator,
    profile_id: str,
    answers: Mapping[str, Any],
    seen: str,
) -> None:
    """Change a profile of the office; ``seen`` is the version that the author read.

    Raises:
        ServiceValidationError: it would not be valid, or was changed since; nothing
            was stored.
    """
    entry = coordinator.entry
    subentry = _as_seen(coordinator, profile_id, seen)
    data = {**subentry.data, **_said(answers, subentry.data)}
    _check(coordinator, data, profile_id)
    granted = {**grants_of(entry), profile_id: granted_by_profile(data)}
    drop_before_saving(coordinator.hass, entry, granted)
    coordinator.hass.config_entries.async_update_subentry(entry, subentry, data=data)
    await coordinator.async_office_changed()


async def async_delete_profile(
    coordinator: OfficeCoordinator, profile_id: str, seen: str
) -> None:
    """Delete a profile of the office that nothing uses and that holds for nobody.

    Raises:
        ServiceValidationError: it is in use, or was changed since; nothing was deleted.
    """
    entry = coordinator.entry
    _as_seen(coordinator, profile_id, seen)
    in_use = places(entry, profile_id)
    active = active_for(entry, profile_id)
    if in_use or active:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="own_profile_in_use" if in_use else "own_profile_active",
            translation_placeholders={
                "places": ", ".join(dict.fromkeys(in_use or active))
            },
        )
    coordinator.hass.config_entries.async_remove_subentry(entry, profile_id)
    await coordinator.async_office_changed()


def office_profile(coordinator: OfficeCoordinator, profile_id: str) -> ConfigSubentry:
    """Return a profile of the office by its id.

    Raises:
        ServiceValidationError: the office has none of that id.
    """
    found = coordinator.entry.subentries.get(profile_id)
    if (
        found is None
        or found.subentry_type != SUBENTRY_PROFILE
        or found.data.get(CONF_OWNER) is not None
    ):
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="profile_gone"
        )
    return found


def _as_seen(
    coordinator: OfficeCoordinator, profile_id: str, seen: str
) -> ConfigSubentry:
    subentry = office_profile(coordinator, profile_id)
    if version_of(subentry.data) != seen:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="profile_changed",
            translation_placeholders={"profile": subentry.data[CONF_NAME]},
        )
    return subentry


def _said(answers: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Return answers as they are stored; of a redirect, later fields are kept."""
    if unknown := set(answers) - SAID:
        raise ProfileInvalid(dict.fromkeys(sorted(unknown), "malformed"))
    said = dict(answers)
    redirect = said.get(CONF_REDIRECT)
    if isinstance(redirect, Mapping):
        kept = later_redirect_fields(before.get(CONF_REDIRECT, {}))
        said[CONF_REDIRECT] = {**kept, **redirect}
    return said


def _check(
    coordinator: OfficeCoordinator, data: Mapping[str, Any], known_as: str | None = None
) -> None:
    problems = profile_problems(coordinator.entry, data, known_as=known_as)
    if not problems:
        return
    used: list[str] = []
    if known_as is not None:
        entry = coordinator.entry
        used = [*places(entry, known_as), *active_for(entry, known_as)]
    raise ProfileInvalid(problems, places=", ".join(dict.fromkeys(used)))
