"""The pages of a person's PC, rules and calls, as an administrator fills them."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xpresence.automatic import automatic_problems
from tests.office import ANNA, AVAILABLE, BOB, MEETING

from .test_subentry_flows import Form, change, new


def pc_of(hass: HomeAssistant, *entities: tuple[str, str]) -> str:
    """Make a PC's device with entities of these domains and endings."""
    other = MockConfigEntry(domain="mobile_app")
    other.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=other.entry_id, identifiers={("mobile_app", "pc")}
    )
    for domain, ending in entities:
        er.async_get(hass).async_get_or_create(
            domain,
            "mobile_app",
            f"id_{ending}",
            suggested_object_id=f"pc_{ending}",
            device_id=device.id,
            config_entry=other,
        )
    return device.id


async def saved(form: Form) -> Any:
    assert form.result["type"] is FlowResultType.ABORT
    assert form.result["reason"] == "reconfigure_successful"
    await form.hass.async_block_till_done(wait_background_tasks=True)
    (entry,) = form.hass.config_entries.async_entries("xpresence")
    return entry.subentries[ANNA].data


@pytest.mark.parametrize(
    ("client", "entities", "found", "states", "silence_ends"),
    [
        (
            "hass_agent",
            [("sensor", "lastsystemstatechange"), ("sensor", "lastactive")],
            {
                "session": "sensor.pc_lastsystemstatechange",
                "locked": "sensor.pc_lastsystemstatechange",
                "last_input": "sensor.pc_lastactive",
            },
            {"locked": ["SessionLock"]},
            True,
        ),
        (
            "go_hass_agent",
            [("sensor", "power_state"), ("binary_sensor", "screen_lock")],
            {
                "session": "sensor.pc_power_state",
                "locked": "binary_sensor.pc_screen_lock",
            },
            {"session": ["Powered On"]},
            False,
        ),
        (
            "macos",
            [("binary_sensor", "active"), ("binary_sensor", "camera_in_use")],
            {"locked": "binary_sensor.pc_active", "active": "binary_sensor.pc_active"},
            {},
            False,
        ),
        (
            "presence",
            [("sensor", "latency"), ("device_tracker", "ping")],
            {"session": "device_tracker.pc_ping"},
            {},
            False,
        ),
    ],
)
async def test_a_known_program_fills_its_entities_in(
    hass: HomeAssistant,
    office: MockConfigEntry,
    client: str,
    entities: list[tuple[str, str]],
    found: dict[str, str],
    states: dict[str, list[str]],
    silence_ends: bool,
) -> None:
    device = pc_of(hass, *entities)
    form = await change(hass, office, ANNA, "activity")
    await form.fill(client=client, device=device)
    await form.fill(**form.suggested)
    await form.fill(**form.suggested)
    assert form.result["step_id"] == "activity_summary"
    await form.fill()
    activity = (await saved(form))["activity"]
    assert activity["entities"] == found
    assert states.items() <= activity["states"].items()
    assert activity["silence_ends"] is silence_ends


async def test_the_pages_of_a_pc_say_in_the_end_what_will_happen(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    form = await change(hass, office, ANNA, "activity")
    await form.fill(client="own")
    await form.fill(session="switch.pc", silence_ends=True, end_profile=MEETING)
    assert form.suggested["inactive_minutes"] == 10
    await form.fill(inactive_minutes=15)
    said = form.result["description_placeholders"]
    assert said["end"] == "Meeting (→ Voicemail)"
    assert (said["start"], said["minutes"]) == ("–", "15")
    await form.fill()
    data = await saved(form)
    assert data["activity"]["entities"] == {"session": "switch.pc"}
    assert data["extension"] == "100"
    form = await change(hass, office, ANNA, "activity")
    await form.fill(client="keep")
    assert form.suggested["session"] == "switch.pc"


async def test_the_menu_and_what_was_saved_say_what_the_settings_lead_to(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    form = Form(hass, await office.start_subentry_reconfigure_flow(hass, ANNA))
    before = form.result["description_placeholders"]["summary"]
    assert before == "- Otherwise Anna is *Available*."
    await form.fill(next_step_id="activity")
    await form.fill(client="own")
    await form.fill(session="switch.pc", end_profile=MEETING)
    await form.fill(inactive_minutes=15)
    await form.fill()
    after = (
        "- When the PC is shut down, Anna becomes *Meeting* (calls go to voicemail).\n"
        "- Otherwise Anna is *Available*."
    )
    await saved(form)
    assert form.result["description_placeholders"]["summary"] == after
    hass.config.language = "de"
    form = Form(hass, await office.start_subentry_reconfigure_flow(hass, ANNA))
    assert form.result["description_placeholders"]["summary"].endswith(
        "- Sonst ist Anna *Available*."
    )


async def test_somebody_new_is_told_what_they_begin_with(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    form = await new(hass, office, "person")
    await form.fill(name="Carol", extension="102", default_profile=MEETING)
    assert form.result["type"] is FlowResultType.CREATE_ENTRY
    assert form.result["description_placeholders"]["summary"] == (
        "- Otherwise Carol is *Meeting* (calls go to voicemail)."
    )
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.mark.parametrize(
    ("session", "use", "error"),
    [
        ({"session": "sensor.pc"}, None, {"session_states": "states_missing"}),
        ({"end_profile": MEETING}, None, {"end_profile": "end_profile_unfounded"}),
        (
            {},
            {"locked_profile": MEETING},
            {"locked_profile": "locked_profile_unfounded"},
        ),
        (
            {},
            {"active": "switch.pc", "inactive_profile": MEETING},
            {"inactive_minutes": "minutes_missing"},
        ),
    ],
)
async def test_what_makes_no_sense_is_named_and_can_be_mended(
    hass: HomeAssistant,
    office: MockConfigEntry,
    session: dict[str, Any],
    use: dict[str, Any] | None,
    error: dict[str, str],
) -> None:
    form = await change(hass, office, ANNA, "activity")
    await form.fill(client="own")
    await form.fill(**session)
    if use is not None:
        await form.fill(**use)
    assert form.result["errors"] == error
    await form.fill()
    if use is None:
        await form.fill()
    await form.fill()
    await saved(form)


async def test_rules_are_added_ordered_changed_and_removed(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    form = await change(hass, office, ANNA, "rules")
    await form.fill(entity="binary_sensor.camera")
    assert form.suggested["states"] == ["on"]
    await form.fill(states=["on"], profile=MEETING, seconds=5, linger=10, place=1)
    (first,) = (await saved(form))["rules"]
    assert first["entity"] == "binary_sensor.camera"
    assert (first["seconds"], first["linger"]) == (5, 10)
    form = await change(hass, office, ANNA, "rules")
    await form.fill()
    await form.fill(entity="sensor.focus")
    await form.fill(states=[" "], profile=MEETING, seconds=0, linger=0, place=1)
    assert form.result["errors"] == {"states": "states_missing"}
    await form.fill(states=["Work"], profile=MEETING, seconds=0, linger=0, place=1)
    rules = (await saved(form))["rules"]
    assert [rule["entity"] for rule in rules] == ["sensor.focus", first["entity"]]
    form = await change(hass, office, ANNA, "rules")
    await form.fill(rule=first["id"])
    await form.fill(entity=first["entity"], remove=True)
    (kept,) = (await saved(form))["rules"]
    assert kept["entity"] == "sensor.focus"


async def test_a_profile_for_calls_is_given_and_taken_back(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    form = await change(hass, office, ANNA, "telephone")
    await form.fill(call_pbx=MEETING)
    assert (await saved(form))["call_profiles"] == {"pbx": MEETING}
    form = await change(hass, office, ANNA, "telephone")
    assert form.suggested["call_pbx"] == MEETING
    await form.fill()
    assert (await saved(form))["call_profiles"] == {}


RULE = {"id": "r", "entity": "zone.home", "states": ["0"], "profile": AVAILABLE}


@pytest.mark.parametrize(
    ("settings", "problems"),
    [
        ({"rules": [RULE]}, {}),
        ({"rules": [RULE | {"profile": BOB}]}, {"rules": "malformed"}),
        ({"rules": [RULE | {"entity": "no entity"}]}, {"rules": "malformed"}),
        ({"rules": [RULE | {"seconds": -1}]}, {"rules": "malformed"}),
        ({"rules": "all"}, {"rules": "malformed"}),
        (
            {"activity": {"inactive_minutes": 0}},
            {"inactive_minutes": "minutes_out_of_range"},
        ),
        (
            {"activity": {"inactive_minutes": 1441}},
            {"inactive_minutes": "minutes_out_of_range"},
        ),
        ({"activity": {"entities": {"idle": "light.desk"}}}, {"idle": "entity_unfit"}),
        ({"activity": {"entities": {"idle": "x"}}}, {"idle": "malformed"}),
        ({"activity": {"entities": {"mood": "sensor.x"}}}, {"activity": "malformed"}),
        ({"call_profiles": {"pbx": "gone"}}, {"call_pbx": "profile_missing"}),
    ],
)
async def test_settings_that_came_by_another_door_are_checked_as_well(
    office: MockConfigEntry, settings: dict[str, Any], problems: dict[str, str]
) -> None:
    assert automatic_problems(office, settings, ANNA) == problems
