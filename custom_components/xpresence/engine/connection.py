"""The first connection to a phone system, and the tries until it is made."""

import asyncio
from collections.abc import Callable, Mapping
import logging
import random
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import (
    CONF_HOST,
    CONF_PASSWORD,
    CONF_PORT,
    CONF_USERNAME,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.exceptions import (
    ConfigEntryAuthFailed,
    ConfigEntryNotReady,
    HomeAssistantError,
)
from homeassistant.helpers.event import async_track_state_change_event

from ..const import (
    CONF_ACCOUNTS,
    CONF_CA,
    CONF_DRIVER,
    CONF_END_ACTION,
    CONF_SET_ACTION,
    CONF_STATE_ENTITY,
    CONF_TLS,
    DOMAIN,
    DRIVER_ACTIONS,
    DRIVER_ASTERISK,
)
from ..telephony.driver import (
    AuthenticationFailed,
    CertificateRejected,
    PermissionDenied,
    PhoneSystem,
    Unavailable,
)
from ..telephony.home_assistant_actions.driver import (
    ActionsPhoneSystem,
    SaveLines,
    Surroundings,
)

_LOGGER = logging.getLogger(__name__)


FIRST_CONNECT_WAIT: Final = (1, 2, 5, 10, 30, 60)
"""Seconds between tries while the phone system was down at the start."""


def connection_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return how an entry reaches its phone system; only a change of that reloads."""
    return {key: value for key, value in data.items() if key != CONF_ACCOUNTS}


def kept_secrets(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stays of an entry's data when its phone system is another one."""
    return {key: value for key, value in data.items() if key == CONF_ACCOUNTS}


async def async_connect(
    hass: HomeAssistant, entry: ConfigEntry[Any], system: PhoneSystem
) -> None:
    """Connect, or go on trying in the background while nobody is there.

    A phone system that cannot be reached delays nothing: profiles are ours.

    Raises:
        ConfigEntryAuthFailed: the login is refused.
        ConfigEntryNotReady: the certificate or the rights are not enough; they may
            be mended in the phone system, and it is tried again.
    """
    try:
        await system.start()
    except AuthenticationFailed as error:
        raise ConfigEntryAuthFailed(
            translation_domain=DOMAIN, translation_key="auth_failed"
        ) from error
    except CertificateRejected as error:
        raise ConfigEntryNotReady(
            translation_domain=DOMAIN, translation_key="certificate_rejected"
        ) from error
    except PermissionDenied as error:
        raise ConfigEntryNotReady(
            translation_domain=DOMAIN,
            translation_key="permission_denied",
            translation_placeholders={"permission": error.permission},
        ) from error
    except Unavailable:
        _LOGGER.info("The phone system cannot be reached yet; trying on")
        entry.async_create_background_task(
            hass, _async_keep_connecting(hass, entry, system), f"{DOMAIN} connect"
        )


async def _async_keep_connecting(
    hass: HomeAssistant, entry: ConfigEntry[Any], system: PhoneSystem
) -> None:
    """Try until the phone system is there or refuses for good."""
    for attempt in range(2**31):
        wait = FIRST_CONNECT_WAIT[min(attempt, len(FIRST_CONNECT_WAIT) - 1)]
        await asyncio.sleep(wait * random.uniform(0.8, 1.2))
        try:
            await system.start()
        except Unavailable:
            continue
        except AuthenticationFailed:
            entry.async_start_reauth(hass)
        except CertificateRejected, PermissionDenied:
            # Setting up again says to the user what is wrong.
            hass.config_entries.async_schedule_reload(entry.entry_id)
        return


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
        from ..telephony.asterisk.driver import AsteriskPhoneSystem

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
