"""A client of the Asterisk Manager Interface that reconnects by itself.

One connection, kept alive and made again for as long as the client is open. An
action is sent once: when the connection breaks, what was sent and not answered
is unknown, and what was not sent is lost; nothing is ever replayed.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
import logging
import random
import secrets
from ssl import SSLCertVerificationError, SSLContext, SSLError
from typing import Final

from ...backoff import Backoff
from .wire import Framer, Garbage, Header, Message, encode

_LOGGER = logging.getLogger(__name__)

CHUNK: Final = 65536
"""Bytes read at once."""
MOST_ITEMS: Final = 50_000
"""Messages of one list; an office of 5,000 extensions has lists of 10,000."""
MOST_BYTES: Final = 16 << 20
"""Bytes of one list; a longer one ends the connection."""
NO_MODULE: Final = "xpresence-is-not-a-module"
"""A module that no Asterisk has; see :meth:`_Session._is_booting`."""


class AmiError(Exception):
    """The manager interface did not do what it was asked."""


class LoginRefused(AmiError):
    """Wrong name, wrong secret, or an address that is not allowed."""


class CertificateRefused(AmiError):
    """The server's certificate cannot be trusted."""


class NotConnected(AmiError):
    """There is no connection; nothing was sent."""


class NoAnswer(AmiError):
    """It was sent and not answered: whether it was done is unknown."""


class Denied(AmiError):
    """The login lacks a right."""


class ActionFailed(AmiError):
    """The server answered with an error.

    ``message`` has its words, for comparison only: they may quote a number, so
    they are no part of the exception's text, which ends up in logs.
    """

    def __init__(self, message: str) -> None:
        """Keep the server's words."""
        super().__init__("refused by the server")
        self.message = message


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long to wait, in seconds."""

    connect: float = 10
    banner: float = 5
    login: float = 10
    """A refusal takes Asterisk a second."""
    told: float = 2
    """For a server that has booted to say so."""
    booted: float = 30
    """For a server to boot; after that the connection is made anew."""
    action: float = 5
    ping_every: float = 15
    ping: float = 5
    retry_first: float = 1
    retry_most: float = 5
    """A phone system that is back is seen within seconds, by one attempt each."""
    refused: tuple[float, ...] = (2, 5)
    """Waits after a login that once worked is refused; after the last, that counts."""
    steady: float = 10
    """A connection that lived so long makes the next wait ``retry_first`` again."""


def _jitter() -> float:
    """Return a random factor that spreads the reconnects of a server's clients."""
    return random.uniform(0.75, 1.25)


@dataclass(frozen=True, slots=True)
class Settings:
    """Server address, login and subscribed events."""

    host: str
    port: int
    username: str
    secret: str = field(repr=False)
    tls: SSLContext | None = None
    events: tuple[str, ...] = ()
    """Names of the events that are wanted; empty: every one."""
    event_mask: str = "on"
    """Event classes to subscribe to, as the ``Events`` action takes them."""
    deadlines: Deadlines = Deadlines()
    jitter: Callable[[], float] = _jitter
    """Returns the factor by which a reconnect delay is multiplied."""


type OnEvent = Callable[[Message], None]
type OnConnection = Callable[[bool, AmiError | None], None]


@dataclass(frozen=True, slots=True)
class Request:
    """An action to send; ``many``: it is answered by a list."""

    name: str
    fields: tuple[Header, ...] = ()
    many: bool = False


class AmiClient:
    """The manager interface behind ``await``.

    ``on_event`` gets every wanted event, ``on_connection`` becomes true when the
    server is connected *and* fully booted, and false when that is over; the error
    says why. A :class:`LoginRefused` there means that no further try is made: a server
    that shuts down refuses a login that it knows, so one refusal is not believed, and
    more of them than ``Deadlines.refused`` allows would look like password guessing to
    an intrusion filter. Both may raise; that is logged and harms nothing.
    """

    def __init__(
        self, settings: Settings, on_event: OnEvent, on_connection: OnConnection
    ) -> None:
        """Prepare; :meth:`start` connects."""
        self._settings = settings
        self._on_event = on_event
        self._on_connection = on_connection
        self._session: _Session | None = None
        self._opening: _Session | None = None
        self._supervisor: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def connected(self) -> bool:
        """Whether actions can be sent now."""
        return self._session is not None and self._session.alive

    @property
    def banner(self) -> str | None:
        """The banner that the server sent on connecting."""
        return self._session.banner if self._session else None

    async def start(self) -> None:
        """Connect once, and from then on for ever.

        Raises:
            wire.Refused, LoginRefused, CertificateRefused, Denied, NotConnected,
            NoAnswer: nothing keeps running then.
        """
        if self._closed or self._supervisor is not None:
            raise NotConnected("closed" if self._closed else "started already")
        session = await self._open()
        self._session = session
        self._supervisor = asyncio.create_task(self._supervise(session))
        self._notify(connected=True)

    async def close(self) -> None:
        """Close the connection; it is not opened again."""
        self._closed = True
        if self._supervisor is not None:
            self._supervisor.cancel()
            await asyncio.gather(self._supervisor, return_exceptions=True)
        for session in (self._opening, self._session):
            if session is not None:
                await session.close()
        self._session = None

    def drop(self) -> None:
        """Give up the present connection, so that another login is made."""
        if self._session is not None:
            self._session.fail(NotConnected("given up"))

    async def action(self, name: str, *fields: Header) -> Message:
        """Send an action and return its answer.

        Raises:
            wire.Refused, NotConnected, NoAnswer, Denied, ActionFailed.
        """
        return (await self._alive().ask(name, fields, many=False))[0]

    async def collect(self, name: str, *fields: Header) -> list[Message]:
        """Send an action that is answered by a list, and return its items.

        Raises:
            As :meth:`action`; a list that the server breaks off is an
            ActionFailed, never a shorter list.
        """
        return (await self._alive().ask(name, fields, many=True))[1:-1]

    async def batch(
        self, requests: Sequence[Request]
    ) -> list[list[Message] | AmiError]:
        """Send several actions in one piece; the server does them in this order.

        Returns:
            For each its answer, the items of its list, or why it was refused.

        Raises:
            wire.Refused, NotConnected: nothing was sent. NoAnswer: the connection
                is lost; some may have been done.
        """
        answers = await self._alive().ask_all(requests)
        return [
            answer
            if isinstance(answer, AmiError)
            else answer[1:-1]
            if request.many
            else answer
            for request, answer in zip(requests, answers, strict=True)
        ]

    def _alive(self) -> _Session:
        if self._closed or self._session is None or not self._session.alive:
            raise NotConnected("not connected")
        return self._session

    async def _open(self) -> _Session:
        session = self._opening = _Session(self._settings, self._dispatch)
        try:
            await session.open()
            if self._closed:
                raise NotConnected("closed")
        except BaseException:
            await session.close()
            raise
        finally:
            self._opening = None
        return session

    def _dispatch(self, message: Message) -> None:
        desired = self._settings.events
        if desired and message.get("Event") not in desired:
            return
        try:
            self._on_event(message)
        except Exception:
            _LOGGER.exception("A listener failed on an event of the phone system")

    def _notify(self, *, connected: bool, error: AmiError | None = None) -> None:
        try:
            self._on_connection(connected, error)
        except Exception:
            _LOGGER.exception("A listener failed on the connection's change")

    async def _supervise(self, session: _Session) -> None:
        """Reconnect whenever the connection ends."""
        deadlines = self._settings.deadlines
        now = asyncio.get_running_loop().time
        backoff = Backoff(
            deadlines.retry_first, deadlines.retry_most, self._settings.jitter
        )
        refused = 0
        while True:
            since = now()
            error = await session.wait_lost()
            await session.close()
            self._session = None
            self._notify(connected=False, error=error)
            if now() - since >= deadlines.steady:
                backoff.reset()
            while self._session is None:
                await asyncio.sleep(backoff.wait())
                try:
                    session = self._session = await self._open()
                except LoginRefused as error:
                    if refused == len(deadlines.refused):
                        # Another try would be one more entry in the intrusion log.
                        self._notify(connected=False, error=error)
                        return
                    backoff.next = deadlines.refused[refused]
                    refused += 1
                    _LOGGER.debug("Refused %d times by the phone system", refused)
                except (CertificateRefused, Denied) as error:
                    # Both can be fixed on the server; only another try shows it.
                    refused = 0
                    backoff.next = deadlines.retry_most
                    self._notify(connected=False, error=error)
                except AmiError as error:
                    refused = 0
                    _LOGGER.debug("Still no phone system: %s", type(error).__name__)
            refused = 0
            self._notify(connected=True)


class _Answer:
    """The pending response to one ActionID."""

    __slots__ = ("_many", "_messages", "_size", "future")

    def __init__(self, *, many: bool) -> None:
        self.future: asyncio.Future[list[Message]] = (
            asyncio.get_running_loop().create_future()
        )
        self._many = many
        self._messages: list[Message] = []
        self._size = 0

    def take(self, message: Message) -> None:
        """Take the next message; what comes after the last one is dropped.

        Raises:
            Garbage: a list without end.
        """
        if self.future.done():
            return
        listed = message.get("EventList").casefold() if self._many else ""
        if message.get("Response") == "Error":
            said = message.get("Message")
            denied = said == "Permission denied"
            self.fail(Denied("permission denied") if denied else ActionFailed(said))
        elif listed == "cancelled":
            self.fail(ActionFailed("list cancelled"))
        else:
            self._messages.append(message)
            self._size += message.size
            if len(self._messages) > MOST_ITEMS or self._size > MOST_BYTES:
                raise Garbage
            if not self._many or listed == "complete":
                self.future.set_result(self._messages)

    def fail(self, error: AmiError) -> None:
        """Raise the error for the waiting caller: no answer comes."""
        if not self.future.done():
            self.future.set_exception(error)


class _Session:
    """One connection, from the first byte to the last."""

    def __init__(self, settings: Settings, dispatch: OnEvent) -> None:
        self._settings = settings
        self._deadlines = settings.deadlines
        self._dispatch = dispatch
        self._pending: dict[str, _Answer] = {}
        # Other clients' ActionIDs reach us in some events and must never match.
        self._mark = f"{secrets.token_hex(4)}-"
        self._number = 0
        self._booted = asyncio.Event()
        self._lost: asyncio.Future[AmiError] = (
            asyncio.get_running_loop().create_future()
        )
        self._tasks: list[asyncio.Task[None]] = []
        self._writer: asyncio.StreamWriter | None = None
        self.banner: str | None = None

    @property
    def alive(self) -> bool:
        return self._writer is not None and not self._lost.done()

    async def open(self) -> None:
        """Connect, log in, wait until the server has booted, choose the events.

        In this order, for a login with ``Events: off`` is never told that the
        server has booted, and one without filters hears every call of an office.
        """
        reader = await self._connect()
        self._tasks.append(asyncio.create_task(self._read(reader)))
        await self._log_in()
        await self._wait_booted()
        await self._choose_events()
        self._tasks.append(asyncio.create_task(self._ping()))

    async def close(self) -> None:
        self.fail(NotConnected("closed"))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def wait_lost(self) -> AmiError:
        return await asyncio.shield(self._lost)

    def fail(self, error: AmiError) -> None:
        """Close the connection and fail all pending actions."""
        if self._lost.done():
            return
        self._lost.set_result(error)
        self._booted.set()
        for answer in self._pending.values():
            answer.fail(NoAnswer("connection lost"))
        if self._writer is not None:
            self._writer.transport.abort()

    async def ask(
        self,
        name: str,
        fields: Iterable[Header],
        *,
        many: bool,
        deadline: float | None = None,
    ) -> list[Message]:
        request = Request(name, tuple(fields), many=many)
        (answer,) = await self.ask_all((request,), deadline=deadline)
        if isinstance(answer, AmiError):
            raise answer
        return answer

    async def ask_all(
        self, requests: Sequence[Request], *, deadline: float | None = None
    ) -> list[list[Message] | AmiError]:
        """Send requests in one write and wait for all answers."""
        data: list[bytes] = []
        answers: dict[str, _Answer] = {}
        for request in requests:
            self._number += 1
            action_id = f"{self._mark}{self._number}"
            data.append(encode(request.name, action_id, request.fields))
            answers[action_id] = _Answer(many=request.many)
        if self._writer is None or self._lost.done():
            raise NotConnected("not connected")
        self._pending |= answers
        found: list[list[Message] | AmiError] = []
        try:
            # Asterisk does not see what is left of a TLS record that is longer than its
            # line buffer: over TLS each request is a record of its own.
            over_tls = self._writer.get_extra_info("ssl_object") is not None
            for piece in data if over_tls else [b"".join(data)]:
                self._writer.write(piece)
            async with asyncio.timeout(deadline or self._deadlines.action):
                for answer in answers.values():
                    try:
                        found.append(await answer.future)
                    except (Denied, ActionFailed) as error:
                        found.append(error)
        except TimeoutError as error:
            # A server that does not answer may still act. Only a new connection
            # shows what came of it.
            self.fail(NoAnswer("no answer in time"))
            raise NoAnswer("no answer in time") from error
        finally:
            for action_id, answer in answers.items():
                del self._pending[action_id]
                # What is not waited for any more must not be missed by anybody.
                if not answer.future.cancel() and not answer.future.cancelled():
                    answer.future.exception()
        return found

    async def _connect(self) -> asyncio.StreamReader:
        settings = self._settings
        try:
            async with asyncio.timeout(self._deadlines.connect):
                reader, self._writer = await asyncio.open_connection(
                    settings.host, settings.port, ssl=settings.tls
                )
        except SSLCertVerificationError as error:
            raise CertificateRefused("certificate") from error
        except (OSError, SSLError, ValueError, OverflowError) as error:
            # An invalid host or port is treated as unreachable.
            raise NotConnected(type(error).__name__) from error
        if self._lost.done():
            self._writer.transport.abort()
            raise NotConnected("closed")
        try:
            async with asyncio.timeout(self._deadlines.banner):
                line = await reader.readuntil(b"\n")
        except (
            OSError,
            asyncio.IncompleteReadError,
            asyncio.LimitOverrunError,
        ) as error:
            raise NotConnected("no banner") from error
        if not line.startswith(b"Asterisk Call Manager/"):
            raise NotConnected("not an Asterisk manager interface")
        self.banner = line.decode(errors="replace").strip()
        return reader

    async def _log_in(self) -> None:
        fields = (
            ("Username", self._settings.username),
            ("Secret", self._settings.secret),
            ("Events", "system"),
        )
        deadline = self._deadlines.login
        try:
            await self.ask("Login", fields, many=False, deadline=deadline)
        except ActionFailed as error:
            raise LoginRefused("login refused") from error

    async def _wait_booted(self) -> None:
        """Wait until what is read is true: before that, "none" means nothing.

        Raises:
            NotConnected: it still boots. Denied: it never tells this login.
        """
        end = asyncio.get_running_loop().time() + self._deadlines.booted
        while not await self._is_subscribed_to():
            if not await self._is_booting() and not await self._is_subscribed_to():
                raise Denied("read=system")
            if asyncio.get_running_loop().time() > end:
                raise NotConnected("still booting")
        if self._lost.done():
            raise self._lost.result()

    async def _is_subscribed_to(self) -> bool:
        try:
            async with asyncio.timeout(self._deadlines.told):
                return await self._booted.wait()
        except TimeoutError:
            return False

    async def _is_booting(self) -> bool:
        """Ask for the reload of a module that does not exist.

        A server that has booted knows no such module; one that boots says that it
        will see to it later. No other action tells the two apart.
        """
        try:
            await self.ask("Reload", (("Module", NO_MODULE),), many=False)
        except Denied as error:
            raise Denied("system") from error
        except ActionFailed:
            return False
        return True

    async def _choose_events(self) -> None:
        filters = [
            (("Operation", "Add"), ("Filter", f"Event: {name}"))
            for name in self._settings.events
        ]
        asked = (self.ask("Filter", fields, many=False) for fields in filters)
        for outcome in await asyncio.gather(*asked, return_exceptions=True):
            if isinstance(outcome, (Denied, ActionFailed)):
                _LOGGER.debug("The phone system does not filter for us; we do it")
            elif isinstance(outcome, BaseException):
                raise outcome
        mask = (("EventMask", self._settings.event_mask),)
        await self.ask("Events", mask, many=False)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        framer = Framer()
        try:
            while data := await reader.read(CHUNK):
                for message in framer.feed(data):
                    self._take(message)
        except (OSError, Garbage) as error:
            self.fail(NotConnected(type(error).__name__))
            return
        self.fail(NotConnected("closed by the phone system"))

    def _take(self, message: Message) -> None:
        action_id = message.get("ActionID")
        if action_id.startswith(self._mark):
            if (answer := self._pending.get(action_id)) is not None:
                answer.take(message)
            return
        if event := message.get("Event"):
            if event == "FullyBooted":
                self._booted.set()
            self._dispatch(message)

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(self._deadlines.ping_every)
            try:
                await self.ask("Ping", (), many=False, deadline=self._deadlines.ping)
            except ActionFailed, Denied:
                # An answer all the same.
                continue
            except NoAnswer, NotConnected:
                return
