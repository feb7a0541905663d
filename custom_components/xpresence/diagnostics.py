"""What a maintainer may be sent: how xpresence stands, and nothing personal."""

from collections.abc import Mapping
import re
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.device_registry import DeviceEntry

from .const import (
    CONF_AREA_CODE,
    CONF_CALENDAR_DAYS,
    CONF_CALENDARS,
    CONF_COUNTRY_CODE,
    CONF_DESK_CHANGE,
    CONF_DRIVER,
    CONF_END_ACTION,
    CONF_GRACE,
    CONF_HOLD,
    CONF_HOTLINE,
    CONF_KIND,
    CONF_LONGEST_HOURS,
    CONF_LONGEST_THEN,
    CONF_OUTSIDE_PREFIX,
    CONF_RESTART,
    CONF_SET_ACTION,
    CONF_STATE_ENTITY,
    CONF_TLS,
    CONF_WRAP_UP_MINUTES,
    DOMAIN,
)
from .coordinator import OfficeCoordinator, XPresenceConfigEntry
from .diagnostics_person import (
    Names,
    Told,
    person_diagnostics,
    profile_diagnostics,
    word,
)
from .settings.permissions import policy_from

NUMBERS: Final = (
    CONF_CALENDAR_DAYS,
    CONF_GRACE,
    CONF_HOLD,
    CONF_LONGEST_HOURS,
    CONF_RESTART,
    CONF_WRAP_UP_MINUTES,
)
"""Options that are a time or an amount."""
WORDS: Final = (CONF_DESK_CHANGE, CONF_HOTLINE, CONF_LONGEST_THEN)
"""Options that are one of our own words."""
NAMED: Final = (CONF_AREA_CODE, CONF_COUNTRY_CODE, CONF_OUTSIDE_PREFIX)
"""Options of which only is told whether they are set."""
CONNECTION: Final = (CONF_SET_ACTION, CONF_END_ACTION, CONF_STATE_ENTITY, CONF_TLS)
"""What of the connection is told in the same way."""


async def async_get_config_entry_diagnostics(
    _hass: HomeAssistant, entry: XPresenceConfigEntry
) -> Told:
    """Return how a phone system and its people stand."""
    if entry.state is not ConfigEntryState.LOADED:
        return not_loaded(entry)
    coordinator = entry.runtime_data
    names = Names(coordinator)
    return {
        **office_diagnostics(coordinator),
        "profiles": [
            profile_diagnostics(profile, names)
            for profile in coordinator.office.profiles.values()
        ],
        "people": [
            person_diagnostics(coordinator, person_id, names)
            for person_id in coordinator.people
        ],
    }


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: XPresenceConfigEntry, device: DeviceEntry
) -> Told:
    """Return how one person stands, or for the phone system's device everything."""
    if entry.state is not ConfigEntryState.LOADED:
        return not_loaded(entry)
    coordinator = entry.runtime_data
    for domain, person_id in device.identifiers:
        if domain == DOMAIN and person_id in coordinator.people:
            return {
                **office_diagnostics(coordinator),
                "person": person_diagnostics(
                    coordinator, person_id, Names(coordinator)
                ),
            }
    return await async_get_config_entry_diagnostics(hass, entry)


def not_loaded(entry: XPresenceConfigEntry) -> Told:
    """Return why a phone system is not set up; its people are not known then."""
    return {
        "state": entry.state.value,
        "reason": word(entry.error_reason_translation_key),
        "driver": {"kind": word(entry.data.get(CONF_DRIVER))},
    }


def office_diagnostics(coordinator: OfficeCoordinator) -> Told:
    """Return how the phone system stands."""
    entry, system, office = coordinator.entry, coordinator.system, coordinator.office
    kinds = [
        word(calendar.get(CONF_KIND))
        for person_id in coordinator.people
        for calendar in coordinator.settings(person_id).get(CONF_CALENDARS, ())
    ]
    return {
        "driver": {
            "kind": word(entry.data.get(CONF_DRIVER)),
            "version": version_of(system.version),
            "ready": system.ready,
            "capabilities": sorted(
                flag.name.lower() for flag in system.capabilities if flag.name
            ),
            **{f"has_{key}": bool(entry.data.get(key)) for key in CONNECTION},
        },
        "options": options_diagnostics(coordinator),
        "counts": {
            "people": len(coordinator.people),
            "profiles": len(office.profiles),
            "own_profiles": sum(p.owner is not None for p in office.profiles.values()),
            "calendars": {str(kind): kinds.count(kind) for kind in kinds},
        },
        "repairs": _repairs(coordinator.hass),
    }


def options_diagnostics(coordinator: OfficeCoordinator) -> Told:
    """Return the options, as far as they are nobody's."""
    options: Mapping[str, Any] = coordinator.entry.options
    policy = policy_from(options)
    return {
        "order": [source.value for source in coordinator.office.order],
        **{key: options[key] for key in NUMBERS if _is_number(options.get(key))},
        **{key: word(options[key]) for key in WORDS if key in options},
        **{f"has_{key}": bool(options.get(key)) for key in NAMED},
        "allowed": sorted(act.value for act in policy.allowed),
        "reach": sorted(kind.value for kind in policy.allowed_destinations),
        "automations": policy.automations.value,
        "satellites": policy.satellites.value,
    }


def version_of(version: str | None) -> str | None:
    """Return the numbers that a version begins with; some go on to name a builder."""
    found = re.match(r"[0-9]+(?:\.[0-9]+){0,3}", version or "")
    return found.group() if found else None


def _is_number(said: object) -> bool:
    return isinstance(said, int | float)


def _repairs(hass: HomeAssistant) -> Mapping[str, int]:
    """Return which notices stand, each with how many there are."""
    found: dict[str, int] = {}
    for issue in ir.async_get(hass).issues.values():
        if issue.domain == DOMAIN and issue.active and issue.translation_key:
            found[issue.translation_key] = found.get(issue.translation_key, 0) + 1
    return found
