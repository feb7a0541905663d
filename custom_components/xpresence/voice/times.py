"""Times in a sentence: when something begins, and until when it lasts.

An hour without more is the next one that a clock shows: "three", said at ten in the
morning, is three in the afternoon. What is answered names it in full, and what would lie
in the night is asked about (:class:`Doubtful`). A day without a time of day is the whole
day: "until Monday" ends as Monday begins, "through Monday" as it is over.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
import re
from typing import Any, Final

from .grammar import Kinds, Slots
from .language import Language
from .words import Token

DAY: Final = timedelta(days=1)
LONGEST: Final = timedelta(days=366)
LONGEST_NUMBER: Final = 6
"""The most digits of a number; no time or duration has more."""
NIGHT: Final = range(6)
"""Hours at which nobody means to be back without saying so."""
JUST_OVER: Final = timedelta(hours=2)
"""How long ago an hour may be that somebody still means."""
_CLOCK: Final = re.compile(r"(\d{1,2})[:.](\d{2})")
_DAY_AND_MONTH: Final = re.compile(r"(\d{1,2})\.(\d{1,2})")
_DECIMAL: Final = re.compile(r"\d{1,4}(?:\.\d{1,2}|,\d{1,2})")


class UnclearTime(Exception):
    """A time was said, but not one that is understood, or one that is over."""


class Doubtful(Exception):
    """A time that is probably not meant; ``when`` is what it would be."""

    def __init__(self, when: When) -> None:
        """Take what it would be if it were meant."""
        super().__init__()
        self.when = when


class Later(Exception):
    """It is for later, without a time, or it is over."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day; ``dial``: it may mean either half of the day."""

    hour: int
    minute: int
    dial: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """A time as it was said, before it is known what it refers to."""

    day: date | None = None
    clock: Clock | None = None
    part: int | None = None
    until: date | None = None
    """The day after the last of several days."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A time phrase of a sentence: from one token up to another."""

    kind: str
    start: int
    end: int
    slots: Slots


@dataclass(frozen=True, slots=True)
class When:
    """Instants in UTC; a beginning of ``None`` is now.

    ``whole``: whole days were said, so the beginning has an end by itself.
    """

    start: datetime | None = None
    end: datetime | None = None
    until_return: bool = False
    until_changed: bool = False
    whole: bool = False


class Times:
    """The times of one language, seen from one instant in the speaker's zone."""

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

    def is_today(self, phrase: Phrase) -> bool:
        """Return whether a phrase says no more than that it is about today."""
        point = dict(phrase.slots).get("point")
        return isinstance(point, Point) and point == Point(day=self._now.date())

    # What they come to

    def when(self, phrases: Iterable[Phrase]) -> When:
        """Return what all time phrases of a sentence come to.

        Raises:
            UnclearTime: they do not go together, or are over.
            Later: a later time, but no time was said, or an earlier one.
            Doubtful: an hour that is probably not meant.
        """
        said = _Said()
        for phrase in phrases:
            said.take(phrase)
        said.settle()
        start, whole_end = self._start(said)
        now = self._now.astimezone(UTC)
        base = max(start, now) if start else now
        end, doubtful = self._end(said, base, start)
        if end is None and whole_end is not None:
            end = whole_end
        if end is not None and end <= base:
            raise UnclearTime
        if start is not None and start <= now:
            # It has begun; a day that is not over counts from now on.
            start = None
        when = When(
            start,
            end,
            said.until_return,
            said.until_changed,
            whole=whole_end is not None,
        )
        if doubtful or (start is not None and self._start_doubtful(said, start)):
            raise Doubtful(when)
        return when

    def _start(self, said: _Said) -> tuple[datetime | None, datetime | None]:
        """Return when it begins, and the end of the whole days that were said."""
        if said.after is not None:
            if said.at is not None:
                raise UnclearTime
            return self._now.astimezone(UTC) + said.after, None
        point = said.at
        if point is None:
            return None, None
        if point.clock is None and point.part is None:
            if point.day is None:
                raise UnclearTime
            last = point.until or point.day + DAY
            return self._midnight(point.day), self._midnight(last)
        return self._instant(point), None

    def _end(
        self, said: _Said, base: datetime, start: datetime | None
    ) -> tuple[datetime | None, bool]:
        """Return when it ends, and whether that is doubtful."""
        if said.length is not None:
            if said.end is not None:
                raise UnclearTime
            return base + said.length, False
        point = said.end
        if point is None:
            return None, False
        if point.clock is None and point.part is None:
            if point.day is None:
                raise UnclearTime
            if said.inclusive:
                return self._midnight(point.until or point.day + DAY), False
            return self._midnight(point.day), False
        local = base.astimezone(self._now.tzinfo)
        begun = start is not None and start > self._now.astimezone(UTC)
        if (
            point.day is None
            and begun
            and said.at is not None
            and said.at.clock is None
        ):
            return self._instant(replace(point, day=local.date())), False
        if point.day is None and begun:
            end = self._instant(point, after=local)
            return end, False
        end = self._instant(point)
        return end, self._odd(point, end)

    def _start_doubtful(self, said: _Said, start: datetime) -> bool:
        return said.at is not None and self._odd(said.at, start)

    def _odd(self, point: Point, instant: datetime) -> bool:
        """Tell whether an hour of the dial falls into the night, or was just over."""
        clock = point.clock
        if point.day or point.part is not None or clock is None or not clock.dial:
            return False
        local = instant.astimezone(self._now.tzinfo)
        late = self._now.hour >= 20 or self._now.hour in NIGHT
        if local.hour in NIGHT and not late:
            return True
        other = local - timedelta(hours=12)
        return timedelta() <= self._now - other < JUST_OVER

    def _instant(self, point: Point, *, after: datetime | None = None) -> datetime:
        day, clock, part = point.day, point.clock, point.part
        if day is None and part is not None:
            day = self._now.date()
        if clock is None:
            clock = Clock(part or 0, 0)
        if day is None:
            return self._next(clock, after or self._now).astimezone(UTC)
        hour = clock.hour
        if clock.dial and part is not None:
            hour = clock.hour % 12 + (12 if part >= 12 else 0)
        elif clock.dial and day == self._now.date():
            return self._next(clock, self._now).astimezone(UTC)
        elif clock.dial and hour < 7:
            hour += 12
        wall = datetime.combine(day, time(hour, clock.minute), self._now.tzinfo)
        return wall.astimezone(UTC)

    def _next(self, said: Clock, now: datetime) -> datetime:
        """Return when a clock shows this next."""
        today = now.date()
        hours = (said.hour % 12, said.hour % 12 + 12) if said.dial else (said.hour,)
        for day in (today, today + DAY):
            for hour in hours:
                found = datetime.combine(day, time(hour, said.minute))
                if found > now.replace(tzinfo=None):
                    return found.replace(tzinfo=now.tzinfo)
        first = datetime.combine(today + DAY, time(hours[0], said.minute))
        return first.replace(tzinfo=now.tzinfo)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self._now.tzinfo).astimezone(UTC)


ORDINAL_ENDS: Final = frozenset(("st", "nd", "rd", "th", "er", "e", "ter", "ten", "te"))
"""What a number may end with that stands for a day of a month."""


class _Said:
    """The parts of time that a sentence says, gathered."""

    def __init__(self) -> None:
        self.at: Point | None = None
        self.after: timedelta | None = None
        self.end: Point | None = None
        self.length: timedelta | None = None
        self.inclusive = False
        self.until_return = False
        self.until_changed = False

    def take(self, phrase: Phrase) -> None:
        """Add a phrase.

        Raises:
            UnclearTime: it is none, or does not go with another.
            Later: as :meth:`Times.when`.
        """
        slots = dict(phrase.slots)
        match phrase.kind:
            case "later" | "past":
                raise Later
            case "unclear":
                raise UnclearTime
            case "return":
                self.until_return = True
            case "open":
                self.until_changed = True
            case "now":
                pass
            case "for":
                self._once(self.length)
                self.length = slots["duration"]
            case "in":
                self._once(self.after)
                self.after = slots["duration"]
            case "until" | "through":
                self._once(self.end)
                self.end = slots.get("point") or Point(slots["point_day"])
                self.inclusive = phrase.kind == "through"
            case "span":
                self._once(self.end)
                self._begin(slots["from"])
                end: Point = slots["to"]
                first = self.at
                if end.day is None and first is not None and first.day is not None:
                    clock = _same_half(first, end.clock)
                    end = replace(end, day=first.day, clock=clock)
                self.end, self.inclusive = end, True
            case _:
                self._begin(
                    slots.get("point")
                    or Point(part=slots.get("part"), clock=slots.get("clock"))
                )
        if (self.until_return or self.until_changed) and (self.end or self.length):
            raise UnclearTime

    def settle(self) -> None:
        """Put a weekday that ends it behind the day on which it begins."""
        first = self.at.day if self.at else None
        if self.end is None or self.end.day is None or first is None:
            return
        if timedelta() < first - self.end.day < 7 * DAY:
            self.end = replace(self.end, day=self.end.day + 7 * DAY)

    def _once(self, known: object) -> None:
        if known is not None:
            raise UnclearTime

    def _begin(self, point: Point) -> None:
        """Put a day and a time of day together that stand apart."""
        known = self.at
        if known is None:
            self.at = point
            if self.end is not None and self.end.day is None and point.day is not None:
                self.end = replace(self.end, day=point.day)
            return
        if (known.day and point.day) or (known.clock and point.clock):
            raise UnclearTime
        first = known if known.day else point
        self.at = Point(
            known.day or point.day,
            known.clock or point.clock,
            known.part if known.part is not None else point.part,
            first.until,
        )
        if self.end is not None and self.end.day is None and self.at.day is not None:
            self.end = replace(
                self.end,
                day=self.at.day,
                clock=_same_half(self.at, self.end.clock),
            )


def _same_half(start: Point | None, clock: Clock | None) -> Clock | None:
    """Return an end on the dial so that it lies after its beginning, if it can."""
    begin = start.clock if start else None
    if clock is None or begin is None or not clock.dial:
        return clock
    hour = begin.hour
    if begin.dial and hour < 7:
        hour += 12
    for half in (clock.hour % 12, clock.hour % 12 + 12):
        if (half, clock.minute) > (hour, begin.minute):
            return Clock(half, clock.minute)
    return clock


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
