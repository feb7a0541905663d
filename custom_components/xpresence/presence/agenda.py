"""The appointments that count, indexed for fast lookup by instant."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Final, Self

from .datetimes import EARLIEST

MOST_AT_ONCE: Final = 32
"""Of more entries that overlap, those that come last in precedence do not count.

Nobody is at 33 places; a calendar with hundreds of overlapping entries would make every
decision slow.
"""
MADE_UP: Final = "#"
"""What an id begins with that was made up for an appointment without a uid."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A stretch of time in which an appointment claims a profile.

    ``profile`` is an id. ``subject`` is empty for private ones, always; ``source`` for
    planned presence, which has no creator. ``why`` says what is wrong with an
    appointment that cannot count; its ends are then in order all the same.
    """

    start: datetime
    end: datetime
    uid: str
    profile: str
    by_category: bool = False
    subject: str = ""
    source: str = ""
    info_text: str | None = None
    why: str = ""
    planned: bool = False
    """Entered by hand as presence, not as an appointment."""

    @property
    def has_uid(self) -> bool:
        """Tell whether the calendar gave the appointment an id.

        Where it did not, ``uid`` is empty or one that was made up of what the
        appointment says (``MADE_UP``), and another as soon as that changes.
        """
        return bool(self.uid) and not self.uid.startswith(MADE_UP)

    @property
    def occurrence(self) -> tuple[str, datetime]:
        """Return uid and start, the same whichever calendar contains the occurrence."""
        return self.uid, self.start

    @property
    def key(self) -> str:
        """Return a string that identifies this occurrence.

        Without a uid it is the one of its calendar at its times.
        """
        name = self.uid if self.has_uid else f"{self.source} {self.end.isoformat()}"
        return f"{name}@{self.start.isoformat()}"

    @property
    def precedence(self) -> tuple[float, float, bool, str]:
        """Return the sort key of entries that overlap: the deciding one sorts first.

        Started last; then the shorter; then category before default; then uid.
        """
        return (
            -self.start.timestamp(),
            (self.end - self.start).total_seconds(),
            not self.by_category,
            self.uid,
        )


@dataclass(frozen=True, slots=True)
class Agenda:
    """Entries sorted by start; each has a positive duration."""

    entries: tuple[Entry, ...] = ()
    refused: tuple[Entry, ...] = ()
    """Entries that cannot count; the trace lists them while they run."""
    _starts: tuple[datetime, ...] = field(default=(), repr=False)
    _latest: tuple[datetime, ...] = field(default=(), repr=False)
    _edges: tuple[datetime, ...] = field(default=(), repr=False)
    _ended: tuple[Entry, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Self:
        """Build an agenda; entries without a duration are left out."""
        known = sorted(
            (entry for entry in entries if entry.end > entry.start),
            key=lambda entry: (entry.start, entry.end, entry.uid),
        )
        kept = tuple(entry for entry in known if not entry.why)
        edges = {entry.start for entry in known} | {entry.end for entry in known}
        return cls(
            kept,
            tuple(entry for entry in known if entry.why),
            tuple(entry.start for entry in kept),
            _latest_ends(kept),
            tuple(sorted(edges)),
            tuple(sorted(kept, key=lambda entry: entry.end)),
        )

    def running(self, now: datetime) -> list[Entry]:
        """Return what runs at ``now``, the one that decides first.

        At most ``MOST_AT_ONCE``.
        """
        begun = bisect_right(self._starts, now)
        found: list[Entry] = []
        if begun:
            self._collect(1, 0, len(self._latest) // 2, begun, now, found)
        if len(found) > 1:
            found.sort(key=lambda entry: entry.precedence)
        return found[:MOST_AT_ONCE]

    def broken(self, now: datetime) -> list[Entry]:
        """Return what would run at ``now`` if it could count; ``MOST_AT_ONCE`` of it."""
        would = (entry for entry in self.refused if entry.start <= now < entry.end)
        return list(islice(would, MOST_AT_ONCE))

    def ended_within(self, since: datetime, now: datetime) -> list[Entry]:
        """Return the appointments that ended after ``since`` and by ``now``."""
        ended = self._ended
        first = bisect_right(ended, since, key=lambda entry: entry.end)
        last = bisect_right(ended, now, key=lambda entry: entry.end)
        return list(ended[first:last])

    def next_edge(self, now: datetime) -> datetime | None:
        """Return the first instant after ``now`` at which something starts or ends."""
        at = bisect_right(self._edges, now)
        return self._edges[at] if at < len(self._edges) else None

    def _collect(
        self,
        node: int,
        first: int,
        size: int,
        begun: int,
        now: datetime,
        found: list[Entry],
    ) -> None:
        """Search only the subtrees with an entry that ends after ``now``.

        From the last start backwards, until the rest cannot come before what is found:
        it started earlier.
        """
        if first >= begun or self._latest[node] <= now:
            return
        if len(found) >= MOST_AT_ONCE and (
            self._starts[min(first + size, begun) - 1] < found[-1].start
        ):
            return
        if size == 1:
            found.append(self.entries[first])
            return
        half = size // 2
        self._collect(2 * node + 1, first + half, half, begun, now, found)
        self._collect(2 * node, first, half, begun, now, found)


def _latest_ends(entries: tuple[Entry, ...]) -> tuple[datetime, ...]:
    """Return a tree: node ``n`` has the latest end of ``2n`` and ``2n + 1`` below it.

    Its leaves are the entries in their order. So a search stays
    fast even if the first appointment lasts ten years.
    """
    if not entries:
        return ()
    size = 1 << (len(entries) - 1).bit_length()
    tree = [EARLIEST] * (2 * size)
    tree[size : size + len(entries)] = [entry.end for entry in entries]
    for node in range(size - 1, 0, -1):
        tree[node] = max(tree[2 * node], tree[2 * node + 1])
    return tuple(tree)
