"""What a person sees and does, in a real browser."""

import pytest

from script.demo import DASHBOARD, dashboard
from tests.pbx.asterisk import Asterisk

from .browser import browser, log_in
from .conftest import image, settled
from .home import Home

pytestmark = [
    pytest.mark.asterisk,
    pytest.mark.browser,
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="module"),
]


async def test_a_profile_chosen_on_the_dashboard_shows_where_calls_go(
    home: Home, pbx: Asterisk, request: pytest.FixtureRequest
) -> None:
    async with home.connection() as connection:
        await connection.ask(
            "lovelace/dashboards/create",
            url_path=DASHBOARD,
            title="Presence",
            icon="mdi:account-clock",
            show_in_sidebar=True,
            mode="storage",
        )
        await connection.ask(
            "lovelace/config/save",
            url_path=DASHBOARD,
            config=dashboard(["Anna", "Bob"]),
        )
    async with browser() as chromium:
        page = await log_in(chromium, home)
        await page.goto(f"{home.url}/{DASHBOARD}")
        tile = page.locator("hui-tile-card").filter(has_text="Anna Redirect")
        await tile.filter(has_text="Off").wait_for()
        menu = page.locator("hui-select-options-card-feature").first
        await menu.click()
        choice = menu.locator("ha-dropdown-item").filter(has_text="Meeting")
        await choice.click()
        await settled(pbx, "CF", "100", "*100")
        await tile.filter(has_text="Active").filter(has_text="Voicemail").wait_for()
        if request.config.getoption("--screenshots"):
            await page.wait_for_timeout(1500)
            await page.screenshot(path=image("dashboard.png"))
    await home.choose("select.anna_profile", "Available")
