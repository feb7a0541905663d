"""A calendar item as EWS sends it → an appointment.

The words are those of Microsoft's schema ``MS-OXWSMTGS-types.xsd``; other ones than
Microsoft Graph has for the same things.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final
from xml.etree.ElementTree import Element

from ...presence.calendar.appointments import Appointment, Response, ShowAs
from ..all_day import midnight_zone

TYPES: Final = "{http://schemas.microsoft.com/exchange/services/2006/types}"
NAME: Final = "Exchange"
"""What the appointment list calls this source."""

SHOW_AS: Final = {
    "Free": ShowAs.FREE,
    "Tentative": ShowAs.TENTATIVE,
    "Busy": ShowAs.BUSY,
    "OOF": ShowAs.OUT_OF_OFFICE,
    "WorkingElsewhere": ShowAs.WORKING_ELSEWHERE,
}
"""``LegacyFreeBusyStatus``; *NoData* says nothing, and an appointment is busy then."""
RESPONSES: Final = {
    "Accept": Response.ACCEPTED,
    "Tentative": Response.TENTATIVE,
    "Decline": Response.DECLINED,
}
"""``MyResponseType``; of the others none has been given."""
PRIVATE: Final = frozenset({"Personal", "Private", "Confidential"})
"""``Sensitivity``: whatever is not meant for everybody keeps its subject to itself."""

DAY: Final = timedelta(days=1)
CLOCK_CHANGE: Final = timedelta(hours=1)
"""By so much a number of days may be longer or shorter."""

type Zones = Callable[[str], tzinfo | None]
"""The time zone of Windows' name of it; ``None`` if the name is unknown."""


def item_id(item: Element) -> str:
    """Return what EWS knows the item by, one occurrence of a series being one item."""
    found = item.find(f"{TYPES}ItemId")
    return "" if found is None else found.get("Id", "")


def starts(item: Element, zone: tzinfo) -> datetime:
    """Return when the item begins."""
    return _instant(_text(item, "Start"), zone)


def appointment(item: Element, zone: tzinfo, zones: Zones) -> Appointment:
    """Return the appointment that an item tells of.

    Raises:
        ValueError: it has no times that can be read.
    """
    made_in = own_zone(item, zones)
    start = _instant(_text(item, "Start"), zone)
    end = _instant(_text(item, "End"), zone)
    response = _text(item, "MyResponseType")
    days = _days(start, end, made_in or zone) if _is(item, "IsAllDayEvent") else None
    return Appointment(
        uid=_text(item, "UID") or item_id(item),
        start=days[0] if days else start,
        end=days[1] if days else end,
        subject=_text(item, "Subject"),
        categories=tuple(
            text
            for category in item.findall(f"{TYPES}Categories/{TYPES}String")
            if (text := category.text)
        ),
        show_as=SHOW_AS.get(_text(item, "LegacyFreeBusyStatus"), ShowAs.BUSY),
        private=_text(item, "Sensitivity") in PRIVATE,
        invited=_is(item, "IsMeeting") and response != "Organizer",
        response=RESPONSES.get(response, Response.NONE),
        cancelled=_is(item, "IsCancelled"),
        source=NAME,
    )


def _days(start: datetime, end: datetime, zone: tzinfo) -> tuple[date, date] | None:
    """Return the days of an all-day item, as its own time zone counts them.

    EWS tells them by the instants of two midnights, in whatever zone the item was
    made: Tuesday in New York is Tuesday, though it ends on Wednesday in Berlin. Where
    that zone is not known (*Customized Time Zone*), or they are no midnights there, the
    offset is taken at which they are. An item whose instants are midnights nowhere is
    left as it is.
    """
    if start >= end:
        return None
    first, last = start.astimezone(zone), end.astimezone(zone)
    if first.time() == time() and last.time() == time():
        return first.date(), last.date()
    makers = midnight_zone(start)
    days = (end - start + CLOCK_CHANGE) // DAY
    if makers is None or abs(end - start - days * DAY) > CLOCK_CHANGE:
        return None
    first_day = start.astimezone(makers).date()
    return first_day, first_day + days * DAY


def own_zone(item: Element, zones: Zones) -> tzinfo | None:
    """Return the time zone that the item was created in; ``None`` if unknown."""
    found = item.find(f"{TYPES}StartTimeZone")
    return None if found is None else zones(found.get("Id", ""))


def _instant(text: str, zone: tzinfo) -> datetime:
    """Read a time; one without an offset is meant in the zone that was asked for."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _text(item: Element, name: str) -> str:
    return item.findtext(f"{TYPES}{name}") or ""


def _is(item: Element, name: str) -> bool:
    return _text(item, name) in ("true", "1")
