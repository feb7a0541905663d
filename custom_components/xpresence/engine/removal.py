"""Giving redirects back when a phone system is removed from Home Assistant."""

from collections.abc import Mapping
import logging
import re
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from ..const import CONF_EXTENSION, CONF_PHONE, SUBENTRY_PERSON
from ..presence.model import Person
from ..telephony.driver import PhoneSystem, PhoneSystemError
from .connection import async_build
from .issues import create_release_issue
from .phone_logins import PhoneLogins
from .redirect_loop import RedirectLoop
from .serialization import ledger_from_record, ledger_is_lost
from .side_effects import clear_phones
from .store import LINES, OfficeStore

_LOGGER = logging.getLogger(__name__)

SUBENTRY_ID: Final = re.compile(r"[0-9A-Z]{26}")
"""An id that Home Assistant gave; other keys are no person's."""


async def async_release_all(
    hass: HomeAssistant, entry: ConfigEntry[Any], store: OfficeStore
) -> None:
    """Restore what profiles hold or held, and clear the telephones of everybody.

    A repair issue says whose redirect could not be given back.
    """
    for person_id in store:
        if ledger_is_lost(store.get(person_id)):
            create_release_issue(hass, entry, person_id)
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
    # What drivers have noted says what stood there; nothing is stored any more.
    system = await async_build(
        hass, entry.data, store.get(LINES), logins=PhoneLogins(hass, entry)
    )
    for subentry in entry.get_subentries_of_type(SUBENTRY_PERSON):
        system.configure(
            subentry.data[CONF_EXTENSION], subentry.data.get(CONF_PHONE, {})
        )
    system.keep_numbers_as(entry.entry_id)
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


async def async_forget_absent(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    system: PhoneSystem,
    store: OfficeStore,
    present: Mapping[str, Person],
) -> None:
    """Release and forget who was deleted while the phone system was not set up.

    Whose redirect is held still, and cannot be reached yet, waits for the next start.
    """
    taken = {person.extension for person in present.values()}
    absent = {owner for key in store if (owner := key.partition(".")[0]) not in present}
    for person_id in sorted(filter(SUBENTRY_ID.fullmatch, absent)):
        record = store.get(person_id)
        extension = record.get("extension", "")
        ledger = ledger_from_record(record, extension)
        try:
            if extension in taken:
                # Somebody else has it by now, and what stands there.
                await store.async_forget(person_id)
                continue
            if ledger_is_lost(record):
                create_release_issue(hass, entry, person_id)
            elif ledger.held or ledger.restoring:
                if not system.ready:
                    continue
                loop = RedirectLoop(hass, system, extension, ledger)
                if not await loop.async_release():
                    create_release_issue(hass, entry, person_id)
                await clear_phones(system, extension)
            await system.forget(extension)
            await store.async_forget(person_id)
        except OSError:
            _LOGGER.warning("What is stored of a person could not be deleted yet")
