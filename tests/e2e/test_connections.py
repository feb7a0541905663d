"""Ordinary users connect their calendars and their account on their own card."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, expect
import pytest
import pytest_asyncio

from custom_components.xpresence.presence.permission.policy import (
    LIMITED,
    Permission,
    Policy,
)
from custom_components.xpresence.presence.redirect.numbers import NumberKind
from tests.groupware.exchange.mailbox import Item
from tests.groupware.exchange.server import ExchangeServer
from tests.groupware.microsoft.login import ANNA, BOB, CLIENT_ID, TENANT
from tests.groupware.microsoft.server import Microsoft, elsewhere
from tests.pbx.asterisk import EVENTUALLY, eventually

from .axe import violations
from .browser import log_in
from .diaries import Appointment, Diary, Local
from .home import Home

pytestmark = [
    pytest.mark.browser,
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="module"),
]

PASSWORD = "anna-and-the-diary"
SECRET = "Aardvark-xyzzy-7"
"""Anna's password at the Exchange Server."""
PROFILE = "select.anna_profile"
MAILBOX = "anna@office.example"
HOUR = timedelta(hours=1)
expect.set_options(timeout=EVENTUALLY * 1000)


@pytest.fixture(scope="module")
def diary() -> Diary:
    """Keep a calendar of Anna's in Home Assistant."""
    return Local("Diary")


@pytest.fixture(scope="module")
def microsoft(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Microsoft]:
    """Run a Microsoft; every breach of a contract fails the tests."""
    with elsewhere(tmp_path_factory.mktemp("microsoft")) as microsoft:
        yield microsoft
        assert microsoft.broken == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def exchange(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[ExchangeServer]:
    """Run an Exchange Server where Anna has a mailbox that the office may read."""
    server = ExchangeServer(tmp_path_factory.mktemp("exchange"))
    server.add(MAILBOX)
    server.passwords["anna"] = SECRET
    server.rights["service"] = {MAILBOX}
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(
    diary: Diary,
    exchange: ExchangeServer,
    microsoft: Microsoft,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Home]:
    """Run a Home Assistant in which Anna and Bob are ordinary users."""
    folder = tmp_path_factory.mktemp("home") / "config"
    async with Home(folder, environment=microsoft.environment) as home:
        home.entry = await home.add_embedded()
        for name, extension in (("Anna", "100"), ("Bob", "101")):
            person = await home.add_user(name, PASSWORD)
            await home.add_person(home.entry, name, extension, person=person)
        await diary.connect(home)
        await options(
            home,
            {"next_step_id": "accounts"},
            {"next_step_id": "account_exchange"},
            {
                "url": exchange.url,
                "username": "service",
                "password": exchange.passwords["service"],
                "auth": "ntlm",
                "access": "delegate",
                "mailbox": MAILBOX,
            },
        )
        await options(
            home,
            {"next_step_id": "microsoft"},
            {"client_id": CLIENT_ID, "tenant": TENANT, "cloud": "test"},
        )
        await home.until(PROFILE, "Available")
        for path, config in (("own", {}), ("annas", {"entity": PROFILE})):
            card = {"type": "custom:xpresence-card", **config}
            await home.add_dashboard(
                f"{path}-card",
                {"title": path, "views": [{"title": path, "cards": [card]}]},
            )
        yield home
    assert home.complaints() == []


async def options(home: Home, *steps: object) -> None:
    """Change something of the office, as an administrator does."""
    path = "/api/config/config_entries/options/flow"
    result = await home.flow(path, {"handler": home.entry}, *steps)
    assert result["type"] == "create_entry", result


async def allow(home: Home, *acts: Permission) -> None:
    """Let ordinary users do these things and no others."""
    policy = Policy()
    await options(
        home,
        {"next_step_id": "permissions"},
        {
            "allowed": sorted(acts),
            "reach": [kind.value for kind in NumberKind],
            "automations": policy.automations.value,
            "satellites": policy.satellites.value,
        },
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def annas(home: Home, chromium: Browser) -> Page:
    """Log in as Anna, who is no administrator."""
    page = await log_in(
        chromium, home, username="anna", password=PASSWORD, height=1500, scale=1
    )
    await page.goto(f"{home.url}/own-card")
    return page


@pytest_asyncio.fixture(loop_scope="module")
async def card(annas: Page) -> AsyncIterator[Locator]:
    """Return Anna's card with its connections open; nothing is connected afterwards."""
    await annas.reload()
    card = annas.locator("xpresence-card")
    await button(card, "Connections").click()
    await expect(card.locator(".connections")).to_contain_text("No calendar")
    yield card
    await expect(card.locator(".connections")).to_contain_text("No calendar")


def button(card: Locator, name: str) -> Locator:
    return card.get_by_role("button", name=name, exact=True)


def field(card: Locator, name: str) -> Locator:
    return card.locator(f'.connections [name="{name}"]')


def problem(card: Locator, name: str) -> Locator:
    return card.locator(f"#wrong-{name}")


async def disconnect(card: Locator, name: str) -> None:
    await button(card, f"Disconnect {name}").click()
    await button(card, "Disconnect").click()
    await expect(card.locator(".connections")).to_contain_text("is disconnected")


async def test_a_calendar_of_home_assistant_is_connected_and_disconnected(
    home: Home, card: Locator, diary: Diary
) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    await diary.write(
        home, Appointment(subject="Budget", start=now - HOUR, end=now + HOUR)
    )
    await button(card, "Connect a calendar").click()
    # Ours are not offered: they show what xpresence decides.
    offered = await field(card, "calendar").locator("option").all_text_contents()
    assert offered == ["Please choose", "Diary"]
    await button(card, "Connect").click()
    await expect(problem(card, "default_profile")).to_contain_text("Pick the profile")
    await expect(field(card, "default_profile")).to_be_focused()
    await field(card, "default_profile").select_option("Meeting")
    await button(card, "Connect").click()
    await expect(problem(card, "calendar")).to_contain_text("no such calendar")
    await expect(problem(card, "default_profile")).to_have_count(0)
    assert await field(card, "default_profile").input_value() == "Meeting"
    assert await violations(card.page, "xpresence-card") == []
    await field(card, "calendar").select_option(label="Diary")
    # By the keyboard alone: the button is where one comes next but one.
    await button(card, "Connect").press("Enter")
    await expect(card.locator(".connections")).to_contain_text("is connected")
    await expect(card.locator(".connections .list")).to_contain_text("Diary")
    await expect(card.locator(".profile").first).to_contain_text("Meeting")
    await expect(card.get_by_text("Budget").first).to_be_visible()
    assert await violations(card.page, "xpresence-card") == []
    await button(card, "Disconnect Diary").click()
    await button(card, "Keep").click()
    await expect(button(card, "Disconnect Diary")).to_be_visible()
    await disconnect(card, "Diary")
    await expect(card.locator(".profile").first).to_contain_text("Available")
    await expect(card.get_by_text("Budget")).to_have_count(0)


async def test_a_password_goes_through_the_card_and_stays_nowhere_else(
    home: Home, card: Locator, exchange: ExchangeServer
) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    exchange.mailboxes[MAILBOX].clear()
    exchange.add(MAILBOX, Item("Strategy", now - HOUR, now + HOUR))
    async with home.connection() as ears:
        await ears.ask("subscribe_events")
        await button(card, "Connect a calendar").click()
        await field(card, "kind").select_option("exchange")
        # The office has a login there, so the server is known.
        await expect(field(card, "url")).to_have_count(0)
        await field(card, "username").fill("anna")
        await field(card, "mailbox").fill(MAILBOX)
        await field(card, "default_profile").select_option("Meeting")
        await button(card, "Connect").click()
        await expect(problem(card, "password")).to_contain_text("Enter the password")
        await field(card, "password").fill("Badger-guess-8")
        assert await field(card, "password").get_attribute("type") == "password"
        await button(card, "Connect").click()
        await expect(problem(card, "password")).to_contain_text(
            "refuses the login name"
        )
        assert await field(card, "password").input_value() == ""
        assert await field(card, "username").input_value() == "anna"
        assert await field(card, "mailbox").input_value() == MAILBOX
        await field(card, "password").fill(SECRET)
        await button(card, "Connect").click()
        await expect(card.locator(".profile").first).to_contain_text("Meeting")
        await expect(card.get_by_text("Strategy").first).to_be_visible()
        said = "Written-after-all"
        await home.act("xpresence", "set_profile", entity_id=PROFILE, profile="Meeting")
        await home.act("text", "set_value", entity_id="text.anna_info_text", value=said)
        heard = ""
        while said not in heard:
            heard += await ears.receive()
        assert "call_service" in heard
    databases = list(home.folder.glob("home-assistant_v2.db*"))

    def recorded() -> bytes:
        return b"".join(file.read_bytes() for file in databases)

    await eventually(lambda: said.encode() in recorded())
    assert "call_service" in recorded().decode(errors="replace")
    kept = recorded().decode(errors="replace")
    for secret in (SECRET, "Badger-guess-8"):
        for where in (heard, kept, home.log(), await card.inner_html()):
            assert secret not in where
    stored = home.folder / ".storage" / "core.config_entries"
    await eventually(lambda: SECRET in stored.read_text())
    # Elsewhere in the folder there is nothing of it either.
    holding = [
        file.name
        for file in home.folder.rglob("*")
        if file.is_file() and not file.is_symlink() and SECRET.encode() in _read(file)
    ]
    assert holding == ["core.config_entries"]
    await disconnect(card, "Exchange")
    await eventually(lambda: SECRET not in stored.read_text())
    await home.act("xpresence", "resume_automatic", entity_id=PROFILE)


def _read(file: Path) -> bytes:
    return b"" if "custom_components" in file.parts else file.read_bytes()


async def test_a_sign_in_at_microsoft_shows_its_code_and_how_it_ended(
    home: Home, card: Locator, microsoft: Microsoft
) -> None:
    await button(card, "Sign in with Microsoft").click()
    code = card.locator(".connections .code")
    link = card.locator(".connections a")
    await expect(link).to_have_attribute("target", "_blank")
    assert await link.get_attribute("rel") == "noopener"
    assert (await link.get_attribute("href") or "").startswith("http")
    assert await violations(card.page, "xpresence-card") == []
    microsoft.login.decline(await code.inner_text())
    await expect(problem(card, "microsoft")).to_contain_text("declined")
    await expect(code).to_have_count(0)
    await button(card, "Sign in with Microsoft").click()
    microsoft.login.enter(await code.inner_text(), BOB)
    shown = card.locator(".connections")
    await expect(shown).to_contain_text("bob@example.com was signed in")
    assert await violations(card.page, "xpresence-card") == []
    await button(card, "No").click()
    await expect(problem(card, "microsoft")).to_contain_text("not confirmed")
    await button(card, "Sign in with Microsoft").click()
    microsoft.login.enter(await code.inner_text(), ANNA)
    await expect(shown).to_contain_text("anna@example.com was signed in")
    await button(card, "Yes, use it").click()
    await expect(shown).to_contain_text("Signed in.")
    await home.until("sensor.anna_microsoft_sign_in", "signed_in")
    await button(card, "Sign out").click()
    await expect(button(card, "Sign in with Microsoft")).to_be_visible()
    stored = home.folder / ".storage" / "core.config_entries"

    def signed_in() -> bool:
        entries = json.loads(stored.read_text())["data"]["entries"]
        people = [
            one["data"]
            for entry in entries
            if entry["domain"] == "xpresence"
            for one in entry["subentries"]
            if one["title"] == "Anna"
        ]
        return bool(people[0].get("microsoft", {}).get("connected"))

    await eventually(lambda: not signed_in())


async def test_who_may_not_connect_sees_no_entry(home: Home, chromium: Browser) -> None:
    page = await log_in(chromium, home, username="bob", password=PASSWORD, scale=1)
    card = page.locator("xpresence-card")
    await page.goto(f"{home.url}/annas-card")
    await expect(card).to_contain_text("Only this person")
    await expect(button(card, "Connections")).to_have_count(0)
    await page.goto(f"{home.url}/own-card")
    await expect(button(card, "Connections")).to_be_visible()
    await allow(
        home, *(LIMITED - {Permission.CONNECT_CALENDARS, Permission.CONNECT_MICROSOFT})
    )
    await expect(button(card, "Connections")).to_have_count(0)
    await expect(button(card, "Why?")).to_be_visible()
    await allow(home, *LIMITED)
    await expect(button(card, "Connections")).to_be_visible()


async def test_the_connections_speak_german(home: Home, chromium: Browser) -> None:
    page = await log_in(
        chromium,
        home,
        username="anna",
        password=PASSWORD,
        scale=1,
        language="de-DE",
        width=390,
        height=1500,
    )
    await page.goto(f"{home.url}/own-card")
    card = page.locator("xpresence-card")
    await button(card, "Verbindungen").click()
    await button(card, "Kalender verbinden").click()
    await field(card, "kind").select_option("notes")
    await button(card, "Verbinden").click()
    await expect(problem(card, "default_profile")).to_contain_text("geändert")
    assert await violations(page, "xpresence-card") == []
    await button(card, "Abbrechen").click()
