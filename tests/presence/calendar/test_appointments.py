"""Which appointments count, and which profile each of them claims."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
import time
import unicodedata

import pytest

from custom_components.xpresence.languages import texts_in
from custom_components.xpresence.presence.calendar.appointments import (
    Appointment,
    CalendarRules,
    Effect,
    Invitations,
    Response,
    ShowAs,
    agenda_from,
)
from custom_components.xpresence.presence.calendar.markers import marked
from custom_components.xpresence.presence.decision.explain import explain
from custom_components.xpresence.presence.model import Facts

from ..office import (
    ANNA,
    OFFICE,
    PROFILES,
    RULES,
    at,
    decided,
    facts,
    holds,
    meeting,
    profile,
)

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


def test_a_category_of_a_switched_off_profile_falls_back_and_is_told_in_the_trace() -> (
    None
):
    decision = decided(facts(meeting("9:00", "10:00", categories=("Retired",))), "9:30")
    assert decision.profile.name == "Meeting"
    assert "profile_disabled" in [entry.why for entry in decision.trace]
    deleted = decided(facts(meeting("9:00", "10:00", categories=("Gone",))), "9:30")
    assert deleted.profile == decision.profile


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


def test_planned_presence_comes_before_a_default_of_the_same_time() -> None:
    known = facts(
        meeting("9:00", "10:00", uid="a"),
        meeting("9:00", "10:00", uid="b", profile="Quiet"),
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


def test_of_one_occurrence_in_two_calendars_the_one_with_a_category_counts() -> None:
    plain = meeting("9:00", "10:00", uid="same")
    named = replace(plain, categories=("Quiet",))
    for both in ([plain, named], [named, plain]):
        assert holds(facts(*both), "9:30") == "Quiet"


def test_a_reminder_of_no_length_does_not_hide_the_appointment_of_its_uid() -> None:
    reminder = meeting("9:00", "9:00", uid="same", categories=("Quiet",))
    assert holds(facts(reminder, meeting("9:00", "10:00", uid="same")), "9:30") == (
        "Meeting"
    )


@pytest.mark.parametrize("uid", ["", "#0"])
def test_two_appointments_without_a_uid_are_not_taken_for_one(uid: str) -> None:
    long = meeting("9:00", "12:00", uid=uid, categories=("Training",))
    short = meeting("9:00", "10:00", uid=uid, categories=("Quiet",))
    assert [holds(facts(long, short), c) for c in ("9:30", "10:30")] == [
        "Quiet",
        "Training",
    ]


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


@pytest.mark.parametrize("first", [0, 1])
def test_private_in_one_calendar_is_private_though_another_tells_the_subject(
    first: int,
) -> None:
    private = meeting("9:00", "10:00", uid="same", private=True)
    told = meeting("9:00", "10:00", uid="same", subject="Doctor")
    calendars = [(RULES, [private]), (RULES, [told])]
    agenda = agenda_from(calendars[first:] + calendars[:first], PROFILES, ANNA)
    assert "Doctor" not in repr(agenda)
    ignored = agenda_from([(ONLY, [private]), (RULES, [told])], PROFILES, ANNA)
    assert "Doctor" not in repr(ignored)


# Planned presence


def test_planned_presence_has_no_creator_and_its_own_text() -> None:
    plan = meeting("9:00", "10:00", profile="Vacation", info_text="On the ferry")
    (entry,) = facts(plan).agenda.entries
    assert (entry.source, entry.planned) == ("", True)
    decision = decided(facts(plan, rules=ONLY), "9:30")
    assert (decision.profile.name, decision.info_text) == ("Vacation", "On the ferry")
    assert decision.claim.reason == "planned"


def test_planned_presence_whose_profile_is_gone_is_told_in_the_trace() -> None:
    decision = decided(facts(meeting("9:00", "10:00", profile="Sabbatical")), "9:30")
    assert decision.profile.name == "Available"
    assert decision.trace[-1].why == "profile_missing"


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
        ("@Nicht stören Angebot schreiben", "", "Nicht stören"),
        ("@Nicht stören, Raum 3", "", "Nicht stören"),
        ("(bitte) @Quiet!", "", "Quiet"),
        ("Customer @ Quiet room 2", "", "Meeting"),
        ("Offer", "@ Quiet", "Meeting"),
        ("(@Quiet)", "", "Quiet"),
        ("[@Quiet] offer", "", "Quiet"),
        ('"@Quiet"', "", "Quiet"),
        ("„@Nicht stören“", "", "Nicht stören"),
        ("»@Quiet«", "", "Quiet"),
        ("*@Quiet*", "", "Quiet"),
        ("Offer", "<p>@Quiet</p>", "Quiet"),
        ("Offer", "Note<br>@Quiet<br/>more", "Quiet"),
        ("Offer", "&nbsp;@Quiet&nbsp;", "Quiet"),
        ("Offer", "<div><b>@Nicht&nbsp;st&ouml;ren</b></div>", "Nicht stören"),
        ("Offer", "&#64;Quiet", "Quiet"),
        ("Offer", "&lt;p&gt;@Quiet&lt;/p&gt;", "Quiet"),
        ("Offer", "＠Quiet", "Quiet"),
        ("Offer", "@\u200bQuiet\u00ad", "Quiet"),
        ("Offer", "<style>@Quiet { }</style>Note", "Meeting"),
        ("Offer", "<STYLE type='x'>@font-face{}</STYLE><p>@Quiet", "Quiet"),
        ("Offer", "<p>@Quiet</p><script>never closed", "Quiet"),
        ("Offer", "</style>@Quiet<style>", "Quiet"),
        ("Offer", "https://social.example/@Quiet", "Meeting"),
        ("Offer", "@@Quiet", "Meeting"),
        ("Offer", "<span>x</span>" * 500 + "@Quiet", "Quiet"),
        ("Offer", '<a href="mailto:anna@Quiet">write</a>', "Meeting"),
        ("Offer", "write to &lt;anna@Quiet&gt;", "Meeting"),
        ("write to anna@Quiet", "", "Meeting"),
        ("write to somebody @", "Quiet", "Meeting"),
        ("@Quietly", "", "Meeting"),
        ("Offer", "<b>@Qui</b><i>et</i>", "Quiet"),
        ("Offer", "<span>@</span>Quiet", "Quiet"),
        ("_@Quiet_ |@Nobody|", "", "Quiet"),
        ("|@Quiet|", "", "Quiet"),
        ("@Quiet… later", "", "Quiet"),
        ("@Quiet–later", "", "Quiet"),
        ("（@Quiet）", "", "Quiet"),
        ('@"Nicht stören"', "", "Nicht stören"),
        ("@[Quiet] offer", "", "Quiet"),
        ("- list\n-@Quiet", "", "Quiet"),
        ("Offer", "-@Quiet\\nmore", "Quiet"),
        ("Offer", "note\\n@Quiet\\nmore", "Quiet"),
        ("Offer", "https://chat.example/?to=@Quiet", "Meeting"),
        ("Offer", "mailto:@Quiet", "Meeting"),
        ("@Quiet-ish", "", "Meeting"),
    ],
)
def test_a_marker_stands_in_for_a_category(
    subject: str, description: str, expected: str
) -> None:
    found = marked(meeting("9:00", "10:00", subject=subject), description)
    assert holds(facts(found), "9:30") == expected


@pytest.mark.parametrize("piece", ["<style>", "@a ", "<a", "&lt;", "</style", "<!"])
def test_a_description_made_to_last_is_read_in_no_time(piece: str) -> None:
    begun = time.perf_counter()
    marked(meeting("9:00", "10:00", subject="Offer"), piece * 20_000 + "@")
    assert time.perf_counter() - begun < 5


def test_the_description_goes_no_further() -> None:
    found = marked(
        meeting("9:00", "10:00", subject="Offer", private=True), "secret @Quiet hush"
    )
    assert "secret" not in repr(found)
    assert "hush" not in repr(found)
    assert holds(facts(found), "9:30") == "Quiet"
    assert "hush" not in repr(facts(found))


@pytest.mark.parametrize("category", ["@Mueller", "@Müller"])
def test_a_name_as_it_is_written_comes_before_one_without_umlauts(
    category: str,
) -> None:
    profiles = {**PROFILES}
    for name in ("Müller", "Mueller"):
        profiles[name] = profile(name)
    called = meeting("9:00", "10:00", categories=(category,))
    agenda = agenda_from([(RULES, [called])], profiles, ANNA)
    assert [entry.profile for entry in agenda.entries] == [category[1:]]


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
        Appointment("dates", date(2026, 11, 25), date(2026, 11, 24)),
    ],
    ids=["times", "dates"],
)
def test_an_appointment_that_ends_before_it_starts_is_a_reason_in_the_trace(
    odd: Appointment,
) -> None:
    decision = decided(facts(odd), "9:30")
    assert decision.profile.name == "Available"
    assert decision.trace[-1].why == "ends_before_it_starts"
    assert facts(odd).agenda.entries == ()


def test_it_is_told_only_in_its_time() -> None:
    known = facts(meeting("10:00", "9:00"))
    assert decided(known, "8:59").next_change == at("9:00")
    assert [len(decided(known, c).trace) for c in ("8:59", "9:00", "10:00")] == [
        1,
        2,
        1,
    ]


def test_what_is_ignored_is_ignored_whichever_way_round_its_ends_are() -> None:
    free = meeting("10:00", "9:00", show_as=ShowAs.FREE)
    assert len(decided(facts(free), "9:30").trace) == 1


def test_an_appointment_of_no_length_holds_at_no_time() -> None:
    known = facts(meeting("9:30", "9:30"))
    assert holds(known, "9:30") == "Available"
    assert decided(known, "8:00").next_change is None


def test_a_ten_year_appointment_holds_and_lets_others_through() -> None:
    years = Appointment(
        "years", at("0:00", date(2020, 1, 1)), at("0:00", date(2030, 1, 1))
    )
    known = facts(years, meeting("9:00", "10:00", categories=("Quiet",)))
    assert holds(known, "9:30") == "Quiet"
    assert holds(known, "10:00") == "Meeting"


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Lima", "Nowhere"])
@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date.min, date.max),
        (datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59)),
        (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)),
        (
            datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
            datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))),
        ),
    ],
    ids=["dates", "no-zone", "utc", "far-zones"],
)
def test_an_appointment_for_all_time_holds_in_every_zone(
    zone: str, start: date, end: date
) -> None:
    person = replace(ANNA, time_zone=zone)
    ever = Appointment("ever", start, end, subject="Ever")
    known = Facts("anna", agenda=agenda_from([(RULES, [ever])], PROFILES, person))
    assert holds(known, "9:30") == "Meeting"
    text = explain(
        OFFICE, decided(known, "9:30"), at("9:30"), texts=texts_in("en"), subjects=True
    )
    assert "Ever" in text


def test_a_time_without_a_zone_is_meant_where_the_person_is() -> None:
    floating = Appointment(
        "u", datetime(2026, 11, 24, 9, 0), datetime(2026, 11, 24, 10, 0)
    )
    assert [holds(facts(floating), c) for c in ("8:59", "9:00", "10:00")] == [
        "Available",
        "Meeting",
        "Available",
    ]


@pytest.mark.parametrize("zone", ["", "Nowhere", "../../etc/passwd", "Europe", "\x00"])
def test_in_a_time_zone_that_does_not_exist_days_are_those_of_utc(zone: str) -> None:
    person = replace(ANNA, time_zone=zone)
    day = Appointment("day", date(2026, 11, 24), date(2026, 11, 25))
    known = Facts("anna", agenda=agenda_from([(RULES, [day])], PROFILES, person))
    assert [holds(known, c) for c in ("0:59", "1:00")] == ["Available", "Meeting"]


@pytest.mark.parametrize(
    "text", ["{}", "{profile}", "%s", "<b>", "\x00", "\u202e", "@" * 500]
)
def test_hostile_text_is_only_text(text: str) -> None:
    known = facts(
        marked(meeting("9:00", "10:00", subject=text, categories=(text,)), text)
    )
    assert holds(known, "9:30") == "Meeting"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Offer", "Offer"),
        ("  Offer \t for\nBob ", "Offer for Bob"),
        ("pay\u202ednuof", "pay dnuof"),
        ("zero\u200bwidth", "zero width"),
        ("one\u2028two", "one two"),
        ("Familie \U0001f468\u200d\U0001f469\u200d\U0001f467", None),
        ("Größe in € \u4f60\u597d", None),
        ("\x07" * 40 + "Offer", "Offer"),
        ("x" * 255, None),
        ("x" * 256, "x" * 255),
        ("\n" * 600 + "Offer", ""),
    ],
    ids=[
        "plain",
        "on-one-line",
        "never-turned-round",
        "never-unseen",
        "every-kind-of-line-break",
        "an-emoji-is-not-taken-apart",
        "every-alphabet",
        "without-bells",
        "as-long-as-may-be",
        "longer-than-may-be",
        "not-even-looked-through-without-end",
    ],
)
def test_a_subject_shows_as_one_line_that_reads_as_it_stands(
    text: str, shown: str | None
) -> None:
    subject = meeting("9:00", "10:00", subject=text).subject
    assert subject == (text if shown is None else shown)


def test_eight_words_after_an_at_may_be_a_profiles_name() -> None:
    words = "one two three four five six seven eight nine"
    found = marked(meeting("9:00", "10:00", subject=f"@{words}"))
    assert max(len(marker.split()) for marker in found.markers) == 8


@pytest.mark.parametrize(
    "piece", ["@", "@ ", "@\n", "@x ", " ", "@" + " " * 50, "<a", "<!--", "&", "&lt;@"]
)
def test_a_description_of_megabytes_is_read_in_time(piece: str) -> None:
    text = piece * (2_000_000 // len(piece))
    found = marked(meeting("9:00", "10:00", subject="Offer"), text)
    assert holds(facts(found), "9:30") == "Meeting"
