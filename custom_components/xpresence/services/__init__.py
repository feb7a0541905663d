"""The actions of xpresence: one file a topic, each with its table."""

from typing import Final

from homeassistant.core import HomeAssistant, callback

from . import (
    appointments,
    calendars,
    history,
    microsoft,
    planning,
    profile_choice,
    profiles,
    redirect,
    sharing,
)

ACTIONS: Final = (
    *appointments.ACTIONS,
    *calendars.ACTIONS,
    *history.ACTIONS,
    *profile_choice.ACTIONS,
    *microsoft.ACTIONS,
    *planning.ACTIONS,
    *profiles.ACTIONS,
    *redirect.ACTIONS,
    *sharing.ACTIONS,
)


@callback
def async_setup_actions(hass: HomeAssistant) -> None:
    """Register every action."""
    for action in ACTIONS:
        action.register(hass)
