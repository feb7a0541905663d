"""The appointments that count, arranged so that a moment is found quickly."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from typing import Self


@dataclass(frozen=True, slots=True)
class Entry:
    """A stretch of time in which an appointment claims a profile.

    ``profile`` is an id, or empty when the appointment names none that exists;
    ``why`` then says so. ``subject`` is empty for private ones, always.
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

    @property
    def key(self) -> str:
        """Tell this occurrence from every other."""
        return f"{self.uid}@{self.start.isoformat()}"

    @property
    def precedence(self) -> tuple[float, float, bool, str]:
        """Order those that run together: the one that decides comes first.

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
    """Entries in the order of their start, each longer than no time at all."""

    entries: tuple[Entry, ...] = ()
    _starts: tuple[datetime, ...] = field(default=(), repr=False)
    _latest_end: tuple[datetime, ...] = field(default=(), repr=False)
    _edges: tuple[datetime, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, entries: list[Entry]) -> Self:
        """Arrange entries; those that end before they have begun are left out."""
        kept = sorted(
            (entry for entry in entries if entry.end > entry.start),
            key=lambda entry: (entry.start, entry.end, entry.uid),
        )
        edges = {entry.start for entry in kept} | {entry.end for entry in kept}
        return cls(
            tuple(kept),
            tuple(entry.start for entry in kept),
            tuple(accumulate((entry.end for entry in kept), max)),
            tuple(sorted(edges)),
        )

    def running(self, now: datetime) -> list[Entry]:
        """Return what runs at ``now``, the one that decides first."""
        found = []
        at = bisect_right(self._starts, now) - 1
        # Going back ends where nothing earlier reaches as far as now.
        while at >= 0 and self._latest_end[at] > now:
            if self.entries[at].end > now:
                found.append(self.entries[at])
            at -= 1
        if len(found) > 1:
            found.sort(key=lambda entry: entry.precedence)
        return found

    def next_edge(self, now: datetime) -> datetime | None:
        """Return the first instant after ``now`` at which something starts or ends."""
        at = bisect_right(self._edges, now)
        return self._edges[at] if at < len(self._edges) else None
