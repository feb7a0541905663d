"""The protocol of every calendar source, and the errors that it raises."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol, runtime_checkable

from ..presence.calendar.appointments import Appointment


class SourceError(Exception):
    """A calendar could not be read; the last good appointments stay."""


class SignInNeeded(SourceError):
    """The sign-in is refused or has expired; only a person can renew it.

    ``reason`` is a translation key (``wrong_password``, ``consent_missing`` …).
    """

    def __init__(self, reason: str) -> None:
        """Keep the reason; never the name or the secret."""
        super().__init__(reason)
        self.reason = reason


class NotAllowed(SourceError):
    """The sign-in works, but this calendar may not be read with it."""


class CalendarGone(SourceError):
    """There is no such calendar any more; somebody must pick another one.

    ``removed``: somebody removed it on purpose, so that its last appointments are none
    any more. Else it may come back, and they stay.
    """

    def __init__(self, *, removed: bool = False) -> None:
        """Keep how sure that is."""
        super().__init__()
        self.removed = removed


class SourceUnavailable(SourceError):
    """Not reachable, overloaded or unreadable; try again later.

    ``retry_after`` is what the server asked for, in seconds.
    """

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        """Keep what kind of failure it was, and how long to wait."""
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class CertificateRejected(SourceError):
    """TLS cannot be trusted: unknown authority, wrong name, or expired."""


class CalendarSource(Protocol):
    """One calendar of one person."""

    @property
    def name(self) -> str:
        """What the appointment list calls it: Outlook, Exchange, Notes …"""

    async def read(self, start: datetime, end: datetime) -> tuple[Appointment, ...]:
        """Read what overlaps the time from ``start`` to ``end``, expanded.

        Raises:
            SourceError: one of the kinds above.
        """

    async def close(self) -> None:
        """Release connections."""


@runtime_checkable
class ReportsChanges(Protocol):
    """A calendar that also reports its changes (push)."""

    def follow(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Call ``changed`` in the event loop after a change; return the unsubscriber."""


class Execute(Protocol):
    """Runs what blocks in another thread, such as ``network.threads.Threads.run``."""

    def __call__[T](
        self, job: Callable[[], T], /, *, give_up: Callable[[], None] | None = None
    ) -> Awaitable[T]:
        """Run it; ``give_up`` ends what it waits for when its time is over."""
