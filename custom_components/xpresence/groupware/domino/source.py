"""The calendar of one mail file on a Domino server."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
import re
from typing import Any, Final
from urllib.parse import quote
from weakref import WeakValueDictionary
from zoneinfo import ZoneInfo

from aiohttp import ClientSession
from yarl import URL

from ...presence.calendar.appointments import Appointment, Response
from ..network.limits import LIMITS
from ..source import Execute, NotAllowed, SourceUnavailable
from .events import INVITATION, NAME, appointment, is_invited, lotus, own_response
from .login import Login
from .session import DominoSession

EARLIER: Final = timedelta(days=42)
"""Domino lists what *begins* in a time; what still runs began before, a long leave too."""
PAGE: Final = 100
"""Events asked for at once; the service allows no more."""
AT_ONCE: Final = 4
"""Own responses asked for at the same time."""
RANGE: Final = re.compile(r"items (\d+)-(\d+)")

SESSIONS: Final[WeakValueDictionary[Login, DominoSession]] = WeakValueDictionary()
"""Sessions shared by the calendars of a login; removed with the last calendar."""


class NotesCalendar:
    """The calendar of one mail file; fulfils ``CalendarSource``."""

    name = NAME

    def __init__(
        self,
        login: Login,
        mail_file: str,
        *,
        http: ClientSession,
        time_zone: str,
        execute: Execute,
        address: str = "",
        with_responses: bool = False,
        anew: bool = False,
    ) -> None:
        """No request is sent before the first reading.

        ``address`` is the person's own e-mail address. What they answered to an
        invitation takes a request each, so it is only asked ``with_responses``.
        ``http`` must keep no cookies. ``anew``: the settings were confirmed, so a
        refused login may be tried once more, for all who use it.

        Raises:
            TypeError: ``http`` keeps cookies.
        """
        session = SESSIONS.get(login)
        if session is None:
            session = SESSIONS[login] = DominoSession(http, login, execute)
        if anew:
            session.try_again()
        self._session: DominoSession | None = session
        self._events = login.events(mail_file)
        self._time_zone = time_zone
        self._execute = execute
        self._address = address or (login.username if "@" in login.username else "")
        self._with_responses = with_responses
        self._responses: dict[tuple[str, str, str], Response] = {}

    async def read(self, start: datetime, end: datetime) -> tuple[Appointment, ...]:
        """Read what overlaps the time from ``start`` to ``end``, expanded.

        Raises:
            SourceError: it could not be read.
        """
        session = self._session
        if session is None:
            raise SourceUnavailable("closed")
        return await session.take(lambda: self._read(session, start, end))

    async def _read(
        self, session: DominoSession, start: datetime, end: datetime
    ) -> tuple[Appointment, ...]:
        events = await self._listed(session, start - EARLIER, end)
        if self._with_responses and self._address:
            await self._learn_responses(session, events)
        return await self._execute(lambda: self._told(events, start, end))

    async def close(self) -> None:
        """Release the Domino session; the caller closes the HTTP session."""
        self._session = None

    async def _listed(
        self, session: DominoSession, start: datetime, end: datetime
    ) -> list[Mapping[str, Any]]:
        """Return every event of a time, page by page; a full one may not be the last."""
        found: list[Mapping[str, Any]] = []
        first = 0
        for _ in range(LIMITS.pages):
            answer, headers = await session.get(
                self._events,
                {
                    "since": _utc(start),
                    "before": _utc(end),
                    "count": str(PAGE),
                    "start": str(first),
                },
            )
            if answer is None:  # An empty time has no body at all.
                return found
            events = answer.get("events") if isinstance(answer, Mapping) else None
            if not isinstance(events, list) or not all(
                isinstance(event, Mapping) for event in events
            ):
                raise SourceUnavailable("answer_unreadable")
            found += events
            told = RANGE.match(headers.get("Content-Range", ""))
            following = int(told[2]) + 1 if told else first + len(events)
            if following - first < PAGE:
                return found
            first = following
        raise SourceUnavailable("answer_too_long")

    async def _learn_responses(
        self, session: DominoSession, events: list[Mapping[str, Any]]
    ) -> None:
        """Read the person's response to each invitation that is not cached."""
        gate = asyncio.Semaphore(AT_ONCE)
        known = self._responses
        desired = {
            _version(event): event
            for event in events
            if is_invited(event, self._address)
            and lotus(event, "noticetype") != INVITATION
        }

        async def ask(event: Mapping[str, Any]) -> Response:
            async with gate:
                try:
                    answer, _ = await session.get(self._url(event), {})
                except NotAllowed:
                    return Response.NONE  # Gone since the list was made.
            return own_response(answer, self._address)

        new = {
            version: event for version, event in desired.items() if version not in known
        }
        answers = await asyncio.gather(*(ask(event) for event in new.values()))
        self._responses = {
            version: known[version] for version in desired if version in known
        } | dict(zip(new, answers, strict=True))

    def _url(self, event: Mapping[str, Any]) -> URL:
        """Return an event's URL, built here: the one in the answer is not trusted."""
        parts = [str(event.get("id", ""))]
        if recurrence := event.get("recurrenceId"):
            parts.append(str(recurrence))
        path = "/".join(quote(part, safe="") for part in parts)
        return URL(f"{self._events}/{path}", encoded=True)

    def _told(
        self, events: list[Mapping[str, Any]], start: datetime, end: datetime
    ) -> tuple[Appointment, ...]:
        """Turn events into appointments; this reads time zones from files."""
        zone = ZoneInfo(self._time_zone)
        found: list[Appointment] = []
        for event in events:
            try:
                told = appointment(event, zone, self._address)
            except (ValueError, TypeError, AttributeError) as error:
                raise SourceUnavailable("answer_unreadable") from error
            if told is None or not _overlaps(told, start, end, zone):
                continue
            response = self._responses.get(_version(event), told.response)
            found.append(replace(told, response=response))
        return tuple(found)


def _version(event: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return a cache key: event id, recurrence id and last modification."""
    names = ("id", "recurrenceId", "last-modified")
    event_id, recurrence, modified = (str(event.get(name, "")) for name in names)
    return event_id, recurrence, modified


def _overlaps(told: Appointment, start: datetime, end: datetime, zone: tzinfo) -> bool:
    return _instant(told.start, zone) < end and _instant(told.end, zone) > start


def _instant(moment: datetime | date, zone: tzinfo) -> datetime:
    if isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time(), zone)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
