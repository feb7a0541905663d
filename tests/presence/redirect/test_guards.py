"""Redirects that harm a hotline, and redirects that were forgotten."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from custom_components.xpresence.presence.line import (
    UNKNOWN,
    AgentState,
    Destination,
    DestinationKind,
    ForwardingState,
)
from custom_components.xpresence.presence.redirect.guards import (
    Hotline,
    HotlinePolicy,
    Long,
    LongPolicy,
    WrapUp,
    hotline,
    long_redirect,
    wrap_up,
)
from custom_components.xpresence.presence.redirect.parts import Part

BOB = Destination(DestinationKind.NUMBER, "102")
QUIET = ForwardingState(None, None, None, None, None, do_not_disturb=False)
AWAY = replace(QUIET, unconditional=BOB)
READY = {"sales": AgentState.READY}
FOLLOW_UP = {"sales": AgentState.FOLLOW_UP}
SALES = frozenset({"sales"})
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TEN_PAST = NOON + 10 * MINUTE


@pytest.mark.parametrize(
    ("forwarding", "parts"),
    [
        pytest.param(QUIET, set(), id="no redirect"),
        pytest.param(replace(QUIET, follow_me="0171"), set(), id="follow-me"),
        pytest.param(AWAY, {Part.UNCONDITIONAL}, id="to a colleague"),
        pytest.param(replace(QUIET, busy=BOB), {Part.BUSY}, id="when busy"),
        pytest.param(replace(QUIET, no_reply=BOB), {Part.NO_REPLY}, id="no reply"),
        pytest.param(
            replace(QUIET, do_not_disturb=True),
            {Part.DO_NOT_DISTURB},
            id="do not disturb",
        ),
        pytest.param(
            replace(AWAY, busy=BOB, follow_me="0171"),
            {Part.UNCONDITIONAL, Part.BUSY},
            id="several",
        ),
        pytest.param(ForwardingState(), set(), id="unknown is no conflict"),
    ],
)
def test_a_ready_agent_is_warned_of_what_takes_calls_away(
    forwarding: ForwardingState, parts: set[Part]
) -> None:
    found = hotline(READY, forwarding)
    assert found.parts == parts
    assert found.conflict == (SALES if parts else frozenset())
    assert not found.pause | found.restore | found.paused


@pytest.mark.parametrize("state", [AgentState.LOGGED_OFF, AgentState.FOLLOW_UP])
def test_an_agent_who_is_not_ready_is_left_alone(state: AgentState) -> None:
    found = hotline({"sales": state}, AWAY, policy=HotlinePolicy.PAUSE)
    assert found == Hotline()


def test_only_the_queues_in_which_the_agent_is_ready_are_paused() -> None:
    agent = {**READY, "help": AgentState.LOGGED_OFF}
    found = hotline(agent, AWAY, policy=HotlinePolicy.PAUSE)
    assert found == Hotline(SALES, frozenset({Part.UNCONDITIONAL}), SALES, paused=SALES)


def test_a_paused_agent_is_ready_again_when_the_redirect_ends() -> None:
    paused = hotline(READY, AWAY, policy=HotlinePolicy.PAUSE).paused
    during = hotline(FOLLOW_UP, AWAY, paused, policy=HotlinePolicy.PAUSE)
    assert during == Hotline(paused=SALES)
    assert hotline(FOLLOW_UP, QUIET, during.paused) == Hotline(restore=SALES)


def test_a_pause_that_did_not_arrive_yet_is_restored_all_the_same() -> None:
    assert hotline(READY, QUIET, SALES).restore == SALES


def test_an_agent_who_becomes_ready_under_a_redirect_is_paused_again() -> None:
    found = hotline(READY, AWAY, SALES, policy=HotlinePolicy.PAUSE)
    assert found.pause == SALES


def test_an_agent_who_left_the_queue_meanwhile_is_not_brought_back() -> None:
    for agent in ({"sales": AgentState.LOGGED_OFF}, {}):
        assert hotline(agent, QUIET, SALES) == Hotline()


@pytest.mark.parametrize("rule", [AgentState.LOGGED_OFF, AgentState.FOLLOW_UP])
def test_an_agent_whom_the_profile_wants_out_is_not_brought_back(
    rule: AgentState,
) -> None:
    assert hotline(FOLLOW_UP, QUIET, SALES, rule=rule) == Hotline()


def test_a_profile_that_wants_the_agent_ready_does_not_stop_the_guard() -> None:
    found = hotline(FOLLOW_UP, QUIET, SALES, rule=AgentState.READY)
    assert found == Hotline(restore=SALES)


@pytest.mark.parametrize("part", ["unconditional", "busy", "no_reply"])
def test_an_unknown_redirect_does_not_end_a_pause(part: str) -> None:
    forwarding = replace(QUIET, **{part: UNKNOWN})
    assert hotline(FOLLOW_UP, forwarding, SALES) == Hotline(paused=SALES)


def test_an_unknown_follow_me_is_no_reason_to_wait() -> None:
    forwarding = replace(QUIET, follow_me=UNKNOWN)
    assert hotline(FOLLOW_UP, forwarding, SALES) == Hotline(restore=SALES)


@pytest.mark.parametrize("forwarding", [QUIET, AWAY])
def test_an_unknown_agent_keeps_what_is_paused(forwarding: ForwardingState) -> None:
    found = hotline(None, forwarding, SALES, policy=HotlinePolicy.PAUSE)
    assert found == Hotline(paused=SALES)


def test_a_guard_that_only_warns_still_ends_an_earlier_pause() -> None:
    during = hotline({**READY, "help": AgentState.FOLLOW_UP}, AWAY, frozenset({"help"}))
    assert during.pause == frozenset()
    assert during.paused == frozenset({"help"})


HOURS_4 = timedelta(hours=4)


def test_a_redirect_is_too_old_from_its_limit_on() -> None:
    at = NOON + HOURS_4
    just_before = at - timedelta(seconds=1)
    assert long_redirect(NOON, AWAY, just_before, HOURS_4) == Long(at=at)
    assert long_redirect(NOON, AWAY, at, HOURS_4) == Long(too_old=True, at=at)


def test_a_redirect_that_is_too_old_falls_back_where_the_office_says_so() -> None:
    policy = LongPolicy.FALL_BACK
    late = NOON + HOURS_4
    assert long_redirect(NOON, AWAY, late, HOURS_4, policy=policy).fall_back
    assert not long_redirect(NOON, AWAY, NOON, HOURS_4, policy=policy).fall_back


@pytest.mark.parametrize(
    ("forwarding", "ages"),
    [
        (QUIET, False),
        (AWAY, True),
        (replace(QUIET, busy=BOB), True),
        (replace(QUIET, no_reply=BOB), True),
        (replace(QUIET, follow_me="0171"), False),
        (replace(QUIET, do_not_disturb=True), False),
        (ForwardingState(), False),
    ],
)
def test_what_ages(forwarding: ForwardingState, ages: bool) -> None:
    found = long_redirect(NOON, forwarding, NOON + 2 * HOURS_4, HOURS_4)
    assert found.too_old is ages


@pytest.mark.parametrize(
    ("since", "limit"),
    [pair for pair in product([None, NOON], [None, HOURS_4]) if None in pair],
)
def test_without_a_beginning_or_a_limit_nothing_is_too_old(
    since: datetime | None, limit: timedelta | None
) -> None:
    assert long_redirect(since, AWAY, NOON + 9 * HOURS_4, limit) == Long()


@pytest.mark.parametrize(
    ("since", "now", "expected"),
    [
        pytest.param(None, NOON, WrapUp(NOON, at=TEN_PAST), id="begins"),
        pytest.param(NOON, NOON + MINUTE, WrapUp(NOON, at=TEN_PAST), id="goes on"),
        pytest.param(NOON, TEN_PAST, WrapUp(NOON, SALES, TEN_PAST), id="is over"),
    ],
)
def test_follow_up_ends_after_the_offices_time(
    since: datetime | None, now: datetime, expected: WrapUp
) -> None:
    assert wrap_up(FOLLOW_UP, since, now, 10 * MINUTE) == expected


@pytest.mark.parametrize(
    ("agent", "more"),
    [
        pytest.param(READY, {}, id="ready"),
        pytest.param({"sales": AgentState.LOGGED_OFF}, {}, id="logged off"),
        pytest.param(FOLLOW_UP, {"limit": None}, id="no limit"),
        pytest.param(FOLLOW_UP, {"paused": SALES}, id="paused by the guard"),
        pytest.param(FOLLOW_UP, {"rule": AgentState.FOLLOW_UP}, id="by the profile"),
    ],
)
def test_what_is_no_wrapping_up_is_left_alone(
    agent: dict[str, AgentState], more: dict[str, Any]
) -> None:
    said = {"limit": 10 * MINUTE, **more}
    assert wrap_up(agent, NOON, NOON + timedelta(days=1), **said) == WrapUp()


def test_while_nothing_is_known_of_the_hotline_follow_up_is_not_forgotten() -> None:
    assert wrap_up(None, NOON, TEN_PAST, 10 * MINUTE) == WrapUp(NOON)


def test_a_second_queue_that_is_paused_later_is_restored_too() -> None:
    both = {"sales": AgentState.FOLLOW_UP, "support": AgentState.READY}
    found = hotline(both, AWAY, SALES, policy=HotlinePolicy.PAUSE)
    assert found.pause == {"support"}
    assert found.paused == {"sales", "support"}
    paused = dict.fromkeys(both, AgentState.FOLLOW_UP)
    after = hotline(paused, QUIET, found.paused, policy=HotlinePolicy.PAUSE)
    assert after.restore == {"sales", "support"}
