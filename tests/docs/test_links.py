"""Every link inside the documents leads somewhere, and every page is reached."""

from pathlib import Path
import re

import pytest

PROJECT = Path(__file__).parents[2]
PAGES = sorted(
    [
        *PROJECT.glob("*.md"),
        *(PROJECT / "docs").rglob("*.md"),
        *(PROJECT / "blueprints").rglob("*.md"),
    ]
)
LINK = re.compile(
    r"(?<!\\)\[(?:[^\[\]]|\[[^\]]*\])*\]\(<?([^)\s>]+)>?(?:\s\"[^\"]*\")?\)"
)
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)
ANCHOR = re.compile(r"^(?:#{1,6} .*\{ #|<a id=\")([\w-]+)(?: \}$|\">)", re.MULTILINE)
"""Names that the site gives headings in another language, and notices."""
ROOTS = {
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "index.md",  # where the site begins
    "index.de.md",
}


def translated_from(page: Path) -> Path:
    """Return the page that the site shows this one in place of, in its language."""
    name, _, _ = page.stem.partition(".")
    return page.with_name(f"{name}.md")


def prose(page: Path) -> str:
    """Return a page without its code blocks."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """Return the names under which headings are reached, as GitHub makes them."""
    found: dict[str, int] = {}
    names = set()
    for heading in HEADING.findall(prose(page)):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        text = re.sub(r"[`*]", "", text).strip().lower()
        name = re.sub(r"[^\w\- ]", "", text).replace(" ", "-")
        seen = found.get(name, 0)
        found[name] = seen + 1
        names.add(f"{name}-{seen}" if seen else name)
    return names | set(ANCHOR.findall(page.read_text(encoding="utf-8")))


def links(page: Path) -> list[str]:
    return [
        link
        for link in LINK.findall(CODE.sub("", prose(page)))
        if not link.startswith(("http://", "https://", "mailto:"))
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    broken = []
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = page if not path else (page.parent / path).resolve()
        leads = target.exists() and target.is_relative_to(PROJECT)
        if leads and anchor and target.suffix == ".md":
            leads = anchor in anchors(target)
        if not leads:
            broken.append(link)
    assert broken == []


def test_every_page_is_reached_from_another() -> None:
    reached = {
        (page.parent / link.partition("#")[0]).resolve()
        for page in PAGES
        for link in links(page)
        if link.partition("#")[0]
    }
    orphans = [
        str(page.relative_to(PROJECT))
        for page in PAGES
        if not {page, translated_from(page)} & reached and page.name not in ROOTS
    ]
    assert orphans == []
