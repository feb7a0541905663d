"""What says how long ago something was moves along with a clock; named times stay."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.xpresence.presence.line import ForwardingState
from custom_components.xpresence.presence.model import (
    Absence,
    Call,
    Choice,
    Dismissal,
    Facts,
    Met,
    Occasion,
    OccasionKind,
    Pc,
    Statement,
)
from custom_components.xpresence.presence.moved_clock import (
    ClockMove,
    facts_moved,
    ledger_moved,
    teams_moved,
)
from custom_components.xpresence.presence.redirect.ledger import (
    Echo,
    Ledger,
    OwnRedirect,
)
from custom_components.xpresence.presence.teams.state import OwnWrite, TeamsState

BEFORE = datetime(2026, 11, 24, 9, tzinfo=UTC)
NOTICED = timedelta(seconds=21)
FAR = timedelta(days=400_000)


def facts(ago: timedelta, until: datetime) -> Facts:
    at = BEFORE - ago
    meeting = Occasion(OccasionKind.APPOINTMENT, "1", start=until, end=until)
    call = Occasion(OccasionKind.CALL, "teams", start=at)
    return Facts(
        "anna",
        choice=Choice("meeting", at, until),
        dismissed=(Dismissal(meeting, at, until), Dismissal(call, at, until)),
        pc=Pc(
            running=Statement(True, at, at),
            locked=Statement(True, at),
            last_input=Statement(at, at),
            active=Statement(False, at),
            ran_since=at,
        ),
        absence=Absence(at, at),
        session_ended=at,
        conditions={"1": Met(at, at, at)},
        calls=(Call("teams", at),),
    )


@pytest.mark.parametrize("by", [timedelta(hours=1), timedelta(hours=-1)])
@pytest.mark.parametrize("ago", [timedelta(minutes=1), timedelta(hours=30)])
def test_what_was_some_time_ago_is_as_long_ago(by: timedelta, ago: timedelta) -> None:
    until = BEFORE + timedelta(hours=3)
    move = ClockMove(by, BEFORE + by, NOTICED)
    # As if everything had been noted by the new time from the start.
    expected = facts(ago - by, until)
    assert facts_moved(facts(ago, until), move) == expected


def test_what_was_noted_by_the_new_time_stays() -> None:
    now = BEFORE + timedelta(hours=1)
    move = ClockMove(timedelta(hours=1), now, NOTICED)
    new = Pc(locked=Statement(True, now - timedelta(seconds=15)))
    known = Facts("anna", pc=new)
    assert facts_moved(known, move) == known


@pytest.mark.parametrize("by", [FAR, -FAR, timedelta.max, timedelta.min])
def test_no_clock_is_too_absurd(by: timedelta) -> None:
    moved = facts_moved(facts(timedelta(hours=1), BEFORE), ClockMove(by, BEFORE))
    assert moved.choice is not None
    assert moved.choice.until == BEFORE


def test_a_ledger_keeps_the_end_that_somebody_named() -> None:
    hour = timedelta(hours=1)
    own = (OwnRedirect(ForwardingState(), until=BEFORE + hour),)
    echo = Echo(ForwardingState(), BEFORE, sent=True)
    ledger = Ledger(asked=BEFORE, seen=BEFORE, echoes=(echo,), own=own)
    moved = ledger_moved(ledger, ClockMove(-hour, BEFORE - hour))
    assert moved == Ledger(
        asked=BEFORE - hour,
        seen=BEFORE - hour,
        echoes=(replace(echo, asked=BEFORE - hour),),
        own=own,
    )


def test_what_teams_shows_of_ours_ends_as_late_as_before() -> None:
    hour = timedelta(hours=1)
    write = OwnWrite(("Busy", "InACall"), BEFORE, BEFORE + hour)
    teams = TeamsState(
        session=write, session_echo=BEFORE + hour, call_since=BEFORE, read_at=BEFORE
    )
    moved = teams_moved(teams, ClockMove(-hour, BEFORE - hour))
    assert moved == TeamsState(
        session=replace(write, since=BEFORE - hour, expires=BEFORE),
        session_echo=BEFORE,
        call_since=BEFORE - hour,
        read_at=BEFORE - hour,
    )
