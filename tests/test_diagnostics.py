"""What a maintainer is sent: enough to find a fault, and nothing of anybody's."""

from datetime import timedelta
import json
import re
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
    get_system_health_info,
)
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.xpresence.const import DOMAIN
from custom_components.xpresence.diagnostics import version_of

from .calendars import clear, diaries, followed
from .conftest import set_up
from .office import ANNA, AVAILABLE, BOB, MEETING, forward, person, profile
from .test_coordinator import act

NUMBER, MOBILE, SECRET = "01715550189", "01725550123", "hunter2-secret"
PERSONAL = (
    *("Available", "Talk with Zoe", "Gone for Zoe", "Anna", "Bob", "100", "Mobile"),
    *("Dora", "person.anna", "person.dora", "binary_sensor", "calendar.anna", "Office"),
    *("Salary of Zoe", "1900", "hotline_sales", "script.anna", "Europe/Berlin"),
    *(NUMBER, MOBILE, SECRET, NUMBER[1:], MOBILE[1:], "012"),
)
"""What was put in, and must not come out."""
TOLD = re.compile(
    r"[A-Za-z][A-Za-z0-9_]*|\d{4}-\d\d-\d\dT[0-9:.+]+|\d+(\.\d+)*|\d+:\d\d:\d\d"
)
"""The form of everything that may come out: our words, instants, amounts."""


@pytest.fixture
async def entry(hass: HomeAssistant, own_folder: object) -> Any:
    async_mock_service(hass, "script", "anna")
    (diary,) = await diaries(hass, "Anna")
    start = dt_util.now() - timedelta(hours=1)
    diary.enter(start, start + timedelta(hours=2), "Salary of Zoe")
    devices = [{"id": "01MOBILE", "name": "Mobile", "number": MOBILE}]
    anna = person(
        ANNA,
        "Anna",
        "100",
        voicemail="1900",
        person="person.anna",
        time_zone="Europe/Berlin",
        devices=devices,
        queues=["hotline_sales"],
        sharing={"acting": ["person.dora"], "subjects": []},
        activity={"entities": {"session": "binary_sensor.annas_laptop"}},
        calendars=followed("calendar.anna", default=MEETING),
        rules=[
            {
                "id": "01RULE",
                "entity": "binary_sensor.annas_camera",
                "states": ["on"],
                "profile": MEETING,
            }
        ],
    )
    yield await set_up(
        hass,
        data={"driver": "actions", "set_action": "script.anna", "password": SECRET},
        options={"area_code": "012", "longest_hours": 8, "desk_change": "enforce"},
        subentries_data=[
            profile(AVAILABLE, "Available", "available"),
            profile(
                MEETING,
                "Talk with Zoe",
                "busy",
                info_text="Gone for Zoe",
                redirect=forward("number", NUMBER),
            ),
            anna,
            person(BOB, "Bob", "101"),
        ],
    )
    await clear(hass)


async def downloaded(
    hass: HomeAssistant, client: ClientSessionGenerator, entry: MockConfigEntry
) -> dict[str, Any]:
    assert await async_setup_component(hass, "diagnostics", {})
    found = await get_diagnostics_for_config_entry(hass, client, entry)
    assert isinstance(found, dict)
    return found


async def test_a_maintainer_reads_how_everybody_stands(
    hass: HomeAssistant, entry: MockConfigEntry, hass_client: ClientSessionGenerator
) -> None:
    told = await downloaded(hass, hass_client, entry)
    assert told["driver"]["kind"] == "actions"
    assert told["driver"]["ready"]
    assert told["driver"]["has_set_action"]
    assert told["options"]["desk_change"] == "enforce"
    assert told["options"]["longest_hours"] == 8
    assert told["options"]["has_area_code"]
    assert told["counts"] == {
        "people": 2,
        "profiles": 2,
        "own_profiles": 0,
        "calendars": {"home_assistant": 1},
    }
    assert told["repairs"]["entity_missing"] == 2
    assert told["journal"]["damaged"] is False
    assert told["journal"]["trouble"] is None
    meeting = told["profiles"][1]
    assert meeting["redirect"]["targets"] == {"unconditional": "number"}
    assert meeting["has_info_text"]
    anna, bob = told["people"]
    assert (anna["id"], bob["id"]) == ("person_1", "person_2")
    assert anna["settings"]["delegates_acting"] == 1
    assert anna["decision"]["profile"] == "profile_2"
    assert anna["decision"]["source"] == "calendar"
    first, last = anna["decision"]["trace"]
    assert (first["source"], first["verdict"]) == ("calendar", "decides")
    assert (last["source"], last["verdict"]) == ("default", "waits")
    assert anna["redirect"]["last_convergence"]
    assert anna["redirect"]["round_trip_ms"] >= 0
    assert anna["ledger"]["mode"] == "forward"
    assert anna["ledger"]["held"] == "profile_2"
    calendars = anna["inputs"]["CalendarsInput"]["calendars"]
    assert calendars[0]["kind"] == "home_assistant"
    assert calendars[0]["appointments"] == 1
    assert calendars[0]["problem"] is None
    assert bob["decision"]["source"] == "default"


async def test_nothing_of_anybodys_is_told(
    hass: HomeAssistant, entry: MockConfigEntry, hass_client: ClientSessionGenerator
) -> None:
    await act(hass, "set_redirect", mode="forward", target=NUMBER, **{"for": "01:00"})
    await hass.services.async_call(
        "text",
        "set_value",
        {"entity_id": "text.anna_info_text", "value": "Gone for Zoe"},
        blocking=True,
    )
    told = await downloaded(hass, hass_client, entry)
    text = json.dumps(told)
    for personal in PERSONAL:
        assert f'"{personal}' not in text, personal
        assert len(personal) < 4 or personal not in text, personal
    for value in values(told):
        assert TOLD.fullmatch(value), value


def values(told: Any) -> list[str]:
    """Return every text in what is told, the keys too."""
    match told:
        case dict():
            return [
                one for pair in told.items() for half in pair for one in values(half)
            ]
        case list():
            return [one for item in told for one in values(item)]
        case str():
            return [told]
        case _:
            return []


async def test_the_ids_of_notices_name_no_entity_either(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    ids = [i for domain, i in ir.async_get(hass).issues if domain == DOMAIN]
    assert len(ids) == 2
    assert not any("annas" in issue_id for issue_id in ids)


async def test_a_persons_device_tells_of_that_person_alone(
    hass: HomeAssistant, entry: MockConfigEntry, hass_client: ClientSessionGenerator
) -> None:
    assert await async_setup_component(hass, "diagnostics", {})
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    (bob,) = [device for device in devices if (DOMAIN, BOB) in device.identifiers]
    told = await get_diagnostics_for_device(hass, hass_client, entry, bob)
    assert told["person"]["id"] == "person_2"
    assert "people" not in told
    (system,) = [d for d in devices if (DOMAIN, entry.entry_id) in d.identifiers]
    told = await get_diagnostics_for_device(hass, hass_client, entry, system)
    assert len(told["people"]) == 2


async def test_a_phone_system_that_is_not_set_up_says_why(
    hass: HomeAssistant, entry: MockConfigEntry, hass_client: ClientSessionGenerator
) -> None:
    await hass.config_entries.async_unload(entry.entry_id)
    assert await async_setup_component(hass, "diagnostics", {})
    told = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    assert told == {
        "state": ConfigEntryState.NOT_LOADED.value,
        "reason": None,
        "driver": {"kind": "actions"},
    }
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    told = await get_diagnostics_for_device(hass, hass_client, entry, devices[0])
    assert told["state"] == "not_loaded"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("20.6.0~dfsg+~cs6.13-2build5", "20.6.0"),
        ("22.1.0 built by anna @ pbx.example.com", "22.1.0"),
        ("pbx.example.com", None),
        ("", None),
        (None, None),
    ],
)
def test_a_version_is_told_without_who_built_it(
    said: str | None, told: str | None
) -> None:
    assert version_of(said) == told


async def test_system_health_tells_how_the_phone_system_answers(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    info = await get_system_health_info(hass, DOMAIN)
    assert info["phone_systems"] == 1
    said = info["phone_system_1"]
    assert said.startswith("actions, -, ready, 2 people, 0 failing, ")
    assert "slowest last answer" in said
    assert "last convergence 20" in said
