"""How times are read out of what is said; Tuesday, 24 November 2026, 10:00."""

from datetime import datetime
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from custom_components.xpresence.voice.phrases import ANSWERS
from custom_components.xpresence.voice.requests import (
    UnclearTime,
    plan_from,
    wish_from,
)
from custom_components.xpresence.voice.sentences import ENGLISH, GERMAN, Ask

from .conftest import NOW

BERLIN = ZoneInfo("Europe/Berlin")
PLANS = [
    ("en", "vacation from Monday to Friday", "vacation", "30.11 00:00", "05.12 00:00"),
    ("en", "lunch tomorrow from twelve to one", "lunch", "25.11 12:00", "25.11 13:00"),
    ("en", "vacation tomorrow", "vacation", "25.11 00:00", "26.11 00:00"),
    (
        "en",
        "meeting on Friday from 3 to 4:30 pm",
        "meeting",
        "27.11 15:00",
        "27.11 16:30",
    ),
    (
        "en",
        "meeting tomorrow at 3 pm for two hours",
        "meeting",
        "25.11 15:00",
        "25.11 17:00",
    ),
    ("en", "meeting from 3 to 4", "meeting", "24.11 15:00", "24.11 16:00"),
    (
        "en",
        "a meeting at 3 pm for two hours",
        "a meeting",
        "24.11 15:00",
        "24.11 17:00",
    ),
    ("en", "meeting for two hours at 3 pm", "meeting", "24.11 15:00", "24.11 17:00"),
    ("en", "meeting at 8 am for one hour", "meeting", "25.11 08:00", "25.11 09:00"),
    (
        "en",
        "meeting at 3 pm for one hour on Friday",
        "meeting",
        "27.11 15:00",
        "27.11 16:00",
    ),
    (
        "de",
        "Besprechung um 15 Uhr für zwei Stunden",
        "Besprechung",
        "24.11 15:00",
        "24.11 17:00",
    ),
    (
        "de",
        "Besprechung um 15 Uhr für eine Stunde am Freitag",
        "Besprechung",
        "27.11 15:00",
        "27.11 16:00",
    ),
    ("de", "Urlaub von Montag bis Freitag", "Urlaub", "30.11 00:00", "05.12 00:00"),
    ("de", "morgen von zwölf bis eins Mittag", "Mittag", "25.11 12:00", "25.11 13:00"),
    (
        "de",
        "Mittag heute von halb eins bis halb zwei",
        "Mittag",
        "24.11 12:30",
        "24.11 13:30",
    ),
    (
        "de",
        "Urlaub von Montag bis einschließlich Freitag",
        "Urlaub",
        "30.11 00:00",
        "05.12 00:00",
    ),
    (
        "de",
        "Urlaub vom 23. Dezember bis 2. Januar",
        "Urlaub",
        "23.12 00:00",
        "03.01 00:00",
    ),
    (
        "de",
        "Besprechung morgen um 14 Uhr für zwei Stunden",
        "Besprechung",
        "25.11 14:00",
        "25.11 16:00",
    ),
    (
        "de",
        "Besprechung am Freitag von 14 bis 15:30 Uhr",
        "Besprechung",
        "27.11 14:00",
        "27.11 15:30",
    ),
]


def told(moment: datetime | None) -> str | None:
    return moment and moment.astimezone(BERLIN).strftime("%d.%m %H:%M")


@pytest.mark.parametrize(("language", "text", "profile", "start", "end"), PLANS)
def test_a_plan_has_a_beginning_and_an_end(
    language: str, text: str, profile: str, start: str, end: str
) -> None:
    plan = plan_from(text, NOW, german=language == "de")
    assert (plan.profile, told(plan.start), told(plan.end)) == (profile, start, end)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "vacation"),
        ("en", "vacation from Monday"),
        ("en", "meeting from blue to green"),
        ("en", "meeting tomorrow at 3 pm"),
        ("en", "meeting at 3 pm"),
        ("en", "meeting at 3 pm on Friday"),
        ("en", "meeting at the office"),
        ("en", "meeting from 3 for 4"),
        ("en", "meeting from three to blue"),
        ("en", "meeting tomorrow from 4 pm to 3 pm"),
        ("de", "Urlaub"),
        ("de", "Urlaub von Montag"),
        ("de", "Besprechung morgen von 16 Uhr bis 15 Uhr"),
    ],
)
def test_a_plan_without_times_is_none(language: str, text: str) -> None:
    with pytest.raises(UnclearTime):
        plan_from(text, NOW, german=language == "de")


@pytest.mark.parametrize(
    ("said_at", "text", "end"),
    [
        ("2026-11-24 10:00", "until three", "24.11 15:00"),
        ("2026-11-24 16:00", "until three", "25.11 03:00"),
        ("2026-11-24 22:30", "until eleven", "24.11 23:00"),
        ("2026-11-24 23:59", "until midnight", "25.11 00:00"),
        ("2026-11-24 10:00", "until twenty five past one", "24.11 13:25"),
        ("2026-11-24 10:00", "for twenty five minutes", "24.11 10:25"),
        ("2026-11-24 10:00", "for 1.5 hours", "24.11 11:30"),
        ("2026-11-24 10:00", "for 1,5 hours", "24.11 11:30"),
        ("2026-12-31 10:00", "until January 2nd", "02.01 00:00"),
        # The clocks go back at three: an hour is an hour all the same.
        ("2026-10-25 01:30", "for three hours", "25.10 03:30"),
        ("2026-03-29 01:30", "for one hour", "29.03 03:30"),
    ],
)
def test_an_end_is_the_next_that_the_clock_shows(
    said_at: str, text: str, end: str
) -> None:
    now = datetime.fromisoformat(said_at).replace(tzinfo=BERLIN)
    assert told(wish_from(f"lunch {text}", now, german=False).until) == end


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "until"),
        ("en", "until yesterday"),
        ("en", "until today"),
        ("en", "until 25:00"),
        ("en", "until 12:75"),
        ("en", "until February 30th"),
        ("de", "bis"),
        ("de", "bis gestern"),
        ("de", "bis 30. Februar"),
        ("de", "bis 99.99."),
    ],
)
def test_an_end_that_is_none_is_asked_for_again(language: str, text: str) -> None:
    with pytest.raises(UnclearTime):
        wish_from(f"Lunch {text}", NOW, german=language == "de")


def test_a_profile_may_be_called_like_a_time() -> None:
    assert wish_from("ready for takeoff", NOW, german=False).profile == (
        "ready for takeoff"
    )


def test_hostile_text_is_only_text() -> None:
    for text in ("\x00" * 50, "{rest}" * 100, "for " * 5000, "9" * 400, "٣ hours", ""):
        for german in (False, True):
            assert wish_from(text, NOW, german=german).until is None


def test_both_languages_answer_everything() -> None:
    english, german = ANSWERS["en"], ANSWERS["de"]
    assert english.keys() == german.keys()
    for key, text in english.items():
        assert _blanks(text) == _blanks(german[key]), key
    assert ENGLISH.keys() == GERMAN.keys() == set(Ask)


def _blanks(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field}
