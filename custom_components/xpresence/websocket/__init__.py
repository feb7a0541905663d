"""What the cards read and ask for over Home Assistant's WebSocket."""

from homeassistant.components import websocket_api
from homeassistant.core import HomeAssistant, callback

from . import (
    calendars,
    history,
    office,
    office_profiles,
    own_settings,
    people,
    phone_login,
    profiles,
    signing_in,
)
from .person import subscribe_person
from .signing_in import sign_in_microsoft
from .team import subscribe_team


@callback
def async_setup_websocket(hass: HomeAssistant) -> None:
    """Register every command."""
    websocket_api.async_register_command(hass, sign_in_microsoft)
    websocket_api.async_register_command(hass, subscribe_person)
    websocket_api.async_register_command(hass, subscribe_team)
    for command in (
        *calendars.COMMANDS,
        *history.COMMANDS,
        *office.COMMANDS,
        *office_profiles.COMMANDS,
        *own_settings.COMMANDS,
        *people.COMMANDS,
        *phone_login.COMMANDS,
        *profiles.COMMANDS,
        *signing_in.COMMANDS,
    ):
        websocket_api.async_register_command(hass, command)
