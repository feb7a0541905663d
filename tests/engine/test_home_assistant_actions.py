"""A phone system that is driven by actions of Home Assistant, in Home Assistant."""

from datetime import timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from tests.conftest import set_up
from tests.office import OFFICE, forward, profile
from tests.test_coordinator import REDIRECT, SELECT, choose, shown

ENTITY = "sensor.forward_100"
OUTSIDE = "01PROFILEOUTSIDE0000000000"
NUMBER = "01715550100"


class Switchboard:
    """Two actions of somebody's own, and the entity that says what they did."""

    def __init__(self, hass: HomeAssistant) -> None:
        self.hass = hass
        self.broken = False
        self.told: list[dict[str, Any]] = []
        hass.services.async_register("script", "forward", self._forward)
        hass.services.async_register("script", "end", self._forward)
        self.says("off")

    async def _forward(self, call: ServiceCall) -> None:
        self.told.append(dict(call.data))
        if self.broken:
            raise HomeAssistantError(f"no line for {call.data['target']}")
        kind = call.data["target_kind"]
        self.says("voicemail" if kind == "voicemail" else call.data["target"] or "off")

    def says(self, state: str) -> None:
        self.hass.states.async_set(ENTITY, state)


@pytest.fixture
def switchboard(hass: HomeAssistant, own_folder: object) -> Switchboard:
    return Switchboard(hass)


@pytest.fixture
async def entry(hass: HomeAssistant, switchboard: Switchboard) -> MockConfigEntry:
    data = {
        "driver": "actions",
        "set_action": "script.forward",
        "end_action": "script.end",
        "state_entity": "sensor.forward_{extension}",
    }
    outside = profile(OUTSIDE, "Outside", "busy", redirect=forward("number", NUMBER))
    return await set_up(hass, data=data, subentries_data=[*OFFICE, outside])


async def settle(hass: HomeAssistant) -> None:
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_a_profile_runs_the_actions_and_the_entity_says_what_holds(
    hass: HomeAssistant, entry: MockConfigEntry, switchboard: Switchboard
) -> None:
    await choose(hass, "Training")
    (told,) = switchboard.told
    assert told == {
        "extension": "100",
        "condition": "unconditional",
        "target": "101",
        "target_kind": "number",
        "ring_seconds": None,
    }
    assert shown(hass, REDIRECT).state == "active"
    assert shown(hass, REDIRECT).attributes["target"] == "Bob"
    await choose(hass, "Available")
    assert switchboard.told[-1]["target_kind"] == "off"
    assert shown(hass, REDIRECT).state == "off"


async def test_what_somebody_sets_at_the_telephone_shows_by_the_entity(
    hass: HomeAssistant, entry: MockConfigEntry, switchboard: Switchboard
) -> None:
    assert shown(hass, REDIRECT).state == "off"
    switchboard.says("101")
    await settle(hass)
    assert shown(hass, REDIRECT).state == "active"
    assert shown(hass, REDIRECT).attributes["target"] == "Bob"
    assert switchboard.told == []


@pytest.mark.parametrize("state", ["Anna's mobile", "sip:0171@box.example", "on"])
async def test_a_redirect_in_words_that_name_no_number_is_replaced_and_ended(
    hass: HomeAssistant, entry: MockConfigEntry, switchboard: Switchboard, state: str
) -> None:
    switchboard.says(state)
    await settle(hass)
    assert shown(hass, REDIRECT).state == "active"
    assert shown(hass, REDIRECT).attributes["target_known"] is False
    await choose(hass, "Training")
    assert switchboard.told[-1]["target"] == "101"
    assert shown(hass, REDIRECT).state == "active"
    switchboard.says(state)
    await settle(hass)
    await hass.services.async_call(
        "xpresence",
        "set_redirect",
        {"entity_id": SELECT, "mode": "off"},
        blocking=True,
    )
    await settle(hass)
    assert switchboard.told[-1]["target_kind"] == "off"
    assert shown(hass, REDIRECT).state == "off"


@pytest.mark.parametrize("state", ["unavailable", "unknown", None])
async def test_an_entity_that_has_nothing_to_say_is_believed_nothing(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    switchboard: Switchboard,
    state: str | None,
) -> None:
    if state is None:
        hass.states.async_remove(ENTITY)
    else:
        switchboard.says(state)
    await settle(hass)
    assert shown(hass, REDIRECT).state == "unknown"
    switchboard.says("off")
    await settle(hass)
    assert shown(hass, REDIRECT).state == "off"


async def test_an_action_that_fails_is_told_without_the_number_and_tried_again(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    switchboard: Switchboard,
    caplog: pytest.LogCaptureFixture,
) -> None:
    switchboard.broken = True
    with pytest.raises(HomeAssistantError) as failed:
        await choose(hass, "Outside")
    assert failed.value.translation_domain == "xpresence"
    assert NUMBER not in str(failed.value)
    await settle(hass)
    # The choice is kept; what it wants of the calls waits.
    assert shown(hass, SELECT).state == "Outside"
    assert shown(hass, REDIRECT).state == "pending"
    assert NUMBER not in caplog.text
    assert NUMBER not in repr(ir.async_get(hass).issues)
    switchboard.broken = False
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=2))
    await settle(hass)
    assert shown(hass, REDIRECT).state == "active"
    assert switchboard.told[-1]["target"] == NUMBER


async def test_a_driver_that_a_later_version_brought_is_not_guessed_at(
    hass: HomeAssistant, own_folder: object
) -> None:
    entry = await set_up(hass, data={"driver": "switchboard"})
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert hass.states.get(SELECT) is None
