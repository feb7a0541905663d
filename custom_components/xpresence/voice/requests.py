"""What somebody wants: a profile, until when, and what colleagues read."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
import re
from typing import Final

from .durations import duration
from .moments import Moment, day_at, moment
from .words import Words


class UnclearTime(Exception):
    """A time was said, but not one that is understood, or one that is over."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A profile as it was spoken, its end in UTC, and its info text."""

    profile: str
    until: datetime | None = None
    until_return: bool = False
    info_text: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A profile as it was spoken, from one instant to another, in UTC."""

    profile: str
    start: datetime
    end: datetime
    info_text: str | None = None


_INFO: Final = (
    re.compile(
        r"\bwith (?:an? |the )?(?:info ?text|info|message|note) (.+)$", re.IGNORECASE
    ),
    re.compile(
        r"\bmit (?:dem |der )?(?:infotext|info|hinweis|nachricht|notiz) (.+)$",
        re.IGNORECASE,
    ),
)
_UNTIL: Final = (frozenset(("until", "till", "til", "through")), frozenset(("bis",)))
_FOR: Final = (frozenset(("for",)), frozenset(("für",)))
_FROM: Final = (frozenset(("from",)), frozenset(("von", "vom", "ab")))
_TO: Final = (frozenset(("to", "until", "till", "through")), frozenset(("bis",)))
_FILLERS: Final = frozenset(("zum", "zur", "the", "einschliesslich", "inklusive"))
_RETURN: Final = (
    "i return",
    "i'm back",
    "i am back",
    "i come back",
    "i get back",
    "my return",
    "ich zurück bin",
    "ich wieder zurück bin",
    "ich wieder da bin",
    "ich zurückkomme",
    "ich wiederkomme",
    "meiner rückkehr",
    "rückkehr",
)


def wish_from(text: str, now: datetime, *, german: bool) -> Wish:
    """Read what somebody wants now; ``now`` is in the speaker's zone.

    Raises:
        UnclearTime: an end was said that is none.
    """
    text, info_text = _without_info(text, german)
    words = Words.of(text)
    for index, word in enumerate(words.words):
        if word in _UNTIL[german]:
            return _until(words, index, now, german, info_text)
        lasting = index + 1 if word in _FOR[german] else index
        found = duration(words, lasting, german)
        if found is None:
            continue
        length, after = found
        long = words.at(after) in ("lang", "long")
        if word in _FOR[german] or (german and long):
            rest = words.without(index, after + 1 if long else after)
            return Wish(_name(rest), now.astimezone(UTC) + length, info_text=info_text)
    return Wish(_name(text), info_text=info_text)


def _until(
    words: Words, index: int, now: datetime, german: bool, info_text: str | None
) -> Wish:
    after = index + 1
    said = " ".join(words.words[after:])
    for phrase in _RETURN:
        for filler in ("", "zu ", "zur "):
            if said.startswith(filler + phrase):
                count = len((filler + phrase).split())
                rest = words.without(index, after + count)
                return Wish(_name(rest), until_return=True, info_text=info_text)
    inclusive = words.at(index) == "through"
    while words.at(after) in _FILLERS:
        inclusive |= words.at(after) in ("einschliesslich", "inklusive")
        after += 1
    found = moment(words, after, german, now)
    if found is None:
        raise UnclearTime
    at, after = found
    until = at.end if inclusive else at.start
    if until <= now.astimezone(UTC):
        raise UnclearTime
    return Wish(_name(words.without(index, after)), until, info_text=info_text)


def plan_from(text: str, now: datetime, *, german: bool) -> Plan:
    """Read what somebody plans: a day, or from one moment to another.

    Raises:
        UnclearTime: no time was said, or one that is over.
    """
    text, info_text = _without_info(text, german)
    words = Words.of(text)
    day: Moment | None = None
    named = (0, 0)
    clock_only: tuple[int, int] | None = None
    for index, word in enumerate(words.words):
        if word in _FROM[german]:
            start = moment(
                words,
                index + 1,
                german,
                now,
                day=day.day if day else None,
                spans=True,
            )
            if start is None:
                continue
            return _span(words, (index, start), (named, day), now, german, info_text)
        if day is not None or not day_at(words, index, german, now):
            continue
        found = moment(words, index, german, now)
        if found is not None and found[0].day is not None:
            day, named = found[0], (index, found[1])
        elif found is not None and clock_only is None:
            clock_only = (index, found[1])
    if clock_only is not None and (day is None or day.is_day):
        known = day.day if day else None
        day, words = _on_day(words, clock_only, named, known, now, german)
        named = min(named, clock_only)
    if day is None or day.end <= now.astimezone(UTC):
        raise UnclearTime
    start_at = max(day.start, now.astimezone(UTC))
    end_at = day.end
    rest = words.without(*named)
    lasting = Words.of(rest)
    for index, word in enumerate(lasting.words):
        if word in _FOR[german] and (long := duration(lasting, index + 1, german)):
            return Plan(
                _name(lasting.without(index, long[1])),
                start_at,
                start_at + long[0],
                info_text,
            )
    if not day.is_day:
        raise UnclearTime
    return Plan(_name(rest), start_at, end_at, info_text)


def _on_day(
    words: Words,
    clock_only: tuple[int, int],
    named: tuple[int, int],
    day: date | None,
    now: datetime,
    german: bool,
) -> tuple[Moment | None, Words]:
    """Read a time of day that stands apart from its day, if one was named.

    Of the two, the one said later is taken out of the words.
    """
    found = moment(words, clock_only[0], german, now, day=day)
    rest = Words.of(words.without(*max(named, clock_only)))
    return (found[0] if found else None), rest


def _span(
    words: Words,
    begin: tuple[int, tuple[Moment, int]],
    about: tuple[tuple[int, int], Moment | None],
    now: datetime,
    german: bool,
    info_text: str | None,
) -> Plan:
    index, (start, after) = begin
    (day_from, day_to), day = about
    if words.at(after) not in _TO[german]:
        raise UnclearTime
    after += 1
    while words.at(after) in _FILLERS:
        after += 1
    known = start.day or (day.day if day else None)
    if start.is_day:
        known = None
    begun = max(now, start.start.astimezone(now.tzinfo))
    found = moment(words, after, german, begun, day=known)
    if found is None:
        raise UnclearTime
    end, after = found
    until = end.end
    if until <= start.start or until <= now.astimezone(UTC):
        raise UnclearTime
    rest = words.without(index, after)
    if day is not None and day_to <= index:
        rest = Words.of(rest).without(day_from, day_to)
    return Plan(_name(rest), start.start, until, info_text)


def _without_info(text: str, german: bool) -> tuple[str, str | None]:
    match = _INFO[german].search(text)
    if match is None:
        return text, None
    return text[: match.start()].strip(), match[1].strip()


def _name(text: str) -> str:
    return " ".join(text.strip(" ,.!?;:").split())
