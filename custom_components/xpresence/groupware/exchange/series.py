"""Series that a server does not expand.

A ``CalendarView`` has the occurrences of every series, so Exchange says. grommunio gives
the series itself, once (``RecurringMaster``): its occurrences are worked out here, of
the pattern and the exceptions that ``GetItem`` tells (MS-OXWSCDATA 2.2.4.58).
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Final
from xml.etree.ElementTree import Element

from ...presence.calendar.appointments import Appointment
from ..ics.series import Unreadable, naive, occurrences
from .items import TYPES, Zones, appointment, own_zone

MASTER: Final = "RecurringMaster"
DAYS: Final = {
    "Monday": "MO",
    "Tuesday": "TU",
    "Wednesday": "WE",
    "Thursday": "TH",
    "Friday": "FR",
    "Saturday": "SA",
    "Sunday": "SU",
    "Day": "MO,TU,WE,TH,FR,SA,SU",
    "Weekday": "MO,TU,WE,TH,FR",
    "WeekendDay": "SA,SU",
}
WHICH: Final = {"First": "1", "Second": "2", "Third": "3", "Fourth": "4", "Last": "-1"}
MONTHS: Final = {
    name: str(number)
    for number, name in enumerate(
        (
            *("January", "February", "March", "April", "May", "June", "July"),
            *("August", "September", "October", "November", "December"),
        ),
        1,
    )
}
FREQUENCIES: Final = {
    "RelativeYearlyRecurrence": "YEARLY",
    "AbsoluteYearlyRecurrence": "YEARLY",
    "RelativeMonthlyRecurrence": "MONTHLY",
    "AbsoluteMonthlyRecurrence": "MONTHLY",
    "WeeklyRecurrence": "WEEKLY",
    "DailyRecurrence": "DAILY",
}
MOST: Final = 5_000
"""Occurrences of one series within a window."""


def is_master(item: Element) -> bool:
    """Tell whether an item stands for a whole series."""
    return item.findtext(f"{TYPES}CalendarItemType") == MASTER


def expanded(
    master: Element, start: datetime, end: datetime, zone: tzinfo, zones: Zones
) -> Iterator[Appointment]:
    """Yield the occurrences of a series that overlap a time.

    Raises:
        ValueError: its times or its pattern cannot be read.
    """
    first = appointment(master, zone, zones)
    clock = own_zone(master, zones) or zone
    rule = rule_of(master)
    begin = first.start
    length = naive_on(clock, first.end) - naive_on(clock, begin)
    if isinstance(begin, datetime):
        begin = begin.astimezone(clock)
    gone = {*_moments(master, "DeletedOccurrences/", "Start", clock)}
    moved = list(_modified(master, clock))
    gone.update(original for original, _, _ in moved)
    window = tuple(one.astimezone(clock).replace(tzinfo=None) for one in (start, end))
    found = 0
    for naive_begin in occurrences(rule, begin, (window[0], window[1]), longest=length):
        if _is_gone(naive_begin, gone, whole_day=not isinstance(begin, datetime)):
            continue
        found += 1
        if found > MOST:
            raise Unreadable("too many")
        there: datetime | date = naive_begin.date()
        if isinstance(begin, datetime):
            there = naive_begin.replace(tzinfo=clock)
        yield replace(first, start=there, end=there + length)
    for _, new_start, new_end in moved:
        if new_start < end and new_end > start:
            yield replace(first, start=new_start, end=new_end)


def rule_of(master: Element) -> str:
    """Return a pattern as a rule of iCalendar.

    Raises:
        ValueError: it is none that is known.
    """
    told = master.find(f"{TYPES}Recurrence")
    if told is None or len(told) < 2:
        raise Unreadable("no recurrence")
    pattern, range_ = told[0], told[1]
    frequency = FREQUENCIES.get(pattern.tag.removeprefix(TYPES))
    if frequency is None:
        raise Unreadable(pattern.tag)
    parts = {"FREQ": frequency}

    def say(name: str, part: str, words: dict[str, str] | None = None) -> None:
        if value := pattern.findtext(f"{TYPES}{name}"):
            named = [words.get(one, "") if words else one for one in value.split()]
            parts[part] = ",".join(named)

    say("Interval", "INTERVAL")
    say("DaysOfWeek", "BYDAY", DAYS)
    say("DayOfWeekIndex", "BYSETPOS", WHICH)
    say("Month", "BYMONTH", MONTHS)
    say("DayOfMonth", "BYMONTHDAY")
    if last := range_.findtext(f"{TYPES}EndDate"):
        parts["UNTIL"] = last[:10].replace("-", "")
    if number := range_.findtext(f"{TYPES}NumberOfOccurrences"):
        parts["COUNT"] = number
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _moments(
    master: Element, path: str, name: str, clock: tzinfo
) -> Iterator[datetime]:
    for one in master.iterfind(f"{TYPES}{path.rstrip('/')}/*"):
        if text := one.findtext(f"{TYPES}{name}"):
            yield _on(clock, text)


def _modified(
    master: Element, clock: tzinfo
) -> Iterator[tuple[datetime, datetime, datetime]]:
    for one in master.iterfind(f"{TYPES}ModifiedOccurrences/{TYPES}Occurrence"):
        texts = [one.findtext(f"{TYPES}{n}") for n in ("OriginalStart", "Start", "End")]
        if all(texts):
            original, start, end = (datetime.fromisoformat(str(t)) for t in texts)
            zoned = [m if m.tzinfo else m.replace(tzinfo=clock) for m in (start, end)]
            yield naive_on(clock, original), zoned[0], zoned[1]


def naive_on(clock: tzinfo, moment: datetime | date) -> datetime:
    """Return a moment by a clock; a day by its midnight."""
    if isinstance(moment, datetime) and moment.tzinfo:
        moment = moment.astimezone(clock)
    return naive(moment)


def _on(clock: tzinfo, text: str) -> datetime:
    return naive_on(clock, datetime.fromisoformat(text))


def _is_gone(begin: datetime, gone: set[datetime], *, whole_day: bool) -> bool:
    if not whole_day:
        return begin in gone
    # The midnight of an all-day item is told in whatever zone.
    return any(abs(one - begin) < timedelta(hours=14) for one in gone)
