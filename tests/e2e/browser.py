"""A real browser, logged in as a person would."""

from collections.abc import AsyncIterator
import contextlib
import json
import time

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


async def log_in(
    chromium: Browser,
    home: Home,
    *,
    username: str | None = None,
    password: str | None = None,
    width: int = 1180,
    height: int = 480,
    scale: float = 1.5,
    language: str = "en-GB",
    dark: bool = False,
) -> Page:
    """Open Home Assistant and log in by its own page; the admin, unless told."""
    context = await chromium.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        locale=language,
        timezone_id="Europe/Berlin",
        color_scheme="dark" if dark else "light",
    )
    context.set_default_timeout(120_000)
    page = await context.new_page()
    await page.goto(home.url)
    await page.locator("input[name=username]").fill(username or home.username)
    await page.locator("input[name=password]").fill(password or home.password)
    await page.locator("input[name=password]").press("Enter")
    await page.locator("home-assistant-main").wait_for()
    return page


@contextlib.asynccontextmanager
async def cold(chromium: Browser, home: Home) -> AsyncIterator[Page]:
    """Open a browser that knows nothing yet but who is logged in."""
    context = await chromium.new_context(viewport={"width": 1180, "height": 900})
    tokens = {
        "access_token": home.token,
        "token_type": "Bearer",
        "refresh_token": home.refresh_token,
        "expires_in": 1800,
        "expires": (time.time() + 1800) * 1000,
        "hassUrl": home.url,
        "clientId": f"{home.url}/",
    }
    await context.add_init_script(
        f"localStorage.hassTokens = {json.dumps(json.dumps(tokens))}"
    )
    try:
        yield await context.new_page()
    finally:
        await context.close()
