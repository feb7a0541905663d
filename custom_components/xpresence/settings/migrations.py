"""From a config entry that another version stored to what this one reads.

One step for each version that changed what is stored: options, data, or subentries. A
step leaves alone what it has changed already, for Home Assistant may end in the middle
of it. ``docs/architecture.md`` says how a step is added.

Of a later minor version everything is kept, the fields that this one does not know
included. A later major version is not set up at all.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

VERSION: Final = 1
"""Goes up with what an earlier version would misread."""
MINOR_VERSION: Final = 1
"""Goes up with what an earlier version may ignore; 1.1 is release 0.1.0."""

type Version = tuple[int, int]
type Step = Callable[[HomeAssistant, ConfigEntry[Any]], None]

STEPS: Final[Mapping[Version, Step]] = {}
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
