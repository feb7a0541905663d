"""What a journal file says, and what of a damaged one can still be read.

A line is a JSON object from keys to records; ``null`` removes a record. The first line
is the head: the version, and how many lines with one record each follow it. Whatever
comes after those was appended, each line flushed to the disk before it took effect.

Nothing here knows what a record means, and nothing here knows Home Assistant.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BufferedReader
import json
import logging
import re
from typing import Any, Final

from ..presence.stored import Malformed, plain

_LOGGER = logging.getLogger(__name__)

VERSION: Final = 2
"""1: the head holds every record, and a person's plans are one record."""
MINOR_VERSION: Final = 1
LONGEST_LINE: Final = 64 << 20
HEAD: Final = frozenset({"version", "minor_version", "records"})
CUT_HEAD: Final = re.compile(rb'\s*\{\s*"version"\s*:\s*(\d{1,9})\s*[,}]')
"""The version of a head that cannot be read whole."""
KEY: Final = re.compile(r'"([^"\\]{1,200})"\s*:')
OURS: Final = re.compile(r"lines|[0-9A-Z]{26}(\..{1,170})?")
"""Keys that this version writes: Home Assistant's ids, and what belongs to them."""
FIELD: Final = re.compile(r'[\s{,]*"((?:[^"\\]|\\.){1,200})"\s*:\s*')

type Record = dict[str, Any]


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


class JournalReader:
    """One pass over a journal."""

    def __init__(self, people: frozenset[str]) -> None:
        """``people``: who may have records."""
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
        """Read a file to its end.

        Raises:
            Newer: a later major version wrote it.
        """
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
