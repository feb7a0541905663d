"""Outlook appointments choose the profile; the sign-in breaks and is renewed."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import Context, HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockUser,
    async_fire_time_changed,
)

from custom_components.xpresence.inputs.calendars import CalendarsInput
from custom_components.xpresence.microsoft.connection import LINKS
from tests.flows.repairs.test_repairs import mend
from tests.flows.test_subentry_flows import change
from tests.groupware.microsoft.graph import Fault, event
from tests.groupware.microsoft.login import (
    ANNA as ANNA_THERE,
    BOB as BOB_THERE,
    TENANT,
    Refused,
)
from tests.groupware.microsoft.server import Microsoft
from tests.office import ANNA, BOB, MEETING

from .people import (
    change as change_settings,
    issue,
    link,
    office_with,
    sign_in,
    until,
)

SENSOR = "sensor.anna_microsoft_sign_in"


def followed(calendar_id: str | None = None) -> list[dict[str, Any]]:
    settings = {"calendar_id": calendar_id, "shared": True} if calendar_id else {}
    return [
        {
            "id": "01CALENDAR",
            "kind": "outlook",
            "name": "Outlook",
            "settings": settings,
            "rules": {"default_profile": MEETING},
        }
    ]


def meeting(microsoft: Microsoft, there: str = ANNA_THERE, calendar: str = "") -> None:
    """Let somebody be in a meeting now."""
    now = datetime.now(UTC)
    microsoft.graph.people[there].events[calendar] = [
        event("budget", now - timedelta(hours=1), now + timedelta(hours=1), "Budget")
    ]


def profile(hass: HomeAssistant, name: str = "anna") -> str:
    state = hass.states.get(f"select.{name}_profile")
    assert state is not None
    return state.state


def shown(hass: HomeAssistant, entity_id: str = SENSOR) -> str | None:
    state = hass.states.get(entity_id)
    return state and state.state


def calendars(entry: MockConfigEntry, person: str = ANNA) -> CalendarsInput:
    (found,) = (
        one
        for one in entry.runtime_data.people[person].inputs
        if isinstance(one, CalendarsInput)
    )
    return found


async def following(hass: HomeAssistant, microsoft: Microsoft) -> MockConfigEntry:
    """Return an office in which Anna is signed in and her calendar is followed."""
    meeting(microsoft)
    hers = {"account_id": f"{ANNA_THERE}.{TENANT}"}
    entry = await office_with(hass, ANNA, account=hers, calendars=followed())
    await sign_in(hass, entry, microsoft)
    await calendars(entry).async_sync()
    return entry


async def read(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Read her calendar now, well or not."""
    await calendars(entry).calendars[0].async_read()
    await hass.async_block_till_done()


async def test_an_appointment_in_outlook_chooses_the_profile(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    entry = await following(hass, microsoft)
    assert profile(hass) == "Meeting"
    (one,) = entry.runtime_data.people[ANNA].facts.agenda.entries
    assert (one.subject, one.source) == ("Budget", "Outlook")
    assert shown(hass) == "signed_in"
    assert issue(hass) is None
    microsoft.graph.people[ANNA_THERE].events.clear()
    await calendars(entry).async_sync()
    assert profile(hass) == "Available"


async def test_each_reads_their_own_calendar(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    meeting(microsoft, BOB_THERE)
    entry = await office_with(hass, ANNA, BOB, calendars=followed())
    for one in (ANNA, BOB):
        await sign_in(hass, entry, microsoft, one)
        await calendars(entry, one).async_sync()
    assert (profile(hass), profile(hass, "bob")) == ("Available", "Meeting")


async def test_a_shared_calendar_is_picked_by_its_name(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    meeting(microsoft, calendar="team")
    microsoft.graph.people[ANNA_THERE].calendars = [
        {
            "id": name,
            "name": name.title(),
            "isDefaultCalendar": name == "main",
            "owner": {"name": owner.title(), "address": f"{owner}@example.com"},
        }
        for name, owner in (("main", "anna"), ("trips", "anna"), ("team", "bob"))
    ]
    entry = await office_with(hass, ANNA)
    await sign_in(hass, entry, microsoft)
    form = await change(hass, entry, ANNA, "calendars")
    await form.fill(next_step_id="add_calendar")
    await form.fill(next_step_id="calendar_outlook")
    (choice,) = form.result["data_schema"].schema.values()
    labels = {o["value"]: o["label"] for o in choice.config["options"]}
    assert labels == {"main": "main", "trips": "Trips", "team": "Team (Bob)"}
    await form.fill(calendar="team")
    await form.fill(**form.suggested | {"default_profile": MEETING})
    await until(hass, lambda: profile(hass) == "Meeting")
    (stored,) = entry.subentries[ANNA].data["calendars"]
    assert stored["settings"] == {"calendar_id": "team", "shared": True}
    assert "Calendars.Read.Shared" in link(hass, entry, ANNA).settings.permissions
    form = await change(hass, entry, ANNA, "calendars")
    await form.fill(next_step_id="add_calendar")
    await form.fill(next_step_id="calendar_outlook")
    await form.fill(calendar="team")
    assert form.result["errors"] == {"calendar": "calendar_twice"}


async def test_who_is_not_signed_in_signs_in_before_the_calendar_is_asked_for(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    entry = await office_with(hass)
    form = await change(hass, entry, ANNA, "calendars")
    await form.fill(next_step_id="add_calendar")
    await form.fill(next_step_id="calendar_outlook")
    assert form.result["step_id"] == "microsoft_account"


async def test_the_main_calendar_can_be_picked_while_microsoft_is_away(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    entry = await office_with(hass, ANNA)
    await sign_in(hass, entry, microsoft)
    microsoft.graph.faults = [Fault("/me", 503)]
    form = await change(hass, entry, ANNA, "calendars")
    await form.fill(next_step_id="add_calendar")
    await form.fill(next_step_id="calendar_outlook")
    assert form.result["errors"] == {"base": "microsoft_unreachable"}
    await form.fill(calendar="main")
    assert form.result["step_id"] == "calendar_rules"


@pytest.mark.parametrize("seen", [True, False])
async def test_a_shared_calendar_is_changed_and_kept_whether_it_is_seen_now_or_not(
    hass: HomeAssistant, microsoft: Microsoft, seen: bool
) -> None:
    bob = {"name": "Bob", "address": "bob@example.com"}
    team = {"id": "team", "name": "Team", "owner": bob}
    microsoft.graph.people[ANNA_THERE].calendars = [team] if seen else []
    before = followed("team")
    entry = await office_with(hass, ANNA, calendars=before)
    await sign_in(hass, entry, microsoft)
    form = await change(hass, entry, ANNA, "calendars")
    await form.fill(next_step_id="change_calendar")
    await form.fill(calendar=before[0]["id"])
    (choice,) = form.result["data_schema"].schema.values()
    labels = {o["value"]: o["label"] for o in choice.config["options"]}
    assert labels == {"main": "main", "team": "Team (Bob)" if seen else "Outlook"}
    assert form.suggested["calendar"] == "team"
    await form.fill(calendar="team")
    await form.fill(**form.suggested | {"name": "Ours"})
    assert form.result["reason"] == "reconfigure_successful"
    (stored,) = entry.subentries[ANNA].data["calendars"]
    assert stored["name"] == "Ours"
    assert stored["settings"] == before[0]["settings"]


async def test_a_calendar_that_is_gone_or_not_allowed_is_told_so(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    entry = await office_with(hass, ANNA, calendars=followed("gone"))
    await sign_in(hass, entry, microsoft)
    await read(hass, entry)
    assert calendars(entry).calendars[0].problem == "missing"
    microsoft.graph.faults = [Fault("calendarView", 403)]
    await read(hass, entry)
    assert calendars(entry).calendars[0].problem == "not_allowed"
    assert issue(hass) is None


async def test_what_graph_asks_for_by_retry_after_is_kept_to(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    entry = await following(hass, microsoft)
    microsoft.graph.faults = [Fault("calendarView", 429, {"Retry-After": "120"})]
    await read(hass, entry)
    asked = microsoft.graph.count("calendarView")
    await read(hass, entry)
    assert microsoft.graph.count("calendarView") == asked
    assert profile(hass) == "Meeting"


# Renewal


@pytest.mark.parametrize("remember", [True, False])
async def test_a_restart_needs_a_new_sign_in_only_where_it_is_not_remembered(
    hass: HomeAssistant, microsoft: Microsoft, remember: bool
) -> None:
    meeting(microsoft)
    entry = await office_with(
        hass, ANNA, account={"remember": remember}, calendars=followed()
    )
    await sign_in(hass, entry, microsoft)
    await read(hass, entry)
    await hass.config_entries.async_unload(entry.entry_id)
    hass.data.pop(LINKS)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    # What was read last holds, signed in or not.
    assert profile(hass) == "Meeting"
    assert (issue(hass) is None) is remember
    assert shown(hass) == ("signed_in" if remember else "sign_in_needed")


async def test_home_assistant_starts_while_microsoft_is_away(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    entry = await following(hass, microsoft)
    await hass.config_entries.async_unload(entry.entry_id)
    hass.data.pop(LINKS)
    microsoft.graph.faults = [Fault("calendarView", kind="dropped", times=9)]
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert profile(hass) == "Meeting"
    assert shown(hass) == "unknown"
    assert issue(hass) is None
    microsoft.graph.faults = []
    await read(hass, entry)
    assert shown(hass) == "signed_in"


async def test_a_token_that_dies_is_renewed_and_nobody_notices(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    entry = await following(hass, microsoft)
    microsoft.login.expire_tokens()
    await calendars(entry).async_sync()
    assert issue(hass) is None


async def test_a_challenge_for_claims_is_answered_and_nobody_notices(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    entry = await following(hass, microsoft)
    microsoft.login.claims_needed = "1700000000"
    await calendars(entry).async_sync()
    assert issue(hass) is None


async def test_a_withdrawn_sign_in_is_renewed_from_its_notice(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    entry = await following(hass, microsoft)
    microsoft.login.revoke()
    await read(hass, entry)
    assert profile(hass) == "Meeting"
    assert shown(hass) == "sign_in_needed"
    notice = issue(hass)
    assert notice is not None
    assert notice.translation_placeholders is not None
    assert "withdrawn" in notice.translation_placeholders["reason"]
    page = await mend(hass, notice.issue_id)
    manager: Any = hass.data["repairs"]["flow_manager"]
    # Refused once more, on the page itself.
    microsoft.login.refuse = Refused("invalid_client", code=7000218, status=401)
    page = await manager.async_configure(page["flow_id"], {})
    assert page["errors"] == {"base": "microsoft_not_a_public_client"}
    microsoft.login.refuse = None
    page = await manager.async_configure(page["flow_id"], {})
    assert page["type"] is FlowResultType.SHOW_PROGRESS
    assert shown(hass) == "waiting"
    microsoft.login.enter(page["description_placeholders"]["code"], ANNA_THERE)
    await go_on(hass, page)
    await until(hass, lambda: issue(hass) is None)
    await until(hass, lambda: shown(hass) == "signed_in")
    # Read anew without being asked.
    asked = microsoft.graph.count("calendarView")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert calendars(entry).calendars[0].problem is None
    assert microsoft.graph.count("calendarView") >= asked


async def renewing(hass: HomeAssistant, microsoft: Microsoft) -> Any:
    """Open the notice of a withdrawn sign-in, up to the code."""
    entry = await following(hass, microsoft)
    microsoft.login.revoke()
    await read(hass, entry)
    notice = issue(hass)
    assert notice is not None
    page = await mend(hass, notice.issue_id)
    page = await repairs(hass).async_configure(page["flow_id"], {})
    assert page["type"] is FlowResultType.SHOW_PROGRESS
    return page


def repairs(hass: HomeAssistant) -> Any:
    return hass.data["repairs"]["flow_manager"]


async def go_on(hass: HomeAssistant, page: Any) -> Any:
    """Go on as soon as the notice's page says that it may."""
    flow = repairs(hass)._progress[page["flow_id"]]
    await until(hass, lambda: flow._waiting is None or flow._waiting.done())
    return await repairs(hass).async_configure(page["flow_id"])


async def test_the_notices_page_ends_by_itself_when_the_code_is_entered(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    page = await renewing(hass, microsoft)
    microsoft.login.enter(page["description_placeholders"]["code"], ANNA_THERE)
    result = await go_on(hass, page)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert issue(hass) is None
    assert shown(hass) == "signed_in"


async def test_another_account_than_before_counts_only_once_it_is_confirmed(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    page = await renewing(hass, microsoft)
    microsoft.login.enter(page["description_placeholders"]["code"], BOB_THERE)
    page = await go_on(hass, page)
    assert page["type"] is FlowResultType.MENU
    assert "bob" in page["description_placeholders"]["account"]
    assert issue(hass) is not None
    step = {"next_step_id": "sign_in_anew"}
    page = await repairs(hass).async_configure(page["flow_id"], step)
    assert issue(hass) is not None
    page = await repairs(hass).async_configure(page["flow_id"], {})
    microsoft.login.enter(page["description_placeholders"]["code"], BOB_THERE)
    page = await go_on(hass, page)
    step = {"next_step_id": "microsoft_keep"}
    page = await repairs(hass).async_configure(page["flow_id"], step)
    assert page["type"] is FlowResultType.CREATE_ENTRY
    assert issue(hass) is None


async def test_a_code_that_is_refused_is_named_on_the_notices_page_and_asked_anew(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    page = await renewing(hass, microsoft)
    microsoft.login.refuse = Refused("authorization_declined")
    page = await go_on(hass, page)
    assert page["step_id"] == "sign_in_anew"
    assert page["errors"] == {"base": "microsoft_declined"}
    assert issue(hass) is not None
    microsoft.login.refuse = None
    page = await repairs(hass).async_configure(page["flow_id"], {})
    microsoft.login.enter(page["description_placeholders"]["code"], ANNA_THERE)
    result = await go_on(hass, page)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_notices_page_that_is_closed_waits_for_no_code_any_more(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    page = await renewing(hass, microsoft)
    assert shown(hass) == "waiting"
    repairs(hass).async_abort(page["flow_id"])
    await until(hass, lambda: shown(hass) == "sign_in_needed")
    asked = len(microsoft.login.asked)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(microsoft.login.asked) == asked
    assert issue(hass) is not None


async def test_a_problem_that_teams_finds_is_told_by_the_same_notice(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    entry = await office_with(hass, ANNA, BOB)
    found = await sign_in(hass, entry, microsoft)
    found.report("consent_missing", "AADSTS65001")
    await hass.async_block_till_done()
    notice = issue(hass)
    assert notice is not None
    assert notice.translation_placeholders is not None
    reason = notice.translation_placeholders["reason"]
    assert "Calendars.ReadBasic" in reason
    assert "AADSTS65001" in reason
    assert issue(hass, BOB) is None
    found.report(None)
    await hass.async_block_till_done()
    assert issue(hass) is None


async def test_signing_out_asks_for_a_sign_in_only_where_a_calendar_waits(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    entry = await following(hass, microsoft)
    change_settings(hass, entry, ANNA, microsoft={})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issue(hass) is not None
    assert shown(hass) is None
    change_settings(hass, entry, ANNA, calendars=[])
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issue(hass) is None


async def test_the_notice_goes_with_the_person(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    entry = await following(hass, microsoft)
    microsoft.login.revoke()
    await read(hass, entry)
    notice = issue(hass)
    assert notice is not None
    page = await mend(hass, notice.issue_id)
    hass.config_entries.async_remove_subentry(entry, ANNA)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issue(hass) is None
    manager: Any = hass.data["repairs"]["flow_manager"]
    page = await manager.async_configure(page["flow_id"], {})
    assert (page["type"], page["reason"]) == (FlowResultType.ABORT, "gone")


async def test_the_sensor_comes_and_goes_with_the_account(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    entry = await office_with(hass)
    assert shown(hass) is None
    change_settings(hass, entry, ANNA, microsoft={"connected": True})
    await hass.async_block_till_done()
    assert shown(hass) == "unknown"
    change_settings(hass, entry, ANNA, microsoft={})
    await hass.async_block_till_done()
    assert shown(hass) is None
    change_settings(hass, entry, ANNA, microsoft={"connected": True})
    await hass.async_block_till_done()
    assert shown(hass) == "unknown"
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert shown(hass) == "unknown"


async def test_somebody_who_signed_in_by_themselves_connects_their_main_calendar(
    hass: HomeAssistant, microsoft: Microsoft, hass_admin_user: MockUser
) -> None:
    meeting(microsoft)
    entry = await office_with(hass)

    async def connect() -> None:
        await hass.services.async_call(
            "xpresence",
            "connect_calendar",
            wish,
            blocking=True,
            context=Context(user_id=hass_admin_user.id),
        )

    wish = {
        "entity_id": "select.anna_profile",
        "kind": "outlook",
        "default_profile": "Meeting",
    }
    with pytest.raises(ServiceValidationError) as refused:
        await connect()
    assert refused.value.translation_key == "connect_calendar_sign_in_first"
    change_settings(hass, entry, ANNA, microsoft={"connected": True})
    await hass.async_block_till_done()
    await sign_in(hass, entry, microsoft)
    await connect()
    await calendars(entry).async_sync()
    await hass.async_block_till_done()
    assert profile(hass) == "Meeting"
    with pytest.raises(ServiceValidationError) as refused:
        await connect()
    assert refused.value.translation_key == "connect_calendar_twice"


def moved(hass: HomeAssistant, freezer: FrozenDateTimeFactory, **time: float) -> None:
    freezer.tick(timedelta(**time))
    async_fire_time_changed(hass)


async def minutes(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, count: int
) -> None:
    for _ in range(count):
        moved(hass, freezer, minutes=1)
        await hass.async_block_till_done(wait_background_tasks=True)


async def at_noon(
    hass: HomeAssistant, microsoft: Microsoft, freezer: FrozenDateTimeFactory
) -> MockConfigEntry:
    """Return an office at noon, in which Anna's calendar is followed and empty."""
    freezer.move_to(datetime(2026, 11, 30, 12, tzinfo=dt_util.get_default_time_zone()))
    entry = await office_with(hass, ANNA, calendars=followed())
    await sign_in(hass, entry, microsoft)
    await hass.services.async_call(
        "xpresence",
        "sync_calendars",
        {"entity_id": "select.anna_profile"},
        blocking=True,
    )
    return entry


async def test_a_meeting_made_five_minutes_before_its_start_counts(
    hass: HomeAssistant, microsoft: Microsoft, freezer: FrozenDateTimeFactory
) -> None:
    await at_noon(hass, microsoft, freezer)
    await minutes(hass, freezer, 3)
    now = dt_util.utcnow()
    microsoft.graph.people[ANNA_THERE].events[""] = [
        event("late", now + timedelta(minutes=5), now + timedelta(minutes=35))
    ]
    await minutes(hass, freezer, 4)
    assert profile(hass) == "Available"
    await minutes(hass, freezer, 3)
    assert profile(hass) == "Meeting"


async def test_a_meeting_that_was_called_off_just_now_does_not_count(
    hass: HomeAssistant, microsoft: Microsoft, freezer: FrozenDateTimeFactory
) -> None:
    entry = await at_noon(hass, microsoft, freezer)
    now = dt_util.utcnow()
    here = event("today", now + timedelta(minutes=5), now + timedelta(minutes=35))
    later = event("later", now + timedelta(days=4), now + timedelta(days=4, hours=1))
    microsoft.graph.people[ANNA_THERE].events[""] = [here, later]
    await minutes(hass, freezer, 16)
    assert profile(hass) == "Meeting"
    microsoft.graph.people[ANNA_THERE].events[""] = [later]
    await minutes(hass, freezer, 2)
    assert profile(hass) == "Available"
    (calendar,) = calendars(entry).calendars
    assert [one.uid for one in calendar.appointments] == ["later"]


async def test_what_does_not_change_is_worked_out_once(
    hass: HomeAssistant, microsoft: Microsoft, freezer: FrozenDateTimeFactory
) -> None:
    entry = await at_noon(hass, microsoft, freezer)
    now = dt_util.utcnow()
    microsoft.graph.people[ANNA_THERE].events[""] = [
        event("second", now + timedelta(hours=3), now + timedelta(hours=4)),
        event("first", now + timedelta(hours=1), now + timedelta(hours=2)),
        event("far", now + timedelta(days=3), now + timedelta(days=3, hours=1)),
    ]
    await minutes(hass, freezer, 16)
    (calendar,) = calendars(entry).calendars
    known = calendar.appointments
    assert len(known) == 3
    await minutes(hass, freezer, 32)
    assert calendar.appointments is known


async def test_a_minute_costs_one_request_by_day_and_none_by_night(
    hass: HomeAssistant, microsoft: Microsoft, freezer: FrozenDateTimeFactory
) -> None:
    await at_noon(hass, microsoft, freezer)
    before = microsoft.graph.count("calendarView")
    await minutes(hass, freezer, 60)
    by_day = microsoft.graph.count("calendarView") - before
    assert 58 <= by_day <= 62
    freezer.move_to(datetime(2026, 11, 30, 21, tzinfo=dt_util.get_default_time_zone()))
    await minutes(hass, freezer, 2)
    before = microsoft.graph.count("calendarView")
    await minutes(hass, freezer, 60)
    assert microsoft.graph.count("calendarView") - before <= 5


async def test_microsofts_wish_to_be_left_alone_counts_for_the_minutes_too(
    hass: HomeAssistant, microsoft: Microsoft, freezer: FrozenDateTimeFactory
) -> None:
    await at_noon(hass, microsoft, freezer)
    await minutes(hass, freezer, 2)
    microsoft.graph.faults.append(
        Fault("calendarView", 429, {"Retry-After": "600"}, times=1)
    )
    await minutes(hass, freezer, 2)
    before = microsoft.graph.count("calendarView")
    await minutes(hass, freezer, 7)
    assert microsoft.graph.count("calendarView") == before
    await minutes(hass, freezer, 6)
    assert microsoft.graph.count("calendarView") > before
