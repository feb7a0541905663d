"""Teams and a real desk phone, in a real Home Assistant, with a Graph of our own.

Nothing real of Microsoft's runs here: the fake keeps to Microsoft's contracts, and
every breach of them, by either side, fails the test.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
import contextlib
import time
from typing import Any

import pytest
import pytest_asyncio

from tests.groupware.microsoft.login import ANNA, CLIENT_ID, TENANT
from tests.groupware.microsoft.server import Microsoft, elsewhere
from tests.groupware.microsoft.world import TeamsWorld
from tests.pbx.asterisk import Asterisk, eventually
from tests.pbx.sip import dial, phone

from .conftest import settled
from .home import Home

pytestmark = [
    pytest.mark.asterisk,
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="module"),
]

CALM = ("Available", "Available")
PAGE = {
    "read": True,
    "counts": ["call", "conference", "meeting", "presenting"],
    "calls": True,
    "status": True,
    "message": True,
    "mapping": {
        "available": "no_change",
        "away": "away",
        "be_right_back": "be_right_back",
        "busy": "no_change",
        "do_not_disturb": "do_not_disturb",
        "offline": "offline",
    },
    "reads_all": False,
}
PATIENCE = 240.0
"""Seconds; at rest Teams is read every half minute, and left after three readings."""


@pytest.fixture(scope="module")
def microsoft(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Microsoft]:
    with elsewhere(tmp_path_factory.mktemp("microsoft")) as microsoft:
        yield microsoft
        assert microsoft.broken == []


@pytest.fixture(scope="module")
def world(microsoft: Microsoft) -> TeamsWorld:
    world = microsoft.graph.people[ANNA].world
    world.client(microsoft.graph.clock(), *CALM)
    return world


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(
    pbx: Asterisk,
    microsoft: Microsoft,
    world: TeamsWorld,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Home]:
    """Run a Home Assistant in which Anna is signed in, by its own pages."""
    folder = tmp_path_factory.mktemp("teams") / "config"
    home = Home(folder, environment=microsoft.environment)
    async with home:
        entry = await home.add_asterisk(pbx)
        await home.add_person(entry, "Anna", "100")
        await home.add_profile(entry, "Teams call", {"kind": "voicemail"})
        await set_options(home, entry)
        await home.until("sensor.anna_redirect", "off")
        anna = (await home.people(entry))["Anna"]
        profiles = await home.profiles(entry)
        await home.change(
            entry,
            "person",
            anna,
            {"next_step_id": "teams"},
            PAGE | {"call_teams": profiles["Teams call"]},
        )
        await sign_in(home, microsoft, entry, anna)
        await home.until("sensor.anna_teams", "available")
        yield home
    assert home.complaints() == []


async def set_options(home: Home, entry: str) -> None:
    """Let Teams be read as often as an office may have it."""
    result = await home.flow(
        "/api/config/config_entries/options/flow",
        {"handler": entry},
        {"next_step_id": "teams"},
        {"read": True, "write": True, "seconds": 30},
    )
    assert result["type"] == "create_entry", result


async def sign_in(home: Home, microsoft: Microsoft, entry: str, person: str) -> None:
    """Sign Anna in by a code, on the page of her account."""
    path = "/api/config/config_entries/subentries/flow"
    result: dict[str, Any] = await home.flow(
        path,
        {"handler": [entry, "person"], "subentry_id": person},
        {"next_step_id": "microsoft"},
        {
            "way": "code",
            "use_calendar": False,
            "shared_calendars": False,
            "remember": True,
            "client_id": CLIENT_ID,
            "tenant": TENANT,
            "cloud": "test",
        },
    )
    assert result["type"] == "progress", result
    microsoft.login.enter(result["description_placeholders"]["code"], ANNA)
    address = f"{path}/{result['flow_id']}"
    while result["type"] == "progress":
        await asyncio.sleep(0.2)
        result = await home.get(address)
    assert result["step_id"] == "microsoft_whose", result
    result = await home.post(address, {"next_step_id": "microsoft_keep"})
    assert result["reason"] == "microsoft_signed_in", result


async def becomes(home: Home, entity: str, state: str) -> None:
    end = time.monotonic() + PATIENCE
    while (seen := await home.state(entity)) != state:
        assert time.monotonic() < end, f"{entity} is {seen}"
        await asyncio.sleep(0.2)


async def test_a_call_on_the_desk_phone_shows_in_teams_and_disappears(
    home: Home, pbx: Asterisk, microsoft: Microsoft, world: TeamsWorld
) -> None:
    def shown() -> tuple[str, str]:
        return world.shown(microsoft.graph.clock())

    assert shown() == CALM
    async with phone(pbx, "100"):
        call = asyncio.create_task(dial(pbx, "102", "100", hold=600))
        try:
            await eventually(lambda: shown() == ("Busy", "InACall"))
            assert await home.state("sensor.anna_telephone") == "in_call"
            for channel, *_ in await asyncio.to_thread(pbx.talking):
                await asyncio.to_thread(pbx.cli, f"channel request hangup {channel}")
            await eventually(lambda: shown() == CALM)
        finally:
            call.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await call
    assert await home.state("select.anna_profile") == "Available"


async def test_a_teams_call_redirects_the_phone_in_the_phone_system(
    home: Home, pbx: Asterisk, microsoft: Microsoft, world: TeamsWorld
) -> None:
    world.client(microsoft.graph.clock(), "Busy", "InAConferenceCall")
    await becomes(home, "select.anna_profile", "Teams call")
    await settled(pbx, "CF", "100", "*100")
    await home.until("sensor.anna_redirect", "active")
    home.kill()
    await home.start()
    await home.until("select.anna_profile", "Teams call")
    assert pbx.database("CF", "100") == "*100"
    world.client(microsoft.graph.clock(), *CALM)
    await becomes(home, "select.anna_profile", "Available")
    await settled(pbx, "CF", "100", None)


async def test_do_not_disturb_shows_in_teams_until_it_is_over(
    home: Home, microsoft: Microsoft, world: TeamsWorld
) -> None:
    def shown() -> tuple[str, str]:
        return world.shown(microsoft.graph.clock())

    await home.choose("select.anna_profile", "Do not disturb")
    await eventually(lambda: shown() == ("DoNotDisturb", "DoNotDisturb"))
    await home.act("xpresence", "resume_automatic", entity_id="select.anna_profile")
    await eventually(lambda: shown() == CALM)
