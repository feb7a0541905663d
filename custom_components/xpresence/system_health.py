"""Home Assistant's system health page: the state of every phone system."""

from typing import Any

from homeassistant.components import system_health
from homeassistant.core import HomeAssistant, callback

from .const import CONF_DRIVER, DOMAIN
from .coordinator import XPresenceConfigEntry
from .diagnostics import version_of
from .operations.health import statistics


@callback
def async_register(
    hass: HomeAssistant, register: system_health.SystemHealthRegistration
) -> None:
    """Offer the information."""
    register.async_register_info(system_health_info)


async def system_health_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return the state of every phone system."""
    info: dict[str, Any] = {}
    entries: list[XPresenceConfigEntry] = hass.config_entries.async_loaded_entries(
        DOMAIN
    )
    info["phone_systems"] = len(entries)
    for number, entry in enumerate(entries, start=1):
        coordinator = entry.runtime_data
        system = coordinator.system
        failing = sum(1 for state in coordinator.people.values() if state.loop.failure)
        loops = [state.loop for state in coordinator.people.values()]
        trips = [loop.round_trip_ms for loop in loops if loop.round_trip_ms is not None]
        told = statistics(coordinator)
        switches, readings = told["switches"], told["readings"]
        converged = [loop.converged_at for loop in loops if loop.converged_at]
        said = [
            str(entry.data[CONF_DRIVER]),
            version_of(system.version) or "-",
            "ready" if system.ready else "not ready",
            f"{len(coordinator.people)} people",
            f"{failing} failing",
        ]
        if trips:
            said.append(f"slowest last answer {max(trips):.1f} ms")
        if switches["counted"]:
            said += [
                f"last {switches['counted']} redirects: half within {switches['p50_ms']:.0f} ms",
                f"95 % within {switches['p95_ms']:.0f} ms",
                f"{switches['retried']} of {switches['total']} tried again",
            ]
        if (age := readings["oldest_age_seconds"]) is not None:
            said.append(f"oldest reading {age} s")
        if behind := told["calendars"]["behind"]:
            said.append(f"{behind} calendars behind")
        if converged:
            last = max(converged).isoformat(timespec="seconds")
            said.append(f"last convergence {last}")
        info[f"phone_system_{number}"] = ", ".join(said)
    return info
