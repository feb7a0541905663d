"""Freezes what this version stores, for every later version to be started with.

``script/freeze`` runs this file; it is no test of its own.
"""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import datetime, timedelta
import json
import os
from pathlib import Path
import re
import shutil

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xpresence.inputs.stored_records import RECORD_TYPES
from custom_components.xpresence.microsoft import link_of
from custom_components.xpresence.presence.line import CallState, Line
from tests.calendars import clear, diaries
from tests.groupware.microsoft.login import (
    ANNA as ANNA_AT_MICROSOFT,
    BOB as BOB_AT_MICROSOFT,
)
from tests.groupware.microsoft.server import Microsoft
from tests.microsoft.conftest import microsoft
from tests.microsoft.teams_day import at_microsoft
from tests.office import ANNA, BOB, OFFICE

from .office import OPTIONS, PROFILES, Maker, people, shown

__all__ = ["microsoft"]
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=dt_util.UTC)


@pytest.fixture(autouse=True)
async def calendars_gone(hass: HomeAssistant) -> AsyncGenerator[None]:
    yield
    await clear(hass)


def kinds(journal: Path) -> set[str]:
    """Return the kinds of records in a journal; a person's own is the empty one."""
    keys: set[str] = set()
    for line in journal.read_text().splitlines():
        keys |= json.loads(line).keys()
    named = {key.split(".")[1] if "." in key else key for key in keys}
    return {"" if re.fullmatch("[0-9A-Z]{26}", kind) else kind for kind in named}


async def later(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, now: datetime
) -> None:
    from pytest_homeassistant_custom_component.common import async_fire_time_changed

    freezer.move_to(now)
    async_fire_time_changed(hass, now)
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_freeze(
    hass: HomeAssistant,
    own_folder: Path,
    microsoft: Microsoft,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Make every kind of record; copy what is stored and what is shown after it."""
    folder = Path(os.environ["XPRESENCE_FREEZE"])
    freezer.move_to(NOW)
    await hass.config.async_set_time_zone("Europe/Berlin")
    (diary,) = await diaries(hass, "Anna")
    hour = timedelta(hours=1)
    for number in range(3):
        start = NOW + (25 + 24 * number) * hour
        diary.enter(start, start + hour, f"Secret plan {number} @Meeting")
    maker = Maker(hass)
    await maker.users_there()
    annas, bobs = (
        microsoft.graph.people[one].world
        for one in (ANNA_AT_MICROSOFT, BOB_AT_MICROSOFT)
    )
    for world in (annas, bobs):
        world.client(microsoft.graph.clock(), "Available", "Available")
    for entity, state in (
        ("binary_sensor.pc", "on"),
        ("binary_sensor.locked", "off"),
        ("binary_sensor.camera", "off"),
        ("sensor.last_input", NOW.isoformat()),
    ):
        hass.states.async_set(entity, state)
    entry = MockConfigEntry(
        domain="xpresence",
        entry_id="01ENTRYOFFICE0000000000000",
        title="Office",
        unique_id="actions_office",
        data={
            "driver": "actions",
            "accounts": {
                "exchange": {
                    "url": "https://mail.example.org/EWS/Exchange.asmx",
                    "username": "reader",
                    "password": "not-a-secret",
                    "auth": "basic",
                }
            },
        },
        options=OPTIONS,
        subentries_data=[
            *OFFICE[:3],
            *PROFILES,
            *people(
                NOW,
                at_microsoft({"read": True, "write": True, "message": True}),
            ),
        ],
    )
    entry.add_to_hass(hass)
    for person_id, user in ((ANNA, ANNA_AT_MICROSOFT), (BOB, BOB_AT_MICROSOFT)):
        link = link_of(hass, entry, person_id)
        assert link is not None
        code = await link.account.begin_device_code()
        microsoft.login.enter(code.user_code, user)
        assert await link.account.poll_device_code(code)
        link.report(None)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    await maker.records()
    now = NOW
    # The PC is locked and the camera is on below the choice; a call is on in Teams.
    hass.states.async_set("binary_sensor.camera", "on")
    for _ in range(12):
        now += timedelta(seconds=10)
        await later(hass, freezer, now)
    hass.states.async_set("binary_sensor.locked", "on")
    bobs.client(microsoft.graph.clock(), "Busy", "InACall")
    # Anna is on the telephone, which her colleagues see in Teams.
    loop = entry.runtime_data.people[ANNA].loop
    loop.observe(replace(loop.line or Line("100"), call=CallState.IN_CALL))
    for _ in range(36):
        now += timedelta(seconds=10)
        await later(hass, freezer, now)

    # As a power cut would leave it: nothing is closed.
    storage = Path(hass.config.path(".storage"))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (journal,) = storage.glob("xpresence.*.journal")
    shutil.copyfile(journal, folder / "journal")
    assert kinds(folder / "journal") >= RECORD_TYPES.keys()
    stored = entry.as_dict()
    (folder / "config_entry.json").write_text(
        json.dumps(stored, indent=1, default=str) + "\n"
    )

    # What this very version makes of it after a restart.
    assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    shutil.copyfile(folder / "journal", journal)
    now += timedelta(minutes=1)
    await later(hass, freezer, now)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    appointments = await hass.services.async_call(
        "xpresence",
        "get_appointments",
        {
            "entity_id": ["select.anna_profile", "select.bob_profile"],
            "start": now,
            "end": now + timedelta(days=4),
        },
        blocking=True,
        return_response=True,
    )
    expected = {
        "at": now.isoformat(),
        "shown": shown(hass),
        "appointments": appointments,
    }
    (folder / "expected.json").write_text(
        json.dumps(expected, indent=1, default=str) + "\n"
    )
