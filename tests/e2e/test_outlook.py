"""Outlook moves real calls: signed in by a code, read from Graph, set in the PBX."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
import time

import pytest
import pytest_asyncio

from tests.groupware.microsoft.graph import event
from tests.groupware.microsoft.login import ANNA, CLIENT_ID, TENANT
from tests.groupware.microsoft.server import Microsoft, elsewhere
from tests.pbx.asterisk import EVENTUALLY, Asterisk, eventually
from tests.pbx.sip import lands, phone

from .conftest import settled
from .home import Failed, Home

pytestmark = [
    pytest.mark.asterisk,
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="module"),
]

PROFILE = "select.anna_profile"
REDIRECT = "sensor.anna_redirect"
SIGN_IN = "sensor.anna_microsoft_sign_in"


@pytest.fixture(scope="module")
def microsoft(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Microsoft]:
    """Run a Microsoft; every breach of a contract fails the tests."""
    with elsewhere(tmp_path_factory.mktemp("microsoft")) as microsoft:
        yield microsoft
        assert microsoft.broken == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(
    pbx: Asterisk, microsoft: Microsoft, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Home]:
    """Run a Home Assistant that knows that Microsoft, in which Anna signs in."""
    folder = tmp_path_factory.mktemp("home") / "config"
    async with Home(folder, environment=microsoft.environment) as home:
        entry = await home.add_asterisk(pbx)
        await home.add_person(entry, "Anna", "100")
        await home.add_person(entry, "Bob", "101")
        people = await home.people(entry)
        to_bob = {"kind": "person", "person": people["Bob"]}
        await home.add_profile(entry, "Training", to_bob)
        profiles = await home.profiles(entry)
        await sign_in(home, microsoft, entry, people["Anna"], profiles["Training"])
        await home.until(SIGN_IN, "signed_in")
        await home.until(REDIRECT, "off")
        # Home Assistant takes its time to store settings; a kill may come at once.
        stored = folder / ".storage" / "core.config_entries"
        await eventually(lambda: '"outlook"' in stored.read_text())
        yield home
    # Home Assistant itself notes that somebody was told what cannot be read.
    told = [one for one in home.complaints() if "websocket_api" not in one]
    assert told == []


async def sign_in(
    home: Home, microsoft: Microsoft, entry: str, person: str, training: str
) -> None:
    """Sign Anna in by a code on her settings page, and go on to her calendar."""
    path = "/api/config/config_entries/subentries/flow"
    page = await home.flow(
        path,
        {"handler": [entry, "person"], "subentry_id": person},
        {"next_step_id": "microsoft"},
        {
            "way": "code",
            "use_calendar": True,
            "shared_calendars": False,
            "remember": True,
            "client_id": CLIENT_ID,
            "tenant": TENANT,
            "cloud": "test",
        },
    )
    assert page["type"] == "progress", page
    microsoft.login.enter(page["description_placeholders"]["code"], ANNA)
    address = f"{path}/{page['flow_id']}"
    end = time.monotonic() + EVENTUALLY
    while page["type"] == "progress":
        assert time.monotonic() < end, "the page does not go on"
        page = await home.get(address)
    assert page["step_id"] == "microsoft_whose", page
    for said in (
        {"next_step_id": "microsoft_keep"},
        {"next_step_id": "calendar_outlook"},
        {"calendar": "main"},
        {
            "name": "Outlook",
            "default_profile": training,
            "categories_only": False,
            "invitations": "always",
            "show_as": {
                "free": "ignore",
                "tentative": "default",
                "busy": "default",
                "out_of_office": "default",
                "working_elsewhere": "ignore",
            },
        },
    ):
        page = await home.post(address, said)
    assert page["reason"] == "reconfigure_successful", page


async def read(home: Home) -> None:
    await home.act("xpresence", "sync_calendars", entity_id=PROFILE)


async def test_an_appointment_in_outlook_sends_the_calls_to_a_colleague(
    home: Home, pbx: Asterisk, microsoft: Microsoft
) -> None:
    now = datetime.now(UTC)
    there = microsoft.graph.people[ANNA]
    there.events[""] = [
        event("a", now - timedelta(hours=1), now + timedelta(hours=1), "Budget")
    ]
    await read(home)
    await home.until(PROFILE, "Training")
    await settled(pbx, "CF", "100", "101")
    async with phone(pbx, "101"):
        assert await lands(pbx, "102", "100") == "101"
    there.events.clear()
    await read(home)
    await home.until(PROFILE, "Available")
    await settled(pbx, "CF", "100", None)


async def test_a_remembered_sign_in_reads_again_after_a_restart(
    home: Home, pbx: Asterisk, microsoft: Microsoft
) -> None:
    home.kill()
    now = datetime.now(UTC)
    microsoft.graph.people[ANNA].events[""] = [
        event("b", now - timedelta(hours=1), now + timedelta(hours=1), "Budget")
    ]
    await home.start()
    await home.until(SIGN_IN, "signed_in")
    await home.until(PROFILE, "Training")
    await settled(pbx, "CF", "100", "101")
    microsoft.graph.people[ANNA].events.clear()
    await read(home)
    await settled(pbx, "CF", "100", None)


async def test_a_withdrawn_sign_in_is_said_and_what_was_read_holds(
    home: Home, pbx: Asterisk, microsoft: Microsoft
) -> None:
    microsoft.login.revoke()
    with pytest.raises(Failed, match="Outlook"):
        await read(home)
    await home.until(SIGN_IN, "sign_in_needed")
    assert await home.state(PROFILE) == "Available"
    async with home.connection() as socket:
        issues = (await socket.ask("repairs/list_issues"))["issues"]
    (notice,) = [i for i in issues if i["translation_key"] == "microsoft_sign_in"]
    assert notice["translation_placeholders"]["person"] == "Anna"
    async with home.connection() as socket:
        answer = await socket.ask(
            "call_service",
            domain="xpresence",
            service="sign_in_microsoft",
            service_data={"entity_id": PROFILE},
            return_response=True,
        )
    microsoft.login.enter(answer["response"]["code"], ANNA)
    await home.until(SIGN_IN, "signed_in")
    async with home.connection() as socket:
        issues = (await socket.ask("repairs/list_issues"))["issues"]
    assert not [i for i in issues if i["translation_key"] == "microsoft_sign_in"]
