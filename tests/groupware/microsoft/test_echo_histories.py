"""Histories that somebody might tell: calls, lag, restarts, and what came of it.

``test_echo_generated.py`` makes up others; these are those that rules were made for.
"""

from datetime import timedelta

import pytest

from custom_components.xpresence.presence.teams.mapping import Pair
from custom_components.xpresence.presence.teams.state import EchoPolicy

from .loop import OWN, Loop
from .world import TeamsWorld

MINUTE = timedelta(minutes=1)
CALM = ("Available", "Available")
IN_A_CALL = ("Busy", "InACall")
CONFERENCE = ("Busy", "InAConferenceCall")
DND = Pair("DoNotDisturb", "DoNotDisturb")
LAGS = [timedelta(0), timedelta(seconds=40), 2 * MINUTE, timedelta(minutes=4.5)]


@pytest.fixture(params=LAGS, ids=lambda lag: f"late by {lag}")
def loop(request: pytest.FixtureRequest) -> Loop:
    """Return somebody at rest, with a Teams that tells late."""
    loop = Loop(TeamsWorld(lag=request.param))
    loop.teams_shows(*CALM)
    loop.run(10 * MINUTE)
    return loop


def settled(loop: Loop) -> None:
    """Let an hour go by: nothing of ours is left, nobody is in a call."""
    loop.run(60 * MINUTE)
    assert not loop.in_teams_call
    assert not loop.world.alive(loop.now, OWN)
    assert loop.world.shown(loop.now) == CALM


def test_a_short_call_on_the_phone_is_never_taken_for_teams(loop: Loop) -> None:
    loop.phone(on=True)
    loop.run(timedelta(seconds=30))
    loop.phone(on=False)
    settled(loop)
    assert loop.switches == []


def test_three_short_calls_one_after_another_are_three_calls_on_the_phone(
    loop: Loop,
) -> None:
    for _ in range(3):
        loop.phone(on=True)
        loop.run(MINUTE)
        loop.phone(on=False)
        loop.run(timedelta(seconds=20))
    settled(loop)
    assert loop.switches == []


def test_a_long_call_is_shown_to_its_end_and_never_taken_for_teams(loop: Loop) -> None:
    loop.phone(on=True)
    loop.run(5 * MINUTE)
    for _ in range(17):
        loop.run(5 * MINUTE)
        assert loop.world.shown(loop.now) == IN_A_CALL
    loop.phone(on=False)
    settled(loop)
    assert loop.switches == []


def test_a_teams_call_during_a_phone_call_takes_over_and_gives_back(
    loop: Loop,
) -> None:
    loop.phone(on=True)
    loop.run(10 * MINUTE)
    loop.teams_shows(*CONFERENCE)
    loop.run(15 * MINUTE)
    assert loop.in_teams_call
    assert not loop.world.alive(loop.now, OWN)
    loop.teams_shows(*CALM)
    loop.run(15 * MINUTE)
    assert not loop.in_teams_call
    assert loop.world.alive(loop.now, OWN)
    loop.phone(on=False)
    settled(loop)
    assert [on for _, on in loop.switches] == [True, False]


def test_a_phone_call_during_a_teams_call_writes_nothing_over_it(loop: Loop) -> None:
    loop.teams_shows(*CONFERENCE)
    loop.run(10 * MINUTE)
    written = len(loop.world.written)
    loop.phone(on=True)
    loop.run(10 * MINUTE)
    loop.phone(on=False)
    loop.run(10 * MINUTE)
    assert len(loop.world.written) == written
    assert [on for _, on in loop.switches] == [True]
    loop.teams_shows(*CALM)
    settled(loop)
    assert [on for _, on in loop.switches] == [True, False]


def test_a_teams_call_right_after_a_phone_call_is_found_once_the_echo_is_over(
    loop: Loop,
) -> None:
    loop.phone(on=True)
    loop.run(10 * MINUTE)
    loop.phone(on=False)
    loop.teams_shows(*IN_A_CALL)
    loop.run(12 * MINUTE)
    assert [on for _, on in loop.switches] == [True]
    loop.teams_shows(*CALM)
    settled(loop)
    assert [on for _, on in loop.switches] == [True, False]


def test_a_meeting_that_flips_its_words_is_one_meeting(loop: Loop) -> None:
    for shown in (CONFERENCE, ("Busy", "InAMeeting"), IN_A_CALL, CONFERENCE) * 3:
        loop.teams_shows(*shown)
        loop.run(timedelta(seconds=50))
    loop.teams_shows(*CALM)
    settled(loop)
    assert [on for _, on in loop.switches] == [True, False]


def test_one_wrong_reading_ends_no_call(loop: Loop) -> None:
    loop.teams_shows(*CONFERENCE)
    loop.run(10 * MINUTE)
    for _ in range(4):
        loop.teams_shows(*CALM)
        loop.run(timedelta(seconds=8))
        loop.teams_shows(*CONFERENCE)
        loop.run(5 * MINUTE)
    loop.teams_shows(*CALM)
    settled(loop)
    assert [on for _, on in loop.switches] == [True, False]


@pytest.mark.parametrize("with_memory", [True, False])
def test_a_restart_in_a_phone_call_that_ends_meanwhile_leaves_nothing(
    loop: Loop, *, with_memory: bool
) -> None:
    loop.phone(on=True)
    loop.run(10 * MINUTE)
    loop.phone(on=False)
    loop.restart(with_memory=with_memory)
    settled(loop)
    assert loop.switches == []


def test_a_restart_in_a_teams_call_is_no_end_of_it(loop: Loop) -> None:
    loop.teams_shows(*CONFERENCE)
    loop.run(10 * MINUTE)
    loop.now += 3 * MINUTE
    loop.restart()
    assert loop.in_teams_call
    loop.run(10 * MINUTE)
    assert [on for _, on in loop.switches] == [True]
    loop.teams_shows(*CALM)
    settled(loop)
    assert [on for _, on in loop.switches] == [True, False]


def test_a_restart_long_after_a_teams_call_knows_that_it_is_over(loop: Loop) -> None:
    loop.teams_shows(*CONFERENCE)
    loop.run(10 * MINUTE)
    loop.teams_shows(*CALM)
    loop.now += 30 * MINUTE
    loop.restart()
    assert not loop.in_teams_call
    settled(loop)


def test_a_network_lost_in_a_phone_call_shows_it_no_longer_than_a_session_lasts(
    loop: Loop,
) -> None:
    loop.phone(on=True)
    loop.run(10 * MINUTE)
    loop.online = False
    loop.phone(on=False)
    loop.run(EchoPolicy().session + MINUTE)
    assert not loop.world.alive(loop.now, OWN)
    loop.online = True
    settled(loop)
    assert loop.switches == []


def test_answers_that_are_lost_lead_to_no_second_session_and_no_echo(
    loop: Loop,
) -> None:
    loop.online, loop.lost_answers = False, True
    loop.phone(on=True)
    loop.run(3 * MINUTE)
    loop.phone(on=False)
    loop.run(3 * MINUTE)
    loop.online = True
    settled(loop)
    assert loop.switches == []


def test_do_not_disturb_over_a_teams_call_comes_and_goes_without_a_swing(
    loop: Loop,
) -> None:
    loop.teams_shows(*CONFERENCE)
    loop.run(10 * MINUTE)
    loop.chosen = DND
    loop.run(20 * MINUTE)
    assert loop.world.shown(loop.now) == ("DoNotDisturb", "DoNotDisturb")
    loop.chosen = None
    loop.run(20 * MINUTE)
    assert loop.in_teams_call
    loop.teams_shows(*CALM)
    settled(loop)
    assert len(loop.switches) <= 4


def test_a_direction_that_is_switched_off_takes_back_what_is_ours(loop: Loop) -> None:
    loop.chosen = DND
    loop.phone(on=True)
    loop.run(10 * MINUTE)
    loop.policy = loop.policy.limited(read=True, write=False)
    loop.run(MINUTE)
    assert not loop.world.alive(loop.now, OWN)
    assert loop.world.now_holds.preferred is None
    loop.policy = loop.policy.limited(read=False, write=False)
    loop.teams_shows(*CONFERENCE)
    loop.run(10 * MINUTE)
    assert not loop.in_teams_call


def test_reading_that_is_switched_off_lets_a_teams_call_go_at_once(loop: Loop) -> None:
    loop.teams_shows(*CONFERENCE)
    loop.run(10 * MINUTE)
    assert loop.in_teams_call
    loop.policy = loop.policy.limited(read=False, write=True)
    loop.step()
    assert not loop.in_teams_call
