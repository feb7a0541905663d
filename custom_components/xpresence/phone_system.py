"""From a config entry's data to a driver that is connected."""

from collections.abc import Callable, Mapping
from typing import Any

from homeassistant.const import (
    CONF_HOST,
    CONF_PASSWORD,
    CONF_PORT,
    CONF_USERNAME,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_track_state_change_event

from .const import (
    CONF_CA,
    CONF_DRIVER,
    CONF_END_ACTION,
    CONF_SET_ACTION,
    CONF_STATE_ENTITY,
    CONF_TLS,
    DRIVER_ACTIONS,
    DRIVER_ASTERISK,
)
from .telephony.actions import ActionsPhoneSystem, SaveLines, Surroundings
from .telephony.driver import PhoneSystem, Unavailable


async def _forget(_lines: Mapping[str, Mapping[str, Any]]) -> None:
    """Keep nothing: a connection that is only being tried sets no redirect."""


def build(
    hass: HomeAssistant,
    data: Mapping[str, Any],
    lines: Mapping[str, Mapping[str, Any]] | None = None,
    save_lines: SaveLines = _forget,
) -> PhoneSystem:
    """Make the driver that the entry's data names; nothing is connected yet.

    ``lines`` and ``save_lines`` belong to the actions driver, which keeps what
    no phone system keeps for it.
    """
    if data[CONF_DRIVER] == DRIVER_ASTERISK:
        from .telephony.asterisk import AsteriskPhoneSystem

        return AsteriskPhoneSystem(
            data[CONF_HOST],
            data[CONF_PORT],
            data[CONF_USERNAME],
            data[CONF_PASSWORD],
            tls=data.get(CONF_TLS, False),
            ca=data.get(CONF_CA) or None,
        )
    if data[CONF_DRIVER] == DRIVER_ACTIONS:
        return ActionsPhoneSystem(
            _surroundings(hass, save_lines),
            lines or {},
            set_action=data.get(CONF_SET_ACTION),
            end_action=data.get(CONF_END_ACTION),
            state_entity=data.get(CONF_STATE_ENTITY),
        )
    raise ValueError("the entry names no driver that xpresence has")


async def connect(hass: HomeAssistant, data: Mapping[str, Any]) -> PhoneSystem:
    """Build a driver and start it; the caller closes it.

    Raises:
        telephony.driver.PhoneSystemError: as :meth:`PhoneSystem.start` tells.
    """
    system = build(hass, data)
    await system.start()
    return system


def _surroundings(hass: HomeAssistant, save_lines: SaveLines) -> Surroundings:
    async def call_action(action: str, variables: Mapping[str, Any]) -> None:
        domain, _, name = action.partition(".")
        try:
            await hass.services.async_call(domain, name, dict(variables), blocking=True)
        except HomeAssistantError as error:
            # The text may carry the number that was refused: keep only the kind.
            raise Unavailable(type(error).__name__) from error

    def read_state(entity_id: str) -> str | None:
        state = hass.states.get(entity_id)
        if state is None or state.state in (STATE_UNAVAILABLE, STATE_UNKNOWN):
            return None
        return state.state

    def track_state(entity_id: str, changed: Callable[[], None]) -> Callable[[], None]:
        @callback
        def on_change(_event: Event[EventStateChangedData]) -> None:
            changed()

        return async_track_state_change_event(hass, entity_id, on_change)

    return Surroundings(call_action, read_state, track_state, save_lines)
