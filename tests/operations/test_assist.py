"""Calls without a user: what a satellite does through Assist is no automation."""

from typing import Any

from homeassistant.components import conversation
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest

from ..office import ANNA
from ..team import Team, set_up_team
from ..test_coordinator import SELECT, shown

SWITCH = "switch.anna_automatic"
SCRIPT = {
    "hide_anna": {
        "alias": "Hide Anna",
        "sequence": [
            {
                "action": "homeassistant.turn_off",
                "target": {"entity_id": SWITCH},
                # A refusal in a script that nobody waits for fails a test.
                "continue_on_error": True,
            }
        ],
    }
}
SCENE = {"id": "1", "name": "Hidden", "entities": {SWITCH: "off", SELECT: "Meeting"}}
AUTOMATION = {
    "alias": "Party",
    "triggers": [{"trigger": "conversation", "command": ["let us have a party"]}],
    "actions": [{"action": "switch.turn_off", "target": {"entity_id": SWITCH}}],
}


@pytest.fixture
async def team(hass: HomeAssistant, own_folder: object) -> Team:
    """Set up an office in a home that listens, with all that Assist may reach."""
    for component, config in (
        ("homeassistant", {}),
        ("conversation", {}),
        ("intent", {}),
        ("script", {"script": SCRIPT}),
        ("scene", {"scene": [SCENE]}),
        ("automation", {"automation": [AUTOMATION]}),
    ):
        assert await async_setup_component(hass, component, config)
    team = await set_up_team(hass)
    for entity_id in (SWITCH, "script.hide_anna", "scene.hidden"):
        async_expose_entity(hass, "conversation", entity_id, True)
    await hass.async_block_till_done(wait_background_tasks=True)
    return team


def satellite(hass: HomeAssistant, team: Team, name: str) -> str:
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=team.entry.entry_id, identifiers={("test", name)}
    )
    return device.id


async def say(
    hass: HomeAssistant,
    text: str,
    *,
    device: str | None = None,
    context: Context | None = None,
) -> Any:
    result = await conversation.async_converse(
        hass, text, None, context or Context(), "en", device_id=device
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    return result.response


SENTENCES = ("turn off Anna Automatic", "turn on Hidden", "turn on Hide Anna")


@pytest.mark.parametrize("sentence", SENTENCES)
async def test_a_satellite_that_is_nobodys_changes_nothing(
    hass: HomeAssistant, team: Team, sentence: str
) -> None:
    answer = await say(hass, sentence, device=satellite(hass, team, "kitchen"))
    assert shown(hass, SWITCH).state == "on", answer.as_dict()
    assert shown(hass, SELECT).state == "Available"


@pytest.mark.parametrize("sentence", SENTENCES)
async def test_her_own_satellite_does_what_she_may(
    hass: HomeAssistant, team: Team, sentence: str
) -> None:
    device = satellite(hass, team, "desk")
    anna = team.entry.subentries[ANNA]
    sharing = {**anna.data["sharing"], "satellites": [device]}
    hass.config_entries.async_update_subentry(
        team.entry, anna, data={**anna.data, "sharing": sharing}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    await say(hass, sentence, device=device)
    assert shown(hass, SWITCH).state == "off"


@pytest.mark.parametrize("user", ["anna", "bob"])
async def test_who_is_signed_in_speaks_for_themselves(
    hass: HomeAssistant, team: Team, user: str
) -> None:
    await say(hass, "turn off Anna Automatic", context=team.context(user))
    assert shown(hass, SWITCH).state == ("off" if user == "anna" else "on")


async def test_an_automation_stays_an_automation(
    hass: HomeAssistant, team: Team
) -> None:
    # Triggered by a sentence, and one that speaks itself.
    await say(hass, "let us have a party", device=satellite(hass, team, "kitchen"))
    assert shown(hass, SWITCH).state == "off"
    mine = Context()
    await hass.services.async_call(
        "switch", "turn_on", {"entity_id": SWITCH}, blocking=True, context=mine
    )
    await say(hass, "turn off Anna Automatic", context=mine)
    assert shown(hass, SWITCH).state == "off"


async def test_an_ordinary_satellite_is_told_nothing_of_the_switch(
    hass: HomeAssistant,
    team: Team,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async_expose_entity(hass, "conversation", SWITCH, None)
    answer = await say(
        hass, "turn off Anna Automatic", device=satellite(hass, team, "kitchen")
    )
    assert answer.response_type.value == "error"
    assert answer.speech["plain"]["speech"]
    assert "Traceback" not in caplog.text


async def test_what_a_satellite_changes_is_told_as_by_voice(
    hass: HomeAssistant, team: Team
) -> None:
    options = {**team.entry.options, "satellites": "allowed"}
    hass.config_entries.async_update_entry(team.entry, options=options)
    await hass.async_block_till_done(wait_background_tasks=True)
    heard: list[dict[str, Any]] = []
    team.entry.runtime_data.async_listen_events(
        ANNA, lambda _kind, details: heard.append(details)
    )
    await say(hass, "turn on Hidden", device=satellite(hass, team, "kitchen"))
    assert shown(hass, SELECT).state == "Meeting"
    assert {one.get("made_by") for one in heard if "profile" in one} == {"voice"}
