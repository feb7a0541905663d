"""Templates in hassil's form, matched against words.

Home Assistant's own recogniser matches whole sentences of fixed lists. Here a template may
also match a part of a sentence, and a slot may be anything that a function finds: a time,
a name. A template is written as in the intents of Home Assistant: ``[optional]``,
``(one|other)``, ``<rule>``, ``{slot}`` or ``{kind:slot}``; words are never glued to a group.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hassil import expression as hassil
from hassil.parse_expression import parse_sentence

from .words import Token

type Slots = tuple[tuple[str, Any], ...]
type Find = Callable[[Sequence[Token], int], Iterator[tuple[int, Any]]]
"""Finds something at an index: where it ends, and what it is."""
type Kinds = Mapping[str, Find]


class TemplateError(ValueError):
    """A template that cannot be read; the text names it."""


@dataclass(frozen=True, slots=True)
class Word:
    """A fixed word."""

    word: str

    def match(
        self, tokens: Sequence[Token], at: int, kinds: Kinds
    ) -> Iterator[tuple[int, Slots]]:
        """Yield each end of a match, and the slots."""
        if at < len(tokens) and tokens[at].word == self.word:
            yield at + 1, ()


@dataclass(frozen=True, slots=True)
class Slot:
    """Something that a function finds."""

    kind: str
    name: str

    def match(
        self, tokens: Sequence[Token], at: int, kinds: Kinds
    ) -> Iterator[tuple[int, Slots]]:
        """Yield each end of a match, and the slots."""
        for end, value in kinds[self.kind](tokens, at):
            yield end, ((self.name, value),)


@dataclass(frozen=True, slots=True)
class Chain:
    """One after the other."""

    items: tuple[Node, ...]

    def match(
        self, tokens: Sequence[Token], at: int, kinds: Kinds
    ) -> Iterator[tuple[int, Slots]]:
        """Yield each end of a match, and the slots."""
        yield from self._rest(tokens, at, kinds, 0)

    def _rest(
        self, tokens: Sequence[Token], at: int, kinds: Kinds, index: int
    ) -> Iterator[tuple[int, Slots]]:
        if index == len(self.items):
            yield at, ()
            return
        for end, slots in self.items[index].match(tokens, at, kinds):
            for after, more in self._rest(tokens, end, kinds, index + 1):
                yield after, slots + more


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several."""

    items: tuple[Node, ...]

    def match(
        self, tokens: Sequence[Token], at: int, kinds: Kinds
    ) -> Iterator[tuple[int, Slots]]:
        """Yield each end of a match, and the slots."""
        for item in self.items:
            yield from item.match(tokens, at, kinds)


type Node = Word | Slot | Chain | Choice


def compiled(
    template: str,
    words: Callable[[str], tuple[str, ...]],
    rules: Mapping[str, str],
) -> Node:
    """Return a template as it is matched.

    Args:
        template: in hassil's form.
        words: takes a text apart as the sentences are.
        rules: what stands for ``<name>``; a name without a rule stands for nothing.

    Raises:
        TemplateError: it cannot be read, or a word is glued to a group.
    """
    try:
        parsed = parse_sentence(template).expression
    except Exception as error:
        raise TemplateError(f"{template}: {error}") from error
    return _node(parsed, template, words, rules)


def _node(
    part: hassil.Expression,
    template: str,
    words: Callable[[str], tuple[str, ...]],
    rules: Mapping[str, str],
) -> Node:
    if isinstance(part, hassil.TextChunk):
        return Chain(
            tuple(Word(word) for word in words(part.text) if part.text.strip())
        )
    if isinstance(part, hassil.ListReference):
        return Slot(part.list_name, part.slot_name)
    if isinstance(part, hassil.RuleReference):
        rule = rules.get(part.rule_name)
        return Chain(()) if rule is None else compiled(rule, words, rules)
    if not isinstance(part, hassil.Group) or isinstance(part, hassil.Permutation):
        raise TemplateError(f"{template}: {part}")
    if isinstance(part, hassil.Alternative):
        return Choice(tuple(_node(one, template, words, rules) for one in part.items))
    _check_gaps(part, template)
    return Chain(tuple(_node(one, template, words, rules) for one in part.items))


def _check_gaps(chain: hassil.Group, template: str) -> None:
    """Raise where a word touches a group: what is matched are whole words."""
    for one, other in zip(chain.items, chain.items[1:], strict=False):
        texts = [p.text for p in (one, other) if isinstance(p, hassil.TextChunk)]
        if len(texts) == 2:
            continue
        before = one.text if isinstance(one, hassil.TextChunk) else None
        after = other.text if isinstance(other, hassil.TextChunk) else None
        if (before and not before[-1].isspace()) or (after and not after[0].isspace()):
            raise TemplateError(f"{template}: a word is glued to a group")
