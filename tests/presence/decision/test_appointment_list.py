"""The appointment list: each line, and when it really holds."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from custom_components.xpresence.languages import texts_in
from custom_components.xpresence.presence.agenda import Agenda, Entry
from custom_components.xpresence.presence.datetimes import EARLIEST, LATEST
from custom_components.xpresence.presence.decision.appointment_list import (
    Listed,
    at_or_after,
    timetable,
)
from custom_components.xpresence.presence.model import (
    RedirectMode,
    RedirectRule,
    Target,
    TargetKind,
)
from custom_components.xpresence.presence.texts.redirect import redirect_words

from ..office import ANNA, OFFICE, TO_BOB, TO_VOICEMAIL, at

NINE, NOON, ONE, FIVE = at("9:00"), at("12:00"), at("13:00"), at("17:00")
TRAINING = Entry(NINE, FIVE, "t", "Training", source="Outlook")
LUNCH = Entry(NOON, ONE, "l", "Lunch", source="Outlook")


def lines(*entries: Entry) -> tuple[Listed, ...]:
    return timetable(OFFICE, ANNA.id, Agenda.of(entries), at("0:00"), at("23:59"))


def test_lunch_interrupts_the_training_which_goes_on_with_its_own_redirect() -> None:
    training, lunch = lines(TRAINING, LUNCH)
    assert [(s.start, s.end, s.redirect) for s in training.stretches] == [
        (NINE, NOON, TO_BOB),
        (ONE, FIVE, TO_BOB),
    ]
    assert [(s.start, s.end, s.profile.name) for s in training.meanwhile] == [
        (NOON, ONE, "Lunch")
    ]
    assert [(s.start, s.end, s.redirect) for s in lunch.stretches] == [
        (NOON, ONE, TO_VOICEMAIL)
    ]
    assert lunch.meanwhile == ()


def test_what_leaves_the_redirect_alone_shows_that_of_the_outer_one() -> None:
    _, quiet = lines(TRAINING, replace(LUNCH, profile="Quiet"))
    assert quiet.redirect == TO_BOB


def test_what_is_always_interrupted_never_holds() -> None:
    hidden, shown = lines(TRAINING, replace(TRAINING, uid="a", by_category=True))[::-1]
    assert hidden.entry.uid == "t"
    assert hidden.stretches == ()
    assert hidden.meanwhile[0].start == NINE
    assert shown.stretches[0].end == FIVE


def test_what_never_holds_shows_what_it_would_have_done() -> None:
    hidden, _ = lines(TRAINING, replace(TRAINING, uid="a", by_category=True))[::-1]
    assert hidden.redirect == TO_BOB
    (gone,) = lines(replace(LUNCH, profile="gone"))
    assert gone.redirect == RedirectRule()


def test_what_ends_as_the_time_begins_or_begins_as_it_ends_is_not_in_it() -> None:
    agenda = Agenda.of([TRAINING, LUNCH])
    before = timetable(OFFICE, ANNA.id, agenda, at("8:00"), NINE)
    after = timetable(OFFICE, ANNA.id, agenda, FIVE, at("18:00"))
    assert (before, after) == ((), ())


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (replace(LUNCH, profile="gone"), "profile_missing"),
        (replace(LUNCH, why="ends_before_it_starts"), "ends_before_it_starts"),
    ],
)
def test_what_cannot_count_is_listed_with_its_reason(entry: Entry, why: str) -> None:
    training, broken = lines(TRAINING, entry)
    assert broken.why == why
    assert broken.stretches == ()
    assert training.meanwhile == ()


def test_a_line_is_whole_though_it_reaches_beyond() -> None:
    (line,) = timetable(OFFICE, ANNA.id, Agenda.of([TRAINING]), NOON, ONE)
    assert (line.stretches[0].start, line.stretches[0].end) == (NINE, FIVE)
    beyond = timetable(OFFICE, ANNA.id, Agenda.of([TRAINING]), FIVE, at("18:00"))
    assert beyond == ()


def test_two_without_a_uid_are_two() -> None:
    one, other = lines(
        replace(LUNCH, uid="", end=at("12:30")), replace(LUNCH, uid="", profile="Quiet")
    )
    assert one.stretches[0].end == at("12:30")
    assert [s.end for s in other.stretches] == [ONE]


def test_from_the_first_day_to_the_last_is_a_line_like_any_other() -> None:
    (line,) = lines(Entry(EARLIEST, LATEST, "e", "Training"))
    assert line.stretches[0].end == LATEST


@pytest.mark.parametrize(
    ("now", "uid"),
    [("8:00", "t"), ("9:00", "t"), ("12:30", "l"), ("13:00", "t"), ("17:00", None)],
)
def test_the_one_that_decides_is_shown_or_else_the_next(
    now: str, uid: str | None
) -> None:
    agenda = Agenda.of([TRAINING, LUNCH])
    found = at_or_after(OFFICE, ANNA.id, agenda, at(now))
    assert (found.uid if found else None) == uid


def test_the_next_is_one_that_can_count() -> None:
    agenda = Agenda.of([replace(TRAINING, profile="gone"), LUNCH])
    for now in (at("8:00"), at("10:00")):
        found = at_or_after(OFFICE, ANNA.id, agenda, now)
        assert found is not None
        assert found.uid == "l"


def test_nobody_has_no_list() -> None:
    agenda = Agenda.of([TRAINING])
    (line,) = timetable(OFFICE, "nobody", agenda, NINE, FIVE)
    assert line.why == "person_missing"
    assert at_or_after(OFFICE, "nobody", agenda, NINE) is None


def test_a_long_list_costs_a_decision_for_each_edge() -> None:
    start: datetime = at("0:00")
    entries = [
        Entry(
            start + timedelta(minutes=10 * n),
            start + timedelta(minutes=10 * n + 5),
            str(n),
            "Meeting",
        )
        for n in range(2000)
    ]
    found = timetable(
        OFFICE, ANNA.id, Agenda.of(entries), start, start + timedelta(days=20)
    )
    assert len(found) == 2000
    assert all(len(line.stretches) == 1 for line in found)


BOB = Target(TargetKind.PERSON, "bob")
VOICEMAIL = Target(TargetKind.VOICEMAIL)


@pytest.mark.parametrize(
    ("rule", "en", "de"),
    [
        (
            RedirectRule(),
            "the redirect stays as it is",
            "die Umleitung bleibt, wie sie ist",
        ),
        (
            RedirectRule(RedirectMode.OFF),
            "calls are not redirected",
            "Anrufe werden nicht umgeleitet",
        ),
        (TO_VOICEMAIL, "calls go to voicemail", "Anrufe gehen an die Voicemail"),
        (TO_BOB, "calls go to Bob", "Anrufe gehen an Bob"),
        (
            RedirectRule(
                RedirectMode.FORWARD, busy=BOB, no_reply=VOICEMAIL, ring_seconds=20
            ),
            "calls go to Bob when busy, to voicemail after 20 seconds",
            "Anrufe gehen bei besetzt an Bob, nach 20 Sekunden an die Voicemail",
        ),
        (
            RedirectRule(RedirectMode.FORWARD, no_reply=VOICEMAIL, do_not_disturb=True),
            "calls go to voicemail when unanswered, the telephone does not ring",
            "Anrufe gehen ohne Antwort an die Voicemail, das Telefon klingelt nicht",
        ),
        (
            RedirectRule(RedirectMode.FORWARD, do_not_disturb=True),
            "the telephone does not ring",
            "das Telefon klingelt nicht",
        ),
    ],
)
def test_a_redirect_in_words(rule: RedirectRule, en: str, de: str) -> None:
    def named(target: Target) -> str:
        return "Bob"

    assert redirect_words(rule, texts_in("en"), named) == en
    assert redirect_words(rule, texts_in("de-CH"), named) == de


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "calls go to voicemail after about 20 seconds"),
        ("de", "Anrufe gehen nach etwa 20 Sekunden an die Voicemail"),
    ],
)
def test_a_ring_time_that_the_phone_system_fixes_is_told_as_about(
    language: str, said: str
) -> None:
    rule = RedirectRule(
        RedirectMode.FORWARD, no_reply=Target(TargetKind.VOICEMAIL), ring_seconds=45
    )
    words = redirect_words(
        rule, texts_in(language), lambda target: target.value, ring_about=20
    )
    assert words == said
