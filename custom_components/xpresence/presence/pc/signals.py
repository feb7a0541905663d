"""What the states of a PC's entities mean, kind by kind.

A sign is one fact about a PC; any entity may provide it. States are compared without
regard to case, because clients spell them differently.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

SILENT: Final = frozenset(
    {"unknown", "unavailable", "", "hassagentsatelliteservicestarted"}
)
"""States without information, in lower case.

HASS.Agent's service starts with Windows, whether or not anybody logs on.
"""


def is_silent(state: str | None) -> bool:
    """Tell whether a state says nothing."""
    return state is None or state.strip().casefold() in SILENT


class Sign(StrEnum):
    """What an entity of a PC can tell."""

    SESSION = "session"
    """The PC, or the client on it, runs."""
    LOCKED = "locked"
    ACTIVE = "active"
    """Somebody uses the PC now."""
    LAST_INPUT = "last_input"
    """When a key or the mouse was last used."""
    IDLE = "idle"
    """For how long neither was used."""


SWITCHED: Final = ("binary_sensor", "input_boolean", "switch")
DOMAINS: Final[Mapping[Sign, tuple[str, ...]]] = {
    Sign.SESSION: (*SWITCHED, "device_tracker", "sensor"),
    Sign.LOCKED: (*SWITCHED, "sensor"),
    Sign.ACTIVE: (*SWITCHED, "sensor"),
    Sign.LAST_INPUT: ("sensor",),
    Sign.IDLE: ("sensor", "input_number", "number"),
}
"""The kinds of entities that can give a sign."""
BY_STATE: Final = (Sign.SESSION, Sign.LOCKED, Sign.ACTIVE)
"""Signs that are given by an entity being in one of the configured states."""
UNITS: Final[Mapping[str, timedelta]] = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}
LONGEST_IDLE: Final = timedelta(days=365)


def usual_states(sign: Sign, entity: str, device_class: str | None) -> tuple[str, ...]:
    """Return the states in which an entity gives a sign; none if they must be named.

    A binary sensor of the class *lock* is on while it is unlocked.
    """
    match entity.partition(".")[0]:
        case "binary_sensor" if sign is Sign.LOCKED and device_class == "lock":
            return ("off",)
        case "binary_sensor" | "input_boolean" | "switch":
            return ("on",)
        case "device_tracker":
            return ("home",)
        case _:
            return ()


def is_in(state: str | None, states: Iterable[str]) -> bool | None:
    """Tell whether a state is one of some; ``None`` if it says nothing."""
    if state is None or is_silent(state):
        return None
    return state.strip().casefold() in {one.strip().casefold() for one in states}


def lock_from(state: str | None, attributes: Mapping[str, Any]) -> bool | None:
    """Read a lock that a client tells beside its activity, as macOS's app does."""
    said = attributes.get("Locked")
    if is_silent(state) or not isinstance(said, bool):
        return None
    return said


def instant_from(state: str | None, at: datetime) -> datetime | None:
    """Read an instant told ``at``; a PC's clock that runs ahead is held back."""
    if state is None or is_silent(state):
        return None
    try:
        said = datetime.fromisoformat(state.strip())
    except ValueError:
        return None
    return None if said.tzinfo is None else min(said.astimezone(UTC), at)


def idle_from(state: str | None, unit: str | None, at: datetime) -> datetime | None:
    """Read since when a PC is unused from a time told ``at``, seconds if unnamed."""
    if state is None or is_silent(state):
        return None
    try:
        idle = float(state) * UNITS[unit or "s"]
    except ArithmeticError, KeyError, ValueError:
        return None
    return at - idle if timedelta() <= idle <= LONGEST_IDLE else None
