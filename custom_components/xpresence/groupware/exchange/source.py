"""The calendar of one mailbox on an Exchange Server."""

from datetime import datetime
import ssl
from typing import TYPE_CHECKING, Final
from weakref import WeakValueDictionary

from ...presence.calendar.appointments import Appointment
from ..source import CertificateRejected, Execute, SourceUnavailable
from ..tls import trust
from ..turns import Turns
from .items import NAME
from .login import Access, Login

if TYPE_CHECKING:
    from .connection import Connection


class Session(Turns):
    """What the mailboxes read with one login share: a connection, one at a time."""

    def __init__(self, login: Login) -> None:
        """Begin without a connection."""
        super().__init__()
        self._login = login
        self._connection: Connection | None = None
        self._in_use: Connection | None = None
        self.users = 0

    async def read(
        self,
        execute: Execute,
        mailbox: str,
        access: Access,
        time_zone: str,
        start: datetime,
        end: datetime,
    ) -> tuple[Appointment, ...]:
        """Read a mailbox's calendar once earlier readings of the login are done."""
        return await self.take(
            lambda: execute(
                lambda: self._read(mailbox, access, time_zone, start, end),
                give_up=self._give_up,
            )
        )

    def _give_up(self) -> None:
        if self._in_use is not None:
            self._in_use.watch.give_up()

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

        connection, self._connection = self._connection, None
        try:
            if connection is None:
                connection = Connection(self._login, self._trusted())
            self._in_use = connection
            found = read(connection, mailbox, access, time_zone, start, end)
        except Exception as error:  # noqa: BLE001
            self._connection = connection
            # From None: the error and its context name people.
            offered = connection.watch.offered if connection else frozenset()
            raise failure(error, self._login.auth.value, offered) from None
        finally:
            self._in_use = None
        # One that was interrupted is in no state to be used again.
        self._connection = connection
        return found

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
"""Sessions shared by the calendars of a login; removed with the last calendar."""


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
        anew: bool = False,
    ) -> None:
        """Nothing is imported or opened before the first reading.

        ``anew``: the settings were confirmed, so a refused login may be tried once
        more, for all who use it.
        """
        session = SESSIONS.get(login)
        if session is None:
            session = SESSIONS[login] = Session(login)
        if anew:
            session.try_again()
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
        """Release the session, and close it unless other mailboxes use it."""
        session, self._session = self._session, None
        if session is None:
            return
        session.users -= 1
        if not session.users:
            await self._execute(session.close)
