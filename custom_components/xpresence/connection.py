"""The first connection to a phone system, and the tries until it is made."""

import asyncio
from collections.abc import Mapping
import logging
import random
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryNotReady

from .const import CONF_ACCOUNTS, DOMAIN
from .telephony.driver import (
    AuthenticationFailed,
    CertificateRejected,
    PermissionDenied,
    PhoneSystem,
    Unavailable,
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
