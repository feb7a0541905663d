"""Where a sign-in is kept: in a private file of its own, or in memory alone."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, override

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import STORAGE_DIR, Store

from ..const import DOMAIN
from ..groupware.microsoft.account import MemoryStore

VERSION: Final = 1
CACHE: Final = "sign_in"


def _prefix(entry_id: str) -> str:
    return f"{DOMAIN}.{entry_id}.microsoft."


class SignInStore(MemoryStore):
    """One person's sign-in; ``remember`` says whether a restart may read it.

    It holds secrets and names: the file is readable by Home Assistant's user alone.
    """

    def __init__(
        self, hass: HomeAssistant, entry_id: str, person_id: str, *, remember: bool
    ) -> None:
        """Name the file; nothing is read yet."""
        super().__init__()
        self._remember = remember
        self._turn = asyncio.Lock()
        self._store: Store[dict[str, Any]] = Store(
            hass, VERSION, _prefix(entry_id) + person_id, True, atomic_writes=True
        )

    @override
    async def load(self) -> str | None:
        """Return what is kept, if anything."""
        async with self._turn:
            return await self._load()

    @override
    async def save(self, cache: str | None) -> None:
        """Keep this instead; ``None`` forgets it, in the file as well."""
        async with self._turn:
            await self._save(cache)

    async def remember(self, remember: bool) -> None:
        """Keep it in the file from now on, or no longer."""
        async with self._turn:
            if remember != self._remember:
                known = await self._load()
                self._remember = remember
                await self._save(known)

    async def _load(self) -> str | None:
        known = await super().load()
        if known is None and self._remember:
            kept = await self._store.async_load()
            known = kept.get(CACHE) if kept else None
            await super().save(known)
        return known

    async def _save(self, cache: str | None) -> None:
        await super().save(cache)
        if cache is not None and self._remember:
            await self._store.async_save({CACHE: cache})
        else:
            await self._store.async_remove()


async def async_remove_others(
    hass: HomeAssistant, entry_id: str, stays: Callable[[str], bool]
) -> None:
    """Delete the files of everybody of an office but of those who stay."""
    prefix = _prefix(entry_id)
    folder = Path(hass.config.path(STORAGE_DIR))

    def find() -> list[str]:
        return [path.name for path in folder.glob(f"{prefix}*")]

    for name in await hass.async_add_executor_job(find):
        if not stays(name.removeprefix(prefix)):
            await Store[Any](hass, VERSION, name, True).async_remove()
