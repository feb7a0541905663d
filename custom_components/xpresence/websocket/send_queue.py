"""Sends the messages of subscriptions in slices, so that the event loop stays free."""

from collections import deque
from collections.abc import Iterator
import logging
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN

_LOGGER = logging.getLogger(__name__)

SLICE: Final = 0.005
"""Seconds that sending may keep the event loop before others get a turn."""

type Work = Iterator[None]
"""Sends something, and yields wherever it may be interrupted."""


class SendQueue:
    """Runs the pending work of subscriptions, one after another."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Prepare; nothing is to be sent yet."""
        self._loop = hass.loop
        self._waiting: deque[Work] = deque()

    @callback
    def add(self, work: Work) -> None:
        """Add work for the next iterations of the event loop."""
        self._waiting.append(work)
        if len(self._waiting) == 1:
            self._loop.call_soon(self._run)

    @callback
    def _run(self) -> None:
        until = self._loop.time() + SLICE
        while self._waiting and self._loop.time() < until:
            try:
                next(self._waiting[0])
            except StopIteration:
                self._waiting.popleft()
            except Exception:
                # A failure concerns one subscription; the others are still sent.
                _LOGGER.exception("A subscription could not be served")
                self._waiting.popleft()
        if self._waiting:
            self._loop.call_soon(self._run)


_QUEUE: HassKey[SendQueue] = HassKey(f"{DOMAIN}_send_queue")


@callback
def send_queue(hass: HomeAssistant) -> SendQueue:
    """Return the queue that all subscriptions share."""
    if _QUEUE not in hass.data:
        hass.data[_QUEUE] = SendQueue(hass)
    return hass.data[_QUEUE]
