"""What a driver remembers of its extensions, stored before anything is written."""

import asyncio
from collections.abc import Callable, ItemsView, Mapping
from typing import Any, Protocol

from .description import SaveMemory


class Storable(Protocol):
    """What is remembered of one extension."""

    def to_json(self) -> dict[str, Any]:
        """Return it as it is stored."""


class DriverMemory[M: Storable]:
    """Values of one kind by extension; ``empty`` makes what stands for none."""

    def __init__(
        self,
        save: SaveMemory,
        stored: Mapping[str, Mapping[str, Any]],
        read: Callable[[Any], M],
        empty: Callable[[], M],
    ) -> None:
        """Take up what was stored.

        Raises:
            Malformed: it is damaged.
        """
        self._save = save
        self._empty = empty
        self._values = {extension: read(record) for extension, record in stored.items()}
        self._storing = asyncio.Lock()

    def __getitem__(self, extension: str) -> M:
        """Return what is remembered of an extension."""
        return self._values.get(extension) or self._empty()

    def items(self) -> ItemsView[str, M]:
        """Return everything that is remembered, by extension."""
        return self._values.items()

    async def set(self, extension: str, value: M | None) -> None:
        """Remember this instead; return once it is safe.

        Raises:
            OSError: it could not be stored, and nothing is changed.
        """
        async with self._storing:
            left = {k: v for k, v in self._values.items() if k != extension}
            if value is not None and value != self._empty():
                left[extension] = value
            if left == self._values:
                return
            await self._save({key: one.to_json() for key, one in left.items()})
            self._values = left
