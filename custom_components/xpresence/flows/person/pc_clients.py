"""Programs that report a PC to Home Assistant, and how their entities are recognised.

Their entities keep the endings of their names, whatever the PC is called.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from ...const import CONF_ENTITIES, CONF_SILENCE_ENDS, CONF_STATES
from ...presence.pc.signals import DOMAINS, Sign

HASS_AGENT_RUNS: Final = (
    "ApplicationStarted",
    "ConsoleConnect",
    "ConsoleDisconnect",
    "HassAgentStarted",
    "RemoteConnect",
    "RemoteDisconnect",
    "Resume",
    "SessionLock",
    "SessionLogon",
    "SessionRemoteControl",
    "SessionUnlock",
)
"""HASS.Agent's last change of the system while somebody is logged on."""
PRESENCE_CLASSES: Final = frozenset({"connectivity", "power", "presence", "running"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Client:
    """A program by the endings of its entities.

    ``silence_ends``: its entities become unavailable when the PC goes off.
    """

    endings: Mapping[Sign, tuple[str, ...]]
    states: Mapping[Sign, tuple[str, ...]] = field(default_factory=dict)
    silence_ends: bool = False


CLIENTS: Final[Mapping[str, Client]] = {
    "hass_agent": Client(
        endings={
            Sign.SESSION: ("lastsystemstatechange", "last_system_state_change"),
            Sign.LOCKED: ("lastsystemstatechange", "last_system_state_change"),
            Sign.LAST_INPUT: ("lastactive", "last_active"),
        },
        states={Sign.SESSION: HASS_AGENT_RUNS, Sign.LOCKED: ("SessionLock",)},
        silence_ends=True,
    ),
    "go_hass_agent": Client(
        endings={
            Sign.SESSION: ("power_state",),
            Sign.LOCKED: ("screen_lock",),
        },
        states={Sign.SESSION: ("Powered On",)},
    ),
    "macos": Client(endings={Sign.ACTIVE: ("active",), Sign.LOCKED: ("active",)}),
    "presence": Client(endings={}),
}
"""Key in the settings → the client."""


def found(hass: HomeAssistant, client: str, device_id: str | None) -> dict[str, Any]:
    """Return what a client on a device tells, as a person's settings store it."""
    known = CLIENTS.get(client)
    if known is None or device_id is None:
        return {}
    entries = er.async_entries_for_device(er.async_get(hass), device_id)
    entities = {}
    for sign in Sign:
        candidates = _presence(entries) if client == "presence" else entries
        for entry in candidates:
            if entry.domain not in DOMAINS[sign]:
                continue
            if _fits(entry, client, known.endings.get(sign, ()), sign):
                entities[sign.value] = entry.entity_id
                break
    states = {
        sign.value: list(said)
        for sign, said in known.states.items()
        if sign.value in entities
    }
    return {
        CONF_ENTITIES: entities,
        CONF_STATES: states,
        CONF_SILENCE_ENDS: known.silence_ends and Sign.SESSION in entities,
    }


def _fits(
    entry: er.RegistryEntry, client: str, endings: tuple[str, ...], sign: Sign
) -> bool:
    if client == "presence":
        return sign is Sign.SESSION
    names = (entry.entity_id.partition(".")[2], entry.unique_id.lower())
    return any(
        name == ending or name.endswith(f"_{ending}")
        for name in names
        for ending in endings
    )


def _presence(entries: list[er.RegistryEntry]) -> Iterator[er.RegistryEntry]:
    """Yield what tells that a device is there, trackers first."""
    yield from (entry for entry in entries if entry.domain == "device_tracker")
    for entry in entries:
        kind = entry.device_class or entry.original_device_class
        if entry.domain == "binary_sensor" and kind in PRESENCE_CLASSES:
            yield entry
