"""Appointments on an Exchange Server and on a Domino server move real calls."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.groupware.domino.server import DominoServer, event
from tests.groupware.exchange.mailbox import Item
from tests.groupware.exchange.server import ExchangeServer
from tests.pbx.asterisk import Asterisk
from tests.pbx.sip import lands, phone

from .conftest import settled
from .home import Home

pytestmark = [
    pytest.mark.asterisk,
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="module"),
]

PROFILE = "select.anna_profile"
REDIRECT = "sensor.anna_redirect"
MAILBOX = "anna@office.example"
MAIL_FILE = "mail/anna.nsf"
SHOW_AS = {
    "free": "ignore",
    "tentative": "default",
    "busy": "default",
    "out_of_office": "default",
    "working_elsewhere": "ignore",
}


@pytest_asyncio.fixture(loop_scope="module")
async def exchange(tmp_path: Path) -> AsyncIterator[ExchangeServer]:
    """Run an Exchange Server."""
    server = ExchangeServer(tmp_path)
    server.add(MAILBOX)
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def domino() -> AsyncIterator[DominoServer]:
    """Run a Domino server."""
    server = await DominoServer().start()
    yield server
    await server.stop()


async def add_calendar(
    home: Home, kind: str, login: dict[str, Any], default_profile: str
) -> None:
    """Add a calendar to Anna, as an administrator does on her pages."""
    (entry,) = await home.get("/api/config/config_entries/entry?domain=xpresence")
    people = await home.people(entry["entry_id"])
    profiles = await home.profiles(entry["entry_id"])
    await home.change(
        entry["entry_id"],
        "person",
        people["Anna"],
        {"next_step_id": "calendars"},
        {"next_step_id": "add_calendar"},
        {"next_step_id": f"calendar_{kind}"},
        login,
        {
            "name": kind.title(),
            "default_profile": profiles[default_profile],
            "categories_only": False,
            "invitations": "always",
            "show_as": SHOW_AS,
        },
    )


async def test_the_inner_appointment_holds_and_then_the_outer_one_again(
    home: Home, pbx: Asterisk, exchange: ExchangeServer, domino: DominoServer
) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    hour = timedelta(hours=1)
    # A training in Notes, and inside it a meeting in Exchange that began later.
    training = event(1, now - 2 * hour, now + 2 * hour, categories="Red;@Training")
    domino.mail_files[MAIL_FILE].append(training)
    exchange.add(MAILBOX, Item("Budget", now - hour, now + hour))
    async with phone(pbx, "100"), phone(pbx, "101"):
        await add_calendar(
            home,
            "notes",
            {
                "url": domino.url,
                "username": "Anna Office",
                "password": domino.passwords["Anna Office"],
                "auth": "basic",
                "mail_file": MAIL_FILE,
                "responses": False,
            },
            "Meeting",
        )
        await settled(pbx, "CF", "100", "101")
        await add_calendar(
            home,
            "exchange",
            {
                "url": exchange.url,
                "username": "anna",
                "password": exchange.passwords["anna"],
                "auth": "ntlm",
                "mailbox": MAILBOX,
            },
            "Meeting",
        )
        await home.until(PROFILE, "Meeting")
        await settled(pbx, "CF", "100", "*100")
        assert (await home.attributes(REDIRECT))["target"] == "Voicemail"
        assert await lands(pbx, "102", "100") == "voicemail 100"
        # The meeting is cut short; it ends by itself, and nothing is read any more.
        (meeting,) = exchange.mailboxes[MAILBOX]
        soon = datetime.now(UTC) + timedelta(seconds=2)
        exchange.mailboxes[MAILBOX] = [replace(meeting, end=soon)]
        await home.act("xpresence", "sync_calendars", entity_id=PROFILE)
        await home.until(PROFILE, "Training")
        await settled(pbx, "CF", "100", "101")
        assert (await home.attributes(REDIRECT))["target"] == "Bob"
        assert await lands(pbx, "102", "100") == "101"
        # Both servers go away: what they said last still holds, over a restart too.
        await exchange.stop()
        await domino.stop()
        home.kill()
        await home.start()
        await home.until(PROFILE, "Training")
        assert pbx.database("CF", "100") == "101"
    for secret in (exchange.passwords["anna"], MAILBOX, "Anna Office", "Budget"):
        assert secret not in home.log()
