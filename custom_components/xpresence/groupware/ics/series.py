"""Occurrences of what recurs (RFC 5545, 3.8.5), within a window of time."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
import re
from typing import Final

from dateutil.rrule import rrulestr

type Moment = datetime | date

FREQUENCIES: Final = frozenset({"YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"})
"""No appointment recurs every minute."""
PARTS: Final = frozenset(
    {
        "BYDAY",
        "BYHOUR",
        "BYMINUTE",
        "BYMONTH",
        "BYMONTHDAY",
        "BYSECOND",
        "BYSETPOS",
        "BYWEEKNO",
        "BYYEARDAY",
        "COUNT",
        "FREQ",
        "INTERVAL",
        "UNTIL",
        "WKST",
    }
)
OF_AN_HOUR: Final = PARTS - {
    "BYMONTH",
    "BYMONTHDAY",
    "BYSETPOS",
    "BYWEEKNO",
    "BYYEARDAY",
}
LARGEST: Final = 100_000
"""Of COUNT and INTERVAL."""
VALUE: Final = re.compile(r"[A-Z0-9,+-]{1,300}")
CYCLE: Final = 400
"""Years after which the calendar is the same again, days of the week included."""
CYCLE_DAYS: Final = 146_097
LAST_YEAR: Final = 9999
JUMPS: Final = {
    "DAILY": timedelta(days=1),
    "HOURLY": timedelta(hours=1),
    "WEEKLY": timedelta(weeks=1),
}
"""Frequencies whose beginning can be moved by whole intervals without a change."""


class Unreadable(ValueError):
    """An invalid rule, or one that is not supported."""


def occurrences(
    rule: str, start: Moment, window: tuple[datetime, datetime], *, longest: timedelta
) -> Iterator[datetime]:
    """Yield when the occurrences begin, by the wall clock of the event's zone.

    ``window`` is in that wall clock too, without a zone; ``longest`` is how long an
    occurrence lasts. An occurrence at the very beginning counts if the rule says so.

    Raises:
        Unreadable: the rule.
    """
    parts = _parts(rule)
    begin = naive(start)
    until = _until(parts.pop("UNTIL", ""), start)
    earliest, latest = window[0] - longest, window[1]
    if until is not None:
        latest = min(latest, until)
    if latest < begin:
        return
    if "COUNT" not in parts:
        begin = _jumped(begin, earliest, parts)
    # A rule that never fits is looked for up to the year 9999. Cycles of the calendar
    # later that is soon over.
    cycles = (LAST_YEAR - max(latest.year, begin.year)) // CYCLE
    later = timedelta(days=cycles * CYCLE_DAYS)
    text = ";".join(f"{name}={value}" for name, value in parts.items())
    try:
        for found in rrulestr(text, dtstart=begin + later):
            there = found - later
            if there > latest:
                return
            if there >= earliest:
                yield there
    except (ValueError, TypeError, OverflowError, KeyError, IndexError) as error:
        raise Unreadable(str(error)) from error


def naive(moment: Moment) -> datetime:
    """Return a moment by the wall clock of its own zone."""
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=None)
    return datetime.combine(moment, time())


def _parts(rule: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in rule.upper().replace(" ", "").strip(";").split(";"):
        name, _, value = part.partition("=")
        if name.startswith("X-"):
            continue
        if name not in PARTS or not VALUE.fullmatch(value):
            raise Unreadable(name)
        parts[name] = value
    frequency = parts.get("FREQ")
    if frequency not in FREQUENCIES:
        raise Unreadable("FREQ")
    if frequency == "HOURLY" and not parts.keys() <= OF_AN_HOUR:
        raise Unreadable("HOURLY")
    for name in ("COUNT", "INTERVAL"):
        if (
            name in parts
            and not 0 < int(parts[name] if parts[name].isdecimal() else 0) <= LARGEST
        ):
            raise Unreadable(name)
    return parts


def _until(value: str, start: Moment) -> datetime | None:
    """Return the last moment of a rule, by the wall clock of the event."""
    if not value:
        return None
    try:
        if "T" not in value:
            return datetime.combine(date.fromisoformat(value), time.max)
        told = datetime.fromisoformat(value)
    except ValueError as error:
        raise Unreadable("UNTIL") from error
    zone = start.tzinfo if isinstance(start, datetime) else None
    if told.tzinfo is not None and zone is not None:
        told = told.astimezone(zone)
    elif told.tzinfo is not None:
        told = told.astimezone(UTC)
    return told.replace(tzinfo=None)


def _jumped(begin: datetime, earliest: datetime, parts: dict[str, str]) -> datetime:
    """Return a beginning near the window, as far as no occurrence is changed by that."""
    step = JUMPS.get(parts["FREQ"])
    if step is None or begin >= earliest:
        return begin
    step *= int(parts.get("INTERVAL", "1"))
    return begin + max(0, (earliest - begin) // step - 1) * step
