"""The first connection to a phone system, and the tries until it is made."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
import logging
from typing import TYPE_CHECKING, Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import (
    Context,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.exceptions import (
    ConfigEntryAuthFailed,
    ConfigEntryError,
    ConfigEntryNotReady,
    HomeAssistantError,
    ServiceValidationError,
)
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.helpers.script import (
    Script,
    async_validate_actions_config,
)
from homeassistant.helpers.trace import script_execution_get, trace_clear
import voluptuous as vol

from ..const import CONF_ACCOUNTS, CONF_DRIVER, DOMAIN
from ..telephony.backoff import Backoff
from ..telephony.description import Action, Parameters, SaveMemory, Surroundings
from ..telephony.driver import (
    AuthenticationFailed,
    PhoneSystem,
    PhoneSystemError,
    Rejected,
    RetryLater,
    Unavailable,
)
from ..telephony.registry import UnknownPhoneSystem, described, load

if TYPE_CHECKING:
    from .phone_logins import PhoneLogins

_LOGGER = logging.getLogger(__name__)


FIRST_WAIT: Final = 1.0
LONGEST_WAIT: Final = 60.0
"""Seconds between tries while the phone system was down at the start."""
BARE: Final = frozenset({"action", "service", "alias", "enabled", "metadata"})
"""What a step may hold beside its action that says nothing of its variables."""


def connection_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return how an entry reaches its phone system; only a change of that reloads."""
    return {key: value for key, value in data.items() if key != CONF_ACCOUNTS}


async def async_connect(
    hass: HomeAssistant, entry: ConfigEntry[Any], system: PhoneSystem
) -> None:
    """Connect; if the phone system is unreachable, retry in the background.

    Set-up goes on without it: profiles do not need the phone system.

    Raises:
        ConfigEntryAuthFailed: the login is refused.
        ConfigEntryNotReady: certificate, rights or licence are not enough; they may be
            corrected in the phone system, and set-up is tried again.
    """
    try:
        await system.start()
    except AuthenticationFailed as error:
        raise ConfigEntryAuthFailed(
            translation_domain=DOMAIN, translation_key="auth_failed"
        ) from error
    except Unavailable as error:
        _LOGGER.info("The phone system cannot be reached yet; trying on")
        entry.async_create_background_task(
            hass,
            _async_keep_connecting(hass, entry, system, error),
            f"{DOMAIN} connect",
        )
    except PhoneSystemError as error:
        raise ConfigEntryNotReady(
            translation_domain=DOMAIN,
            translation_key=error.key,
            translation_placeholders=error.placeholders,
        ) from error


async def _async_keep_connecting(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    system: PhoneSystem,
    error: PhoneSystemError,
) -> None:
    """Try until the phone system is there or refuses for good."""
    backoff = Backoff(FIRST_WAIT, LONGEST_WAIT)
    while True:
        asked = error.retry_after if isinstance(error, RetryLater) else 0.0
        await asyncio.sleep(backoff.wait(asked))
        try:
            await system.start()
        except Unavailable as again:
            error = again
            continue
        except AuthenticationFailed:
            entry.async_start_reauth(hass)
        except PhoneSystemError:
            # Setting up again says to the user what is wrong.
            hass.config_entries.async_schedule_reload(entry.entry_id)
        return


async def _forget(_lines: Mapping[str, Mapping[str, Any]]) -> None:
    """Store nothing: a connection that is only tested sets no redirect."""


async def async_build(
    hass: HomeAssistant,
    data: Mapping[str, Any],
    memory: Mapping[str, Mapping[str, Any]] | None = None,
    save_memory: SaveMemory = _forget,
    logins: PhoneLogins | None = None,
) -> PhoneSystem:
    """Make the driver that the entry's data names; nothing is connected yet.

    ``memory`` and ``save_memory`` belong to drivers that keep what no phone system
    keeps for them; ``logins`` to those that people sign in at in a browser.

    Raises:
        ConfigEntryError: this version has no such driver.
    """
    try:
        row = described(data.get(CONF_DRIVER))
    except UnknownPhoneSystem as error:
        raise ConfigEntryError(
            translation_domain=DOMAIN, translation_key="unknown_phone_system"
        ) from error
    make = await hass.async_add_import_executor_job(load, row)
    settings = {
        key: value
        for key, value in data.items()
        if key not in (CONF_ACCOUNTS, CONF_DRIVER)
    }
    around = _surroundings(hass, save_memory)
    if logins is not None:
        around = replace(
            around,
            load_login=logins.load,
            save_login=logins.save,
            open_webhook=logins.open_webhook,
        )
    return make(Parameters(settings, around, memory or {}))


async def connect(hass: HomeAssistant, data: Mapping[str, Any]) -> PhoneSystem:
    """Build a driver and start it; the caller closes it.

    Raises:
        telephony.driver.PhoneSystemError: as :meth:`PhoneSystem.start` tells.
    """
    system = await async_build(hass, data)
    try:
        await system.start()
    except BaseException:
        await system.close()
        raise
    return system


def as_sequence(action: Action) -> list[dict[str, Any]]:
    """Return an action as a sequence, however it was entered."""
    return [{"action": action}] if isinstance(action, str) else list(action)


def _surroundings(hass: HomeAssistant, save_memory: SaveMemory) -> Surroundings:
    async def run_action(action: Action, variables: Mapping[str, Any]) -> None:
        sequence = as_sequence(action)
        try:
            if len(sequence) == 1 and is_bare(sequence[0]):
                name = sequence[0].get("action") or sequence[0].get("service")
                domain, _, service = str(name).partition(".")
                await hass.services.async_call(
                    domain, service, dict(variables), blocking=True
                )
            else:
                await _async_run_sequence(hass, sequence, variables)
        except (ServiceValidationError, vol.Invalid) as error:
            # The text may carry the number that was refused: keep only the kind.
            raise Rejected(type(error).__name__) from error
        except HomeAssistantError as error:
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

    return Surroundings(
        run_action,
        read_state,
        track_state,
        save_memory,
        lambda: async_get_clientsession(hass),
    )


def is_bare(step: Mapping[str, Any]) -> bool:
    """Tell a step that names an action and nothing else: it gets our variables."""
    said = {key for key, value in step.items() if value not in (None, {}, [], "")}
    return said <= BARE and bool(said & {"action", "service"})


async def _async_run_sequence(
    hass: HomeAssistant,
    sequence: list[dict[str, Any]],
    variables: Mapping[str, Any],
) -> None:
    """Run a sequence to its end.

    Raises:
        HomeAssistantError, voluptuous.Invalid: a step failed.
        Unavailable: the sequence stopped itself with an error.
    """
    script = Script(
        hass,
        await async_validate_actions_config(hass, cv.SCRIPT_SCHEMA(sequence)),
        "redirect",
        DOMAIN,
        # Its own words would carry the numbers that it was given.
        log_exceptions=False,
    )
    try:
        # Home Assistant tells only by its trace that a sequence has stopped itself.
        trace_clear()
        await script.async_run(dict(variables), Context())
        if script_execution_get() in ("aborted", "error"):
            raise Unavailable("aborted")
    finally:
        await script.async_unload()
