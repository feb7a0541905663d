"""A calendar that is published as one iCalendar file."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
import zlib
from zoneinfo import ZoneInfo

from aiohttp import ClientSession
from yarl import URL

from ...presence.calendar.appointments import Appointment
from ..source import Execute, SourceUnavailable
from .client import DavClient, client_of
from .login import Login

NAME: Final = "ICS"
"""What the appointment list calls this source."""
ACCEPT: Final = {"Accept": "text/calendar, */*;q=0.5"}


class CalendarFile:
    """One published file; fulfils ``CalendarSource``.

    It is loaded again only where the server says that it has changed (``ETag``,
    ``Last-Modified``).
    """

    name = NAME

    def __init__(
        self,
        login: Login,
        *,
        http: ClientSession,
        time_zone: str,
        execute: Execute,
        addresses: Iterable[str] = (),
        anew: bool = False,
    ) -> None:
        """No request is sent before the first reading.

        ``addresses`` are the person's own, by which invitations are known.
        """
        self._client: DavClient | None = client_of(http, login, execute, anew=anew)
        self._url = URL(login.url, encoded=True)
        self._time_zone = time_zone
        self._addresses = tuple(addresses)
        self._packed = b""
        self._version: dict[str, str] = {}

    async def read(self, start: datetime, end: datetime) -> tuple[Appointment, ...]:
        """Read what overlaps the time from ``start`` to ``end``, expanded.

        Raises:
            SourceError: it could not be read.
        """
        client = self._client
        if client is None:
            raise SourceUnavailable("closed")
        return await client.take(lambda: self._read(client, start, end))

    async def _read(
        self, client: DavClient, start: datetime, end: datetime
    ) -> tuple[Appointment, ...]:
        got = await client.request("GET", self._url, headers=ACCEPT | self._version)
        answer = got.answer

        def job() -> tuple[bytes, tuple[Appointment, ...]]:
            from ..ics.events import appointments

            body = answer.body
            if answer.status == 304:
                body = zlib.decompress(self._packed)
            found = appointments(
                decoded(body),
                (start, end),
                ZoneInfo(self._time_zone),
                self._addresses,
                NAME,
            )
            return zlib.compress(body, 1), found

        if answer.status == 304 and not self._packed:
            raise SourceUnavailable("answer_unreadable")
        packed, found = await client.execute(job)
        if answer.status != 304:
            self._packed = packed
            self._version = {
                asked: answer.headers[told]
                for told, asked in (
                    ("ETag", "If-None-Match"),
                    ("Last-Modified", "If-Modified-Since"),
                )
                if told in answer.headers
            }
        return found

    async def close(self) -> None:
        """Drop the file and release the login; the caller closes the HTTP session."""
        self._client = None
        self._packed, self._version = b"", {}


def decoded(body: bytes) -> str:
    """Return a file's text; RFC 5545 wants UTF-8, some programs know only Latin-1."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")
