"""Events of an iCalendar text → appointments."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import islice
import re
import time as clock
from typing import Final

from ...presence.agenda import MADE_UP
from ...presence.calendar.appointments import Appointment, ShowAs
from ...presence.calendar.markers import marked
from ..all_day import midnight_zone
from ..calendar_event import LONGEST_TEXT
from ..source import SourceUnavailable
from . import values
from .components import Component, Contents, contents_of
from .invitations import invitation
from .revisions import newest
from .series import Unreadable, naive, occurrences
from .values import Moment, Zones

SHOW_AS: Final = {
    "FREE": ShowAs.FREE,
    "TENTATIVE": ShowAs.TENTATIVE,
    "BUSY": ShowAs.BUSY,
    "OOF": ShowAs.OUT_OF_OFFICE,
    "WORKINGELSEWHERE": ShowAs.WORKING_ELSEWHERE,
}
"""``X-MICROSOFT-CDO-BUSYSTATUS`` (MS-OXCICAL 2.1.3.1.1.20.31), which comes before
``TRANSP`` and ``STATUS``: it says more."""
DAY: Final = timedelta(days=1)
LONGEST: Final = timedelta(days=400)
"""How long an occurrence of a series may last for those before a window to count."""
YEARS: Final = range(1000, 9000)
"""When an event may be; Outlook writes 1601 and 4501 for *none*."""
LONGEST_EVENT: Final = timedelta(days=4000)
MOST: Final = 10_000
"""Occurrences within one window."""
SECONDS: Final = 20.0
"""For expanding all series of a calendar; a thousand of them take one."""
DATE: Final = re.compile(r":\s*(\d{8})")

CLASS: Final = "CLASS"
ALL_DAY: Final = (
    "X-MICROSOFT-CDO-ALLDAYEVENT",
    "X-MICROSOFT-MSNCALENDAR-ALLDAYEVENT",
    "X-FUNAMBOL-ALLDAY",
)
"""Outlook and others so mark days that they write as instants, in whatever zone."""

type Window = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Event:
    """One VEVENT: when, and what it says."""

    start: Moment
    length: timedelta
    component: Component
    recurrence: Moment | None
    and_later: bool
    """Whether it replaces all occurrences from that one on."""
    private: bool
    """Whether it, or the series it belongs to, is not for others."""

    def at(self, start: Moment) -> tuple[Moment, Moment]:
        """Return both ends of an occurrence that begins then."""
        return start, start + self.length


CANCELLED: Final = frozenset({"CANCELLED", "CANCELED"})
"""RFC 5545's word, and how it is often misspelled."""


def appointments(
    text: str, window: Window, zone: tzinfo, addresses: Iterable[str], source: str
) -> tuple[Appointment, ...]:
    """Return what overlaps a window, series expanded; blocks.

    ``zone`` is the person's, in which days and times without a zone count.
    ``addresses`` are the person's own, by which invitations are known.

    Raises:
        SourceUnavailable: it is no calendar, or has too much in it.
    """
    return from_contents(contents_of(text), window, zone, addresses, source)


def from_contents(
    contents: Contents,
    window: Window,
    zone: tzinfo,
    addresses: Iterable[str],
    source: str,
) -> tuple[Appointment, ...]:
    """Return the appointments of a calendar that is cut into components already."""
    zones = Zones(contents.zones)
    mine = frozenset(address.casefold() for address in addresses if address)
    series: dict[str, list[Event]] = {}
    for number, component in enumerate(newest(contents.events)):
        if not _is_past(component, window[0]):
            event = _event(component, zones, zone)
            uid = values.text(component, "UID").strip() or f"{MADE_UP}{number}"
            if event is not None:
                series.setdefault(uid, []).append(event)
    found: list[Appointment] = []
    ends = clock.monotonic() + SECONDS
    for uid, events in series.items():
        for event, start in _expanded(_as_of_series(events), window, zone, zones):
            begins, finishes = event.at(start)
            if not _overlaps(begins, finishes, window, zone):
                continue
            found.append(_appointment(uid, begins, finishes, event, mine, source))
        if len(found) > MOST or clock.monotonic() > ends:
            raise SourceUnavailable("answer_too_long")
    return tuple(found)


def _is_past(component: Component, start: datetime) -> bool:
    """Tell whether a single event is over for sure, without reading it in full."""
    lines = component.lines
    if lines.keys() & {"RRULE", "RDATE", "RECURRENCE-ID"}:
        return False
    days = [
        int(found[1])
        for name in ("DTSTART", "DTEND")
        for line in lines.get(name, ())
        if (found := DATE.search(line))
    ]
    if not days or ("DTEND" not in lines and "DURATION" in lines):
        return False
    return max(days) < int(f"{start - 2 * DAY:%Y%m%d}")


def _event(component: Component, zones: Zones, zone: tzinfo) -> Event | None:
    start = values.moment(values.first(component, "DTSTART"), zones)
    if start is None or start.year not in YEARS:
        return None
    recurrence = values.first(component, "RECURRENCE-ID")
    replaced = values.moment(recurrence, zones)
    if replaced is not None and replaced.year not in YEARS:
        return None
    length = _length(component, start, zones)
    if isinstance(start, datetime) and _lasts_all_day(component):
        start, length = _days(start, length, zone)
    return Event(
        start=start,
        length=length,
        component=component,
        recurrence=replaced,
        and_later=recurrence is not None
        and recurrence.parameter("RANGE") == "THISANDFUTURE",
        private=_is_private(component),
    )


def _is_private(component: Component) -> bool:
    """Tell whether an event is for its owner alone (RFC 5545, 3.8.1.3).

    A word that nobody knows is taken as private; Apple's servers have one of their own.
    """
    return any(
        one.value.strip(' \t"').upper() not in ("", "PUBLIC")
        for name in (CLASS, "X-CALENDARSERVER-ACCESS")
        for one in values.properties(component, name)
    )


def _as_of_series(events: list[Event]) -> list[Event]:
    """Let changed occurrences that do not say it be as private as their series."""
    if not any(event.private and event.recurrence is None for event in events):
        return events
    return [
        event if CLASS in event.component.lines else replace(event, private=True)
        for event in events
    ]


def _lasts_all_day(component: Component) -> bool:
    """Tell whether an event with times is one of whole days, by programs' own words."""
    return any(values.word(component, name) == "TRUE" for name in ALL_DAY)


def _days(start: datetime, length: timedelta, zone: tzinfo) -> tuple[date, timedelta]:
    """Return the days that are meant by an event from midnight to midnight.

    By its own clock, if that says midnight; else by the clock of its author's zone.
    """
    if start.time() != time() and start.tzinfo is not None:
        start = start.astimezone(midnight_zone(start) or zone)
    return start.date(), max(DAY, timedelta(days=round(length / DAY)))


def _length(component: Component, start: Moment, zones: Zones) -> timedelta:
    """Return how long it lasts (RFC 5545, 3.6.1)."""
    end = values.moment(values.first(component, "DTEND"), zones)
    length = values.duration(values.first(component, "DURATION"))
    is_day = not isinstance(start, datetime)
    if end is not None:
        if isinstance(end, datetime) and isinstance(start, datetime):
            length = (
                end - start
                if (end.tzinfo is None) == (start.tzinfo is None)
                else naive(end) - naive(start)
            )
        else:
            length = naive(end) - naive(start)
    if length is None:
        length = DAY if is_day else timedelta()
    length = min(length, LONGEST_EVENT)
    if is_day:
        return max(DAY, timedelta(days=length.days))
    return max(timedelta(), length)


def _expanded(
    events: list[Event], window: Window, zone: tzinfo, zones: Zones
) -> Iterator[tuple[Event, Moment]]:
    """Yield each occurrence of one uid: which event describes it, and its beginning."""
    own = _zone_of_series(events, zone)
    replaced: set[Moment] = {
        _key(event.recurrence, own)
        if isinstance(event.recurrence, datetime)
        else event.recurrence
        for event in events
        if event.recurrence is not None
    }
    later = sorted(
        (event for event in events if event.and_later and event.recurrence),
        key=lambda event: _key(event.recurrence, own),
    )
    for event in events:
        if event.recurrence is not None:
            yield event, event.start
            continue
        for start in islice(_starts(event, window, zone, zones), MOST + 1):
            key = _key(start, own)
            if key in replaced or key.date() in replaced:
                continue
            since = next(
                (e for e in reversed(later) if _key(e.recurrence, own) < key), None
            )
            if since is None or since.recurrence is None:
                yield event, start
            else:
                moved = _key(since.start, own) - _key(since.recurrence, own)
                yield since, start + moved


def _zone_of_series(events: list[Event], zone: tzinfo) -> tzinfo:
    """Return the zone by whose clock occurrences are named: that of the series."""
    for event in events:
        if event.recurrence is None and isinstance(event.start, datetime):
            return event.start.tzinfo or zone
    return zone


def _starts(
    event: Event, window: Window, zone: tzinfo, zones: Zones
) -> Iterator[Moment]:
    """Yield when the occurrences of an event begin, itself first."""
    component, start = event.component, event.start
    own = start.tzinfo if isinstance(start, datetime) and start.tzinfo else zone
    clocks = tuple(one.astimezone(own).replace(tzinfo=None) for one in window)
    skipped = {
        _key(one, own) if isinstance(one, datetime) else one
        for one in values.moments(component, "EXDATE", zones)
        if one.year in YEARS
    }
    begins: set[datetime] = {naive(start)}
    longest = min(event.length, LONGEST) + DAY
    for rule in values.properties(component, "RRULE"):
        try:
            begins.update(
                islice(
                    occurrences(
                        rule.value, start, (clocks[0], clocks[1]), longest=longest
                    ),
                    MOST + 1,
                )
            )
        except Unreadable:
            # Its first occurrence is known all the same.
            continue
    begins.update(
        _key(one, own)
        for one in values.moments(component, "RDATE", zones)
        if one.year in YEARS
    )
    for begin in sorted(begins):
        moment: Moment
        if isinstance(start, datetime):
            moment = begin.replace(tzinfo=start.tzinfo)
        else:
            moment = begin.date()
        if _key(moment, own) not in skipped and begin.date() not in skipped:
            yield moment


def _key(moment: Moment | None, zone: tzinfo) -> datetime:
    """Return what an occurrence is known by: its instant, by the clock of a zone."""
    if moment is None:
        return datetime.min  # noqa: DTZ901
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        return moment.astimezone(zone).replace(tzinfo=None)
    return naive(moment)


def _overlaps(start: Moment, end: Moment, window: Window, zone: tzinfo) -> bool:
    begins, ends = _instant(start, zone), _instant(end, zone)
    return (
        begins < window[1] and max(ends, begins + timedelta(microseconds=1)) > window[0]
    )


def _instant(moment: Moment, zone: tzinfo) -> datetime:
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time(), zone)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _appointment(
    uid: str,
    start: Moment,
    end: Moment,
    event: Event,
    mine: frozenset[str],
    source: str,
) -> Appointment:
    component = event.component
    status = values.word(component, "STATUS")
    invited, response = invitation(component, mine)
    subject = values.text(component, "SUMMARY")
    categories = values.texts(component, "CATEGORIES")
    made = Appointment(
        uid=uid,
        start=start,
        end=end,
        subject=subject,
        categories=categories,
        show_as=_show_as(component, status),
        private=event.private,
        invited=invited,
        response=response,
        cancelled=status in CANCELLED,
        source=source,
    )
    if categories:
        return made
    text = f"{subject}\n{values.text(component, 'DESCRIPTION')}"
    return marked(made, text[:LONGEST_TEXT])


def _show_as(component: Component, status: str) -> ShowAs:
    told = values.word(component, "X-MICROSOFT-CDO-BUSYSTATUS")
    if told in SHOW_AS:
        return SHOW_AS[told]
    if values.word(component, "TRANSP") == "TRANSPARENT":
        return ShowAs.FREE
    return ShowAs.TENTATIVE if status == "TENTATIVE" else ShowAs.BUSY
