"""The pages of a person's calendars: adding, changing, removing, and the rules."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from ...calendars import Diary, clear, diaries, followed, with_calendars
from ...conftest import set_up
from ...office import ANNA, AVAILABLE, COLLEAGUE, MEETING, OFFICE
from ..test_subentry_flows import Form, change


@pytest.fixture(autouse=True)
async def diary(hass: HomeAssistant, own_folder: object) -> AsyncGenerator[Diary]:
    """Let Anna be in a meeting now, by her calendar in Home Assistant."""
    (diary,) = await diaries(hass, "Anna")
    now = dt_util.now()
    diary.enter(now - timedelta(hours=1), now + timedelta(hours=1), "Budget")
    yield diary
    await clear(hass)


async def office_with(hass: HomeAssistant, *entity_ids: str) -> MockConfigEntry:
    calendars = followed(*entity_ids, default=MEETING)
    return await set_up(hass, subentries_data=with_calendars(OFFICE, ANNA, calendars))


async def on(form: Form, *menus: str) -> Form:
    for step in menus:
        await form.fill(next_step_id=step)
    return form


async def saved(form: Form) -> list[dict[str, Any]]:
    """Return the calendars that are stored at the end of the pages."""
    assert form.result["type"] is FlowResultType.ABORT
    assert form.result["reason"] == "reconfigure_successful"
    await form.hass.async_block_till_done(wait_background_tasks=True)
    return stored(form.hass)


def stored(hass: HomeAssistant) -> list[dict[str, Any]]:
    (entry,) = hass.config_entries.async_entries("xpresence")
    return list(entry.subentries[ANNA].data.get("calendars", ()))


def store(hass: HomeAssistant, calendars: list[dict[str, Any]]) -> None:
    """Change her calendars behind the page's back, as an action does."""
    (entry,) = hass.config_entries.async_entries("xpresence")
    anna = entry.subentries[ANNA]
    hass.config_entries.async_update_subentry(
        entry, anna, data={**anna.data, "calendars": calendars}
    )


def anna(hass: HomeAssistant) -> str:
    state = hass.states.get("select.anna_profile")
    assert state is not None
    return state.state


async def test_a_calendar_of_home_assistant_is_added_and_counts_at_once(
    hass: HomeAssistant,
) -> None:
    entry = await set_up(hass)
    form = await change(hass, entry, ANNA, "calendars")
    # Where there is none yet, there is none to change or remove.
    assert form.result["menu_options"] == ["add_calendar", "run_over"]
    await on(form, "add_calendar", "calendar_home_assistant")
    await form.fill(entity_id="calendar.anna", address="anna@office.example")
    assert form.result["step_id"] == "calendar_rules"
    # The first profile that says busy is what a meeting mostly is.
    assert form.suggested["default_profile"] == MEETING
    await form.fill(**form.suggested | {"name": "  My   diary "})
    (made,) = await saved(form)
    assert (made["kind"], made["name"]) == ("home_assistant", "My diary")
    assert made["settings"] == {
        "entity_id": "calendar.anna",
        "address": "anna@office.example",
    }
    assert made["rules"]["default_profile"] == MEETING
    assert anna(hass) == "Meeting"


async def test_a_calendar_of_ours_is_refused_at_its_field(hass: HomeAssistant) -> None:
    entry = await set_up(hass)
    form = await change(hass, entry, ANNA, "calendars")
    await on(form, "add_calendar", "calendar_home_assistant")
    await form.fill(entity_id="calendar.anna_appointments")
    assert form.result["errors"] == {"entity_id": "calendar_own"}
    await form.fill(entity_id="calendar.anna")
    assert form.result["step_id"] == "calendar_rules"


async def test_an_office_in_which_nobody_is_busy_proposes_no_profile_for_meetings(
    hass: HomeAssistant,
) -> None:
    people = [one for one in OFFICE if one["data"].get("status") != "busy"]
    entry = await set_up(hass, subentries_data=people)
    form = await change(hass, entry, ANNA, "calendars")
    await on(form, "add_calendar", "calendar_home_assistant")
    await form.fill(entity_id="calendar.anna")
    shown = form.suggested
    assert shown.pop("default_profile") is None
    await form.fill(**shown)
    assert form.result["errors"] == {"default_profile": "calendar_profile_needed"}
    await form.fill(**shown | {"categories_only": True})
    (made,) = await saved(form)
    assert made["rules"]["categories_only"] is True
    assert anna(hass) == "Available"


async def test_what_is_wrong_with_the_rules_is_named_and_nothing_is_lost(
    hass: HomeAssistant,
) -> None:
    entry = await office_with(hass, "calendar.anna")
    before = stored(hass)
    form = await on(await change(hass, entry, ANNA, "calendars"), "change_calendar")
    await form.fill(calendar=before[0]["id"])
    assert form.suggested["entity_id"] == "calendar.anna"
    await form.fill(entity_id="calendar.anna")
    said = form.suggested | {
        "name": " ",
        "invitations": "accepted",
        "show_as": form.suggested["show_as"] | {"tentative": COLLEAGUE},
    }
    # Meanwhile somebody removes the profile that the page still offers.
    hass.config_entries.async_remove_subentry(entry, COLLEAGUE)
    await form.fill(**said)
    assert form.result["errors"] == {
        "base": "show_as_profile_missing",
        "name": "name_empty",
    }
    assert form.suggested["invitations"] == "accepted"
    assert stored(hass) == before
    said["show_as"] |= {"tentative": AVAILABLE}
    await form.fill(**said | {"name": "Diary"})
    (changed,) = await saved(form)
    assert (changed["id"], changed["name"]) == (before[0]["id"], "Diary")
    assert changed["rules"]["show_as"]["tentative"] == AVAILABLE
    assert changed["rules"]["invitations"] == "accepted"


async def test_a_profile_for_meetings_that_vanished_meanwhile_is_said_so(
    hass: HomeAssistant,
) -> None:
    entry = await office_with(hass, "calendar.anna")
    (calendar,) = stored(hass)
    form = await on(await change(hass, entry, ANNA, "calendars"), "change_calendar")
    await form.fill(calendar=calendar["id"])
    await form.fill(entity_id="calendar.anna")
    said = form.suggested
    hass.config_entries.async_remove_subentry(entry, COLLEAGUE)
    await form.fill(**said | {"default_profile": COLLEAGUE})
    assert form.result["errors"] == {"default_profile": "profile_missing"}
    await form.fill(**said)
    assert (await saved(form))[0]["rules"]["default_profile"] == MEETING


async def test_one_calendar_is_removed_and_the_others_stay(
    hass: HomeAssistant,
) -> None:
    await diaries(hass, "Team")
    entry = await office_with(hass, "calendar.anna", "calendar.team")
    first, second = stored(hass)
    assert anna(hass) == "Meeting"
    form = await on(await change(hass, entry, ANNA, "calendars"), "remove_calendar")
    (choice,) = form.result["data_schema"].schema.values()
    assert choice.config["options"] == [
        {"value": first["id"], "label": "Anna"},
        {"value": second["id"], "label": "Team"},
    ]
    await form.fill(calendar=first["id"])
    assert await saved(form) == [second]
    assert anna(hass) == "Available"


async def test_a_changed_calendar_keeps_its_place_among_the_others(
    hass: HomeAssistant,
) -> None:
    await diaries(hass, "Team")
    entry = await office_with(hass, "calendar.anna", "calendar.team")
    first, second = stored(hass)
    form = await on(await change(hass, entry, ANNA, "calendars"), "change_calendar")
    await form.fill(calendar=first["id"])
    await form.fill(entity_id="calendar.anna")
    await form.fill(**form.suggested | {"name": "Diary"})
    assert [one["name"] for one in await saved(form)] == ["Diary", second["name"]]


@pytest.mark.parametrize("page", ["change_calendar", "remove_calendar"])
async def test_a_calendar_that_somebody_removed_meanwhile_is_told_so(
    hass: HomeAssistant, page: str
) -> None:
    entry = await office_with(hass, "calendar.anna")
    (calendar,) = stored(hass)
    form = await on(await change(hass, entry, ANNA, "calendars"), page)
    store(hass, [])
    await form.fill(calendar=calendar["id"])
    assert form.result["type"] is FlowResultType.ABORT
    assert form.result["reason"] == "calendar_gone"


async def test_a_page_that_is_opened_late_finds_nothing_to_change(
    hass: HomeAssistant,
) -> None:
    entry = await office_with(hass, "calendar.anna")
    form = await change(hass, entry, ANNA, "calendars")
    store(hass, [])
    await form.fill(next_step_id="change_calendar")
    assert form.result["reason"] == "calendar_gone"


async def test_a_calendar_removed_while_its_rules_are_changed_does_not_come_back(
    hass: HomeAssistant,
) -> None:
    entry = await office_with(hass, "calendar.anna")
    (calendar,) = stored(hass)
    form = await on(await change(hass, entry, ANNA, "calendars"), "change_calendar")
    await form.fill(calendar=calendar["id"])
    await form.fill(entity_id="calendar.anna")
    store(hass, [])
    await form.fill(**form.suggested)
    assert form.result["reason"] == "calendar_gone"
    assert stored(hass) == []
