"""Whoever tapped Available stays available over a restart, whatever it was over.

Each row is a morning: what begins at ten, what is tapped at 10:10, what changed while
Home Assistant was down, and what holds at which times afterwards.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.xpresence.presence.line import CallState, Line
from tests.calendars import Diary, clear, diaries, followed
from tests.inputs.day import BERLIN, LUNCH, QUIET, Day, pc, rule
from tests.office import COLLEAGUE, MEETING
from tests.team import set_up_team
from tests.test_coordinator import SELECT

TODAY = date(2026, 11, 24)
LOCK, IDLE, POWER = "binary_sensor.lock", "sensor.idle", "binary_sensor.pc"
ZONE = "person.anna"


def at(clock: str, day: date = TODAY) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), BERLIN)


class Morning(Day):
    """Anna's morning, with a calendar."""

    diary: Diary

    async def jump(self, clock: str, day: date | None = None) -> None:
        """Let the clock show a time; what is due by then happens."""
        then = at(clock, day or self.now.date())
        for moment in (then, then + timedelta(seconds=1)):
            self.now = moment
            self.clock.move_to(moment)
            async_fire_time_changed(self.hass, dt_util.utcnow())
            await self.settle()

    def enter(self, start: str, end: str, **more: Any) -> None:
        self.diary.enter(at(start), at(end), more.pop("summary", "Budget"), **more)

    async def tell(self) -> None:
        self.diary.tell()
        await self.settle()

    async def act(self, action: str, **said: Any) -> None:
        await self.hass.services.async_call(
            "xpresence", action, {"entity_id": SELECT, **said}, blocking=True
        )
        await self.settle()

    async def hears(self, call: CallState) -> None:
        loop = self.state.loop
        loop.observe(replace(loop.line or Line("100"), call=call))
        await self.settle()


type Step = Callable[[Morning], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One dismissal, over a restart."""

    begins: Step
    before: str = "Meeting"
    settings: Mapping[str, Any] = field(default_factory=dict)
    tapped: str = "Available"
    said: Mapping[str, Any] = field(default_factory=dict)
    meanwhile: Step | None = None
    silent: tuple[str, ...] = ()
    """Entities that say nothing at first after the restart."""
    then: tuple[tuple[str, str], ...]
    """What holds at which times; a step in between is in ``later``."""
    later: Mapping[str, Step] = field(default_factory=dict)
    """What happens at a time of ``then``, just before it is looked at."""


def entered(*events: tuple[str, str, Mapping[str, Any]]) -> Step:
    async def begin(day: Morning) -> None:
        for start, end, more in events:
            day.enter(start, end, **more)
        await day.tell()

    return begin


def says(entity: str, state: str | None, attributes: Any = None) -> Step:
    async def step(day: Morning) -> None:
        await day.says(entity, state, attributes)

    return step


def changed(*numbers: int, **more: Any) -> Step:
    """Return how appointments are changed; without a word they are cancelled."""

    async def step(day: Morning) -> None:
        for number in sorted(numbers or (0,), reverse=True):
            if more:
                day.diary.events[number] = replace(day.diary.events[number], **more)
            else:
                del day.diary.events[number]

    return step


async def all_day(day: Morning) -> None:
    day.diary.enter(TODAY, TODAY + timedelta(days=3), "Fair")
    await day.tell()


async def entered_again(day: Morning) -> None:
    day.enter("10:00", "11:00", uid="event-0")
    await day.tell()


async def planned(day: Morning) -> None:
    start, end = (at(clock).isoformat() for clock in ("10:05", "11:00"))
    await day.act("plan_presence", profile="Lunch", start=start, end=end)
    await day.jump("10:06")


async def in_call(day: Morning) -> None:
    await day.hears(CallState.IN_CALL)


async def hung_up_and_called(day: Morning) -> None:
    await day.hears(CallState.IDLE)
    await day.hears(CallState.IN_CALL)


async def locked(day: Morning) -> None:
    await day.says(LOCK, "on")
    await day.jump("10:09")


async def came_and_locked(day: Morning) -> None:
    await day.says(LOCK, "off")
    await day.jump("10:35")
    await day.says(LOCK, "on")
    await day.jump("10:50")


async def asleep(day: Morning) -> None:
    """Let the PC say when it was used last, and nothing more."""
    await day.says(IDLE, at("09:57").isoformat())
    await day.jump("10:08")


async def used_and_left(day: Morning) -> None:
    await day.says(IDLE, day.now.isoformat())
    await day.jump("10:50")


async def switched_off(day: Morning) -> None:
    await day.says(POWER, "off")
    await day.jump("10:09")


async def switched_on_and_off(day: Morning) -> None:
    await day.says(POWER, "on")
    await day.jump("10:40")
    await day.says(POWER, "off")
    await day.jump("10:50")


async def started(day: Morning) -> None:
    await day.says(POWER, "on")


async def left_and_back(day: Morning) -> None:
    await day.says(ZONE, "home")
    await day.says(ZONE, "away")


BUDGET = entered(("10:00", "11:00", {}))
ZONED = {"rules": [rule(ZONE, ["away"], LUNCH)]}
LOCKING = pc({"locked": LOCK})
ROWS = {
    "an appointment": Row(
        begins=entered(("10:00", "11:00", {}), ("11:00", "12:00", {})),
        then=(("10:20", "Available"), ("11:00", "Meeting"), ("12:00", "Available")),
    ),
    "moved while it was down": Row(
        begins=BUDGET,
        meanwhile=changed(start=at("10:30"), end=at("11:30")),
        then=(("10:20", "Available"), ("10:45", "Available"), ("11:15", "Available")),
    ),
    "moved to another time while it was down": Row(
        begins=BUDGET,
        meanwhile=changed(start=at("11:00"), end=at("12:00")),
        then=(("10:45", "Available"), ("11:15", "Meeting")),
    ),
    "extended while it was down": Row(
        begins=BUDGET,
        meanwhile=changed(end=at("12:00")),
        then=(("10:45", "Available"), ("11:45", "Available")),
    ),
    "shortened while it was down": Row(
        begins=entered(("10:00", "11:00", {}), ("10:30", "11:30", {"uid": "other"})),
        meanwhile=changed(0, end=at("10:25")),
        then=(("10:20", "Available"), ("10:28", "Available"), ("10:30", "Meeting")),
    ),
    "cancelled while it was down, and entered again": Row(
        begins=BUDGET,
        meanwhile=changed(),
        then=(("10:20", "Available"), ("10:30", "Available")),
        later={"10:30": entered_again},
    ),
    "all-day": Row(
        begins=all_day,
        then=(("10:20", "Available"), ("23:59", "Available")),
    ),
    "recurring": Row(
        begins=entered(
            ("10:00", "10:30", {"uid": "daily", "recurrence_id": "1"}),
            ("11:00", "11:30", {"uid": "daily", "recurrence_id": "2"}),
        ),
        then=(("10:20", "Available"), ("11:05", "Meeting")),
    ),
    "two that overlap": Row(
        begins=entered(
            ("09:30", "11:00", {}), ("10:00", "10:40", {}), ("10:50", "11:20", {})
        ),
        then=(("10:20", "Available"), ("10:45", "Available"), ("10:55", "Meeting")),
    ),
    "planned presence": Row(
        begins=planned,
        before="Lunch",
        then=(("10:20", "Available"), ("10:59", "Available")),
    ),
    "without uid": Row(
        begins=entered(("10:00", "11:00", {"uid": None})),
        meanwhile=changed(end=at("11:30")),
        then=(("10:20", "Available"), ("11:15", "Available")),
    ),
    "without uid, another beside it": Row(
        begins=entered(
            ("10:00", "11:30", {"uid": None}), ("11:00", "11:20", {"uid": None})
        ),
        then=(("10:20", "Available"), ("11:10", "Meeting"), ("11:25", "Available")),
    ),
    "a call": Row(
        begins=in_call,
        before="Quiet",
        settings={"call_profiles": {"pbx": QUIET}},
        then=(("10:20", "Available"), ("10:30", "Quiet")),
        later={"10:20": in_call, "10:30": hung_up_and_called},
    ),
    "locked": Row(
        begins=locked,
        before="Quiet",
        settings=LOCKING,
        silent=(LOCK,),
        then=(("10:20", "Available"), ("10:30", "Available"), ("10:31", "Quiet")),
        later={"10:20": says(LOCK, "on"), "10:31": came_and_locked},
    ),
    "asleep": Row(
        begins=asleep,
        before="Back soon",
        settings=pc({"last_input": IDLE}),
        silent=(IDLE,),
        then=(("10:20", "Available"), ("10:30", "Available"), ("10:31", "Back soon")),
        later={
            "10:20": says(IDLE, at("09:57").isoformat()),
            "10:31": used_and_left,
        },
    ),
    "the session ended": Row(
        begins=switched_off,
        before="Gone home",
        settings=pc({"session": POWER}),
        then=(("10:20", "Available"), ("10:30", "Available"), ("10:31", "Gone home")),
        later={"10:31": switched_on_and_off},
    ),
    "the start": Row(
        begins=started,
        before="At work",
        settings=pc({"session": POWER}),
        silent=(POWER,),
        then=(("10:20", "Available"), ("15:00", "Available")),
        later={"10:20": says(POWER, "on")},
    ),
    "a rule": Row(
        begins=says(ZONE, "away"),
        before="Lunch",
        settings=ZONED,
        silent=(ZONE,),
        then=(("10:20", "Available"), ("10:30", "Available"), ("10:40", "Lunch")),
        later={"10:20": says(ZONE, "away"), "10:40": left_and_back},
    ),
    "the default profile is not available": Row(
        begins=BUDGET,
        settings={"default_profile": QUIET},
        tapped="Quiet",
        then=(("10:20", "Quiet"), ("11:30", "Quiet")),
    ),
    "available over a default profile that forwards": Row(
        begins=BUDGET,
        settings={"default_profile": COLLEAGUE},
        then=(("10:20", "Available"), ("11:30", "Available")),
    ),
    "available that is not the default, without an end": Row(
        begins=entered(("10:00", "11:00", {}), ("11:00", "12:00", {})),
        tapped="At work",
        then=(("10:20", "At work"), ("11:30", "Meeting"), ("12:30", "At work")),
    ),
    "available that is not the default, with an end": Row(
        begins=BUDGET,
        tapped="At work",
        said={"for": {"minutes": 30}},
        then=(("10:20", "At work"), ("10:45", "Meeting")),
    ),
    "with an end over the next one": Row(
        begins=entered(("10:00", "11:00", {}), ("11:00", "12:00", {})),
        said={"for": {"minutes": 80}},
        then=(("10:20", "Available"), ("11:15", "Available"), ("11:35", "Meeting")),
    ),
}


@pytest.fixture(autouse=True)
async def folder(hass: HomeAssistant, own_folder: Any) -> AsyncGenerator[None]:
    await hass.config.async_set_time_zone("Europe/Berlin")
    yield
    await clear(hass)


@pytest.fixture
async def day(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Morning:
    day = Morning(hass, freezer, "2026-11-24 10:00")
    (day.diary,) = await diaries(hass, "Outlook")
    for entity, state in ((POWER, "on"), (LOCK, "off"), (ZONE, "home")):
        hass.states.async_set(entity, state)
    hass.states.async_set(IDLE, at("09:57").isoformat())
    return day


async def begin(day: Morning, **settings: Any) -> None:
    calendars = followed("calendar.outlook", default=MEETING)
    await day.begin(**{"calendars": calendars, **settings})


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
async def test_what_was_dismissed_stays_dismissed_over_a_restart(
    day: Morning, row: Row
) -> None:
    await begin(day, **row.settings)
    await row.begins(day)
    await day.jump("10:10")
    assert day.profile == row.before
    await day.act("set_profile", profile=row.tapped, **row.said)
    assert day.profile == row.tapped
    known = day.state.facts.dismissed
    if row.meanwhile:
        await row.meanwhile(day)
    await day.restart(*row.silent)
    assert day.profile == row.tapped
    assert bool(known) == (not row.said)
    for clock, expected in row.then:
        await day.jump(clock)
        if step := row.later.get(clock):
            await step(day)
        assert (clock, day.profile) == (clock, expected)


@pytest.mark.parametrize(
    "night",
    [
        pytest.param(date(2026, 11, 25), id="a plain night"),
        pytest.param(date(2027, 3, 28), id="the clock is put forward"),
        pytest.param(date(2026, 10, 25), id="the clock is put back"),
    ],
)
async def test_an_all_day_appointment_counts_again_at_four_after_restarts(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, night: date
) -> None:
    eve = night - timedelta(days=1)
    day = Morning(hass, freezer, f"{eve} 10:00")
    (day.diary,) = await diaries(hass, "Outlook")
    day.diary.enter(eve, night + timedelta(days=2), "Fair")
    await begin(day)
    await day.act("set_profile", profile="Available")
    await day.restart()
    assert day.profile == "Available"
    await day.jump("03:50", night)
    await day.restart()
    await day.jump("03:59", night)
    assert day.profile == "Available"
    await day.jump("04:00", night)
    assert day.profile == "Meeting"
    await day.restart()
    assert day.profile == "Meeting"


async def test_chosen_twice_with_a_restart_between_is_chosen_once(day: Morning) -> None:
    await begin(day)
    await BUDGET(day)
    for _ in range(2):
        await day.act("set_profile", profile="Available")
        await day.restart()
        assert day.profile == "Available"
    assert len(day.state.facts.dismissed) == 1
    await day.act("resume_automatic")
    await day.restart()
    assert day.profile == "Meeting"


async def test_automatic_off_ends_it_and_that_is_so_after_a_restart(
    day: Morning,
) -> None:
    await begin(day)
    await BUDGET(day)
    await day.act("set_profile", profile="Available")
    for service, expected in (("turn_off", "Available"), ("turn_on", "Meeting")):
        await switch_automatic(day, service)
        await day.restart()
        assert (service, day.profile) == (service, expected)


async def switch_automatic(day: Morning, service: str) -> None:
    await day.hass.services.async_call(
        "switch", service, {"entity_id": "switch.anna_automatic"}, blocking=True
    )
    await day.settle()


async def test_a_delegates_choice_is_theirs_after_a_restart(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    day = Morning(hass, freezer, "2026-11-24 10:00")
    (day.diary,) = await diaries(hass, "Outlook")
    calendars = followed("calendar.outlook", default=MEETING)
    team = await set_up_team(hass, anna={"calendars": calendars})
    day.entry = team.entry
    await BUDGET(day)
    assert day.profile == "Meeting"
    await hass.services.async_call(
        "xpresence",
        "set_profile",
        {"entity_id": SELECT, "profile": "Available"},
        blocking=True,
        context=team.context("dora"),
    )
    (before,) = day.state.facts.dismissed
    assert before.by
    await day.restart()
    assert day.profile == "Available"
    assert day.state.facts.dismissed == (before,)
