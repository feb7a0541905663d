"""Names of profiles, people and devices: what may be one, and which are the same."""

import pytest

from custom_components.xpresence.settings.names import (
    OFF,
    RESERVED,
    comparable,
    name_problem,
    state_name_problem,
    tidy,
)

HIDDEN, EMPTY = "name_control_character", "name_empty"


@pytest.mark.parametrize(
    "name",
    [
        "👩‍👧",
        "Family 👨‍👩‍👧‍👦",
        "👩🏽‍⚕️ at the doctor's",
        "🏳️‍🌈",
        "❤️‍🔥",
        "🙂‍↔️",
        "🏃🏿‍♀️‍➡️",
        "🐦‍⬛",
        "🇩🇪 Germany",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿 England",
        "👍🏽",
        "1️⃣ Line",
        "☕️",
        "\U0001faea",  # An emoji that is newer than Python's Unicode.
        "می‌خواهم",
        "ක්‍ෂ",
        "Ärztehaus Süd",
        "Cafe\u0301",
        "O’Neill & Söhne",
        "None of the others",
        "Unknown visitors",
        "office@home",
        "In @ the office",
    ],
)
def test_what_people_write_is_a_name(name: str) -> None:
    assert state_name_problem(name) is None


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("An\u200dna", HIDDEN),
        ("An\u200cna", HIDDEN),
        ("Anna\u200d", HIDDEN),
        ("\u200dAnna", HIDDEN),
        ("👩\u200d", HIDDEN),
        ("👩\u200d\u200d👧", HIDDEN),
        ("\u200d👩", HIDDEN),
        ("a\u200d👩", HIDDEN),
        ("Anna\U000e0067", HIDDEN),
        ("Anna\U000e007f", HIDDEN),
        ("🏴\U000e0067", HIDDEN),
        ("🏴\U000e007f", HIDDEN),
        ("🏴" + "\U000e0067" * 9 + "\U000e007f", HIDDEN),
        ("An\u00adna", HIDDEN),
        ("\ufeffAnna", HIDDEN),
        ("Anna\u2028", HIDDEN),
        ("\u200b", HIDDEN),
        ("\ufe0f", EMPTY),
        ("\u0301", EMPTY),
        ("\u3000", EMPTY),
        ("👩" * 61, "name_too_long"),
    ],
)
def test_what_cannot_be_seen_is_no_part_of_a_name(name: str, problem: str) -> None:
    assert name_problem(name) == problem


@pytest.mark.parametrize(
    "name",
    [
        *sorted(RESERVED),
        "Unknown",
        "UNAVAILABLE",
        "NoNe",
        " unknown ",
        "un known",
        "un-known",
        "_none_",
        "“None”",
        "none.",
        "Ｕｎｋｎｏｗｎ",
        "𝐧𝐨𝐧𝐞",
        "🔥unavailable🔥",
    ],
)
def test_what_home_assistant_says_of_no_state_is_no_name(name: str) -> None:
    assert state_name_problem(name) == "name_reserved"
    # Nobody can mistake a calendar's name for a state.
    assert name_problem(name) is None


@pytest.mark.parametrize("name", ["@Meeting", " @ Meeting", "＠Meeting", "﹫x", "@"])
def test_the_mark_before_a_profiles_name_is_no_part_of_it(name: str) -> None:
    assert state_name_problem(name) == "name_begins_with_at"


def test_off_is_no_device() -> None:
    assert state_name_problem("Off", RESERVED | {OFF}) == "name_reserved"
    assert state_name_problem("Off") is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Meeting", "MEETING"),
        ("Meeting", " meeting "),
        ("Straße", "STRASSE"),
        ("Cafe\u0301", "Café"),
        ("Ｍｅｅｔｉｎｇ", "Meeting"),
        ("☕", "☕\ufe0f"),
        ("Board meeting", "Board \u00a0 meeting"),
    ],
)
def test_names_that_read_alike_are_the_same(one: str, other: str) -> None:
    assert comparable(one) == comparable(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("👩‍👧", "👩‍👦"), ("👍🏽", "👍🏿"), ("🇩🇪", "🇦🇹"), ("1️⃣", "2️⃣"), ("A", "Ä")],
)
def test_names_that_read_differently_are_different(one: str, other: str) -> None:
    assert comparable(one) != comparable(other)
    assert tidy(one) == one
