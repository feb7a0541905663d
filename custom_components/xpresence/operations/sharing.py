"""What a person changes of their own sharing: who sees subjects, what delegates may."""

from collections.abc import Collection
from typing import Any

from homeassistant.core import Context
from homeassistant.exceptions import ServiceValidationError

from ..const import (
    CONF_NARROWED,
    CONF_OWN_INFO_TIER,
    CONF_OWN_TIER,
    CONF_SHARING,
    DOMAIN,
)
from ..coordinator import OfficeCoordinator
from ..presence.permission.policy import Grade, Permission, Tier
from ..settings.permissions import override_to
from .authorization import async_actor
from .profiles import FOR_THE_OFFICE


async def async_show_subjects_to(
    coordinator: OfficeCoordinator, person_id: str, tier: Tier, context: Context | None
) -> None:
    """Say who sees the subjects of a person's appointments."""
    await _async_override(coordinator, person_id, CONF_OWN_TIER, tier.value, context)


async def async_show_info_text_to(
    coordinator: OfficeCoordinator, person_id: str, tier: Tier, context: Context | None
) -> None:
    """Say who sees the person's info text."""
    await _async_override(
        coordinator, person_id, CONF_OWN_INFO_TIER, tier.value, context
    )


async def async_narrow(
    coordinator: OfficeCoordinator,
    person_id: str,
    delegate: str,
    grades: Collection[Grade],
    context: Context | None,
) -> None:
    """Leave a delegate only these of the rights that the office gave.

    Raises:
        ServiceValidationError: this is no delegate of the person.
    """
    sharing = coordinator.office.access.of(person_id)
    if delegate not in sharing.delegates:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="no_such_delegate"
        )
    narrowed = {**sharing.narrowed, delegate: frozenset(grades)}
    stored = {
        one: sorted(grade.value for grade in left) for one, left in narrowed.items()
    }
    await _async_override(coordinator, person_id, CONF_NARROWED, stored, context)


async def _async_override(
    coordinator: OfficeCoordinator,
    person_id: str,
    key: str,
    value: Any,
    context: Context | None,
) -> None:
    """Store what is chosen for a person, and under which permission, in sharing."""
    actor = await async_actor(coordinator, person_id, context)
    granted_by = () if actor.roles & FOR_THE_OFFICE else (Permission.SHARE.value,)
    settings = coordinator.settings(person_id)
    sharing = {**settings.get(CONF_SHARING, {}), key: override_to(value, granted_by)}
    coordinator.hass.config_entries.async_update_subentry(
        coordinator.entry,
        coordinator.entry.subentries[person_id],
        data={**settings, CONF_SHARING: sharing},
    )
    await coordinator.async_office_changed()
