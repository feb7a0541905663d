"""A person's history: what they let be recorded of their profile and their calls.

A change says when, what, by whom, and from where to where. It holds no subject, and
where calls go only in the form that every colleague may read: outside numbers masked.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any, Final

from .stored import Malformed, fields, flag, instant, member, optional, text

LEAST_DAYS: Final = 7
MOST_DAYS: Final = 90
"""The longest time that an office may let histories be kept."""
MOST_CHANGES: Final = 5000
"""Changes kept of one person; the oldest go first."""
LONGEST_TEXT: Final = 100
"""Characters of a name that are kept."""


class ChangeKind(StrEnum):
    """What changed."""

    PROFILE = "profile"
    CALLS = "calls"
    CALLS_FAILED = "calls_failed"
    """Calls could not be redirected."""
    PAUSED = "paused"
    """Nothing was recorded from here on: Home Assistant stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of a person's profile, or of where their calls go.

    ``after`` is the profile's name, or the masked destination (``None``: calls ring at
    the telephone). ``known`` is false where calls go somewhere that cannot be read.
    ``author`` and ``reason`` are words of the logbook; ``by`` is the name of a user.
    ``found``: nobody saw it change; it was so when recording began or went on.
    """

    at: datetime
    kind: ChangeKind
    before: str | None = None
    after: str | None = None
    status: str | None = None
    known: bool = True
    author: str | None = None
    by: str | None = None
    reason: str = ""
    found: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time during which a profile held, or calls went to one destination."""

    start: datetime
    end: datetime
    change: Change
    """The change with which it began."""


READERS: Final[Mapping[str, Any]] = {
    "at": instant,
    "kind": member(ChangeKind),
    "before": optional(text),
    "after": optional(text),
    "status": optional(text),
    "known": flag,
    "author": optional(text),
    "by": optional(text),
    "reason": text,
    "found": flag,
}


def to_record(change: Change) -> dict[str, Any]:
    """Return a change as plain values; what says nothing is left out."""
    said: dict[str, Any] = {"at": change.at.isoformat(), "kind": change.kind.value}
    for name in ("before", "after", "status", "author", "by", "reason"):
        if value := getattr(change, name):
            said[name] = value[:LONGEST_TEXT]
    if not change.known:
        said["known"] = False
    if change.found:
        said["found"] = True
    return said


def from_record(record: Any) -> Change:
    """Read what :func:`to_record` wrote; fields of later versions are left out.

    Raises:
        Malformed: it is damaged.
    """
    given = fields(record)
    said = {name: read(given[name]) for name, read in READERS.items() if name in given}
    if not {"at", "kind"} <= said.keys():
        raise Malformed("no change")
    return Change(**said)


def retained(changes: Iterable[Change], now: datetime, days: int) -> list[Change]:
    """Return the changes that may still be kept: young enough, and not too many."""
    oldest = now - timedelta(days=days)
    return [change for change in changes if change.at >= oldest][-MOST_CHANGES:]


def within(
    changes: Iterable[Change], start: datetime, end: datetime
) -> Iterator[Change]:
    """Yield the changes of a time, in order."""
    return (change for change in changes if start <= change.at < end)


def stretches(
    changes: Iterable[Change], kind: ChangeKind, start: datetime, end: datetime
) -> tuple[Stretch, ...]:
    """Return what held from ``start`` to ``end``; what was not recorded is left out.

    ``kind``: of profiles, or of where calls went. ``changes`` are in order.
    """
    marks = [one for one in changes if one.kind in (kind, ChangeKind.PAUSED)]
    ends = [*marks, replace(marks[-1], at=max(end, marks[-1].at))] if marks else []
    found: list[Stretch] = []
    for change, following in pairwise(ends):
        begin, over = max(change.at, start), min(following.at, end)
        if change.kind is ChangeKind.PAUSED or begin >= over:
            continue
        last = found[-1] if found else None
        if last and last.end == begin and _is_same(last.change, change):
            found[-1] = replace(last, end=over)
        else:
            found.append(Stretch(begin, over, change))
    return tuple(found)


def _is_same(one: Change, other: Change) -> bool:
    return other.found and (one.after, one.known) == (other.after, other.known)
