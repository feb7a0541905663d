"""A calendar on a CalDAV server (RFC 4791)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from aiohttp import ClientSession
from yarl import URL

from ...presence.calendar.appointments import Appointment
from ..source import CalendarGone, Execute, NotAllowed, SourceUnavailable
from .client import DavClient, Got, client_of
from .login import Login
from .multistatus import CALDAV, DAV, DISCOVER, Resource, query, resources

NAME: Final = "CalDAV"
"""What the appointment list calls this source."""
XML: Final = {"Content-Type": "application/xml; charset=utf-8"}
WELL_KNOWN: Final = "/.well-known/caldav"
"""Well-known path that redirects to the calendars (RFC 6764, 5)."""
MOST_CALENDARS: Final = 500
FARTHEST: Final = timedelta(hours=14)
"""Largest UTC offset of a local midnight; servers compare in UTC."""


@dataclass(frozen=True, slots=True)
class _Found:
    """Where the calendar is, and the person's own mail addresses."""

    url: URL
    addresses: tuple[str, ...]


class CalDavCalendar:
    """One calendar of a login; fulfils ``CalendarSource``.

    Its events are asked for again only where the server's ``sync-token`` or ``ctag``
    says that something changed.
    """

    name = NAME

    def __init__(
        self,
        login: Login,
        calendar: str = "",
        *,
        http: ClientSession,
        time_zone: str,
        execute: Execute,
        addresses: Iterable[str] = (),
        anew: bool = False,
    ) -> None:
        """No request is sent before the first reading.

        ``calendar`` is its name on the server; needed where the address is that of the
        server, or of the person, and they have several. ``addresses`` are the person's
        own, in place of those that the server tells.
        """
        self._client: DavClient | None = client_of(http, login, execute, anew=anew)
        self._typed = URL(login.url, encoded=True)
        self._calendar = calendar
        self.names: tuple[str, ...] = ()
        """The names of the login's calendars, once they are known."""
        self._time_zone = time_zone
        self._addresses = tuple(addresses)
        self._found: _Found | None = None
        self._known: tuple[object, tuple[Appointment, ...]] | None = None

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
        if self._found is None:
            self._found = await self._find(client)
        found = self._found
        version = await self._version(client, found.url)
        asked = (version, start, end)
        if version and self._known is not None and self._known[0] == asked:
            return self._known[1]
        got = await client.request(
            "REPORT",
            found.url,
            headers=XML | {"Depth": "1"},
            body=query(start - FARTHEST, end + FARTHEST),
        )

        def job() -> tuple[Appointment, ...]:
            from ..ics.events import appointments

            zone = ZoneInfo(self._time_zone)
            addresses = self._addresses or found.addresses
            read: list[Appointment] = []
            for one in resources(got.answer.body):
                if text := one.text(f"{CALDAV}calendar-data"):
                    read += appointments(text, (start, end), zone, addresses, NAME)
            return tuple(read)

        self._known = asked, await client.execute(job)
        return self._known[1]

    async def _version(self, client: DavClient, url: URL) -> str:
        try:
            told = await _propfind(client, url, depth=0)
        except NotAllowed as error:
            # It was there when it was found.
            self._found = None
            if str(error) == "address_unknown":
                raise CalendarGone from error
            raise
        return told[0].version if told else ""

    async def _find(self, client: DavClient) -> _Found:
        """Return the calendar, from whatever address was typed (RFC 6764, 6)."""
        url, told = await self._first(client, self._typed)
        principal, homes = url, told.hrefs(f"{CALDAV}calendar-home-set")
        addresses = _addresses(told)
        if led := told.hrefs(f"{DAV}current-user-principal"):
            principal = _joined(url, led[0])
            more = await _propfind(client, principal, depth=0)
            if more:
                homes = more[0].hrefs(f"{CALDAV}calendar-home-set") or homes
                addresses = _addresses(more[0]) or addresses
        if told.is_calendar:
            return _Found(url, addresses)
        calendars: dict[URL, str] = {}
        for home in (_joined(principal, href) for href in homes or (str(url),)):
            for one in await _propfind(client, home, depth=1):
                if one.is_calendar and len(calendars) < MOST_CALENDARS:
                    where = _joined(home, one.href)
                    name = one.text(f"{DAV}displayname")
                    calendars[where] = name or where.name or where.parent.name
        return _Found(self._picked(calendars), addresses)

    async def _first(self, client: DavClient, typed: URL) -> tuple[URL, Resource]:
        """Query the typed address; for a bare host, follow the well-known path."""
        tries = [typed]
        if typed.path in ("", "/"):
            tries.insert(0, typed.with_path(WELL_KNOWN))
        for url in tries:
            try:
                got = await _got(client, url, depth=0)
            except (NotAllowed, SourceUnavailable) as error:
                known = {"address_unknown", "not_calendar", "not_allowed"}
                if url is tries[-1] or str(error) not in known:
                    raise
                continue
            told = await _told(client, got)
            if told:
                return got.url, told[0]
        raise SourceUnavailable("not_calendar")

    def _picked(self, calendars: dict[URL, str]) -> URL:
        self.names = tuple(calendars.values())
        if not calendars:
            raise SourceUnavailable("not_calendar")
        wanted = self._calendar.casefold()
        if not wanted and len(calendars) == 1:
            return next(iter(calendars))
        if not wanted:
            raise NotAllowed("collection_missing")
        for url, name in calendars.items():
            if wanted in (name.casefold(), str(url).casefold()):
                return url
        raise NotAllowed("collection_unknown")

    async def close(self) -> None:
        """Release the login; the caller closes the HTTP session."""
        self._client = self._known = self._found = None


async def _got(client: DavClient, url: URL, depth: int) -> Got:
    return await client.request(
        "PROPFIND", url, headers=XML | {"Depth": str(depth)}, body=DISCOVER
    )


async def _propfind(client: DavClient, url: URL, depth: int) -> tuple[Resource, ...]:
    return await _told(client, await _got(client, url, depth))


async def _told(client: DavClient, got: Got) -> tuple[Resource, ...]:
    return await client.execute(lambda: resources(got.answer.body))


def _joined(base: URL, href: str) -> URL:
    try:
        return base.join(URL(href, encoded=True))
    except ValueError as error:
        raise SourceUnavailable("not_calendar") from error


def _addresses(told: Resource) -> tuple[str, ...]:
    hrefs = told.hrefs(f"{CALDAV}calendar-user-address-set")
    return tuple(
        href[len("mailto:") :]
        for href in hrefs
        if href.casefold().startswith("mailto:")
    )
