"""What is remembered of the past: absences, sessions, and choices that they end."""

from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.xpresence.presence.facts.history import with_past, with_pc
from custom_components.xpresence.presence.model import (
    Absence,
    Facts,
    InactivityRules,
    Pc,
    Statement,
)

from ..office import OFFICE, anna, at, chosen, decided, facts, holds

ON = Statement(True, at("8:00"))
NO_RULES = anna(inactivity=InactivityRules(after=timedelta(minutes=10)))
"""Inactivity chooses nothing here, so nothing wakes at its deadline."""


def pc(
    running: Statement[bool] | None = ON,
    *,
    locked: str | None = None,
    unlocked: str | None = None,
    used: str | None = None,
    silent: str | None = None,
) -> Pc:
    lock = None
    if locked or unlocked:
        lock = Statement(locked is not None, at(locked or unlocked or ""))
    said = Statement(at(used), at(used)) if used else None
    if silent and said:
        said = replace(said, silent_since=at(silent))
    return Pc(running, lock, said)


def lived(known: Facts, *told: tuple[str, Pc]) -> Facts:
    """Return what is known after a PC has told one thing after the other."""
    for clock, said in told:
        known = with_pc(NO_RULES, known, said, at(clock))
    return known


LUNCH = facts(choice=chosen("Lunch", "12:00"))


@pytest.mark.parametrize(
    ("story", "ended"),
    [
        ([("12:01", pc(locked="12:01")), ("12:40", pc(unlocked="12:40"))], True),
        ([("12:01", pc(used="12:01")), ("12:40", pc(used="12:40"))], True),
        ([("12:01", pc(used="12:01")), ("12:05", pc(used="12:05"))], False),
        (
            [
                ("12:01", pc(used="12:01")),
                ("12:08", pc(used="12:01", silent="12:08")),
                ("12:40", pc(used="12:40")),
            ],
            True,
        ),
        (
            [
                ("12:01", pc(Statement(False, at("12:01")))),
                ("12:40", pc(Statement(True, at("12:40")))),
            ],
            True,
        ),
        ([("11:58", pc(locked="11:58")), ("12:40", pc(unlocked="12:40"))], True),
        ([("11:45", pc(used="11:45")), ("12:01", pc(used="12:00"))], False),
        ([("11:50", pc(used="11:50")), ("12:01", pc(used="11:59"))], False),
        ([("12:01", pc(locked="12:01"))], False),
    ],
    ids=[
        "locked-and-back",
        "unused-and-back-though-nobody-looked-at-the-deadline",
        "used-all-the-time",
        "the-pc-fell-asleep-before-the-deadline-and-woke",
        "shut-down-and-started",
        "chosen-on-the-mobile-with-the-pc-locked-already",
        "the-pc-tells-late-of-the-click-that-chose",
        "the-deadline-passed-while-the-pc-was-late-in-telling",
        "still-away",
    ],
)
def test_lunch_ends_when_the_person_comes_back(
    story: list[tuple[str, Pc]], ended: bool
) -> None:
    assert (lived(LUNCH, *story).choice is None) is ended


def test_a_lunch_that_has_ended_does_not_come_back_with_the_next_absence() -> None:
    known = lived(
        LUNCH,
        ("12:01", pc(locked="12:01")),
        ("12:40", pc(unlocked="12:40", used="12:40")),
        ("15:00", pc(locked="15:00", used="14:59")),
    )
    known = with_past(NO_RULES, known, at("15:30"))
    assert known.absence == Absence(at("15:00") + timedelta(seconds=10))
    assert holds(known, "15:30", NO_RULES) == "At work"


def test_a_lock_of_a_few_seconds_is_no_absence() -> None:
    moment = at("12:01")
    known = with_pc(OFFICE, LUNCH, pc(locked="12:01"), moment)
    known = with_pc(
        OFFICE, known, pc(unlocked="12:01", used="12:01"), moment + timedelta(seconds=9)
    )
    assert known.absence is None
    assert known.choice == LUNCH.choice


def test_a_locked_screen_tells_of_an_absence_even_if_its_input_is_told_late() -> None:
    known = lived(
        LUNCH,
        ("12:01", pc(locked="12:01", used="12:00")),
        ("12:03", pc(unlocked="12:03", used="12:01")),
    )
    assert known.choice is None


DND = facts(choice=chosen("Nicht stören", "10:00"))


def test_do_not_disturb_ends_with_the_session_though_nobody_looks_at_it() -> None:
    known = lived(DND, ("17:00", pc(Statement(False, at("17:00")))))
    assert holds(known, "17:00") == "Nicht stören"
    assert decided(known, "17:00").next_change == at("17:01")
    assert holds(known, "17:01") == "Gone home"
    morning = lived(known, ("17:30", pc(Statement(True, at("17:30")))))
    assert morning.session_ended == at("17:00")
    assert morning.choice is None
    assert holds(morning, "17:31") == "At work"


def test_restarting_the_pc_does_not_end_do_not_disturb() -> None:
    moment = at("11:00")
    off = with_pc(OFFICE, DND, pc(Statement(False, moment)), moment)
    back = moment + timedelta(seconds=9)
    on = with_pc(OFFICE, off, pc(Statement(True, back)), back)
    assert on.session_ended is None
    assert holds(on, "11:30") == "Nicht stören"


def test_do_not_disturb_chosen_after_the_pc_went_down_waits_for_the_next_end() -> None:
    off = lived(facts(), ("9:00", pc(Statement(False, at("9:00")))))
    known = replace(off, choice=DND.choice)
    assert holds(known, "11:00") == "Nicht stören"
    known = lived(
        known,
        ("11:00", pc(Statement(True, at("11:00")))),
        ("17:00", pc(Statement(False, at("17:00")))),
    )
    assert holds(known, "17:01") == "Gone home"


def test_a_session_that_falls_silent_before_its_end_counts_has_not_ended() -> None:
    long_ago = Statement(False, at("11:00"), silent_since=at("10:50"))
    known = lived(DND, ("11:10", pc(long_ago)))
    assert known.session_ended is None
    assert known.choice is not None


def test_who_left_the_office_is_remembered_as_they_were() -> None:
    stranger = Facts("left long ago")
    assert with_pc(OFFICE, stranger, pc(), at("9:00")).pc == pc()
