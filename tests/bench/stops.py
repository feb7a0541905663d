"""How long the event loop is kept from everybody else, and how much CPU is used."""

import asyncio
from dataclasses import dataclass, field
import gc
import time
from typing import Any

TICK = 0.002


@dataclass(slots=True)
class Stops:
    """Measures the longest stop of the running event loop while it is entered.

    ``longest``: seconds in which no other callback ran, by the clock of the wall.
    ``longest_cpu``: the same by the thread's own CPU time, which other processes of
    the machine do not lengthen. ``longest_gc``: the longest garbage collection, which
    is part of it and grows with all of Home Assistant. ``cpu``: of the whole process. ``seconds``: all in all.
    """

    longest: float = 0.0
    longest_cpu: float = 0.0
    longest_gc: float = 0.0
    cpu: float = 0.0
    seconds: float = 0.0
    _due: float = 0.0
    _thread: float = 0.0
    _collecting: float = 0.0
    _handle: asyncio.TimerHandle | None = field(default=None, repr=False)

    def __enter__(self) -> Stops:
        self.cpu, self.seconds = time.process_time(), time.perf_counter()
        gc.callbacks.append(self._on_collection)
        self._plan()
        return self

    def __exit__(self, *_: object) -> None:
        self._note()
        gc.callbacks.remove(self._on_collection)
        if self._handle is not None:
            self._handle.cancel()
        self.cpu = time.process_time() - self.cpu
        self.seconds = time.perf_counter() - self.seconds

    def _plan(self) -> None:
        self._due, self._thread = time.perf_counter() + TICK, time.thread_time()
        self._handle = asyncio.get_running_loop().call_later(TICK, self._tick)

    def _note(self) -> None:
        self.longest = max(self.longest, time.perf_counter() - self._due)
        self.longest_cpu = max(self.longest_cpu, time.thread_time() - self._thread)

    def _tick(self) -> None:
        self._note()
        self._plan()

    def _on_collection(self, phase: str, _info: dict[str, Any]) -> None:
        now = time.thread_time()
        if phase == "start":
            self._collecting = now
        else:
            self.longest_gc = max(self.longest_gc, now - self._collecting)

    def __str__(self) -> str:
        """Return the figures for a table."""
        return (
            f"{self.longest * 1e3:.0f} ms (CPU {self.longest_cpu * 1e3:.0f},"
            f" of it GC {self.longest_gc * 1e3:.0f} ms),"
            f" {self.cpu / self.seconds:.0%} of a core"
        )
