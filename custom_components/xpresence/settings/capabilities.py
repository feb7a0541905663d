"""What a phone system's redirects can become: what a profile may ask for."""

from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState

from ..const import CONF_DRIVER
from ..presence.redirect.parts import EVERYTHING, RedirectCapabilities, merged
from ..telephony.registry import PHONE_SYSTEMS


def office_capabilities(entry: ConfigEntry[Any]) -> RedirectCapabilities:
    """Return what can be set on at least one person's line.

    While the phone system has not been reached yet, or nobody is there, it is the most
    that its kind can do.
    """
    row = PHONE_SYSTEMS.get(entry.data.get(CONF_DRIVER, ""))
    most = EVERYTHING if row is None else row.redirect
    if entry.state is not ConfigEntryState.LOADED:
        return most
    coordinator = entry.runtime_data
    if not coordinator.system.capabilities:
        return most
    lines = [state.loop.capabilities for state in coordinator.people.values()]
    return merged(lines) if lines else most
