"""How long: "two and a half hours", "eine Dreiviertelstunde"."""

from collections.abc import Mapping
from datetime import timedelta
import re
from typing import Final

from .words import Words, number

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

ENGLISH_UNITS: Final[Mapping[str, timedelta]] = {
    **dict.fromkeys(("minute", "minutes", "min", "mins"), _MINUTE),
    **dict.fromkeys(("hour", "hours", "hr", "hrs"), _HOUR),
    **dict.fromkeys(("day", "days"), _DAY),
    **dict.fromkeys(("week", "weeks"), 7 * _DAY),
}
GERMAN_UNITS: Final[Mapping[str, timedelta]] = {
    **dict.fromkeys(("minute", "minuten", "min"), _MINUTE),
    **dict.fromkeys(("stunde", "stunden", "std"), _HOUR),
    **dict.fromkeys(("tag", "tage", "tagen"), _DAY),
    **dict.fromkeys(("woche", "wochen"), 7 * _DAY),
    **dict.fromkeys(("viertelstunde", "viertelstunden"), 15 * _MINUTE),
    **dict.fromkeys(("dreiviertelstunde", "dreiviertelstunden"), 45 * _MINUTE),
}
LONGEST: Final = timedelta(days=366)
_DECIMAL: Final = re.compile(r"\d+(?:\.\d+|,\d{1,2})")

type Found = tuple[timedelta, int]


def duration(words: Words, index: int, german: bool) -> Found | None:
    """Read a duration; return it and the index after it."""
    first = _part(words, index, german)
    if first is None:
        return None
    length, index = first
    conjunction = "und" if german else "and"
    skipped = index + 1 if words.at(index) == conjunction else index
    if not german and words.words[skipped : skipped + 2] == ("a", "half"):
        # "an hour and a half"
        return length + length / 2, skipped + 2
    more = _part(words, skipped, german)
    if more is not None and more[0] < length:
        length, index = length + more[0], more[1]
    return (length, index) if timedelta() < length <= LONGEST else None


def _part(words: Words, index: int, german: bool) -> Found | None:
    return _german(words, index) if german else _english(words, index)


def _english(words: Words, index: int) -> Found | None:
    if words.at(index) == "half":
        after = index + 2 if words.at(index + 1) in ("a", "an") else index + 1
        return _unit(words, after, 0.5, ENGLISH_UNITS)
    if words.words[index : index + 4] == ("three", "quarters", "of", "an"):
        return _unit(words, index + 4, 0.75, ENGLISH_UNITS)
    if _DECIMAL.fullmatch(words.at(index)):
        return _unit(words, index + 1, _decimal(words.at(index)), ENGLISH_UNITS)
    found = number(words, index, german=False)
    if found is None:
        return None
    value, after = found
    if words.words[after : after + 2] == ("quarter", "of"):
        after += 3 if words.at(after + 2) in ("a", "an") else 2
        return _unit(words, after, 0.25 * value, ENGLISH_UNITS)
    if words.words[after : after + 3] == ("and", "a", "half"):
        return _unit(words, after + 3, value + 0.5, ENGLISH_UNITS)
    return _unit(words, after, value, ENGLISH_UNITS)


_GERMAN_HALVES: Final = ("einhalb", "eineinhalb", "anderthalb")


def _german(words: Words, index: int) -> Found | None:
    word = words.at(index)
    if word in _GERMAN_HALVES:
        return _unit(words, index + 1, 1.5, GERMAN_UNITS)
    if word.endswith("einhalb"):
        whole = number(Words.of(word.removesuffix("einhalb")), 0, german=True)
        return whole and _unit(words, index + 1, whole[0] + 0.5, GERMAN_UNITS)
    if _DECIMAL.fullmatch(word):
        return _unit(words, index + 1, _decimal(word), GERMAN_UNITS)
    found = number(words, index, german=True)
    if found is None:
        return None
    value, after = found
    if words.at(after) in ("halbe", "halben"):
        return _unit(words, after + 1, 0.5 * value, GERMAN_UNITS)
    if words.at(after) == "dreiviertel":
        return _unit(words, after + 1, 0.75 * value, GERMAN_UNITS)
    return _unit(words, after, value, GERMAN_UNITS)


def _unit(
    words: Words, index: int, value: float, units: Mapping[str, timedelta]
) -> Found | None:
    unit = units.get(words.at(index))
    if unit is None or value > 10_000:
        return None
    return value * unit, index + 1


def _decimal(word: str) -> float:
    return float(word.replace(",", "."))
