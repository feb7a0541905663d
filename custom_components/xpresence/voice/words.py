"""A spoken sentence as words, each with its place in the text."""

from dataclasses import dataclass
import re
from typing import Final

from .numbers import ENGLISH, GERMAN, TENS

_WORD: Final = re.compile(r"\d+[:.,]\d+|\d+|[^\W\d_]+(?:['’][^\W\d_]+)?\.?")
_NOON: Final = re.compile(r"\b([ap])\.?\s?m\b\.?", re.IGNORECASE)


LONGEST_NUMBER: Final = 6
"""The most digits of a number; no time or duration has more."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text in lower case, and where each begins and ends."""

    text: str
    words: tuple[str, ...]
    places: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, text: str) -> Words:
        """Take a text apart; "3 p.m." becomes "3 pm"."""
        plain = _NOON.sub(r"\1m", text)
        found = list(_WORD.finditer(plain))
        return cls(
            plain,
            tuple(match[0].casefold().rstrip(".").replace("’", "'") for match in found),
            tuple(match.span() for match in found),
        )

    def at(self, index: int) -> str:
        """Return a word; empty beyond the end."""
        return self.words[index] if 0 <= index < len(self.words) else ""

    def without(self, start: int, end: int) -> str:
        """Return the text without the words from ``start`` up to ``end``."""
        if start >= end:
            return self.text
        before = self.text[: self.places[start][0]]
        after = self.text[self.places[end - 1][1] :]
        return f"{before.strip()} {after.strip()}".strip()


def number(words: Words, index: int, german: bool) -> tuple[int, int] | None:
    """Read a number; return it and the index after it."""
    word = words.at(index)
    if word.isdecimal():
        return (int(word), index + 1) if len(word) <= LONGEST_NUMBER else None
    known = GERMAN if german else ENGLISH
    if word not in known:
        return None
    value = known[word]
    if not german and word in TENS:
        unit = known.get(words.at(index + 1), 0)
        if 0 < unit < 10 and words.at(index + 1) not in ("a", "an"):
            return value + unit, index + 2
    return value, index + 1
