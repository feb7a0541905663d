"""A spoken sentence as words, each with its place in the text."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
import re
from typing import Final
import unicodedata

_WORD: Final = re.compile(
    # A minus is no sentence's word: no time is less than nothing.
    r"(?<=\s)[-−](?=\d)|\d+[:.,]\d+|\d+|\+|[^\W\d_]+(?:['’][^\W\d_]+)*['’]?",
    re.UNICODE,
)
_NOON: Final = re.compile(r"\b([ap])\.?\s?m\b\.?", re.IGNORECASE)
MOST_WORDS: Final = 60
"""Words of a sentence that are looked at; nobody says more at once."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it is compared, and where it stands in the text."""

    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a language's words are made alike before they are compared.

    ``fold``: letters that are spelt out; other accents are dropped. ``same``: words that
    count as others ("I'm" as "I am"). ``fillers``: words that say nothing. ``elisions``:
    what stands before an apostrophe as a word of its own (French).
    """

    fold: Mapping[str, str]
    same: Mapping[str, str]
    fillers: frozenset[str]
    elisions: frozenset[str]
    courtesies: tuple[tuple[str, ...], ...] = ()
    """Fillers of several words."""

    def folded(self, word: str) -> str:
        """Return a word in lower case, without accents."""
        plain = unicodedata.normalize("NFC", word).casefold().replace("’", "'")
        for letter, spelt in self.fold.items():
            plain = plain.replace(letter, spelt)
        apart = unicodedata.normalize("NFD", plain)
        return "".join(c for c in apart if not unicodedata.combining(c))

    def tokens(self, text: str) -> tuple[Token, ...]:
        """Take a :func:`plain` text apart."""
        found: list[Token] = []
        for match in _WORD.finditer(text):
            if len(found) >= MOST_WORDS:
                break
            found += [Token(word, *match.span()) for word in self._words(match[0])]
        spoken = tuple(
            token
            for token in self._without_courtesies(found)
            if token.word not in self.fillers
        )
        return spoken or tuple(found)

    def _without_courtesies(self, tokens: list[Token]) -> list[Token]:
        words = [token.word for token in tokens]
        for phrase in self.courtesies:
            for at in range(len(words) - len(phrase), -1, -1):
                if tuple(words[at : at + len(phrase)]) == phrase:
                    del words[at : at + len(phrase)], tokens[at : at + len(phrase)]
        return tokens

    def template(self, text: str) -> tuple[str, ...]:
        """Return the words of a piece of a template; it may be fillers alone."""
        return tuple(
            word
            for match in _WORD.finditer(text)
            for word in self._words(match[0])
            if word not in self.fillers
        )

    def words(self, text: str) -> tuple[str, ...]:
        """Return the words of a text as they are compared."""
        return tuple(token.word for token in self.tokens(text))

    def _words(self, said: str) -> Iterable[str]:
        word = self.folded(said)
        if word in self.same:
            return self.same[word].split()
        head, apostrophe, tail = word.partition("'")
        if apostrophe and tail and f"{head}'" in self.elisions:
            return [f"{head}'", *self._words(tail)]
        return [word.rstrip("'") or word]


def plain(text: str) -> str:
    """Return a text as it is taken apart: "3 p.m." becomes "3 pm"."""
    return _NOON.sub(r"\1m", unicodedata.normalize("NFC", text))


def said(text: str, tokens: Iterable[Token]) -> str:
    """Return what tokens say, as it stands in the text."""
    parts: list[str] = []
    last = (-1, -1)
    for token in tokens:
        if (token.start, token.end) != last:
            parts.append(text[token.start : token.end])
        last = (token.start, token.end)
    return " ".join(parts)
