"""Which name was spoken: never a wrong one, rather a question.

Names are compared without case, umlaut forms, articles, blanks and hyphens. What is
close enough counts only where nothing else comes near.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
import re
from typing import Final

from .language import Language
from .understanding import names_table, people_table
from .words import Token

NEAR: Final = 0.8
"""How alike two words are that count as one; found with what recognisers mishear."""
SHORTEST: Final = 4
"""Letters of a word that may be misheard."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The name that was meant, or those that it may be."""

    name: str | None
    candidates: tuple[str, ...] = ()


def heard(spoken: str, names: Iterable[str], language: Language) -> Heard:
    """Find a spoken name among the known ones.

    A name counts by likeness only as a whole, word for word, where nothing else is as
    like, and never with a word too much or too little.
    """
    known = tuple(dict.fromkeys(names))
    said = _bare(spoken, language)
    for form in (_joined, _bare_joined):
        whole = form(spoken, language)
        exact = tuple(name for name in known if whole and form(name, language) == whole)
        if len(exact) == 1:
            return Heard(exact[0])
        if exact:
            return Heard(None, exact)
    if not said:
        return Heard(None)
    table = names_table(known, language)
    for words in (language.spelling.tokens(spoken),):
        for end, meant in table.find(words, 0):
            if end == len(words):
                return _one(tuple(sorted(meant)))
    for end, meant in table.find([Token(word, 0, 0) for word in said], 0):
        if end == len(said):
            return _one(tuple(sorted(meant)))
    like = [name for name in known if _alike(said, _bare(name, language), language)]
    if like:
        return _one(tuple(like))
    plain = {word for word in said if not word.isdecimal()}
    part = tuple(name for name in known if plain <= set(_bare(name, language)))
    return Heard(None, part if plain else ())


def _one(names: tuple[str, ...]) -> Heard:
    return Heard(names[0]) if len(names) == 1 else Heard(None, names)


def _joined(name: str, language: Language) -> str:
    return re.sub(r"[\W_]+", "", language.spelling.folded(name))


def _bare(name: str, language: Language) -> tuple[str, ...]:
    words = re.findall(r"\w+", language.spelling.folded(name))
    return tuple(word for word in words if word not in language.little)


def _bare_joined(name: str, language: Language) -> str:
    return "".join(_bare(name, language))


def _alike(one: tuple[str, ...], other: tuple[str, ...], language: Language) -> bool:
    """Tell whether two names are the same, misheard in some letters."""
    if len(one) != len(other) or not one:
        return False
    negated = language.negations
    if {w for w in one if w in negated} != {w for w in other if w in negated}:
        return False
    return all(
        a == b
        or (
            min(len(a), len(b)) >= SHORTEST
            and SequenceMatcher(None, a, b, autojunk=False).ratio() >= NEAR
        )
        for a, b in zip(one, other, strict=True)
    )


def of_whom(spoken: str, names: Iterable[str], language: Language) -> Heard:
    """Find a person whose name may stand in the genitive: Anna's, Annas."""
    known = tuple(names)
    words = language.spelling.tokens(spoken.strip().replace("’", "'"))
    for end, people in people_table(known, language).find(words, 0):
        if end == len(words):
            return _one(tuple(sorted(people)))
    return heard(spoken.strip().removesuffix("'s"), known, language)
