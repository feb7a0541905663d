"""How the work of a phone system goes is told, and nobody is named."""

import json
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import get_system_health_info
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.xpresence.const import DOMAIN
from custom_components.xpresence.operations.health import statistics
from tests.calendars import clear, diaries, followed
from tests.office import MEETING
from tests.team import Team, set_up_team
from tests.test_coordinator import choose


@pytest.fixture
async def team(hass: HomeAssistant, own_folder: object) -> Any:
    await diaries(hass, "Anna")
    calendars = [*followed("calendar.anna", default=MEETING)]
    team = await set_up_team(hass, anna={"calendars": calendars})
    yield team
    await clear(hass)


async def test_switches_readings_and_calendars_are_told(
    hass: HomeAssistant, team: Team
) -> None:
    coordinator = team.entry.runtime_data
    assert statistics(coordinator)["switches"]["counted"] == 0
    for chosen in ("Meeting", "Available", "Training"):
        await choose(hass, chosen)
    told = statistics(coordinator)
    switches = told["switches"]
    assert switches["counted"] == switches["total"] == 3
    assert 0 <= switches["p50_ms"] <= switches["p95_ms"] <= switches["slowest_ms"]
    assert switches["retried"] == 0
    readings = told["readings"]
    assert (readings["known"], readings["unknown"], readings["failing"]) == (2, 0, 0)
    assert told["calendars"] == {
        "followed": 1,
        "behind": 0,
        "oldest_age_seconds": told["calendars"]["oldest_age_seconds"],
    }
    assert told["calendars"]["oldest_age_seconds"] >= 0
    text = json.dumps(told)
    assert not [one for one in ("Anna", "Bob", "100", "Meeting") if f'"{one}' in text]


async def test_a_calendar_that_cannot_be_read_is_counted(
    hass: HomeAssistant, own_folder: object
) -> None:
    (diary,) = await diaries(hass, "Anna")
    diary.failure = OSError("gone")
    calendars = [*followed("calendar.anna", default=MEETING)]
    team = await set_up_team(hass, anna={"calendars": calendars})
    assert statistics(team.entry.runtime_data)["calendars"] == {
        "followed": 1,
        "behind": 1,
        "oldest_age_seconds": None,
    }
    await clear(hass)


async def test_administrators_read_it_in_the_panel_and_in_system_health(
    hass: HomeAssistant, team: Team, hass_ws_client: WebSocketGenerator
) -> None:
    await choose(hass, "Meeting")
    client = await hass_ws_client(hass)
    entry_id = team.entry.entry_id
    await client.send_json_auto_id(
        {"type": "xpresence/office/health", "entry_id": entry_id}
    )
    told = (await client.receive_json())["result"]["statistics"]
    assert told["switches"]["total"] == 1
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    said = (await get_system_health_info(hass, DOMAIN))["phone_system_1"]
    assert "last 1 redirects: half within " in said
    assert ", 0 of 1 tried again" in said


async def test_a_sensor_tells_how_long_a_redirect_takes_where_it_is_wanted(
    hass: HomeAssistant, team: Team
) -> None:
    registry = er.async_get(hass)
    unique_id = f"{team.entry.entry_id}_switch_time"
    entity_id = registry.async_get_entity_id("sensor", DOMAIN, unique_id)
    assert entity_id
    known = registry.async_get(entity_id)
    assert known
    assert known.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    registry.async_update_entity(entity_id, disabled_by=None)
    await hass.config_entries.async_reload(team.entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    shown = hass.states.get(entity_id)
    assert shown
    assert shown.state == "unknown"
    await choose(hass, "Meeting")
    shown = hass.states.get(entity_id)
    assert shown
    assert float(shown.state) >= 0
    assert shown.attributes["total"] == shown.attributes["counted"] == 1
    assert shown.attributes["unit_of_measurement"] == "ms"
