"""Two Home Assistants at one phone system: strangers to each other, or a copy."""

import asyncio
from collections.abc import AsyncIterator
import contextlib
import shutil

import pytest
import pytest_asyncio

from tests.pbx.asterisk import Asterisk
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
CONNECTION = "binary_sensor.127_0_0_1_connection"
MEMORY_OLD = "redirect_failing_memory_old"


async def furnish(home: Home, pbx: Asterisk) -> None:
    """Add the phone system with Anna on 100, whose Training goes to 101."""
    home.entry = await home.add_asterisk(pbx)
    await home.add_person(home.entry, "Anna", "100")
    await home.add_profile(home.entry, "Training", {"kind": "number", "number": "101"})
    await home.until(REDIRECT, "off")
    await home.saved(home.entry, "Training")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def first(
    pbx: Asterisk, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Home]:
    """Run the one that was there first."""
    async with Home(tmp_path_factory.mktemp("first") / "config") as home:
        await furnish(home, pbx)
        yield home
    assert home.complaints() == []


@contextlib.asynccontextmanager
async def copy_of(home: Home, folder: str) -> AsyncIterator[Home]:
    """Run a copy of a Home Assistant as it is on the disk, as from a backup."""
    copy = Home(home.folder.with_name(folder), token=home.token)
    shutil.copytree(home.folder, copy.folder, symlinks=True)
    (copy.folder / "console.log").unlink()
    copy.entry = home.entry
    copy.prepare()
    try:
        await copy.start()
        yield copy
    finally:
        await copy.stop()
    assert copy.complaints() == []


async def test_what_another_home_assistant_sets_counts_as_dialled(
    first: Home, pbx: Asterisk, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with (
        Home(tmp_path_factory.mktemp("second") / "config") as second,
        phone(pbx, "100"),
        phone(pbx, "101"),
    ):
        await furnish(second, pbx)
        await first.choose(PROFILE, "Meeting")
        await settled(pbx, "CF", "100", "*100")
        await second.until(REDIRECT, "active")
        assert await second.state(PROFILE) == "Available"

        await second.choose(PROFILE, "Training")
        await settled(pbx, "CF", "100", "101")
        assert await lands(pbx, "102", "100") == "101"
        await first.until(REDIRECT, "active")
        await eventually_target(first, "101")

        # Each has a number of its own; neither takes the other's for an older one.
        for home in (first, second):
            assert pbx.database("xpresence", f"{home.entry}/100")
            assert MEMORY_OLD not in await home.notices()
            assert "phone_system_forgot" not in await home.notices()

        # What was there before it is put back, and the first ends that.
        await second.choose(PROFILE, "Available")
        await settled(pbx, "CF", "100", "*100")
        assert await lands(pbx, "102", "100") == "voicemail 100"
        await first.act("xpresence", "set_redirect", entity_id=PROFILE, mode="off")
        await settled(pbx, "CF", "100", None)
        await first.choose(PROFILE, "Available")
        assert await lands(pbx, "102", "100") == "100"
        await second.until(REDIRECT, "off")
        assert second.complaints() == []


async def test_a_copy_whose_memory_is_old_changes_nothing_until_it_is_told(
    first: Home, pbx: Asterisk
) -> None:
    await first.choose(PROFILE, "Meeting")
    await settled(pbx, "CF", "100", "*100")
    await first.choose(PROFILE, "Available")
    await settled(pbx, "CF", "100", None)
    async with (
        copy_of(first, "copy") as copy,
        phone(pbx, "100"),
        phone(pbx, "101"),
    ):
        await copy.until(CONNECTION, "on")
        await copy.until(REDIRECT, "off")
        # The original goes on; the copy hears of numbers that it does not know.
        await first.choose(PROFILE, "Training")
        await settled(pbx, "CF", "100", "101")
        with pytest.raises(Failed, match="calls go where they went before"):
            await copy.choose(PROFILE, "Meeting")
        assert pbx.database("CF", "100") == "101"
        assert await lands(pbx, "102", "100") == "101"
        await eventually_notice(copy)
        assert MEMORY_OLD not in await first.notices()
    await first.choose(PROFILE, "Available")
    await settled(pbx, "CF", "100", None)


async def eventually_target(home: Home, number: str) -> None:
    """Wait until a Home Assistant shows where calls go."""
    for _ in range(600):
        if (await home.attributes(REDIRECT)).get("target") == number:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(await home.attributes(REDIRECT))


async def eventually_notice(home: Home) -> None:
    """Wait until it asks who is right."""
    for _ in range(600):
        if MEMORY_OLD in await home.notices():
            return
        await asyncio.sleep(0.1)
    raise AssertionError(await home.notices())
