"""The panel in the sidebar, in a real browser: an office of thirty in a few clicks."""

from collections.abc import AsyncIterator, Iterator
import re

from playwright.async_api import Browser, Locator, Page, expect
import pytest
import pytest_asyncio

from tests.pbx.asterisk import EVENTUALLY, Asterisk, running

from .axe import violations
from .browser import log_in
from .conftest import image
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


async def pictured(request: pytest.FixtureRequest, page: Page, name: str) -> None:
    """Take a picture for the documents, where they are asked for."""
    if request.config.getoption("--screenshots"):
        await page.wait_for_timeout(1500)
        await page.screenshot(path=image(name))


async def test_an_office_of_thirty_stands_in_a_few_clicks(
    home: Home, chromium: Browser, request: pytest.FixtureRequest
) -> None:
    page = await opened(chromium, home, "people")
    hands = Hands(page)
    await expect(page.get_by_text("Nobody is here yet")).to_be_visible(timeout=LIMIT)
    await hands.press("Take people in")
    await hands.press("Phone system")
    await expect(page.get_by_text("Colleague 229")).to_be_visible(timeout=LIMIT)
    await pictured(request, page, "panel-import.png")
    await hands.click(page.get_by_role("button", name=re.compile(r"^Take in \d+$")))
    await expect(page.get_by_text(re.compile(r"^Taken in: \d+"))).to_be_visible(
        timeout=LIMIT
    )
    people = await home.people(home.entry)
    assert {f"Colleague {extension}" for extension in EXTENSIONS} <= people.keys()
    await expect(page.get_by_text("Colleague 200").first).to_be_visible(timeout=LIMIT)
    await home.until("select.colleague_229_profile", "Available")
    assert hands.clicks <= MOST_CLICKS
    await pictured(request, page, "panel-people.png")
    await page.context.close()


async def pasted(page: Page, table: str) -> None:
    """Paste a table into the page of imports, and look at the preview."""
    await page.locator("textarea").fill(table)
    await page.locator("textarea").press("Tab")
    await page.keyboard.press("Enter")


async def test_a_table_is_put_right_and_taken_in_with_the_keyboard_alone(
    home: Home, chromium: Browser
) -> None:
    page = await opened(chromium, home, "people/import", language="de-DE")
    source = page.get_by_role("button", name="Tabelle")
    await expect(source).to_be_visible(timeout=LIMIT)
    await source.press("Enter")
    table = f'Name;Durchwahl\nJürgen Groß;301\n"{HOSTILE}";302\nOhne;30x\n'
    await pasted(page, table)
    await expect(page.get_by_text("Zeile 4, Durchwahl")).to_be_visible(timeout=LIMIT)
    assert await violations(page, "xpresence-panel") == []
    wrong = page.get_by_role("textbox", name="Nebenstelle")
    await wrong.fill("303")
    await wrong.press("Enter")
    await wrong.press("Tab")
    take = page.get_by_role("button", name="3 übernehmen")
    await expect(take).to_be_enabled(timeout=LIMIT)
    await take.press("Enter")
    await expect(page.get_by_text("Übernommen: 3, geändert: 0.")).to_be_visible(
        timeout=LIMIT
    )
    await expect(page.get_by_text(HOSTILE).first).to_be_visible(timeout=LIMIT)
    assert await page.evaluate("window.pwned") is None
    undo = page.get_by_role("button", name=re.compile("Rückgängig"))
    await undo.press("Enter")
    await expect(page.get_by_text("Zurückgenommen. Personen: 3.")).to_be_visible(
        timeout=LIMIT
    )
    assert "Jürgen Groß" not in await home.people(home.entry)
    await page.context.close()


async def test_the_later_of_two_administrators_is_told_what_the_earlier_changed(
    home: Home, chromium: Browser
) -> None:
    page = await opened(chromium, home, "people")
    link = page.get_by_role("link", name="Colleague 201")
    await expect(link).to_be_visible(timeout=LIMIT)
    await link.click()
    queues = page.get_by_label("Hotline queues")
    await queues.fill("400")
    async with home.connection() as socket:
        found = await socket.ask("xpresence/people/list", entry_id=home.entry)
        (one,) = [p for p in found["people"] if p["name"] == "Colleague 201"]
        await socket.ask(
            "xpresence/people/change",
            entry_id=home.entry,
            people={one["id"]: one["version"]},
            answers={"voicemail": "900"},
        )
    save = page.get_by_role("button", name="Save", exact=True)
    await save.click()
    told = page.get_by_role("alert").filter(has_text="Admin changed Colleague 201")
    await expect(told).to_be_visible(timeout=LIMIT)
    await expect(page.get_by_label("Mailbox")).to_have_value("900")
    await expect(queues).to_have_value("400")
    await save.click()
    await expect(page.get_by_text("Saved.")).to_be_visible(timeout=LIMIT)
    await page.context.close()


async def test_a_setting_is_changed_for_many_and_each_refusal_is_named(
    home: Home, chromium: Browser
) -> None:
    page = await opened(chromium, home, "people")
    await expect(page.get_by_text("Colleague 200").first).to_be_visible(timeout=LIMIT)
    await page.get_by_label("Find").fill("Colleague 22")
    await page.get_by_label("Choose everybody").check()
    await expect(page.get_by_text("10 chosen")).to_be_visible()
    await page.get_by_label("Change a setting").select_option(label="Hotline queues")
    value = page.get_by_role("textbox", name="Hotline queues")
    await value.fill("not a queue")
    await page.get_by_role("button", name="Change for 10").click()
    await expect(page.get_by_role("alert").first).to_contain_text(
        "Colleague 220", timeout=LIMIT
    )
    await value.fill("400")
    await page.get_by_role("button", name="Change for 10").click()
    await expect(page.get_by_text("Changed. People: 10.")).to_be_visible(timeout=LIMIT)
    assert await violations(page, "xpresence-panel") == []
    await page.context.close()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("width", "right_to_left"), [(1280, False), (390, False), (1280, True)]
)
async def test_every_page_is_fit_for_everybody(
    home: Home, chromium: Browser, width: int, right_to_left: bool, dark: bool
) -> None:
    page = await opened(chromium, home, "people", width=width, dark=dark)
    for name in ("people", "people/import", "team", "me", "profiles", "office"):
        await page.goto(f"{home.url}/xpresence/{name}")
        main = page.locator("xpresence-panel main")
        await expect(main.locator("> :not(.skeleton)").first).to_be_visible(
            timeout=LIMIT
        )
        if right_to_left:
            await page.evaluate("document.documentElement.dir = 'rtl'")
        assert await violations(page, "xpresence-panel") == [], name
        wide = await main.evaluate("main => main.scrollWidth - main.clientWidth")
        assert wide <= 1, name
    await page.context.close()


async def test_ordinary_users_see_only_team_and_me(
    home: Home, chromium: Browser
) -> None:
    await home.add_user("Bob", "a password")
    page = await opened(chromium, home, "people", username="bob", password="a password")
    nav = page.locator("xpresence-panel nav a")
    await expect(nav).to_have_text(["Team", "Me"], timeout=LIMIT)
    await expect(page.locator("xpresence-team-card")).to_be_visible(timeout=LIMIT)
    assert await page.get_by_text("Take people in").count() == 0
    await page.context.close()


async def test_somebody_has_all_of_their_own_on_one_page(
    home: Home, chromium: Browser, request: pytest.FixtureRequest
) -> None:
    person = await home.add_user("Colleague 204", "a password")
    async with home.connection() as socket:
        found = await socket.ask("xpresence/people/list", entry_id=home.entry)
        (one,) = [p for p in found["people"] if p["name"] == "Colleague 204"]
        await socket.ask(
            "xpresence/people/change",
            entry_id=home.entry,
            people={one["id"]: one["version"]},
            answers={"person": person},
        )
    page = await opened(
        chromium, home, "me", username="colleague 204", password="a password"
    )
    await page.get_by_role("button", name="New profile").click(timeout=LIMIT)
    await page.get_by_role("textbox", name="Name").fill("Deep work")
    await page.get_by_label("Status", exact=True).select_option(label="Busy")
    await page.get_by_label("Redirect", exact=True).select_option(label="Forward")
    busy = page.get_by_role("group", name="When busy")
    await busy.get_by_label("Target").select_option(label="Voicemail")
    await page.get_by_role("button", name="Try it").click()
    outcome = page.locator("xpresence-panel .outcome")
    await expect(outcome).to_contain_text("voicemail", timeout=LIMIT)
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Saved.")).to_be_visible(timeout=LIMIT)
    row = page.locator("xpresence-panel .ordered > li").filter(has_text="Deep work")
    await expect(row).to_contain_text("When busy")
    card = page.locator("xpresence-panel xpresence-card")
    await expect(card.get_by_role("button", name="Deep work")).to_be_visible(
        timeout=LIMIT
    )
    shown = page.get_by_label("Subjects are shown to")
    await shown.select_option(label="Only the person")
    await page.reload()
    await expect(shown).to_have_value("owner", timeout=LIMIT)
    await expect(page.get_by_text("Nobody acts for you.")).to_be_visible()
    await expect(page.get_by_text("What my settings lead to")).to_be_visible()
    assert await violations(page, "xpresence-panel") == []
    await pictured(request, page, "panel-me.png")
    await row.get_by_role("button", name="Delete Deep work").press("Enter")
    await row.get_by_role("button", name="Delete", exact=True).press("Enter")
    await expect(row).to_have_count(0, timeout=LIMIT)
    await page.context.close()


async def test_profiles_are_put_in_order_with_the_keyboard(
    home: Home, chromium: Browser
) -> None:
    page = await opened(chromium, home, "profiles")
    up = page.get_by_role("button", name="Move Lunch up")
    await expect(up).to_be_visible(timeout=LIMIT)
    for _ in range(3):
        await up.press("Enter")
        await expect(page.get_by_text("Saved.")).to_be_visible(timeout=LIMIT)
        await page.get_by_role("button", name="Dismiss").click()
    first = page.locator("xpresence-panel .ordered > li").first
    await expect(first).to_contain_text("Lunch", timeout=LIMIT)
    options = (await home.attributes("select.colleague_200_profile"))["options"]
    assert options[0] == "Lunch"
    await page.context.close()


async def test_a_profile_is_made_tried_and_deleted(
    home: Home, chromium: Browser, request: pytest.FixtureRequest
) -> None:
    page = await opened(chromium, home, "profiles")
    await page.get_by_role("button", name="New profile").click()
    name = page.get_by_role("textbox", name="Name")
    await name.fill(HOSTILE)
    await page.get_by_label("Status", exact=True).select_option(label="Away")
    await page.get_by_role("textbox", name="Info text").fill(HOSTILE)
    await page.get_by_role("combobox", name="Redirect", exact=True).select_option(
        label="Forward"
    )
    always = page.get_by_role("group", name="Always")
    await always.get_by_label("Target").select_option(label="Number")
    await always.get_by_label("Number").fill("112")
    await page.get_by_role("button", name="Try it").click()
    await expect(always.get_by_role("alert")).to_contain_text(
        "emergency", timeout=LIMIT
    )
    await always.get_by_label("Target").select_option(label="Another person")
    await always.get_by_label("Person").select_option(label="Colleague 203")
    await page.get_by_role("button", name="Try it").click()
    outcome = page.locator("xpresence-panel .outcome")
    await expect(outcome).to_contain_text("Colleague 203", timeout=LIMIT)
    assert await violations(page, "xpresence-panel") == []
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Saved.")).to_be_visible(timeout=LIMIT)
    row = page.locator("xpresence-panel .ordered > li").filter(has_text=HOSTILE)
    await expect(row).to_contain_text("Colleague 203")
    assert await page.evaluate("window.pwned") is None
    await pictured(request, page, "panel-profiles.png")
    await row.get_by_role("button", name=f"Duplicate {HOSTILE}").press("Enter")
    await name.fill("Errand")
    await name.press("Enter")
    await expect(page.get_by_text("Saved.")).to_be_visible(timeout=LIMIT)
    options = (await home.attributes("select.colleague_200_profile"))["options"]
    assert "Errand" in options
    for gone in ("Errand", HOSTILE):
        change = page.get_by_role("button", name=f"Change {gone}", exact=True)
        await change.click()
        await page.get_by_role("button", name="Delete", exact=True).click()
        await page.get_by_role("button", name="Delete", exact=True).click()
        await expect(page.get_by_role("button", name="New profile")).to_be_visible(
            timeout=LIMIT
        )
        await expect(change).to_have_count(0, timeout=LIMIT)
    await page.context.close()


async def test_what_depends_on_a_profile_is_said_where_it_would_be_deleted(
    home: Home, chromium: Browser
) -> None:
    page = await opened(chromium, home, "profiles", language="de-DE")
    await page.get_by_role("button", name="Available ändern").click()
    await page.get_by_role("button", name="Löschen").click()
    told = page.get_by_role("group").filter(has_text="Lässt sich nicht löschen")
    await expect(told).to_contain_text("Colleague 200", timeout=LIMIT)
    await expect(page.get_by_role("button", name="Löschen")).to_have_count(0)
    await page.context.close()


async def test_permissions_and_a_day_are_seen_and_set_in_the_office(
    home: Home, chromium: Browser, request: pytest.FixtureRequest
) -> None:
    mine = "select.colleague_200_profile"
    for said in ({"mode": "forward", "target": "voicemail"}, {"mode": "off"}):
        await home.act("xpresence", "set_redirect", entity_id=mine, **said)
    page = await opened(chromium, home, "office")
    matrix = page.get_by_role("region", name="Who may do what")
    edits = matrix.get_by_role("checkbox", name="Make and change their own profiles")
    await expect(edits).to_be_checked(timeout=LIMIT)
    await edits.press("Space")
    form = page.locator("xpresence-panel form").filter(has=matrix)
    await form.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.")).to_be_visible(timeout=LIMIT)
    await expect(edits).not_to_be_checked()
    await edits.press("Space")
    await form.get_by_role("button", name="Save").click()
    await expect(edits).to_be_checked(timeout=LIMIT)
    health = page.locator("xpresence-panel section").filter(has_text="Microsoft 365:")
    await expect(health.first).to_contain_text(
        re.compile(r"redirects were set in [\d.,]+ ms"), timeout=LIMIT
    )
    day = page.locator("xpresence-panel section").filter(has_text="What if").last
    await day.get_by_role("button", name="Show").click()
    await expect(day.locator(".steps li").first).to_contain_text(
        "Available", timeout=LIMIT
    )
    await pictured(request, page, "panel-office.png")
    await page.get_by_text("Show and change the rules").click()
    await page.get_by_label("Own area code").fill("three")
    rules = page.locator("xpresence-panel form").filter(has_text="Own area code")
    await rules.get_by_role("button", name="Save").click()
    await expect(rules.get_by_role("alert")).to_be_visible(timeout=LIMIT)
    await page.get_by_label("Own area code").fill("30")
    await rules.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.")).to_be_visible(timeout=LIMIT)
    assert await violations(page, "xpresence-panel") == []
    await page.context.close()


MANY = """async () => {
  const panel = document.querySelector("home-assistant").hass;
  const real = panel.connection.sendMessagePromise.bind(panel.connection);
  panel.connection.sendMessagePromise = async (command) => {
    const answer = await real(command);
    if (command.type === "xpresence/people/list") {
      const [one] = answer.people;
      answer.people = Array.from({ length: 1000 }, (_, at) => ({
        ...one, id: `person-${at}`, name: `Person ${at}`, extension: String(1000 + at),
      }));
    }
    return answer;
  };
}"""
OPEN = """async () => {
  const begin = performance.now();
  history.pushState(null, "", "/xpresence/people");
  window.dispatchEvent(new CustomEvent("location-changed"));
  while (true) {
    await new Promise(requestAnimationFrame);
    const root = document.querySelector("home-assistant").shadowRoot
      .querySelector("home-assistant-main").shadowRoot
      .querySelector("ha-panel-custom").querySelector("xpresence-panel").shadowRoot;
    const rows = [...root.querySelectorAll("tbody tr a")];
    if (rows.some((row) => row.textContent === "Person 0")) {
      return performance.now() - begin;
    }
    if (performance.now() - begin > 60000) return -1;
  }
}"""


async def test_a_thousand_people_are_there_soon_and_scroll(
    home: Home, chromium: Browser
) -> None:
    page = await opened(chromium, home, "team")
    await expect(page.locator("xpresence-team-card")).to_be_visible(timeout=LIMIT)
    await page.evaluate(MANY)
    took = await page.evaluate(OPEN)
    assert 0 < took < 2000
    rows = page.locator("xpresence-panel tbody tr")
    assert await rows.count() < 150
    scroll = page.locator("xpresence-panel .scroll")
    await scroll.evaluate("place => place.scrollTo(0, place.scrollHeight)")
    await expect(page.get_by_role("link", name="Person 999")).to_be_visible(
        timeout=LIMIT
    )
    await page.context.close()
