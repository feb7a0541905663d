"""Giving redirects back when a phone system is removed from Home Assistant."""

import logging
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from ..const import CONF_EXTENSION, CONF_PHONE, SUBENTRY_PERSON
from ..telephony.driver import PhoneSystemError
from .connection import async_build
from .issues import create_release_issue
from .redirect_loop import RedirectLoop
from .serialization import ledger_from_record, ledger_is_lost
from .side_effects import clear_phones
from .store import OfficeStore

_LOGGER = logging.getLogger(__name__)


async def async_release_all(
    hass: HomeAssistant, entry: ConfigEntry[Any], store: OfficeStore
) -> None:
    """Restore what profiles hold or held, and clear the telephones of everybody.

    A repair issue says whose redirect could not be given back.
    """
    people = {
        person_id: (
            record["extension"],
            ledger_from_record(record, record["extension"]),
        )
        for person_id in store
        if "extension" in (record := store.get(person_id))
    }
    if not people:
        return
    held = {
        person_id
        for person_id, (_, ledger) in people.items()
        if ledger.held or ledger.restoring
    }
    lost = {person_id for person_id in people if ledger_is_lost(store.get(person_id))}

    for person_id in lost:
        create_release_issue(hass, entry, person_id)
    system = await async_build(hass, entry.data)
    for subentry in entry.get_subentries_of_type(SUBENTRY_PERSON):
        system.configure(
            subentry.data[CONF_EXTENSION], subentry.data.get(CONF_PHONE, {})
        )
    try:
        await system.start()
    except PhoneSystemError as error:
        _LOGGER.warning("Redirects could not be given back (%s)", type(error).__name__)
        for person_id in held:
            create_release_issue(hass, entry, person_id)
        return

    try:
        for person_id, (extension, ledger) in people.items():
            if person_id in held:
                loop = RedirectLoop(hass, system, extension, ledger)
                if not await loop.async_release():
                    create_release_issue(hass, entry, person_id)
            await clear_phones(system, extension)
    finally:
        await system.close()
