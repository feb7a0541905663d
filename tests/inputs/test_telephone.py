"""A call on the phone system chooses a profile, if the person has one for it."""

from dataclasses import replace

from homeassistant.util import dt as dt_util

from custom_components.xpresence.presence.line import CallState, Line
from custom_components.xpresence.presence.model import Call

from .day import QUIET, Day


async def hears(day: Day, call: CallState | None) -> None:
    """Let the phone system tell what Anna's telephone does."""
    loop = day.state.loop
    if call is None:
        loop.lost()
    else:
        loop.observe(replace(loop.line or Line("100"), call=call))
    await day.settle()


async def test_a_call_chooses_its_profile_while_it_lasts(day: Day) -> None:
    await day.begin(call_profiles={"pbx": QUIET})
    await hears(day, CallState.RINGING)
    assert day.profile == "Available"
    await hears(day, CallState.IN_CALL)
    assert day.profile == "Quiet"
    assert day.state.decision.source == "call"
    since = day.state.decision.since
    await day.after(1)
    await hears(day, CallState.IN_CALL)
    assert day.state.decision.since == since
    await hears(day, CallState.IDLE)
    assert day.profile == "Available"


async def test_without_a_profile_for_it_a_call_is_nothing(day: Day) -> None:
    await day.begin()
    await hears(day, CallState.IN_CALL)
    assert day.state.facts.calls == ()


async def test_a_call_in_teams_stays_what_it_is(day: Day) -> None:
    await day.begin(call_profiles={"pbx": QUIET})
    teams = Call("teams", dt_util.utcnow())
    day.state.facts = replace(day.state.facts, calls=(teams,))
    await hears(day, CallState.IN_CALL)
    assert {call.kind for call in day.state.facts.calls} == {"teams", "pbx"}
    await hears(day, CallState.IDLE)
    assert day.state.facts.calls == (teams,)


async def test_a_lost_connection_ends_a_call_after_the_grace_time(day: Day) -> None:
    await day.begin(call_profiles={"pbx": QUIET})
    await hears(day, CallState.IN_CALL)
    await hears(day, None)
    await day.after(4)
    assert day.profile == "Quiet"
    await day.after(1)
    assert day.profile == "Available"


async def test_who_gives_up_the_profile_for_calls_has_none(day: Day) -> None:
    await day.begin(call_profiles={"pbx": QUIET})
    await hears(day, CallState.IN_CALL)
    await day.change(call_profiles={})
    assert day.profile == "Available"
    assert day.state.facts.calls == ()
