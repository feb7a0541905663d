"""Which sentences Home Assistant hands over: those that may be about presence.

A sentence that is caught is lost to everybody else, so each names presence in a word of
its own, or a profile or a person by name. The templates are those of the languages, with
names in their places and room for times; what they say is found out in
:mod:`~.understanding`.
"""

from collections.abc import Iterable, Mapping
from itertools import count
import re
from typing import Any, Final

from ..languages import data as language_data
from .language import Language, load
from .understanding import names_table, spellings

_SPECIAL: Final = re.compile(r"[^\w' ]+")
_BLANK: Final = re.compile(r"<(\w+)>|\{(\w+)(?::\w+)?\}")
_WORDS: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*(?: [^\W\d_]+(?:'[^\W\d_]+)*)*")


def templates(code: str, profiles: Iterable[str], people: Iterable[str]) -> list[str]:
    """Return the sentences of a language with every name in its place.

    Those that name what there is none of are left out.
    """
    language = load(code)
    data = language_data(code, "sentences")
    words = language_data(code, "words")
    rules: Mapping[str, str] = data["rules"]
    names = {
        "profile": any_of(_profile_forms(profiles, language)),
        "person": any_of(_person_forms(people)),
    }
    spelt = _Spelt(words)
    leading, trailing = any_of(words["leading"]), any_of(words["trailing"])
    starts = any_of(words["starts"])
    found: list[str] = []
    for sentences in data["sentences"].values():
        for sentence in sentences:
            if any(f"{{{kind}}}" in sentence and not names[kind] for kind in names):
                continue
            numbers = count()
            filled = _filled(sentence, rules, names, starts, spelt, numbers)
            before = "" if filled.startswith("[{t") else f"[{leading}] "
            after = "" if filled.rstrip("]").endswith("}") else f" [{trailing}]"
            found.append(f"{before}{filled}{after}")
    return found


def _filled(
    sentence: str,
    rules: Mapping[str, str],
    names: Mapping[str, str],
    starts: str,
    spelt: _Spelt,
    numbers: Any,
) -> str:
    parts: list[str] = []
    last = 0
    for blank in _BLANK.finditer(sentence):
        if blank.start() < last:
            continue
        parts.append(spelt.of(sentence[last : blank.start()]))
        rule, kind = blank.groups()
        if rule == "t":
            parts.append(f"[{{t{next(numbers)}}}]")
        elif rule == "time":
            parts.append(f"[{starts} [{{t{next(numbers)}}}]]")
        elif rule is not None:
            parts.append(_filled(rules[rule], rules, names, starts, spelt, numbers))
        elif kind in names:
            parts.append(names[kind])
        else:
            parts.append(f"{{{kind}{next(numbers)}}}")
        last = blank.end()
        if kind and kind not in names and sentence.startswith(" <t>", last):
            # What may be anything takes a time too; two of these side by side match
            # nothing.
            last += len(" <t>")
    parts.append(spelt.of(sentence[last:]))
    return "".join(parts)


class _Spelt:
    """Words in every spelling that counts as the same."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        self._fold: Mapping[str, str] = words["fold"]
        same: dict[str, list[str]] = {}
        for word, like in words["same"].items():
            if word != like:
                same.setdefault(like.casefold(), []).append(word)
        self._same = same
        phrases = sorted(same, key=len, reverse=True)
        self._find = re.compile(
            rf"(?<![\w'])(?:{'|'.join(map(re.escape, phrases)) or '(?!)'})(?![\w'])",
            re.IGNORECASE,
        )

    def of(self, text: str) -> str:
        """Return a piece of a template with its words' other spellings."""
        done = self._find.sub(
            lambda m: any_of([m[0], *self._same[m[0].casefold()]]), text
        )
        return re.sub(r"[^\W\d_]*[^\x00-\x7f][^\W\d_]*", self._accents, done)

    def _accents(self, match: re.Match[str]) -> str:
        word = match[0]
        plain = word
        for letter, spelling in self._fold.items():
            plain = plain.replace(letter, spelling)
        return word if plain == word else f"({word}|{plain})"


def any_of(forms: Iterable[str]) -> str:
    """Return a choice; empty where there is nothing to choose from."""
    found = dict.fromkeys(plain for form in forms if (plain := plain_name(form)))
    return f"({'|'.join(found)})" if found else ""


def plain_name(name: str) -> str:
    """Return a name without what a sentence cannot hold."""
    return " ".join(_SPECIAL.sub(" ", name).split())


def _profile_forms(profiles: Iterable[str], language: Language) -> list[str]:
    """Return how profiles may come out of a recogniser, and what else they are called."""
    forms: list[str] = []
    known = tuple(profiles)
    for name in known:
        forms += spellings(name)
    table = names_table(known, language)
    words = language_data(language.code, "words")["profiles"]
    for names in words.values():
        for name in names:
            if language.spelling.words(name) in table:
                forms += spellings(name)
    return forms


def _person_forms(people: Iterable[str]) -> list[str]:
    """Return people's names and first names, each also with an s."""
    forms: list[str] = []
    for name in people:
        for form in (name, *name.split()[:1]):
            for spelt in spellings(form):
                forms += [spelt, f"{spelt}s", f"{spelt}'s"]
    return forms
