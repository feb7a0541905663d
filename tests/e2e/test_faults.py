"""Home Assistant killed at every step of a switch, and a phone system under load."""

import asyncio
from collections.abc import AsyncIterator, Iterator
import contextlib
from dataclasses import dataclass

import aiohttp
import pytest
import pytest_asyncio

from tests.pbx.asterisk import Asterisk, eventually, running
from tests.pbx.sip import flood, phone
from tests.telephony.faultproxy import Fault, FaultProxy, proxy_to

from .conftest import settled
from .home import Failed, Home

pytestmark = [
    pytest.mark.asterisk,
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="module"),
]

PROFILE = "select.anna_profile"
REDIRECT = "sensor.anna_redirect"
CONNECTION = "binary_sensor.127_0_0_1_connection"


@dataclass
class Office:
    """Anna in a Home Assistant, with a proxy between it and the phone system."""

    home: Home
    pbx: Asterisk
    proxy: FaultProxy
    entry: str

    def wishes(self, number: str | None) -> bool:
        """Tell whether the ledger on the disk says that this was asked for."""
        wrote = self.home.ledger(self.entry, "100")["wrote"].get("unconditional")
        return (wrote["number"] if wrote else None) == number

    async def agrees(self, profile: str, value: str | None) -> None:
        """Wait until phone system, ledger and entity all say the same."""
        await self.home.until(PROFILE, profile)
        await settled(self.pbx, "CF", "100", value)
        await self.home.until(REDIRECT, "active" if value else "off")
        ledger = self.home.ledger(self.entry, "100")
        assert bool(ledger["held"]) is bool(value)


@pytest.fixture(scope="module")
def pbx() -> Iterator[Asterisk]:
    """Run an Asterisk."""
    with running() as pbx:
        yield pbx


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(
    pbx: Asterisk, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Office]:
    """Run a Home Assistant behind a proxy."""
    home = Home(tmp_path_factory.mktemp("home") / "config")
    async with proxy_to(pbx.ami_port) as proxy, home:
        entry = await home.add_asterisk(pbx, port=proxy.port)
        await home.add_person(entry, "Anna", "100")
        await home.until(REDIRECT, "off")
        await home.saved(entry, "Anna")
        yield Office(home, pbx, proxy, entry)
    assert home.complaints() == []


@pytest.mark.parametrize(
    ("fault", "arrives"),
    [
        (Fault.BLACK_HOLE, False),
        (Fault.HOLD_REQUESTS, False),
        (Fault.SWALLOW_ANSWERS, True),
        (Fault.NONE, True),
    ],
    ids=["before-the-write", "write-on-its-way", "before-the-answer", "after-it"],
)
async def test_killed_between_ledger_and_read_back_everything_agrees_again(
    office: Office, fault: Fault, arrives: bool
) -> None:
    home, proxy = office.home, office.proxy
    await office.agrees("Available", None)
    proxy.on_write = fault
    choice = asyncio.create_task(home.choose(PROFILE, "Meeting"))
    await eventually(lambda: office.wishes("100"))
    if arrives:
        await settled(office.pbx, "CF", "100", "*100")
    home.kill()
    with contextlib.suppress(Failed, OSError, TypeError, aiohttp.ClientError):
        await choice
    proxy.fault, proxy.on_write = Fault.NONE, None
    await home.start()
    await office.agrees("Meeting", "*100")
    # What was on its way all the time arrives now, and changes nothing.
    proxy.release()
    await office.agrees("Meeting", "*100")
    await home.choose(PROFILE, "Available")
    await office.agrees("Available", None)


async def test_a_choice_is_kept_though_the_phone_system_answers_nothing_before_the_end(
    office: Office,
) -> None:
    home, proxy = office.home, office.proxy
    await office.agrees("Available", None)
    proxy.fault = Fault.BLACK_HOLE
    choice = asyncio.create_task(home.choose(PROFILE, "Meeting"))
    await eventually(lambda: bool(home.record(office.entry, "100")["choice"]), 4)
    home.kill()
    with contextlib.suppress(Failed, OSError, TypeError, aiohttp.ClientError):
        await choice
    proxy.fault = Fault.NONE
    await home.start()
    await office.agrees("Meeting", "*100")
    await home.choose(PROFILE, "Available")
    await office.agrees("Available", None)


async def test_a_write_that_arrives_after_the_next_choice_is_taken_back(
    office: Office,
) -> None:
    home, proxy = office.home, office.proxy
    await office.agrees("Available", None)
    proxy.on_write = Fault.HOLD_REQUESTS
    choice = asyncio.create_task(home.choose(PROFILE, "Meeting"))
    await eventually(lambda: office.wishes("100"))
    home.kill()
    with contextlib.suppress(Failed, OSError, TypeError, aiohttp.ClientError):
        await choice
    proxy.fault = Fault.NONE
    await home.start()
    await office.agrees("Meeting", "*100")
    await home.choose(PROFILE, "Available")
    await office.agrees("Available", None)
    proxy.release()
    await asyncio.sleep(1)
    await office.agrees("Available", None)


async def test_while_calls_pour_in_redirects_follow_and_the_connection_holds(
    office: Office,
) -> None:
    home = office.home
    since = (await home.get(f"/api/states/{CONNECTION}"))["last_changed"]
    async with phone(office.pbx, "104"), flood(office.pbx, "103", "104"):
        for _ in range(40):
            await home.choose(PROFILE, "Meeting")
            await office.agrees("Meeting", "*100")
            await home.choose(PROFILE, "Available")
            await office.agrees("Available", None)
    now = await home.get(f"/api/states/{CONNECTION}")
    assert (now["state"], now["last_changed"]) == ("on", since)


async def test_a_damaged_ledger_leaves_the_phone_system_alone_until_somebody_answers(
    office: Office,
) -> None:
    home = office.home
    await office.agrees("Available", None)
    await home.choose(PROFILE, "Meeting")
    await office.agrees("Meeting", "*100")
    home.kill()
    journal = home.folder / ".storage" / f"xpresence.{office.entry}.journal"
    journal.write_text(journal.read_text().replace('"forward"', '"sideways"'))
    await home.start()
    await home.until(CONNECTION, "on")
    assert set(await home.notices()) == {"journal_damaged", "ledger_lost"}
    await home.choose(PROFILE, "Available")
    await home.until(PROFILE, "Available")
    home.kill()
    await home.start()
    await home.until(CONNECTION, "on")
    await home.until(REDIRECT, "active")
    await settled(office.pbx, "CF", "100", "*100")
    (anna,) = (await home.people(office.entry)).values()
    result = await home.flow(
        "/api/repairs/issues/fix",
        {"handler": "xpresence", "issue_id": f"ledger_lost_{anna}"},
        {"next_step_id": "of_profile"},
        {},
    )
    assert result["type"] == "create_entry", result
    await office.agrees("Available", None)
    assert "ledger_lost" not in await home.notices()
