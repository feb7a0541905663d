"""Presence planned ahead, by the action and by voice."""

import asyncio
from datetime import timedelta
import threading
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.xpresence.engine.store import OfficeStore
from tests.office import ANNA


async def plan(hass: HomeAssistant, **said: Any) -> None:
    now = dt_util.utcnow()
    planned = {
        "entity_id": "select.anna_profile",
        "profile": "Meeting",
        "start": now + timedelta(hours=1),
        "end": now + timedelta(hours=2),
        **said,
    }
    await hass.services.async_call("xpresence", "plan_presence", planned, blocking=True)


def shown(hass: HomeAssistant) -> tuple[str, str]:
    profile = hass.states.get("select.anna_profile")
    assert profile is not None
    return profile.state, profile.attributes["source"]


async def test_planned_presence_begins_and_ends_by_itself_and_outlives_a_restart(
    hass: HomeAssistant, office: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    await plan(hass)
    assert shown(hass) == ("Available", "default")
    await hass.config_entries.async_reload(office.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    for expected in (("Meeting", "calendar"), ("Available", "default")):
        freezer.tick(timedelta(hours=1, seconds=1))
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert shown(hass) == expected


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"end": dt_util.utcnow() - timedelta(days=1)}, "end_before_start"),
        ({"profile": "Nonsense"}, "unknown_profile"),
        ({"info_text": "two\nlines"}, "own_info_text_control_character"),
        ({"info_text": "x" * 1000}, "own_info_text_too_long"),
        ({"name": "x" * 1000}, "plan_name_invalid"),
    ],
)
async def test_a_plan_that_cannot_be_is_refused_in_words(
    hass: HomeAssistant, office: MockConfigEntry, said: dict[str, Any], error: str
) -> None:
    with pytest.raises(ServiceValidationError) as caught:
        await plan(hass, **said)
    assert caught.value.translation_key == error


async def test_what_is_planned_while_settings_change_is_not_lost(
    hass: HomeAssistant, office: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    append, reached, go_on = OfficeStore._append, threading.Event(), threading.Event()

    def slow(store: OfficeStore, line: bytes) -> None:
        reached.set()
        assert go_on.wait(30)
        append(store, line)

    monkeypatch.setattr(OfficeStore, "_append", slow)
    planning = hass.async_create_task(plan(hass))
    await hass.async_add_executor_job(reached.wait, 30)
    before = office.runtime_data.people[ANNA].inputs
    subentry = office.subentries[ANNA]
    hass.config_entries.async_update_subentry(
        office, subentry, data={**subentry.data, "voicemail": "200"}
    )
    while office.runtime_data.people[ANNA].inputs is before:  # noqa: ASYNC110
        await asyncio.sleep(0)
    go_on.set()
    await planning
    await plan(hass, profile="Training")
    agenda = office.runtime_data.people[ANNA].facts.agenda
    assert len(agenda.entries) == 2
    await hass.config_entries.async_reload(office.entry_id)
    agenda = office.runtime_data.people[ANNA].facts.agenda
    assert len(agenda.entries) == 2


async def test_a_plan_keeps_its_name_over_restarts_and_changes(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    def listed() -> tuple[str, str]:
        (entry,) = office.runtime_data.people[ANNA].facts.agenda.entries
        return entry.uid, entry.subject

    async def change(**said: Any) -> None:
        data = {"entity_id": "select.anna_profile", "planned": planned, **said}
        await hass.services.async_call(
            "xpresence", "change_planned_presence", data, blocking=True
        )

    await plan(hass, name="Trip to Bonn")
    await hass.config_entries.async_reload(office.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    planned, name = listed()
    assert name == "Trip to Bonn"
    await change(profile="Training")
    assert listed()[1] == "Trip to Bonn"
    await change(name="Bonn")
    assert listed()[1] == "Bonn"
