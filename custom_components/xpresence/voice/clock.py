"""What time: "half past three", "Viertel vor drei", "15:30", "3 pm".

An hour without more is the next one that the dial shows: "three", said at ten in the
morning, is three in the afternoon. What is answered names it in full.
"""

from dataclasses import dataclass
import re
from typing import Final

from .words import Words, number

_DIGITS: Final = re.compile(r"(\d{1,2})[:.](\d{2})")
_PARTS_OF_DAY: Final = {
    # Word after an hour → whether it adds twelve to an hour of the dial.
    "am": False,
    "pm": True,
    "morgens": False,
    "früh": False,
    "vormittags": False,
    "nachmittags": True,
    "abends": True,
}


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day; ``dial``: it may mean either half of the day."""

    hour: int
    minute: int
    dial: bool = False


type Found = tuple[Clock, int]


def clock(
    words: Words, index: int, german: bool, *, spans: bool = False
) -> Found | None:
    """Read a time of day; return it and the index after it.

    ``spans``: "three to four" goes from one to the other, it is not 3:57.
    """
    found = _german(words, index) if german else _english(words, index, spans)
    if found is None:
        return None
    said, after = found
    if not (0 <= said.hour <= 24 and 0 <= said.minute < 60):
        return None
    if said.hour == 24:
        said = Clock(0, said.minute)
    later = _PARTS_OF_DAY.get(words.at(after))
    if later is not None and said.dial:
        hour = said.hour % 12 + (12 if later else 0)
        return Clock(hour, said.minute), after + 1
    return said, after


def _on_dial(hour: int, minute: int) -> Clock:
    return Clock(hour, minute, dial=1 <= hour <= 12)


def _before(hour: int, minutes: int) -> Clock:
    """Return a time before an hour of the dial."""
    return _on_dial(12 if hour in (1, 13) else hour - 1, 60 - minutes)


def _digits(words: Words, index: int) -> Found | None:
    match = _DIGITS.fullmatch(words.at(index))
    if match is None:
        return None
    hour = int(match[1])
    # "03:30" is written as a clock shows it, "3:30" as somebody says it.
    dial = 1 <= hour <= 12 and not match[1].startswith("0")
    return Clock(hour, int(match[2]), dial), index + 1


def _english(words: Words, index: int, spans: bool) -> Found | None:
    word = words.at(index)
    if word in _EN_NAMED:
        return _EN_NAMED[word], index + 1
    if found := _digits(words, index) or _english_past(words, index, spans):
        return found
    first = number(words, index, german=False)
    if first is None or word in ("a", "an"):
        return None
    hour, after = first
    if words.at(after) == "o'clock":
        return _on_dial(hour, 0), after + 1
    more = number(words, after, german=False)
    if more is not None and 10 <= more[0] < 60:
        return _on_dial(hour, more[0]), more[1]
    return _on_dial(hour, 0), after


_EN_NAMED: Final = {
    "noon": Clock(12, 0),
    "midday": Clock(12, 0),
    "midnight": Clock(0, 0),
}
_EN_FRACTIONS: Final = {"half": 30, "quarter": 15}


def _english_past(words: Words, index: int, spans: bool) -> Found | None:
    """Read "half past three", "a quarter to four", "ten past three"."""
    if words.at(index) in ("a", "an"):
        index += 1
    minutes = _EN_FRACTIONS.get(words.at(index))
    after = index + 1
    if minutes is None:
        first = number(words, index, german=False)
        if first is None or spans:
            return None
        minutes, after = first
        if words.at(after) == "minutes":
            after += 1
    hour = number(words, after + 1, german=False)
    if hour is None or minutes >= 60 or words.at(after) not in ("past", "to"):
        return None
    past = words.at(after) == "past"
    said = _on_dial(hour[0], minutes) if past else _before(hour[0], minutes)
    return said, hour[1]


def _german(words: Words, index: int) -> Found | None:
    word = words.at(index)
    if word in ("mittag", "mittags"):
        return Clock(12, 0), index + 1
    if word == "mitternacht":
        return Clock(0, 0), index + 1
    if found := _digits(words, index):
        said, after = found
        return said, after + 1 if words.at(after) == "uhr" else after
    if word == "halb":
        hour = number(words, index + 1, german=True)
        return hour and (_before(hour[0], 30), hour[1])
    if word in ("viertel", "dreiviertel"):
        return _quarter(words, index)
    first = number(words, index, german=True)
    if first is None:
        return None
    value, after = first
    if words.at(after) in ("minuten", "minute"):
        after += 1
    if words.at(after) in ("nach", "vor") and value < 60:
        hour = number(words, after + 1, german=True)
        if hour is None:
            return None
        past = words.at(after) == "nach"
        said = _on_dial(hour[0], value) if past else _before(hour[0], value)
        return said, hour[1]
    if words.at(after) == "uhr":
        after += 1
        minutes = number(words, after, german=True)
        if minutes is not None and minutes[0] < 60:
            return _on_dial(value, minutes[0]), minutes[1]
    return _on_dial(value, 0), after


def _quarter(words: Words, index: int) -> Found | None:
    """Read "Viertel vor drei", and "Viertel drei", which is a quarter past two."""
    word, after = words.at(index), index + 1
    if words.at(after) in ("nach", "vor") and word == "viertel":
        hour = number(words, after + 1, german=True)
        if hour is None:
            return None
        past = words.at(after) == "nach"
        return (_on_dial if past else _before)(hour[0], 15), hour[1]
    hour = number(words, after, german=True)
    return hour and (_before(hour[0], 45 if word == "viertel" else 15), hour[1])
