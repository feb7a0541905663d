"""What everybody who reads with one login shares: a turn at a time, and what failed.

A refused password is not tried again: after a few of them the server locks the account
out, for its owner too. While the server asks to be left alone, nobody of this login
asks it anything. A server that is silent for one is not waited for by all who queue.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from .source import CertificateRejected, SignInNeeded, SourceUnavailable

PATIENCE: Final = 120.0
"""Seconds until a reading is given up, however many pages it has."""
LONGEST_BACK_OFF: Final = 900.0
"""Seconds that a server's wish to be left alone is heeded for at most."""
OF_THE_SERVER: Final = frozenset({"not_encrypted", "too_slow", "unreachable"})
"""Reasons that have nothing to do with whose calendar was asked for."""

type Failure = SourceUnavailable | CertificateRejected


class Turns:
    """The turns of one login."""

    def __init__(self) -> None:
        """Begin with nobody waiting."""
        self._lock = asyncio.Lock()
        self._refused: SignInNeeded | None = None
        self._quiet_until = 0.0
        self._failed: tuple[float, Failure] | None = None

    def try_again(self) -> None:
        """Let a refused password be tried once more, for somebody asks for it."""
        self._refused = None

    async def take[T](self, read: Callable[[], Awaitable[T]]) -> T:
        """Read, after whoever asked before.

        Raises:
            SourceError: it could not be read, or there was no use in asking.
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
    """Return a failure for somebody else: an exception raised twice grows."""
    return type(failure)(str(failure))
