"""Days as the seed tells them: calendar, PC and plans together, hour by hour."""

from collections.abc import AsyncGenerator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import pytest

from ..calendars import clear, diaries, followed
from ..inputs.day import BERLIN, Day, pc
from ..office import MEETING

POWER = "binary_sensor.pc"
TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.fixture(autouse=True)
async def folder(hass: HomeAssistant, own_folder: Any) -> AsyncGenerator[None]:
    await hass.config.async_set_time_zone("Europe/Berlin")
    yield
    await clear(hass)


@pytest.fixture
def day(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Day:
    return Day(hass, freezer)


def at(clock: str, on: date = date(2026, 11, 24), zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.combine(on, time.fromisoformat(f"{clock:0>5}"), zone)


async def plan(hass: HomeAssistant, start: str, end: str, name: str = "Lunch") -> None:
    await hass.services.async_call(
        "xpresence",
        "plan_presence",
        {
            "entity_id": "select.anna_profile",
            "profile": name,
            "start": start,
            "end": end,
        },
        blocking=True,
    )


async def test_a_restart_at_lunch_in_a_training_with_the_calendar_down(
    hass: HomeAssistant, day: Day
) -> None:
    (diary,) = await diaries(hass, "Outlook")
    diary.enter(at("9:00"), at("17:00"), "First aid @Training")
    diary.enter(at("12:00"), at("13:00"), "@Lunch")
    await day.begin(calendars=followed("calendar.outlook", default=MEETING))
    await day.at("12:30")
    assert (day.profile, day.calls) == ("Lunch", "Voicemail")
    diary.failure = HomeAssistantError("down")
    await day.restart()
    assert (day.profile, day.calls) == ("Lunch", "Voicemail")
    source = hass.states.get("select.anna_profile")
    assert source is not None
    assert source.attributes["calendars_behind"] == 1
    assert source.attributes["appointments_as_of"] is not None
    await day.at("13:00")
    assert (day.profile, day.calls) == ("Training", "Bob")
    await day.at("17:00")
    assert (day.profile, day.calls) == ("Available", "off")


async def test_an_evening_a_night_and_a_morning_with_an_appointment(
    hass: HomeAssistant, day: Day
) -> None:
    (diary,) = await diaries(hass, "Outlook")
    tomorrow = date(2026, 11, 25)
    diary.enter(at("17:00"), at("18:00"), "Late one")
    diary.enter(at("8:30", tomorrow), at("9:00", tomorrow), "Early one")
    await day.says(POWER, "on")
    await day.begin(
        **pc({"session": POWER}),
        calendars=followed("calendar.outlook", default=MEETING),
    )
    await day.at("17:30")
    assert (day.profile, day.calls) == ("Meeting", "Voicemail")
    # Gone in the middle of it: the appointment holds to its end, then the evening.
    await day.says(POWER, "off")
    await day.at("17:45")
    assert day.profile == "Meeting"
    await day.at("18:00")
    assert (day.profile, day.calls) == ("Gone home", "Voicemail")
    await day.after(14 * 60)
    await day.says(POWER, "on")
    assert (day.profile, day.calls) == ("At work", "off")
    await day.at("8:30")
    assert (day.profile, day.calls) == ("Meeting", "Voicemail")
    await day.at("9:00")
    assert (day.profile, day.calls) == ("At work", "off")


async def test_an_invitation_counts_from_when_it_is_accepted(
    hass: HomeAssistant, day: Day
) -> None:
    (diary,) = await diaries(hass, "Outlook")
    start, end = at("8:00"), at("12:00")
    diary.enter(start, end, "Budget")

    def told(answer: str) -> list[dict[str, Any]]:
        return [
            {
                "summary": "Budget",
                "start": start,
                "end": end,
                "all_day": False,
                "categories": [],
                "sensitivity": "Normal",
                "show_as": "Busy",
                "organizer": "bob@example.com",
                "attendees": [{"email": "anna@example.com", "status": answer}],
                "uid": "Budget",
            }
        ]

    diary.data = told("notResponded")
    diary.tell()
    calendars = followed("calendar.outlook", default=MEETING, invitations="accepted")
    calendars[0]["settings"]["address"] = "anna@example.com"
    await day.begin(calendars=calendars)
    assert day.profile == "Available"
    diary.data = told("accepted")
    diary.tell()
    await day.settle()
    assert day.profile == "Meeting"
    diary.data = told("declined")
    diary.tell()
    await day.settle()
    assert day.profile == "Available"


async def test_a_plan_waits_under_an_appointment_that_began_later(
    hass: HomeAssistant, day: Day
) -> None:
    (diary,) = await diaries(hass, "Outlook")
    diary.enter(at("10:00"), at("11:00"), "@Training")
    await day.begin(calendars=followed("calendar.outlook", default=MEETING))
    await plan(hass, "2026-11-24 09:00:00", "2026-11-24 12:00:00", "Meeting")
    for clock, profile, calls in (
        ("9:00", "Meeting", "Voicemail"),
        ("10:00", "Training", "Bob"),
        ("11:00", "Meeting", "Voicemail"),
        ("12:00", "Available", "off"),
    ):
        await day.at(clock)
        assert (day.profile, day.calls) == (profile, calls)


@pytest.mark.parametrize(
    ("on", "hours"), [(date(2027, 3, 28), 2), (date(2026, 10, 25), 4)]
)
async def test_a_plan_over_the_change_of_clocks_lasts_by_the_clock_on_the_wall(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, on: date, hours: int
) -> None:
    day = Day(hass, freezer, f"{on - timedelta(days=1)} 23:50")
    await day.begin()
    await plan(hass, f"{on} 01:00:00", f"{on} 04:00:00")
    await day.after(70)
    assert day.profile == "Lunch"
    await day.after(hours * 60 - 1)
    assert day.profile == "Lunch"
    await day.after(1)
    assert day.profile == "Available"


async def test_who_lives_elsewhere_has_an_own_midnight_and_the_same_instants(
    hass: HomeAssistant, day: Day
) -> None:
    (diary,) = await diaries(hass, "Outlook")
    on = date(2026, 11, 24)
    diary.enter(at("9:00"), at("10:00"), "Call with Berlin")
    diary.enter(on, on + timedelta(days=1), "Offsite @Training")
    await day.begin(
        calendars=followed("calendar.outlook", default=MEETING), time_zone="Asia/Tokyo"
    )
    await day.at("9:00")
    assert day.profile == "Meeting"
    await day.at("10:00")
    assert day.profile == "Training"
    answer = await hass.services.async_call(
        "xpresence",
        "get_appointments",
        {"entity_id": "select.anna_profile"},
        blocking=True,
        return_response=True,
    )
    assert answer is not None
    people: Any = answer["people"]
    offsite, call = people[0]["appointments"]
    assert offsite["start"] == "2026-11-24T00:00:00+09:00"
    assert call["start"] == at("17:00", zone=TOKYO).isoformat()
    # Midnight in Tokyo is four in the afternoon here.
    await day.at("15:59")
    assert day.profile == "Training"
    await day.at("16:00")
    assert day.profile == "Available"
    assert dt_util.get_default_time_zone() != TOKYO
