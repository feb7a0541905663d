"""Times of day and lengths as they are spoken, each beside what it means."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.xpresence.languages import LANGUAGES
from custom_components.xpresence.voice.language import load
from custom_components.xpresence.voice.time_values import UnclearTime
from custom_components.xpresence.voice.times import Times
from custom_components.xpresence.voice.words import plain

from .conftest import NOW

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("noon", "12:00"),
        ("midday", "12:00"),
        ("midnight", "0:00"),
        ("15:30", "15:30"),
        ("3:30", "3:30 of either half"),
        ("03:30", "3:30"),
        ("24:00", "0:00"),
        ("three", "3:00 of either half"),
        ("three o'clock", "3:00 of either half"),
        ("three thirty", "3:30 of either half"),
        ("three forty five", "3:45 of either half"),
        ("fifteen", "15:00"),
        ("3 pm", "15:00"),
        ("3 p.m.", "15:00"),
        ("12 pm", "12:00"),
        ("12 am", "0:00"),
        ("7:15 am", "7:15"),
        ("15 pm", "15:00"),
        ("half past three", "3:30 of either half"),
        ("half past twelve", "12:30 of either half"),
        ("quarter past three", "3:15 of either half"),
        ("a quarter to four", "3:45 of either half"),
        ("quarter to one", "12:45 of either half"),
        ("ten past three", "3:10 of either half"),
        ("ten minutes to four", "3:50 of either half"),
        ("twenty five past one", "1:25 of either half"),
        ("half past", None),
        ("half of three", None),
        ("seventy past three", None),
        ("a three", None),
        ("25:00", None),
        ("12:75", None),
        ("blue", None),
        ("", None),
    ],
)
def test_an_english_time_of_day(text: str, means: str | None) -> None:
    assert read(text, "en") == means


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("Mittag", "12:00"),
        ("mittags", "12:00"),
        ("Mitternacht", "0:00"),
        ("15:30", "15:30"),
        ("15:30 Uhr", "15:30"),
        ("15.30 Uhr", "15:30"),
        ("3:30 Uhr", "3:30 of either half"),
        ("03:30", "3:30"),
        ("24 Uhr", "0:00"),
        ("drei", "3:00 of either half"),
        ("drei Uhr", "3:00 of either half"),
        ("drei Uhr zwanzig", "3:20 of either half"),
        ("fünfzehn Uhr", "15:00"),
        ("drei Uhr nachmittags", "15:00"),
        ("acht Uhr abends", "20:00"),
        ("acht Uhr morgens", "8:00"),
        ("neun Uhr vormittags", "9:00"),
        ("zwölf Uhr mittags", "12:00"),
        ("halb vier", "3:30 of either half"),
        ("halb eins", "12:30 of either half"),
        ("halb", None),
        ("Viertel vor drei", "2:45 of either half"),
        ("Viertel nach drei", "3:15 of either half"),
        ("Viertel drei", "2:15 of either half"),
        ("dreiviertel drei", "2:45 of either half"),
        ("dreiviertel eins", "12:45 of either half"),
        ("Viertel", None),
        ("Viertel vor", None),
        ("Viertel vor blau", None),
        ("zehn nach drei", "3:10 of either half"),
        ("zehn vor drei", "2:50 of either half"),
        ("fünf Minuten vor eins", "12:55 of either half"),
        ("zehn Minuten nach drei", "3:10 of either half"),
        ("70 Uhr", None),
        ("blau", None),
        ("", None),
    ],
)
def test_a_german_time_of_day(text: str, means: str | None) -> None:
    assert read(text, "de") == means


def longest(text: str, language: str, kind: str) -> object:
    """Return what stands at the beginning of a text, the longest of its kind."""
    spoken = load(language)
    tokens = spoken.spelling.tokens(plain(text))
    found = list(Times(spoken, NOW).kinds[kind](tokens, 0))
    return max(found, key=lambda one: one[0])[1] if found else None


def read(text: str, language: str) -> str | None:
    said: Any = longest(text, language, "clock")
    if said is None:
        return None
    half = " of either half" if said.dial else ""
    return f"{said.hour}:{said.minute:02}{half}"


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("twenty minutes", 20),
        ("an hour", 60),
        ("one hr", 60),
        ("half an hour", 30),
        ("half a day", 720),
        ("half hour", 30),
        ("a quarter of an hour", 15),
        ("one quarter of an hour", 15),
        ("three quarters of an hour", 45),
        ("1.5 hours", 90),
        ("two and a half hours", 150),
        ("an hour and a half", 90),
        ("an hour and twenty minutes", 80),
        ("two hours 15 minutes", 135),
        ("two days", 2880),
        ("a week", 10080),
        # What is not shorter than what came before belongs to something else.
        ("ten minutes and two hours", 10),
        ("zero minutes", None),
        ("0 minutes", None),
        ("two years", None),
        ("53 weeks", None),
        ("99999 minutes", None),
        ("three", None),
        ("hours", None),
        ("", None),
    ],
)
def test_an_english_length(text: str, minutes: int | None) -> None:
    assert length(text, "en") == minutes


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("zwanzig Minuten", 20),
        ("eine Stunde", 60),
        ("eine halbe Stunde", 30),
        ("einen halben Tag", 720),
        ("eine Viertelstunde", 15),
        ("eine Dreiviertelstunde", 45),
        ("eine dreiviertel Stunde", 45),
        ("anderthalb Stunden", 90),
        ("eineinhalb Stunden", 90),
        ("zweieinhalb Stunden", 150),
        ("1,5 Stunden", 90),
        ("1.5 Stunden", 90),
        ("eine Stunde und zwanzig Minuten", 80),
        ("zwei Stunden 15 Minuten", 135),
        ("drei Tage", 4320),
        ("eine Woche", 10080),
        ("blaueinhalb Stunden", None),
        ("null Minuten", None),
        ("drei", None),
        ("Stunden", None),
        ("", None),
    ],
)
def test_a_german_length(text: str, minutes: int | None) -> None:
    assert length(text, "de") == minutes


def length(text: str, language: str) -> float | None:
    found: Any = longest(text, language, "duration")
    return found and found / timedelta(minutes=1)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("tomorrow", "25.11 00:00, the day"),
        ("the day after tomorrow", "26.11 00:00, the day"),
        ("tomorrow morning", "25.11 08:00"),
        ("tomorrow afternoon", "25.11 14:00"),
        ("tomorrow afternoon at four", "25.11 16:00"),
        ("tomorrow morning at 9:30", "25.11 09:30"),
        ("tomorrow at three", "25.11 15:00"),
        ("tomorrow at eight", "25.11 08:00"),
        ("tonight", "24.11 18:00"),
        ("tonight at eight", "24.11 20:00"),
        ("today at three", "24.11 15:00"),
        ("three pm tomorrow", "25.11 15:00"),
        ("at nine on Monday", "30.11 09:00"),
        ("next Tuesday", "01.12 00:00, the day"),
        ("24 December", "24.12 00:00, the day"),
        ("the 24th of December", "24.12 00:00, the day"),
        ("December 24th", "24.12 00:00, the day"),
        ("January 2", "02.01 00:00, the day"),
        # It has been this year; the next one is meant.
        ("November 1st", "01.11 00:00, the day"),
        ("February 30", None),
        ("December the last", None),
        ("December 99999999999999999999", None),
        ("on", None),
        ("blue", None),
    ],
)
def test_an_english_moment(text: str, start: str | None) -> None:
    assert begins(text, "en") == start


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("morgen", "25.11 00:00, the day"),
        ("übermorgen", "26.11 00:00, the day"),
        ("morgen früh", "25.11 08:00"),
        ("morgen Vormittag", "25.11 10:00"),
        ("morgen Nachmittag um vier", "25.11 16:00"),
        ("morgen um drei", "25.11 15:00"),
        ("morgen halb neun", "25.11 08:30"),
        ("heute Abend", "24.11 18:00"),
        ("heute um drei", "24.11 15:00"),
        ("um neun am Montag", "30.11 09:00"),
        ("am nächsten Dienstag", "01.12 00:00, the day"),
        ("24. Dezember", "24.12 00:00, the day"),
        ("am 24.12.", "24.12 00:00, the day"),
        ("am 24.12. um 14 Uhr", "24.12 14:00"),
        ("2. Jänner", "02.01 00:00, the day"),
        ("30. Februar", None),
        ("99999999999999999999. Dezember", None),
        ("99999999999999999999.12.", None),
        ("blau", None),
    ],
)
def test_a_german_moment(text: str, start: str | None) -> None:
    assert begins(text, "de") == start


def begins(text: str, language: str) -> str | None:
    spoken = load(language)
    times = Times(spoken, NOW)
    phrases = times.phrases(spoken.spelling.tokens(text))
    try:
        said = times.when(phrases)
    except UnclearTime:
        return None
    if said.start is None:
        return None
    shown = said.start.astimezone(BERLIN).strftime("%d.%m %H:%M")
    return f"{shown}, the day" if said.whole else shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_number_longer_than_any_that_is_spoken_means_nothing(language: str) -> None:
    for text in ("9" * 5000, f"{'9' * 5000}.{'9' * 5000}", f"{'9' * 5000} Uhr"):
        for kind in ("clock", "duration", "point"):
            assert longest(text, language, kind) is None
