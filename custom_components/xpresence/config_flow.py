"""Stub."""

from homeassistant.config_entries import ConfigFlow
from .const import DOMAIN


class XPresenceConfigFlow(ConfigFlow, domain=DOMAIN):
    """Stub."""

    VERSION = 1
