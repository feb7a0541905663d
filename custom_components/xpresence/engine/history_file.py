"""One person's history on the disk: a line a change, in a journal of its own."""

from collections.abc import Iterable
from datetime import datetime
import logging
from pathlib import Path
from typing import Any, Final

from ..presence.history import (
    MOST_CHANGES,
    Change,
    from_record,
    retained,
    to_record,
)
from .journal import Journal
from .journal_reader import Contents

_LOGGER = logging.getLogger(__name__)

SLACK: Final = 500
"""Changes beyond the limit before the file is written anew."""


class HistoryFile:
    """One person's file. In the executor, one call at a time."""

    def __init__(self, path: Path, person_id: str) -> None:
        """Name the file; nothing is read yet."""
        self._path = path
        self._person_id = person_id
        self._journal = Journal(path)
        self._count = 0

    def open(self, now: datetime, days: int) -> None:
        """Drop what is too old, and open the file for writing.

        Raises:
            Newer: a later version wrote it; it is left untouched.
            OSError: it cannot be read or written.
        """
        self._journal.close()
        contents = self._journal.read([self._person_id])
        changes = _changes(contents)
        kept = retained(changes, now, days)
        self._count = len(kept)
        if not self._journal.is_open or len(kept) != len(contents.records):
            self._journal.fold(self._numbered(kept))

    def append(self, change: Change, now: datetime, days: int) -> None:
        """Write one change and return once it is on the disk.

        Raises:
            Newer, OSError: nothing was written.
        """
        if not self._journal.is_open or self._count >= MOST_CHANGES + SLACK:
            self.open(now, days)
        self._journal.append({self._key(self._count): to_record(change)})
        self._count += 1

    def read(self) -> list[Change]:
        """Return every change, in order.

        Raises:
            Newer, OSError: it cannot be read.
        """
        journal = Journal(self._path)
        try:
            return _changes(journal.read([self._person_id]))
        finally:
            journal.close()

    def close(self) -> None:
        """Close the file."""
        self._journal.close()

    def delete(self) -> None:
        """Delete the file; writing begins a new one.

        Raises:
            OSError: that could not be done.
        """
        self._journal.delete()
        self._count = 0

    def _numbered(self, changes: Iterable[Change]) -> dict[str, dict[str, Any]]:
        return {self._key(n): to_record(one) for n, one in enumerate(changes)}

    def _key(self, number: int) -> str:
        return f"{self._person_id}.{number}"


def _changes(contents: Contents) -> list[Change]:
    """Return what can be read; a damaged change costs itself."""
    found: list[Change] = []
    for record in contents.records.values():
        try:
            found.append(from_record(record))
        except ValueError:
            contents.damaged = True
    if contents.damaged:
        _LOGGER.warning("A part of a history could not be read, and is left out")
    return found
