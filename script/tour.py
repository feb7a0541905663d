"""A tour of two minutes as an animated picture, played by the demo.

``script/demo --tour`` plays it in a real browser, on a real Home Assistant with a real
Asterisk, and writes ``docs/images/tour.webp``. Each picture is taken when what its
sentence says can be read on the page.
"""

import asyncio
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image
from playwright.async_api import Locator, Page, expect

from tests.e2e.browser import browser, log_in
from tests.pbx.sip import dial, phone

if TYPE_CHECKING:
    from tests.e2e.home import Home
    from tests.pbx.asterisk import Asterisk

TOUR: Final = Path(__file__).parents[1] / "docs" / "images" / "tour.webp"
WIDTH, HEIGHT = 1000, 640
SECONDS: Final = 9
"""How long a picture stands: time to read its sentence and to find it."""
LIMIT: Final = 180_000
"""Milliseconds until something is to be seen; an appointment begins within minutes."""
CAPTION: Final = """text => {
  let line = document.getElementById("tour");
  if (!line) {
    line = document.createElement("div");
    line.id = "tour";
    line.style.cssText = "position:fixed;inset:auto 0 0 0;z-index:9999;padding:14px 24px;" +
      "font:500 20px/1.35 Roboto,sans-serif;color:#fff;background:#00695c";
    document.body.append(line);
  }
  line.textContent = text;
}"""


@dataclass
class Tour:
    """The pictures of a tour, and the page on which it is played."""

    page: Page
    pictures: list[Image.Image] = field(default_factory=list)

    @property
    def card(self) -> Locator:
        return self.page.locator("xpresence-card")

    @property
    def board(self) -> Locator:
        return self.page.locator("xpresence-team-card")

    async def tap(self, name: str) -> None:
        await self.card.get_by_role("button", name=name, exact=True).click()

    async def show(self, text: str, where: Locator, said: str) -> None:
        """Take a picture once something can be read."""
        await expect(where.first).to_contain_text(said, timeout=LIMIT)
        await where.first.evaluate("one => one.scrollIntoView({block: 'center'})")
        await self.page.evaluate(CAPTION, text)
        await self.page.wait_for_timeout(700)
        picture = await self.page.screenshot()
        with Image.open(BytesIO(picture)) as image:
            self.pictures.append(image.convert("RGB"))

    def save(self, path: Path) -> None:
        """Write the pictures as one that moves."""
        first, *others = self.pictures
        first.save(
            path,
            save_all=True,
            append_images=others,
            duration=1000 * SECONDS,
            loop=0,
            quality=60,
            method=6,
        )


async def play(home: Home, pbx: Asterisk, dashboard: str, path: Path = TOUR) -> int:
    """Play the tour and write it; return how many pictures it has."""
    async with browser() as chromium:
        page = await log_in(chromium, home, width=WIDTH, height=HEIGHT, scale=1)
        await page.goto(f"{home.url}/{dashboard}")
        tour = Tour(page)
        card, board, line = tour.card, tour.board, tour.card.locator(".redirect")
        await tour.show(
            "Anna is available. Her card shows where calls go; the board, the team.",
            card.locator(".profile"),
            "Available",
        )
        await tour.tap("Lunch")
        await tour.show(
            "One tap: lunch. Her calls go to voicemail; the phone system confirmed it.",
            line,
            "Calls go to Voicemail",
        )
        await tour.tap("30 min")
        await tour.show(
            "Another tap: for half an hour. Then everything is as it was.",
            card.locator(".head"),
            "until",
        )
        await home.act(
            "xpresence",
            "set_profile",
            entity_id="select.bob_profile",
            profile="Vacation",
            info_text="Back on Monday",
        )
        await tour.show(
            "Colleagues see it at once: Bob is on vacation, back on Monday.",
            board,
            "Back on Monday",
        )
        await tour.tap("Back to automatic")
        await expect(card.locator(".profile")).not_to_contain_text("Lunch")
        async with phone(pbx, "100"):
            call = asyncio.create_task(dial(pbx, "102", "100", hold=60))
            await tour.show(
                "Carol calls, Anna's telephone rings, and everybody sees that she talks.",
                board.locator("li").filter(has_text="Anna"),
                "In call",
            )
            for channel, *_ in await asyncio.to_thread(pbx.talking):
                await asyncio.to_thread(pbx.cli, f"channel request hangup {channel}")
            await call
        await asyncio.to_thread(pbx.put, "CF", "100", "103")
        await tour.show(
            "She dials a redirect at her desk phone: it is noticed, and respected.",
            line,
            "David",
        )
        await tour.tap("Change the redirect")
        await tour.tap("Ring here")
        await tour.show(
            "The calendar knows her next meeting, and where calls will go meanwhile.",
            card.get_by_label("Today"),
            "Meeting · calls to Voicemail",
        )
        await tour.show(
            "The meeting begins: profile and redirect follow by themselves.",
            line,
            "Calls go to Voicemail",
        )
        await tour.tap("Why?")
        await tour.show(
            "Why? It says so in words.", card.locator(".reasons"), "Meeting"
        )
        await tour.tap("Available")
        await tour.show(
            "“I am free now”: Available leaves this meeting, not the rest of the day.",
            card.locator(".profile"),
            "Available",
        )
        for name, said, text in (
            (
                "people",
                "David",
                "The panel, for administrators: everybody in one table,",
            ),
            ("profiles", "Vacation", "all profiles side by side,"),
            (
                "office",
                "Users may",
                "and the phone system: what it can, and who may do what.",
            ),
        ):
            await page.goto(f"{home.url}/xpresence/{name}")
            await tour.show(text, page.locator("xpresence-panel main"), said)
        tour.save(path)
        return len(tour.pictures)
