"""An Exchange Server and a Domino server beside Home Assistant."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.conftest import set_up
from tests.groupware.domino.server import DominoServer
from tests.groupware.exchange.server import ExchangeServer
from tests.office import ANNA, BOB, MEETING, OFFICE, person

MAIL = {ANNA: "anna@office.example", BOB: "bob@office.example"}
FILE = {ANNA: "mail/anna.nsf", BOB: "mail/bob.nsf"}
RULES = {"default_profile": MEETING}


@pytest.fixture
async def exchange(
    hass: HomeAssistant, socket_enabled: None, tmp_path: Path
) -> AsyncGenerator[ExchangeServer]:
    """Run a server with Anna's and Bob's mailboxes; "service" may read both."""
    folder = tmp_path / "exchange"
    folder.mkdir()
    server = ExchangeServer(folder)
    for mailbox in MAIL.values():
        server.add(mailbox)
    server.rights["service"] = set(MAIL.values())
    server.passwords["bob"] = "bob's"
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def domino(
    hass: HomeAssistant, socket_enabled: None
) -> AsyncGenerator[DominoServer]:
    """Run a server with Anna's and Bob's mail files; "Service" may read both."""
    server = DominoServer()
    for file in FILE.values():
        server.mail_files[file] = []
    server.passwords["Service"] = "service's own"
    server.readers["Service"] = set(FILE.values())
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def hung_up_on(hass: HomeAssistant) -> AsyncGenerator[None]:
    """Let clients hang up on the servers, which share the loop with Home Assistant.

    A client that does not trust a certificate does so, and only the server fails then.
    """
    loop = asyncio.get_running_loop()
    before = loop.get_exception_handler()
    assert before is not None

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if "incoming connection" not in context["message"]:
            before(loop, context)

    loop.set_exception_handler(handle)
    yield
    loop.set_exception_handler(before)


def exchange_login(server: ExchangeServer, **more: Any) -> dict[str, Any]:
    """Return Anna's login, as somebody fills it in."""
    return {
        "url": server.url,
        "username": "anna",
        "password": "Grün€ 7",
        "auth": "ntlm",
        "mailbox": MAIL[ANNA],
        **more,
    }


def exchange_account(server: ExchangeServer, **more: Any) -> dict[str, Any]:
    """Return the office's login."""
    service = {"username": "service", "password": "service's own"}
    return exchange_login(server, **service, access="delegate", **more)


def domino_login(server: DominoServer, **more: Any) -> dict[str, Any]:
    """Return Anna's login, as somebody fills it in."""
    return {
        "url": server.url,
        "username": "Anna Office",
        "password": "Grün€ 7",
        "auth": "basic",
        "mail_file": FILE[ANNA],
        **more,
    }


def domino_account(server: DominoServer, **more: Any) -> dict[str, Any]:
    """Return the office's login."""
    service = {"username": "Service", "password": "service's own"}
    return domino_login(server, **service, **more)


def calendar(kind: str, settings: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a calendar as it is stored."""
    return {
        "id": f"01CALENDAR{kind.upper()}",
        "kind": kind,
        "name": "Work",
        "settings": settings,
        "rules": RULES,
        **more,
    }


async def office_with(
    hass: HomeAssistant,
    anna: list[dict[str, Any]],
    bob: list[dict[str, Any]] | None = None,
    **accounts: dict[str, Any],
) -> MockConfigEntry:
    """Set up Anna and Bob with these calendars, and the office with these logins."""
    people = [
        person(ANNA, "Anna", "100", calendars=anna),
        person(BOB, "Bob", "101", calendars=bob or []),
    ]
    data = {"driver": "actions"} | ({"accounts": accounts} if accounts else {})
    return await set_up(hass, data=data, subentries_data=[*OFFICE[:-2], *people])


async def settle(hass: HomeAssistant) -> None:
    """Wait until everything that was begun is done."""
    await hass.async_block_till_done(wait_background_tasks=True)


def shown(hass: HomeAssistant, who: str = "anna") -> str:
    """Return the profile that holds for somebody."""
    state = hass.states.get(f"select.{who}_profile")
    assert state is not None
    return state.state
