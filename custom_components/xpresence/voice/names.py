"""Which name was spoken: never a wrong one, rather a question.

Names are compared without case, umlaut forms, articles, blanks and hyphens. What is
close enough counts only where nothing else comes near.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
import re
from typing import Final
import unicodedata

LITTLE: Final = frozenset(
    [
        "a",
        "an",
        "the",
        "my",
        "in",
        "at",
        "on",
        "for",
        "to",
        "into",
        "out",
        "of",
        "be",
        "being",
        "as",
        "profile",
        "status",
        "presence",
        "der",
        "die",
        "das",
        "den",
        "dem",
        "des",
        "ein",
        "eine",
        "einen",
        "einem",
        "einer",
        "mein",
        "meine",
        "meinen",
        "meiner",
        "im",
        "in",
        "am",
        "beim",
        "bei",
        "zu",
        "zur",
        "zum",
        "auf",
        "als",
        "profil",
        "präsenz",
        "praesenz",
        "präsenzprofil",
    ]
)
"""Words that a sentence needs and a name does not."""
UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
NEAR: Final = 0.84
"""How alike two names are that count as one; found with what recognisers mishear."""
AHEAD: Final = 0.1
"""By how much the best has to be nearer than the next."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The name that was meant, or those that it may be."""

    name: str | None
    candidates: tuple[str, ...] = ()


def heard(spoken: str, names: Iterable[str]) -> Heard:
    """Find a spoken name among the known ones."""
    known = tuple(dict.fromkeys(names))
    for form in (_whole, _bare):
        said = form(spoken)
        exact = tuple(name for name in known if said and form(name) == said)
        if len(exact) == 1:
            return Heard(exact[0])
        if exact:
            return Heard(None, exact)
    said = _bare(spoken)
    if not said:
        return Heard(None)
    part = tuple(name for name in known if _words(spoken) <= _words(name))
    if len(part) > 1:
        return Heard(None, part)
    ranked = sorted(
        ((_likeness(said, _bare(name)), name) for name in known), reverse=True
    )
    if ranked and len(said) >= 4:
        best, name = ranked[0]
        next_best = ranked[1][0] if len(ranked) > 1 else 0.0
        if best >= NEAR and best - next_best >= AHEAD:
            return Heard(name)
        if best >= NEAR:
            close = tuple(n for likeness, n in ranked if likeness >= best - AHEAD)
            return Heard(None, close)
    return Heard(None, part)


def folded(text: str) -> str:
    """Return a text in lower case, umlauts spelt out, words apart by one blank."""
    plain = unicodedata.normalize("NFC", text).casefold().translate(UMLAUTS)
    return " ".join(re.findall(r"\w+", plain))


def _whole(name: str) -> str:
    folded = unicodedata.normalize("NFC", name).casefold().translate(UMLAUTS)
    return re.sub(r"[\W_]+", "", folded)


def _bare(name: str) -> str:
    words = re.findall(r"\w+", unicodedata.normalize("NFC", name).casefold())
    return "".join(w.translate(UMLAUTS) for w in words if w not in LITTLE)


def _words(name: str) -> frozenset[str]:
    words = re.findall(r"\w+", unicodedata.normalize("NFC", name).casefold())
    return frozenset(w.translate(UMLAUTS) for w in words if w not in LITTLE)


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def of_whom(spoken: str, names: Iterable[str]) -> Heard:
    """Find a person whose name may stand in the genitive: Anna's, Annas."""
    known = tuple(names)
    plain = spoken.strip().replace("’", "'")
    forms = [plain, plain.removesuffix("'s"), plain.removesuffix("'")]
    if plain.casefold().endswith("s"):
        forms.append(plain[:-1])
    for form in forms:
        if (found := _exactly(form, known)) is not None:
            return Heard(found)
    for form in forms:
        first = tuple(n for n in known if _whole(n.split()[0]) == _whole(form))
        if len(first) > 1:
            return Heard(None, first)
    return heard(plain.removesuffix("'s"), known)


def _exactly(spoken: str, names: tuple[str, ...]) -> str | None:
    said = _whole(spoken)
    whole = [name for name in names if _whole(name) == said]
    if len(whole) == 1:
        return whole[0]
    first = [name for name in names if _whole(name.split()[0]) == said]
    return first[0] if len(first) == 1 and not whole else None
