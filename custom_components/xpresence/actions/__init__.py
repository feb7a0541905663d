"""The actions of xpresence: one file a topic, each with its table."""

from typing import Final

from homeassistant.core import HomeAssistant, callback

from . import (
    appointments,
    calendars,
    choosing,
    microsoft,
    planning,
    profiles,
    redirecting,
    sharing,
)

ACTIONS: Final = (
    *appointments.ACTIONS,
    *calendars.ACTIONS,
    *choosing.ACTIONS,
    *microsoft.ACTIONS,
    *planning.ACTIONS,
    *profiles.ACTIONS,
    *redirecting.ACTIONS,
    *sharing.ACTIONS,
)


@callback
def async_setup_actions(hass: HomeAssistant) -> None:
    """Register every action."""
    for action in ACTIONS:
        action.register(hass)
