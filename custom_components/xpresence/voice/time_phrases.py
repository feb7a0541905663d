"""Finds time phrases in the tokens of a sentence; what they come to is :mod:`.times`."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
import re
from typing import Any, Final

from .grammar import Kinds
from .language import Language
from .time_values import Clock, Phrase, Point
from .words import Token

DAY: Final = timedelta(days=1)
LONGEST: Final = timedelta(days=366)
LONGEST_NUMBER: Final = 6
"""The most digits of a number; no time or duration has more."""
_CLOCK: Final = re.compile(r"(\d{1,2})[:.](\d{2})")
_DAY_AND_MONTH: Final = re.compile(r"(\d{1,2})\.(\d{1,2})")
_DECIMAL: Final = re.compile(r"\d{1,4}(?:\.\d{1,2}|,\d{1,2})")
ORDINAL_ENDS: Final = frozenset(("st", "nd", "rd", "th", "er", "e", "ter", "ten", "te"))
"""What a number may end with that stands for a day of a month."""


class TimePhrases:
    """Finds the time phrases of one language, as they are meant at one instant."""

    def __init__(self, language: Language, now: datetime) -> None:
        """Take the language, and now in the speaker's zone."""
        self._language = language
        self._now = now
        self.kinds: Kinds = {
            "hour": self._hour,
            "minute": self._minute,
            "tens": self._tens,
            "number": self._number,
            "count": self._count,
            "decimal": self._decimal,
            "unit": language.units.find,
            "ordinal": self._ordinal,
            "month": language.months.find,
            "weekday": language.weekdays.find,
            "relative": language.relative.find,
            "part": language.parts.find,
            "half": language.halves.find,
            "period": self._period,
            "ending": self._ending,
            "hm": self._written_clock,
            "dm": self._written_date,
            "clock": self._clock,
            "day": self._day,
            "duration": self._duration,
            "point": self._point,
            "dated": self._dated_point,
            "rest": _rest,
        }

    def phrases(
        self, tokens: Sequence[Token], names: frozenset[int] = frozenset()
    ) -> tuple[Phrase, ...]:
        """Return the time phrases from left to right, the longest at each place.

        ``names``: the places of tokens that belong to no time.
        """
        tokens = [
            Token("", token.start, token.end) if at in names else token
            for at, token in enumerate(tokens)
        ]
        found: list[Phrase] = []
        at = 0
        while at < len(tokens):
            longest: Phrase | None = None
            for node, kind in self._language.whens:
                if kind == "unclear" and longest is not None:
                    continue
                for end, slots in node.match(tokens, at, self.kinds):
                    if end > at and (longest is None or end > longest.end):
                        longest = Phrase(kind, at, end, slots)
            if longest is None:
                at += 1
            else:
                found.append(longest)
                at = longest.end
        return tuple(found)

    # Numbers

    def _number(self, tokens: Sequence[Token], at: int) -> Iterator[tuple[int, int]]:
        if at < len(tokens) and tokens[at].word.isdecimal():
            if len(tokens[at].word) <= LONGEST_NUMBER:
                yield at + 1, int(tokens[at].word)
            return
        yield from self._language.numbers.find(tokens, at)

    def _hour(self, tokens: Sequence[Token], at: int) -> Iterator[tuple[int, int]]:
        return ((end, hour) for end, hour in self._number(tokens, at) if hour <= 24)

    def _minute(self, tokens: Sequence[Token], at: int) -> Iterator[tuple[int, int]]:
        return ((end, much) for end, much in self._number(tokens, at) if much < 60)

    def _tens(self, tokens: Sequence[Token], at: int) -> Iterator[tuple[int, int]]:
        return (
            (end, much) for end, much in self._number(tokens, at) if 10 <= much < 60
        )

    def _count(self, tokens: Sequence[Token], at: int) -> Iterator[tuple[int, float]]:
        yield from self._decimal(tokens, at)
        yield from self._number(tokens, at)
        yield from self._language.articles.find(tokens, at)

    def _decimal(self, tokens: Sequence[Token], at: int) -> Iterator[tuple[int, float]]:
        if at < len(tokens) and _DECIMAL.fullmatch(tokens[at].word):
            yield at + 1, float(tokens[at].word.replace(",", "."))
        yield from self._language.decimals.find(tokens, at)

    def _ordinal(self, tokens: Sequence[Token], at: int) -> Iterator[tuple[int, int]]:
        yield from self._language.ordinals.find(tokens, at)
        for end, day in self._number(tokens, at):
            if 1 <= day <= 31:
                after = end + 1
                if (tokens[end].word if end < len(tokens) else "") in ORDINAL_ENDS:
                    yield after, day
                yield end, day

    # Times of day and lengths

    def _written_clock(
        self, tokens: Sequence[Token], at: int
    ) -> Iterator[tuple[int, Clock]]:
        if at < len(tokens) and (match := _CLOCK.fullmatch(tokens[at].word)):
            hour, minute = int(match[1]), int(match[2])
            if hour <= 24 and minute < 60:
                # "03:30" is written as a clock shows it, "3:30" as somebody says it.
                dial = 1 <= hour <= 12 and not match[1].startswith("0")
                yield at + 1, Clock(hour % 24, minute, dial)

    def _clock(self, tokens: Sequence[Token], at: int) -> Iterator[tuple[int, Clock]]:
        for node, meaning in self._language.clocks:
            for end, slots in node.match(tokens, at, self.kinds):
                yield from self._with_half(tokens, end, _clock_of(meaning, dict(slots)))

    def _with_half(
        self, tokens: Sequence[Token], end: int, said: Clock
    ) -> Iterator[tuple[int, Clock]]:
        for after, second in self._language.halves.find(tokens, end):
            if said.dial:
                hour = said.hour % 12 + (12 if second else 0)
                yield after, Clock(hour, said.minute)
            else:
                yield after, said
        yield end, said

    def _duration(
        self, tokens: Sequence[Token], at: int
    ) -> Iterator[tuple[int, timedelta]]:
        for node, meaning in self._language.durations:
            for end, slots in node.match(tokens, at, self.kinds):
                length = _length(meaning, dict(slots))
                if timedelta() < length <= LONGEST:
                    yield end, length

    # Days and points

    def _written_date(
        self, tokens: Sequence[Token], at: int
    ) -> Iterator[tuple[int, date]]:
        if at < len(tokens) and (match := _DAY_AND_MONTH.fullmatch(tokens[at].word)):
            found = self._dated(int(match[1]), int(match[2]))
            if found is not None:
                yield at + 1, found

    def _day(self, tokens: Sequence[Token], at: int) -> Iterator[tuple[int, date]]:
        for node, _ in self._language.days:
            for end, slots in node.match(tokens, at, self.kinds):
                if (day := self._day_of(dict(slots))) is not None:
                    yield end, day

    def _day_of(self, slots: dict[str, Any]) -> date | None:
        today = self._now.date()
        if "relative" in slots:
            ahead: int = slots["relative"]
            return today + ahead * DAY
        if "weekday" in slots:
            weekday: int = slots["weekday"]
            return today + ((weekday - today.weekday()) % 7 or 7) * DAY
        if "dm" in slots:
            found: date = slots["dm"]
            return found
        if "month" in slots:
            return self._dated(slots["ordinal"], slots["month"])
        for month in range(today.month, today.month + 12):
            year, index = today.year + (month - 1) // 12, (month - 1) % 12 + 1
            day = _date(year, index, slots["ordinal"])
            if day is not None and day > today:
                return day
        return None

    def _dated(self, day: int, month: int) -> date | None:
        today = self._now.date()
        for year in range(today.year, today.year + 9):
            found = _date(year, month, day)
            if found is not None and found >= today:
                return found if found - today <= LONGEST else None
        return None

    def _period(self, tokens: Sequence[Token], at: int) -> Iterator[tuple[int, Point]]:
        today = self._now.date()
        monday = today - today.weekday() * DAY
        saturday = monday + 5 * DAY
        known = {
            "evening": Point(day=today, part=18),
            "week": Point(day=today, until=monday + 7 * DAY),
            "next_week": Point(day=monday + 7 * DAY, until=monday + 14 * DAY),
            "week_end": Point(day=saturday, clock=Clock(0, 0)),
            "weekend": Point(day=max(today, saturday), until=monday + 7 * DAY),
            "day_end": Point(day=today + DAY, clock=Clock(0, 0)),
            "tomorrow_end": Point(day=today + 2 * DAY, clock=Clock(0, 0)),
            "month_end": Point(
                day=(today.replace(day=1) + 32 * DAY).replace(day=1), clock=Clock(0, 0)
            ),
        }
        for end, name in self._language.periods.find(tokens, at):
            yield end, known[name]

    def _ending(self, tokens: Sequence[Token], at: int) -> Iterator[tuple[int, Point]]:
        """Find a period by its end: the rest of the day."""
        for end, point in self._period(tokens, at):
            if point.clock is not None:
                yield end, point

    def _point(self, tokens: Sequence[Token], at: int) -> Iterator[tuple[int, Point]]:
        for node, _ in self._language.points:
            for end, slots in node.match(tokens, at, self.kinds):
                found = dict(slots)
                if "period" in found:
                    point: Point = found["period"]
                    yield end, replace(point, clock=found.get("clock", point.clock))
                else:
                    yield (
                        end,
                        Point(found.get("day"), found.get("clock"), found.get("part")),
                    )

    def _dated_point(
        self, tokens: Sequence[Token], at: int
    ) -> Iterator[tuple[int, Point]]:
        for end, point in self._point(tokens, at):
            if point.day is not None:
                yield end, point


_TERM: Final = re.compile(r"([+-]?)(\d+|m)")


def _clock_of(meaning: str, slots: dict[str, Any]) -> Clock:
    """Return what a pattern of a clock means.

    ``=12:00`` is that time and ``@1:00`` one of a dial, to which minutes may be added;
    otherwise it is minutes that are added to the hour. ``m``: the minutes that were said.
    """
    if "hm" in slots:
        found: Clock = slots["hm"]
        return found
    fixed, _, added = meaning[1:].partition(" ") if meaning[0] in "=@" else ("", "", "")
    minutes = 0
    for sign, term in _TERM.findall(added if fixed else meaning):
        amount = slots["minute"] if term == "m" else int(term)
        minutes += -amount if sign == "-" else amount
    if fixed:
        oclock, past = fixed.split(":")
        total = (int(oclock) * 60 + int(past) + minutes) % (24 * 60)
        return Clock(total // 60, total % 60, dial=meaning[0] == "@")
    hour: int = slots["hour"]
    total = hour * 60 + minutes
    if minutes < 0:
        # "Half past" the hour before, on a dial.
        hour = 12 if hour in (1, 13) else hour - 1
        return Clock(hour % 24, total % 60, dial=1 <= hour <= 12)
    return Clock(hour % 24, total % 60, dial=1 <= hour <= 12)


_LENGTH: Final = re.compile(r"(?:([\d.]*)n)?(?:\+?([\d.]+))?")


def _length(meaning: str, slots: dict[str, Any]) -> timedelta:
    """Return what a pattern of a duration means.

    ``n`` stands for the number said, times the unit: ``n``, ``n+0.5``, ``0.25n``,
    ``0.5``; a second number and unit are added.
    """
    match = _LENGTH.fullmatch(meaning)
    if match is None:
        raise ValueError(meaning)
    value = float(match[2] or 0)
    if "n" in meaning:
        number = slots.get("count", slots.get("decimal", 0))
        value += float(match[1] or 1) * number
    if value > 10_000:
        return timedelta()
    minutes = value * slots.get("unit", 1)
    if "more" in slots:
        if slots["unit2"] >= slots["unit"] or slots["more"] > 10_000:
            return timedelta()
        minutes += slots["more"] * slots["unit2"]
    return timedelta(minutes=minutes)


def _rest(tokens: Sequence[Token], at: int) -> Iterator[tuple[int, None]]:
    yield len(tokens), None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
