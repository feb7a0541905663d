"""Appointments of Home Assistant's calendars choose the profile, hour by hour."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.calendar.const import DATA_COMPONENT
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.xpresence.inputs.calendars import (
    CalendarsInput,
    subscription as followed_calendar,
)
from custom_components.xpresence.inputs.calendars.kinds import home_assistant

from ...calendars import Diary, clear, diaries, followed, with_calendars
from ...conftest import set_up
from ...office import ANNA, AVAILABLE, BOB, COLLEAGUE, MEETING, OFFICE, forward, profile
from ...pages import EN, assert_worded

LUNCH = "01PROFILELUNCH000000000000"
PEOPLE = [*OFFICE, profile(LUNCH, "Lunch", "away", redirect=forward("voicemail"))]
DAY = date(2026, 11, 24)
BERLIN = ZoneInfo("Europe/Berlin")


def at(clock: str, day: date = DAY, zone: ZoneInfo = BERLIN) -> datetime:
    hour, minute = clock.split(":")
    return datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=zone)


@pytest.fixture(autouse=True)
async def morning(
    hass: HomeAssistant, own_folder: Any, freezer: FrozenDateTimeFactory
) -> AsyncGenerator[None]:
    await hass.config.async_set_time_zone("Europe/Berlin")
    freezer.move_to(at("8:00"))
    yield
    await clear(hass)


@pytest.fixture
async def diary(hass: HomeAssistant) -> Diary:
    return (await diaries(hass, "Anna"))[0]


type Clock = Callable[[datetime], Coroutine[Any, Any, None]]


@pytest.fixture
def clock(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Clock:
    async def move(to: datetime) -> None:
        freezer.move_to(to)
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)

    return move


async def office_with(
    hass: HomeAssistant, *entity_ids: str, default: str = MEETING, **rules: Any
) -> MockConfigEntry:
    calendars = followed(*(entity_ids or ("calendar.anna",)), default=default, **rules)
    return await set_up(hass, subentries_data=with_calendars(PEOPLE, ANNA, calendars))


async def settle(hass: HomeAssistant) -> None:
    await hass.async_block_till_done(wait_background_tasks=True)


def anna(hass: HomeAssistant) -> str:
    state = hass.states.get("select.anna_profile")
    assert state is not None
    return state.state


def bob(hass: HomeAssistant) -> str:
    state = hass.states.get("select.bob_profile")
    assert state is not None
    return state.state


def target(hass: HomeAssistant) -> str | None:
    state = hass.states.get("sensor.anna_redirect")
    assert state is not None
    return state.attributes.get("target")


def calendars(entry: MockConfigEntry) -> CalendarsInput:
    (found,) = (
        one
        for one in entry.runtime_data.people[ANNA].inputs
        if isinstance(one, CalendarsInput)
    )
    return found


def issues(hass: HomeAssistant) -> set[str]:
    return {i.translation_key or "" for i in ir.async_get(hass).issues.values()}


# The day of a training


async def test_lunch_inside_a_training_day_gives_way_to_the_training_again(
    hass: HomeAssistant, diary: Diary, clock: Clock
) -> None:
    diary.enter(at("9:00"), at("17:00"), "First aid @Training")
    diary.enter(at("12:00"), at("13:00"), "Pizza @Lunch")
    await office_with(hass)
    assert (anna(hass), target(hass)) == ("Available", None)
    await clock(at("9:00"))
    assert (anna(hass), target(hass)) == ("Training", "Bob")
    await clock(at("12:00"))
    assert (anna(hass), target(hass)) == ("Lunch", "Voicemail")
    await clock(at("13:00"))
    assert (anna(hass), target(hass)) == ("Training", "Bob")
    await clock(at("17:00"))
    assert (anna(hass), target(hass)) == ("Available", None)


async def test_an_all_day_entry_never_hides_the_meeting_inside_it(
    hass: HomeAssistant, diary: Diary, clock: Clock
) -> None:
    diary.enter(DAY, DAY + timedelta(days=1), "Course @Training")
    diary.enter(at("10:00"), at("11:00"), "Budget")
    await office_with(hass)
    assert anna(hass) == "Training"
    await clock(at("10:00"))
    assert anna(hass) == "Meeting"
    await clock(at("11:00"))
    assert anna(hass) == "Training"


async def test_with_categories_only_nothing_else_counts(
    hass: HomeAssistant, diary: Diary, clock: Clock
) -> None:
    diary.enter(at("9:00"), at("10:00"), "Budget")
    diary.enter(at("11:00"), at("12:00"), "@lunch with everybody")
    await office_with(hass, categories_only=True)
    await clock(at("9:30"))
    assert anna(hass) == "Available"
    await clock(at("11:30"))
    assert anna(hass) == "Lunch"


async def test_a_tentative_event_follows_its_own_rule(
    hass: HomeAssistant, diary: Diary, clock: Clock
) -> None:
    diary.enter(at("9:00"), at("10:00"), "Perhaps", status="tentative")
    diary.enter(at("10:00"), at("11:00"), "Surely", status="confirmed")
    await office_with(hass, show_as={"tentative": LUNCH})
    await clock(at("9:30"))
    assert anna(hass) == "Lunch"
    await clock(at("10:30"))
    assert anna(hass) == "Meeting"


# What MS365-Calendar tells beside its events


def told(start: datetime, end: datetime, summary: str, **more: Any) -> dict[str, Any]:
    return {
        "summary": summary,
        "start": start,
        "end": end,
        "all_day": False,
        "categories": [],
        "sensitivity": "Normal",
        "show_as": "Busy",
        "organizer": "anna@example.com",
        "attendees": [],
        "uid": summary,
        **more,
    }


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "Meeting"),
        ({"categories": ["lunch"]}, "Lunch"),
        ({"categories": ["Red category", "@Training"]}, "Training"),
        ({"show_as": "Free"}, "Available"),
        ({"show_as": "WorkingElsewhere"}, "Available"),
        ({"show_as": "Oof"}, "Meeting"),
        ({"show_as": "Tentative"}, "Meeting"),
        ({"organizer": "bob@example.com"}, "Available"),
        (
            {
                "organizer": "bob@example.com",
                "attendees": [{"email": "Anna@Example.com", "status": "accepted"}],
            },
            "Meeting",
        ),
        (
            {
                "organizer": "bob@example.com",
                "attendees": [
                    {"email": "anna@example.com", "status": "tentativelyAccepted"}
                ],
            },
            "Available",
        ),
        (
            {
                "organizer": "bob@example.com",
                "categories": ["Lunch"],
                "attendees": [{"email": "anna@example.com", "status": "declined"}],
            },
            "Available",
        ),
    ],
)
async def test_what_an_entity_tells_in_its_data_counts(
    hass: HomeAssistant, diary: Diary, clock: Clock, more: dict[str, Any], expected: str
) -> None:
    start, end = at("9:00"), at("10:00")
    diary.enter(start, end, "Budget")
    diary.data = [told(start, end, "Budget", **more)]
    diary.tell()
    stored = followed("calendar.anna", default=MEETING, invitations="accepted")
    stored[0]["settings"]["address"] = "anna@example.com"
    await set_up(hass, subentries_data=with_calendars(PEOPLE, ANNA, stored))
    await clock(at("9:30"))
    assert anna(hass) == expected


async def test_a_private_subject_goes_nowhere_and_the_appointment_counts(
    hass: HomeAssistant,
    diary: Diary,
    clock: Clock,
    own_folder: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    start, end = at("9:00"), at("10:00")
    diary.enter(start, end, "Doctor Nobody @Lunch")
    diary.data = [told(start, end, "Doctor Nobody @Lunch", sensitivity="Private")]
    diary.tell()
    caplog.clear()
    entry = await office_with(hass)
    await clock(at("9:30"))
    assert anna(hass) == "Lunch"
    assert "Doctor" not in repr(entry.runtime_data.people[ANNA].facts.agenda)
    await hass.config_entries.async_unload(entry.entry_id)
    stored = "".join(
        p.read_text() for p in (own_folder / ".storage").glob("xpresence.*")
    )
    assert "coming" in stored
    assert "Doctor" not in stored
    assert not [r for r in caplog.records if "Doctor" in r.getMessage()]


# Reading again


async def test_a_change_of_the_entity_is_read_at_once(
    hass: HomeAssistant, diary: Diary
) -> None:
    await office_with(hass)
    diary.enter(at("7:00"), at("9:00"), "Budget")
    diary.tell()
    await settle(hass)
    assert anna(hass) == "Meeting"


async def test_a_change_far_ahead_is_pushed_too(
    hass: HomeAssistant, diary: Diary
) -> None:
    diary.enter(at("7:00"), at("9:00"), "Budget")
    diary.tell()
    entry = await office_with(hass)
    diary.enter(at("10:00"), at("11:00"), "Later")
    state = hass.states.get("calendar.anna")
    diary.tell()
    await settle(hass)
    assert hass.states.get("calendar.anna") is state
    assert len(entry.runtime_data.people[ANNA].facts.agenda.entries) == 2


async def test_an_entity_that_says_the_same_again_is_not_read_again(
    hass: HomeAssistant, diary: Diary, clock: Clock
) -> None:
    diary.enter(at("9:00"), at("10:00"), "Budget")
    await office_with(hass)
    before = followed_calendar.READ_EVERY
    assert before == timedelta(minutes=15)
    entry_reads = diary.reads
    diary.tell()
    await settle(hass)
    # Home Assistant reads for the subscription; nobody reads because of it.
    assert diary.reads == entry_reads + 1


async def test_every_quarter_of_an_hour_it_is_read_anew(
    hass: HomeAssistant, diary: Diary, clock: Clock
) -> None:
    await office_with(hass)
    diary.enter(at("7:00"), at("9:00"), "Budget")
    await clock(at("8:14"))
    assert anna(hass) == "Available"
    await clock(at("8:16"))
    assert anna(hass) == "Meeting"


async def test_the_window_is_the_offices(hass: HomeAssistant, diary: Diary) -> None:
    soon, late = DAY + timedelta(days=2), DAY + timedelta(days=4)
    diary.enter(at("9:00", soon), at("10:00", soon), "Soon")
    diary.enter(at("9:00", late), at("10:00", late), "Late")
    stored = with_calendars(PEOPLE, ANNA, followed("calendar.anna", default=MEETING))
    entry = await set_up(hass, subentries_data=stored, options={"calendar_days": 2})
    entries = entry.runtime_data.people[ANNA].facts.agenda.entries
    assert [entry.subject for entry in entries] == ["Soon"]


# Trouble


@pytest.mark.parametrize(
    "failure",
    [
        HomeAssistantError("no"),
        ValueError("no"),
        KeyError("x"),
        RecursionError(),
        asyncio.CancelledError(),
    ],
    ids=repr,
)
async def test_a_calendar_that_raises_keeps_its_last_good_appointments(
    hass: HomeAssistant, diary: Diary, clock: Clock, failure: Exception
) -> None:
    diary.enter(at("7:00"), at("12:00"), "Budget")
    entry = await office_with(hass)
    read = calendars(entry).calendars[0].read_at
    diary.failure = failure
    await clock(at("8:16"))
    assert calendars(entry).behind == ("Anna",)
    assert calendars(entry).as_of == read
    await clock(at("9:00"))
    assert anna(hass) == "Meeting"
    diary.failure = None
    await clock(at("9:20"))
    assert calendars(entry).behind == ()
    assert calendars(entry).as_of is None


async def test_a_calendar_that_hangs_delays_no_other(
    hass: HomeAssistant,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow, quick = await diaries(hass, "Slow", "Quick")
    slow.silent = True
    quick.enter(at("7:00"), at("12:00"), "Budget")
    # At once: the clock stands still here, the loop's included.
    at_once = replace(home_assistant.TYPE, deadline=0)
    monkeypatch.setattr(home_assistant, "TYPE", at_once)
    entry = await office_with(hass, "calendar.slow", "calendar.quick")
    assert anna(hass) == "Meeting"
    assert calendars(entry).behind == ("Slow",)
    slow.silent = False
    slow.enter(at("7:30"), at("12:00"), "@Lunch")
    await clock(at("8:16"))
    assert anna(hass) == "Lunch"


async def test_a_calendar_that_is_gone_is_said_so_until_it_is_back(
    hass: HomeAssistant, diary: Diary, clock: Clock
) -> None:
    diary.enter(at("7:00"), at("12:00"), "Budget")
    await office_with(hass)
    await hass.data[DATA_COMPONENT].async_remove_entity("calendar.anna")
    await clock(at("8:16"))
    assert anna(hass) == "Meeting"
    assert "calendar_missing" in issues(hass)
    (again,) = await diaries(hass, "Anna")
    await settle(hass)
    assert again.reads
    assert "calendar_missing" not in issues(hass)
    assert anna(hass) == "Available"


async def registered(hass: HomeAssistant) -> Diary:
    """Set a calendar up that Home Assistant remembers, as one from its own pages."""
    assert await async_setup_component(hass, "calendar", {})
    diary = Diary("Anna")
    diary._attr_unique_id = "1"
    await hass.data[DATA_COMPONENT].async_add_entities([diary])
    await settle(hass)
    return diary


async def test_a_calendar_that_somebody_removed_redirects_no_longer(
    hass: HomeAssistant, clock: Clock
) -> None:
    diary = await registered(hass)
    diary.enter(at("7:00"), at("12:00"), "Budget")
    entry = await office_with(hass)
    assert (anna(hass), target(hass)) == ("Meeting", "Voicemail")
    er.async_get(hass).async_remove("calendar.anna")
    await settle(hass)
    assert (anna(hass), target(hass)) == ("Available", None)
    assert "calendar_missing" in issues(hass)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await settle(hass)
    assert (anna(hass), target(hass)) == ("Available", None)


async def test_a_calendar_removed_while_home_assistant_was_down_holds_nothing(
    hass: HomeAssistant, clock: Clock
) -> None:
    diary = await registered(hass)
    diary.enter(at("7:00"), at("12:00"), "Budget")
    entry = await office_with(hass)
    assert await hass.config_entries.async_unload(entry.entry_id)
    er.async_get(hass).async_remove("calendar.anna")
    await settle(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await settle(hass)
    assert (anna(hass), target(hass)) == ("Available", None)


async def test_a_calendar_treated_as_private_shows_no_subject(
    hass: HomeAssistant, diary: Diary, clock: Clock
) -> None:
    diary.enter(at("7:00"), at("12:00"), "Doctor @Lunch")
    stored = followed("calendar.anna", default=MEETING)
    stored[0]["settings"]["private"] = True
    entry = await set_up(hass, subentries_data=with_calendars(PEOPLE, ANNA, stored))
    await settle(hass)
    assert anna(hass) == "Lunch"
    assert "Doctor" not in repr(entry.runtime_data.people[ANNA].facts.agenda)


async def test_a_calendar_that_gets_another_id_is_followed(
    hass: HomeAssistant, diary: Diary
) -> None:
    registry = er.async_get(hass)
    registry.async_get_or_create(
        "calendar", "test", "1", suggested_object_id="holidays"
    )
    entry = await office_with(hass, "calendar.holidays")
    registry.async_update_entity("calendar.holidays", new_entity_id="calendar.free")
    await settle(hass)
    (stored,) = entry.subentries[ANNA].data["calendars"]
    assert stored["settings"]["entity_id"] == "calendar.free"


async def test_after_a_restart_a_calendar_that_fails_still_holds_what_it_said(
    hass: HomeAssistant, diary: Diary, clock: Clock
) -> None:
    diary.enter(at("7:00"), at("12:00"), "Budget")
    entry = await office_with(hass)
    assert (anna(hass), target(hass)) == ("Meeting", "Voicemail")
    diary.failure = HomeAssistantError("down")
    assert await hass.config_entries.async_reload(entry.entry_id)
    await settle(hass)
    assert (anna(hass), target(hass)) == ("Meeting", "Voicemail")
    await clock(at("12:00"))
    assert (anna(hass), target(hass)) == ("Available", None)


async def test_by_hand_it_says_which_calendar_cannot_be_read(
    hass: HomeAssistant, clock: Clock
) -> None:
    good, bad = await diaries(hass, "Good", "Bad")
    entry = await office_with(hass, "calendar.good", "calendar.bad")
    good.enter(at("7:00"), at("12:00"), "Budget")
    bad.failure = HomeAssistantError("no")
    with pytest.raises(HomeAssistantError) as caught:
        await calendars(entry).async_sync()
    assert caught.value.translation_key == "calendars_not_read"
    assert caught.value.translation_placeholders == {
        "person": "Anna",
        "calendars": "Bad",
    }
    assert anna(hass) == "Meeting"


async def test_whoever_loses_patience_with_a_calendar_spoils_it_for_nobody_else(
    hass: HomeAssistant, diary: Diary
) -> None:
    diary.enter(at("7:00"), at("12:00"), "Budget")
    diary.silent = True
    stored = with_calendars(PEOPLE, ANNA, followed("calendar.anna", default=MEETING))
    stored = with_calendars(stored, BOB, followed("calendar.anna", default=MEETING))
    entry = await set_up(hass, subentries_data=stored, wait=False)
    assert diary.reads == 1
    anna_too = entry.subentries[ANNA]
    hass.config_entries.async_update_subentry(
        entry, anna_too, data={**anna_too.data, "calendars": []}
    )
    await hass.async_block_till_done()
    diary.answer()
    await settle(hass)
    assert anna(hass) == "Available"
    assert bob(hass) == "Meeting"


class Odd:
    """An event that is none, as something may return it."""

    def __init__(self, **said: Any) -> None:
        self._said = said

    def as_dict(self) -> dict[str, Any]:
        return self._said


RUBBISH: dict[str, Any] = {
    "nothing": None,
    "a number": 5,
    "texts": ["BEGIN:VCALENDAR"],
    "no list": object(),
}


@pytest.mark.parametrize("rubbish", RUBBISH.values(), ids=RUBBISH)
async def test_a_calendar_that_returns_rubbish_keeps_its_last_good_appointments(
    hass: HomeAssistant, diary: Diary, clock: Clock, rubbish: Any
) -> None:
    diary.enter(at("7:00"), at("12:00"), "Budget")
    entry = await office_with(hass)
    diary.raw = [rubbish]
    await clock(at("8:16"))
    assert anna(hass) == "Meeting"
    assert calendars(entry).behind == ("Anna",)
    diary.raw.clear()
    await clock(at("8:20"))
    assert calendars(entry).behind == ()


@pytest.mark.parametrize(
    ("said", "holds"),
    [
        ({"start": "2026-11-24T07:00:00+01:00"}, "Available"),
        ({"start": "2026-11-24T07:00:00+01:00", "end": None}, "Available"),
        ({"start": "2026-11-24"}, "Lunch"),
        ({"start": "2026-11-24", "end": "2026-11-24"}, "Lunch"),
        ({"end": "2026-11-24T12:00:00+01:00"}, "Available"),
        ({"start": "soon", "end": "later"}, "Available"),
        (
            {"start": "2026-11-24T12:00:00+01:00", "end": "2026-11-24T07:00:00+01:00"},
            "Available",
        ),
    ],
)
async def test_an_event_without_a_proper_end_or_start_harms_no_other(
    hass: HomeAssistant, diary: Diary, clock: Clock, said: dict[str, Any], holds: str
) -> None:
    later = {"start": at("9:00").isoformat(), "end": at("10:00").isoformat()}
    diary.raw = [
        [Odd(summary="@Lunch", **said), Odd(summary="@Training", uid="1", **later)]
    ]
    entry = await office_with(hass)
    assert anna(hass) == holds
    assert calendars(entry).behind == ()
    await clock(at("9:30"))
    assert anna(hass) == "Training"


HOSTILE = {
    "very long": "A" * 1_000_000,
    "lines and nul": "Line\r\nAction: DBPut\x00\x1b[31m",
    "turned round": "\u202egnineerT\u2066\u200f",
    "markup": "<script>alert(1)</script>{{ states('sun.sun') }}",
    "markers": "@" * 50_000,
    "words": "@a " * 50_000,
    "half a character": "\ud800 budget",
}


@pytest.mark.parametrize("subject", HOSTILE.values(), ids=HOSTILE)
async def test_a_hostile_subject_is_kept_to_one_plain_line(
    hass: HomeAssistant, diary: Diary, clock: Clock, subject: str
) -> None:
    diary.enter(at("7:00"), at("12:00"), subject, description=subject)
    diary.enter(at("7:30"), at("12:00"), "@Lunch")
    entry = await office_with(hass)
    assert anna(hass) == "Lunch"
    agenda = entry.runtime_data.people[ANNA].facts.agenda
    kept = agenda.entries[0].subject
    assert len(agenda.entries) == 2
    assert kept.isprintable()
    assert len(kept) <= 255
    kept.encode()


# Nobody works for nothing


async def test_what_is_pushed_is_not_read_once_more(
    hass: HomeAssistant, diary: Diary
) -> None:
    diary.enter(at("9:00"), at("10:00"), "Budget")
    await office_with(hass)
    before = diary.reads
    diary.enter(at("7:00"), at("9:00"), "Urgent")
    diary.tell()
    await settle(hass)
    assert anna(hass) == "Meeting"
    # Home Assistant read for the subscription, and what it read was taken.
    assert diary.reads == before + 1


async def test_a_calendar_of_many_is_read_and_understood_once(
    hass: HomeAssistant, diary: Diary
) -> None:
    diary.at_once = False
    diary.enter(at("7:00"), at("12:00"), "Budget")
    stored = with_calendars(PEOPLE, ANNA, followed("calendar.anna", default=MEETING))
    stored = with_calendars(stored, BOB, followed("calendar.anna", default=MEETING))
    entry = await set_up(hass, subentries_data=stored)
    assert diary.reads == 1
    assert (anna(hass), bob(hass)) == ("Meeting", "Meeting")
    (hers,), (his,) = (
        entry.runtime_data.people[who].facts.agenda.entries for who in (ANNA, BOB)
    )
    assert hers is his


async def test_an_hour_in_which_nothing_happens_is_four_readings(
    hass: HomeAssistant, diary: Diary, clock: Clock
) -> None:
    diary.enter(at("7:00"), at("12:00"), "Budget")
    entry = await office_with(hass)
    agenda = entry.runtime_data.people[ANNA].facts.agenda
    before = diary.reads
    for minute in range(1, 61):
        await clock(at("8:00") + timedelta(minutes=minute))
    assert diary.reads == before + 4
    assert entry.runtime_data.people[ANNA].facts.agenda is agenda


# Zones and clocks


async def test_an_all_day_entry_begins_at_the_persons_own_midnight(
    hass: HomeAssistant, diary: Diary, clock: Clock
) -> None:
    day = DAY + timedelta(days=1)
    diary.enter(day, day + timedelta(days=1), "Away @Lunch")
    tokyo = ZoneInfo("Asia/Tokyo")
    stored = with_calendars(
        PEOPLE, ANNA, followed("calendar.anna"), time_zone="Asia/Tokyo"
    )
    await set_up(hass, subentries_data=stored)
    await clock(at("23:59", DAY, tokyo))
    assert anna(hass) == "Available"
    await clock(at("0:00", day, tokyo))
    assert anna(hass) == "Lunch"
    await clock(at("0:00", day + timedelta(days=1), tokyo))
    assert anna(hass) == "Available"


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2027, 3, 28), 23), (date(2026, 10, 25), 25)]
)
async def test_a_day_with_another_length_is_whole(
    hass: HomeAssistant,
    diary: Diary,
    clock: Clock,
    freezer: FrozenDateTimeFactory,
    day: date,
    hours: int,
) -> None:
    freezer.move_to(at("12:00", day - timedelta(days=1)))
    diary.enter(day, day + timedelta(days=1), "Away @Lunch")
    await office_with(hass)
    begin = at("0:00", day).astimezone(dt_util.UTC)
    await clock(begin)
    assert anna(hass) == "Lunch"
    await clock(begin + timedelta(hours=hours, seconds=-1))
    assert anna(hass) == "Lunch"
    await clock(begin + timedelta(hours=hours))
    assert anna(hass) == "Available"


# Profiles that come and go


async def test_a_profile_named_in_an_appointment_may_be_made_later(
    hass: HomeAssistant, diary: Diary
) -> None:
    diary.enter(at("7:00"), at("12:00"), "Quiet @Deep work")
    entry = await office_with(hass)
    assert anna(hass) == "Meeting"
    from homeassistant.config_entries import ConfigSubentry

    made = profile("01PROFILEDEEPWORK000000000", "Deep work", "do_not_disturb")
    hass.config_entries.async_add_subentry(
        entry, ConfigSubentry(**{**made, "data": dict(made["data"])})
    )
    await settle(hass)
    assert anna(hass) == "Deep work"


async def test_the_training_is_gone_with_its_calendar(
    hass: HomeAssistant, diary: Diary
) -> None:
    diary.enter(at("7:00"), at("12:00"), "Budget")
    entry = await office_with(hass, default=COLLEAGUE)
    assert anna(hass) == "Training"
    subentry = entry.subentries[ANNA]
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**subentry.data, "calendars": []}
    )
    await settle(hass)
    assert (anna(hass), target(hass)) == ("Available", None)


# A new person


async def new_person(
    hass: HomeAssistant, office: MockConfigEntry, **more: Any
) -> dict[str, Any]:
    flows = hass.config_entries.subentries
    form = await flows.async_init(
        (office.entry_id, "person"), context={"source": "user"}
    )
    wishes = {"name": "Carol", "extension": "102", "default_profile": AVAILABLE}
    made = await flows.async_configure(form["flow_id"], wishes | more)
    await settle(hass)
    return dict(made)


async def test_a_new_persons_telephone_follows_their_calendar_from_the_first_page_on(
    hass: HomeAssistant, diary: Diary
) -> None:
    diary.enter(at("8:00"), at("9:00"), "Budget")
    office = await set_up(hass, subentries_data=PEOPLE)
    made = await new_person(hass, office, calendar="calendar.anna")
    assert made["type"] == "create_entry"
    state = hass.states.get("select.carol_profile")
    assert state is not None
    assert state.state == "Meeting"
    redirect = hass.states.get("sensor.carol_redirect")
    assert redirect is not None
    assert redirect.attributes["target"] == "Voicemail"


async def test_with_no_profile_for_meetings_only_those_that_name_one_count(
    hass: HomeAssistant, diary: Diary
) -> None:
    diary.enter(at("8:00"), at("9:00"), "Budget")
    diary.enter(at("8:00"), at("9:00"), "@Lunch")
    people = [one for one in PEOPLE if one.get("subentry_id") != MEETING]
    office = await set_up(hass, subentries_data=people)
    await new_person(hass, office, calendar="calendar.anna")
    state = hass.states.get("select.carol_profile")
    assert state is not None
    assert state.state == "Lunch"


async def test_a_calendar_of_ours_is_refused_on_the_first_page_and_nothing_is_lost(
    hass: HomeAssistant, diary: Diary
) -> None:
    office = await set_up(hass, subentries_data=PEOPLE)
    for wrong, problem in (
        ("calendar.anna_appointments", "calendar_own"),
        ("calendar.nowhere", "calendar_missing"),
    ):
        refused = await new_person(hass, office, calendar=wrong)
        assert refused["errors"] == {"calendar": problem}
        assert_worded(refused, EN["config_subentries"]["person"])
        (asked,) = (key for key in refused["data_schema"].schema if key == "extension")
        assert asked.description == {"suggested_value": "102"}
