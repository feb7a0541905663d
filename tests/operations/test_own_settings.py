"""What a person sets of their own: follow-me, hotline, info text, automation."""

from pathlib import Path
from typing import Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xpresence.presence.line import AgentState
from custom_components.xpresence.telephony.driver import Unavailable
from tests.conftest import set_up
from tests.office import ANNA, OFFICE, person, profile
from tests.test_coordinator import REDIRECT, SELECT, act, choose, restarted, shown

FOLLOW_ME = "select.anna_follow_me"
AGENT = "select.anna_teamdesk_status"
MOBILE = {"id": "mobile", "name": "Mobile", "number": "01715550100"}
HOTLINE = "01PROFILEHOTLINE0000000000"
QUIET = "01PROFILEQUIET000000000000"


@pytest.fixture
async def entry(hass: HomeAssistant, own_folder: Path) -> MockConfigEntry:
    """Set up an Anna with a mobile and a hotline."""
    anna = person(ANNA, "Anna", "100", devices=[MOBILE], queues=["400", "401"])
    more = [
        profile(HOTLINE, "Hotline", "available", agent="ready", info_text="Call me"),
        profile(QUIET, "Off work", "away", redirect={"mode": "off"}),
    ]
    return await set_up(hass, subentries_data=[*OFFICE[:-2], *more, anna, OFFICE[-1]])


# Follow-me


async def test_follow_me_is_suspended_by_a_profile_and_comes_back_after_it(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    assert shown(hass, FOLLOW_ME).state == "off"
    await choose(hass, "Mobile", FOLLOW_ME)
    assert shown(hass, FOLLOW_ME).state == "Mobile"
    assert shown(hass, REDIRECT).attributes["target"] == "Mobile"
    await choose(hass, "Meeting")
    assert shown(hass, FOLLOW_ME).state == "off"
    assert shown(hass, REDIRECT).attributes["target"] == "Voicemail"
    await choose(hass, "Available")
    assert shown(hass, FOLLOW_ME).state == "Mobile"


async def test_off_ends_follow_me_for_good(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    await choose(hass, "Mobile", FOLLOW_ME)
    await choose(hass, "Off work")
    assert shown(hass, FOLLOW_ME).state == "off"
    await choose(hass, "Available")
    assert shown(hass, FOLLOW_ME).state == "off"
    assert shown(hass, REDIRECT).state == "off"


async def test_the_action_switches_follow_me_by_the_devices_name(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    await act(hass, "set_follow_me", device="mobile")
    assert shown(hass, FOLLOW_ME).state == "Mobile"
    await act(hass, "set_follow_me")
    assert shown(hass, FOLLOW_ME).state == "off"
    with pytest.raises(ServiceValidationError) as caught:
        await act(hass, "set_follow_me", device="Fax")
    assert caught.value.translation_placeholders == {"offered": "Mobile"}


async def test_who_has_no_device_and_no_queue_has_no_select_for_them(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    assert hass.states.get("select.bob_follow_me") is None
    assert hass.states.get("select.bob_teamdesk_status") is None


async def test_a_phone_system_without_follow_me_says_so(
    hass: HomeAssistant, own_folder: Path
) -> None:
    hass.services.async_register("script", "on", lambda call: None)
    hass.services.async_register("script", "off", lambda call: None)
    anna = person(ANNA, "Anna", "100", devices=[MOBILE])
    data = {"driver": "actions", "set_action": "script.on", "end_action": "script.off"}
    await set_up(hass, data=data, subentries_data=[*OFFICE[:-2], anna])
    with pytest.raises(HomeAssistantError) as caught:
        await choose(hass, "Mobile", FOLLOW_ME)
    assert caught.value.translation_key == "redirect_not_supported"


# Hotline


async def test_the_teamdesk_status_is_set_in_every_queue(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    assert shown(hass, AGENT).state == "logged_off"
    await choose(hass, "ready", AGENT)
    assert shown(hass, AGENT).state == "ready"
    line = await entry.runtime_data.system.read("100")
    assert line.agent == {"400": AgentState.READY, "401": AgentState.READY}
    await act(hass, "set_agent_status", status="follow_up")
    assert shown(hass, AGENT).state == "follow_up"


async def test_a_profile_applies_its_teamdesk_status_once_and_then_leaves_it(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    await choose(hass, "Hotline")
    assert shown(hass, AGENT).state == "ready"
    await choose(hass, "logged_off", AGENT)
    await act(hass, "set_redirect", mode="forward", target="Bob")
    assert shown(hass, AGENT).state == "logged_off"
    await restarted(hass, entry)
    assert shown(hass, SELECT).state == "Hotline"
    assert shown(hass, AGENT).state == "logged_off"
    await choose(hass, "Meeting")
    await choose(hass, "Hotline")
    assert shown(hass, AGENT).state == "ready"


async def test_a_teamdesk_status_that_could_not_be_applied_is_applied_later(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    system = entry.runtime_data.system
    with patch.object(system, "set_agent", side_effect=Unavailable("gone")):
        await choose(hass, "Hotline")
        assert shown(hass, AGENT).state == "logged_off"
    await act(hass, "set_redirect", mode="off")
    await choose(hass, "Mobile", FOLLOW_ME)
    assert shown(hass, AGENT).state == "ready"


async def test_who_is_in_no_queue_is_told(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    with pytest.raises(ServiceValidationError) as caught:
        await act(
            hass,
            "set_agent_status",
            entity_id="select.bob_profile",
            status="ready",
        )
    assert caught.value.translation_key == "no_queue"


# Info text


async def write(hass: HomeAssistant, text: str) -> None:
    await hass.services.async_call(
        "text",
        "set_value",
        {"entity_id": "text.anna_info_text", "value": text},
        blocking=True,
    )


async def test_an_info_text_lasts_as_long_as_the_profile_it_was_written_under(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    assert shown(hass, "text.anna_info_text").state == ""
    await choose(hass, "Hotline")
    assert shown(hass, "text.anna_info_text").state == "Call me"
    await write(hass, "Back at three")
    await restarted(hass, entry)
    assert shown(hass, "text.anna_info_text").state == "Back at three"
    await choose(hass, "Meeting")
    assert shown(hass, "text.anna_info_text").state == ""


async def test_set_profile_brings_its_own_info_text(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    await act(hass, "set_profile", profile="Hotline", info_text="Room 3")
    assert shown(hass, "text.anna_info_text").state == "Room 3"


# Automation


async def test_back_to_automatic_releases_the_choice(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    await choose(hass, "Meeting")
    await act(hass, "resume_automatic")
    assert shown(hass, SELECT).state == "Available"
    assert shown(hass, REDIRECT).state == "off"


async def test_the_switch_survives_a_restart(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    switch = {"entity_id": "switch.anna_automatic"}
    assert shown(hass, switch["entity_id"]).state == "on"
    await hass.services.async_call("switch", "turn_off", switch, blocking=True)
    await restarted(hass, entry)
    assert shown(hass, switch["entity_id"]).state == "off"
    await hass.services.async_call("switch", "turn_on", switch, blocking=True)
    assert shown(hass, switch["entity_id"]).state == "on"


# Telling


async def test_what_happens_is_told_as_events(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    told: list[dict[str, Any]] = []

    @callback  # else threads may swap what comes at once
    def remember(event: Any) -> None:
        state = event.data["new_state"]
        if event.data["entity_id"] == "event.anna_presence" and state:
            told.append(dict(state.attributes))

    hass.bus.async_listen("state_changed", remember)
    await choose(hass, "Meeting")
    kinds = [one["event_type"] for one in told]
    assert kinds == ["activated", "redirected"]
    assert told[0]["profile"] == "Meeting"
    assert told[0]["source"] == "manual"
    assert told[1]["target"] == "Voicemail"


async def test_the_embedded_default_cannot_ring(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, "ring_redirect")
    assert caught.value.translation_key == "ring_failed"
