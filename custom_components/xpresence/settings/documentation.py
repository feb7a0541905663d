"""Where the documents stand, for links in pages, notices and cards."""

from typing import Final

SITE: Final = "https://xpresence.github.io/xpresence"
"""The one address: mkdocs.yml builds the site for it, and a test compares the rest."""
TRANSLATED: Final = frozenset({"de"})
"""Languages that the site has beside English; pages not translated are English there."""


def documentation(page: str, language: str, anchor: str = "") -> str:
    """Return the address of one page: ``docs/<page>.md`` in the reader's language."""
    code = language.partition("-")[0].lower()
    folder = f"/{code}" if code in TRANSLATED else ""
    return f"{SITE}{folder}/{page}/" + (f"#{anchor}" if anchor else "")
