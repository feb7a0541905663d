"""Whose business an event of a calendar entity is."""

from typing import Any

import pytest

from custom_components.xpresence.groupware.calendar_event import (
    Owner,
    appointment_from,
    appointments_from,
    details_of,
)


def event(uid: str, day: int = 26, summary: str = "Talk") -> dict[str, Any]:
    return {
        "uid": uid,
        "summary": summary,
        "start": f"2026-11-{day}T10:00:00+01:00",
        "end": f"2026-11-{day}T11:00:00+01:00",
    }


def told(uid: str, **more: Any) -> dict[str, Any]:
    return {**event(uid), "sensitivity": "Normal", "show_as": "Busy", **more}


@pytest.mark.parametrize(
    "word",
    [
        "Private",
        "personal",
        "CONFIDENTIAL",
        "Personal",
        "company-confidential",
        " private ",
        "EventSensitivity.Private",
        "secret",
        "",
        None,
        2,
        ["private"],
    ],
)
def test_what_is_not_for_everybody_loses_its_subject(word: object) -> None:
    details = details_of([told("1", sensitivity=word)])
    found = appointment_from(event("1"), details, Owner(), "Work")
    assert found is not None
    assert (found.private, found.subject) == (True, "")


@pytest.mark.parametrize("details", [[told("1")], []])
def test_an_event_beyond_the_attributes_reach_is_private_until_it_is_known(
    details: list[dict[str, Any]],
) -> None:
    far = event("2", day=29, summary="Doctor @Lunch")
    found = appointment_from(far, details_of(details), Owner(), "Work")
    assert found is not None
    assert (found.private, found.subject) == (True, "")
    assert "Lunch" in found.markers
    known = appointment_from(far, details_of([told("2") | far]), Owner(), "Work")
    assert known is not None
    assert known.subject == "Doctor @Lunch"


@pytest.mark.parametrize("word", ["Normal", "normal ", "PUBLIC", "Sensitivity.Normal"])
def test_what_is_for_everybody_keeps_its_subject(word: str) -> None:
    details = details_of([told("1", sensitivity=word)])
    found = appointment_from(event("1"), details, Owner(), "Work")
    assert found is not None
    assert (found.private, found.subject) == (False, "Talk")


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("FREE", "free"),
        ("EventShowAs.Free", "free"),
        ("Out of office", "out_of_office"),
        ("out_of_office", "out_of_office"),
        ("WorkingElsewhere", "working_elsewhere"),
        ("unknown", "busy"),
        (None, "busy"),
        (3, "busy"),
    ],
)
def test_show_as_is_understood_however_it_is_spelled(word: object, shown: str) -> None:
    details = details_of([told("1", show_as=word)])
    found = appointment_from(event("1"), details, Owner(), "Work")
    assert found is not None
    assert found.show_as == shown


@pytest.mark.parametrize("data", [None, "text", 7, {"a": 1}])
def test_a_calendar_that_tells_nothing_beside_its_events_hides_nothing(
    data: object,
) -> None:
    found = appointment_from(event("1"), details_of(data), Owner(), "Work")
    assert found is not None
    assert (found.private, found.subject) == (False, "Talk")


def test_two_events_of_one_time_and_subject_are_told_apart_by_their_uid() -> None:
    details = details_of(
        [told("1", sensitivity="Private"), told("2", show_as="Free", categories=["a"])]
    )
    first, second = appointments_from(
        [event("1"), event("2")], details, Owner(), "Work"
    )
    assert (first.private, first.subject, first.show_as) == (True, "", "busy")
    assert (second.private, second.subject, second.show_as) == (False, "Talk", "free")
    assert (first.categories, second.categories) == ((), ("a",))


def test_where_the_uid_does_not_decide_the_private_one_does() -> None:
    details = details_of([told("1"), told("2", sensitivity="Private")])
    found = appointment_from(event(""), details, Owner(), "Work")
    assert found is not None
    assert found.private


def test_a_calendar_can_be_private_as_a_whole() -> None:
    found = appointment_from(event("1"), {}, Owner(), "Work", private=True)
    assert found is not None
    assert (found.private, found.subject) == (True, "")
