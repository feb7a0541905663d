"""A real browser, logged in as a person would."""

from collections.abc import AsyncIterator
import contextlib

from playwright.async_api import Browser, Page, async_playwright

from tests.pbx.asterisk import tools

from .home import Home

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextlib.asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Run the Chromium that script/setup found."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=tools()["XPRESENCE_CHROMIUM"], args=list(FLAGS)
        )
        try:
            yield chromium
        finally:
            await chromium.close()


async def log_in(chromium: Browser, home: Home, *, width: int = 1180) -> Page:
    """Open Home Assistant and log in by its own page."""
    context = await chromium.new_context(
        viewport={"width": width, "height": 480},
        device_scale_factor=1.5,
        locale="en-GB",
        timezone_id="Europe/Berlin",
    )
    context.set_default_timeout(120_000)
    page = await context.new_page()
    await page.goto(home.url)
    await page.locator("input[name=username]").fill(home.username)
    await page.locator("input[name=password]").fill(home.password)
    await page.locator("input[name=password]").press("Enter")
    await page.locator("home-assistant-main").wait_for()
    return page
