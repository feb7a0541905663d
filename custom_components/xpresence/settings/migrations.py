"""From a config entry that another version stored to what this one reads.

One step for each version that changed what is stored: options, data, or subentries. A
step leaves alone what it has changed already, for Home Assistant may end in the middle
of it. ``docs/architecture.md`` says how a step is added.

Of a later minor version everything is kept, the fields that this one does not know
included. A later major version is not set up at all.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..const import CONF_PERMISSIONS, CONF_RESTS_ON, SUBENTRY_PROFILE
from .permissions import granted_by_office, granted_by_profile, names_to, policy_from
from .revocation import stored_without

VERSION: Final = 1
"""Goes up with what an earlier version would misread."""
MINOR_VERSION: Final = 2
"""Goes up with what an earlier version may ignore; 1.1 is release 0.1.0."""

type Stored = Mapping[str, Any]
type Version = tuple[int, int]
type Step = Callable[[HomeAssistant, ConfigEntry[Any]], None]


@callback
def _without_numbers(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Drop what rests on a permission that was taken back since it was chosen.

    Up to 1.1 a permission had a number, which went up with every ban, and a value
    counted while it rested on the present numbers. Since 1.2 a ban drops the values,
    so what does not count by its number is dropped here, and the numbers go.
    """
    office = _numbered(entry.options, granted_by_office(policy_from(entry.options)))
    profiles = {
        profile.subentry_id: _numbered(profile.data, granted_by_profile(profile.data))
        for profile in entry.get_subentries_of_type(SUBENTRY_PROFILE)
    }

    def is_dropped(stored: Stored, profile_id: str | None) -> bool:
        granted = office | profiles.get(profile_id or "", {})
        rests_on: Mapping[str, int] = stored.get(CONF_RESTS_ON, {})
        return any(granted.get(name) != number for name, number in rests_on.items())

    # All is worked out before anything is changed: a second run would judge wrongly.
    changed = {key: dict(one.data) for key, one in entry.subentries.items()}
    changed |= dict(stored_without(entry, is_dropped))
    for key, data in changed.items():
        changed[key] = _renumbered(data)
    options = {k: v for k, v in entry.options.items() if k != CONF_PERMISSIONS}
    for key, data in changed.items():
        hass.config_entries.async_update_subentry(
            entry, entry.subentries[key], data=data
        )
    hass.config_entries.async_update_entry(entry, options=options)


def _numbered(stored: Stored, granted: Iterable[str]) -> dict[str, int]:
    numbers = stored.get(CONF_PERMISSIONS, {})
    return {name: numbers.get(name, 0) for name in granted}


def _renumbered(stored: Stored) -> dict[str, Any]:
    """Return settings without the numbers of permissions, at any depth."""
    found: dict[str, Any] = {}
    for key, value in stored.items():
        if key == CONF_RESTS_ON:
            found[key] = names_to(value)
        elif key != CONF_PERMISSIONS:
            found[key] = _renumbered(value) if isinstance(value, Mapping) else value
    return found


STEPS: Final[Mapping[Version, Step]] = {(1, 2): _without_numbers}
"""The version that changed something → the step from the one before it, in order."""


def is_newer(entry: ConfigEntry[Any]) -> bool:
    """Return whether a later major version stored this entry."""
    return entry.version > VERSION


@callback
def migrate(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Migrate an entry of an earlier version to this one."""
    for reached, step in STEPS.items():
        if (entry.version, entry.minor_version) < reached:
            step(hass, entry)
            version, minor = reached
            hass.config_entries.async_update_entry(
                entry, version=version, minor_version=minor
            )
