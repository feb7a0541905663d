"""The panel in the sidebar, in a real browser: an office of thirty in a few clicks."""

from collections.abc import AsyncIterator, Iterator
import re

from playwright.async_api import Browser, Locator, Page, expect
import pytest
import pytest_asyncio

from tests.pbx.asterisk import EVENTUALLY, Asterisk, running

from .browser import log_in
from .home import Home

pytestmark = [
    pytest.mark.asterisk,
    pytest.mark.browser,
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="module"),
]

LIMIT = 1000 * EVENTUALLY
MOST_CLICKS = 60
EXTENSIONS = range(200, 230)
HOSTILE = "<img src=x onerror=window.pwned=1>"


class Hands:
    """A person at the browser, whose clicks are counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0

    async def click(self, what: Locator) -> None:
        await what.click()
        self.clicks += 1

    async def press(self, name: str) -> None:
        await self.click(self.page.get_by_role("button", name=name).first)


@pytest.fixture(scope="module")
def pbx() -> Iterator[Asterisk]:
    """Run an Asterisk that knows thirty more extensions with names."""
    with running() as pbx:
        for extension in EXTENSIONS:
            pbx.put("AMPUSER", f"{extension}/cidname", f"Colleague {extension}")
        yield pbx


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(
    pbx: Asterisk, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Home]:
    """Run a Home Assistant in which the phone system was added, and nobody yet."""
    home = Home(tmp_path_factory.mktemp("home") / "config")
    async with home:
        home.entry = await home.add_asterisk(pbx)
        yield home
    assert home.complaints() == []


async def opened(chromium: Browser, home: Home, path: str, **more: object) -> Page:
    page = await log_in(chromium, home, **{"width": 1280, "height": 900, **more})  # type: ignore[arg-type]
    await page.goto(f"{home.url}/xpresence/{path}")
    return page


async def test_an_office_of_thirty_stands_in_a_few_clicks(
    home: Home, chromium: Browser
) -> None:
    page = await opened(chromium, home, "people")
    hands = Hands(page)
    await expect(page.get_by_text("Nobody is here yet")).to_be_visible(timeout=LIMIT)
    await hands.press("Take people in")
    await hands.press("Phone system")
    await expect(page.get_by_text("Colleague 229")).to_be_visible(timeout=LIMIT)
    await hands.click(page.get_by_role("button", name=re.compile(r"^Take in \d+$")))
    await expect(page.get_by_text(re.compile(r"^Taken in: \d+"))).to_be_visible(
        timeout=LIMIT
    )
    people = await home.people(home.entry)
    assert {f"Colleague {extension}" for extension in EXTENSIONS} <= people.keys()
    await expect(page.get_by_text("Colleague 200").first).to_be_visible(timeout=LIMIT)
    await home.until("select.colleague_229_profile", "Available")
    assert hands.clicks <= MOST_CLICKS
    await page.context.close()
