"""What xpresence says and understands, one folder a language.

``texts.yaml`` says decisions, changes and settings; what an integration's pages and
errors say stands in ``translations/`` instead, where Home Assistant looks for it. A new
language is a new folder (``docs/translating.md``); no code names one.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from ..presence.texts import Texts

FOLDER: Final = Path(__file__).parent
FALLBACK: Final = "en"
"""The language of whoever's own is not here."""
LANGUAGES: Final = tuple(
    sorted(path.parent.name for path in FOLDER.glob("*/texts.yaml"))
)
"""The languages that there are."""

# Every scalar stays a string: "on" and "no" are words, not truth values.
_LOADER: Final[Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@cache
def data(language: str, name: str) -> Any:
    """Return what a file of a language holds; every scalar is a string.

    It reads the disk when called first.
    """
    text = (FOLDER / language / f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=_LOADER)  # noqa: S506  (it makes strings only)


def known(language: str | None) -> str:
    """Return the language that is here for a language tag: "de" for "de-CH"."""
    base = (language or FALLBACK).replace("_", "-").partition("-")[0].casefold()
    return base if base in LANGUAGES else FALLBACK


_TEXTS: Final[Mapping[str, Texts]] = {one: data(one, "texts") for one in LANGUAGES}
# Read while the module is imported, which Home Assistant does outside its event loop.


def texts_in(language: str | None) -> Texts:
    """Return the phrases of a language, English ones where it is not here."""
    return _TEXTS[known(language)]
