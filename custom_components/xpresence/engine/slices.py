"""Work for everybody, in slices that leave the event loop to others."""

import asyncio
from collections.abc import AsyncIterator, Iterable
import time
from typing import Final

SLICE: Final = 0.01
"""Seconds of work after which everybody else gets a turn."""


async def sliced[T](items: Iterable[T]) -> AsyncIterator[T]:
    """Yield one item after another, and let the event loop run in between.

    Where all of it takes less than :data:`SLICE`, nothing else runs in between.
    """
    until = time.monotonic() + SLICE
    for item in items:
        if time.monotonic() >= until:
            await asyncio.sleep(0)
            until = time.monotonic() + SLICE
        yield item
