"""The pages of a person's PC, rules and calls, as an administrator fills them."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xpresence.settings.automation_validation import (
    MOST_RULES,
    automatic_problems,
)
from tests.office import (
    ANNA,
    AVAILABLE,
    BOB,
    COLLEAGUE,
    MEETING,
    OFFICE,
    person,
    profile,
)

from ...conftest import set_up
from ..test_subentry_flows import Form, change, new


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


async def test_what_says_that_a_pc_is_reached_is_found_where_nothing_tracks_it(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    device = pc_of(hass, ("binary_sensor", "door"), ("binary_sensor", "ping"))
    registry = er.async_get(hass)
    for name, kind in (("door", "door"), ("ping", "connectivity")):
        registry.async_update_entity(f"binary_sensor.pc_{name}", device_class=kind)
    form = await change(hass, office, ANNA, "activity")
    await form.fill(client="presence", device=device)
    assert form.suggested["session"] == "binary_sensor.pc_ping"


async def test_a_profile_that_says_offline_is_proposed_for_a_pc_that_is_shut_down(
    hass: HomeAssistant, own_folder: object
) -> None:
    home, night = (f"01PROFILE{n}00000000000000000" for n in (1, 2))
    entry = await set_up(
        hass,
        subentries_data=[
            *OFFICE,
            # Offline too, but not for Anna.
            profile(home, "Home", "offline", owner=BOB),
            profile(night, "Night", "offline"),
        ],
    )
    device = pc_of(hass, ("sensor", "power_state"), ("binary_sensor", "screen_lock"))
    form = await change(hass, entry, ANNA, "activity")
    await form.fill(client="go_hass_agent", device=device)
    assert form.suggested["end_profile"] == night
    await form.fill(**form.suggested)
    # Nobody made a profile for a short absence.
    assert "locked_profile" not in form.suggested


async def test_a_profile_that_sends_calls_nowhere_is_named_without_a_target(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    form = await change(hass, office, ANNA, "activity")
    await form.fill(client="own")
    await form.fill(session="switch.pc", start_profile=AVAILABLE, end_profile=MEETING)
    await form.fill()
    said = form.result["description_placeholders"]
    assert (said["start"], said["end"]) == ("Available", "Meeting (→ Voicemail)")


async def test_a_profile_that_vanishes_between_two_pages_is_said_so_and_replaced(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    form = await change(hass, office, ANNA, "activity")
    await form.fill(client="own")
    await form.fill(session="switch.pc", end_profile=COLLEAGUE)
    hass.config_entries.async_remove_subentry(office, COLLEAGUE)
    await form.fill(inactive_minutes=15)
    assert form.result["step_id"] == "activity_session"
    assert form.result["errors"] == {"end_profile": "profile_missing"}
    assert form.suggested["session"] == "switch.pc"
    await form.fill(session="switch.pc", end_profile=MEETING)
    await form.fill(inactive_minutes=15)
    await form.fill()
    assert (await saved(form))["activity"]["end_profile"] == MEETING


async def test_a_profile_that_vanishes_before_the_last_page_is_not_stored(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    form = await change(hass, office, ANNA, "activity")
    await form.fill(client="own")
    await form.fill()
    use = {"active": "switch.pc", "inactive_minutes": 15}
    await form.fill(**use, inactive_profile=COLLEAGUE)
    assert form.result["step_id"] == "activity_summary"
    hass.config_entries.async_remove_subentry(office, COLLEAGUE)
    await form.fill()
    assert form.result["step_id"] == "activity_use"
    assert form.result["errors"] == {"inactive_profile": "profile_missing"}
    await form.fill(**use)
    await form.fill()
    assert (await saved(form))["activity"]["inactive_profile"] is None


@pytest.mark.parametrize("states", [["x" * 300], [f"state {n}" for n in range(60)]])
async def test_states_that_no_entity_can_have_are_refused(
    hass: HomeAssistant, office: MockConfigEntry, states: list[str]
) -> None:
    form = await change(hass, office, ANNA, "activity")
    await form.fill(client="own")
    await form.fill(session="sensor.pc", session_states=states)
    assert form.result["errors"] == {"session_states": "malformed"}
    await form.fill(session="sensor.pc", session_states=["on"])
    await form.fill()
    await form.fill()
    assert (await saved(form))["activity"]["states"] == {"session": ["on"]}


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


async def test_a_rule_that_is_opened_again_keeps_the_states_it_has(
    hass: HomeAssistant, own_folder: object
) -> None:
    entry = await with_rules(hass, RULE)
    form = await change(hass, entry, ANNA, "rules")
    await form.fill(rule=RULE["id"])
    await form.fill(entity=RULE["entity"])
    assert form.suggested["states"] == RULE["states"]
    # Another entity has other states.
    form = await change(hass, entry, ANNA, "rules")
    await form.fill(rule=RULE["id"])
    await form.fill(entity="person.anna")
    assert form.suggested["states"] == ["home"]


async def test_with_as_many_rules_as_there_can_be_only_those_are_changed(
    hass: HomeAssistant, own_folder: object
) -> None:
    rules = [RULE | {"id": f"r{number}"} for number in range(MOST_RULES)]
    entry = await with_rules(hass, *rules)
    form = await change(hass, entry, ANNA, "rules")
    await form.fill()
    assert form.result["errors"] == {"rule": "too_many_rules"}
    await form.fill(rule="r7")
    assert form.result["step_id"] == "rule"


async def with_rules(hass: HomeAssistant, *rules: dict[str, Any]) -> MockConfigEntry:
    anna = person(ANNA, "Anna", "100", rules=list(rules))
    return await set_up(hass, subentries_data=[*OFFICE[:-2], anna, OFFICE[-1]])


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


async def test_a_profile_for_calls_that_vanished_meanwhile_is_said_so(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    form = await change(hass, office, ANNA, "telephone")
    hass.config_entries.async_remove_subentry(office, COLLEAGUE)
    await form.fill(call_pbx=COLLEAGUE)
    assert form.result["errors"] == {"call_pbx": "profile_missing"}
    await form.fill(call_pbx=MEETING)
    assert (await saved(form))["call_profiles"] == {"pbx": MEETING}


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
