"""What must survive a crash: choices and ledgers, on disk before they act.

A redirect may be written to the phone system only once its ledger entry is
safe. Home Assistant's own ``Store`` rewrites a whole file and logs, rather than
raises, when it cannot; so the records live in a journal: one line a change,
flushed to the disk before the caller goes on (0.2 ms here), folded into a
single line when it grows. A last line that a crash cut short never took effect
and is dropped.
"""

import asyncio
from collections.abc import Iterator, Mapping
import contextlib
import json
import logging
import os
from pathlib import Path
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import STORAGE_DIR

from ..const import DOMAIN

_LOGGER = logging.getLogger(__name__)

VERSION: Final = 1
FOLD_AFTER: Final = 1000
"""Journal lines after which they are folded into one."""

type Record = dict[str, Any]


class OfficeStore:
    """The records of one phone system: plain JSON values under a key."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file; nothing is read yet."""
        self._hass = hass
        self._path = Path(hass.config.path(STORAGE_DIR, f"{DOMAIN}.{entry_id}.journal"))
        self._file: int | None = None
        self._lines = 0
        self._records: dict[str, Record] = {}
        self._turn = asyncio.Lock()

    async def async_load(self) -> None:
        """Read everything and open the journal for writing.

        Raises:
            OSError: the file cannot be read or written.
        """
        async with self._turn:
            self._records = await self._hass.async_add_executor_job(self._read)
            await self._hass.async_add_executor_job(self._fold)

    def get(self, key: str) -> Record:
        """Return a copy of a record; empty if there is none."""
        return dict(self._records.get(key, {}))

    def __iter__(self) -> Iterator[str]:
        """Yield the keys of all records."""
        return iter(tuple(self._records))

    async def async_put(self, changes: Mapping[str, Record | None]) -> None:
        """Set records (``None`` removes) and return once they are on the disk.

        Raises:
            OSError: nothing was changed, on the disk or here.
        """
        line = json.dumps(changes, separators=(",", ":")).encode() + b"\n"
        async with self._turn:
            await self._hass.async_add_executor_job(self._append, line)
            _replay(self._records, changes)
            self._lines += 1
            if self._lines >= FOLD_AFTER:
                await self._hass.async_add_executor_job(self._fold)

    async def async_close(self) -> None:
        """Fold the journal and close it."""
        async with self._turn:
            await self._hass.async_add_executor_job(self._close)

    async def async_remove(self) -> None:
        """Delete everything that was ever stored."""
        await self.async_close()
        self._records = {}
        await self._hass.async_add_executor_job(self._delete)

    def _read(self) -> dict[str, Record]:
        records: dict[str, Record] = {}
        try:
            lines = self._path.read_bytes().splitlines()
        except FileNotFoundError:
            return records
        for line in lines:
            try:
                changes = json.loads(line)
            except ValueError:
                _LOGGER.warning("A journal entry was cut short by a crash; dropped")
                continue
            _replay(records, changes)
        return records

    def _append(self, line: bytes) -> None:
        if self._file is None:
            raise OSError("the journal is closed")
        end = os.fstat(self._file).st_size
        try:
            if os.write(self._file, line) != len(line):
                raise OSError("the disk took only a part of a journal entry")
            os.fdatasync(self._file)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, end)
            raise

    def _fold(self) -> None:
        fresh = self._path.with_suffix(".new")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        try:
            content = {"version": VERSION} | self._records
            os.write(file, json.dumps(content, separators=(",", ":")).encode() + b"\n")
            os.fsync(file)
            fresh.replace(self._path)
        except OSError:
            os.close(file)
            raise
        if self._file is not None:
            os.close(self._file)
        self._file = file
        self._lines = 0

    def _close(self) -> None:
        if self._file is not None:
            self._fold()
            os.close(self._file)
            self._file = None

    def _delete(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()


def _replay(records: dict[str, Record], changes: Mapping[str, Any]) -> None:
    for key, record in changes.items():
        if record is None:
            records.pop(key, None)
        elif key != "version":
            records[key] = record
