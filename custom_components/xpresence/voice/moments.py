"""When: "tomorrow morning", "Montag um neun", "24 December", "until I return".

A day without a time of day is the whole day: "until Monday" ends as Monday begins,
"through Monday" as it is over. Times are the speaker's; instants leave in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
import re
from typing import Final

from .clock import Clock, clock
from .words import Words, number

_DAY: Final = timedelta(days=1)
_EN_DAYS: Final = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
]
_DE_DAYS: Final = [
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonntag",
]
WEEKDAYS: Final[Mapping[str, int]] = {
    word: at for days in (_EN_DAYS, _DE_DAYS) for at, word in enumerate(days)
} | {"sonnabend": 5}
_EN_MONTHS: Final = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_DE_MONTHS: Final = [
    "januar",
    "februar",
    "märz",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "dezember",
]
MONTHS: Final[Mapping[str, int]] = {
    word: at for months in (_EN_MONTHS, _DE_MONTHS) for at, word in enumerate(months, 1)
} | {"jänner": 1}
RELATIVE: Final[Mapping[str, int]] = {
    "today": 0,
    "tonight": 0,
    "tomorrow": 1,
    "heute": 0,
    "morgen": 1,
    "übermorgen": 2,
}
PART_OF_DAY: Final[Mapping[str, int]] = {
    "morning": 8,
    "noon": 12,
    "afternoon": 14,
    "evening": 18,
    "früh": 8,
    "morgen": 8,
    "vormittag": 10,
    "mittag": 12,
    "nachmittag": 14,
    "abend": 18,
}
"""The hour that a part of the day stands for."""
AT: Final = frozenset(("at", "um", "gegen"))
_ON: Final = frozenset(("on", "am", "the", "den", "dem", "next", "this"))
_NEXT: Final = frozenset(("nächsten", "nächster", "kommenden", "diesen"))


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant, or with ``end`` later than ``start`` a whole day."""

    start: datetime
    end: datetime
    day: date | None = None

    @property
    def is_day(self) -> bool:
        """Return whether no time of day was given."""
        return self.end > self.start


type Found = tuple[Moment, int]


def moment(
    words: Words,
    index: int,
    german: bool,
    now: datetime,
    *,
    day: date | None = None,
    spans: bool = False,
) -> Found | None:
    """Read a moment after ``now``; return it and the index after it.

    ``day``: what a time of day without a day refers to. Today's times that are
    over are those of the other half of the day, or of tomorrow. ``spans``: as
    :func:`clock` takes it.
    """
    found = _day(words, index, german, now)
    if found is None:
        return _clock_first(words, index, german, now, day, spans=spans)
    said, after = found
    evening = words.at(index) == "tonight" or words.at(after - 1) == "tonight"
    hour = 18 if evening else PART_OF_DAY.get(words.at(after))
    if hour is not None and not evening:
        after += 1
    at = after + 1 if words.at(after) in AT else after
    told = clock(words, at, german, spans=spans)
    if told is not None and (at > after or _names_a_time(words, at, german)):
        return _at(_on(told[0], said, now, hour), now.tzinfo, said), told[1]
    if hour is not None:
        return _at(datetime.combine(said, time(hour)), now.tzinfo, said), after
    start = datetime.combine(said, time(), now.tzinfo)
    end = datetime.combine(said + _DAY, time(), now.tzinfo)
    return Moment(start.astimezone(UTC), end.astimezone(UTC), said), after


def _clock_first(
    words: Words,
    index: int,
    german: bool,
    now: datetime,
    day: date | None,
    *,
    spans: bool,
) -> Found | None:
    """Read "three pm tomorrow", "um neun am Montag", or a time of day alone."""
    at = index + 1 if words.at(index) in AT else index
    told = clock(words, at, german, spans=spans)
    if told is None:
        return None
    after = told[1]
    later = _day(words, after, german, now)
    if later is not None:
        return _at(_on(told[0], later[0], now, None), now.tzinfo, later[0]), later[1]
    if day is not None:
        return _at(_on(told[0], day, now, None), now.tzinfo, day), after
    return _at(_next(told[0], now), now.tzinfo, None), after


def _names_a_time(words: Words, index: int, german: bool) -> bool:
    """Tell a time of day from a number that belongs to something else."""
    told = clock(words, index, german)
    if told is None:
        return False
    said = words.words[index : told[1]]
    marks = {"uhr", "o'clock", "am", "pm", "half", "halb", "quarter", "viertel", "noon"}
    return bool(marks & set(said)) or any(":" in word for word in said)


def day_at(words: Words, index: int, german: bool, now: datetime) -> bool:
    """Tell whether a day is named here, or "at" announces a time of day."""
    return words.at(index) in AT or _day(words, index, german, now) is not None


def _day(
    words: Words, index: int, german: bool, now: datetime
) -> tuple[date, int] | None:
    today = now.date()
    word = words.at(index)
    if words.words[index : index + 4] == ("the", "day", "after", "tomorrow"):
        return today + 2 * _DAY, index + 4
    if word in RELATIVE and (word in _EN_RELATIVE) != german:
        return today + RELATIVE[word] * _DAY, index + 1
    if word in _ON or word in _NEXT:
        return _day(words, index + 1, german, now) if words.at(index + 1) else None
    if word in WEEKDAYS:
        ahead = (WEEKDAYS[word] - today.weekday()) % 7 or 7
        return today + ahead * _DAY, index + 1
    return _date(words, index, german, today)


_EN_RELATIVE: Final = frozenset(("today", "tonight", "tomorrow"))
_DAY_AND_MONTH: Final = re.compile(r"(\d{1,2})\.(\d{1,2})")


def _date(
    words: Words, index: int, german: bool, today: date
) -> tuple[date, int] | None:
    """Read "24 December", "December 24th", "24. Dezember", "24.12."."""
    if (month := MONTHS.get(words.at(index))) and not german:
        ordinal = words.at(index + 1).rstrip("stndrh")
        if not ordinal.isdecimal() or len(ordinal) > 2:
            return None
        apart = words.at(index + 2) in ("st", "nd", "rd", "th")
        skip = 3 if apart else 2
        return _dated(int(ordinal), month, today, index + skip)
    if german and (match := _DAY_AND_MONTH.fullmatch(words.at(index))):
        return _dated(int(match[1]), int(match[2]), today, index + 1)
    day_said = number(words, index, german)
    if day_said is None:
        return None
    value, after = day_said
    if words.at(after) in ("st", "nd", "rd", "th", "of"):
        after += 1
    if words.at(after) == "of":
        after += 1
    named = MONTHS.get(words.at(after))
    return None if named is None else _dated(value, named, today, after + 1)


def _dated(day: int, month: int, today: date, after: int) -> tuple[date, int] | None:
    for year in (today.year, today.year + 1):
        try:
            found = date(year, month, day)
        except ValueError:
            return None
        if found >= today:
            return found, after
    return None


def _on(said: Clock, day: date, now: datetime, part: int | None) -> datetime:
    """Return a time of day on a day; on a dial it is what people work at."""
    if said.dial and part is not None:
        hour = said.hour % 12 + (12 if part >= 12 else 0)
    elif said.dial and day == now.date():
        return _next(said, now)
    elif said.dial and said.hour < 7:
        hour = said.hour + 12
    else:
        hour = said.hour
    return datetime.combine(day, time(hour, said.minute))


def _next(said: Clock, now: datetime) -> datetime:
    """Return when a clock shows this next."""
    today = now.date()
    hours = (said.hour % 12, said.hour % 12 + 12) if said.dial else (said.hour,)
    for day in (today, today + _DAY):
        for hour in hours:
            found = datetime.combine(day, time(hour, said.minute))
            if found > now.replace(tzinfo=None):
                return found
    return datetime.combine(today + _DAY, time(hours[0], said.minute))


def _at(wall: datetime, zone: object, day: date | None) -> Moment:
    at = wall.replace(tzinfo=zone).astimezone(UTC)  # type: ignore[arg-type]
    return Moment(at, at, day)
