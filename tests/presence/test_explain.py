"""What a person reads when they ask why."""

from datetime import date

import pytest

from custom_components.xpresence.presence import phrases
from custom_components.xpresence.presence.decide import decide
from custom_components.xpresence.presence.explain import explain
from custom_components.xpresence.presence.model import (
    Call,
    EntityRule,
    Facts,
    Met,
    Office,
    Pc,
    Statement,
)

from .office import OFFICE, anna, at, chosen, facts, meeting


def said(
    known: Facts,
    clock: str,
    language: str = "de",
    office: Office = OFFICE,
    **more: bool,
) -> str:
    now = at(clock)
    return explain(office, decide(office, known, now), now, language=language, **more)


def test_the_example_of_the_design() -> None:
    known = facts(
        meeting("11:00", "12:00", subject="Besprechung"),
        choice=chosen("Nicht stören", "10:02"),
    )
    assert said(known, "11:30", subjects=True) == (
        "Nicht stören, weil du es um 10:02 Uhr gewählt hast; "
        "der Termin „Besprechung“ (11:00 Uhr–12:00 Uhr) wartet darunter; "
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
    assert "ein Termin (11:00 Uhr–12:00 Uhr) wartet darunter" in text


def test_a_colleague_reads_of_the_person_never_of_oneself() -> None:
    known = facts(choice=chosen("Siesta", "10:00"))
    assert said(known, "11:00", "en", to_self=False) == (
        "Siesta because Anna chose it at 10:00; "
        "it ends when Anna returns, at the latest at 20:00."
    )
    for profile in ("Siesta", "Vacation", "Nicht stören"):
        for language in ("de", "en"):
            text = said(
                facts(choice=chosen(profile, "10:00")),
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
        "where calls go is decided by an appointment (09:00–10:00)."
    )


def test_a_day_other_than_today_is_named() -> None:
    known = facts(choice=chosen("Vacation", "10:02"))
    now = at("9:00", date(2026, 11, 26))
    text = explain(OFFICE, decide(OFFICE, known, now), now, language="de")
    assert "24.11. 10:02 Uhr" in text


@pytest.mark.parametrize("language", ["de", "en"])
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


def test_nobody_is_left_without_words_when_all_profiles_are_gone() -> None:
    assert "kein Standardprofil" in said(
        facts(), "9:00", office=Office({}, OFFICE.people)
    )


@pytest.mark.parametrize(
    "name", ["BECAUSE", "WAITS", "REFUSED", "ENDS", "WHAT", "DATIVE"]
)
def test_both_languages_have_the_same_phrases_and_blanks(name: str) -> None:
    from string import Formatter

    table = getattr(phrases, name)
    assert set(table) == set(phrases.LANGUAGES)
    assert set(table["de"]) == set(table["en"])

    def blanks(text: str) -> set[str | None]:
        return {field for _, field, _, _ in Formatter().parse(text) if field}

    for key in table["de"]:
        assert blanks(table["de"][key]) == blanks(table["en"][key]), key
