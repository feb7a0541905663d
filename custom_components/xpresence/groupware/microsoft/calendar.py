"""The Outlook calendar, by polling ``calendarView``.

Not by its delta: that gives occurrences of a series without subject, show-as and
categories, and does not tell of a deleted one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
import logging
from typing import Any, Final
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ...presence.calendar.appointments import Appointment, Response, ShowAs
from .graph import GraphClient

_LOGGER = logging.getLogger(__name__)

READ: Final = "Calendars.ReadBasic"
READ_SHARED: Final = "Calendars.Read.Shared"
READ_ALL: Final = "Calendars.ReadBasic.All"
"""What an application reads with, unless Exchange grants it for a group."""
FIELDS: Final = (
    "id",
    "iCalUId",
    "subject",
    "start",
    "end",
    "isAllDay",
    "isCancelled",
    "isOrganizer",
    "responseStatus",
    "showAs",
    "sensitivity",
    "categories",
)
A_PAGE: Final = 200
FARTHEST: Final = timedelta(hours=14)
"""Largest UTC offset of a local midnight."""
SHORTEST: Final = timedelta(microseconds=1)
"""How long an event without length lasts."""

SHOW_AS: Final[Mapping[str, ShowAs]] = {
    "free": ShowAs.FREE,
    "tentative": ShowAs.TENTATIVE,
    "busy": ShowAs.BUSY,
    "oof": ShowAs.OUT_OF_OFFICE,
    "workingelsewhere": ShowAs.WORKING_ELSEWHERE,
}
RESPONSES: Final[Mapping[str, Response]] = {
    "accepted": Response.ACCEPTED,
    "organizer": Response.ACCEPTED,
    "tentativelyaccepted": Response.TENTATIVE,
    "declined": Response.DECLINED,
}


@dataclass(frozen=True, slots=True)
class KnownCalendar:
    """A calendar that the account may read."""

    id: str
    name: str
    is_default: bool
    is_own: bool
    owner: str = ""


class OutlookCalendar:
    """One calendar of a person; ``None`` is their main one.

    ``user_id`` is whose it is, with an application; else whoever is signed in.
    """

    def __init__(
        self,
        graph: GraphClient,
        name: str,
        calendar_id: str | None = None,
        *,
        shared: bool = True,
        user_id: str | None = None,
    ) -> None:
        """Keep the parts; nothing is asked yet. ``shared``: whether it is another's."""
        self._graph = graph
        self._name = name
        whose = _whose(user_id)
        self._path = (
            f"{whose}/calendars/{quote(calendar_id, safe='')}/calendarView"
            if calendar_id
            else f"{whose}/calendarView"
        )
        if user_id is not None:
            self._permission = READ_ALL
        else:
            self._permission = READ_SHARED if calendar_id and shared else READ

    @property
    def name(self) -> str:
        """What the appointment list calls it."""
        return self._name

    async def read(self, start: datetime, end: datetime) -> tuple[Appointment, ...]:
        """Read what overlaps the time from ``start`` to ``end``, expanded.

        Raises:
            SourceError: of the kinds in ``source`` and ``failures``.
        """
        # All-day ones lie at Greenwich's midnight, wherever the person lives.
        query = {
            "startDateTime": _utc(start - FARTHEST),
            "endDateTime": _utc(end + FARTHEST),
            "$select": ",".join(FIELDS),
            "$top": str(A_PAGE),
        }
        found = []
        async for event in self._graph.pages(
            self._path, self._permission, query=query, prefer='outlook.timezone="UTC"'
        ):
            appointment = _appointment(event, self._name)
            if appointment is not None and _overlaps(appointment, start, end):
                found.append(appointment)
        return tuple(found)

    async def close(self) -> None:
        """Do nothing: the caller closes the HTTP session."""


async def known_calendars(
    graph: GraphClient, user_id: str | None = None, address: str = ""
) -> tuple[KnownCalendar, ...]:
    """Return all calendars that the account may read, shared ones too.

    ``user_id`` is whose they are, with an application; ``address`` is theirs.

    Raises:
        SourceError: of the kinds in ``source`` and ``failures``.
    """
    mine, permission = address.casefold(), READ_ALL
    if user_id is None:
        me = await graph.get("/me", "User.Read", query={"$select": "id,mail"})
        mine, permission = str(me.get("mail") or "").casefold(), READ
    query = {"$select": "id,name,isDefaultCalendar,owner"}
    known = []
    async for row in graph.pages(
        f"{_whose(user_id)}/calendars", permission, query=query
    ):
        owner = row.get("owner")
        owner = owner if isinstance(owner, dict) else {}
        address = str(owner.get("address") or "")
        known.append(
            KnownCalendar(
                id=str(row.get("id", "")),
                name=str(row.get("name") or ""),
                is_default=row.get("isDefaultCalendar") is True,
                is_own=not address or not mine or address.casefold() == mine,
                owner=str(owner.get("name") or address),
            )
        )
    return tuple(one for one in known if one.id)


def _whose(user_id: str | None) -> str:
    return "/me" if user_id is None else f"/users/{quote(user_id, safe='')}"


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _overlaps(appointment: Appointment, start: datetime, end: datetime) -> bool:
    """Tell whether it lies in the time asked for; whole days are judged by others."""
    match appointment.start, appointment.end:
        case datetime() as begins, datetime() as ends:
            return begins < end and max(ends, begins + SHORTEST) > start
    return True


def _appointment(event: Mapping[str, Any], source: str) -> Appointment | None:
    """Read an event; nothing where its times cannot be read."""
    try:
        start, end = _moment(event["start"]), _moment(event["end"])
    except (KeyError, TypeError, ValueError, ZoneInfoNotFoundError) as error:
        _LOGGER.warning("An event's times cannot be read (%s)", type(error).__name__)
        return None
    all_day = event.get("isAllDay") is True
    organizer = event.get("isOrganizer")
    answered = event.get("responseStatus")
    said = answered.get("response") if isinstance(answered, dict) else None
    categories = event.get("categories")
    return Appointment(
        uid=str(event.get("iCalUId") or event.get("id") or ""),
        start=_day(start) if all_day else start,
        end=_day(end) if all_day else end,
        subject=str(event.get("subject") or ""),
        categories=tuple(str(one) for one in categories)
        if isinstance(categories, list)
        else (),
        show_as=SHOW_AS.get(_folded(event.get("showAs")), ShowAs.BUSY),
        private=_folded(event.get("sensitivity") or "normal") != "normal",
        invited=organizer is False,
        response=RESPONSES.get(_folded(said), Response.NONE),
        cancelled=event.get("isCancelled") is True,
        source=source,
    )


def _folded(word: object) -> str:
    return str(word or "").casefold()


def _moment(said: Mapping[str, str]) -> datetime:
    """Read Graph's time: seven decimals, no offset, the zone beside it."""
    whole, _, _decimals = said["dateTime"].partition(".")
    moment = datetime.fromisoformat(whole)
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    zone = said.get("timeZone") or "UTC"
    return moment.replace(tzinfo=UTC if zone == "UTC" else ZoneInfo(zone))


def _day(moment: datetime) -> date:
    """Return the day of an all-day event's midnight."""
    return moment.date()
