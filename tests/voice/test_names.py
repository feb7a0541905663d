"""Names as they are spoken: found, or asked about, and never taken for another."""

from collections.abc import Iterable

import pytest

from custom_components.xpresence.voice import names
from custom_components.xpresence.voice.language import load
from custom_components.xpresence.voice.names import Heard


def heard(spoken: str, known: Iterable[str], language: str = "en") -> Heard:
    return names.heard(spoken, known, load(language))


def of_whom(spoken: str, known: Iterable[str]) -> Heard:
    return names.of_whom(spoken, known, load("en"))


PROFILES = (
    "Available",
    "Do not disturb",
    "Meeting",
    "Gone home",
    "Nicht stören",
    "Vacation",
    "Workshop north",
    "Workshop south",
    "Conference 1",
    "Conference 2",
)
PEOPLE = ("Anna Berg", "Anna Falk", "Bob Frost", "Chris Hall", "Hans Vogt", "Jörg Lang")


@pytest.mark.parametrize(
    ("spoken", "name"),
    [
        ("meeting", "Meeting"),
        ("in a Meeting", "Meeting"),
        ("do-not-disturb", "Do not disturb"),
        ("nicht stoeren", "Nicht stören"),
        ("NICHT STÖREN", "Nicht stören"),
        ("the profile vacation", "Vacation"),
        # As recognisers mishear.
        ("meating", "Meeting"),
        ("vacasion", "Vacation"),
        ("workshop souths", "Workshop south"),
    ],
)
def test_a_name_is_found_however_it_is_said(spoken: str, name: str) -> None:
    assert heard(spoken, PROFILES) == Heard(name)


@pytest.mark.parametrize(
    ("spoken", "candidates"),
    [
        ("workshop", {"Workshop north", "Workshop south"}),
        ("conference 3", {"Conference 1", "Conference 2"}),
        ("home", {"Gone home"}),
    ],
)
def test_a_name_that_may_be_several_is_asked_about(
    spoken: str, candidates: set[str]
) -> None:
    found = heard(spoken, PROFILES)
    assert found.name is None
    assert set(found.candidates) == candidates


@pytest.mark.parametrize("spoken", ["", "the", "blue", "mee", "…", "the my profile"])
def test_what_is_no_name_is_none(spoken: str) -> None:
    assert heard(spoken, PROFILES) == Heard(None)


def test_two_names_that_sound_alike_are_both_asked_about() -> None:
    assert heard("lunch", ["Lunch", "Lunch!", "Break"]) == Heard(
        None, ("Lunch", "Lunch!")
    )


def test_where_there_is_no_name_none_is_found() -> None:
    assert heard("meeting", []) == Heard(None)
    assert of_whom("Anna", []) == Heard(None)


def test_a_mishearing_is_taken_for_the_only_name_there_is() -> None:
    assert heard("meating", ["Meeting"]) == Heard("Meeting")


@pytest.mark.parametrize(
    ("spoken", "name"),
    [
        ("Bob", "Bob Frost"),
        ("Bobs", "Bob Frost"),
        ("Bob's", "Bob Frost"),
        ("Bob’s", "Bob Frost"),
        ("bob frost's", "Bob Frost"),
        ("Chris", "Chris Hall"),
        ("Chris'", "Chris Hall"),
        ("Chris’s", "Chris Hall"),
        # Not the genitive of a Han.
        ("Hans", "Hans Vogt"),
        ("Joergs", "Jörg Lang"),
        ("Anna Berg", "Anna Berg"),
        ("Anna Falks", "Anna Falk"),
    ],
)
def test_a_person_is_found_in_the_genitive_too(spoken: str, name: str) -> None:
    assert of_whom(spoken, PEOPLE) == Heard(name)


@pytest.mark.parametrize("spoken", ["Anna", "Annas", "Anna's"])
def test_a_first_name_of_two_people_is_asked_about(spoken: str) -> None:
    found = of_whom(spoken, PEOPLE)
    assert found.name is None
    assert set(found.candidates) == {"Anna Berg", "Anna Falk"}


def test_somebody_who_is_not_here_is_nobody() -> None:
    assert of_whom("Clara", PEOPLE) == Heard(None)
