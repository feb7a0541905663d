"""What is kept of a person's days, for how long, and what held when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.xpresence.presence.history import (
    LONGEST_TEXT,
    MOST_CHANGES,
    Change,
    ChangeKind,
    from_record,
    retained,
    stretches,
    to_record,
    within,
)
from custom_components.xpresence.presence.stored import Malformed

DAY = datetime(2026, 11, 24, tzinfo=UTC)


def at(clock: str) -> datetime:
    hour, minute = clock.split(":")
    return DAY + timedelta(hours=int(hour), minutes=int(minute))


def profile(clock: str, name: str, **more: Any) -> Change:
    return Change(at=at(clock), kind=ChangeKind.PROFILE, after=name, **more)


def calls(clock: str, to: str | None, **more: Any) -> Change:
    return Change(at=at(clock), kind=ChangeKind.CALLS, after=to, **more)


def paused(clock: str) -> Change:
    return Change(at=at(clock), kind=ChangeKind.PAUSED)


def held(
    changes: list[Change],
    start: str = "0:00",
    end: str = "12:00",
    kind: ChangeKind = ChangeKind.PROFILE,
) -> list[str]:
    return [
        f"{one.start:%H:%M}-{one.end:%H:%M} {one.change.after}"
        for one in stretches(changes, kind, at(start), at(end))
    ]


MORNING = [
    profile("7:00", "Available", found=True),
    calls("7:00", None, found=True),
    profile("9:00", "Meeting"),
    calls("9:00", "Voicemail"),
    profile("10:00", "Available"),
    calls("10:00", None),
]


def test_the_day_is_shown_as_it_was() -> None:
    assert held(MORNING) == [
        "07:00-09:00 Available",
        "09:00-10:00 Meeting",
        "10:00-12:00 Available",
    ]
    assert held(MORNING, kind=ChangeKind.CALLS) == [
        "07:00-09:00 None",
        "09:00-10:00 Voicemail",
        "10:00-12:00 None",
    ]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("9:30", "9:45", ["09:30-09:45 Meeting"]),
        ("9:00", "10:00", ["09:00-10:00 Meeting"]),
        ("6:00", "7:00", []),
        ("10:00", "10:00", []),
    ],
)
def test_a_part_of_it_begins_and_ends_where_it_is_asked(
    start: str, end: str, expected: list[str]
) -> None:
    assert held(MORNING, start, end) == expected


def test_while_home_assistant_was_off_nothing_is_claimed() -> None:
    off = [*MORNING, paused("10:30"), profile("11:00", "Available", found=True)]
    assert held(off)[-2:] == ["10:00-10:30 Available", "11:00-12:00 Available"]


def test_what_was_found_as_it_was_is_no_other_stretch() -> None:
    known = [profile("7:00", "Lunch"), profile("8:00", "Lunch", found=True)]
    assert held(known) == ["07:00-12:00 Lunch"]
    chosen_again = [profile("7:00", "Lunch"), profile("8:00", "Lunch")]
    assert held(chosen_again) == ["07:00-08:00 Lunch", "08:00-12:00 Lunch"]


def test_nothing_recorded_is_nothing_shown() -> None:
    assert held([]) == []
    assert held([calls("9:00", None)]) == []


def test_what_is_older_than_the_office_lets_is_dropped() -> None:
    now = at("12:00")
    old = replace(MORNING[0], at=now - timedelta(days=7, seconds=1))
    just = replace(MORNING[0], at=now - timedelta(days=7))
    assert retained([old, just, *MORNING], now, 7) == [just, *MORNING]


def test_of_too_many_the_oldest_are_dropped() -> None:
    flood = [
        profile("9:00", str(number), reason="rule")
        for number in range(MOST_CHANGES + 3)
    ]
    kept = retained(flood, at("9:01"), 7)
    assert len(kept) == MOST_CHANGES
    assert kept[0].after == "3"


def test_the_changes_of_a_time_are_those_within_it() -> None:
    assert [one.after for one in within(MORNING, at("9:00"), at("10:00"))] == [
        "Meeting",
        "Voicemail",
    ]


@pytest.mark.parametrize(
    "change",
    [
        *MORNING,
        paused("9:00"),
        calls("9:00", None, known=False, author="phone"),
        profile(
            "9:00", "Meeting", before="Available", status="busy", by="Dora", reason="x"
        ),
    ],
)
def test_what_is_stored_is_read_again(change: Change) -> None:
    assert from_record(to_record(change)) == change


def test_a_long_name_is_cut_and_a_field_of_a_later_version_left_out() -> None:
    stored = to_record(profile("9:00", "x" * 1000)) | {"mood": "fine"}
    assert from_record(stored).after == "x" * LONGEST_TEXT


@pytest.mark.parametrize(
    "damaged",
    [
        None,
        [],
        {},
        {"at": "2026-11-24T09:00:00+00:00"},
        {"at": "yesterday", "kind": "profile"},
        {"at": "2026-11-24T09:00:00", "kind": "profile"},
        {"at": "2026-11-24T09:00:00+00:00", "kind": "weather"},
        {"at": "2026-11-24T09:00:00+00:00", "kind": "calls", "after": 4},
        {"at": "2026-11-24T09:00:00+00:00", "kind": "calls", "known": "no"},
    ],
)
def test_a_damaged_change_is_refused(damaged: Any) -> None:
    with pytest.raises(Malformed):
        from_record(damaged)
