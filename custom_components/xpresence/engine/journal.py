"""The file behind :mod:`.store`: records by key, one changed line at a time.

A line is a JSON object from keys to records; ``null`` removes a record. The first line
is the head: the version, and how many lines with one record each follow it. Whatever
comes after those was appended, each line flushed to the disk before it took effect.

Nothing here knows what a record means, and nothing here knows Home Assistant.
"""

from collections.abc import Collection, Iterator, Mapping
import contextlib
from dataclasses import dataclass, field
import errno
import hashlib
from io import BufferedReader
import json
import logging
import os
from pathlib import Path
import re
import shutil
import stat
from typing import Any, Final

from ..presence.stored import Malformed, plain

_LOGGER = logging.getLogger(__name__)

VERSION: Final = 2
"""1: the head holds every record, and a person's plans are one record."""
MINOR_VERSION: Final = 1
FOLD_LINES: Final = 1000
"""Appended lines after which the journal is folded: written anew without history."""
FOLD_BYTES: Final = 1 << 20
"""Appended bytes after which it is folded, or thrice of what it holds, if that is more."""
LONGEST_LINE: Final = 64 << 20
LARGEST: Final = 512 << 20
"""Bytes; far beyond any journal, this is somebody else's file."""
MOST_ASIDE: Final = 5
"""Damaged journals kept; the oldest goes first."""
HEAD: Final = frozenset({"version", "minor_version", "records"})
CUT_HEAD: Final = re.compile(rb'\s*\{\s*"version"\s*:\s*(\d{1,9})\s*[,}]')
"""The version of a head that cannot be read whole."""
KEY: Final = re.compile(r'"([^"\\]{1,200})"\s*:')
OURS: Final = re.compile(r"lines|[0-9A-Z]{26}(\..{1,170})?")
"""Keys that this version writes: Home Assistant's ids, and what belongs to them."""
FIELD: Final = re.compile(r'[\s{,]*"((?:[^"\\]|\\.){1,200})"\s*:\s*')

type Record = dict[str, Any]
type Changes = Mapping[str, Record | None]


class Newer(Exception):
    """A later major version wrote this journal; it is left untouched."""


@dataclass(slots=True)
class Contents:
    """What a journal says, and what of it could not be read.

    ``lost``: keys whose last record was damaged; they are not among ``records``.
    ``doubtful``: people of whom a later record may have been lost without a trace.
    ``aside``: the name under which a file that cannot be read was kept.
    """

    records: dict[str, Record] = field(default_factory=dict)
    version: tuple[int, int] = (VERSION, MINOR_VERSION)
    lost: set[str] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)
    aside: str | None = None
    damaged: bool = False
    """Something was not what xpresence writes: the file is to be set aside."""


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
            found = _Reading(frozenset(people))
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
        """Write all records anew, whole or not at all.

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


class _Reading:
    """One pass over a journal."""

    def __init__(self, people: frozenset[str]) -> None:
        self._people = people
        self._contents = Contents()
        self._last: dict[str, int] = {}
        """Key → the line that said something of it last."""
        self._damaged: dict[str, int] = {}
        """Key → the last line in which it was damaged."""
        self._anything = 0
        """The last line that may have said anything of anybody."""
        self._promised = 1
        """The lines that were written together; no crash can cut one of them."""
        self.good_until = 0
        """The byte behind the last line that is whole."""

    def read(self, file: BufferedReader) -> Contents:
        number = 0
        for number, (raw, is_last) in enumerate(_lines(file), start=1):
            if number == 1:
                self._read_head(raw)
                continue
            if is_last and number > self._promised and _is_cut(raw):
                _LOGGER.warning("A journal entry was cut short by a crash; dropped")
                break
            self._take(number, raw)
            self.good_until = file.tell()
        if number < self._promised:
            self._contents.damaged = True
            self._anything = self._promised
        return self._judged()

    def _read_head(self, raw: bytes) -> None:
        parsed = _parsed(raw)
        head = parsed if isinstance(parsed, dict) else {}
        cut = CUT_HEAD.match(raw)
        if not head and cut is not None:
            head = {"version": int(cut[1]), "records": 0}
        # Where a number is missing, what can be understood is taken as the oldest.
        version = self._number_in(head, "version", 1)
        if version > VERSION:
            raise Newer
        minor = 1
        if version >= 2:
            minor = self._number_in(head, "minor_version", 1)
            self._promised = 1 + self._number_in(head, "records", 0)
        self._contents.version = (version, minor)
        self._take(1, raw)
        self.good_until = len(raw)

    def _number_in(self, head: Mapping[str, Any], name: str, least: int) -> int:
        found = head.get(name)
        if isinstance(found, int) and not isinstance(found, bool) and found >= least:
            return found
        self._contents.damaged = True
        return least

    def _take(self, number: int, raw: bytes) -> None:
        if not raw.strip() and number > self._promised:
            return
        changes = _parsed(raw)
        if isinstance(changes, dict):
            for key, record in changes.items():
                self._replay(number, key, record)
            return
        self._contents.damaged = True
        pairs, damaged, rest_known = _salvaged(raw, self._people)
        for key, record in pairs.items():
            self._replay(number, key, record)
        for key in damaged:
            self._damaged[key] = number
        if not raw.endswith(b"\n"):
            # Whatever followed is gone as well.
            self._anything = number + 1
        elif not rest_known:
            self._anything = number

    def _replay(self, number: int, key: str, record: Any) -> None:
        if key in HEAD:
            return
        minor = self._contents.version[1]
        if minor <= MINOR_VERSION and not OURS.fullmatch(key):
            # Somebody else's file; only a later minor version has other keys.
            self._contents.damaged = True
            return
        records = self._contents.records
        if record is None:
            records.pop(key, None)
        else:
            records[key] = record
        self._last[key] = number

    def _judged(self) -> Contents:
        contents = self._contents
        # Only what holds in the end: a long history is replaced many times over.
        for key, record in contents.records.items():
            try:
                plain([key, record])
                if not isinstance(record, dict):
                    raise Malformed("no record")
            except Malformed:
                contents.damaged = True
                self._damaged[key] = self._last[key]
        for key, number in self._damaged.items():
            if self._last.get(key, 0) <= number:
                contents.lost.add(key)
                contents.records.pop(key, None)
        if contents.damaged:
            contents.doubtful = {
                person
                for person in self._people
                if self._last.get(person, 0) < max(self._anything, 1)
            }
        return contents


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


def _lines(file: BufferedReader) -> Iterator[tuple[bytes, bool]]:
    """Yield every line, bounded, and whether it is the last; one at least."""
    while True:
        raw = rest = file.readline(LONGEST_LINE)
        while len(rest) == LONGEST_LINE and not rest.endswith(b"\n"):
            # What does not fit is no line of ours: only its beginning is looked at.
            rest = file.readline(LONGEST_LINE)
        is_last = not file.peek(1)
        yield raw, is_last
        if is_last:
            return


def _parsed(raw: bytes) -> Any:
    """Return the JSON of a line; ``None`` for what is none."""
    try:
        return json.loads(raw.decode("utf-8-sig"))
    except ValueError, RecursionError:
        return None


def _is_cut(raw: bytes) -> bool:
    """Tell what a crash leaves of a line: no end, or blocks that were never written."""
    return not raw.endswith(b"\n") or not raw.strip(b"\0\r\n")


def _salvaged(
    raw: bytes, people: frozenset[str]
) -> tuple[dict[str, Any], set[str], bool]:
    """Return the records of a broken line, the broken keys, and if those are all."""
    text = raw.decode(errors="surrogateescape")
    decoder = json.JSONDecoder()
    pairs: dict[str, Any] = {}
    damaged: set[str] = set()
    at = 0
    while match := FIELD.match(text, at):
        key = match[1]
        try:
            pairs[key], at = decoder.raw_decode(text, match.end())
        except ValueError, RecursionError:
            if _is_key(key, people):
                damaged.add(key)
            at = _next_key(text, match.end(), people)
    return pairs, damaged, bool(pairs or damaged) and raw.rstrip().endswith(b"}")


def _next_key(text: str, at: int, people: frozenset[str]) -> int:
    """Return where the next record seems to begin, or the end."""
    for match in KEY.finditer(text, at):
        if _is_key(match[1], people):
            return match.start()
    return len(text)


def _is_key(key: str, people: frozenset[str]) -> bool:
    return key == "lines" or key.partition(".")[0] in people


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
