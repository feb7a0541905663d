"""A Domino server to read, and readers that are closed again."""

from collections.abc import AsyncGenerator, Callable
from typing import Any

from aiohttp import ClientSession, DummyCookieJar
import pytest

from custom_components.xpresence.groupware.domino.login import Auth, Login
from custom_components.xpresence.groupware.domino.source import NotesCalendar
from tests.groupware.exchange.conftest import execute

from .server import DominoServer


@pytest.fixture
async def server() -> AsyncGenerator[DominoServer]:
    """Run a server that has Anna's mail file, empty."""
    server = await DominoServer().start()
    yield server
    await server.stop()


@pytest.fixture
async def calendar() -> AsyncGenerator[Callable[..., NotesCalendar]]:
    """Return what makes a source of a mail file."""
    async with ClientSession(cookie_jar=DummyCookieJar()) as http:

        def make(
            server: DominoServer, mail_file: str = "mail/anna.nsf", **more: Any
        ) -> NotesCalendar:
            login = Login(
                more.pop("url", server.url),
                more.pop("username", "Anna Office"),
                more.pop("password", server.passwords["Anna Office"]),
                more.pop("auth", Auth.BASIC),
                more.pop("authority", ""),
            )
            return NotesCalendar(
                login,
                mail_file,
                **{
                    "http": http,
                    "time_zone": "Europe/Berlin",
                    "execute": execute,
                    "address": "anna@office.example",
                    **more,
                },
            )

        yield make
