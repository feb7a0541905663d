"""A clock that is set to another time is followed within a minute."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from homeassistant.util import dt as dt_util
import pytest

from custom_components.xpresence.engine import clock as clock_module
from custom_components.xpresence.engine.clock import Clock, clock_of

from .day import Day, pc

USED = "sensor.pc_last_active"
IDLE = "sensor.pc_idle"
LOCK = "binary_sensor.pc_locked"
PROFILE = {"entity_id": "select.anna_profile"}

type SetClock = Callable[[timedelta], Any]


@pytest.fixture
def set_clock(day: Day, monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """Return what sets the clock; no timer runs but what is due by its new time."""
    monkeypatch.setattr(
        Clock, "_difference", lambda _clock: dt_util.utcnow().timestamp()
    )

    async def set_by(by: timedelta) -> None:
        clock = clock_of(day.hass)
        clock._ahead = clock._difference()
        day.now += by
        day.clock.move_to(day.now)
        clock.compare()
        await day.settle()

    return set_by


HOUR = timedelta(hours=1)
BOTH = pytest.mark.parametrize("by", [HOUR, -HOUR], ids=["forward", "back"])


async def act(day: Day, name: str, **said: Any) -> None:
    await day.hass.services.async_call(
        "xpresence", name, {**PROFILE, **said}, blocking=True
    )
    await day.settle()


async def test_a_choice_ends_by_the_new_time(day: Day, set_clock: SetClock) -> None:
    await day.begin()
    await act(day, "set_profile", profile="Meeting", until="2026-11-24T08:50:00+01:00")
    assert day.profile == "Meeting"
    await set_clock(HOUR)
    assert day.profile == "Available"


async def test_a_choice_goes_on_until_its_end_by_the_new_time(
    day: Day, set_clock: SetClock
) -> None:
    await day.begin()
    await act(day, "set_profile", profile="Meeting", until="2026-11-24T08:50:00+01:00")
    await day.after(30)
    await set_clock(-HOUR)
    await day.after(75)
    assert day.profile == "Meeting"
    await day.after(10)
    assert day.profile == "Available"


async def test_what_was_planned_begins_by_the_new_time(
    day: Day, set_clock: SetClock
) -> None:
    await day.begin()
    await act(
        day,
        "plan_presence",
        profile="Meeting",
        start="2026-11-24T08:30:00+01:00",
        end="2026-11-24T10:00:00+01:00",
    )
    assert day.profile == "Available"
    await set_clock(HOUR)
    assert day.profile == "Meeting"
    await set_clock(-HOUR)
    assert day.profile == "Available"


async def test_an_own_redirect_ends_by_the_new_time(
    day: Day, set_clock: SetClock
) -> None:
    await day.begin()
    await act(
        day,
        "set_redirect",
        mode="forward",
        target="101",
        until="2026-11-24T08:50:00+01:00",
    )
    assert day.calls == "Bob"
    await set_clock(HOUR)
    await day.after(0.2)
    assert day.calls == "off"


@BOTH
@pytest.mark.parametrize("entity", [USED, IDLE])
async def test_who_has_just_typed_is_away_ten_minutes_later_and_not_before(
    day: Day, set_clock: SetClock, by: timedelta, entity: str
) -> None:
    await day.after(60)
    said = day.clock_of_pc("9:00") if entity == USED else "0"
    await day.says(entity, said)
    await day.begin(**pc({"last_input" if entity == USED else "idle": entity}))
    await day.after(1)
    assert day.profile == "Available"
    await set_clock(by)
    assert day.profile == "Available"
    await day.after(8)
    assert day.profile == "Available"
    await day.after(2)
    assert day.profile == "Back soon"


@BOTH
async def test_lunch_ends_when_somebody_is_back(
    day: Day, set_clock: SetClock, by: timedelta
) -> None:
    await day.says(LOCK, "off")
    await day.begin(**pc({"locked": LOCK}))
    await day.after(1)
    await act(day, "set_profile", profile="Lunch")
    await day.after(1)
    await day.says(LOCK, "on")
    await day.after(1)
    await set_clock(by)
    assert day.profile == "Lunch"
    await day.after(2)
    assert day.profile == "Lunch"
    await day.says(LOCK, "off")
    await day.after(1)
    assert day.profile == "Available"


@BOTH
async def test_what_was_dismissed_stays_so_until_somebody_is_back(
    day: Day, set_clock: SetClock, by: timedelta
) -> None:
    await day.says(LOCK, "off")
    await day.begin(**pc({"locked": LOCK}))
    await day.says(LOCK, "on")
    await day.after(1)
    assert day.profile == "Quiet"
    await act(day, "set_profile", profile="Available")
    assert day.profile == "Available"
    await set_clock(by)
    await day.after(1)
    assert day.profile == "Available"
    await day.says(LOCK, "off")
    await day.after(1)
    await day.says(LOCK, "on")
    await day.after(1)
    assert day.profile == "Quiet"


async def test_small_corrections_move_nothing(day: Day, set_clock: SetClock) -> None:
    await day.begin()
    told = []
    stop = clock_of(day.hass).listen(told.append)
    for seconds in (1, -1, 3):
        await set_clock(timedelta(seconds=seconds))
    assert told == []
    await set_clock(timedelta(seconds=6))
    assert [move.by for move in told] == [timedelta(seconds=6)]
    stop()


async def test_the_clock_is_compared_within_a_minute_while_anybody_waits(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert clock_module.CHECK_EVERY > 60  # For tests alone, by conftest.py.
    monkeypatch.undo()
    assert clock_module.CHECK_EVERY < 60
    await day.begin()
    clock = clock_of(day.hass)
    assert clock._check is not None
    await day.hass.config_entries.async_unload(day.entry.entry_id)
    await day.settle()
    assert clock._check is None
