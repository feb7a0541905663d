"""Which appointments count, and which profile each of them claims."""

from dataclasses import replace
from datetime import date, timedelta
import unicodedata

import pytest

from custom_components.xpresence.presence.appointments import (
    Appointment,
    CalendarRules,
    Effect,
    Invitations,
    Response,
    ShowAs,
    agenda_from,
    marked,
)
from custom_components.xpresence.presence.model import Facts

from .office import ANNA, PROFILES, RULES, at, decided, facts, holds, meeting, profile

ONLY = replace(RULES, categories_only=True)
NEVER = replace(RULES, invitations=Invitations.NEVER)
ACCEPTED = replace(RULES, invitations=Invitations.ACCEPTED)


@pytest.mark.parametrize(
    ("more", "rules", "expected"),
    [
        ({}, RULES, "Meeting"),
        ({"cancelled": True}, RULES, "Available"),
        ({"response": Response.DECLINED}, RULES, "Available"),
        ({"cancelled": True, "categories": ("Quiet",)}, RULES, "Available"),
        ({"categories": ("@Nicht stören",)}, RULES, "Nicht stören"),
        ({"categories": ("Nicht stören",)}, RULES, "Nicht stören"),
        ({"categories": ("@nicht STÖREN ",)}, RULES, "Nicht stören"),
        ({"categories": ("@Nicht stoeren",)}, RULES, "Nicht stören"),
        (
            {"categories": (unicodedata.normalize("NFD", "@Nicht stören"),)},
            RULES,
            "Nicht stören",
        ),
        ({"categories": ("Red", "Quiet", "Lunch")}, RULES, "Quiet"),
        ({"categories": ("Red",)}, RULES, "Meeting"),
        ({"categories": ("Red",)}, ONLY, "Available"),
        ({}, ONLY, "Available"),
        ({"categories": ("Quiet",)}, ONLY, "Quiet"),
        ({"show_as": ShowAs.FREE}, RULES, "Available"),
        ({"show_as": ShowAs.WORKING_ELSEWHERE}, RULES, "Available"),
        ({"show_as": ShowAs.TENTATIVE}, RULES, "Meeting"),
        ({"show_as": ShowAs.OUT_OF_OFFICE}, RULES, "Meeting"),
        (
            {"show_as": ShowAs.OUT_OF_OFFICE},
            replace(RULES, show_as={ShowAs.OUT_OF_OFFICE: "Vacation"}),
            "Vacation",
        ),
        (
            {"show_as": ShowAs.FREE},
            replace(RULES, show_as={ShowAs.FREE: Effect.DEFAULT}),
            "Meeting",
        ),
        ({"show_as": ShowAs.FREE, "categories": ("Quiet",)}, RULES, "Quiet"),
        ({"invited": True}, RULES, "Meeting"),
        ({"invited": True}, NEVER, "Available"),
        ({"invited": True}, ACCEPTED, "Available"),
        ({"invited": True, "response": Response.TENTATIVE}, ACCEPTED, "Available"),
        ({"invited": True, "response": Response.ACCEPTED}, ACCEPTED, "Meeting"),
        ({"invited": True, "response": Response.ACCEPTED}, NEVER, "Available"),
        ({"invited": True, "categories": ("Quiet",)}, NEVER, "Quiet"),
        ({"profile": "Vacation"}, ONLY, "Vacation"),
        ({"categories": ("Bob's own",)}, RULES, "Meeting"),
        ({"categories": ("",)}, RULES, "Meeting"),
        ({"categories": ("@",)}, ONLY, "Available"),
    ],
)
def test_what_an_appointment_claims(
    more: dict[str, object], rules: CalendarRules, expected: str
) -> None:
    assert (
        holds(facts(meeting("9:00", "10:00", **more), rules=rules), "9:30") == expected
    )


def test_it_begins_with_its_start_and_is_over_with_its_end() -> None:
    known = facts(meeting("9:00", "10:00"))
    shown = [holds(known, clock) for clock in ("8:59", "9:00", "9:59", "10:00")]
    assert shown == ["Available", "Meeting", "Meeting", "Available"]


def test_a_category_that_names_a_switched_off_profile_is_told_in_the_trace() -> None:
    decision = decided(facts(meeting("9:00", "10:00", categories=("Retired",))), "9:30")
    assert decision.profile.name == "Available"
    assert [entry.why for entry in decision.trace][-1] == "profile_disabled"


# Overlap


@pytest.mark.parametrize(
    ("first", "second", "clock", "expected"),
    [
        (("8:00", "17:00"), ("12:00", "13:00"), "12:30", "second"),
        (("8:00", "17:00"), ("12:00", "13:00"), "13:00", "first"),
        (("8:00", "12:00"), ("10:00", "14:00"), "11:00", "second"),
        (("8:00", "12:00"), ("10:00", "14:00"), "13:00", "second"),
        (("9:00", "11:00"), ("9:00", "10:00"), "9:30", "second"),
        (("9:00", "11:00"), ("9:00", "10:00"), "10:00", "first"),
    ],
    ids=[
        "the-inner-one",
        "the-outer-one-resumes",
        "the-later-one",
        "the-later-one-goes-on",
        "the-shorter-of-two-that-start-together",
        "the-longer-resumes",
    ],
)
def test_of_two_that_overlap(
    first: tuple[str, str], second: tuple[str, str], clock: str, expected: str
) -> None:
    known = facts(
        meeting(*first, uid="1", categories=("Training",)),
        meeting(*second, uid="2", categories=("Lunch",)),
    )
    names = {"first": "Training", "second": "Lunch"}
    assert holds(known, clock) == names[expected]


def test_of_two_at_the_same_time_the_category_comes_before_the_default() -> None:
    known = facts(
        meeting("9:00", "10:00", uid="a"),
        meeting("9:00", "10:00", uid="b", categories=("Quiet",)),
    )
    assert holds(known, "9:30") == "Quiet"


def test_of_two_that_are_alike_the_uid_decides_so_that_it_never_flickers() -> None:
    one = meeting("9:00", "10:00", uid="a", categories=("Quiet",))
    two = meeting("9:00", "10:00", uid="b", categories=("Lunch",))
    assert holds(facts(one, two), "9:30") == holds(facts(two, one), "9:30") == "Quiet"


def test_an_all_day_event_never_hides_the_meeting_inside_it() -> None:
    day = Appointment(
        "day", date(2026, 11, 24), date(2026, 11, 25), categories=("Training",)
    )
    known = facts(day, meeting("9:00", "10:00"))
    assert holds(known, "9:30") == "Meeting"
    assert holds(known, "10:00") == "Training"


def test_an_all_day_event_lasts_from_midnight_to_midnight_where_the_person_is() -> None:
    day = Appointment("day", date(2026, 11, 24), date(2026, 11, 25))
    known = facts(day)
    assert holds(known, "0:00") == "Meeting"
    assert holds(known, "23:59") == "Meeting"
    tokyo = replace(ANNA, time_zone="Asia/Tokyo")
    there = Facts("anna", agenda=agenda_from([(RULES, [day])], PROFILES, tokyo))
    assert holds(there, "16:00") == "Available"
    assert holds(there, "0:00") == "Meeting"


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)]
)
def test_an_all_day_event_is_as_long_as_its_day(day: date, hours: int) -> None:
    event = Appointment("day", day, day + timedelta(days=1))
    (entry,) = facts(event).agenda.entries
    assert entry.end - entry.start == timedelta(hours=hours)


def test_the_same_occurrence_told_by_two_calendars_counts_once() -> None:
    one = meeting("9:00", "10:00", uid="same", source="Outlook")
    two = meeting("9:00", "10:00", uid="same", source="Notes")
    agenda = agenda_from([(RULES, [one]), (RULES, [two])], PROFILES, ANNA)
    assert [entry.source for entry in agenda.entries] == ["Outlook"]


def test_two_occurrences_of_a_series_are_two() -> None:
    known = facts(
        meeting("9:00", "10:00", uid="daily"), meeting("11:00", "12:00", uid="daily")
    )
    assert [holds(known, c) for c in ("9:30", "10:30", "11:30")] == [
        "Meeting",
        "Available",
        "Meeting",
    ]


# Privacy


def test_a_private_subject_is_dropped_at_the_door() -> None:
    private = meeting("9:00", "10:00", subject="Doctor", private=True)
    assert "Doctor" not in repr(private)
    known = facts(private)
    assert "Doctor" not in repr(known)
    assert "Doctor" not in repr(decided(known, "9:30"))
    assert holds(known, "9:30") == "Meeting"


# Calendars without categories


@pytest.mark.parametrize(
    ("subject", "description", "expected"),
    [
        ("Offer @Quiet", "", "Quiet"),
        ("Offer", "to be written\n@Nicht stören", "Nicht stören"),
        ("@nicht stoeren", "", "Nicht stören"),
        ("Offer", "", "Meeting"),
        ("mail anna@example.com", "", "Meeting"),
        ("@Nobody", "", "Meeting"),
        ("@Nobody @Quiet", "", "Quiet"),
    ],
)
def test_a_marker_stands_in_for_a_category(
    subject: str, description: str, expected: str
) -> None:
    found = marked(meeting("9:00", "10:00", subject=subject), description)
    assert holds(facts(found), "9:30") == expected


def test_the_description_goes_no_further() -> None:
    found = marked(meeting("9:00", "10:00", subject="Offer"), "secret @Quiet")
    assert "secret" not in repr(found)


def test_a_persons_own_profile_comes_before_the_offices_of_that_name() -> None:
    profiles = {**PROFILES, "mine": replace(profile("Focus"), id="mine", owner="anna")}
    profiles["office"] = replace(profile("focus"), id="office")
    focus = meeting("9:00", "10:00", categories=("FOCUS",))
    agenda = agenda_from([(RULES, [focus])], profiles, ANNA)
    assert [entry.profile for entry in agenda.entries] == ["mine"]


# Data that cannot be


@pytest.mark.parametrize(
    "odd",
    [
        meeting("10:00", "9:00"),
        meeting("9:30", "9:30"),
        Appointment("dates", date(2026, 11, 25), date(2026, 11, 24)),
    ],
    ids=["ends-before-it-starts", "no-length", "dates-the-wrong-way-round"],
)
def test_odd_appointments_never_hold_and_never_hurt(odd: Appointment) -> None:
    known = facts(odd)
    assert holds(known, "9:30") == "Available"
    assert decided(known, "8:00").next_change is None


def test_a_ten_year_appointment_holds_and_lets_others_through() -> None:
    years = Appointment(
        "years", at("0:00", date(2020, 1, 1)), at("0:00", date(2030, 1, 1))
    )
    known = facts(years, meeting("9:00", "10:00", categories=("Quiet",)))
    assert holds(known, "9:30") == "Quiet"
    assert holds(known, "10:00") == "Meeting"


@pytest.mark.parametrize(
    "text", ["{}", "{profile}", "%s", "<b>", "\x00", "\u202e", "@" * 500]
)
def test_hostile_text_is_only_text(text: str) -> None:
    known = facts(
        marked(meeting("9:00", "10:00", subject=text, categories=(text,)), text)
    )
    assert holds(known, "9:30") == "Meeting"
