"""What drivers have in common: their listeners, and the extensions they watch."""

from collections import defaultdict
from collections.abc import Callable
import contextlib
import logging
from typing import override

from .driver import DriverEvent, Listener, PhoneSystem

_LOGGER = logging.getLogger(__name__)


class EmittingPhoneSystem(PhoneSystem):
    """A phone system that keeps its listeners, and tells them events."""

    def __init__(self) -> None:
        """Prepare without listeners."""
        self._listeners: list[Listener] = []

    @override
    def subscribe(self, listener: Listener) -> Callable[[], None]:
        self._listeners.append(listener)

        def unsubscribe() -> None:
            with contextlib.suppress(ValueError):
                self._listeners.remove(listener)

        return unsubscribe

    def emit(self, event: DriverEvent) -> None:
        """Tell every listener; one that fails keeps it from no other."""
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:
                _LOGGER.exception("A listener failed; the others are told all the same")


class WatchingPhoneSystem(EmittingPhoneSystem):
    """A phone system that counts for how many callers it watches an extension."""

    def __init__(self) -> None:
        """Prepare; nothing is watched."""
        super().__init__()
        self._watched: dict[str, int] = defaultdict(int)

    @property
    def watched(self) -> tuple[str, ...]:
        """The extensions that somebody watches."""
        return tuple(self._watched)

    @override
    def watch(self, extension: str) -> Callable[[], None]:
        self._watched[extension] += 1
        self.watch_added(extension)
        watching = True

        def unwatch() -> None:
            nonlocal watching
            if not watching:
                return
            watching = False
            self._watched[extension] -= 1
            if not self._watched[extension]:
                del self._watched[extension]
                self.watch_ended(extension)

        return unwatch

    def watch_added(self, extension: str) -> None:
        """Begin, or go on, to watch an extension; one more caller wants it."""

    def watch_ended(self, extension: str) -> None:
        """Watch an extension no longer; its last caller has left."""
