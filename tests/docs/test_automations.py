"""Blueprints and the documents' examples: Home Assistant takes them, and they act."""

from collections.abc import AsyncGenerator
from datetime import datetime
from pathlib import Path
import re
import shutil
from typing import Any
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.automation.helpers import async_get_blueprints
from homeassistant.components.blueprint.models import Blueprint
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict, parse_yaml
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    async_mock_service,
)

from ..conftest import set_up
from ..office import OFFICE, forward, profile

PROJECT = Path(__file__).parents[2]
BLUEPRINTS = PROJECT / "blueprints"
NAMES = sorted(path.stem for path in BLUEPRINTS.glob("automation/xpresence/*.yaml"))
DOCUMENT = (PROJECT / "docs" / "automations.md").read_text()
EXAMPLES = [
    parse_yaml(text) for text in re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.DOTALL)
]

PROFILE = "select.anna_profile"
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(autouse=True)
async def ended(hass: HomeAssistant) -> AsyncGenerator[None]:
    """End the automations, and their timers with them."""
    yield
    if hass.services.has_service("automation", "turn_off"):
        await hass.services.async_call(
            "automation", "turn_off", {"entity_id": "all"}, blocking=True
        )


@pytest.fixture
async def office(hass: HomeAssistant, own_folder: Path) -> MockConfigEntry:
    """Set up the office of the document, which has a Lunch."""
    lunch = profile("01PROFILELUNCH", "Lunch", "away", redirect=forward("voicemail"))
    return await set_up(hass, subentries_data=[*OFFICE, lunch])


@pytest.fixture
async def known(
    hass: HomeAssistant, own_folder: Path, office: MockConfigEntry
) -> HomeAssistant:
    """Put the blueprints where Home Assistant looks for them."""
    shutil.copytree(BLUEPRINTS, own_folder / "blueprints")
    return hass


async def automate(hass: HomeAssistant, *configs: Any) -> None:
    """Set automations up, each found valid."""
    assert await async_setup_component(hass, "automation", {"automation": [*configs]})
    await hass.async_block_till_done()
    states = hass.states.async_all("automation")
    assert len(states) == len(configs)
    assert {state.state for state in states} == {"on"}


async def use(hass: HomeAssistant, name: str, **said: Any) -> None:
    """Make an automation of a blueprint."""
    path = f"xpresence/{name}.yaml"
    await automate(hass, {"use_blueprint": {"path": path, "input": said}})


async def settle(hass: HomeAssistant) -> None:
    await hass.async_block_till_done(wait_background_tasks=True)


def state(hass: HomeAssistant, entity_id: str) -> str:
    found = hass.states.get(entity_id)
    assert found is not None
    return found.state


async def choose(hass: HomeAssistant, profile: str) -> None:
    await hass.services.async_call(
        "select",
        "select_option",
        {"entity_id": PROFILE, "option": profile},
        blocking=True,
    )
    await settle(hass)


# Blueprints


@pytest.mark.parametrize("name", NAMES)
async def test_a_blueprint_is_valid_and_documented_by_its_address(
    known: HomeAssistant, name: str
) -> None:
    path = f"automation/xpresence/{name}.yaml"
    address = f"https://github.com/xpresence/xpresence/blob/main/blueprints/{path}"
    assert address in DOCUMENT
    assert await async_setup_component(known, "automation", {})
    found = await async_get_blueprints(known).async_get_blueprints()
    blueprint = found[f"xpresence/{name}.yaml"]
    assert isinstance(blueprint, Blueprint), blueprint
    assert blueprint.validate() is None
    assert blueprint.metadata["source_url"] == address
    data = load_yaml_dict(str(BLUEPRINTS / path))
    assert all(i["name"] and i["selector"] for i in data["blueprint"]["input"].values())


@pytest.mark.parametrize("typed", ["Meeting", " meeting "])
async def test_a_tag_switches_a_profile_on_and_off(
    known: HomeAssistant, typed: str
) -> None:
    tapped = [{"trigger": "event", "event_type": "tag_scanned"}]
    await use(known, "toggle_profile", what=tapped, person=PROFILE, profile=typed)
    for expected in ("Meeting", "Available", "Meeting"):
        known.bus.async_fire("tag_scanned")
        await settle(known)
        assert state(known, PROFILE) == expected


async def test_a_camera_in_use_is_a_meeting_but_a_blink_is_none(
    known: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    camera = "binary_sensor.camera"

    async def for_seconds(said: str, seconds: float) -> str:
        known.states.async_set(camera, said)
        await settle(known)
        freezer.tick(seconds)
        async_fire_time_changed(known)
        await settle(known)
        return state(known, PROFILE)

    known.states.async_set(camera, "off")
    await use(known, "camera_in_use", camera=camera, person=PROFILE, profile="Meeting")
    assert await for_seconds("on", 1) == "Available"
    assert await for_seconds("off", 20) == "Available"
    assert await for_seconds("on", 4) == "Meeting"
    assert await for_seconds("off", 5) == "Meeting"
    assert await for_seconds("on", 60) == "Meeting"
    assert await for_seconds("off", 11) == "Available"


async def test_after_the_camera_another_choice_stays(
    known: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    camera = "binary_sensor.camera"
    known.states.async_set(camera, "off")
    await use(known, "camera_in_use", camera=camera, person=PROFILE, profile="Meeting")
    for said, expected in (("on", "Meeting"), ("off", "Training")):
        known.states.async_set(camera, said)
        await settle(known)
        freezer.tick(60)
        async_fire_time_changed(known)
        await settle(known)
        assert state(known, PROFILE) == expected
        await choose(known, "Training")


async def test_the_light_is_on_while_somebody_is_busy(known: HomeAssistant) -> None:
    assert await async_setup_component(
        known, "input_boolean", {"input_boolean": {"light": {}}}
    )
    assert await async_setup_component(known, "homeassistant", {})
    light = "input_boolean.light"
    await use(
        known, "on_air_light", status="sensor.anna_status", light={"entity_id": light}
    )
    for chosen, expected in (("Meeting", "on"), ("Available", "off")):
        await choose(known, chosen)
        assert state(known, light) == expected


@pytest.mark.parametrize(
    ("chosen", "day", "said"),
    [
        ("Meeting", 26, ["redirect: calls still go to Voicemail."]),
        ("Available", 26, []),
        ("Meeting", 28, []),
    ],
    ids=["redirected", "not redirected", "on a Saturday"],
)
async def test_in_the_evening_it_is_said_that_calls_go_elsewhere(
    known: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    chosen: str,
    day: int,
    said: list[str],
) -> None:
    await known.config.async_set_time_zone("Europe/Berlin")
    freezer.move_to(datetime(2026, 11, day, 18, 59, 59, tzinfo=BERLIN))
    notices = async_mock_service(known, "persistent_notification", "create")
    await choose(known, chosen)
    await use(known, "redirect_reminder", redirect="sensor.anna_redirect")
    freezer.tick(1)
    async_fire_time_changed(known)
    await settle(known)
    messages = [notice.data["message"].lower() for notice in notices]
    assert [m.removeprefix("anna ") for m in messages] == [s.lower() for s in said]


@pytest.mark.parametrize(
    ("said", "seconds", "messages"),
    [
        ("failed", 0, ["Anna Redirect is not as it should be: no such number."]),
        ("pending", 60, []),
        ("pending", 121, ["Anna Redirect is not as it should be: no such number."]),
    ],
)
async def test_a_redirect_that_did_not_work_is_said(
    known: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    said: str,
    seconds: float,
    messages: list[str],
) -> None:
    notices = async_mock_service(known, "persistent_notification", "create")
    redirect = "sensor.anna_redirect"
    await use(known, "redirect_alert", redirect=[redirect])
    about = {"friendly_name": "Anna Redirect", "reason": "no such number"}
    known.states.async_set(redirect, said, about)
    await settle(known)
    freezer.tick(seconds)
    async_fire_time_changed(known)
    await settle(known)
    assert [notice.data["message"] for notice in notices] == messages


# The document's examples


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["alias"])
async def test_an_example_is_valid_and_runs(
    hass: HomeAssistant,
    office: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
    example: dict[str, Any],
) -> None:
    async_mock_service(hass, "persistent_notification", "create")
    caplog.clear()
    await automate(hass, example)
    (automation,) = hass.states.async_all("automation")
    await hass.services.async_call(
        "automation",
        "trigger",
        {"entity_id": automation.entity_id, "skip_condition": True},
        blocking=True,
    )
    await settle(hass)
    complaints = [r for r in caplog.records if r.levelname in ("WARNING", "ERROR")]
    assert not [r for r in complaints if not r.name.startswith("asyncio")]
