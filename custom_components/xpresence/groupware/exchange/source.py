"""The calendar of one mailbox on an Exchange Server."""

import asyncio
from datetime import datetime
import ssl
from typing import TYPE_CHECKING, Final
from weakref import WeakValueDictionary

from ...presence.appointments import Appointment
from ..execute import Execute
from ..source import CertificateRejected, SignInNeeded, SourceUnavailable
from ..tls import trust
from .items import NAME
from .login import Access, Login

if TYPE_CHECKING:
    from .connection import Connection

PATIENCE: Final = 120.0
"""Seconds until a reading is given up, however many pages it has."""
LONGEST_BACK_OFF: Final = 900.0
"""Seconds that a server's wish to be left alone is heeded for at most."""


class Session:
    """What the mailboxes read with one login share: a connection, one at a time.

    A refused password is not tried again: after a few of them Windows locks the
    account out, for its owner too. While the server asks to be left alone, nobody of
    this login asks it anything.
    """

    def __init__(self, login: Login) -> None:
        """Begin without a connection."""
        self._login = login
        self._lock = asyncio.Lock()
        self._connection: Connection | None = None
        self._refused: SignInNeeded | None = None
        self._quiet_until = 0.0
        self.users = 0

    @property
    def refused(self) -> bool:
        """Return whether the login was refused."""
        return self._refused is not None

    async def read(
        self,
        execute: Execute,
        mailbox: str,
        access: Access,
        time_zone: str,
        start: datetime,
        end: datetime,
    ) -> tuple[Appointment, ...]:
        """Read a mailbox's calendar, after whoever asked before."""
        loop = asyncio.get_running_loop()
        async with self._lock:
            if self._refused:
                raise SignInNeeded(self._refused.reason)
            wait = self._quiet_until - loop.time()
            if wait > 0:
                raise SourceUnavailable("busy", wait)
            try:
                async with asyncio.timeout(PATIENCE):
                    return await execute(
                        lambda: self._read(mailbox, access, time_zone, start, end)
                    )
            except TimeoutError as error:
                raise SourceUnavailable("too_slow") from error
            except SignInNeeded as error:
                self._refused = error
                raise
            except SourceUnavailable as error:
                if error.retry_after:
                    quiet = min(error.retry_after, LONGEST_BACK_OFF)
                    self._quiet_until = loop.time() + quiet
                raise

    def _read(
        self,
        mailbox: str,
        access: Access,
        time_zone: str,
        start: datetime,
        end: datetime,
    ) -> tuple[Appointment, ...]:
        """Read, blocking; exchangelib costs a second and 30 MB, paid here and once."""
        from .connection import Connection, read
        from .failures import failure

        try:
            if self._connection is None:
                self._connection = Connection(self._login, self._trusted())
            return read(self._connection, mailbox, access, time_zone, start, end)
        except Exception as error:  # noqa: BLE001
            # From None: the error and its context name people.
            raise failure(error) from None

    def _trusted(self) -> ssl.SSLContext:
        try:
            return trust(self._login.authority)
        except ValueError as error:
            raise CertificateRejected("authority_unreadable") from error

    def close(self) -> None:
        """Close the connection, blocking; the next reading opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


SESSIONS: Final[WeakValueDictionary[Login, Session]] = WeakValueDictionary()
"""The sessions that some calendar uses; the last one takes its own with it."""


class ExchangeCalendar:
    """The calendar of one mailbox; fulfils ``CalendarSource``."""

    name = NAME

    def __init__(
        self,
        login: Login,
        mailbox: str,
        *,
        time_zone: str,
        execute: Execute,
        access: Access = Access.DELEGATE,
    ) -> None:
        """Nothing is imported or opened before the first reading."""
        session = SESSIONS.get(login)
        if session is None or session.refused:
            # Somebody has looked at the settings: a refused login may be tried once.
            session = SESSIONS[login] = Session(login)
        session.users += 1
        self._session: Session | None = session
        self._mailbox = mailbox
        self._access = access
        self._time_zone = time_zone
        self._execute = execute

    async def read(self, start: datetime, end: datetime) -> tuple[Appointment, ...]:
        """Read what overlaps the time from ``start`` to ``end``, expanded.

        Raises:
            SourceError: it could not be read.
        """
        if self._session is None:
            raise SourceUnavailable("closed")
        return await self._session.read(
            self._execute, self._mailbox, self._access, self._time_zone, start, end
        )

    async def close(self) -> None:
        """Let go of the session, and close it unless other mailboxes use it."""
        session, self._session = self._session, None
        if session is None:
            return
        session.users -= 1
        if not session.users:
            await self._execute(session.close)
