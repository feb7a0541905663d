"""Diagnostics without personal data: states, counts and reasons."""

from collections.abc import Mapping
import re
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.device_registry import DeviceEntry

from .const import (
    CONF_CALENDARS,
    CONF_DRIVER,
    CONF_KIND,
    DOMAIN,
)
from .coordinator import OfficeCoordinator, XPresenceConfigEntry
from .diagnostics_person import (
    DiagnosticsData,
    Names,
    person_diagnostics,
    profile_diagnostics,
    word,
)
from .operations.health import statistics
from .settings.office_options import options_diagnostics as stored_options_diagnostics
from .telephony.registry import described


async def async_get_config_entry_diagnostics(
    _hass: HomeAssistant, entry: XPresenceConfigEntry
) -> DiagnosticsData:
    """Return the diagnostics of a phone system and its people."""
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
) -> DiagnosticsData:
    """Return a person's diagnostics; for the phone system's device all of them."""
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


def not_loaded(entry: XPresenceConfigEntry) -> DiagnosticsData:
    """Return why a phone system is not set up; its people are not known then."""
    return {
        "state": entry.state.value,
        "reason": word(entry.error_reason_translation_key),
        "driver": {"kind": word(entry.data.get(CONF_DRIVER))},
    }


def office_diagnostics(coordinator: OfficeCoordinator) -> DiagnosticsData:
    """Return the phone system's diagnostics."""
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
            "redirects": redirects_diagnostics(coordinator),
            **connection_diagnostics(entry),
        },
        "options": options_diagnostics(coordinator),
        "counts": {
            "people": len(coordinator.people),
            "profiles": len(office.profiles),
            "own_profiles": sum(p.owner is not None for p in office.profiles.values()),
            "calendars": {str(kind): kinds.count(kind) for kind in kinds},
        },
        "statistics": statistics(coordinator),
        "journal": coordinator.store.diagnostics(),
        "repairs": _repairs(coordinator.hass),
    }


def connection_diagnostics(entry: XPresenceConfigEntry) -> DiagnosticsData:
    """Return which fields of the connection are set, without their values."""
    row = described(entry.data[CONF_DRIVER])
    return {f"has_{one.key}": bool(entry.data.get(one.key)) for one in row.fields}


def redirects_diagnostics(coordinator: OfficeCoordinator) -> DiagnosticsData:
    """Return which parts of redirects can be set and read, over all lines."""
    lines = [state.loop.capabilities for state in coordinator.people.values()]
    freshness = coordinator.system.freshness
    return {
        "writable": sorted({part.value for line in lines for part in line.writable}),
        "readable": sorted({part.value for line in lines for part in line.readable}),
        "poll_every": freshness.poll_every,
        "oldest": freshness.oldest,
    }


def options_diagnostics(coordinator: OfficeCoordinator) -> DiagnosticsData:
    """Return the options that hold no personal data."""
    options: Mapping[str, Any] = coordinator.entry.options
    policy = coordinator.office.access.policy
    return {
        "order": [source.value for source in coordinator.office.order],
        **stored_options_diagnostics(options),
        "allowed": sorted(act.value for act in policy.allowed),
        "reach": sorted(kind.value for kind in policy.allowed_destinations),
        "automations": policy.automations.value,
        "satellites": policy.satellites.value,
    }


def version_of(version: str | None) -> str | None:
    """Return the leading numbers of a version; the rest may name who built it."""
    found = re.match(r"[0-9]+(?:\.[0-9]+){0,3}", version or "")
    return found.group() if found else None


def _repairs(hass: HomeAssistant) -> Mapping[str, int]:
    """Return the active repair issues by translation key, with their number."""
    found: dict[str, int] = {}
    for issue in ir.async_get(hass).issues.values():
        if issue.domain == DOMAIN and issue.active and issue.translation_key:
            found[issue.translation_key] = found.get(issue.translation_key, 0) + 1
    return found
