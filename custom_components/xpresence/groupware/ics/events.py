"""Events of an iCalendar text → appointments."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from itertools import islice
import re
import time as clock
from typing import Final

from ...presence.calendar.appointments import Appointment, Response, ShowAs, marked
from ..calendar_event import LONGEST_TEXT
from ..source import SourceUnavailable
from . import values
from .components import Component, Contents, contents_of
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
RESPONSES: Final = {
    "ACCEPTED": Response.ACCEPTED,
    "TENTATIVE": Response.TENTATIVE,
    "DECLINED": Response.DECLINED,
    "DELEGATED": Response.DECLINED,
}
"""``PARTSTAT``; a participant who delegated does not attend."""
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
    for number, component in enumerate(contents.events):
        if not _is_past(component, window[0]):
            event = _event(component, zones)
            uid = values.text(component, "UID").strip() or f"#{number}"
            if event is not None:
                series.setdefault(uid, []).append(event)
    found: list[Appointment] = []
    ends = clock.monotonic() + SECONDS
    for uid, events in series.items():
        for event, start in _expanded(events, window, zone, zones):
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


def _event(component: Component, zones: Zones) -> Event | None:
    start = values.moment(values.first(component, "DTSTART"), zones)
    if start is None or start.year not in YEARS:
        return None
    recurrence = values.first(component, "RECURRENCE-ID")
    replaced = values.moment(recurrence, zones)
    if replaced is not None and replaced.year not in YEARS:
        return None
    return Event(
        start=start,
        length=_length(component, start, zones),
        component=component,
        recurrence=replaced,
        and_later=recurrence is not None
        and recurrence.parameter("RANGE") == "THISANDFUTURE",
    )


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
    replaced = {
        _key(event.recurrence, zone): event
        for event in events
        if event.recurrence is not None
    }
    later = sorted(
        (event for event in events if event.and_later and event.recurrence),
        key=lambda event: _key(event.recurrence, zone),
    )
    for event in events:
        if event.recurrence is not None:
            yield event, event.start
            continue
        for start in islice(_starts(event, window, zone, zones), MOST + 1):
            key = _key(start, zone)
            if key in replaced:
                continue
            since = next(
                (e for e in reversed(later) if _key(e.recurrence, zone) < key), None
            )
            if since is None or since.recurrence is None:
                yield event, start
            else:
                moved = _key(since.start, zone) - _key(since.recurrence, zone)
                yield since, start + moved


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
    """Return what an occurrence is known by: its instant, by the person's clock."""
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
    status, kind = values.word(component, "STATUS"), values.word(component, "CLASS")
    invited, response = _invitation(component, mine)
    subject = values.text(component, "SUMMARY")
    categories = values.texts(component, "CATEGORIES")
    made = Appointment(
        uid=uid,
        start=start,
        end=end,
        subject=subject,
        categories=categories,
        show_as=_show_as(component, status),
        # RFC 5545, 3.8.1.3: what nobody knows is private.
        private=kind not in ("", "PUBLIC"),
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


def _invitation(component: Component, mine: frozenset[str]) -> tuple[bool, Response]:
    """Return whether somebody else invited, and what the person answered.

    Whose answers they are is not known without an own address; where everybody
    declined, so did the person.
    """
    answers = {
        _address(one): RESPONSES.get(one.parameter("PARTSTAT"), Response.NONE)
        for one in values.properties(component, "ATTENDEE")
    }
    organizer = values.first(component, "ORGANIZER")
    inviting = _address(organizer) if organizer else ""
    if not mine:
        others = {who: what for who, what in answers.items() if who != inviting}
        declined = bool(others) and set(others.values()) == {Response.DECLINED}
        return False, Response.DECLINED if declined else Response.NONE
    own = [what for who, what in answers.items() if who in mine]
    invited = bool(inviting) and inviting not in mine
    return invited, own[0] if own else Response.NONE


def _address(one: values.Property) -> str:
    """Return the mail address of who is invited or invites.

    Apple's and Google's servers name people by something else (RFC 7986, 6.2).
    """
    return _mail(one.parameter("EMAIL") or one.value)


def _mail(value: str) -> str:
    return value.strip().casefold().removeprefix("mailto:")
