"""What drivers have in common whose phone system tells nothing by itself."""

from abc import abstractmethod
import asyncio
from collections import defaultdict
from collections.abc import Callable
import contextlib
import logging
import random
from typing import override

from .driver import DriverEvent, Listener, PhoneSystem, PhoneSystemError

_LOGGER = logging.getLogger(__name__)


class PollingPhoneSystem(PhoneSystem):
    """A phone system that is read at an interval.

    A driver derives from this class, starts :meth:`start_polling` once it is
    connected, and says by :meth:`poll` what one round reads.
    """

    def __init__(self, poll_every: float) -> None:
        """Prepare; ``poll_every`` is in seconds."""
        self._poll_every = poll_every
        self._watched: dict[str, int] = defaultdict(int)
        self._listeners: list[Listener] = []
        self._poller: asyncio.Task[None] | None = None
        self._closed = False

    @abstractmethod
    async def poll(self) -> None:
        """Read once what is watched, and emit what was read.

        Raises:
            PhoneSystemError: nothing was read; the next round may.
        """

    def start_polling(self) -> None:
        """Read at the interval from now on, first after one interval."""
        if self._poller is None and not self._closed:
            self._poller = asyncio.create_task(self._poll_for_ever())

    async def stop_polling(self) -> None:
        """End the polling for good, and forget the listeners."""
        self._closed = True
        if self._poller is not None:
            self._poller.cancel()
            await asyncio.gather(self._poller, return_exceptions=True)
            self._poller = None
        self._listeners.clear()

    async def _poll_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self._poll_every * random.uniform(0.9, 1.1))
            try:
                await self.poll()
            except PhoneSystemError as error:
                _LOGGER.debug("A reading failed: %s", type(error).__name__)
            except Exception:
                _LOGGER.exception("A reading failed; the next one may not")

    @property
    def watched(self) -> tuple[str, ...]:
        """The extensions that somebody watches."""
        return tuple(self._watched)

    @override
    def subscribe(self, listener: Listener) -> Callable[[], None]:
        self._listeners.append(listener)

        def unsubscribe() -> None:
            with contextlib.suppress(ValueError):
                self._listeners.remove(listener)

        return unsubscribe

    @override
    def watch(self, extension: str) -> Callable[[], None]:
        self._watched[extension] += 1
        watching = True

        def unwatch() -> None:
            nonlocal watching
            if watching:
                watching = False
                self._watched[extension] -= 1
                if not self._watched[extension]:
                    del self._watched[extension]

        return unwatch

    def emit(self, event: DriverEvent) -> None:
        """Tell every listener."""
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:
                _LOGGER.exception("A listener failed; the others are told all the same")
