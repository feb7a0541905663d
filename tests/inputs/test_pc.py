"""A person's PC through Home Assistant's entities: the stories and the known lies."""

from datetime import datetime
from typing import Any

import pytest

from .day import BERLIN, Day, pc

POWER = "binary_sensor.pc"
LOCK = "binary_sensor.pc_locked"
USED = "sensor.pc_last_active"
IDLE = "sensor.pc_idle"
ACTIVE = "binary_sensor.mac_active"


# The seed's stories


async def test_shutting_down_in_the_evening_leads_to_voicemail_until_the_morning(
    day: Day,
) -> None:
    await day.says(POWER, "on")
    await day.begin(**pc({"session": POWER}))
    assert (day.profile, day.calls) == ("At work", "off")
    await day.at("17:30")
    await day.says(POWER, "off")
    await day.at("17:31")
    assert (day.profile, day.calls) == ("Gone home", "Voicemail")
    await day.at("23:00")
    assert day.calls == "Voicemail"
    await day.says(POWER, "on")
    assert (day.profile, day.calls) == ("At work", "off")


async def test_an_unused_pc_sends_calls_to_voicemail_until_somebody_is_there(
    day: Day,
) -> None:
    await day.says(USED, day.clock_of_pc("8:00"))
    await day.begin(**pc({"last_input": USED}))
    await day.at("8:09")
    assert day.profile == "Available"
    await day.says(USED, day.clock_of_pc("8:09"))
    await day.at("8:18")
    assert day.profile == "Available"
    await day.at("8:19")
    assert (day.profile, day.calls) == ("Back soon", "Voicemail")
    await day.at("10:00")
    await day.says(USED, day.clock_of_pc("10:00"))
    assert (day.profile, day.calls) == ("Available", "off")


async def test_a_locked_screen_counts_at_once(day: Day) -> None:
    await day.says(POWER, "on")
    await day.says(LOCK, "off")
    await day.begin(**pc({"session": POWER, "locked": LOCK}))
    await day.at("9:00")
    await day.says(LOCK, "on")
    await day.at("9:00:10")
    assert day.profile == "Quiet"
    await day.at("9:30")
    await day.says(LOCK, "off")
    assert day.profile == "At work"


async def test_a_locked_screen_may_count_as_an_unused_pc(day: Day) -> None:
    await day.says(LOCK, "off")
    await day.says(USED, day.clock_of_pc("8:00"))
    settings = pc({"locked": LOCK, "last_input": USED})
    settings["activity"]["locked_profile"] = None
    await day.begin(**settings)
    await day.says(LOCK, "on")
    await day.at("8:09")
    assert day.profile == "Available"
    await day.at("8:10")
    assert day.profile == "Back soon"


# The kinds of entities


@pytest.mark.parametrize(
    ("entity", "states", "on", "off"),
    [
        ("binary_sensor.pc", [], "on", "off"),
        ("switch.pc", [], "on", "off"),
        ("input_boolean.pc", [], "on", "off"),
        ("device_tracker.pc", [], "home", "not_home"),
        ("device_tracker.pc", ["Office", "home"], "Office", "not_home"),
        ("sensor.pc", ["SessionUnlock", "Resume"], "sessionunlock", "SystemShutdown"),
    ],
)
async def test_any_entity_may_tell_that_the_pc_runs(
    day: Day, entity: str, states: list[str], on: str, off: str
) -> None:
    await day.says(entity, on)
    named = {"states": {"session": states}} if states else {}
    await day.begin(**pc({"session": entity}, **named))
    assert day.profile == "At work"
    await day.says(entity, off)
    await day.after(1)
    assert day.profile == "Gone home"


@pytest.mark.parametrize(
    ("entity", "attributes", "states", "locked", "unlocked"),
    [
        ("binary_sensor.lock", {}, [], "on", "off"),
        ("binary_sensor.lock", {"device_class": "lock"}, [], "off", "on"),
        ("sensor.session", {}, ["SessionLock"], "SessionLock", "SessionUnlock"),
    ],
    ids=["plain", "device-class-lock-is-on-while-open", "sensor"],
)
async def test_any_entity_may_tell_that_the_screen_is_locked(
    day: Day,
    entity: str,
    attributes: Any,
    states: list[str],
    locked: str,
    unlocked: str,
) -> None:
    await day.says(entity, unlocked, attributes)
    named = {"states": {"locked": states}} if states else {}
    await day.begin(**pc({"locked": entity}, **named))
    await day.after(1)
    assert day.profile == "Available"
    await day.says(entity, locked, attributes)
    await day.after(1)
    assert day.profile == "Quiet"


async def test_a_mac_tells_its_lock_beside_its_activity(day: Day) -> None:
    await day.says(ACTIVE, "on", {"Locked": False, "Idle": False})
    await day.begin(**pc({"active": ACTIVE, "locked": ACTIVE}))
    await day.at("12:00")
    assert day.profile == "Available"
    await day.says(ACTIVE, "off", {"Locked": True, "Idle": False})
    await day.after(1)
    assert day.profile == "Quiet"
    await day.says(ACTIVE, "off", {"Locked": False, "Idle": True})
    assert day.profile == "Available"
    await day.after(10)
    assert day.profile == "Back soon"
    await day.says(ACTIVE, "on", {"Locked": False, "Idle": False})
    assert day.profile == "Available"


@pytest.mark.parametrize(
    ("unit", "nine_minutes"), [(None, "540"), ("min", "9"), ("ms", "540000.0")]
)
async def test_idle_time_counts_in_its_own_unit(
    day: Day, unit: str | None, nine_minutes: str
) -> None:
    attributes = {"unit_of_measurement": unit} if unit else {}
    await day.says(IDLE, "0", attributes)
    await day.begin(**pc({"idle": IDLE}))
    await day.says(IDLE, nine_minutes, attributes)
    await day.after(0.5)
    assert day.profile == "Available"
    await day.after(0.5)
    assert day.profile == "Back soon"
    await day.says(IDLE, "0", attributes)
    assert day.profile == "Available"


async def test_an_idle_time_that_stays_at_nought_is_told_anew_and_believed(
    day: Day,
) -> None:
    await day.says(IDLE, "0")
    await day.begin(**pc({"idle": IDLE}))
    for _ in range(15):
        await day.after(1)
        await day.says(IDLE, "0")
    assert day.profile == "Available"


async def test_a_growing_idle_time_tells_nothing_new(day: Day) -> None:
    await day.says(IDLE, "0")
    await day.begin(**pc({"idle": IDLE}))
    known = day.state.facts.pc.last_input
    for seconds in range(30, 480, 30):
        await day.after(0.5)
        await day.says(IDLE, str(seconds + seconds % 7))
    assert day.state.facts.pc.last_input == known


@pytest.mark.parametrize(
    "rubbish",
    ["soon", "-5", "nan", "inf", "1e300", "2026-13-45", "", "9:00", "\x00"],
)
async def test_rubbish_says_nothing(day: Day, rubbish: str) -> None:
    await day.says(USED, rubbish)
    await day.says(IDLE, rubbish)
    await day.begin(**pc({"last_input": USED, "idle": IDLE}))
    await day.after(30)
    assert day.profile == "Available"
    assert day.state.facts.pc.last_input is None


# The known lies


async def test_still_locked_after_resume(day: Day) -> None:
    """The lock is from last night, and nobody has told that it is open."""
    await day.says(POWER, "on")
    await day.says(LOCK, "on")
    await day.begin(**pc({"session": POWER, "locked": LOCK}))
    await day.at("8:10")
    assert day.profile == "Quiet"
    await day.says(POWER, "off")
    await day.at("9:00")
    assert day.profile == "Gone home"
    await day.says(POWER, "on")
    await day.after(1)
    assert day.profile == "At work"


async def test_newer_activity_contradicts_a_lock(day: Day) -> None:
    await day.says(LOCK, "on")
    await day.says(USED, day.clock_of_pc("7:59"))
    await day.begin(**pc({"locked": LOCK, "last_input": USED}))
    await day.at("8:05")
    assert day.profile == "Quiet"
    await day.says(USED, day.clock_of_pc("8:05"))
    assert day.profile == "Available"


async def test_the_keys_that_lock_the_screen_do_not_contradict_the_lock(
    day: Day,
) -> None:
    """The PC's clock is some seconds ahead, or the input is told a little later."""
    await day.says(LOCK, "off")
    await day.says(USED, day.clock_of_pc("8:00"))
    await day.begin(**pc({"locked": LOCK, "last_input": USED}))
    await day.at("8:05")
    await day.says(LOCK, "on")
    await day.at("8:05:05")
    later = datetime.fromisoformat(day.clock_of_pc("8:05"))
    await day.says(USED, later.replace(second=4).isoformat())
    await day.at("8:06")
    assert day.profile == "Quiet"


async def test_an_old_last_input_after_hibernation(day: Day) -> None:
    await day.says(POWER, "off")
    await day.says(USED, "2026-11-23T17:00:00+01:00")
    await day.begin(**pc({"session": POWER, "last_input": USED}))
    await day.says(POWER, "on")
    await day.at("8:09")
    assert day.profile == "At work"
    await day.at("8:10")
    assert day.profile == "Back soon"


async def test_unlocked_at_the_login_screen_is_nobody(day: Day) -> None:
    """A PC that starts by itself at six claims nobody's presence for long."""
    await day.says(POWER, "off")
    await day.says(LOCK, "off")
    await day.says(USED, "2026-11-23T17:00:00+01:00")
    await day.begin(**pc({"session": POWER, "locked": LOCK, "last_input": USED}))
    await day.says(POWER, "on")
    await day.at("9:00")
    assert (day.profile, day.calls) == ("Back soon", "Voicemail")


async def test_a_clock_that_runs_ahead_does_not_delay_inactivity(day: Day) -> None:
    await day.says(USED, day.clock_of_pc("8:30"))
    await day.begin(**pc({"last_input": USED}))
    await day.at("8:10")
    assert day.profile == "Back soon"


async def test_a_silent_pc_is_believed_for_the_grace_time(day: Day) -> None:
    await day.says(POWER, "on")
    await day.begin(**pc({"session": POWER}))
    await day.says(POWER, "unavailable")
    await day.at("8:04:55")
    assert day.profile == "At work"
    await day.at("8:05")
    assert day.profile == "Available"


async def test_a_client_that_goes_with_its_pc_may_say_so_by_its_silence(
    day: Day,
) -> None:
    await day.says(POWER, "on")
    await day.begin(**pc({"session": POWER}, silence_ends=True))
    await day.at("17:00")
    await day.says(POWER, "unavailable")
    await day.at("17:05:55")
    assert day.profile == "At work"
    await day.at("17:06")
    assert (day.profile, day.calls) == ("Gone home", "Voicemail")
    await day.at("22:00")
    assert day.profile == "Gone home"
    await day.says(POWER, "on")
    assert day.profile == "At work"


async def test_a_restart_of_the_pc_is_neither_an_end_nor_a_start(day: Day) -> None:
    await day.says(POWER, "on")
    await day.begin(**pc({"session": POWER}))
    since = day.state.decision.since
    await day.at("9:00")
    await day.says(POWER, "off")
    await day.at("9:00:50")
    assert day.profile == "At work"
    await day.says(POWER, "on")
    assert day.profile == "At work"
    assert day.state.decision.since == since


async def test_an_entity_that_is_gone_is_a_silent_one(day: Day) -> None:
    await day.says(POWER, "on")
    await day.begin(**pc({"session": POWER}))
    await day.says(POWER, None)
    assert day.profile == "At work"
    await day.after(5)
    assert day.profile == "Available"


# Choices by hand that a PC ends


async def test_lunch_ends_when_somebody_comes_back(day: Day) -> None:
    await day.says(USED, day.clock_of_pc("8:00"))
    await day.begin(**pc({"last_input": USED}))
    await day.at("12:00")
    await day.says(USED, day.clock_of_pc("12:00"))
    await day.choose("Lunch")
    await day.at("12:09")
    await day.says(USED, day.clock_of_pc("12:01"))
    assert day.profile == "Lunch"
    await day.at("12:45")
    assert day.profile == "Lunch"
    await day.says(USED, day.clock_of_pc("12:45"))
    assert (day.profile, day.calls) == ("Available", "off")


async def test_a_choice_for_the_session_ends_with_it(day: Day) -> None:
    await day.says(POWER, "on")
    await day.begin(**pc({"session": POWER}))
    await day.choose("Shift")
    await day.at("12:00")
    assert day.profile == "Shift"
    await day.says(POWER, "off")
    await day.at("12:00:30")
    await day.says(POWER, "on")
    await day.at("12:05")
    assert day.profile == "Shift"
    await day.at("17:00")
    await day.says(POWER, "off")
    await day.at("17:01")
    assert day.profile == "Gone home"


# Home Assistant's own restarts


async def test_a_restart_is_never_the_start_of_the_pc(day: Day) -> None:
    await day.says(POWER, "on")
    await day.says(LOCK, "off")
    await day.begin(**pc({"session": POWER, "locked": LOCK}))
    await day.at("9:00")
    await day.says(LOCK, "on")
    await day.at("9:10")
    before = day.state.decision
    for silent in ((), (POWER, LOCK), (POWER,)):
        await day.restart(*silent)
        assert day.profile == "Quiet"
        await day.says(LOCK, "on")
        await day.says(POWER, "on")
        await day.after(1)
        assert day.profile == "Quiet"
        assert day.state.decision.trace == before.trace


async def test_a_pc_that_went_off_meanwhile_is_off(day: Day) -> None:
    await day.says(POWER, "on")
    await day.begin(**pc({"session": POWER}))
    await day.says(POWER, "on")
    await day.restart(minutes=30)
    await day.says(POWER, "off")
    await day.after(1)
    assert day.profile == "Gone home"


async def test_a_restart_in_the_evening_keeps_the_evening(day: Day) -> None:
    await day.says(POWER, "on")
    await day.begin(**pc({"session": POWER}))
    await day.at("17:00")
    await day.says(POWER, "off")
    await day.at("17:01")
    since = day.state.decision.since
    await day.restart(POWER)
    assert (day.profile, day.calls) == ("Gone home", "Voicemail")
    await day.says(POWER, "off")
    await day.at("17:10")
    assert (day.profile, day.state.decision.since) == ("Gone home", since)


async def test_a_restart_keeps_an_unused_pc_unused(day: Day) -> None:
    await day.says(USED, day.clock_of_pc("8:00"))
    await day.begin(**pc({"last_input": USED}))
    await day.at("8:30")
    assert day.profile == "Back soon"
    await day.restart(USED)
    assert day.profile == "Back soon"
    await day.says(USED, day.clock_of_pc("8:00"))
    assert day.profile == "Back soon"
    await day.says(USED, day.clock_of_pc("8:31"))
    assert day.profile == "Available"


async def test_a_long_restart_makes_nobody_absent(day: Day) -> None:
    """The input of before was not stored; who was present counts as present."""
    await day.says(USED, day.clock_of_pc("8:00"))
    await day.begin(**pc({"last_input": USED}))
    await day.at("8:05")
    await day.says(USED, day.clock_of_pc("8:05"))
    await day.restart(USED, minutes=20)
    assert day.profile == "Available"
    await day.says(USED, day.clock_of_pc("8:24"))
    await day.after(5)
    assert day.profile == "Available"
    await day.after(5)
    assert day.profile == "Back soon"


async def test_an_entity_that_stays_dead_after_a_restart_falls_silent(
    day: Day,
) -> None:
    await day.says(POWER, "on")
    await day.begin(**pc({"session": POWER}))
    await day.restart(POWER)
    await day.after(4)
    assert day.profile == "At work"
    await day.restart(POWER)
    await day.after(1)
    assert day.profile == "Available"


async def test_lunch_survives_a_restart_and_ends_on_return(day: Day) -> None:
    await day.says(USED, day.clock_of_pc("8:00"))
    await day.begin(**pc({"last_input": USED}))
    await day.at("12:00")
    await day.says(USED, day.clock_of_pc("12:00"))
    await day.choose("Lunch")
    await day.at("12:20")
    await day.restart(USED)
    assert (day.profile, day.calls) == ("Lunch", "Voicemail")
    await day.at("12:23")
    await day.says(USED, day.clock_of_pc("12:00"))
    assert day.profile == "Lunch"
    await day.says(USED, day.clock_of_pc("12:22"))
    assert day.profile == "Available"


async def test_a_restart_while_a_pc_restarts_keeps_its_session(day: Day) -> None:
    await day.says(POWER, "on")
    await day.begin(**pc({"session": POWER}))
    since = day.state.decision.since
    await day.at("9:00")
    await day.says(POWER, "off")
    await day.restart(minutes=0.2)
    await day.says(POWER, "on")
    await day.after(2)
    assert (day.profile, day.state.decision.since) == ("At work", since)


# Changed settings


async def test_another_entity_is_another_pc(day: Day) -> None:
    await day.says(POWER, "off")
    await day.begin(**pc({"session": POWER}))
    await day.after(2)
    assert day.profile == "Gone home"
    await day.says("switch.other", "unavailable")
    await day.change(**pc({"session": "switch.other"}))
    assert day.profile == "Available"
    await day.change(activity={})
    assert day.state.facts.pc.running is None


async def test_other_minutes_apply_at_once(day: Day) -> None:
    await day.says(USED, day.clock_of_pc("8:00"))
    await day.begin(**pc({"last_input": USED}))
    await day.at("8:05")
    await day.change(**pc({"last_input": USED}, inactive_minutes=5))
    assert day.profile == "Back soon"
    await day.change(**pc({"last_input": USED}, inactive_minutes=30))
    assert day.profile == "Available"


async def test_the_office_says_how_far_entities_are_believed(day: Day) -> None:
    await day.says(POWER, "on")
    await day.says(LOCK, "off")
    await day.begin(
        options={"grace": 1, "hold": 60, "restart": 0},
        **pc({"session": POWER, "locked": LOCK}),
    )
    await day.says(LOCK, "on")
    await day.at("8:00:55")
    assert day.profile == "At work"
    await day.at("8:01")
    assert day.profile == "Quiet"
    await day.says(POWER, "off")
    assert day.profile == "Gone home"
    await day.set_options(restart=3600)
    assert day.profile == "Quiet"


# Clocks


@pytest.mark.parametrize(
    "night", ["2026-03-29 01:55", "2026-10-25 01:55"], ids=["spring", "autumn"]
)
async def test_ten_minutes_are_ten_minutes_when_clocks_change(
    day: Day, night: str
) -> None:
    day.now = datetime.fromisoformat(night).replace(tzinfo=BERLIN)
    day.clock.move_to(day.now)
    await day.says(USED, day.now.isoformat())
    await day.begin(**pc({"last_input": USED}))
    await day.after(9.5)
    assert day.profile == "Available"
    await day.after(0.5)
    assert day.profile == "Back soon"


# At rest


async def test_nothing_wakes_up_while_nothing_happens(day: Day) -> None:
    await day.says(POWER, "off")
    await day.says(LOCK, "on")
    await day.says(USED, day.clock_of_pc("7:00"))
    await day.begin(**pc({"session": POWER, "locked": LOCK, "last_input": USED}))
    await day.at("9:00")
    (input_,) = (one for one in day.state.inputs if type(one).__name__ == "PcInput")
    reads: list[datetime] = []
    read = input_._read
    input_._read = lambda now: (reads.append(now), read(now))[1]
    await day.at("23:00")
    assert reads == []
    assert day.state.decision.next_change is None


async def test_input_all_day_is_not_written_to_the_disk_all_day(day: Day) -> None:
    await day.says(USED, day.clock_of_pc("8:00"))
    await day.begin(**pc({"last_input": USED}))
    store = day.entry.runtime_data.store
    before = store._journal._lines
    for minute in range(1, 60):
        await day.at(f"8:{minute:02d}")
        await day.says(USED, day.clock_of_pc(f"8:{minute:02d}"))
    assert store._journal._lines == before
