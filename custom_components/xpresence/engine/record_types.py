"""How stored records are checked when they are loaded.

One that is damaged costs itself and nothing else. What a later minor version added to
one is kept when this version writes it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..presence.stored import Malformed, fields

type Check = Callable[[Any], object]
"""Reads a value for the sake of its errors: ``ValueError`` where it is damaged."""
type Found = tuple[dict[str, Any] | None, frozenset[str]]
"""What is left of a record (``None``: nothing), and the fields that were damaged."""


class RecordType(Protocol):
    """One kind of record."""

    def check(self, record: Any) -> Found:
        """Return the record without what is damaged, and what that was."""

    def keep(self, before: Mapping[str, Any], now: dict[str, Any]) -> dict[str, Any]:
        """Return a new record with the fields of the old one that are not ours.

        A later minor version wrote them, and will look for them again.
        """


@dataclass(frozen=True, slots=True)
class Whole:
    """A record that is of use only as a whole."""

    read: Check
    known: frozenset[str]

    def check(self, record: Any) -> Found:
        """Return the record, or nothing of it."""
        try:
            self.read(record)
            return dict(fields(record)), frozenset()
        except ValueError:
            return None, frozenset({"*"})

    def keep(self, before: Mapping[str, Any], now: dict[str, Any]) -> dict[str, Any]:
        """Return the new record with the old one's fields that are not known."""
        return {k: v for k, v in before.items() if k not in self.known} | now


@dataclass(frozen=True, slots=True)
class Fields:
    """A record whose fields are of use each by itself.

    ``doubt``: the field that says, once and for all, that one of ``needed`` was
    damaged; ``{}`` in place of the record is then no answer.
    """

    checks: Mapping[str, Check | RecordType]
    needed: frozenset[str] = frozenset()
    doubt: str | None = None

    def check(self, record: Any) -> Found:
        """Return the fields that are whole; those that are not known stay."""
        try:
            given = fields(record)
        except Malformed:
            return self.doubtful({}), frozenset({"*"})
        kept: dict[str, Any] = {}
        damaged: set[str] = set()
        for name, value in given.items():
            found, bad = _checked(self.checks.get(name), value)
            if bad:
                damaged.add(name)
            if not bad or found is not None:
                kept[name] = found
        if damaged & self.needed:
            kept = self.doubtful(kept) or {}
        return kept, frozenset(damaged)

    def doubtful(self, record: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return a record that says that what it needs is not to be relied upon."""
        if self.doubt is None:
            return dict(record) or None
        kept = {k: v for k, v in record.items() if k not in self.needed}
        return kept | {self.doubt: True}

    def keep(self, before: Mapping[str, Any], now: dict[str, Any]) -> dict[str, Any]:
        """Return the new record with the old one's fields that are not known."""
        merged = {k: v for k, v in before.items() if k not in self.checks} | now
        for name, kind in self.checks.items():
            old, new = before.get(name), now.get(name)
            if isinstance(old, dict) and isinstance(new, dict) and not callable(kind):
                merged[name] = kind.keep(old, new)
        return merged


@dataclass(frozen=True, slots=True)
class Each:
    """A record of many of one kind, by their ids."""

    kind: RecordType
    known: frozenset[str] = field(default=frozenset())

    def check(self, record: Any) -> Found:
        """Return those that are whole."""
        try:
            given = fields(record)
        except Malformed:
            return None, frozenset({"*"})
        checked = {key: self.kind.check(value) for key, value in given.items()}
        return (
            {key: left for key, (left, _) in checked.items() if left is not None},
            frozenset(key for key, (_, bad) in checked.items() if bad),
        )

    def keep(self, before: Mapping[str, Any], now: dict[str, Any]) -> dict[str, Any]:
        """Keep what is not known of each that is still there."""
        return {
            key: self.kind.keep(before[key], value)
            if isinstance(before.get(key), dict) and isinstance(value, dict)
            else value
            for key, value in now.items()
        }


def _checked(
    check: Check | RecordType | None, value: Any
) -> tuple[Any, frozenset[str]]:
    if check is None:
        return value, frozenset()
    if not callable(check):
        return check.check(value)
    try:
        check(value)
    except ValueError:
        return None, frozenset({"*"})
    return value, frozenset()
