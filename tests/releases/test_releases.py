"""What every release stored is read by this version: people work, nothing is lost."""

from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
import json
from pathlib import Path
import shutil
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState, ConfigSubentryData
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from tests.calendars import clear, diaries

from .office import shown

RELEASES = sorted((Path(__file__).parents[1] / "fixtures").glob("[0-9]*"))
SAID = (
    ("binary_sensor.pc", "on"),
    ("binary_sensor.locked", "on"),
    ("binary_sensor.camera", "on"),
)


@pytest.fixture(autouse=True)
async def calendars_gone(hass: HomeAssistant) -> AsyncGenerator[None]:
    yield
    await clear(hass)


def stored(release: Path, name: str) -> Any:
    return json.loads((release / name).read_text())


def entry_of(release: Path, **more: Any) -> MockConfigEntry:
    """Return the config entry as that release left it."""
    told = stored(release, "config_entry.json")
    kept = ("data", "entry_id", "minor_version", "options", "title", "unique_id")
    return MockConfigEntry(
        domain="xpresence",
        version=told["version"],
        subentries_data=[ConfigSubentryData(**one) for one in told["subentries"]],
        **{key: told[key] for key in kept} | more,
    )


async def started(
    hass: HomeAssistant, release: Path, freezer: FrozenDateTimeFactory, **more: Any
) -> MockConfigEntry:
    """Start what a release left behind, at the hour at which it was left."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    freezer.move_to(stored(release, "expected.json")["at"])
    # What the calendar says is not known yet: it is silent after a restart.
    (diary,) = await diaries(hass, "Anna")
    diary.failure = RuntimeError("not there yet")
    for entity, state in SAID:
        hass.states.async_set(entity, state)
    entry = entry_of(release, **more)
    folder = Path(hass.config.path(".storage"))
    folder.mkdir(parents=True)
    shutil.copyfile(release / "journal", folder / f"xpresence.{entry.entry_id}.journal")
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    # Without a phone system one of them never ends.
    await hass.async_block_till_done(wait_background_tasks="data" not in more)
    return entry


def test_there_is_a_release_to_start() -> None:
    assert RELEASES


@pytest.mark.usefixtures("own_folder")
@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.name)
async def test_after_an_update_everybody_is_as_they_were(
    hass: HomeAssistant, release: Path, freezer: FrozenDateTimeFactory
) -> None:
    await started(hass, release, freezer)
    expected = stored(release, "expected.json")
    for entity, (state, attributes) in expected["shown"].items():
        if entity.endswith(("_source", "_next_change")):
            # Off by default since; the profile's attributes tell the same.
            assert entity not in shown(hass)
            continue
        now, about = shown(hass)[entity]
        assert (entity, now) == (entity, state)
        # A later version may offer and tell more.
        assert set(about.pop("options", ())) >= set(attributes.pop("options", ()))
        assert about | attributes == about, entity
    told = await hass.services.async_call(
        "xpresence",
        "get_appointments",
        {
            "entity_id": ["select.anna_profile", "select.bob_profile"],
            "start": expected["at"],
            "end": datetime.fromisoformat(expected["at"]) + timedelta(days=4),
        },
        blocking=True,
        return_response=True,
    )
    assert _times(told) == _times(expected["appointments"])


@pytest.mark.usefixtures("own_folder")
@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.name)
async def test_after_an_update_nothing_is_complained_about(
    hass: HomeAssistant, release: Path, freezer: FrozenDateTimeFactory
) -> None:
    await started(hass, release, freezer)
    issues = {
        issue.translation_key or "" for issue in ir.async_get(hass).issues.values()
    }
    assert not {one for one in issues if one.startswith(("journal", "ledger", "disk"))}


@pytest.mark.usefixtures("own_folder")
@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.name)
async def test_after_an_update_people_work_and_what_was_set_before_comes_back(
    hass: HomeAssistant, release: Path, freezer: FrozenDateTimeFactory
) -> None:
    entry = await started(hass, release, freezer)
    redirect = {"entity_id": "sensor.anna_redirect"}
    # Anna's lunch ends at its time, and without automation nothing else holds: her
    # own redirects and follow-me are there again.
    for _ in range(3):
        freezer.tick(timedelta(hours=1))
        async_fire_time_changed(hass, dt_util.utcnow())
        await hass.async_block_till_done(wait_background_tasks=True)
    await hass.services.async_call(
        "switch", "turn_off", {"entity_id": "switch.anna_automatic"}, blocking=True
    )
    for entity, profile in (
        ("select.anna_profile", "Available"),
        ("select.bob_profile", "Back soon"),
    ):
        await hass.services.async_call(
            "select",
            "select_option",
            {"entity_id": entity, "option": profile},
            blocking=True,
        )
    await hass.async_block_till_done(wait_background_tasks=True)
    state = hass.states.get(redirect["entity_id"])
    assert state is not None
    assert (state.state, state.attributes["target"]) == ("active", "Mobile")
    line = await entry.runtime_data.system.read("100")
    assert line.forwarding.busy.number == "00305550100"
    assert line.forwarding.no_reply.number == "200"
    before = shown(hass)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert shown(hass) == before


@pytest.mark.usefixtures("own_folder", "socket_enabled")
@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.name)
async def test_after_an_update_an_unreachable_phone_system_is_waited_for(
    hass: HomeAssistant, release: Path, freezer: FrozenDateTimeFactory
) -> None:
    login = {"username": "u", "password": "p", "tls": False}
    data = {"driver": "asterisk", "host": "127.0.0.1", "port": 1, **login}
    entry = await started(hass, release, freezer, data=data)
    assert entry.state is ConfigEntryState.LOADED
    expected = stored(release, "expected.json")["shown"]
    for entity, (state, _) in expected.items():
        if entity.endswith("_profile"):
            assert (entity, shown(hass)[entity][0]) == (entity, state)


def _times(answer: Any) -> list[Any]:
    return [
        (person["name"], one["start"], one["end"], one["profile"], one["planned"])
        for person in answer["people"]
        for one in person["appointments"]
    ]
