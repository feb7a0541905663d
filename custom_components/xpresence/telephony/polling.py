"""What drivers have in common whose phone system tells nothing by itself."""

from abc import abstractmethod
import asyncio
import logging
import random

from .driver import PhoneSystemError
from .listeners import WatchingPhoneSystem

_LOGGER = logging.getLogger(__name__)


class PollingPhoneSystem(WatchingPhoneSystem):
    """A phone system that is read at an interval.

    A driver derives from this class, starts :meth:`start_polling` once it is
    connected, and says by :meth:`poll` what one round reads.
    """

    def __init__(self, poll_every: float) -> None:
        """Prepare; ``poll_every`` is in seconds."""
        super().__init__()
        self._poll_every = poll_every
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
