"""An office in Home Assistant: choosing, changing, restarting, leaving."""

from dataclasses import replace
from datetime import timedelta
import json
import os
from pathlib import Path
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState, ConfigSubentry
from homeassistant.core import CoreState, HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.xpresence.const import DOMAIN
from custom_components.xpresence.presence.line import (
    CallState,
    Destination,
    DestinationKind,
)
from custom_components.xpresence.presence.redirect.resolver import Resolver
from custom_components.xpresence.telephony.driver import ConnectionChanged, LineChanged
from tests.conftest import set_up
from tests.office import ANNA, AVAILABLE, BOB, MEETING, OFFICE, forward, person, profile

SELECT = "select.anna_profile"
REDIRECT = "sensor.anna_redirect"


def shown(hass: HomeAssistant, entity_id: str) -> State:
    state = hass.states.get(entity_id)
    assert state is not None, entity_id
    return state


async def choose(hass: HomeAssistant, option: str, entity_id: str = SELECT) -> None:
    await hass.services.async_call(
        "select",
        "select_option",
        {"entity_id": entity_id, "option": option},
        blocking=True,
    )
    await hass.async_block_till_done(wait_background_tasks=True)


async def act(hass: HomeAssistant, name: str, **data: Any) -> None:
    data.setdefault("entity_id", SELECT)
    await hass.services.async_call(DOMAIN, name, data, blocking=True)
    await hass.async_block_till_done(wait_background_tasks=True)


async def restarted(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


# Showing


async def test_each_person_is_a_device_of_the_phone_system(
    hass: HomeAssistant, office: MockConfigEntry, device_registry: dr.DeviceRegistry
) -> None:
    devices = dr.async_entries_for_config_entry(device_registry, office.entry_id)
    by_name = {device.name: device for device in devices}
    assert set(by_name) == {"Office", "Anna", "Bob"}
    assert by_name["Anna"].via_device_id == by_name["Office"].id


async def test_a_choice_shows_everywhere(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    assert shown(hass, SELECT).state == "Available"
    assert shown(hass, REDIRECT).state == "off"
    await choose(hass, "Meeting")
    assert shown(hass, SELECT).state == "Meeting"
    assert shown(hass, "sensor.anna_status").state == "busy"
    assert shown(hass, SELECT).attributes["source"] == "manual"
    redirect = shown(hass, REDIRECT)
    assert redirect.state == "active"
    assert redirect.attributes["target"] == "Voicemail"
    assert redirect.attributes["set_by"] == "profile"
    assert redirect.attributes["targets"] == {"unconditional": "Voicemail"}
    assert shown(hass, "select.bob_profile").state == "Available"


async def test_a_colleague_is_shown_by_name(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    await choose(hass, "Training")
    assert shown(hass, REDIRECT).attributes["target"] == "Bob"


async def test_choosing_what_holds_anyway_goes_back_to_automatic(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    await choose(hass, "Meeting")
    await choose(hass, "Available")
    assert shown(hass, SELECT).attributes["source"] == "default"
    assert shown(hass, REDIRECT).state == "off"


async def test_what_nobody_may_choose_is_not_offered(
    hass: HomeAssistant, own_folder: Path
) -> None:
    extra = [
        profile("01PROFILERETIRED0000000000", "Retired", "busy", enabled=False),
        profile("01PROFILEBOBSOWN0000000000", "Bobs", "busy", owner=BOB),
    ]
    await set_up(hass, subentries_data=[*OFFICE, *extra])
    assert shown(hass, SELECT).attributes["options"] == [
        "Available",
        "Meeting",
        "Training",
    ]
    assert "Bobs" in shown(hass, "select.bob_profile").attributes["options"]


# Actions


@pytest.mark.parametrize("name", ["Meeting", "meeting", " MEETING "])
async def test_set_profile_finds_a_profile_as_it_is_spoken(
    hass: HomeAssistant, office: MockConfigEntry, name: str
) -> None:
    await act(hass, "set_profile", profile=name)
    assert shown(hass, SELECT).state == "Meeting"


async def test_set_profile_ends_when_it_was_told_to(
    hass: HomeAssistant, office: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    await act(hass, "set_profile", profile="Meeting", **{"for": {"minutes": 30}})
    until = shown(hass, SELECT).attributes["next_change"]
    assert until == dt_util.utcnow() + timedelta(minutes=30)
    freezer.tick(timedelta(minutes=30, seconds=1))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert shown(hass, SELECT).state == "Available"
    assert shown(hass, REDIRECT).state == "off"


@pytest.mark.parametrize(
    "target",
    [
        {"entity_id": "sensor.anna_status"},
        {"entity_id": ["sensor.anna_status", "sensor.anna_redirect"]},
        {"entity_id": "person.anna"},
        {"device_id": "DEVICE"},
    ],
)
async def test_a_person_is_meant_by_any_entity_by_the_device_and_by_themselves(
    hass: HomeAssistant,
    own_folder: Path,
    device_registry: dr.DeviceRegistry,
    target: dict[str, Any],
) -> None:
    people = [person(ANNA, "Anna", "100", person="person.anna"), OFFICE[-1]]
    entry = await set_up(hass, subentries_data=[*OFFICE[:-2], *people])
    if "device_id" in target:
        device = device_registry.async_get_device_by_identifier(
            (DOMAIN, ANNA), entry.entry_id
        )
        assert device is not None
        target = {"device_id": device.id}
    await hass.services.async_call(
        DOMAIN, "set_profile", {"profile": "Meeting", **target}, blocking=True
    )
    assert shown(hass, SELECT).state == "Meeting"
    assert shown(hass, "select.bob_profile").state == "Available"


@pytest.mark.parametrize(
    ("name", "data", "key"),
    [
        ("set_profile", {"profile": "Nap"}, "unknown_profile"),
        ("set_profile", {"profile": "Meeting", "entity_id": "sun.sun"}, "no_person"),
        (
            "set_profile",
            {"profile": "Meeting", "until": "2001-01-01 00:00"},
            "end_in_the_past",
        ),
        (
            "set_profile",
            {"profile": "Meeting", "until": "2050-01-01 00:00", "for": "01:00"},
            "ambiguous_end",
        ),
        ("set_redirect", {"mode": "forward"}, "target_missing"),
        ("set_redirect", {"mode": "unchanged", "for": {"hours": 1}}, "end_of_nothing"),
        ("set_redirect", {"mode": "forward", "target": "x1"}, "unknown_target"),
        ("set_redirect", {"mode": "forward", "target": "Anna"}, "refused_self"),
    ],
)
async def test_a_wish_that_makes_no_sense_changes_nothing(
    hass: HomeAssistant,
    office: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
    name: str,
    data: dict[str, Any],
    key: str,
) -> None:
    with pytest.raises(ServiceValidationError) as caught:
        await act(hass, name, **data)
    assert caught.value.translation_key == key
    assert shown(hass, SELECT).state == "Available"
    assert shown(hass, REDIRECT).state == "off"


async def test_an_own_redirect_is_set_ended_and_given_back(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    await act(hass, "set_redirect", mode="forward", target="Bob")
    assert shown(hass, REDIRECT).attributes["set_by"] == "action"
    await act(hass, "set_redirect", mode="off")
    assert shown(hass, REDIRECT).state == "off"
    await choose(hass, "Meeting")
    await act(hass, "set_redirect", mode="forward", target="0171 555 0100")
    assert shown(hass, REDIRECT).attributes["target"] == "… 00"
    await act(hass, "set_redirect", mode="unchanged")
    assert shown(hass, REDIRECT).attributes["target"] == "Voicemail"


async def test_off_ends_what_another_tool_set_since_the_last_reading(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    await act(hass, "set_redirect", mode="forward", target="Bob")
    system = office.runtime_data.people[ANNA].loop.system
    line = await system.read("100")
    other = Destination(DestinationKind.NUMBER, "103")
    # No event tells of it.
    with patch.object(system, "emit"):
        await system.apply("100", replace(line.forwarding, unconditional=other))
    await act(hass, "set_redirect", mode="off")
    assert (await system.read("100")).forwarding.unconditional is None
    assert shown(hass, REDIRECT).state == "off"


async def test_an_own_redirect_ends_by_itself(
    hass: HomeAssistant, office: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    await act(
        hass, "set_redirect", mode="forward", target="Bob", **{"for": {"hours": 1}}
    )
    assert shown(hass, REDIRECT).state == "active"
    freezer.tick(timedelta(hours=1, seconds=1))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert shown(hass, REDIRECT).state == "off"


async def test_an_own_redirect_comes_back_after_the_meeting(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    await act(hass, "set_redirect", mode="forward", target="Bob")
    await choose(hass, "Meeting")
    assert shown(hass, REDIRECT).attributes["target"] == "Voicemail"
    await choose(hass, "Available")
    assert shown(hass, REDIRECT).attributes["target"] == "Bob"


async def test_a_circle_is_refused_by_the_names_on_the_way(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    await act(
        hass,
        "set_redirect",
        entity_id="select.bob_profile",
        mode="forward",
        target="Anna",
    )
    with pytest.raises(HomeAssistantError) as caught:
        await choose(hass, "Training")
    assert caught.value.translation_key == "refused_loop"
    assert "Bob" in (caught.value.translation_placeholders or {})["people"]
    assert shown(hass, SELECT).state == "Training"
    assert shown(hass, REDIRECT).state == "failed"
    assert shown(hass, REDIRECT).attributes["reason"] == "loop"
    await act(hass, "set_redirect", entity_id="select.bob_profile", mode="off")
    assert shown(hass, REDIRECT).state == "active"


# Surviving


async def test_choice_and_redirect_survive_a_restart(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    await choose(hass, "Meeting")
    await restarted(hass, office)
    assert shown(hass, SELECT).state == "Meeting"
    assert shown(hass, REDIRECT).state == "active"
    await choose(hass, "Available")
    assert shown(hass, REDIRECT).state == "off"


async def test_what_was_answered_is_on_the_disk(
    hass: HomeAssistant, office: MockConfigEntry, own_folder: Path
) -> None:
    await choose(hass, "Meeting")
    journal = own_folder / ".storage" / f"xpresence.{office.entry_id}.journal"
    records: dict[str, Any] = {}
    for line in journal.read_text().splitlines():
        records |= json.loads(line)
    assert records[ANNA]["choice"]["profile"] == MEETING
    assert records[ANNA]["ledger"]["held"] == MEETING


async def test_a_full_disk_changes_nothing_and_says_so(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    with (
        patch.object(os, "fdatasync", side_effect=OSError(28, "full")),
        pytest.raises(HomeAssistantError) as caught,
    ):
        await choose(hass, "Meeting")
    assert caught.value.translation_key == "not_saved"
    assert shown(hass, SELECT).state == "Available"
    assert shown(hass, REDIRECT).state == "off"
    await choose(hass, "Meeting")
    assert shown(hass, REDIRECT).state == "active"


async def test_nothing_is_decided_anew_before_home_assistant_has_started(
    hass: HomeAssistant, own_folder: Path
) -> None:
    hass.set_state(CoreState.not_running)
    entry = await set_up(hass)
    assert entry.state is ConfigEntryState.LOADED
    assert shown(hass, SELECT).state == "Available"
    assert shown(hass, REDIRECT).state == "unknown"
    await hass.async_start()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert shown(hass, REDIRECT).state == "off"


# Changing the office


async def test_a_changed_profile_applies_at_once_to_whoever_has_it(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    await choose(hass, "Meeting")
    before = office.runtime_data
    meeting = office.subentries[MEETING]
    hass.config_entries.async_update_subentry(
        office, meeting, data={**meeting.data, "redirect": forward("person", BOB)}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert office.runtime_data is before
    assert shown(hass, REDIRECT).attributes["target"] == "Bob"


async def test_a_new_person_appears_without_anybody_elses_entities_going(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    gone: list[str] = []
    hass.bus.async_listen(
        "state_changed",
        lambda event: (
            gone.append(event.data["entity_id"])
            if event.data["new_state"] is None
            or event.data["new_state"].state == "unavailable"
            else None
        ),
    )
    carol = person("01PERSONCAROL0000000000000", "Carol", "102")
    hass.config_entries.async_add_subentry(
        office,
        ConfigSubentry(
            data=MappingProxyType(dict(carol["data"])),
            subentry_id="01PERSONCAROL0000000000000",
            subentry_type="person",
            title="Carol",
            unique_id="person_102",
        ),
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert shown(hass, "sensor.carol_redirect").state == "off"
    await choose(hass, "Meeting", "select.carol_profile")
    assert shown(hass, "sensor.carol_redirect").state == "active"
    assert gone == []


async def test_a_person_who_leaves_gives_the_redirect_back(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    await choose(hass, "Meeting")
    system = office.runtime_data.system
    assert (await system.read("100")).forwarding.unconditional is not None
    hass.config_entries.async_remove_subentry(office, ANNA)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert hass.states.get(SELECT) is None
    assert (await system.read("100")).forwarding.unconditional is None
    assert ANNA not in set(office.runtime_data.store)


async def test_a_redirect_that_cannot_be_given_back_is_a_notice(
    hass: HomeAssistant, office: MockConfigEntry, issue_registry: ir.IssueRegistry
) -> None:
    from custom_components.xpresence.telephony.driver import Unavailable

    await choose(hass, "Meeting")
    with patch.object(
        office.runtime_data.system, "apply", side_effect=Unavailable("gone")
    ):
        hass.config_entries.async_remove_subentry(office, ANNA)
        await hass.async_block_till_done(wait_background_tasks=True)
    issue = f"release_failed_{ANNA}"
    assert issue_registry.async_get_issue(DOMAIN, issue)
    # Somebody who ended it at the telephone says so.
    assert await async_setup_component(hass, "repairs", {})
    flows = hass.data["repairs"]["flow_manager"]
    page = await flows.async_init(DOMAIN, data={"issue_id": issue})
    assert page["step_id"] == "confirm"
    await flows.async_configure(page["flow_id"], {})
    assert not issue_registry.async_get_issue(DOMAIN, issue)


async def test_another_extension_takes_its_own_redirect_and_leaves_the_old_one_free(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    await choose(hass, "Meeting")
    anna = office.subentries[ANNA]
    hass.config_entries.async_update_subentry(
        office, anna, data={**anna.data, "extension": "110"}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    system = office.runtime_data.system
    assert (await system.read("100")).forwarding.unconditional is None
    assert (await system.read("110")).forwarding.unconditional is not None
    assert shown(hass, SELECT).state == "Meeting"


async def test_another_extension_is_read_though_nothing_is_wished_of_it(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    anna = office.subentries[ANNA]
    hass.config_entries.async_update_subentry(
        office, anna, data={**anna.data, "extension": "110"}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert shown(hass, REDIRECT).state == "off"


async def test_a_profile_that_is_deleted_while_active_falls_back(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    await choose(hass, "Meeting")
    hass.config_entries.async_remove_subentry(office, MEETING)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert shown(hass, SELECT).state == "Available"
    assert shown(hass, REDIRECT).state == "off"


async def test_a_deleted_default_profile_is_a_notice_until_there_is_one_again(
    hass: HomeAssistant, office: MockConfigEntry, issue_registry: ir.IssueRegistry
) -> None:
    hass.config_entries.async_remove_subentry(office, AVAILABLE)
    await hass.async_block_till_done(wait_background_tasks=True)
    issue = f"default_profile_missing_{office.entry_id}"
    assert issue_registry.async_get_issue(DOMAIN, issue)
    assert shown(hass, "sensor.anna_status").state == "available"
    for one in (ANNA, BOB):
        subentry = office.subentries[one]
        hass.config_entries.async_update_subentry(
            office, subentry, data={**subentry.data, "default_profile": MEETING}
        )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not issue_registry.async_get_issue(DOMAIN, issue)


async def test_a_redirect_that_keeps_failing_is_a_notice_that_heals(
    hass: HomeAssistant,
    office: MockConfigEntry,
    issue_registry: ir.IssueRegistry,
    freezer: FrozenDateTimeFactory,
) -> None:
    from custom_components.xpresence.telephony.driver import PermissionDenied

    issue = f"redirect_failing_{ANNA}"
    with patch.object(
        office.runtime_data.system, "apply", side_effect=PermissionDenied("system")
    ):
        with pytest.raises(HomeAssistantError) as caught:
            await choose(hass, "Meeting")
        assert caught.value.translation_key == "redirect_permission_denied"
        assert shown(hass, REDIRECT).state == "failed"
        for _ in range(3):
            freezer.tick(timedelta(seconds=70))
            async_fire_time_changed(hass)
            await hass.async_block_till_done(wait_background_tasks=True)
        notice = issue_registry.async_get_issue(DOMAIN, issue)
        assert notice is not None
        assert notice.translation_key == "redirect_failing_permission_denied"
        attributes = shown(hass, REDIRECT).attributes
        assert attributes["last_failure_reason"] == "permission_denied"
        assert attributes["last_failure"] == dt_util.utcnow()
    freezer.tick(timedelta(seconds=70))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert shown(hass, REDIRECT).state == "active"
    assert not issue_registry.async_get_issue(DOMAIN, issue)


# Leaving


async def test_a_lost_connection_is_logged_once_each_way(
    hass: HomeAssistant, office: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    coordinator = office.runtime_data
    caplog.clear()
    for ready in (True, False, False, True, True):
        coordinator._on_driver_event(ConnectionChanged(ready))
    await hass.async_block_till_done(wait_background_tasks=True)
    said = [r.message for r in caplog.records if "phone system" in r.message]
    assert said == ["The phone system is lost", "The phone system is back"]


async def test_what_is_read_at_the_same_time_is_thought_through_once(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    coordinator = office.runtime_data
    lines = [state.line for state in coordinator.people.values()]
    assert len(lines) == 2
    with patch.object(
        Resolver, "resolve", autospec=True, side_effect=Resolver.resolve
    ) as resolved:
        for line in lines:
            assert line is not None
            told = replace(line, call=CallState.IN_CALL)
            coordinator._on_driver_event(LineChanged(told))
            # A reading that says the same is no news.
            coordinator._on_driver_event(LineChanged(told))
        await hass.async_block_till_done(wait_background_tasks=True)
    assert resolved.call_count == 1


async def test_unloaded_it_thinks_nothing_through_any_more(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    coordinator = office.runtime_data
    line = next(iter(coordinator.people.values())).line
    with patch.object(
        Resolver, "resolve", autospec=True, side_effect=Resolver.resolve
    ) as resolved:
        coordinator._on_driver_event(LineChanged(line))
        coordinator.people.decisions.stop()
        await hass.async_block_till_done(wait_background_tasks=True)
    assert resolved.call_count == 0


async def test_unloading_leaves_the_redirect_as_it_is(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    await choose(hass, "Meeting")
    await hass.config_entries.async_unload(office.entry_id)
    assert office.state is ConfigEntryState.NOT_LOADED
    await hass.config_entries.async_setup(office.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert shown(hass, REDIRECT).state == "active"


async def test_removing_the_phone_system_forgets_everything(
    hass: HomeAssistant, office: MockConfigEntry, own_folder: Path
) -> None:
    await choose(hass, "Meeting")
    await hass.config_entries.async_remove(office.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not list((own_folder / ".storage").glob("xpresence*"))


async def test_numbers_and_secrets_are_in_no_log(
    hass: HomeAssistant, office: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    caplog.clear()
    await act(hass, "set_redirect", mode="forward", target="0171 555 0199")
    ours = [r.getMessage() for r in caplog.records if "xpresence" in r.name]
    assert not [line for line in ours if "5550199" in line.replace(" ", "")]


async def test_a_forgotten_lunch_ends_by_itself_even_without_a_pc(
    hass: HomeAssistant, own_folder: Path, freezer: FrozenDateTimeFactory
) -> None:
    from custom_components.xpresence.settings.default_profiles import default_profiles

    profiles = [
        {**found, "subentry_id": AVAILABLE} if number == 0 else found
        for number, found in enumerate(default_profiles("en"))
    ]
    await set_up(hass, subentries_data=[*profiles, *OFFICE[-2:]])
    await choose(hass, "Lunch")
    assert shown(hass, REDIRECT).state == "active"
    freezer.tick(timedelta(minutes=91))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert shown(hass, SELECT).state == "Available"
    assert shown(hass, REDIRECT).state == "off"


async def test_two_people_deleted_at_once_both_leave(
    hass: HomeAssistant, office: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    await choose(hass, "Meeting")
    await choose(hass, "Meeting", "select.bob_profile")
    system = office.runtime_data.system
    for person_id in (ANNA, BOB):
        hass.config_entries.async_remove_subentry(office, person_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert "Traceback" not in caplog.text
    assert not office.runtime_data.people
    for extension in ("100", "101"):
        assert (await system.read(extension)).forwarding.unconditional is None


async def test_a_person_deleted_while_another_is_added_leaves(
    hass: HomeAssistant, office: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    await choose(hass, "Meeting")
    carol = person("01PERSONCAROL0000000000000", "Carol", "102")
    hass.config_entries.async_remove_subentry(office, ANNA)
    hass.config_entries.async_add_subentry(
        office,
        ConfigSubentry(
            data=MappingProxyType(dict(carol["data"])),
            subentry_id="01PERSONCAROL0000000000000",
            subentry_type="person",
            title="Carol",
            unique_id="person_102",
        ),
    )
    hass.config_entries.async_remove_subentry(office, BOB)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert "Traceback" not in caplog.text
    assert set(office.runtime_data.people) == {"01PERSONCAROL0000000000000"}
    await choose(hass, "Meeting", "select.carol_profile")
    assert shown(hass, "sensor.carol_redirect").state == "active"


async def test_of_who_left_nothing_stays_in_the_journal(
    hass: HomeAssistant, office: MockConfigEntry, own_folder: Path
) -> None:
    await act(hass, "set_redirect", mode="forward", target="0171 5550100")
    await choose(hass, "Meeting")
    journal = own_folder / ".storage" / f"xpresence.{office.entry_id}.journal"
    for word in (ANNA, '"100"', "5550100"):
        assert word in journal.read_text()
    hass.config_entries.async_remove_subentry(office, ANNA)
    await hass.async_block_till_done(wait_background_tasks=True)
    for word in (ANNA, '"100"', "5550100"):
        assert word not in journal.read_text()
    assert BOB in journal.read_text()


async def test_of_an_extension_that_was_given_up_nothing_stays_in_the_journal(
    hass: HomeAssistant, office: MockConfigEntry, own_folder: Path
) -> None:
    await choose(hass, "Meeting")
    anna = office.subentries[ANNA]
    hass.config_entries.async_update_subentry(
        office, anna, data={**anna.data, "extension": "110"}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    await restarted(hass, office)
    journal = own_folder / ".storage" / f"xpresence.{office.entry_id}.journal"
    assert '"100"' not in journal.read_text()
    assert shown(hass, REDIRECT).state == "active"


async def test_who_was_deleted_while_nothing_was_set_up_is_released_at_the_next_start(
    hass: HomeAssistant, office: MockConfigEntry, own_folder: Path
) -> None:
    await choose(hass, "Meeting")
    await hass.config_entries.async_unload(office.entry_id)
    hass.config_entries.async_remove_subentry(office, ANNA)
    await hass.config_entries.async_setup(office.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    journal = own_folder / ".storage" / f"xpresence.{office.entry_id}.journal"
    for word in (ANNA, '"100"'):
        assert word not in journal.read_text()
    line = await office.runtime_data.system.read("100")
    assert line.forwarding.unconditional is None
