"""The file behind :mod:`.store`: rewritten whole, or appended to a line at a time.

How a line looks, and how a damaged file is read, is in :mod:`.journal_reader`.
"""

from collections.abc import Collection, Iterator, Mapping
import contextlib
import errno
import hashlib
from io import BufferedReader
import json
import logging
import os
from pathlib import Path
import shutil
import stat
from typing import Any, Final

from .journal_reader import (
    MINOR_VERSION,
    VERSION,
    Contents,
    JournalReader,
    Record,
)

_LOGGER = logging.getLogger(__name__)

FOLD_LINES: Final = 1000
"""Appended lines after which the journal is folded: rewritten without history."""
FOLD_BYTES: Final = 1 << 20
"""Appended bytes after which it is folded, or thrice of what it holds, if that is more."""
LARGEST: Final = 512 << 20
"""Bytes; far beyond any journal, this is somebody else's file."""
MOST_ASIDE: Final = 5
"""Damaged journals kept; the oldest goes first."""

type Changes = Mapping[str, Record | None]


class Journal:
    """One journal file. Not for two threads at once."""

    def __init__(self, path: Path) -> None:
        """Name the file; nothing is read yet."""
        self._named = path
        self._path = path
        self._file: int | None = None
        self._size = 0
        self._lines = 0
        self._folded = 0
        self._minor = MINOR_VERSION
        self.stale = True
        """The file must be folded before anything may be appended to it."""

    # Reading

    def read(self, people: Collection[str]) -> Contents:
        """Read everything; ``people``: who may have records.

        Raises:
            Newer: the file is left as it is.
            OSError: it is there and cannot be read.
        """
        self.stale = True
        self._minor = MINOR_VERSION
        if not os.path.lexists(self._named):
            return Contents()
        # A link stays a link: what it leads to is replaced.
        self._path = self._named.resolve(strict=True)
        with _opened(self._path) as file:
            found = JournalReader(frozenset(people))
            contents = found.read(file)
        self._minor = max(contents.version[1], MINOR_VERSION)
        if not contents.damaged and contents.version >= (VERSION, MINOR_VERSION):
            self._open(found.good_until)
        return contents

    def _open(self, good_until: int) -> None:
        """Go on behind the last whole line; what a crash cut short is dropped."""
        with contextlib.suppress(OSError):
            self._file = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
            os.ftruncate(self._file, good_until)
            self._size = self._folded = good_until
            self.stale = False

    # Writing

    @property
    def is_open(self) -> bool:
        """Whether something can be appended without folding first."""
        return self._file is not None and not self.stale

    @property
    def has_history(self) -> bool:
        """Whether the file says more than what holds now."""
        return self.stale or self._lines > 0 or self._folded != self._size

    @property
    def is_long(self) -> bool:
        """Whether there is more history in the file than is worth reading."""
        grown = self._size - self._folded
        return self._lines >= FOLD_LINES or grown > max(FOLD_BYTES, 3 * self._folded)

    def append(self, changes: Changes) -> None:
        """Write changes and return once they are on the disk.

        Raises:
            OSError: the file says what it said before.
        """
        if self._file is None or self.stale:
            raise OSError(errno.EBADF, "the journal is closed")
        line = _line(changes)
        try:
            _write(self._file, line)
        except OSError:
            self._cut(self._file)
            raise
        try:
            os.fdatasync(self._file)
        except OSError:
            # What of it is on the disk is not known any more, whatever is read back.
            self._cut(self._file)
            self.stale = True
            raise
        self._size += len(line)
        self._lines += 1

    def fold(self, records: Mapping[str, Record]) -> None:
        """Rewrite the file with all records, whole or not at all.

        Raises:
            OSError: the file before stays, and stays in use.
        """
        fresh = self._path.with_name(f"{self._named.name}.new")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file: int | None = None
        try:
            # Never through a link that somebody laid there.
            fresh.unlink(missing_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
            file = os.open(fresh, flags, 0o600)
            digest, size = hashlib.sha256(), 0
            for line in _folded(records, self._minor):
                _write(file, line)
                digest.update(line)
                size += len(line)
            os.fsync(file)
            if _digest(fresh) != digest.digest():
                raise OSError(errno.EIO, "the disk does not hold what was written")
            fresh.replace(self._path)
        except OSError:
            if file is not None:
                os.close(file)
            with contextlib.suppress(OSError):
                fresh.unlink()
            raise
        if self._file is not None:
            os.close(self._file)
        self._file, self._lines = file, 0
        self._size = self._folded = size
        self.stale = False
        _sync_folder(self._path.parent)

    def set_aside(self) -> str:
        """Keep the file as it is under another name; it stays in its place as well.

        Raises:
            OSError: that could not be done; nothing was changed.
        """
        kept = self._free_name()
        try:
            os.link(self._path, kept)
        except OSError:
            # Not every file system knows a second name for a file.
            try:
                _copy(self._path, kept)
            except OSError:
                kept.unlink(missing_ok=True)
                raise
        self._drop_oldest()
        return kept.name

    def move_aside(self) -> str:
        """Take what cannot be read out of the way, under another name.

        Raises:
            OSError: that could not be done; nothing was changed.
        """
        kept = self._free_name()
        self._named.rename(kept)
        self._path = self._named
        self._drop_oldest()
        return kept.name

    def _free_name(self) -> Path:
        last = max((_number(path) for path in self.aside()), default=0)
        return self._named.with_name(f"{self._named.name}.damaged-{last + 1}")

    def _drop_oldest(self) -> None:
        for path in self.aside()[:-MOST_ASIDE]:
            _delete(path)

    def aside(self) -> list[Path]:
        """Return what was set aside, the oldest first."""
        found = [
            path
            for path in self._named.parent.glob(f"{self._named.name}.damaged-*")
            if path.name.rpartition("-")[2].isdecimal()
        ]
        return sorted(found, key=_number)

    def drop_aside(self) -> None:
        """Delete what was set aside: it may name somebody who has left."""
        for path in self.aside():
            _delete(path)

    def close(self) -> None:
        """Close the file; nothing can be appended afterwards."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def delete(self) -> None:
        """Close, and delete everything that was ever stored."""
        self.close()
        self.drop_aside()
        _delete(self._named.with_name(f"{self._named.name}.new"))
        _delete(self._path)
        _delete(self._named)

    def _cut(self, file: int) -> None:
        """Truncate the file to its size before the failed append."""
        try:
            os.ftruncate(file, self._size)
        except OSError:
            self.stale = True


def _opened(path: Path) -> BufferedReader:
    """Open an ordinary file for reading.

    Raises:
        OSError: it is none, too large, or may not be read.
    """
    # Not to wait for ever for the other end of a pipe in the file's place.
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    about = os.fstat(file)
    if not stat.S_ISREG(about.st_mode) or about.st_size > LARGEST:
        os.close(file)
        code = errno.EFBIG if stat.S_ISREG(about.st_mode) else errno.EINVAL
        raise OSError(code, "no journal")
    return os.fdopen(file, "rb")


def _line(changes: Mapping[str, Any]) -> bytes:
    return json.dumps(changes, separators=(",", ":")).encode() + b"\n"


def _folded(records: Mapping[str, Record], minor: int) -> Iterator[bytes]:
    yield _line({"version": VERSION, "minor_version": minor, "records": len(records)})
    for key, record in records.items():
        yield _line({key: record})


def _write(file: int, data: bytes) -> None:
    """Write all of it, however little the disk takes at a time."""
    view = memoryview(data)
    while view:
        written = os.write(file, view)
        if written == 0:
            raise OSError(errno.ENOSPC, "the disk took only a part")
        view = view[written:]


def _copy(source: Path, target: Path) -> None:
    """Copy a file for its owner alone, and return once it is on the disk."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with (
        source.open("rb") as old,
        os.fdopen(os.open(target, flags, 0o600), "wb") as new,
    ):
        shutil.copyfileobj(old, new)
        new.flush()
        os.fsync(new.fileno())


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _sync_folder(folder: Path) -> None:
    """Make a new name in a folder outlive a power cut."""
    with contextlib.suppress(OSError):
        file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(file)
        finally:
            os.close(file)


def _number(path: Path) -> int:
    return int(path.name.rpartition("-")[2])


def _delete(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
