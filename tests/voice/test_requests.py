"""What is understood of a sentence; Tuesday, 24 November 2026, 10:00."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from custom_components.xpresence.languages import LANGUAGES
from custom_components.xpresence.voice.ask import Ask
from custom_components.xpresence.voice.language import load
from custom_components.xpresence.voice.time_values import (
    Doubtful,
    Later,
    UnclearTime,
    When,
)
from custom_components.xpresence.voice.times import Times
from custom_components.xpresence.voice.understanding import Known, understand

from .conftest import NAMES, NOW

BERLIN = ZoneInfo("Europe/Berlin")
PLANS = [
    ("en", "from Monday to Friday", "30.11 00:00", "05.12 00:00"),
    ("en", "tomorrow from twelve to one", "25.11 12:00", "25.11 13:00"),
    ("en", "from three to four", "24.11 15:00", "24.11 16:00"),
    ("en", "tomorrow", "25.11 00:00", "26.11 00:00"),
    ("en", "on Friday from 3 to 4:30 pm", "27.11 15:00", "27.11 16:30"),
    ("en", "tomorrow at 3 pm for two hours", "25.11 15:00", "25.11 17:00"),
    ("en", "from 3 to 4", "24.11 15:00", "24.11 16:00"),
    ("en", "at 3 pm for two hours", "24.11 15:00", "24.11 17:00"),
    ("en", "for two hours at 3 pm", "24.11 15:00", "24.11 17:00"),
    ("en", "at 8 am for one hour", "25.11 08:00", "25.11 09:00"),
    ("en", "at 3 pm for one hour on Friday", "27.11 15:00", "27.11 16:00"),
    ("en", "in two hours until five", "24.11 12:00", "24.11 17:00"),
    ("en", "next week", "30.11 00:00", "07.12 00:00"),
    ("en", "on Friday until three", "27.11 00:00", "27.11 15:00"),
    ("de", "um 15 Uhr für zwei Stunden", "24.11 15:00", "24.11 17:00"),
    ("de", "um 15 Uhr für eine Stunde am Freitag", "27.11 15:00", "27.11 16:00"),
    ("de", "von Montag bis Freitag", "30.11 00:00", "05.12 00:00"),
    ("de", "ab Montag bis Freitag", "30.11 00:00", "05.12 00:00"),
    ("de", "morgen von zwölf bis eins", "25.11 12:00", "25.11 13:00"),
    ("de", "heute von halb eins bis halb zwei", "24.11 12:30", "24.11 13:30"),
    ("de", "von Montag bis einschließlich Freitag", "30.11 00:00", "05.12 00:00"),
    ("de", "vom 23. Dezember bis 2. Januar", "23.12 00:00", "03.01 00:00"),
    ("de", "morgen um 14 Uhr für zwei Stunden", "25.11 14:00", "25.11 16:00"),
    ("de", "am Freitag von 14 bis 15:30 Uhr", "27.11 14:00", "27.11 15:30"),
    ("de", "am 3.", "03.12 00:00", "04.12 00:00"),
    ("de", "am dritten", "03.12 00:00", "04.12 00:00"),
]


def told(moment: datetime | None) -> str | None:
    return moment and moment.astimezone(BERLIN).strftime("%d.%m %H:%M")


def when(text: str, language: str, now: datetime = NOW) -> When:
    spoken = load(language)
    times = Times(spoken, now)
    return times.when(times.phrases(spoken.spelling.tokens(text)))


@pytest.mark.parametrize(("language", "text", "start", "end"), PLANS)
def test_what_lies_ahead_has_a_beginning_and_an_end(
    language: str, text: str, start: str, end: str
) -> None:
    found = when(text, language)
    assert (told(found.start), told(found.end)) == (start, end)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "tomorrow from 4 pm to 3 pm"),
        ("en", "until"),
        ("en", "until yesterday"),
        ("en", "until today"),
        ("en", "until 25:00"),
        ("en", "until 12:75"),
        ("en", "until February 30th"),
        ("en", "until three for two hours"),
        ("en", "until I return until three"),
        ("de", "morgen von 16 Uhr bis 15 Uhr"),
        ("de", "bis"),
        ("de", "bis dann"),
        ("de", "bis 30. Februar"),
        ("de", "bis 99.99."),
    ],
)
def test_times_that_are_none_are_asked_for_again(language: str, text: str) -> None:
    with pytest.raises(UnclearTime):
        when(text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "soon"),
        ("en", "yesterday"),
        ("en", "every Monday"),
        ("de", "bald"),
        ("de", "nachher"),
        ("de", "bis gestern"),
        ("de", "jeden Montag"),
    ],
)
def test_later_without_a_time_is_no_time(language: str, text: str) -> None:
    with pytest.raises((Later, UnclearTime)):
        when(text, language)


@pytest.mark.parametrize(
    ("said_at", "text", "end"),
    [
        ("2026-11-24 10:00", "until three", "24.11 15:00"),
        ("2026-11-24 22:30", "until eleven", "24.11 23:00"),
        ("2026-11-24 22:30", "until three", "25.11 03:00"),
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
    assert told(when(text, "en", now).end) == end


@pytest.mark.parametrize(
    ("said_at", "language", "text"),
    [
        ("2026-11-24 14:50", "de", "bis halb drei"),
        ("2026-11-24 16:00", "en", "until three"),
        ("2026-11-24 09:50", "de", "bis halb zehn"),
        ("2026-11-24 18:00", "en", "until twelve"),
        ("2026-11-24 15:10", "de", "um drei"),
    ],
)
def test_an_hour_of_the_night_and_one_just_over_are_doubtful(
    said_at: str, language: str, text: str
) -> None:
    now = datetime.fromisoformat(said_at).replace(tzinfo=BERLIN)
    with pytest.raises(Doubtful):
        when(text, language, now)


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_text_is_only_text(language: str) -> None:
    known = Known(tuple(NAMES["en"]), ("Anna Berg",))
    for text in ("\x00" * 50, "{rest}" * 100, "for " * 5000, "9" * 400, "٣ hours", ""):
        assert understand(text, known, NOW, language) is None


def test_times_are_found_before_names() -> None:
    known = Known(("Urlaub", "Mittag"), ("Anna Berg",))
    found = understand("Stell mich auf Urlaub bis Mittag", known, NOW, "de")
    assert found is not None
    assert found.slots["profile"] == {"Urlaub"}


def test_a_name_within_an_info_text_is_no_name() -> None:
    known = Known(("Urlaub", "Mittag"), ("Anna Berg", "Bob Frost"))
    text = "Stell mich auf Mittag mit dem Hinweis Bob ist bis Montag im Urlaub"
    found = understand(text, known, NOW, "de")
    assert found is not None
    assert found.slots["profile"] == {"Mittag"}
    assert found.info_text == "Bob ist bis Montag im Urlaub"
    assert found.phrases == ()


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_a_sentence_is_understood_in_whatever_language_it_is_said(spoken: str) -> None:
    known = Known(("Besprechung", "Urlaub"), ("Anna Berg",))
    for text, name in (
        ("I'm in a meeting until three", "Besprechung"),
        ("ich bin bis drei in einer Besprechung", "Besprechung"),
        ("I'm on vacation until Monday", "Urlaub"),
    ):
        found = understand(text, known, NOW, spoken)
        assert found is not None
        assert found.ask is Ask.STATE
        assert found.slots["profile"] == {name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_asks_for_everything(language: str) -> None:
    assert {ask for ask, _ in load(language).sentences} == set(Ask)
