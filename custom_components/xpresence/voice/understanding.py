"""What a sentence asks for; nothing that is not understood whole.

Times are looked for first and taken out. What is left has to be one of the language's
sentences, word for word, with known names in their places; a part that is left over makes
it not understood. Only where a name stands at the end of such a sentence ("set my status
to …") it may be anything, and is then compared with the whole names there are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Final

from ..languages import LANGUAGES
from .ask import Ask
from .grammar import Kinds
from .language import Language, Table, in_order, load
from .time_values import Phrase
from .times import Times
from .words import Token, plain, said

UMLAUTS: Final = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}
)
ANYTHING: Final = frozenset({"rest", "who", "target"})
"""Slots that take whatever was said; a sentence without them is understood better."""
LONGEST_NAME: Final = 6
"""Words of a name that nobody here has."""


@dataclass(frozen=True, slots=True)
class Known:
    """The names that a sentence may hold: of profiles, and of people by their ids."""

    profiles: tuple[str, ...]
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to understand a sentence.

    ``slots``: names as they are called here (``profile``, ``person``), and what may be
    anything as it was said (``rest``, ``who``, ``target``).
    """

    ask: Ask
    language: Language
    times: Times
    slots: Mapping[str, Any] = field(default_factory=dict)
    phrases: tuple[Phrase, ...] = ()
    info_text: str | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence in one language, taken apart."""

    text: str
    tokens: tuple[Token, ...]
    phrases: tuple[Phrase, ...]
    times: Times
    info_text: str | None


def taken_apart(text: str, language: Language, now: datetime) -> Sentence:
    """Return a sentence's words, times and info text."""
    text = plain(text)
    tokens = language.spelling.tokens(text)
    times = Times(language, now)
    tokens, info_text = _without_info(text, tokens, language, times.kinds)
    return Sentence(text, tokens, times.phrases(tokens), times, info_text)


def understand(
    text: str, known: Known, now: datetime, spoken: str | None
) -> Reading | None:
    """Return what is asked; ``None``: not understood whole in any language.

    Args:
        text: as it was said.
        known: the names that there are.
        now: in the zone of whom it is about.
        spoken: the language that is looked at first.
    """
    weak: Reading | None = None
    for code in in_order(spoken):
        language = load(code)
        sentence = taken_apart(text, language, now)
        for phrases in _choices(sentence, known, language):
            for reading in _readings(sentence, phrases, known, language):
                if not reading.slots.keys() & ANYTHING:
                    return reading
                if phrases is not None:
                    weak = _better(weak, reading)
            if weak is not None and weak.language is language:
                break
    return weak


def _choices(
    sentence: Sentence, known: Known, language: Language
) -> Iterator[tuple[Phrase, ...] | None]:
    """Yield which time phrases are taken out.

    First none, for a sentence may hold one itself ("done for today"); then all but words
    such as "soon"; then all; then those that leave a name alone.
    """
    yield None
    timed = tuple(one for one in sentence.phrases if one.kind not in ("later", "past"))
    if timed != sentence.phrases:
        yield timed
    yield sentence.phrases
    names = names_table(known.profiles, language)
    for at in range(len(sentence.tokens)):
        for end, _ in names.find(sentence.tokens, at):
            # A time that ends in a name ("this noon") is one; where a name begins it,
            # the rest may be another.
            crossed = any(
                phrase.start < at < phrase.end or phrase.start < end < phrase.end
                for phrase in sentence.phrases
                if phrase.start != at
            )
            if not crossed:
                within = frozenset(range(at, end))
                yield sentence.times.phrases(sentence.tokens, within)
            break


def _readings(
    sentence: Sentence,
    phrases: tuple[Phrase, ...] | None,
    known: Known,
    language: Language,
) -> Iterator[Reading]:
    phrases = phrases or ()
    taken = {at for phrase in phrases for at in range(phrase.start, phrase.end)}
    left = [token for at, token in enumerate(sentence.tokens) if at not in taken]
    kinds = _kinds(sentence.text, known, language)
    for ask, node in language.sentences:
        for end, slots in node.match(left, 0, kinds):
            if end == len(left) and _has_times(ask, phrases):
                yield Reading(
                    ask,
                    language,
                    sentence.times,
                    dict(slots),
                    phrases,
                    sentence.info_text,
                )


def names_table(names: Iterable[str], language: Language) -> Table[frozenset[str]]:
    """Return profiles by the words that they are spoken with.

    A profile that is called like one of those that an office starts with, in any
    language, is also known by what the language calls that one.
    """
    known = tuple(names)
    meant: dict[tuple[str, ...], set[str]] = {}
    for alias, concept in language.aliases:
        called = {name for name in known if concept in concepts(name)}
        if called:
            meant.setdefault(alias, set()).update(called)
    own: dict[tuple[str, ...], set[str]] = {}
    for name in known:
        for form in spellings(name):
            own.setdefault(language.spelling.words(form), set()).add(name)
    return Table((spoken, frozenset(found)) for spoken, found in (meant | own).items())


def _better(known: Reading | None, other: Reading) -> Reading:
    """Return of two readings the first, or the same with less that may be anything."""
    if known is None:
        return other
    same = known.ask is other.ask and known.language is other.language
    return other if same and _anything(other) < _anything(known) else known


def _anything(reading: Reading) -> int:
    return sum(len(str(reading.slots.get(name, ""))) for name in ANYTHING)


def _has_times(ask: Ask, phrases: tuple[Phrase, ...]) -> bool:
    """Tell whether the times are there that a sentence needs to say something."""
    if ask is Ask.INVERTED:
        return bool(phrases) and phrases[0].start == 0
    return bool(phrases) or ask is not Ask.TIMED


def spellings(name: str) -> tuple[str, ...]:
    """Return a name as it is written, and with its umlauts spelt out."""
    return tuple(dict.fromkeys((name, name.translate(UMLAUTS))))


@cache
def concepts(name: str) -> frozenset[str]:
    """Return which of the profiles that an office starts with a name is a word for."""
    return frozenset(
        concept
        for code in LANGUAGES
        for alias, concept in load(code).aliases
        if alias == load(code).spelling.words(name)
    )


def people_table(names: Iterable[str], language: Language) -> Table[frozenset[str]]:
    """Return people by their names, first names and genitives; several may have one."""
    meant: dict[tuple[str, ...], set[str]] = {}
    whole: dict[tuple[str, ...], set[str]] = {}
    for name in names:
        for form in (name, *name.split()[:1]):
            forms = whole if form == name else meant
            for spelt in spellings(form):
                for spoken in (spelt, f"{spelt}s", f"{spelt}'s"):
                    forms.setdefault(language.spelling.words(spoken), set()).add(name)
    # A whole name is nobody else's first name.
    return Table(
        (spoken, frozenset(found)) for spoken, found in (meant | whole).items()
    )


def _kinds(text: str, known: Known, language: Language) -> Kinds:
    profiles = names_table(known.profiles, language)
    people = people_table(known.people, language)

    def anything(
        tokens: Sequence[Token], at: int, most: int | None = None
    ) -> Iterator[tuple[int, str]]:
        last = len(tokens) if most is None else min(len(tokens), at + most)
        for end in range(last, at, -1):
            yield end, said(text, tokens[at:end])

    return {
        "profile": profiles.find,
        "person": people.find,
        "who": lambda tokens, at: anything(tokens, at, LONGEST_NAME),
        "rest": anything,
        "target": anything,
    }


def _without_info(
    text: str, tokens: tuple[Token, ...], language: Language, kinds: Kinds
) -> tuple[tuple[Token, ...], str | None]:
    for at in range(len(tokens)):
        for node in language.info:
            for end, _ in node.match(tokens, at, kinds):
                if at > 0 and end < len(tokens):
                    return tokens[:at], text[tokens[end].start :].strip(" .")
    return tokens, None
