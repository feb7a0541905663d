"""Accessibility as axe-core judges it."""

import os
from pathlib import Path

from playwright.async_api import Page
import pytest

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async (card) => {
  const found = await axe.run(card, { resultTypes: ["violations"] });
  return found.violations.map(
    (v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 160)).join(" | ")}`
  );
}"""


async def violations(page: Page, tag: str) -> list[str]:
    """Return what axe-core objects to in a card."""
    if not AXE.exists():
        assert not os.environ.get("CI"), "script/setup could not fetch axe-core"
        pytest.skip("there is no axe-core here")
    if not await page.evaluate("typeof axe === 'object'"):
        await page.evaluate(AXE.read_text())
    found: list[str] = await page.locator(tag).evaluate(RUN)
    return found
