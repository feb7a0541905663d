"""An Exchange Server to read, and readers that are closed again."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from custom_components.xpresence.groupware.exchange.login import Auth, Login
from custom_components.xpresence.groupware.exchange.source import ExchangeCalendar
from custom_components.xpresence.groupware.network.threads import Threads

from .server import ExchangeServer

ANNA = "anna@office.example"
BERLIN = "Europe/Berlin"


def execute[T](
    job: Callable[[], T], /, *, give_up: Callable[[], None] | None = None
) -> Awaitable[T]:
    """Run what blocks in a thread, as the integration does."""
    return Threads().run(job, give_up=give_up)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncGenerator[ExchangeServer]:
    """Run a server that has Anna's mailbox, empty."""
    server = ExchangeServer(tmp_path)
    server.add(ANNA)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def calendar() -> AsyncGenerator[Callable[..., ExchangeCalendar]]:
    """Return what makes a source of a mailbox."""
    made: list[ExchangeCalendar] = []

    def make(
        server: ExchangeServer, mailbox: str = ANNA, **more: Any
    ) -> ExchangeCalendar:
        login = Login(
            more.pop("url", server.url),
            more.pop("username", "anna"),
            more.pop("password", server.passwords["anna"]),
            more.pop("auth", Auth.BASIC),
            more.pop("authority", ""),
        )
        settings = {"time_zone": BERLIN, "execute": execute, **more}
        made.append(ExchangeCalendar(login, mailbox, **settings))
        return made[-1]

    yield make
    for source in made:
        await source.close()
