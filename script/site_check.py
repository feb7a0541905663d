"""Checks a site that was built: every link and picture is there, nothing is fetched.

script/site_check.py .cache/site
"""

from html.parser import HTMLParser
from pathlib import Path
import re
import sys
from typing import Final, override
from urllib.parse import unquote, urlsplit

LOADED: Final = {
    ("img", "src"),
    ("script", "src"),
    ("iframe", "src"),
    ("source", "src"),
    ("video", "src"),
}
"""What a browser fetches by itself; of ``link`` it does so by its ``rel``."""
FETCHED: Final = {"stylesheet", "icon", "preload", "prefetch", "preconnect", "manifest"}
STYLE: Final = re.compile(r"url\(\s*['\"]?(https?:)?//|@import\s+['\"](https?:)?//")


class Page(HTMLParser):
    """What one page links to, loads, and offers as places to link to."""

    def __init__(self) -> None:
        """Know nothing yet."""
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.places: set[str] = set()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in one element."""
        said = {key: value or "" for key, value in attrs}
        if place := said.get("id") or (tag == "a" and said.get("name")):
            self.places.add(str(place))
        for key, value in said.items():
            if (tag, key) in LOADED:
                self.loads.append(value)
        if tag == "a" and (link := said.get("href")):
            self.links.append(link)
        if tag == "link" and FETCHED & set(said.get("rel", "").split()):
            self.loads.append(said.get("href", ""))


BASE: Final = "/xpresence"
"""The path of the address that the site is published at."""


def file_of(site: Path, page: Path, path: str) -> Path:
    """Return the file that a path leads to from a page."""
    base = site if path.startswith("/") else page.parent
    path = path.removeprefix(BASE) if path.startswith(f"{BASE}/") else path
    target = (base / path.lstrip("/")).resolve() if path else page
    return target / "index.html" if target.is_dir() else target


def main(site: Path) -> list[str]:
    """Return what is wrong with a site."""
    site = site.resolve()
    pages = {}
    for path in sorted(site.rglob("*.html")):
        pages[path] = page = Page()
        page.feed(path.read_text(encoding="utf-8"))
    wrong = []
    if len(pages) < 40:
        wrong.append(f"only {len(pages)} pages")
    for path, page in pages.items():
        name = path.relative_to(site)
        if name.name == "404.html":
            continue  # its links begin with the address that the site is published at
        for link in (*page.links, *page.loads):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                if link in page.loads and parts.scheme != "data":
                    wrong.append(f"{name} fetches {link}")
                continue
            target = file_of(site, path, unquote(parts.path))
            if not target.is_file():
                wrong.append(f"{name} leads to {link}, which is not there")
            elif (
                parts.fragment
                and target in pages
                and not parts.fragment.startswith("__")
                and unquote(parts.fragment) not in pages[target].places
            ):
                wrong.append(f"{name} leads to {link}, a place that is not there")
    wrong += [
        f"{path.relative_to(site)} fetches from elsewhere"
        for path in sorted(site.rglob("*.css"))
        if STYLE.search(path.read_text(encoding="utf-8"))
    ]
    return wrong


if __name__ == "__main__":
    found = main(Path(sys.argv[1]))
    sys.stdout.write(
        "".join(f"{one}\n" for one in found) or "Every link leads somewhere.\n"
    )
    sys.exit(bool(found))
