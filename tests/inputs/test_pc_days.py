"""HASS.Agent and its like, told as days: what they say late, or not at all."""

from typing import Any

import pytest

from custom_components.xpresence.flows.person.pc_clients import HASS_AGENT_RUNS

from .day import Day, pc

LAST, USED = "sensor.pc_lastsystemstatechange", "sensor.pc_lastactive"
LOCK = "binary_sensor.pc_locked"


def agent() -> dict[str, Any]:
    return pc(
        {"session": LAST, "locked": LAST, "last_input": USED},
        states={"session": list(HASS_AGENT_RUNS), "locked": ["SessionLock"]},
        silence_ends=True,
    )


@pytest.mark.parametrize(
    "silence", ["unknown", "Unknown", "UNAVAILABLE", "None", "n/a "]
)
async def test_silence_of_one_sensor_is_no_end_while_another_tells_input(
    day: Day, silence: str
) -> None:
    """A state change is told only when one happens: after a restart not at all."""
    await day.says(LAST, "SessionUnlock")
    await day.says(USED, day.clock_of_pc("8:00"))
    await day.begin(**agent())
    await day.at("8:30")
    await day.restart(LAST)
    await day.says(LAST, silence)
    for minute in range(32, 50, 3):
        await day.at(f"8:{minute:02}")
        await day.says(USED, day.clock_of_pc(f"8:{minute:02}"))
        assert day.profile == "At work"


async def test_a_pc_that_says_nothing_at_all_is_off(day: Day) -> None:
    await day.says(LAST, "SessionUnlock")
    await day.says(USED, day.clock_of_pc("8:00"))
    await day.begin(**agent())
    await day.at("8:05")
    await day.says(LAST, "unavailable")
    await day.says(USED, "unavailable")
    await day.at("8:12")
    assert day.profile == "Gone home"


async def test_a_suspend_that_is_told_after_waking_is_no_end(day: Day) -> None:
    await day.says(LAST, "SessionUnlock")
    await day.says(USED, day.clock_of_pc("8:00"))
    await day.begin(**agent())
    await day.at("8:05")
    await day.says(LAST, "Suspend")
    await day.at("8:06")
    await day.says(USED, day.clock_of_pc("8:06"))
    await day.at("8:10")
    assert day.profile == "At work"


async def test_a_service_that_starts_with_windows_is_nobody_at_work(day: Day) -> None:
    """A PC that restarts by itself at night."""
    await day.says(LAST, "unavailable")
    await day.says(USED, "unavailable")
    await day.begin(**agent())
    before = day.profile
    await day.at("8:30")
    await day.says(LAST, "HassAgentSatelliteServiceStarted")
    await day.at("8:45")
    assert day.profile == before


async def test_an_unlock_is_a_return_though_lunch_was_chosen_while_locked(
    day: Day,
) -> None:
    await day.says(LOCK, "off")
    await day.begin(**pc({"locked": LOCK}, locked_profile=None))
    await day.says(LOCK, "on")
    await day.at("8:10")
    await day.choose("Lunch")
    await day.at("8:11:05")
    await day.says(LOCK, "off")
    assert day.profile == "Available"


async def test_an_unlock_that_comes_with_the_choice_is_no_return(day: Day) -> None:
    await day.says(LOCK, "off")
    await day.begin(**pc({"locked": LOCK}, locked_profile=None))
    await day.says(LOCK, "on")
    await day.at("8:10")
    await day.choose("Lunch")
    await day.at("8:10:20")
    await day.says(LOCK, "off")
    assert day.profile == "Lunch"
