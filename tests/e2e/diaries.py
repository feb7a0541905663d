"""Three kinds of calendars as people keep them, for a real Home Assistant to read.

Each kind is connected by the settings pages of Home Assistant's own integration, and
written to as its owner would: in Home Assistant, on a CalDAV server, in a file that is
published on the web.
"""

from abc import ABC, abstractmethod
import asyncio
from collections.abc import AsyncIterator, Mapping
import contextlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
import secrets
import subprocess
import sys
import time
from typing import Any, override

import aiohttp
from aiohttp import web

from tests.pbx.asterisk import EVENTUALLY, free_port

from .home import Home

SHOW_AS = {
    "free": "ignore",
    "tentative": "default",
    "busy": "default",
    "out_of_office": "default",
    "working_elsewhere": "ignore",
}
"""What the settings page proposes."""


@dataclass(frozen=True, kw_only=True)
class Appointment:
    """One appointment, told from others by what it is called."""

    subject: str
    start: datetime
    end: datetime

    @property
    def uid(self) -> str:
        return self.subject.casefold().replace(" ", "-").replace("@", "")

    def ics(self) -> str:
        return "\r\n".join(
            (
                "BEGIN:VEVENT",
                f"UID:{self.uid}",
                f"DTSTAMP:{datetime.now(UTC):%Y%m%dT%H%M%SZ}",
                f"DTSTART:{self.start:%Y%m%dT%H%M%SZ}",
                f"DTEND:{self.end:%Y%m%dT%H%M%SZ}",
                f"SUMMARY:{self.subject}",
                "END:VEVENT",
                "",
            )
        )


def soon(seconds: float = 2) -> datetime:
    """Return a whole second that is about to come."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).replace(microsecond=0)


def file_of(*appointments: Appointment) -> str:
    """Return an iCalendar file."""
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//xpresence//tests//EN\r\n"
        + "".join(one.ics() for one in appointments)
        + "END:VCALENDAR\r\n"
    )


class Diary(ABC):
    """One calendar: where it is kept, and how Home Assistant comes to it."""

    name: str

    def __init__(self) -> None:
        self.entity_id = ""

    async def connect(self, home: Home) -> None:
        """Add it to Home Assistant, as a user does."""
        result = await home.flow("/api/config/config_entries/flow", *self.answers())
        assert result["type"] == "create_entry", result
        end = time.monotonic() + EVENTUALLY
        while not self.entity_id:
            assert time.monotonic() < end, f"{self.name} never came"
            for known in await home.get("/api/calendars"):
                if known["name"] == self.name:
                    self.entity_id = known["entity_id"]
            await asyncio.sleep(0.05)

    async def add_to(self, home: Home, entry: str, person: str, **rules: Any) -> None:
        """Let a person's profile follow it; what is not said of the rules is usual."""
        await home.change(
            entry,
            "person",
            person,
            {"next_step_id": "calendars"},
            {"next_step_id": "add_calendar"},
            {"next_step_id": "calendar_home_assistant"},
            {"entity_id": self.entity_id},
            {
                "name": self.name,
                "categories_only": False,
                "invitations": "always",
                "show_as": SHOW_AS,
                **rules,
            },
        )

    @abstractmethod
    def answers(self) -> tuple[Mapping[str, Any], ...]:
        """Return what is answered to the integration's settings pages."""

    @abstractmethod
    async def write(self, home: Home, *appointments: Appointment) -> None:
        """Let these be what stands in it; whoever else wrote is undone."""


class Local(Diary):
    """``local_calendar``: kept by Home Assistant itself."""

    def __init__(self, name: str = "Local diary") -> None:
        super().__init__()
        self.name = name

    @override
    def answers(self) -> tuple[Mapping[str, Any], ...]:
        return (
            {"handler": "local_calendar"},
            {"calendar_name": self.name, "import": "create_empty"},
        )

    @override
    async def write(self, home: Home, *appointments: Appointment) -> None:
        known = await self._known(home)
        async with home.connection() as socket:
            for one in appointments:
                event = {
                    "summary": one.subject,
                    "dtstart": one.start.isoformat(),
                    "dtend": one.end.isoformat(),
                }
                if uid := known.pop(one.subject, None):
                    await socket.ask(
                        "calendar/event/update",
                        entity_id=self.entity_id,
                        uid=uid,
                        event=event,
                    )
                else:
                    await socket.ask(
                        "calendar/event/create", entity_id=self.entity_id, event=event
                    )
            for uid in known.values():
                await socket.ask(
                    "calendar/event/delete", entity_id=self.entity_id, uid=uid
                )

    async def _known(self, home: Home) -> dict[str, str]:
        day = timedelta(days=1)
        now = datetime.now(UTC).replace(tzinfo=None)
        events = await home.get(
            f"/api/calendars/{self.entity_id}"
            f"?start={(now - day).isoformat()}Z&end={(now + day).isoformat()}Z"
        )
        return {event["summary"]: event["uid"] for event in events}


@dataclass
class Radicale:
    """A CalDAV server on loopback with one user."""

    folder: Path
    port: int = field(default_factory=free_port)
    username: str = "anna"
    password: str = field(default_factory=lambda: secrets.token_urlsafe(9))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[aiohttp.ClientSession]:
        """Run the server; yield a session that is logged in."""
        self.folder.mkdir()
        users = self.folder / "users"
        users.write_text(f"{self.username}:{self.password}\n")
        options = {
            "server-hosts": f"127.0.0.1:{self.port}",
            "auth-type": "htpasswd",
            "auth-htpasswd-filename": users,
            "auth-htpasswd-encryption": "plain",
            "storage-filesystem-folder": self.folder / "collections",
        }
        log = (self.folder / "log").open("ab")
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "radicale", "--config", ""),
                *(f"--{name}={value}" for name, value in options.items()),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        log.close()
        try:
            login = aiohttp.encode_basic_auth(self.username, self.password)
            headers = {"Authorization": login}
            async with aiohttp.ClientSession(headers=headers) as session:
                await self._answers(session, server)
                yield session
        finally:
            server.terminate()
            await asyncio.to_thread(server.wait)

    async def _answers(
        self, session: aiohttp.ClientSession, server: subprocess.Popen[bytes]
    ) -> None:
        end = time.monotonic() + EVENTUALLY
        while True:
            said = (self.folder / "log").read_text()
            assert server.poll() is None, said
            assert time.monotonic() < end, said
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(f"{self.url}/.web/"):
                    return
            await asyncio.sleep(0.05)


class CalDav(Diary):
    """A calendar on a CalDAV server, read by core's ``caldav``."""

    name = "Server diary"

    def __init__(self, server: Radicale, session: aiohttp.ClientSession) -> None:
        super().__init__()
        self._server = server
        self._session = session
        self._collection = f"{server.url}/{server.username}/diary/"
        self._known: set[str] = set()

    @override
    def answers(self) -> tuple[Mapping[str, Any], ...]:
        server = self._server
        return (
            {"handler": "caldav"},
            {
                "url": server.url,
                "username": server.username,
                "password": server.password,
                "verify_ssl": True,
            },
        )

    @override
    async def connect(self, home: Home) -> None:
        await self._ask(
            "MKCALENDAR",
            "",
            '<?xml version="1.0" encoding="utf-8"?>'
            '<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">'
            "<D:set><D:prop>"
            f"<D:displayname>{self.name}</D:displayname>"
            "<C:supported-calendar-component-set>"
            '<C:comp name="VEVENT"/></C:supported-calendar-component-set>'
            "</D:prop></D:set></C:mkcalendar>",
        )
        await super().connect(home)

    @override
    async def write(self, home: Home, *appointments: Appointment) -> None:
        desired = {one.uid: file_of(one) for one in appointments}
        for uid in self._known - desired.keys():
            await self._ask("DELETE", f"{uid}.ics")
        for uid, text in desired.items():
            await self._ask("PUT", f"{uid}.ics", text)
        self._known = set(desired)
        # Core asks a server every quarter of an hour, or when it is told to.
        await home.act("homeassistant", "update_entity", entity_id=self.entity_id)

    async def _ask(self, method: str, name: str, body: str | None = None) -> None:
        async with self._session.request(
            method, self._collection + name, data=body
        ) as answer:
            assert answer.status < 300, await answer.text()


class Published(Diary):
    """An iCalendar file on a web server, read by core's ``remote_calendar``."""

    name = "Published diary"

    def __init__(self) -> None:
        super().__init__()
        self.url = ""
        self.text = file_of()

    @contextlib.asynccontextmanager
    async def served(self) -> AsyncIterator[None]:
        """Publish it on loopback."""
        application = web.Application()
        application.router.add_get("/diary.ics", self._answer)
        runner = web.AppRunner(application)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port := free_port())
        await site.start()
        self.url = f"http://127.0.0.1:{port}/diary.ics"
        try:
            yield
        finally:
            await runner.cleanup()

    async def _answer(self, _request: web.Request) -> web.Response:
        return web.Response(text=self.text, content_type="text/calendar")

    @override
    def answers(self) -> tuple[Mapping[str, Any], ...]:
        return (
            {"handler": "remote_calendar"},
            {"calendar_name": self.name, "url": self.url, "verify_ssl": True},
        )

    @override
    async def write(self, home: Home, *appointments: Appointment) -> None:
        self.text = file_of(*appointments)
        # Core reads a file once a day, and by hand not twice in ten seconds.
        await home.act("homeassistant", "reload_config_entry", entity_id=self.entity_id)


@contextlib.asynccontextmanager
async def diaries(folder: Path) -> AsyncIterator[dict[str, Diary]]:
    """Keep a calendar of each kind; nothing reads them yet."""
    server, published = Radicale(folder / "radicale"), Published()
    async with server.running() as session, published.served():
        yield {
            "local_calendar": Local(),
            "caldav": CalDav(server, session),
            "remote_calendar": published,
        }
