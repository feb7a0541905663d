"""The histories of one phone system's people: who lets one be kept, and the files.

Off until the office allows it, and then until the person switches it on. That they did
stands in the journal; the changes stand in a file of each person's own, which is deleted
when they ask for it, when the office allows it no more, and with the person. Nothing of
it is kept in memory but the file's handle.
"""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
import errno
from functools import partial
import logging
from pathlib import Path
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.storage import STORAGE_DIR
from homeassistant.util import dt as dt_util

from ..const import CONF_HISTORY_DAYS, CONF_TIER, DOMAIN
from ..presence.history import Change, ChangeKind, retained
from ..presence.permission.policy import Tier
from ..presence.redirect.status import RedirectStatus
from ..presence.stored import fields, member
from .history_file import HistoryFile
from .journal_reader import Newer
from .person import PersonState, PresenceEventType
from .store import OfficeStore

_LOGGER = logging.getLogger(__name__)

HISTORY: Final = "history"
"""The kind of record that says that a person lets their history be kept."""
CLEAN_UP_EVERY: Final = timedelta(days=1)
KINDS: Final = {
    PresenceEventType.ACTIVATED: ChangeKind.PROFILE,
    PresenceEventType.REDIRECTED: ChangeKind.CALLS,
    PresenceEventType.REDIRECT_FAILED: ChangeKind.CALLS_FAILED,
}
"""The events that are kept; others only say more about the same change."""


def tier_from_record(record: Any) -> Tier:
    """Read who else may see a person's history.

    Raises:
        Malformed: it is damaged.
    """
    return member(Tier)(fields(record).get(CONF_TIER))


class OfficeHistory:
    """Keeps the histories of those who want one."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], store: OfficeStore
    ) -> None:
        """Prepare; nothing is recorded before :meth:`activate`."""
        self._hass = hass
        self._entry = entry
        self._store = store
        self.days = 0
        """For how long the office lets histories be kept; 0: it does not."""
        self.read_options()
        self._active = False
        self._files: dict[str, HistoryFile] = {}
        self._states: dict[str, PersonState] = {}
        self._found: dict[str, set[ChangeKind]] = {}
        """What was noted of each person since recording began or went on."""
        self._profiles: dict[str, str] = {}
        """The profile of each person that was recorded last."""
        self._waiting: list[tuple[str, Change]] = []
        self._turn = asyncio.Lock()
        self._failing = False
        self._stops: list[CALLBACK_TYPE] = []

    @callback
    def read_options(self) -> None:
        """Read the office's option after it changed."""
        self.days = int(self._entry.options.get(CONF_HISTORY_DAYS, 0))

    # Who lets one be kept

    @callback
    def is_kept(self, person_id: str) -> bool:
        """Return whether the person's history is kept now."""
        return bool(self.days and self._store.get(f"{person_id}.{HISTORY}"))

    @callback
    def tier(self, person_id: str) -> Tier:
        """Return who may see a person's history: themselves, if they said nothing."""
        record = self._store.get(f"{person_id}.{HISTORY}")
        return tier_from_record(record) if record else Tier.OWNER

    async def async_keep(self, person_id: str, tier: Tier) -> None:
        """Record this person's changes from now on, or show them to others.

        Raises:
            OSError: nothing was changed.
        """
        await self._store.async_put({f"{person_id}.{HISTORY}": {CONF_TIER: tier.value}})
        if person_id in self._files:
            return
        await self._async_begin(person_id)
        self._note_what_holds(person_id)
        await self._async_write()
        self._show(person_id)

    async def async_end(self, person_id: str) -> None:
        """Record nothing of this person any more, and delete what was recorded.

        Raises:
            OSError: not all of it could be deleted; nothing more is recorded.
        """
        await self._store.async_put({f"{person_id}.{HISTORY}": None})
        await self._async_delete(person_id)
        self._show(person_id)

    async def async_clear(self, person_id: str) -> None:
        """Delete what was recorded so far; recording goes on.

        Raises:
            OSError: it could not be deleted.
        """
        kept = person_id in self._files
        await self._async_delete(person_id)
        if kept:
            await self._async_begin(person_id)
            self._note_what_holds(person_id)
            await self._async_write()

    async def async_read(self, person_id: str) -> list[Change]:
        """Return the changes that were recorded of a person, in order.

        Raises:
            Newer: a later version wrote them.
            OSError: they cannot be read.
        """
        await self._async_write()
        async with self._turn:
            if (file := self._files.get(person_id)) is None:
                return []
            changes = await self._hass.async_add_executor_job(file.read)
        return retained(changes, dt_util.utcnow(), self.days)

    # Life

    async def async_start(self, people: Collection[str]) -> None:
        """Open the files of who lets one be kept; delete those of everybody else."""
        await self._async_follow_office(people)
        self._stops.append(
            async_track_time_interval(
                self._hass, self._on_time, CLEAN_UP_EVERY, cancel_on_shutdown=True
            )
        )
        self._stops.append(
            self._hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, self._on_stop)
        )

    @callback
    def activate(self) -> None:
        """Record from now on, beginning with what holds."""
        self._active = True
        for person_id in self._files:
            self._note_what_holds(person_id)

    async def async_office_changed(self, people: Collection[str]) -> None:
        """Follow what the office allows, and for how long."""
        if self._active:
            await self._async_follow_office(people)

    async def async_stop(self) -> None:
        """Write what waits, note that nothing is recorded from here on, and close."""
        for stop in self._stops:
            stop()
        self._stops.clear()
        if self._active:
            self._active = False
            pause = Change(at=dt_util.utcnow(), kind=ChangeKind.PAUSED)
            self._waiting += [(person_id, pause) for person_id in self._files]
        await self._async_write()
        async with self._turn:
            for file in self._files.values():
                await self._hass.async_add_executor_job(file.close)
            self._files.clear()

    async def async_forget(self, person_id: str) -> None:
        """Delete everything about somebody who was removed.

        Raises:
            OSError: it could not be deleted.
        """
        self._states.pop(person_id, None)
        await self._async_delete(person_id)

    @callback
    def follow(self, state: PersonState) -> None:
        """Look at what happens to a person; it is recorded if they want it."""
        person_id = state.person.id
        self._states[person_id] = state
        self._found.pop(person_id, None)
        state.event_listeners.append(partial(self._on_event, state))
        state.listeners.append(partial(self._note_what_holds, person_id))

    @callback
    def _show(self, person_id: str) -> None:
        """Let cards show that a history is kept, or no longer."""
        if (state := self._states.get(person_id)) is not None:
            for listener in tuple(state.listeners):
                listener()

    # What happens

    @callback
    def _on_event(
        self, state: PersonState, event_type: PresenceEventType, details: dict[str, Any]
    ) -> None:
        person_id = state.person.id
        kind = KINDS.get(event_type)
        if kind is None or not self._records(person_id):
            return
        self._note_what_holds(person_id, but=kind)
        change = Change(
            at=dt_util.utcnow(),
            kind=kind,
            before=details.get("from"),
            after=details.get("target"),
            known=details.get("target_known") is not False,
            author=details.get("made_by"),
            by=details.get("by"),
            reason=details.get("reason") or state.decision.claim.reason,
        )
        if kind is ChangeKind.PROFILE:
            change = self._of_profile(state, change)
        self._record(person_id, change)

    @callback
    def _note_what_holds(self, person_id: str, but: ChangeKind | None = None) -> None:
        """Record what holds since before recording began, once it is known.

        ``but``: of what kind a change is recorded next.
        """
        if not self._records(person_id):
            return
        state, noted = self._states[person_id], self._found.setdefault(person_id, set())
        now = dt_util.utcnow()
        if ChangeKind.PROFILE not in noted:
            noted.add(ChangeKind.PROFILE)
            found = Change(at=now, kind=ChangeKind.PROFILE, found=True)
            if but is not ChangeKind.PROFILE:
                self._record(person_id, self._of_profile(state, found))
        status, shown = state.redirect.status, state.redirect.attributes
        read = status in (RedirectStatus.ACTIVE, RedirectStatus.OFF)
        if ChangeKind.CALLS not in noted and read:
            noted.add(ChangeKind.CALLS)
            calls = Change(
                at=now,
                kind=ChangeKind.CALLS,
                after=shown.get("target"),
                known=shown.get("target_known") is not False,
                found=True,
            )
            if but is not ChangeKind.CALLS:
                self._record(person_id, calls)

    def _of_profile(self, state: PersonState, change: Change) -> Change:
        person_id, profile = state.person.id, state.decision.profile
        before = None if change.found else self._profiles.get(person_id)
        self._profiles[person_id] = profile.name
        return replace(
            change, before=before, after=profile.name, status=profile.status.value
        )

    def _records(self, person_id: str) -> bool:
        return self._active and person_id in self._files and person_id in self._states

    @callback
    def _record(self, person_id: str, change: Change) -> None:
        self._waiting.append((person_id, change))
        if len(self._waiting) == 1:
            self._entry.async_create_background_task(
                self._hass, self._async_write(), f"{DOMAIN} history"
            )

    # The files

    async def _async_write(self) -> None:
        """Write everything that waits, in order; what cannot be written is lost."""
        async with self._turn:
            while self._waiting:
                person_id, change = self._waiting.pop(0)
                if (file := self._files.get(person_id)) is not None:
                    await self._async_append(file, change)

    async def _async_append(self, file: HistoryFile, change: Change) -> None:
        try:
            await self._hass.async_add_executor_job(
                file.append, change, dt_util.utcnow(), self.days
            )
        except (OSError, Newer) as error:
            if not self._failing:
                _LOGGER.warning("A history cannot be written (%s)", _named(error))
            self._failing = True
        else:
            self._failing = False

    async def _async_begin(self, person_id: str) -> None:
        async with self._turn:
            file = HistoryFile(self._path(person_id), person_id)
            self._files[person_id] = file
            self._found.pop(person_id, None)
            self._profiles.pop(person_id, None)
            await self._async_open(file)

    async def _async_open(self, file: HistoryFile) -> None:
        try:
            await self._hass.async_add_executor_job(
                file.open, dt_util.utcnow(), self.days
            )
        except (OSError, Newer) as error:
            # It is tried again with the next change.
            _LOGGER.warning("A history cannot be opened (%s)", _named(error))

    async def _async_delete(self, person_id: str) -> None:
        async with self._turn:
            file = self._files.pop(person_id, None)
            file = file or HistoryFile(self._path(person_id), person_id)
            # What waits to be written was before the deletion.
            self._waiting = [one for one in self._waiting if one[0] != person_id]
            await self._hass.async_add_executor_job(file.delete)

    async def _async_follow_office(self, people: Collection[str]) -> None:
        """Keep what the office and the person let be kept, and delete the rest."""
        kinds = {f"{person_id}.{HISTORY}": person_id for person_id in people}
        wanted = {kinds[key] for key in self._store if key in kinds}
        try:
            if not self.days and wanted:
                # It comes back only if the person switches it on again.
                await self._store.async_put(
                    {f"{person_id}.{HISTORY}": None for person_id in wanted}
                )
                wanted = set()
            for person_id in await self._hass.async_add_executor_job(
                _people_with_files, self._path("")
            ):
                if person_id not in wanted:
                    await self._async_delete(person_id)
        except OSError as error:
            _LOGGER.warning("A history cannot be deleted yet (%s)", _named(error))
        for person_id in wanted:
            if person_id in self._files:
                async with self._turn:
                    await self._async_open(self._files[person_id])
            else:
                await self._async_begin(person_id)

    def _path(self, person_id: str) -> Path:
        return path_of(self._hass, self._entry.entry_id, person_id)

    async def _on_time(self, _now: datetime) -> None:
        """Drop what has become too old, and note what holds for another day."""
        async with self._turn:
            for file in self._files.values():
                await self._async_open(file)
        self._found.clear()
        for person_id in self._files:
            self._note_what_holds(person_id)

    async def _on_stop(self, _event: Event[Mapping[str, Any]]) -> None:
        self._stops.pop()
        await self.async_stop()


def path_of(hass: HomeAssistant, entry_id: str, person_id: str) -> Path:
    """Return where a person's history is kept."""
    name = f"{DOMAIN}.{entry_id}.{HISTORY}.{person_id}"
    return Path(hass.config.path(STORAGE_DIR, name))


async def async_delete_histories(hass: HomeAssistant, entry_id: str) -> None:
    """Delete the histories of everybody of a phone system that is removed."""

    def delete() -> None:
        prefix = path_of(hass, entry_id, "")
        for person_id in _people_with_files(prefix):
            HistoryFile(prefix.with_name(prefix.name + person_id), person_id).delete()

    await hass.async_add_executor_job(delete)


def _people_with_files(prefix: Path) -> set[str]:
    """Return whose histories lie on the disk; ``prefix``: the path without a person."""
    return {
        path.name.removeprefix(prefix.name).partition(".")[0]
        for path in prefix.parent.glob(f"{prefix.name}*")
    }


def _named(error: Exception) -> str:
    """Return the name of an error without its text, which may hold a path."""
    number = error.errno if isinstance(error, OSError) else None
    return errno.errorcode.get(number or 0, type(error).__name__)
