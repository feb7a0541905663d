"""An event as Domino's calendar service sends it → an appointment.

The words are those of iCalendar in lower case; every ``X-LOTUS-`` property is an
object with ``data``. Notes has no *out of office*: all-day entries count as that.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ...presence.calendar.appointments import Appointment, Response, ShowAs
from ..all_day import midnight_zone

NAME: Final = "Notes"
"""What the appointment list calls this source."""

MARKS_A_DAY: Final = frozenset({"1", "4"})
"""``x-lotus-appttype`` of anniversaries and reminders, during which nobody is busy."""
ALL_DAY: Final = "2"
"""``x-lotus-appttype`` of all-day entries, even where they have times."""
INVITATION: Final = "I"
"""``x-lotus-noticetype`` of an invitation that has not been answered."""
CANCELLATION: Final = "C"
RESPONSES: Final = {
    "accepted": Response.ACCEPTED,
    "tentative": Response.TENTATIVE,
    "declined": Response.DECLINED,
    "delegated": Response.DECLINED,
}
"""A participant who delegated does not attend."""
PRIVATE: Final = frozenset({"private", "confidential"})
DAY_BEGINS: Final = timedelta(hours=4)
DAY_ENDS: Final = time(20)
"""The times that Notes stores for an all-day entry: 04:00 to 20:00."""


def appointment(
    event: Mapping[str, Any], zone: tzinfo, address: str = ""
) -> Appointment | None:
    """Return the appointment that an event tells of; ``None`` if it fills no time.

    ``address`` is the person's own, by which a meeting of theirs is told from an
    invitation. The list does not say what they answered; see ``own_response``.

    Raises:
        ValueError: its times cannot be read.
    """
    kind, notice = lotus(event, "appttype"), lotus(event, "noticetype")
    start = _moment(event.get("start"), zone)
    if start is None:
        return None
    end = _moment(event.get("end"), zone)
    start, end = _span(start, start if end is None else end, kind == ALL_DAY, zone)
    if end <= start:
        return None
    return Appointment(
        uid=str(event.get("id", "")),
        start=start,
        end=end,
        subject=str(event.get("summary", "")),
        categories=tuple(
            name
            for category in str(event.get("categories") or "").split(";")
            if (name := category.strip())
        ),
        show_as=_show_as(event, kind, notice, not isinstance(start, datetime)),
        private=str(event.get("class", "")).lower() in PRIVATE,
        invited=is_invited(event, address),
        cancelled=event.get("status") == "cancelled" or notice == CANCELLATION,
        source=NAME,
    )


def _show_as(event: Mapping[str, Any], kind: str, notice: str, all_day: bool) -> ShowAs:
    if event.get("transparency") == "transparent" or kind in MARKS_A_DAY:
        return ShowAs.FREE
    if event.get("status") == "tentative" or notice == INVITATION:
        return ShowAs.TENTATIVE
    return ShowAs.OUT_OF_OFFICE if all_day else ShowAs.BUSY


def is_invited(event: Mapping[str, Any], address: str) -> bool:
    """Say whether somebody else made the event."""
    if lotus(event, "noticetype") == INVITATION:
        return True
    organizer = event.get("organizer")
    if not isinstance(organizer, Mapping):
        return False
    mail = str(organizer.get("email", "")).removeprefix("mailto:")
    return bool(mail) and mail.casefold() != address.casefold()


def own_response(answer: Any, address: str) -> Response:
    """Return what the person answered, of the full text of an event."""
    events = answer.get("events") if isinstance(answer, Mapping) else None
    for event in events if isinstance(events, list) else []:
        for attendee in event.get("attendees") or []:
            mail = str(attendee.get("email", "")).removeprefix("mailto:")
            if mail.casefold() == address.casefold():
                return RESPONSES.get(str(attendee.get("status", "")), Response.NONE)
    return Response.NONE


def lotus(event: Mapping[str, Any], name: str) -> str:
    """Return an ``X-LOTUS-`` property of an event."""
    found = event.get(f"x-lotus-{name}")
    return str(found.get("data", "")) if isinstance(found, Mapping) else ""


def _moment(told: Any, zone: tzinfo) -> datetime | date | None:
    """Read a time: a day, or an instant in UTC, in a named zone or in one's own."""
    if not isinstance(told, Mapping) or not told.get("date"):
        return None
    day = date.fromisoformat(told["date"])
    if not told.get("time"):
        return day
    if told.get("utc"):
        zone = UTC
    elif name := told.get("tzid"):
        zone = zone_named(name) or zone
    return datetime.combine(day, time.fromisoformat(told["time"]), zone)


def _span(
    start: datetime | date, end: datetime | date, all_day: bool, zone: tzinfo
) -> tuple[Any, Any]:
    """Return both ends, of one kind; days end with the midnight after them.

    Notes stores an all-day entry as 04:00 to 20:00 in the time zone of its author.
    """
    if isinstance(start, datetime) and isinstance(end, datetime):
        if not all_day:
            return start, end
        makers = _makers_zone(start, end) or zone
        last = end.astimezone(makers)
        days = timedelta(days=1 if last.time() > time() else 0)
        return start.astimezone(makers).date(), last.date() + days
    first = start.astimezone(zone).date() if isinstance(start, datetime) else start
    last_day = end.astimezone(zone).date() if isinstance(end, datetime) else end
    return first, max(last_day, first + timedelta(days=1))


def _makers_zone(start: datetime, end: datetime) -> tzinfo | None:
    """Return the zone in which an all-day entry lasts from four to eight.

    Its own where it names one, else the offset at which the times come out right;
    ``None`` if they do at none.
    """
    if start.tzinfo is not UTC:
        return start.tzinfo
    makers = midnight_zone(start - DAY_BEGINS)
    if makers is None or end.astimezone(makers).time() != DAY_ENDS:
        return None
    return makers


def zone_named(name: str) -> tzinfo | None:
    """Return a time zone by its name in Notes, in Windows, or its proper name.

    Notes' names are those of Windows without the words at the end: *W. Europe*.
    """
    from tzlocal.windows_tz import win_tz

    known = win_tz.get(f"{name} Standard Time") or win_tz.get(name) or name
    try:
        return ZoneInfo(known)
    except ZoneInfoNotFoundError, ValueError, OSError:
        return None
