"""What Home Assistant's own dialogs show of the cards, and that none of it acts."""

from collections.abc import AsyncIterator
from typing import Any

from playwright.async_api import Browser, Locator, Page, expect
import pytest
import pytest_asyncio

from tests.pbx.asterisk import EVENTUALLY, Asterisk

from .browser import cold, log_in
from .conftest import settled
from .home import Home

pytestmark = [
    pytest.mark.asterisk,
    pytest.mark.browser,
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="module"),
]

PROFILE = "select.anna_profile"
BOARD = "presence-tiles"
PHONE, DESKTOP = 390, 1280
OTHER = """
window.customCards = window.customCards || [];
window.customCards.push({ type: "other-card", name: "Another card of the user" });
"""
"""A card from elsewhere, announced before ours."""
LOADED = """() => {
  if (!customElements.get("other-card"))
    customElements.define("other-card", class extends HTMLElement { setConfig() {} });
}"""
"""And loaded; the picker waits for a card's class."""
expect.set_options(timeout=EVENTUALLY * 1000)


def pages() -> dict[str, Any]:
    """Return a page with a tile that has our features, and badges."""
    tile = {"type": "tile", "entity": PROFILE, "grid_options": {"columns": 12}}
    features = [
        {"type": f"custom:xpresence-{name}"}
        for name in ("profiles", "redirect", "automatic")
    ]
    badge = {"type": "custom:xpresence-badge", "entity": PROFILE}
    heading = {"type": "heading", "heading": "Anna", "badges": [badge]}
    return {
        "title": "Tiles",
        "views": [
            {
                "title": "Tiles",
                "type": "sections",
                "badges": [badge],
                "sections": [
                    {"type": "grid", "cards": [heading, {**tile, "features": features}]}
                ],
            }
        ],
    }


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def board(home: Home) -> None:
    """Add the page."""
    await home.add_dashboard(BOARD, pages())


@pytest_asyncio.fixture(loop_scope="module")
async def page(home: Home, chromium: Browser) -> AsyncIterator[Page]:
    """Open the page as the administrator; afterwards everything is as it was."""
    page = await log_in(chromium, home, width=DESKTOP, height=1000, scale=1)
    await page.goto(f"{home.url}/{BOARD}/0")
    await page.locator("xpresence-profiles").wait_for()
    yield page
    await page.context.close()
    await home.act("xpresence", "set_redirect", entity_id=PROFILE, mode="unchanged")
    await home.act("xpresence", "resume_automatic", entity_id=PROFILE)


async def edit(page: Page, home: Home) -> None:
    """Open the page for editing."""
    await page.goto(f"{home.url}/{BOARD}/0?edit=1")
    await page.locator("xpresence-profiles").wait_for()


async def add_card(page: Page) -> Locator:
    """Open the dialog that adds a card."""
    await page.get_by_role("button", name="Add card").first.click()
    dialog = page.locator("hui-dialog-create-card")
    await dialog.get_by_role("tab", name="By card").wait_for()
    return dialog


async def search(dialog: Locator, text: str) -> Locator:
    """Look for a card by its name; return what offers it."""
    await dialog.get_by_role("tab", name="By card").click()
    await dialog.locator("hui-card-picker ha-input-search input").fill(text)
    offered = dialog.locator("hui-card-picker .card")
    return offered.filter(has=dialog.page.locator(".card-header", has_text=text)).last


async def tap(page: Page, what: Locator) -> None:
    """Tap where something is seen, whatever lies above it."""
    await what.scroll_into_view_if_needed()
    box = await what.bounding_box()
    assert box
    await page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
async def test_both_cards_are_found_by_name_beside_those_of_others(
    home: Home, chromium: Browser, width: int
) -> None:
    async with cold(chromium, home) as page:
        await page.set_viewport_size({"width": width, "height": 900})
        await page.add_init_script(OTHER)
        for _ in ("cold", "warm"):
            await edit(page, home)
            await page.evaluate(LOADED)
            dialog = await add_card(page)
            mine = await search(dialog, "Presence: my card")
            await expect(mine.locator("xpresence-card .profile")).to_be_visible()
            team = await search(dialog, "Presence: team")
            await expect(team.locator("xpresence-team-card li")).to_have_count(2)
            await expect(await search(dialog, "Another card")).to_be_visible()


async def test_a_card_is_found_by_the_person_and_edited_without_yaml(
    page: Page, home: Home
) -> None:
    await edit(page, home)
    dialog = await add_card(page)
    await dialog.locator("ha-input-search input").first.fill("Anna Profile")
    await dialog.get_by_text("Profile", exact=True).click()
    suggested = dialog.locator("xpresence-card")
    await expect(suggested.locator("h2")).to_have_text("Anna")
    await (await search(dialog, "Presence: my card")).click()
    editor = page.locator("hui-dialog-edit-card")
    await expect(editor.locator("ha-dialog")).to_contain_text("Presence: my card")
    form = editor.locator("hui-form-editor")
    for label in ("Person", "Title"):
        await expect(form).to_contain_text(label)


async def test_what_is_only_looked_at_takes_no_input(
    home: Home, chromium: Browser
) -> None:
    asked: list[str] = []
    page = await log_in(chromium, home, width=DESKTOP, height=1000, scale=1)

    def note(said: str | bytes) -> None:
        asked.append(str(said))

    page.on("websocket", lambda one: one.on("framesent", note))
    await page.reload()
    await edit(page, home)
    dialog = await add_card(page)
    team = await search(dialog, "Presence: team")
    await expect(team.locator("xpresence-team-card")).to_have_attribute("inert", "")
    mine = await search(dialog, "Presence: my card")
    await mine.locator("xpresence-card .profile").wait_for()
    await expect(mine.locator("xpresence-card")).to_have_attribute("inert", "")
    # A tap on the preview picks the card, and does nothing else.
    await tap(page, mine.locator(".chip", has_text="Lunch"))
    editor = page.locator("hui-dialog-edit-card")
    shown = editor.locator("xpresence-card")
    await expect(shown).to_have_attribute("inert", "")
    await tap(page, shown.locator(".chip", has_text="Vacation"))
    await editor.get_by_role("button", name="Cancel").click()
    await page.reload()
    # Whatever was asked for before the page went has been sent.
    await page.locator("xpresence-profiles").wait_for()
    assert any("xpresence/subscribe_person" in one for one in asked)
    # What the page itself writes to the log is none of ours.
    acts = [one for one in asked if "call_service" in one and "system_log" not in one]
    assert acts == []
    assert await home.state(PROFILE) == "Available"
    await page.context.close()


async def test_a_tile_offers_profiles_redirect_and_the_way_back(
    page: Page, home: Home, pbx: Asterisk
) -> None:
    tile = page.locator("hui-tile-card")
    await tile.get_by_role("button", name="Meeting", exact=True).click()
    await home.until(PROFILE, "Meeting")
    await settled(pbx, "CF", "100", "*100")
    await expect(tile.locator("xpresence-redirect")).to_contain_text("Voicemail")
    await tile.get_by_role("button", name="Back to automatic").click()
    await home.until(PROFILE, "Available")
    await settled(pbx, "CF", "100", None)
    await tile.get_by_role("button", name="To voicemail").click()
    await settled(pbx, "CF", "100", "*100")
    await tile.get_by_role("button", name="Ring here").click()
    await settled(pbx, "CF", "100", None)


async def test_the_features_are_found_in_the_tile_s_own_picker(
    page: Page, home: Home
) -> None:
    await edit(page, home)
    await page.locator("hui-card-edit-mode").nth(1).hover()
    await page.locator("hui-card-edit-mode").nth(1).click()
    editor = page.locator("hui-dialog-edit-card")
    await editor.get_by_text("Features", exact=True).click()
    await editor.get_by_role("button", name="Add feature").click()
    for name in ("profiles", "redirect", "back to automatic"):
        offered = editor.get_by_role("menuitem", name=f"Presence: {name}")
        await expect(offered).to_be_visible()


async def test_badges_show_who_is_what_in_views_and_headings(
    page: Page, home: Home
) -> None:
    badges = page.locator("xpresence-badge")
    await expect(badges).to_have_count(2)
    await home.choose(PROFILE, "Lunch")
    for badge in await badges.all():
        await expect(badge).to_contain_text("Anna: Lunch")
    offered = await page.evaluate(
        """entity => {
          const { hass } = document.querySelector("home-assistant");
          const badge = window.customBadges.find(({ type }) => type === "xpresence-badge");
          return [badge.name, badge.getEntitySuggestion(hass, entity)?.config.type];
        }""",
        PROFILE,
    )
    assert offered == ["Presence: person", "custom:xpresence-badge"]


async def test_a_new_dashboard_shows_oneself_and_the_team(
    page: Page, home: Home
) -> None:
    await page.goto(f"{home.url}/config/lovelace/dashboards")
    await page.get_by_role("button", name="Add dashboard").click()
    await page.locator("dashboard-card").filter(has_text="Presence").click()
    await page.locator("dialog-lovelace-dashboard-detail input").first.fill(
        "Our presence"
    )
    await page.get_by_role("button", name="Create").click()
    await page.get_by_role("link", name="Our presence").first.wait_for()
    await page.goto(f"{home.url}/our-presence")
    await expect(page.locator("xpresence-card")).to_be_visible()
    await expect(page.locator("xpresence-team-card li")).to_have_count(2)
