"""What a person reads when they ask why."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from custom_components.xpresence.languages import LANGUAGES, texts_in
from custom_components.xpresence.presence.calendar.appointments import Appointment
from custom_components.xpresence.presence.decision.choose import choose
from custom_components.xpresence.presence.decision.decide import decide
from custom_components.xpresence.presence.decision.explain import explain
from custom_components.xpresence.presence.line import AgentState
from custom_components.xpresence.presence.model import (
    Absence,
    Call,
    EntityRule,
    Facts,
    Met,
    Office,
    Pc,
    RedirectMode,
    RedirectRule,
    Statement,
    Target,
    TargetKind,
)

from ..office import OFFICE, anna, at, chosen, facts, meeting, profile

TOMORROW = date(2026, 11, 25)


def said(
    known: Facts,
    clock: str,
    language: str = "de",
    office: Office = OFFICE,
    **more: bool,
) -> str:
    now = at(clock)
    return explain(
        office, decide(office, known, now), now, texts=texts_in(language), **more
    )


def test_the_example_of_the_design() -> None:
    known = facts(
        meeting("11:00", "12:00", subject="Besprechung"),
        choice=chosen("Nicht stören", "10:02"),
    )
    assert said(known, "11:30", subjects=True) == (
        "Nicht stören, weil du es um 10:02 Uhr gewählt hast; "
        "der Termin „Besprechung“ (11–12 Uhr) wartet darunter; "
        "es endet, wenn deine Sitzung endet."
    )
    assert said(known, "11:30", "en", subjects=True) == (
        "Nicht stören because you chose it at 10:02; "
        "the appointment “Besprechung” (11:00–12:00) waits below; "
        "it ends when your session ends."
    )


def test_a_latest_end_is_told_beside_the_rule() -> None:
    text = said(facts(choice=chosen("Siesta", "10:00")), "11:00")
    assert text.endswith("es endet, wenn du zurückkommst, spätestens um 20:00 Uhr.")
    text = said(facts(choice=chosen("Break", "10:00")), "10:05", "en")
    assert text.endswith("it ends at 10:15.")


def test_who_may_not_see_the_subject_reads_of_an_appointment() -> None:
    known = facts(
        meeting("11:00", "12:00", subject="Salary"), choice=chosen("Vacation", "10:02")
    )
    text = said(known, "11:30", to_self=False)
    assert "Salary" not in text
    assert "weil Anna es um 10:02 Uhr gewählt hat" in text
    assert "ein Termin (11–12 Uhr) wartet darunter" in text


def test_a_colleague_reads_of_the_person_never_of_oneself() -> None:
    known = facts(choice=chosen("Siesta", "10:00"))
    assert said(known, "11:00", "en", to_self=False) == (
        "Siesta because Anna chose it at 10:00; "
        "it ends when Anna returns, at 20:00 at the latest."
    )
    for name in ("Siesta", "Vacation", "Nicht stören"):
        for language in LANGUAGES:
            text = said(
                facts(choice=chosen(name, "10:00")),
                "11:00",
                language,
                to_self=False,
            )
            assert not {"du", "deine", "your", "you"} & set(text.split())
            assert "Anna" in text


def test_a_private_subject_is_in_nobodys_explanation() -> None:
    known = facts(meeting("11:00", "12:00", subject="Doctor", private=True))
    assert "Doctor" not in said(known, "11:30", subjects=True)


def test_who_decides_the_redirect_below_is_named() -> None:
    known = facts(meeting("9:00", "10:00"), calls=(Call("teams", at("9:10")),))
    assert said(known, "9:30", "en") == (
        "MS Teams because of a call in Teams (since 09:10); "
        "calls keep going to voicemail, from “Meeting”: an appointment (09:00–10:00)."
    )


def test_a_day_other_than_today_is_named() -> None:
    known = facts(choice=chosen("Vacation", "10:02"))
    now = at("9:00", date(2026, 11, 26))
    text = explain(OFFICE, decide(OFFICE, known, now), now, texts=texts_in("de"))
    assert "weil du es am 24.11. um 10:02 Uhr gewählt hast" in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "known",
    [
        facts(),
        facts(meeting("9:00", "12:00")),
        facts(meeting("9:00", "12:00", categories=("Quiet",), subject="{x}")),
        facts(choice=chosen("Lunch", "9:00")),
        facts(choice=chosen("Break", "9:25")),
        facts(choice=chosen("Retired", "9:00")),
        facts(choice=chosen("Gone", "9:00")),
        facts(choice=chosen("Bob's own", "9:00")),
        facts(choice=chosen("Quiet", "9:00", until=at("10:00"))),
        facts(calls=(Call("pbx", at("9:00")),)),
        facts(pc=Pc(running=Statement(True, at("8:00")))),
        facts(pc=Pc(running=Statement(False, at("8:00")))),
        facts(pc=Pc(locked=Statement(True, at("8:00")))),
        facts(pc=Pc(last_input=Statement(at("8:00"), at("8:00")))),
        facts(conditions={"r": Met(at("8:00"))}),
    ],
)
def test_every_reason_has_words_in_both_languages(known: Facts, language: str) -> None:
    office = anna(rules=(EntityRule("r", "zone.home", frozenset({"on"}), "Quiet"),))
    text = said(known, "9:30", language, office, subjects=True)
    assert text.endswith(".")
    assert "{" not in text.replace("{x}", "")


TEN_DAYS = Appointment("ten", date(2026, 11, 20), date(2026, 11, 30))
TODAY = Appointment("today", date(2026, 11, 24), date(2026, 11, 25))
NIGHT = Appointment(
    "night", at("22:00", date(2026, 11, 23)), at("9:45"), categories=("Quiet",)
)
PLANNED = meeting("9:00", "11:30", profile="Vacation")
LOCKED = Pc(locked=Statement(True, at("8:00")))
BROKEN = meeting("10:00", "9:00", subject="Budget")
LEFT = replace(
    OFFICE,
    people={"anna": OFFICE.people["anna"]},
    profiles={
        **OFFICE.profiles,
        "Deputies": profile(
            "Deputies",
            redirect=RedirectRule(
                RedirectMode.FORWARD,
                unconditional=Target(
                    TargetKind.FIRST_AVAILABLE, deputies=("anna", "bob")
                ),
                busy=Target(TargetKind.DEVICE, "old mobile"),
            ),
        ),
    },
)


@pytest.mark.parametrize(
    ("known", "german", "english"),
    [
        (
            facts(meeting("9:00", "10:30", subject="Budget")),
            "Meeting wegen des Termins „Budget“ (09:00–10:30 Uhr).",
            "Meeting because of the appointment “Budget” (09:00–10:30).",
        ),
        (
            facts(meeting("9:00", "10:00", private=True, categories=("Quiet",))),
            "Quiet wegen der Kategorie eines Termins (9–10 Uhr).",
            "Quiet because of the category of an appointment (09:00–10:00).",
        ),
        (
            facts(PLANNED),
            "Vacation, weil es so geplant ist (09:00–11:30 Uhr).",
            "Vacation because it is planned so (09:00–11:30).",
        ),
        (
            facts(PLANNED, choice=chosen("Quiet", "9:15")),
            (
                "Quiet, weil du es um 09:15 Uhr gewählt hast; Anrufe gehen weiter an "
                "die Voicemail, wegen „Vacation“: die geplante Präsenz "
                "(09:00–11:30 Uhr); es gilt, bis du es änderst."
            ),
            (
                "Quiet because you chose it at 09:15; calls keep going to voicemail, "
                "from “Vacation”: planned presence (09:00–11:30); it holds until you change it."
            ),
        ),
        (
            facts(TODAY),
            "Meeting wegen eines Termins (ganztägig).",
            "Meeting because of an appointment (all day).",
        ),
        (
            facts(TEN_DAYS),
            "Meeting wegen eines Termins (20.11.–29.11.).",
            "Meeting because of an appointment (20 Nov–29 Nov).",
        ),
        (
            facts(NIGHT),
            (
                "Quiet wegen der Kategorie eines Termins "
                "(23.11., 22:00 Uhr – 24.11., 09:45 Uhr)."
            ),
            (
                "Quiet because of the category of an appointment "
                "(23 Nov, 22:00 – 24 Nov, 09:45)."
            ),
        ),
        (
            facts(meeting("9:00", "10:00"), automatic=False, pc=LOCKED),
            (
                "Available, weil nichts anderes gilt; die Automatik ist ausgeschaltet, "
                "darum zählt nicht: ein Termin (9–10 Uhr), die Inaktivität."
            ),
            (
                "Available because nothing else applies; automation is switched off, "
                "so this does not count: an appointment (09:00–10:00), inactivity."
            ),
        ),
        (
            facts(BROKEN),
            (
                "Available, weil nichts anderes gilt; der Termin „Budget“ (9–10 Uhr) "
                "zählt nicht, weil das Ende vor dem Anfang liegt."
            ),
            (
                "Available because nothing else applies; the appointment “Budget” "
                "(09:00–10:00) does not count, for it ends before it starts."
            ),
        ),
        (
            facts(pc=LOCKED),
            "Quiet, weil der PC seit 08:00 Uhr gesperrt ist.",
            "Quiet because the PC has been locked since 08:00.",
        ),
        (
            facts(choice=chosen("Siesta", "8:00")),
            (
                "Siesta, weil du es um 08:00 Uhr gewählt hast; "
                "es endet, wenn du zurückkommst, spätestens um 18:00 Uhr."
            ),
            (
                "Siesta because you chose it at 08:00; "
                "it ends when you return, at 18:00 at the latest."
            ),
        ),
        (
            facts(choice=chosen("Training", "8:00", until=at("0:00", TOMORROW))),
            (
                "Training, weil du es um 08:00 Uhr gewählt hast; "
                "die Person, an die Anrufe gehen sollen, gibt es nicht mehr; "
                "es endet am 25.11. um 00:00 Uhr."
            ),
            (
                "Training because you chose it at 08:00; "
                "the person whom calls should go to is gone; "
                "it ends on 25 Nov at 00:00."
            ),
        ),
        (
            facts(choice=chosen("Deputies", "8:00")),
            (
                "Deputies, weil du es um 08:00 Uhr gewählt hast; "
                "eine der Vertretungen gibt es nicht mehr; "
                "das Gerät, an das Anrufe gehen sollen, gibt es nicht mehr; "
                "es gilt, bis du es änderst."
            ),
            (
                "Deputies because you chose it at 08:00; one of the deputies is gone; "
                "the device that calls should go to is gone; "
                "it holds until you change it."
            ),
        ),
        (
            Facts("left long ago"),
            "Kein Profil, weil es die Person nicht mehr gibt.",
            "No profile because the person is gone.",
        ),
    ],
)
def test_what_is_said_in_both_languages(
    known: Facts, german: str, english: str
) -> None:
    assert said(known, "9:30", "de", LEFT, subjects=True) == german
    assert said(known, "9:30", "en", LEFT, subjects=True) == english


def test_an_appointment_until_midnight_ends_at_24() -> None:
    late = Appointment("late", at("22:00"), at("0:00", TOMORROW))
    assert said(facts(late), "23:00") == "Meeting wegen eines Termins (22–24 Uhr)."
    later = Appointment("later", at("22:30"), at("0:00", TOMORROW))
    assert "(22:30–24:00)" in said(facts(later), "23:00", "en")


def test_an_appointment_of_another_year_tells_the_year() -> None:
    years = Appointment("years", date(2020, 1, 1), date(2030, 1, 1))
    assert "(1.1.2020–31.12.2029)" in said(facts(years), "9:30")


def test_a_colleague_reads_of_the_person_and_not_of_themself() -> None:
    known = facts(choice=chosen("Nicht stören", "10:02"))
    assert said(known, "11:30", to_self=False) == (
        "Nicht stören, weil Anna es um 10:02 Uhr gewählt hat; "
        "es endet mit der Sitzung von Anna."
    )
    refused = facts(choice=chosen("Retired", "10:02"))
    assert "the choice of Anna does not count" in said(
        refused, "11:30", "en", to_self=False
    )


def test_a_choice_by_somebody_else_is_told_as_theirs() -> None:
    known = facts(choice=chosen("Vacation", "10:02"))
    now = at("11:00")
    decision = decide(OFFICE, known, now)
    mine = explain(OFFICE, decision, now, texts=texts_in("de"), by="Bob")
    assert mine.startswith("Vacation, weil Bob es um 10:02 Uhr für dich gewählt hat")
    theirs = explain(
        OFFICE, decision, now, texts=texts_in("en"), to_self=False, by="Bob"
    )
    assert theirs.startswith("Vacation because Bob chose it for Anna at 10:02")


def test_who_decides_redirect_and_hotline_is_named_once() -> None:
    both = replace(OFFICE.profiles["Meeting"], agent=AgentState.LOGGED_OFF)
    office = replace(OFFICE, profiles={**OFFICE.profiles, "Meeting": both})
    known = facts(meeting("9:00", "10:00"), calls=(Call("teams", at("9:10")),))
    assert said(known, "9:30", office=office) == (
        "MS Teams wegen eines Gesprächs in Teams (seit 09:10 Uhr); Anrufe gehen weiter an "
        "die Voicemail, wegen „Meeting“: ein Termin (9–10 Uhr), auch für den "
        "TeamDesk-Status."
    )


def test_a_call_of_a_kind_nobody_has_words_for_is_a_call() -> None:
    office = anna(call_profiles={"zoom": "Quiet"})
    known = facts(calls=(Call("zoom", at("9:10")),))
    assert said(known, "9:30", "en", office) == (
        "Quiet because of a call (since 09:10)."
    )


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("x" * 80, "“" + "x" * 80 + "”"),
        ("x" * 81, "“" + "x" * 79 + "…”"),
        ("two\n lines\tand  a tab", "“two lines and a tab”"),
        ("\u202eevil\x00", "“evil”"),
        ("x" * 100_000, "“" + "x" * 79 + "…”"),
        ("{profile} %s <b>", "“{profile} %s <b>”"),
        ("\n", "an appointment ("),
    ],
)
def test_a_subject_keeps_to_its_place_in_the_sentence(subject: str, shown: str) -> None:
    known = facts(meeting("9:00", "10:00", subject=subject))
    assert shown in said(known, "9:30", "en", subjects=True)


def test_a_time_zone_that_does_not_exist_is_told() -> None:
    text = said(facts(TODAY), "9:30", office=anna(time_zone="Mars/Olympus"))
    assert text.endswith(
        "die Zeitzone „Mars/Olympus“ ist unbekannt, Zeiten sind in UTC."
    )


def test_nobody_is_left_without_words_when_all_profiles_are_gone() -> None:
    assert "kein Standardprofil" in said(
        facts(), "9:00", office=Office({}, OFFICE.people)
    )


def test_what_was_dismissed_is_told_with_when_and_until_when() -> None:
    known = choose(
        OFFICE,
        facts(meeting("10:00", "11:00", subject="Budget")),
        "Available",
        at("10:32"),
    )
    assert said(known, "10:40", "en", subjects=True) == (
        "Available because nothing else applies; the appointment “Budget” "
        "(10:00–11:00) was dismissed at 10:32, it counts no more until 11:00."
    )
    assert said(known, "10:40", subjects=True) == (
        "Available, weil nichts anderes gilt; der Termin „Budget“ (10–11 Uhr) wurde um "
        "10:32 Uhr ausgesetzt und zählt nicht mehr, bis 11:00 Uhr."
    )


def test_a_call_that_was_dismissed_counts_no_more_until_it_ends() -> None:
    called = facts(calls=(Call("teams", at("10:00")),))
    known = choose(OFFICE, called, "Available", at("10:32"))
    assert said(known, "10:40", "en").endswith(
        "a call was dismissed at 10:32, it counts no more until it ends."
    )


def test_a_choice_that_answers_for_calls_says_that_no_profile_redirects_them() -> None:
    office = anna(default_profile="Meeting")
    known = choose(office, facts(), "Available", at("9:00"))
    assert "decided by your phone and by no profile" in said(
        known, "9:30", "en", office=office
    )


def test_an_appointment_that_runs_over_says_until_when_at_the_longest() -> None:
    office = anna(run_over=timedelta(minutes=15))
    known = facts(meeting("10:00", "11:00"), absence=Absence(at("9:55")))
    assert said(known, "11:05", "en", office=office) == (
        "Meeting because of an appointment (10:00–11:00); it runs over, at the longest "
        "until 11:15."
    )
