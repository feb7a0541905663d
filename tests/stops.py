"""How long the event loop was not free: the longest turn, by the thread's own clock."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
import gc
import time


def pace() -> float:
    """Return how much slower this machine is just now than an idle one, at least 1."""
    usual = sorted(_count() for _ in range(7))[5]
    return max(1.0, usual / 0.01)


def _count() -> float:
    began = time.thread_time()
    for number in range(200_000):
        _ = number * number
    return time.thread_time() - began


class Stops:
    """The longest turn of the event loop so far, in seconds of its thread's CPU.

    What other processes of the machine take does not count.
    """

    def __init__(self) -> None:
        """Begin to watch; needs a running loop."""
        self.longest = 0.0
        self._loop = asyncio.get_running_loop()
        self._at = time.thread_time()
        self._over = False
        self._loop.call_soon(self._turn)

    def _turn(self) -> None:
        now = time.thread_time()
        self.longest = max(self.longest, now - self._at)
        self._at = now
        if not self._over:
            self._loop.call_soon(self._turn)

    def end(self) -> float:
        """Watch no more, and return the longest turn."""
        self._over = True
        return self.longest


@contextmanager
def stops() -> Iterator[Stops]:
    """Watch the loop while something is done.

    What a test run has collected in memory is kept out of the garbage collector's way.
    """
    gc.collect()
    gc.freeze()
    watch = Stops()
    try:
        yield watch
    finally:
        watch.end()
        gc.unfreeze()
