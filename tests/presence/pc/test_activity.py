"""PC entities lie; what is believed of them, case by case."""

from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.xpresence.presence.model import (
    Absence,
    InactivityRules,
    Pc,
    SessionRules,
    Statement,
)
from custom_components.xpresence.presence.pc.activity import (
    followed,
    is_away,
    locked_since,
)

from ..office import ANNA, OFFICE, anna, at, chosen, decided, facts, holds


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


FELL_SILENT = Statement(True, at("8:00"), at("17:00"))
OFF_AND_SILENT = Statement(False, at("17:00"), at("17:02"))


@pytest.mark.parametrize(
    ("known", "clock", "expected", "next_change"),
    [
        (Pc(FELL_SILENT, silence_ends=True), "17:04", "At work", "17:06"),
        (Pc(FELL_SILENT, silence_ends=True), "17:05", "At work", "17:06"),
        (Pc(FELL_SILENT, silence_ends=True), "17:06", "Gone home", None),
        (Pc(FELL_SILENT), "17:04", "At work", "17:05"),
        (Pc(FELL_SILENT), "17:05", "Available", None),
        (Pc(FELL_SILENT), "17:06", "Available", None),
        (Pc(OFF_AND_SILENT), "17:06", "Gone home", "17:07"),
        (Pc(OFF_AND_SILENT), "17:07", "Available", None),
        (Pc(OFF_AND_SILENT, silence_ends=True), "17:07", "Gone home", None),
        (Pc(Statement(False, at("9:00")), ran_since=at("8:00")), "9:00", "At work", ""),
        (
            Pc(Statement(False, at("9:00")), ran_since=at("8:00")),
            "9:01",
            "Gone home",
            "",
        ),
        (Pc(Statement(False, at("9:00"))), "9:00", "Available", "9:01"),
    ],
    ids=[
        "silent-and-believed",
        "silence-that-ends-a-session-must-stand-too",
        "silence-ended-the-session",
        "silent-and-believed-where-silence-ends-nothing",
        "silence-says-nothing",
        "and-never-becomes-an-end",
        "off-and-then-silent",
        "off-and-silent-for-too-long",
        "off-and-silent-where-silence-means-off",
        "off-for-a-moment-it-still-counts-as-running",
        "off-for-long-enough",
        "never-seen-running-there-is-no-session-to-go-on",
    ],
)
def test_a_pc_that_says_nothing_more(
    known: Pc, clock: str, expected: str, next_change: str | None
) -> None:
    decision = decided(facts(pc=known), clock)
    assert decision.profile.name == expected
    if next_change != "":
        assert decision.next_change == (at(next_change) if next_change else None)


@pytest.mark.parametrize(
    ("known", "ends"),
    [
        (Pc(FELL_SILENT, silence_ends=True), "17:06"),
        (Pc(Statement(True, at("8:00")), silence_ends=True), None),
        (Pc(FELL_SILENT), None),
        (Pc(Statement(False, at("17:00"))), "17:01"),
        (Pc(Statement(False, at("17:00"), at("17:00"))), "17:01"),
        (Pc(Statement(False, at("17:00"), at("16:50"))), None),
        (Pc(Statement(False, at("17:00"), at("16:56"))), None),
        (Pc(Statement(False, at("17:00"), at("16:50")), silence_ends=True), "17:01"),
    ],
    ids=[
        "silence-that-ends-sessions",
        "it-speaks-and-runs",
        "silence-that-ends-nothing",
        "off",
        "off-and-believed-long-enough",
        "off-but-no-longer-believed",
        "off-but-believed-not-quite-long-enough",
        "off-and-silence-would-mean-the-same",
    ],
)
def test_until_my_session_ends_when_the_pc_says_nothing_more(
    known: Pc, ends: str | None
) -> None:
    held = facts(choice=chosen("Nicht stören", "12:00"), pc=known)
    still = [f"17:{minute:02}" for minute in range(20)]
    if ends is not None:
        still = still[: still.index(ends)]
        assert decided(held, "17:00").next_change == at(ends)
        assert holds(held, ends) != "Nicht stören"
    assert {holds(held, clock) for clock in still} == {"Nicht stören"}


@pytest.mark.parametrize(
    ("newer", "locked"),
    [
        (
            Pc(last_input=Statement(at("9:00") + timedelta(seconds=10), at("9:05"))),
            True,
        ),
        (
            Pc(last_input=Statement(at("9:00") + timedelta(seconds=11), at("9:05"))),
            False,
        ),
        (Pc(active=Statement(True, at("9:00") + timedelta(seconds=10))), True),
        (Pc(active=Statement(True, at("9:00") + timedelta(seconds=11))), False),
        (Pc(running=Statement(True, at("9:00") + timedelta(seconds=10))), True),
        (Pc(running=Statement(True, at("9:00") + timedelta(seconds=11))), False),
    ],
    ids=[
        "the-key-that-locked-it",
        "a-key-after-that",
        "active-as-it-was-locked",
        "active-after-that",
        "started-as-it-was-locked",
        "started-after-that",
    ],
)
def test_what_lies_within_the_hold_is_of_the_same_moment(
    newer: Pc, *, locked: bool
) -> None:
    known = replace(newer, locked=Statement(True, at("9:00")))
    since = locked_since(known, OFFICE.health, at("9:06"))
    assert since == (at("9:00") if locked else None)


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
        (Pc(ON, active=Statement(True, at("8:30"))), "9:00", False),
        (Pc(ON, active=Statement(False, at("8:55"))), "9:00", False),
        (Pc(ON, active=Statement(False, at("8:50"))), "9:00", True),
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
