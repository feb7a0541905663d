"""Times in a sentence: when something begins, and until when it lasts.

An hour without more is the next one that a clock shows: "three", said at ten in the
morning, is three in the afternoon. What is answered names it in full, and what would lie
in the night is asked about (:class:`Doubtful`). A day without a time of day is the whole
day: "until Monday" ends as Monday begins, "through Monday" as it is over.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from .time_phrases import DAY, TimePhrases
from .time_values import Clock, Doubtful, Later, Phrase, Point, UnclearTime, When

NIGHT: Final = range(6)
"""Hours at which nobody means to be back without saying so."""
JUST_OVER: Final = timedelta(hours=2)
"""How long ago an hour may be that somebody still means."""


class Times(TimePhrases):
    """The times of a sentence, as instants."""

    def is_today(self, phrase: Phrase) -> bool:
        """Return whether a phrase says no more than that it is about today."""
        point = dict(phrase.slots).get("point")
        return isinstance(point, Point) and point == Point(day=self._now.date())

    def when(self, phrases: Iterable[Phrase]) -> When:
        """Return what all time phrases of a sentence come to.

        Raises:
            UnclearTime: they do not go together, or are over.
            Later: a later time, but no time was said, or an earlier one.
            Doubtful: an hour that is probably not meant.
        """
        said = _SpokenTimes()
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

    def _start(self, said: _SpokenTimes) -> tuple[datetime | None, datetime | None]:
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
        self, said: _SpokenTimes, base: datetime, start: datetime | None
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

    def _start_doubtful(self, said: _SpokenTimes, start: datetime) -> bool:
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


class _SpokenTimes:
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
