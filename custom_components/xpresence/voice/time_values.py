"""The values of time phrases, and what a sentence's phrases result in."""

from dataclasses import dataclass
from datetime import date, datetime

from .grammar import Slots


class UnclearTime(Exception):
    """A time was said, but not one that is understood, or one that is over."""


class Doubtful(Exception):
    """A time that is probably not meant; ``when`` is what it would be."""

    def __init__(self, when: When) -> None:
        """Take what it would be if it were meant."""
        super().__init__()
        self.when = when


class Later(Exception):
    """The sentence is about later or about the past, without naming a time."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day; ``dial``: it may mean either half of the day."""

    hour: int
    minute: int
    dial: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """A time as it was said, before it is known what it refers to."""

    day: date | None = None
    clock: Clock | None = None
    part: int | None = None
    until: date | None = None
    """The day after the last of several days."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A time phrase of a sentence: from one token up to another."""

    kind: str
    start: int
    end: int
    slots: Slots


@dataclass(frozen=True, slots=True)
class When:
    """Instants in UTC; a beginning of ``None`` is now.

    ``whole``: whole days were said, so the beginning has an end by itself.
    """

    start: datetime | None = None
    end: datetime | None = None
    until_return: bool = False
    until_changed: bool = False
    whole: bool = False
