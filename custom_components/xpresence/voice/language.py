"""A language as voice uses it: its words, times, sentences and answers, all of them data."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..languages import (
    LANGUAGES,
    data as language_data,
    known as language_known,
    texts_in,
)
from .ask import Ask
from .grammar import Node, compiled
from .words import Spelling, Token

type Pattern = tuple[Node, str]
"""A template, and what a match of it means."""


class Table[Value]:
    """Phrases of one or more words, each with its meaning."""

    def __init__(self, entries: Iterable[tuple[tuple[str, ...], Value]]) -> None:
        """Take the phrases as they are compared."""
        self._values: dict[tuple[str, ...], Value] = {}
        for phrase, value in entries:
            if phrase:
                self._values.setdefault(phrase, value)
        self._longest = max((len(phrase) for phrase in self._values), default=0)

    def find(self, tokens: Sequence[Token], at: int) -> Iterator[tuple[int, Value]]:
        """Yield every phrase that stands at an index, longest first."""
        most = min(self._longest, len(tokens) - at)
        for length in range(most, 0, -1):
            phrase = tuple(token.word for token in tokens[at : at + length])
            if phrase in self._values:
                yield at + length, self._values[phrase]

    def __contains__(self, phrase: object) -> bool:
        """Return whether a phrase, as a tuple of words, is in it."""
        return phrase in self._values


@dataclass(frozen=True, slots=True)
class Language:
    """What is known of one language."""

    code: str
    spelling: Spelling
    little: frozenset[str]
    """Words that a sentence needs and a name does not."""
    negations: frozenset[str]
    """Words that a name must not gain or lose by likeness."""
    numbers: Table[int]
    ordinals: Table[int]
    articles: Table[int]
    digits: Table[str]
    """Single digits of a telephone number, as they are spoken."""
    decimals: Table[float]
    units: Table[int]
    """Units of time in minutes."""
    weekdays: Table[int]
    months: Table[int]
    relative: Table[int]
    """Days from today."""
    parts: Table[int]
    """Parts of a day by the hour that they stand for."""
    halves: Table[bool]
    """What stands behind an hour → whether it is in the second half of the day."""
    periods: Table[str]
    voicemail: Table[bool]
    aliases: tuple[tuple[tuple[str, ...], str], ...]
    """What the profiles that an office starts with are called, each with its key."""
    yes: Table[bool]
    """Words of consent and of refusal."""
    clocks: tuple[Pattern, ...]
    durations: tuple[Pattern, ...]
    days: tuple[Pattern, ...]
    points: tuple[Pattern, ...]
    whens: tuple[Pattern, ...]
    info: tuple[Node, ...]
    sentences: tuple[tuple[Ask, Node], ...]
    answers: Mapping[str, str]
    said: Mapping[str, Any]
    """How times and choices are said."""

    def answer(self, key: str, **placeholders: str) -> str:
        """Return an answer."""
        return self.answers[key].format(**placeholders)


@cache
def load(code: str) -> Language:
    """Return a language that is here; it reads the disk when called first."""
    texts = texts_in(code)
    words = language_data(code, "words")
    times = language_data(code, "times")
    sentences = language_data(code, "sentences")
    answers = language_data(code, "answers")
    spelling = _spelling(words)
    rules = {**words["rules"], **sentences["rules"]}

    def table[Value](entries: Mapping[str, str], read: Any = int) -> Table[Any]:
        return Table(
            (spelling.words(key), read(value)) for key, value in entries.items()
        )

    def listed(phrases: Iterable[str], value: Any) -> Table[Any]:
        return Table((spelling.words(phrase), value) for phrase in phrases)

    def patterns(found: Mapping[str, str]) -> tuple[Pattern, ...]:
        return tuple(
            (compiled(template, spelling.template, rules), meaning)
            for template, meaning in found.items()
        )

    def templates(found: Iterable[str]) -> tuple[Node, ...]:
        return tuple(compiled(one, spelling.template, rules) for one in found)

    return Language(
        code=code,
        spelling=spelling,
        little=frozenset(spelling.folded(word) for word in words["little"]),
        negations=frozenset(spelling.folded(word) for word in words["negations"]),
        numbers=table(words["numbers"]),
        ordinals=table(words["ordinals"]),
        articles=listed(words["articles"], 1),
        digits=table(words["digits"], str),
        decimals=table(words["decimals"], float),
        units=table(times["units"]),
        weekdays=table(times["weekdays"]),
        months=table(times["months"]),
        relative=table(times["relative"]),
        parts=table(times["parts"]),
        halves=table(times["halves"], lambda half: half == "second"),
        periods=table(times["periods"], str),
        voicemail=listed(words["voicemail"], True),
        aliases=tuple(
            (spelling.words(name), concept)
            for concept, names in words["profiles"].items()
            for name in (texts["default_profiles"][concept], *names)
        ),
        yes=Table(
            (spelling.words(word), consent == "yes")
            for consent in ("yes", "no")
            for word in words[consent]
        ),
        clocks=patterns(times["clocks"]),
        durations=patterns(times["durations"]),
        days=patterns(times["days"]),
        points=patterns(times["points"]),
        whens=tuple(
            (node, kind)
            for kind, found in times["when"].items()
            for node in templates(found)
        ),
        info=templates(words["info"]),
        sentences=tuple(
            (Ask(ask), node)
            for ask, found in sentences["sentences"].items()
            for node in templates(found)
        ),
        answers=answers["answers"],
        said=answers["said"],
    )


def _spelling(words: Mapping[str, Any]) -> Spelling:
    plain = Spelling(words["fold"], {}, frozenset(), frozenset())
    elisions = frozenset(plain.folded(word) for word in words["elisions"])
    same = {
        plain.folded(word): plain.folded(like) for word, like in words["same"].items()
    }
    apart = Spelling(words["fold"], same, frozenset(), elisions)
    spoken = [apart.words(filler) for filler in words["fillers"]]
    return Spelling(
        words["fold"],
        same,
        frozenset(filler[0] for filler in spoken if len(filler) == 1),
        elisions,
        tuple(filler for filler in spoken if len(filler) > 1),
    )


def in_order(code: str | None) -> tuple[str, ...]:
    """Return every language, that of a speaker first."""
    first = language_known(code)
    return (first, *(one for one in LANGUAGES if one != first))
