"""PC entities lie; what is believed of them, case by case."""

from datetime import timedelta

import pytest

from custom_components.xpresence.presence.activity import followed, is_away
from custom_components.xpresence.presence.model import (
    Absence,
    InactivityRules,
    Pc,
    SessionRules,
    Statement,
)

from .office import ANNA, OFFICE, anna, at, decided, facts, holds


def pc(
    running: Statement[bool] | None = None,
    locked: Statement[bool] | None = None,
    used: str | None = None,
    silent: str | None = None,
) -> Pc:
    said = None
    if used is not None:
        said = Statement(at(used), at(used), at(silent) if silent else None)
    return Pc(running, locked, said)


ON = Statement(True, at("8:00"))


@pytest.mark.parametrize(
    ("known", "clock", "expected"),
    [
        (pc(ON, used="9:00"), "9:09", "At work"),
        (pc(ON, used="9:00"), "9:10", "Lunch"),
        (pc(ON, Statement(True, at("9:00"))), "9:00", "At work"),
        (pc(ON, Statement(True, at("9:00"))), "9:01", "Quiet"),
        (pc(ON, Statement(True, at("9:00")), used="9:05"), "9:06", "At work"),
        (pc(ON, Statement(True, at("9:00")), used="8:59"), "9:01", "Quiet"),
        (
            pc(Statement(True, at("8:00")), Statement(True, at("7:00"))),
            "8:30",
            "At work",
        ),
        (pc(Statement(True, at("8:00")), used="7:00"), "8:09", "At work"),
        (pc(Statement(True, at("8:00")), used="7:00"), "8:10", "Lunch"),
        (pc(Statement(False, at("17:00")), used="16:00"), "17:30", "Gone home"),
        (
            pc(Statement(False, at("17:00")), Statement(True, at("16:00"))),
            "17:30",
            "Gone home",
        ),
        (pc(ON, Statement(False, at("9:00")), used="8:00"), "9:30", "Lunch"),
        (pc(used="9:00", silent="9:12"), "9:16", "Lunch"),
        (pc(used="9:00", silent="9:12"), "9:17", "Available"),
        (pc(), "9:00", "Available"),
    ],
    ids=[
        "used-nine-minutes-ago",
        "unused-for-ten-minutes",
        "a-lock-must-stand-a-moment",
        "locked",
        "newer-activity-contradicts-the-lock",
        "older-activity-does-not",
        "still-locked-after-resume",
        "old-input-after-hibernation",
        "hibernation-forgives-only-once",
        "switched-off-is-not-inactive",
        "switched-off-is-not-locked",
        "unlocked-at-the-login-screen-is-nobody",
        "silent-and-believed",
        "silent-for-too-long",
        "nothing-known",
    ],
)
def test_what_a_pc_means(known: Pc, clock: str, expected: str) -> None:
    assert holds(facts(pc=known), clock) == expected


def test_inactivity_is_a_deadline_known_beforehand() -> None:
    office = anna(session=SessionRules())
    decision = decided(facts(pc=pc(ON, used="9:00")), "9:01", office)
    assert decision.next_change == at("9:10")


def test_a_restart_of_the_pc_is_no_end_of_the_day() -> None:
    off = facts(pc=pc(Statement(False, at("9:00"))))
    assert holds(off, "9:00") == "Available"
    assert holds(off, "9:01") == "Gone home"


def test_what_is_not_set_up_claims_nothing() -> None:
    office = anna(inactivity=InactivityRules(), session=SessionRules())
    idle = facts(pc=pc(ON, Statement(True, at("8:30")), used="8:00"))
    assert holds(idle, "12:00", office) == "Available"


@pytest.mark.parametrize(
    ("known", "clock", "away"),
    [
        (pc(), "9:00", None),
        (pc(ON), "9:00", False),
        (pc(Statement(False, at("8:00"))), "9:00", True),
        (pc(ON, Statement(True, at("8:30"))), "9:00", True),
        (pc(ON, used="8:55"), "9:00", False),
        (pc(ON, used="8:45"), "9:00", True),
    ],
)
def test_who_is_away(known: Pc, clock: str, away: bool | None) -> None:
    assert is_away(OFFICE, ANNA, known, at(clock)) is away


def test_an_absence_begins_ends_and_is_remembered() -> None:
    begun = followed(None, away=True, now=at("12:00"))
    assert begun == Absence(at("12:00"))
    assert followed(begun, away=True, now=at("12:10")) == begun
    assert followed(begun, away=None, now=at("12:20")) == begun
    over = followed(begun, away=False, now=at("12:30"))
    assert over == Absence(at("12:00"), at("12:30"))
    assert followed(over, away=False, now=at("12:40")) == over
    assert followed(over, away=True, now=at("13:00")) == Absence(at("13:00"))


def test_a_person_without_a_time_for_inactivity_is_away_only_when_it_is_said() -> None:
    person = anna(inactivity=InactivityRules()).people["anna"]
    assert is_away(OFFICE, person, pc(ON, used="1:00"), at("9:00")) is False
    assert timedelta(minutes=10) == ANNA.inactivity.after
