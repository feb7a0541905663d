"""What a person changes of their own sharing: who sees subjects, what delegates may."""

from collections.abc import Collection, Mapping
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
from ..settings.permissions import given_by, own_from, own_to, sharing_from
from .authorization import async_actor
from .profiles import FOR_THE_OFFICE


async def async_show_subjects_to(
    coordinator: OfficeCoordinator, person_id: str, tier: Tier, context: Context | None
) -> None:
    """Say who sees the subjects of a person's appointments."""
    rests_on = await _async_rests_on(coordinator, person_id, context)
    await _async_store(
        coordinator, person_id, {CONF_OWN_TIER: own_to(tier.value, rests_on)}
    )


async def async_show_info_text_to(
    coordinator: OfficeCoordinator, person_id: str, tier: Tier, context: Context | None
) -> None:
    """Say who sees the person's info text."""
    rests_on = await _async_rests_on(coordinator, person_id, context)
    await _async_store(
        coordinator, person_id, {CONF_OWN_INFO_TIER: own_to(tier.value, rests_on)}
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
    sharing = sharing_from(coordinator.entry.options, coordinator.settings(person_id))
    if delegate not in sharing.delegates:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="no_such_delegate"
        )
    stored = coordinator.settings(person_id).get(CONF_SHARING, {})
    before: Mapping[str, Any] = {}
    own = own_from(stored.get(CONF_NARROWED), dict[str, Any])
    if own is not None and own.counts(given_by(coordinator.entry.options)):
        before = own.value
    narrowed = {**before, delegate: sorted(grade.value for grade in grades)}
    rests_on = await _async_rests_on(coordinator, person_id, context)
    await _async_store(
        coordinator, person_id, {CONF_NARROWED: own_to(narrowed, rests_on)}
    )


async def _async_rests_on(
    coordinator: OfficeCoordinator, person_id: str, context: Context | None
) -> dict[str, int]:
    actor = await async_actor(coordinator, person_id, context)
    if actor.roles & FOR_THE_OFFICE:
        return {}
    given = given_by(coordinator.entry.options)
    return {Permission.SHARE.value: given[Permission.SHARE.value]}


async def _async_store(
    coordinator: OfficeCoordinator, person_id: str, changes: Mapping[str, Any]
) -> None:
    settings = coordinator.settings(person_id)
    coordinator.hass.config_entries.async_update_subentry(
        coordinator.entry,
        coordinator.entry.subentries[person_id],
        data={**settings, CONF_SHARING: {**settings.get(CONF_SHARING, {}), **changes}},
    )
    await coordinator.async_office_changed()
