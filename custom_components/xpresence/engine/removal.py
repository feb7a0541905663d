"""Giving redirects back when a phone system is removed from Home Assistant."""

import logging
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from ..telephony.driver import PhoneSystemError
from .connection import build
from .issues import create_release_issue
from .redirect_loop import RedirectLoop
from .serialization import ledger_from_record, ledger_is_lost
from .store import OfficeStore

_LOGGER = logging.getLogger(__name__)


async def async_release_all(
    hass: HomeAssistant, entry: ConfigEntry[Any], store: OfficeStore
) -> None:
    """Restore what profiles hold or held; say so where that is not possible."""
    for person_id in store:
        if ledger_is_lost(store.get(person_id)):
            create_release_issue(hass, person_id)
    held = {
        person_id: (record["extension"], ledger)
        for person_id in store
        if "extension" in (record := store.get(person_id))
        and (ledger := ledger_from_record(record, record["extension"]))
        and (ledger.held or ledger.restoring)
    }
    if not held:
        return
    system = build(hass, entry.data)
    try:
        await system.start()
    except PhoneSystemError as error:
        _LOGGER.warning("Redirects could not be given back (%s)", type(error).__name__)
        for person_id in held:
            create_release_issue(hass, person_id)
        return

    try:
        for person_id, (extension, ledger) in held.items():
            loop = RedirectLoop(hass, system, extension, ledger)
            if not await loop.async_release():
                create_release_issue(hass, person_id)
    finally:
        await system.close()
