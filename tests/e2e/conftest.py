"""One Asterisk and one Home Assistant for the whole, set up as a user would."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
import time

from playwright.async_api import Browser
import pytest
import pytest_asyncio

from tests.pbx.asterisk import EVENTUALLY, Asterisk, running

from .browser import browser
from .home import Home


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let screenshots be written only when they are asked for."""
    parser.addoption("--screenshots", action="store_true", help="write docs/images")


@pytest.fixture(scope="module")
def pbx() -> Iterator[Asterisk]:
    """Run an Asterisk."""
    with running() as pbx:
        yield pbx


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(
    pbx: Asterisk, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Home]:
    """Run a Home Assistant with Anna on 100 and Bob on 101."""
    home = Home(tmp_path_factory.mktemp("home") / "config")
    async with home:
        home.entry = entry = await home.add_asterisk(pbx)
        await home.add_person(entry, "Anna", "100", devices=["Mobile: 01715550100"])
        await home.add_person(entry, "Bob", "101")
        people = await home.people(entry)
        await home.add_profile(
            entry, "Training", {"kind": "person", "person": people["Bob"]}
        )
        await home.until("sensor.anna_redirect", "off")
        await home.saved(entry, "Training")
        yield home
    assert home.complaints() == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    """Run one browser for all tests of a file."""
    async with browser() as chromium:
        yield chromium


async def settled(pbx: Asterisk, family: str, key: str, value: str | None) -> None:
    """Wait until the PBX itself says so."""
    end = time.monotonic() + EVENTUALLY
    while (found := await asyncio.to_thread(pbx.database, family, key)) != value:
        if time.monotonic() > end:
            raise AssertionError(f"{family}/{key} is {found!r}, not {value!r}")
        await asyncio.sleep(0.05)


def image(name: str) -> Path:
    """Return where a picture for the documents goes."""
    folder = Path(__file__).parents[2] / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name
