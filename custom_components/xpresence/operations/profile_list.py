"""The office's profiles and a person's own, with the fields that may be changed."""

from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import CONF_MODE, CONF_NAME
from homeassistant.core import Context

from ..const import (
    CONF_ADJUSTABLE,
    CONF_ADJUSTED,
    CONF_OWNER,
    CONF_REDIRECT,
    CONF_REVOKED,
    CONF_RING_SECONDS,
    SUBENTRY_PROFILE,
)
from ..coordinator import OfficeCoordinator
from ..presence.line import Condition
from ..presence.model import RedirectRule
from ..presence.redirect.labels import target_label
from ..settings.permissions import (
    effective_adjustments,
    granted_by_office,
    names_from,
)
from ..settings.profile_fields import ADJUSTMENTS, OWN_FIELDS, redirect_from
from ..settings.validation import active_for, places
from .authorization import async_actor
from .profiles import FOR_THE_OFFICE, as_it_is


async def async_profile_list(
    coordinator: OfficeCoordinator, person_id: str, context: Context | None
) -> list[dict[str, Any]]:
    """Return the office's profiles and the person's own, as they hold for them.

    ``changeable`` names the fields that the caller may change now. ``used_by`` and
    ``active_for`` name people: with any of them an own profile can be neither deleted
    nor switched off.
    """
    actor = await async_actor(coordinator, person_id, context)
    for_the_office = bool(actor.roles & FOR_THE_OFFICE)
    return [
        _listed(coordinator, person_id, subentry, for_the_office=for_the_office)
        for subentry in coordinator.entry.get_subentries_of_type(SUBENTRY_PROFILE)
        if subentry.data.get(CONF_OWNER) in (None, person_id)
    ]


def _listed(
    coordinator: OfficeCoordinator,
    person_id: str,
    subentry: ConfigSubentry,
    *,
    for_the_office: bool,
) -> dict[str, Any]:
    entry, profile_id = coordinator.entry, subentry.subentry_id
    data = as_it_is(coordinator, person_id, subentry)
    own = subentry.data.get(CONF_OWNER) is not None
    used_by: list[str] = []
    active: list[str] = []
    changeable = set(OWN_FIELDS)
    if own:
        used_by, active = places(entry, profile_id), active_for(entry, profile_id)
    else:
        adjustable = subentry.data.get(CONF_ADJUSTABLE, ())
        fields = ADJUSTMENTS if for_the_office else adjustable
        changeable = {part for field in fields for part in ADJUSTMENTS[field]}
    adjusted = coordinator.settings(person_id).get(CONF_ADJUSTED, {})
    granted = granted_by_office(coordinator.office.access.policy)
    return {
        "profile_id": profile_id,
        CONF_NAME: subentry.data[CONF_NAME],
        **{
            key: data[key] for key in OWN_FIELDS if key in data and key != CONF_REDIRECT
        },
        CONF_REDIRECT: _redirect(
            coordinator, person_id, redirect_from(data.get(CONF_REDIRECT, {}))
        ),
        "stored": {key: data[key] for key in OWN_FIELDS if key in data},
        "own": own,
        "permitted": not subentry.data.get(CONF_REVOKED)
        and names_from(subentry.data) <= granted,
        "adjusted": sorted(
            effective_adjustments(granted, subentry.data, adjusted.get(profile_id, {}))
        ),
        "changeable": sorted(changeable),
        "deletable": own and not used_by and not active,
        "used_by": used_by,
        "active_for": active,
    }


def _redirect(
    coordinator: OfficeCoordinator, person_id: str, rule: RedirectRule
) -> dict[str, Any]:
    return {
        CONF_MODE: rule.mode.value,
        "targets": {
            condition.value: target_label(coordinator.office, person_id, target)
            for condition in Condition
            if (target := rule.target(condition)) is not None
        },
        CONF_RING_SECONDS: rule.ring_seconds,
    }
