"""Rules of a person: any entity in given states chooses a profile."""

from datetime import datetime

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from tests.office import MEETING

from .day import BERLIN, GONE_HOME, QUIET, Day, rule

CAMERA = "binary_sensor.pc_camera"
ZONE = "device_tracker.mobile"
FOCUS = "sensor.focus"


async def test_a_camera_in_use_is_a_meeting_and_its_blinking_is_none(day: Day) -> None:
    await day.says(CAMERA, "off")
    await day.begin(rules=[rule(CAMERA, ["on"], MEETING, seconds=30, linger=20)])
    await day.says(CAMERA, "on")
    await day.after(0.25)
    await day.says(CAMERA, "off")
    await day.after(1)
    assert day.profile == "Available"
    await day.says(CAMERA, "on")
    await day.after(0.5)
    assert (day.profile, day.calls) == ("Meeting", "Voicemail")
    since = day.state.decision.since
    await day.after(30)
    await day.says(CAMERA, "off")
    await day.after(0.25)
    await day.says(CAMERA, "on")
    await day.after(1)
    assert (day.profile, day.state.decision.since) == ("Meeting", since)
    await day.says(CAMERA, "off")
    await day.after(0.25)
    assert day.profile == "Meeting"
    await day.after(0.25)
    assert (day.profile, day.calls) == ("Available", "off")


async def test_the_first_rule_that_applies_decides(day: Day) -> None:
    await day.says(CAMERA, "on")
    await day.says(ZONE, "home")
    await day.begin(
        rules=[rule(CAMERA, ["on"], QUIET), rule(ZONE, ["not_home"], GONE_HOME)]
    )
    assert day.profile == "Quiet"
    await day.says(ZONE, "not_home")
    # Quiet leaves calls alone, so the rule below says where they go.
    assert (day.profile, day.calls) == ("Quiet", "Voicemail")
    await day.says(CAMERA, "off")
    assert day.profile == "Gone home"


async def test_states_of_one_rule_are_one_state(day: Day) -> None:
    await day.says(FOCUS, "Work")
    await day.begin(rules=[rule(FOCUS, ["work", "Reading"], QUIET, seconds=60)])
    await day.after(0.5)
    await day.says(FOCUS, "Reading")
    await day.after(0.5)
    assert day.profile == "Quiet"
    await day.says(FOCUS, "None")
    assert day.profile == "Available"


async def test_two_rules_about_one_entity_keep_their_own_time(day: Day) -> None:
    await day.says(FOCUS, "Work")
    await day.begin(
        rules=[
            rule(FOCUS, ["Reading"], MEETING, seconds=60, key="a"),
            rule(FOCUS, ["Work", "Reading"], QUIET, seconds=60, key="b"),
        ]
    )
    await day.after(0.5)
    await day.says(FOCUS, "Reading")
    await day.after(0.5)
    assert day.profile == "Quiet"
    await day.after(0.5)
    assert day.profile == "Meeting"


@pytest.mark.parametrize("silent", ["unavailable", "unknown", None])
async def test_a_silent_entity_is_believed_for_the_grace_time(
    day: Day, silent: str | None
) -> None:
    await day.says(CAMERA, "on")
    await day.begin(rules=[rule(CAMERA, ["on"], MEETING)])
    since = day.state.decision.since
    await day.says(CAMERA, silent)
    await day.after(4)
    assert day.profile == "Meeting"
    await day.says(CAMERA, "on")
    assert day.state.decision.since == since
    await day.says(CAMERA, silent)
    await day.after(5)
    assert day.profile == "Available"
    await day.says(CAMERA, "on")
    assert day.profile == "Meeting"


async def test_a_restart_keeps_the_time_that_a_rule_has_waited(day: Day) -> None:
    await day.says(CAMERA, "on")
    await day.begin(rules=[rule(CAMERA, ["on"], MEETING, seconds=300)])
    await day.after(3)
    await day.restart(CAMERA)
    await day.says(CAMERA, "on")
    await day.after(0.75)
    assert day.profile == "Available"
    await day.after(0.5)
    assert day.profile == "Meeting"


async def test_a_restart_keeps_what_a_rule_has_chosen(day: Day) -> None:
    await day.says(CAMERA, "on")
    await day.begin(rules=[rule(CAMERA, ["on"], MEETING)])
    before = day.state.decision
    await day.restart(CAMERA)
    assert (day.profile, day.calls) == ("Meeting", "Voicemail")
    await day.says(CAMERA, "on")
    await day.after(10)
    assert day.state.decision.trace == before.trace


async def test_a_camera_that_went_off_meanwhile_is_off(day: Day) -> None:
    await day.says(CAMERA, "on")
    await day.begin(rules=[rule(CAMERA, ["on"], MEETING)])
    await day.restart(CAMERA)
    await day.says(CAMERA, "off")
    assert day.profile == "Available"


async def test_other_states_are_another_rule(day: Day) -> None:
    await day.says(FOCUS, "Work")
    await day.begin(rules=[rule(FOCUS, ["Work"], MEETING)])
    assert day.profile == "Meeting"
    await day.change(rules=[rule(FOCUS, ["Sleep"], MEETING)])
    assert day.profile == "Available"
    await day.change(rules=[rule(FOCUS, ["Work"], QUIET)])
    assert day.profile == "Quiet"
    await day.change(rules=[])
    assert day.profile == "Available"
    assert day.state.facts.conditions == {}


@pytest.mark.parametrize(
    "night", ["2026-03-29 01:58", "2026-10-25 02:58"], ids=["spring", "autumn"]
)
async def test_five_minutes_are_five_minutes_when_clocks_change(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, day: Day, night: str
) -> None:
    day.now = datetime.fromisoformat(night).replace(tzinfo=BERLIN)
    day.clock.move_to(day.now)
    await day.says(CAMERA, "on")
    await day.begin(rules=[rule(CAMERA, ["on"], MEETING, seconds=300)])
    await day.after(4.5)
    assert day.profile == "Available"
    await day.after(0.5)
    assert day.profile == "Meeting"


async def test_a_chatty_entity_is_not_written_to_the_disk(day: Day) -> None:
    await day.says(FOCUS, "0")
    await day.begin(rules=[rule(FOCUS, ["on"], MEETING)])
    store = day.entry.runtime_data.store
    before, facts = store._journal._lines, day.state.facts
    for number in range(100):
        await day.says(FOCUS, str(number))
    assert (store._journal._lines, day.state.facts) == (before, facts)
