"""Switch entries of a list whose indexes may shift meanwhile.

The box takes an index, and nothing but an index. Between our reading and our writing
somebody at the box's own page, or another program, may add, remove or reorder entries,
call blocks included; the write then hits another entry. So every write is followed by
reading the whole list and comparing every entry with the list before:

- the entry that was meant has changed: the write hit it. Whatever else changed was
  changed by others, and stays;
- it has not: the write hit something else, or nothing. An entry that now has the
  written state and had the other one is put back;
- an entry that is new and has the written state may have been made so, or may have
  been hit. A call block is always made active and is put back to that. What a new
  diversion was cannot be told: it is left as it is, and the write is told as failed,
  naming the entry.

This takes for granted that others change what stands in the list, not that in the same
moment they also switch an entry that our write has just missed.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
import time
from typing import Final

from ..driver import OutcomeUnknown, PhoneSystemError, Rejected, Unavailable
from .errors import EntryKind, ForeignEntryChanged
from .rules import Entry

type Key = tuple[str, ...]
type Desired = Callable[[Sequence[Entry]], Mapping[Key, bool]]
"""Return which entries of a list are still to be switched, in this order."""

MOST_WRITES: Final = 16
"""More foreign changes than fit in between are no coincidence."""
JUDGED_WITHIN: Final = 30.0
"""Seconds after a write in which a difference is still taken for its doing."""


@dataclass(frozen=True, slots=True)
class _Write:
    """A write whose effect has not been read yet."""

    before: tuple[Entry, ...]
    entry: Entry
    value: bool
    at: float


class Writer:
    """Switches entries of one box, one writer for all lines.

    ``read`` returns the whole list; ``write`` switches the entry at an index.
    """

    def __init__(
        self,
        read: Callable[[], Awaitable[tuple[Entry, ...]]],
        write: Callable[[int, bool], Awaitable[None]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin with nothing to put back; ``clock`` tells seconds."""
        self._read = read
        self._write = write
        self._clock = clock
        self._unread: _Write | None = None
        self._hit: dict[Key, tuple[bool, int]] = {}
        """Foreign entries that a write of ours hit → their state before, and how
        many alike had it."""
        self._unclear: set[Key] = set()
        """Foreign entries of which nobody can tell whether a write hit them."""

    @property
    def owes(self) -> bool:
        """Whether a foreign entry may still have to be put back."""
        return bool(self._hit) or self._unread is not None

    async def switch(
        self, desired: Desired, just_read: tuple[Entry, ...] | None = None
    ) -> tuple[Entry, ...]:
        """Write until nothing is left to do; return the list as read afterwards.

        Foreign entries that were hit are put back first. Safe to run again.
        ``just_read``: the list, if it was read a moment ago.

        Raises:
            ForeignEntryChanged: the goal is reached, but an entry may be changed.
            Rejected: the list keeps changing, or the box refuses.
            OutcomeUnknown: a write got no answer, and is not seen in the list.
            PhoneSystemError: as ``goal``, ``read`` and ``write`` raise it.
        """
        if just_read is None or self.owes:
            just_read = await self._fresh()
        entries = just_read
        for _ in range(MOST_WRITES):
            try:
                step = self._next(entries, desired)
            except PhoneSystemError as error:
                if (failure := self._failure_in(entries)) is not None:
                    raise failure from error
                raise
            if step is None:
                break
            entries = await self._step(entries, *step)
        else:
            self._unclear |= self._hit.keys()
            raise self._failure_in(entries) or Rejected("the list keeps changing")
        if (failure := self._failure_in(entries)) is not None:
            raise failure
        return entries

    async def _step(
        self, before: tuple[Entry, ...], entry: Entry, value: bool
    ) -> tuple[Entry, ...]:
        lost: OutcomeUnknown | None = None
        self._unread = _Write(before, entry, value, self._clock())
        try:
            await self._write(entry.index, value)
        except OutcomeUnknown as error:
            lost = error
        except Rejected:
            # The list may have become shorter than the index.
            self._unread = None
            after = await self._read()
            if {each.index: each for each in after}.get(entry.index) == entry:
                raise
            return after
        except PhoneSystemError:
            self._unread = None
            raise
        try:
            after = await self._fresh()
        except Unavailable as error:
            raise OutcomeUnknown("not read back") from error
        if lost is not None and not _seen(before, after, entry, value=value):
            # It may still arrive: whoever asked reads again before trying again.
            raise lost
        return after

    async def _fresh(self) -> tuple[Entry, ...]:
        """Read the list, and judge by it the write that has not been judged yet."""
        after = await self._read()
        write, self._unread = self._unread, None
        if write is not None:
            late = self._clock() - write.at > JUDGED_WITHIN
            self._judge(write, after, late=late)
        self._hit = {
            key: (value, count)
            for key, (value, count) in self._hit.items()
            if _count(after, value=value)[key] < min(count, _total(after)[key])
        }
        return after

    def _judge(self, write: _Write, after: tuple[Entry, ...], *, late: bool) -> None:
        """Find out which entry a write hit, from the list before and after."""
        if _seen(write.before, after, write.entry, value=write.value):
            return
        hit = _flipped(write, after)
        if hit:
            if late or len(hit) > 1:
                self._unclear |= {entry.key for entry in hit}
                return
            key, value = hit[0].key, not write.value
            self._hit[key] = value, _count(write.before, value=value)[key]
            return
        for entry in _new(write, after):
            if entry.is_block:
                if not write.value:
                    self._hit[entry.key] = True, _total(after)[entry.key]
            else:
                self._unclear.add(entry.key)

    def _failure_in(self, entries: Sequence[Entry]) -> ForeignEntryChanged | None:
        """Return what is to be told of entries that are still in the list."""
        unclear, self._unclear = self._unclear, set()
        named = [
            (
                EntryKind.CALL_BLOCK if entry.is_block else EntryKind.DIVERSION,
                entry.index + 1,
            )
            for entry in entries
            if entry.key in unclear
        ]
        return ForeignEntryChanged(named) if named else None

    def _next(
        self, entries: Sequence[Entry], desired: Desired
    ) -> tuple[Entry, bool] | None:
        """Return the next entry to switch, foreign ones that were hit first."""
        put_back = {key: value for key, (value, _) in self._hit.items()}
        for key, value in (put_back or desired(entries)).items():
            for entry in entries:
                if entry.key == key and entry.enabled is not value:
                    return entry, value
        return None


def _count(entries: Sequence[Entry], *, value: bool) -> Counter[Key]:
    return Counter(entry.key for entry in entries if entry.enabled is value)


def _total(entries: Sequence[Entry]) -> Counter[Key]:
    return Counter(entry.key for entry in entries)


def _seen(
    before: Sequence[Entry], after: Sequence[Entry], entry: Entry, *, value: bool
) -> bool:
    """Tell whether the entry that was meant got the state that was written."""
    added = _total(after)[entry.key] - _total(before)[entry.key]
    gained = (
        _count(after, value=value)[entry.key] - _count(before, value=value)[entry.key]
    )
    return gained > max(added, 0)


def _flipped(write: _Write, after: Sequence[Entry]) -> list[Entry]:
    """Return other entries that were there and have changed to what was written."""
    before_on = _count(write.before, value=write.value)
    after_on = _count(after, value=write.value)
    before, now = _total(write.before), _total(after)
    found: dict[Key, Entry] = {}
    for entry in after:
        key = entry.key
        gained = after_on[key] - before_on[key]
        if before[key] and gained > max(now[key] - before[key], 0):
            found.setdefault(key, entry)
    return list(found.values())


def _new(write: _Write, after: Sequence[Entry]) -> list[Entry]:
    """Return new entries that the write may have hit."""
    known = _total(write.before)
    new = [entry for entry in after if _total(after)[entry.key] > known[entry.key]]
    gone = known - _total(after)
    moved = [e.key for e in after if known[e.key]] != [
        e.key for e in write.before if not gone[e.key]
    ]
    if len(new) == 1 and not gone and not moved:
        # Nothing but this happened: it was hit only if it stands where we wrote.
        new = [entry for entry in new if entry.index == write.entry.index]
    return [entry for entry in new if entry.enabled is write.value]
