"""Turns of redirects in the background: many at once, but not all in one moment."""

import asyncio
from collections.abc import Callable
import time
from typing import Final

from homeassistant.core import HomeAssistant, callback

from .person import PersonState

AT_ONCE: Final = 64
"""Turns that run at the same time; a choice by hand never waits for them."""
SLICE: Final = 0.005
"""Seconds of one turn of the event loop in which turns are begun."""


class TurnQueue:
    """Starts a turn for whoever needs one, each person once however often asked.

    A turn begins with the newest desired redirect, so nothing is queued but the person.
    """

    def __init__(
        self, hass: HomeAssistant, start: Callable[[PersonState], asyncio.Task[None]]
    ) -> None:
        """Prepare; ``start`` begins the turn of one person."""
        self._loop = hass.loop
        self._start = start
        self._waiting: dict[int, PersonState] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._until: float | None = None
        """When the present slice is over; ``None`` outside of one."""

    @callback
    def add(self, state: PersonState) -> None:
        """Start a person's turn, at once where few are started."""
        self._waiting[id(state)] = state
        self._work()

    @callback
    def clear(self) -> None:
        """Start none of those that wait."""
        self._waiting.clear()

    def _work(self) -> None:
        if self._until is None:
            self._until = time.monotonic() + SLICE
            self._loop.call_soon(self._next_slice)
        while (
            self._waiting
            and len(self._running) < AT_ONCE
            and time.monotonic() < self._until
        ):
            state = self._waiting.pop(next(iter(self._waiting)))
            task = self._start(state)
            if not task.done():
                self._running.add(task)
                task.add_done_callback(self._on_done)

    @callback
    def _next_slice(self) -> None:
        self._until = None
        if self._waiting and len(self._running) < AT_ONCE:
            self._work()

    @callback
    def _on_done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if self._waiting and self._until is None:
            self._work()
