"""Serialize the readings of one login, and share its failures.

A refused password is not tried again: after a few of them the server locks the account
out, for its owner too. During the server's ``Retry-After``, nothing is sent with this
login. When the server fails (timeout, unreachable, certificate), readings already
queued fail at once.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from .source import CertificateRejected, SignInNeeded, SourceUnavailable

PATIENCE: Final = 120.0
"""Seconds until a reading is given up, however many pages it has."""
LONGEST_BACK_OFF: Final = 900.0
"""Upper limit of the wait after ``Retry-After``, in seconds."""
OF_THE_SERVER: Final = frozenset({"not_encrypted", "too_slow", "unreachable"})
"""Reasons that have nothing to do with whose calendar was asked for."""

type Failure = SourceUnavailable | CertificateRejected


class Turns:
    """Serializes the readings of one login."""

    def __init__(self) -> None:
        """Start with an empty queue."""
        self._lock = asyncio.Lock()
        self._refused: SignInNeeded | None = None
        self._quiet_until = 0.0
        self._failed: tuple[float, Failure] | None = None

    def try_again(self) -> None:
        """Allow one more try of a refused password, after somebody asked for it."""
        self._refused = None

    async def take[T](self, read: Callable[[], Awaitable[T]]) -> T:
        """Run a reading once those queued before it are done.

        Raises:
            SourceError: it could not be read, or an earlier failure still holds.
        """
        loop = asyncio.get_running_loop()
        asked = loop.time()
        async with self._lock:
            if self._refused:
                raise SignInNeeded(self._refused.reason)
            if self._failed and self._failed[0] > asked:
                raise _same(self._failed[1])
            wait = self._quiet_until - loop.time()
            if wait > 0:
                raise SourceUnavailable("busy", wait)
            try:
                async with asyncio.timeout(PATIENCE):
                    return await read()
            except TimeoutError:
                error = SourceUnavailable("too_slow")
                self._failed = loop.time(), error
                raise error from None
            except SignInNeeded as error:
                self._refused = error
                raise
            except CertificateRejected as error:
                self._failed = loop.time(), error
                raise
            except SourceUnavailable as error:
                if error.reason in OF_THE_SERVER:
                    self._failed = loop.time(), error
                if error.retry_after:
                    quiet = min(error.retry_after, LONGEST_BACK_OFF)
                    self._quiet_until = loop.time() + quiet
                raise


def _same(failure: Failure) -> Failure:
    """Return a copy: the traceback of an exception that is raised again grows."""
    return type(failure)(str(failure))
