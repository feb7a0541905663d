"""A real CalDAV server, a published file, and readers that are closed again."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, DummyCookieJar, encode_basic_auth, web
import pytest

from custom_components.xpresence.groupware.dav.collection import CalDavCalendar
from custom_components.xpresence.groupware.dav.file import CalendarFile
from custom_components.xpresence.groupware.dav.login import Login
from tests.e2e.diaries import Radicale
from tests.groupware.exchange.conftest import execute
from tests.groupware.faults import FAULTS, Fault

MAKE = """<?xml version="1.0"?><c:mkcalendar xmlns:d="DAV:"
 xmlns:c="urn:ietf:params:xml:ns:caldav"><d:set><d:prop>
 <d:displayname>{name}</d:displayname></d:prop></d:set></c:mkcalendar>"""


class Server:
    """Radicale with Anna's calendars."""

    def __init__(self, radicale: Radicale, session: ClientSession) -> None:
        self._radicale = radicale
        self._session = session
        self.url = radicale.url
        self.password = radicale.password

    async def make(self, name: str) -> str:
        """Make a calendar; return its address."""
        url = f"{self.url}/anna/{name.casefold()}/"
        await self._ask("MKCALENDAR", url, data=MAKE.format(name=name))
        return url

    async def put(self, calendar: str, uid: str, *lines: str, start: str) -> None:
        """Put an event into a calendar, as its owner's program does."""
        body = "\r\n".join((f"UID:{uid}", "DTSTAMP:20261101T000000Z", start, *lines))
        text = (
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//EN\r\nBEGIN:VEVENT\r\n"
            f"{body}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )
        headers = {"Content-Type": "text/calendar"}
        await self._ask("PUT", f"{calendar}{uid}.ics", data=text, headers=headers)

    async def delete(self, url: str) -> None:
        """Delete a calendar or an event."""
        await self._ask("DELETE", url)

    async def _ask(self, method: str, url: str, **more: Any) -> None:
        async with self._session.request(method, url, **more) as answer:
            assert answer.status < 300, await answer.text()


@pytest.fixture(scope="session")
def radicale_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dav")


@pytest.fixture
async def server(tmp_path: Path) -> AsyncGenerator[Server]:
    radicale = Radicale(tmp_path / "radicale")
    async with radicale.running() as session:
        yield Server(radicale, session)


class Published:
    """A file on a web server, and what was asked of it."""

    def __init__(self) -> None:
        self.text = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
        self.login: tuple[str, str] | None = None
        self.tells_version = True
        self.statuses: list[int] = []
        self.fault = ""
        self.faults: dict[str, Fault] = dict(FAULTS)
        self.redirects: dict[str, str] = {}
        self.asked: list[tuple[str, str | None]] = []
        self.url = ""
        self._over = asyncio.Event()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        given = request.headers.get("Authorization")
        self.asked.append((request.path, given))
        if to := self.redirects.get(request.path):
            return web.Response(status=302, headers={"Location": to})
        if self.fault:
            return await self.faults[self.fault](request, self._over)
        if self.login and given != encode_basic_auth(*self.login):
            headers = {"WWW-Authenticate": 'Basic realm="x"'}
            return web.Response(status=401, headers=headers)
        version = f'"{hash(self.text)}"'
        if request.headers.get("If-None-Match") == version and self.tells_version:
            self.statuses.append(304)
            return web.Response(status=304)
        self.statuses.append(200)
        headers = {"ETag": version} if self.tells_version else {}
        return web.Response(
            text=self.text, content_type="text/calendar", headers=headers
        )

    async def start(self) -> web.AppRunner:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.answer)
        runner = web.AppRunner(app, handler_cancellation=True)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return runner

    def over(self) -> None:
        self._over.set()


@pytest.fixture
async def published() -> AsyncGenerator[Published]:
    file = Published()
    runner = await file.start()
    yield file
    file.over()
    await runner.cleanup()


@pytest.fixture
async def elsewhere() -> AsyncGenerator[Published]:
    """Run another server."""
    file = Published()
    runner = await file.start()
    yield file
    file.over()
    await runner.cleanup()


@pytest.fixture
async def make() -> AsyncGenerator[Callable[..., Any]]:
    """Return what makes a source of an address: ``CalendarFile`` or a CalDAV one."""
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(
            ClientSession(cookie_jar=DummyCookieJar())
        )

        def make(
            url: str, *login: str, calendar: str | None = None, **more: Any
        ) -> CalendarFile | CalDavCalendar:
            flags = {
                name: more.pop(name)
                for name in ("public_only", "same_server")
                if name in more
            }
            parts = {
                "http": http,
                "time_zone": "Europe/Berlin",
                "execute": execute,
                "anew": True,
                **more,
            }
            source: CalendarFile | CalDavCalendar
            if calendar is None:
                source = CalendarFile(Login(url, *login, **flags), **parts)
            else:
                source = CalDavCalendar(Login(url, *login, **flags), calendar, **parts)
            stack.push_async_callback(source.close)
            return source

        yield make
