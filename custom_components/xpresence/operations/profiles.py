"""A person's own profiles, and what they adjust of the office's.

Home Assistant's settings pages are for administrators. Actions and WebSocket
commands come through here, and store in the same place what :mod:`~..settings.validation` finds
valid.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import CONF_NAME
from homeassistant.core import Context
from homeassistant.exceptions import ServiceValidationError

from ..const import (
    CONF_ADJUSTABLE,
    CONF_ADJUSTED,
    CONF_OWNER,
    CONF_REDIRECT,
    CONF_RESTS_ON,
    CONF_REVOKED,
    DOMAIN,
    SUBENTRY_PROFILE,
)
from ..coordinator import OfficeCoordinator
from ..presence.permission.policy import Permission, Role
from ..presence.redirect.numbers import NumberKind
from ..settings.names import tidy
from ..settings.office import reach_of
from ..settings.permissions import (
    adjust_permission,
    effective_adjustments,
    granted_by_office,
    names_from,
    names_to,
    override_to,
    reach_permission,
)
from ..settings.profile_fields import (
    ADJUSTMENTS,
    CONDITIONS,
    NEW_PROFILE,
    OWN_FIELDS,
    PROFILE_FIELDS,
    redirect_from,
)
from ..settings.validation import (
    active_for,
    places,
    profile_problems,
    profile_unique_id,
)
from .authorization import async_actor, async_authorize, async_authorize_destinations

FOR_THE_OFFICE: Final = frozenset({Role.ADMIN, Role.AUTOMATION})
"""Whose changes need no permission: administrators', and what they programmed."""
AT_MOST: Final = 50
"""Own profiles of one person."""


class ProfileInvalid(ServiceValidationError):
    """A profile would not be valid; nothing was stored.

    ``problems``: by field, in the words of the settings page's errors. The message is
    that of the first.
    """

    def __init__(self, problems: Mapping[str, str], **placeholders: str) -> None:
        """Take the problems by field, at least one."""
        field, problem = next(iter(problems.items()))
        key = f"redirect_{problem}" if field in CONDITIONS else problem
        super().__init__(
            translation_domain=DOMAIN,
            translation_key=f"own_{key}",
            translation_placeholders=placeholders,
        )
        self.problems = problems


async def async_create(
    coordinator: OfficeCoordinator,
    person_id: str,
    name: str,
    changes: Mapping[str, Any],
    context: Context | None,
    *,
    copy_of: str | None = None,
) -> str:
    """Create an own profile, empty or as a copy of another; return its id.

    Raises:
        ServiceValidationError: it is not valid, or leads too far; nothing was made.
    """
    entry = coordinator.entry
    if len(own_of(coordinator, person_id)) >= AT_MOST:
        raise _refused("too_many_profiles", most=str(AT_MOST))
    copied: Mapping[str, Any] = {}
    if copy_of is not None:
        like = subentry_named(coordinator, person_id, copy_of)
        copied = as_it_is(coordinator, person_id, like)
    data = {
        **NEW_PROFILE,
        **{key: copied[key] for key in OWN_FIELDS if key in copied},
        **changes,
        CONF_NAME: name,
        CONF_OWNER: person_id,
    }
    _check(profile_problems(entry, data))
    data[CONF_NAME] = tidy(name)
    granted_by = await _async_own_granted_by(
        coordinator, person_id, data, changes, context
    )
    data[CONF_RESTS_ON] = names_to(granted_by)
    subentry = ConfigSubentry(
        data=MappingProxyType(data),
        subentry_type=SUBENTRY_PROFILE,
        title=data[CONF_NAME],
        unique_id=profile_unique_id(name, person_id),
    )
    coordinator.hass.config_entries.async_add_subentry(entry, subentry)
    await coordinator.async_office_changed()
    return subentry.subentry_id


async def async_change(
    coordinator: OfficeCoordinator,
    person_id: str,
    profile: str,
    changes: Mapping[str, Any],
    context: Context | None,
) -> None:
    """Change an own profile, or adjust the fields of an office profile that may be.

    Raises:
        ServiceValidationError: it is not valid, locked, in use, or leads too far;
            nothing was changed.
    """
    subentry = subentry_named(coordinator, person_id, profile)
    if subentry.data.get(CONF_OWNER) is None:
        await _async_adjust(coordinator, person_id, subentry, changes, context)
        return
    data = {**subentry.data, **changes}
    _check(
        profile_problems(coordinator.entry, data, known_as=subentry.subentry_id),
        places=_places(coordinator, subentry),
    )
    granted_by = await _async_own_granted_by(
        coordinator, person_id, data, changes, context
    )
    data[CONF_RESTS_ON] = names_to(granted_by)
    data.pop(CONF_REVOKED, None)
    coordinator.hass.config_entries.async_update_subentry(
        coordinator.entry, subentry, data=data
    )
    await coordinator.async_office_changed()


async def async_delete(
    coordinator: OfficeCoordinator, person_id: str, profile: str
) -> None:
    """Delete an own profile.

    Raises:
        ServiceValidationError: it is the office's, in use, or holds now.
    """
    subentry = subentry_named(coordinator, person_id, profile)
    if subentry.data.get(CONF_OWNER) is None:
        raise _refused("profile_of_the_office")
    in_use = places(coordinator.entry, subentry.subentry_id)
    if in_use or active_for(coordinator.entry, subentry.subentry_id):
        raise _refused(
            "profile_in_use" if in_use else "profile_active",
            places=_places(coordinator, subentry),
        )
    coordinator.hass.config_entries.async_remove_subentry(
        coordinator.entry, subentry.subentry_id
    )
    await coordinator.async_office_changed()


async def async_reset(
    coordinator: OfficeCoordinator, person_id: str, profile: str
) -> None:
    """Drop a person's adjustments of an office profile.

    Raises:
        ServiceValidationError: it is not the office's.
    """
    subentry = subentry_named(coordinator, person_id, profile)
    if subentry.data.get(CONF_OWNER) is not None:
        raise _refused("profile_not_of_the_office")
    adjusted = dict(coordinator.settings(person_id).get(CONF_ADJUSTED, {}))
    if adjusted.pop(subentry.subentry_id, None) is not None:
        await _async_store(coordinator, person_id, adjusted)


def subentry_named(
    coordinator: OfficeCoordinator, person_id: str, name: str
) -> ConfigSubentry:
    """Return a profile by its name or id: an own one first, offered or not.

    Raises:
        ServiceValidationError: the person has none of that name.
    """
    desired = tidy(name).casefold()
    visible = [
        subentry
        for subentry in coordinator.entry.get_subentries_of_type(SUBENTRY_PROFILE)
        if subentry.data.get(CONF_OWNER) in (None, person_id)
    ]
    visible.sort(key=lambda subentry: subentry.data.get(CONF_OWNER) is None)
    for subentry in visible:
        if (
            name == subentry.subentry_id
            or tidy(subentry.data[CONF_NAME]).casefold() == desired
        ):
            return subentry
    raise _refused("no_such_profile")


def own_of(coordinator: OfficeCoordinator, person_id: str) -> list[ConfigSubentry]:
    """Return a person's own profiles."""
    return [
        subentry
        for subentry in coordinator.entry.get_subentries_of_type(SUBENTRY_PROFILE)
        if subentry.data.get(CONF_OWNER) == person_id
    ]


def as_it_is(
    coordinator: OfficeCoordinator, person_id: str, subentry: ConfigSubentry
) -> dict[str, Any]:
    """Return a profile's data as they hold for a person."""
    adjusted = coordinator.settings(person_id).get(CONF_ADJUSTED, {})
    return dict(subentry.data) | effective_adjustments(
        granted_by_office(coordinator.office.access.policy),
        subentry.data,
        adjusted.get(subentry.subentry_id, {}),
    )


async def _async_adjust(
    coordinator: OfficeCoordinator,
    person_id: str,
    subentry: ConfigSubentry,
    changes: Mapping[str, Any],
    context: Context | None,
) -> None:
    fields = {
        field
        for field, parts in ADJUSTMENTS.items()
        if any(part in changes for part in parts)
    }
    foreign = set(changes) - {part for field in fields for part in ADJUSTMENTS[field]}
    actor = await async_actor(coordinator, person_id, context)
    adjustable = set(subentry.data.get(CONF_ADJUSTABLE, ()))
    if foreign or (fields - adjustable and not actor.roles & FOR_THE_OFFICE):
        raise _refused("profile_locked")
    data = {**as_it_is(coordinator, person_id, subentry), **changes}
    _check(
        profile_problems(coordinator.entry, data, known_as=subentry.subentry_id),
        places=_places(coordinator, subentry),
    )
    granted_by = await _async_granted_by(coordinator, person_id, data, context)
    adjusted = dict(coordinator.settings(person_id).get(CONF_ADJUSTED, {}))
    own = dict(adjusted.get(subentry.subentry_id, {}))
    for field in fields:
        value = {part: data.get(part) for part in ADJUSTMENTS[field]}
        needs = {
            name
            for name in granted_by
            if field == CONF_REDIRECT or name == Permission.EDIT_PROFILES
        }
        if granted_by:
            needs.add(adjust_permission(field))
        own[field] = override_to(value, needs)
    await _async_store(coordinator, person_id, adjusted | {subentry.subentry_id: own})


async def _async_store(
    coordinator: OfficeCoordinator, person_id: str, adjusted: Mapping[str, Any]
) -> None:
    coordinator.hass.config_entries.async_update_subentry(
        coordinator.entry,
        coordinator.entry.subentries[person_id],
        data={**coordinator.settings(person_id), CONF_ADJUSTED: adjusted},
    )
    await coordinator.async_office_changed()


async def _async_own_granted_by(
    coordinator: OfficeCoordinator,
    person_id: str,
    data: Mapping[str, Any],
    changes: Mapping[str, Any],
    context: Context | None,
) -> frozenset[str]:
    """Return the names of the permissions that an own profile with these data needs.

    What it does to redirect and hotline needs the permission to do that, unless it was
    copied from the office. ``changes``: the fields that the caller sets.

    Raises:
        ServiceValidationError: the caller may not do what the profile would do.
    """
    granted_by = await _async_granted_by(coordinator, person_id, data, context)
    before = names_from(data)
    for field in PROFILE_FIELDS:
        permission = field.permission
        if (
            permission is not None
            and field.acts(data)
            and (field.key in changes or permission in before)
        ):
            await async_authorize(coordinator, person_id, permission, context)
            if granted_by:
                granted_by |= {permission.value}
    return granted_by


async def _async_granted_by(
    coordinator: OfficeCoordinator,
    person_id: str,
    data: Mapping[str, Any],
    context: Context | None,
) -> frozenset[str]:
    """Return the names of the permissions that a profile with these data needs.

    Raises:
        ServiceValidationError: it leads further than the caller may redirect calls.
    """
    reached = _reached(coordinator, person_id, data[CONF_REDIRECT])
    await async_authorize_destinations(coordinator, person_id, reached, context)
    actor = await async_actor(coordinator, person_id, context)
    if actor.roles & FOR_THE_OFFICE:
        return frozenset()
    names: set[str] = {
        Permission.EDIT_PROFILES.value,
        *(reach_permission(kind) for kind in reached),
    }
    return frozenset(names) & granted_by_office(coordinator.office.access.policy)


def _reached(
    coordinator: OfficeCoordinator, person_id: str, redirect: Mapping[str, Any]
) -> frozenset[NumberKind]:
    """Return how far a redirect rule leads a person's calls."""
    office = coordinator.office
    return reach_of(
        office,
        office.people[person_id],
        redirect_from(redirect),
        coordinator.number_format,
    )


def _places(coordinator: OfficeCoordinator, subentry: ConfigSubentry) -> str:
    entry, profile_id = coordinator.entry, subentry.subentry_id
    return ", ".join([*places(entry, profile_id), *active_for(entry, profile_id)])


def own_answers(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a form says of a profile, if a person may say it of one.

    Raises:
        ProfileInvalid: it names something that is not a person's to say.
    """
    if unknown := set(answers) - set(OWN_FIELDS):
        raise ProfileInvalid(dict.fromkeys(sorted(unknown), "malformed"))
    return dict(answers)


def _check(problems: Mapping[str, str], **placeholders: str) -> None:
    if problems:
        raise ProfileInvalid(problems, **placeholders)


def _refused(problem: str, **placeholders: str) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=f"own_{problem}",
        translation_placeholders=placeholders,
    )
