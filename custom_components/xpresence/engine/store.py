"""What must survive a crash: choices and ledgers, on disk before they act.

A redirect may be written to the phone system only once its ledger entry is safe. Home
Assistant's own ``Store`` rewrites a whole file and logs, rather than raises, when it
cannot; so the records live in a :class:`~.journal.Journal`: one line a change,
flushed to the disk before the caller goes on (0.2 ms here).

What cannot be read costs itself and nothing else: the file is set aside as it was, and
:attr:`OfficeStore.damage` says whom it concerns. Where nothing can be written, nothing
is lost: the journal stays as it is, every change is refused, and it is tried again
every minute.
"""

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
import errno
import logging
from pathlib import Path
from typing import Any, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.storage import STORAGE_DIR

from ..const import DOMAIN
from .journal import Changes, Journal
from .journal_reader import Contents, Newer, Record
from .migrations import migrated
from .record_types import Fields, RecordType

__all__ = ["LINES", "Damage", "Newer", "OfficeStore", "Record", "Trouble"]

_LOGGER = logging.getLogger(__name__)

LINES: Final = "lines"
"""The key for what a driver has to remember of its lines."""
TRY_AGAIN: Final = timedelta(minutes=1)
"""How long after a write that failed the next one is tried."""
FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

type Report = Callable[[Trouble | None], None]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why the journal cannot be written. ``reason``: as the system names it."""

    full: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Damage:
    """What could not be read.

    ``records``: of what kinds, by the person's id ("": of nobody's). ``aside``: the
    name under which the file was kept, if it could be.
    """

    records: Mapping[str, frozenset[str]] = field(default_factory=dict)
    aside: str | None = None


class OfficeStore:
    """The records of one phone system: plain JSON values under a key.

    A key is a person's id, for what is known of them; ``<person>.<kind>`` or
    ``<person>.<kind>.<id>`` for what an input keeps; or a kind that is nobody's.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry_id: str,
        kinds: Mapping[str, RecordType] | None = None,
        report: Report = lambda trouble: None,
    ) -> None:
        """Name the file; nothing is read yet.

        ``kinds``: how each kind of record is checked; the empty name is a person's
        own. ``report`` is told of trouble with writing, and with ``None`` of its end.
        """
        self._hass = hass
        self._kinds = kinds or {}
        self._report = report
        path = Path(hass.config.path(STORAGE_DIR, f"{DOMAIN}.{entry_id}.journal"))
        self._journal = Journal(path)
        self._records: dict[str, Record] = {}
        self._groups: dict[str, dict[str, Record]] = {}
        self._trouble: Trouble | None = None
        self._again: CALLBACK_TYPE | None = None
        self._forgotten = False
        """Something was forgotten that still stands in the file's history."""
        self._closed = True
        self._turn = asyncio.Lock()
        self.damage: Damage | None = None

    async def async_load(self, people: Collection[str] = ()) -> None:
        """Read everything and open the journal for writing.

        ``people``: the ids of everybody who may have records.

        Raises:
            Newer: a later version wrote it; it is left untouched.
        """
        async with self._turn:
            self._closed, self.damage = False, None
            contents = await self._hass.async_add_executor_job(
                self._read, frozenset(people)
            )
            self._take(contents, people)
            self._trouble, error = None, None
            self._report(None)
            if not self._journal.is_open:
                error = await self._hass.async_add_executor_job(self._renew)
            self._report_trouble(error)

    def get(self, key: str) -> Record:
        """Return a copy of a record; empty if there is none."""
        return dict(self._records.get(key, {}))

    def group(self, prefix: str) -> dict[str, Record]:
        """Return the records that begin with this and a dot, by the rest of the key."""
        return dict(self._groups.get(prefix, {}))

    def __iter__(self) -> Iterator[str]:
        """Yield the keys of all records."""
        return iter(tuple(self._records))

    def diagnostics(self) -> dict[str, Any]:
        """Return how what is stored is doing: counts and kinds, nobody's content."""
        damaged = set().union(*self.damage.records.values()) if self.damage else set()
        return {
            "records": len(self._records),
            "damaged": self.damage is not None,
            "damaged_kinds": sorted(
                kind or "person" for kind in damaged & {*self._kinds}
            ),
            "trouble": self._trouble.reason if self._trouble else None,
        }

    async def async_put(self, changes: Changes) -> None:
        """Set records (``None`` removes) and return once they are on the disk.

        Raises:
            OSError: nothing was changed, on the disk or here.
        """
        async with self._turn:
            news = self._news(changes)
            if not news:
                return
            try:
                await self._hass.async_add_executor_job(self._append, news)
            except OSError as error:
                self._report_trouble(error)
                raise
            for key, record in news.items():
                self._set(key, record)
            failed: OSError | None = None
            if self._journal.is_long:
                # What was put is safe already: a fold that fails costs nothing.
                failed = await self._hass.async_add_executor_job(self._fold)
            self._report_trouble(failed)

    async def async_forget(self, person_id: str) -> None:
        """Remove everything about a person, from the file's history as well.

        Raises:
            OSError: nothing was changed.
        """
        own = [key for key in self if key.partition(".")[0] == person_id]
        await self.async_put(dict.fromkeys(own))
        async with self._turn:
            self._forgotten = True
            error = await self._hass.async_add_executor_job(self._fold)
            self._report_trouble(error)

    async def async_close(self) -> None:
        """Fold the journal and close it."""
        async with self._turn:
            self._closed = True
            self._sleep()
            await self._hass.async_add_executor_job(self._close)

    async def async_remove(self) -> None:
        """Delete everything that was ever stored."""
        async with self._turn:
            self._closed = True
            self._sleep()
            self._records, self._groups = {}, {}
            await self._hass.async_add_executor_job(self._journal.delete)

    # In the executor, one at a time

    def _read(self, people: frozenset[str]) -> Contents:
        try:
            return self._journal.read(people)
        except OSError as error:
            _LOGGER.warning("The journal cannot be read (%s)", _named(error))
        contents = Contents(damaged=True, doubtful=set(people))
        try:
            contents.aside = self._journal.move_aside()
        except OSError as error:
            _LOGGER.warning("It cannot be set aside either (%s)", _named(error))
        return contents

    def _renew(self) -> OSError | None:
        """Set a damaged journal aside, then write again what could be read of it."""
        try:
            self._set_aside()
        except OSError as error:
            return error
        return self._fold()

    def _set_aside(self) -> None:
        if self.damage is not None and self.damage.aside is None:
            aside = self._journal.set_aside()
            self.damage = Damage(self.damage.records, aside)

    def _append(self, changes: Changes) -> None:
        if self._closed:
            raise OSError(errno.EBADF, "the journal is closed")
        if not self._journal.is_open and (error := self._renew()) is not None:
            raise error
        self._journal.append(changes)

    def _fold(self) -> OSError | None:
        try:
            self._journal.fold(self._records)
            if self._forgotten:
                self._journal.drop_aside()
        except OSError as error:
            _LOGGER.warning("The journal cannot be written anew (%s)", _named(error))
            return error
        self._forgotten = False
        return None

    def _close(self) -> None:
        if self._journal.has_history or self._forgotten:
            self._fold()
        self._journal.close()

    # In the event loop

    def _news(self, changes: Changes) -> dict[str, Record | None]:
        """Return what differs from what is stored, with the fields that are not ours."""
        news: dict[str, Record | None] = {}
        for key, record in changes.items():
            before = self._records.get(key)
            after = record
            if record is not None and before and (kind := self._kind(key)):
                after = kind.keep(before, dict(record))
            if after != before:
                news[key] = after
        return news

    def _kind(self, key: str) -> RecordType | None:
        owner, dot, rest = key.partition(".")
        if not dot and owner in self._kinds:
            return self._kinds[owner]
        return self._kinds.get(rest.partition(".")[0])

    def _set(self, key: str, record: Record | None) -> None:
        prefix, dot, rest = key.rpartition(".")
        group = self._groups.setdefault(prefix, {}) if dot else {}
        if record is None:
            self._records.pop(key, None)
            group.pop(rest, None)
        else:
            self._records[key] = group[rest] = record

    def _take(self, contents: Contents, people: Collection[str]) -> None:
        """Check every record; note what is damaged, and of whom."""
        self._records, self._groups = {}, {}
        found: dict[str, set[str]] = {}

        def note(key: str) -> None:
            owner, _, rest = key.partition(".")
            of_nobody = not rest and owner in self._kinds
            kind = owner if of_nobody else rest.partition(".")[0]
            found.setdefault("" if of_nobody else owner, set()).add(kind)

        records = migrated(contents.records, contents.version)
        for key, record in records.items():
            left: Record | None = record
            if (kind := self._kind(key)) is not None:
                left, damaged = kind.check(record)
                if damaged:
                    note(key)
            if left is not None:
                self._set(key, left)
        for key in contents.lost:
            note(key)
        person = self._kinds.get("")
        if isinstance(person, Fields):
            for person_id in contents.doubtful | (contents.lost & set(people)):
                note(person_id)
                self._set(person_id, person.doubtful(self.get(person_id)))
        if contents.damaged or found:
            concerned = {owner: frozenset(kinds) for owner, kinds in found.items()}
            self.damage = Damage(concerned, contents.aside)
            self._journal.stale = True

    @callback
    def _report_trouble(self, error: OSError | None) -> None:
        """Report trouble with writing, and try again as long as it lasts."""
        trouble = None
        if error is not None:
            trouble = Trouble(error.errno in FULL, _named(error))
        if trouble != self._trouble:
            self._trouble = trouble
            self._report(trouble)
        self._sleep()
        if trouble is not None and not self._closed:
            self._again = async_call_later(self._hass, TRY_AGAIN, self._async_try_again)

    @callback
    def _sleep(self) -> None:
        if self._again is not None:
            self._again()
            self._again = None

    async def _async_try_again(self, _now: Any) -> None:
        self._again = None
        async with self._turn:
            if not self._closed:
                self._report_trouble(
                    await self._hass.async_add_executor_job(self._renew)
                )


def _named(error: OSError) -> str:
    """Return the name of an error without its text, which may hold a path."""
    return errno.errorcode.get(error.errno or 0, type(error).__name__)
