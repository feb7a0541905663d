"""What drivers have in common whose phone system tells nothing of redirects by itself."""

import asyncio
from dataclasses import replace
import logging
import random
from typing import override

from ..presence.line import CallState, Line
from .driver import (
    ConnectionChanged,
    DriverEvent,
    Freshness,
    LineChanged,
    PhoneSystemError,
    RetryLater,
    Unavailable,
)
from .listeners import WatchingPhoneSystem

_LOGGER = logging.getLogger(__name__)


class PollingPhoneSystem(WatchingPhoneSystem):
    """A phone system that is read at an interval.

    A driver derives from this class, says by :meth:`connect` what it takes to begin,
    and by :meth:`poll` what one round reads, where one request reads more than one
    extension.
    """

    def __init__(self, freshness: Freshness, poll_every: float | None = None) -> None:
        """Prepare.

        ``poll_every``: seconds between rounds, where they differ from what is declared.
        """
        super().__init__()
        self._freshness = freshness
        self._poll_every = poll_every or freshness.poll_every or 60.0
        self._poller: asyncio.Task[None] | None = None
        self._closed = False
        self._ready = False
        self._last: dict[str, Line] = {}

    @property
    @override
    def freshness(self) -> Freshness:
        return self._freshness

    @property
    @override
    def ready(self) -> bool:
        return self._ready

    @property
    @override
    def version(self) -> str | None:
        return None

    async def connect(self) -> None:
        """Find out whether the login works, where there is one for all.

        Raises:
            PhoneSystemError: as :meth:`PhoneSystem.start`.
        """

    def check_open(self) -> None:
        """Return unless it was closed.

        Raises:
            Unavailable: it was.
        """
        if self._closed:
            raise Unavailable("closed")

    @override
    async def start(self) -> None:
        self.check_open()
        if self._ready:
            return
        await self.connect()
        if self._closed:
            # Meanwhile; what connecting has begun ends as well.
            await self.close()
            self.check_open()
        self.set_ready(None)
        if self._poller is None:
            self._poller = asyncio.create_task(self._poll_for_ever())

    @override
    async def close(self) -> None:
        self._closed = True
        self._ready = False
        if self._poller is not None:
            self._poller.cancel()
            await asyncio.gather(self._poller, return_exceptions=True)
            self._poller = None
        self._listeners.clear()

    def set_ready(self, error: PhoneSystemError | None) -> None:
        """Tell a change of whether it can be reached; ``error`` says why not."""
        ready = error is None
        if ready != self._ready and not self._closed:
            self._ready = ready
            self.emit(ConnectionChanged(ready=ready, error=error))

    def call_of(self, extension: str) -> CallState | None:
        """Return what the telephones do, where something tells that by itself.

        A driver puts it into every line that it reads.
        """
        return None

    def tell_call(self, extension: str | None) -> None:
        """Tell what the telephones do if that has changed, with the last reading.

        ``None``: everybody's may have.
        """
        for one in self.watched if extension is None else (extension,):
            line, call = self._last.get(one), self.call_of(one)
            if line is not None and line.call is not call and one in self.watched:
                self.emit(LineChanged(replace(line, call=call)))

    @override
    def emit(self, event: DriverEvent) -> None:
        if isinstance(event, LineChanged):
            self._last[event.line.extension] = event.line
        super().emit(event)

    @override
    def watch_ended(self, extension: str) -> None:
        self._last.pop(extension, None)

    async def poll(self) -> None:
        """Read once what is watched, and emit what was read.

        Raises:
            PhoneSystemError: nothing was read; the next round may.
        """
        lost: PhoneSystemError | None = None
        reached = not self.watched
        for extension in self.watched:
            try:
                self.emit(LineChanged(await self.read(extension)))
                reached = True
            except PhoneSystemError as error:
                _LOGGER.debug("A reading failed: %s", type(error).__name__)
                # One person's login, right or limit; the others are read all the same.
                if isinstance(error, Unavailable) and not isinstance(error, RetryLater):
                    lost = error
                else:
                    reached = True
        self.set_ready(None if reached else lost)

    async def _poll_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self._poll_every * random.uniform(0.9, 1.1))
            try:
                await self.poll()
            except PhoneSystemError as error:
                _LOGGER.debug("A reading failed: %s", type(error).__name__)
            except Exception:
                _LOGGER.exception("A reading failed; the next one may not")
