"""People and phone systems that go: what profiles hold is given back, or it is said."""

import asyncio
from collections.abc import AsyncIterator, Iterator
import re
import time

import pytest
import pytest_asyncio

from tests.pbx.asterisk import EVENTUALLY, Asterisk, eventually, running
from tests.pbx.sip import lands, phone

from .conftest import settled
from .home import Home

pytestmark = [
    pytest.mark.asterisk,
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="module"),
]

PROFILE = "select.anna_profile"
CONNECTION = "binary_sensor.127_0_0_1_connection"
FOLLOW_ME = "100/followme/ddial"


@pytest.fixture(scope="module")
def pbx() -> Iterator[Asterisk]:
    """Run an Asterisk."""
    with running() as pbx:
        yield pbx


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def empty(
    pbx: Asterisk, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Home]:
    """Run a Home Assistant without a phone system."""
    home = Home(tmp_path_factory.mktemp("home") / "config")
    async with home:
        yield home
    assert home.complaints() == []


@pytest_asyncio.fixture(loop_scope="module")
async def home(empty: Home, pbx: Asterisk) -> Home:
    """Add a phone system: Anna on vacation, over a follow-me to her mobile."""
    empty.entry = await empty.add_asterisk(pbx)
    await empty.add_person(empty.entry, "Anna", "100", devices=["Mobile: 01715550100"])
    await empty.choose("select.anna_follow_me", "Mobile")
    await settled(pbx, "AMPUSER", FOLLOW_ME, "DIRECT")
    await empty.choose(PROFILE, "Vacation")
    await settled(pbx, "CF", "100", "*100")
    await settled(pbx, "AMPUSER", FOLLOW_ME, "EXTENSION")
    return empty


async def is_as_it_was(pbx: Asterisk) -> None:
    """See that the telephone is as it was before the vacation."""
    await settled(pbx, "CF", "100", None)
    await settled(pbx, "AMPUSER", FOLLOW_ME, "DIRECT")


async def release_failed(home: Home) -> None:
    """Wait until a notice says that a redirect was left behind."""
    end = time.monotonic() + EVENTUALLY
    while "release_failed" not in await home.notices():
        assert time.monotonic() < end, await home.notices()
        await asyncio.sleep(0.05)


async def test_a_person_who_goes_gets_their_own_setting_back(
    home: Home, pbx: Asterisk
) -> None:
    await home.remove_person(home.entry, "Anna")
    await is_as_it_was(pbx)
    assert "release_failed" not in await home.notices()
    await home.remove_entry(home.entry)


async def test_a_phone_system_that_goes_gets_everybodys_own_setting_back(
    home: Home, pbx: Asterisk
) -> None:
    await home.remove_entry(home.entry)
    await is_as_it_was(pbx)
    assert "release_failed" not in await home.notices()


def lamps(pbx: Asterisk) -> dict[str, str]:
    """Return the custom device states of Anna's extension."""
    return dict(
        re.findall(r"'Custom:(\w*100)'\s+State: '(\w+)'", pbx.cli("devstate list"))
    )


@pytest.mark.parametrize("whole", [False, True], ids=["a-person", "a-phone-system"])
async def test_nothing_is_left_on_the_telephones_of_who_goes(
    home: Home, pbx: Asterisk, whole: bool
) -> None:
    await home.add_profile(
        home.entry, "Silence", {"kind": "voicemail"}, do_not_disturb=True
    )
    await home.choose(PROFILE, "Silence")
    await settled(pbx, "DND", "100", "YES")
    number = ("xpresence", f"{home.entry}/100")
    assert await asyncio.to_thread(pbx.database, *number)
    await eventually(
        lambda: (pbx.database("CustomPresence", "100") or "").startswith("dnd")
    )
    assert lamps(pbx)["DND100"] == "BUSY"
    async with phone(pbx, "100"), phone(pbx, "109"):
        assert await lands(pbx, "102", "100") == "voicemail 100"
        if not whole:
            await home.remove_person(home.entry, "Anna")
        else:
            await home.remove_entry(home.entry)
        await is_as_it_was(pbx)
        await settled(pbx, "DND", "100", None)
        await settled(pbx, *number, None)
        await eventually(
            lambda: (pbx.database("CustomPresence", "100") or "not_set") == "not_set"
        )
        shown = await asyncio.to_thread(lamps, pbx)
        assert shown["DND100"] == "UNAVAILABLE"
        assert shown["CF100"] == "NOT_INUSE"
        assert shown["FOLLOWME100"] == "BUSY"
        assert shown["PRESENCE100"] == "NOT_INUSE"
        # As before xpresence: to her mobile, by her own follow-me.
        assert await lands(pbx, "102", "100") == "109"
    if not whole:
        await home.remove_entry(home.entry)
    assert not list((home.folder / ".storage").glob("xpresence.*.journal"))
    assert "release_failed" not in await home.notices()


async def test_a_phone_system_that_goes_just_after_a_profile_ended_unheard_does_too(
    home: Home, pbx: Asterisk
) -> None:
    pbx.freeze()
    choice = asyncio.create_task(home.choose(PROFILE, "Available"))
    await home.until(PROFILE, "Available")
    removal = asyncio.create_task(home.remove_entry(home.entry))
    await asyncio.sleep(0.5)
    pbx.thaw()
    await asyncio.gather(choice, removal, return_exceptions=True)
    await is_as_it_was(pbx)


@pytest.mark.parametrize("whole", [False, True], ids=["a-person", "a-phone-system"])
async def test_what_cannot_be_given_back_is_told_by_name_extension_and_phone_system(
    home: Home, pbx: Asterisk, whole: bool
) -> None:
    await eventually(lambda: pbx.on_disk("CF", "100") == "*100")
    pbx.kill()
    await home.until(CONNECTION, "off")
    if whole:
        await home.remove_entry(home.entry)
    else:
        await home.remove_person(home.entry, "Anna")
    await release_failed(home)
    assert await home.notice("release_failed") == {
        "person": "Anna",
        "extension": "100",
        "title": "127.0.0.1",
    }
    pbx.launch()
    if not whole:
        await home.remove_entry(home.entry)
    assert await asyncio.to_thread(pbx.database, "CF", "100") == "*100"
    async with home.connection() as socket:
        for issue in (await socket.ask("repairs/list_issues"))["issues"]:
            if issue["translation_key"] == "release_failed":
                await socket.ask(
                    "repairs/ignore_issue",
                    domain="xpresence",
                    issue_id=issue["issue_id"],
                    ignore=True,
                )
    await asyncio.to_thread(pbx.forget)
