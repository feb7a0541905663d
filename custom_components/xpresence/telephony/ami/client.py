"""A client of the Asterisk Manager Interface that survives its server.

One connection, kept alive and made again for as long as the client is open. An
action is sent once: when the connection breaks, what was sent and not answered
is unknown, and what was not sent is lost; nothing is ever replayed.
"""

import asyncio
from collections.abc import Callable, Iterable
import contextlib
from dataclasses import dataclass, field
import logging
import random
from ssl import SSLCertVerificationError, SSLContext, SSLError
from typing import Final

from .wire import Framer, Garbage, Header, Message, encode

_LOGGER = logging.getLogger(__name__)

CHUNK: Final = 65536


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
    """The server answered with an error; ``message`` is its text."""

    def __init__(self, message: str) -> None:
        """Keep the server's words, for comparison, not for showing."""
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long to wait, in seconds."""

    connect: float = 10
    banner: float = 5
    login: float = 10
    booted: float = 30
    action: float = 5
    ping_every: float = 15
    ping: float = 5
    retry_first: float = 1
    retry_most: float = 60


@dataclass(frozen=True, slots=True)
class Settings:
    """Where to connect, who we are, and what we want to hear."""

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


type OnEvent = Callable[[Message], None]
type OnConnection = Callable[[bool, AmiError | None], None]


class AmiClient:
    """The manager interface behind ``await``.

    ``on_event`` gets every wanted event, ``on_connection`` becomes true when the
    server is connected *and* fully booted, and false when that is over. Both may
    raise; that is logged and harms nothing.
    """

    def __init__(
        self, settings: Settings, on_event: OnEvent, on_connection: OnConnection
    ) -> None:
        """Prepare; :meth:`start` connects."""
        self._settings = settings
        self._on_event = on_event
        self._on_connection = on_connection
        self._session: _Session | None = None
        self._supervisor: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def connected(self) -> bool:
        """Whether actions can be sent now."""
        return self._session is not None and self._session.alive

    @property
    def banner(self) -> str | None:
        """What the server called itself."""
        return self._session.banner if self._session else None

    async def start(self) -> None:
        """Connect once, and from then on for ever.

        Raises:
            LoginRefused, CertificateRefused, Denied, NotConnected, NoAnswer:
                nothing keeps running then.
        """
        if self._closed or self._supervisor is not None:
            raise NotConnected("closed" if self._closed else "started already")
        session = await self._open()
        if self._closed:
            await session.close()
            raise NotConnected("closed")
        self._session = session
        self._supervisor = asyncio.create_task(self._supervise())
        self._tell(connected=True)

    async def close(self) -> None:
        """End it for good."""
        self._closed = True
        if self._supervisor is not None:
            self._supervisor.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._supervisor
            self._supervisor = None
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def action(self, name: str, *fields: Header) -> Message:
        """Send an action and return its answer.

        Raises:
            wire.Refused, NotConnected, NoAnswer, Denied, ActionFailed.
        """
        return (await self._alive().ask(name, fields, many=False))[0]

    async def list(self, name: str, *fields: Header) -> list[Message]:
        """Send an action that is answered by a list, and return its items.

        Raises:
            As :meth:`action`.
        """
        answers = await self._alive().ask(name, fields, many=True)
        return [
            message
            for message in answers[1:]
            if message.get("EventList").casefold() not in ("complete", "cancelled")
        ]

    def _alive(self) -> _Session:
        if self._closed or self._session is None or not self._session.alive:
            raise NotConnected("not connected")
        return self._session

    async def _open(self) -> _Session:
        session = _Session(self._settings, self._hear)
        try:
            await session.open()
        except BaseException:
            await session.close()
            raise
        return session

    def _hear(self, message: Message) -> None:
        wanted = self._settings.events
        if wanted and message.get("Event") not in wanted:
            return
        try:
            self._on_event(message)
        except Exception:
            _LOGGER.exception("A listener failed on an event of the phone system")

    def _tell(self, *, connected: bool, error: AmiError | None = None) -> None:
        try:
            self._on_connection(connected, error)
        except Exception:
            _LOGGER.exception("A listener failed on the connection's change")

    async def _supervise(self) -> None:
        """Notice the end of a connection and make the next one."""
        while not self._closed:
            if self._session is not None:
                error = await self._session.wait_lost()
                await self._session.close()
                self._session = None
                self._tell(connected=False, error=error)
            if not await self._reconnect():
                return

    async def _reconnect(self) -> bool:
        """Try until connected; return false when trying makes it worse."""
        deadlines = self._settings.deadlines
        wait = deadlines.retry_first
        while not self._closed:
            await asyncio.sleep(wait * random.uniform(0.75, 1.25))
            try:
                self._session = await self._open()
            except (LoginRefused, CertificateRefused, Denied) as error:
                # Another try would be one more entry in the intrusion log.
                self._tell(connected=False, error=error)
                return False
            except AmiError as error:
                _LOGGER.debug("Still no phone system: %s", type(error).__name__)
                wait = min(wait * 2, deadlines.retry_most)
                continue
            self._tell(connected=True)
            return True
        return False


class _Answer:
    """What is awaited under one ActionID."""

    __slots__ = ("future", "many", "messages")

    def __init__(self, *, many: bool) -> None:
        self.future: asyncio.Future[list[Message]] = (
            asyncio.get_running_loop().create_future()
        )
        self.many = many
        self.messages: list[Message] = []


class _Session:
    """One connection, from the first byte to the last."""

    def __init__(self, settings: Settings, hear: OnEvent) -> None:
        self._settings = settings
        self._deadlines = settings.deadlines
        self._hear = hear
        self._pending: dict[str, _Answer] = {}
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
        """Connect, log in, wait until the server has booted, choose the events."""
        reader = await self._connect()
        self._tasks.append(asyncio.create_task(self._read(reader)))
        try:
            async with asyncio.timeout(self._deadlines.login):
                await self.ask(
                    "Login",
                    (
                        ("Username", self._settings.username),
                        ("Secret", self._settings.secret),
                        ("Events", "system"),
                    ),
                    many=False,
                    deadline=self._deadlines.login,
                )
        except ActionFailed as error:
            raise LoginRefused("login refused") from error
        await self._wait_booted()
        await self._choose_events()
        self._tasks.append(asyncio.create_task(self._ping()))

    async def close(self) -> None:
        self._fail(NotConnected("closed"))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    async def wait_lost(self) -> AmiError:
        return await asyncio.shield(self._lost)

    async def ask(
        self,
        name: str,
        fields: Iterable[Header],
        *,
        many: bool,
        deadline: float | None = None,
    ) -> list[Message]:
        self._number += 1
        action_id = f"xpresence-{self._number}"
        data = encode(name, action_id, fields)
        if self._writer is None or self._lost.done():
            raise NotConnected("not connected")
        answer = self._pending[action_id] = _Answer(many=many)
        try:
            self._writer.write(data)
            async with asyncio.timeout(deadline or self._deadlines.action):
                return await answer.future
        except TimeoutError as error:
            # A server that does not answer may still act. Only a new connection
            # shows what came of it.
            self._fail(NoAnswer("no answer in time"))
            raise NoAnswer("no answer in time") from error
        finally:
            self._pending.pop(action_id, None)

    async def _connect(self) -> asyncio.StreamReader:
        settings = self._settings
        try:
            async with asyncio.timeout(self._deadlines.connect):
                reader, self._writer = await asyncio.open_connection(
                    settings.host, settings.port, ssl=settings.tls
                )
        except SSLCertVerificationError as error:
            raise CertificateRefused("certificate") from error
        except (OSError, SSLError, TimeoutError) as error:
            raise NotConnected(type(error).__name__) from error
        try:
            async with asyncio.timeout(self._deadlines.banner):
                line = await reader.readuntil(b"\n")
        except (
            OSError,
            TimeoutError,
            asyncio.IncompleteReadError,
            asyncio.LimitOverrunError,
        ) as error:
            raise NotConnected("no banner") from error
        if not line.startswith(b"Asterisk Call Manager/"):
            raise NotConnected("not an Asterisk manager interface")
        self.banner = line.decode(errors="replace").strip()
        return reader

    async def _wait_booted(self) -> None:
        try:
            async with asyncio.timeout(self._deadlines.booted):
                await self._booted.wait()
        except TimeoutError as error:
            try:
                await self.ask("CoreStatus", (), many=False)
            except Denied:
                pass
            except ActionFailed:
                raise NotConnected("still booting") from error
            # It answers as a booted server does, and never told us.
            raise Denied("read=system") from error

    async def _choose_events(self) -> None:
        if self._settings.events:
            try:
                for name in self._settings.events:
                    await self.ask(
                        "Filter",
                        (("Operation", "Add"), ("Filter", f"Event: {name}")),
                        many=False,
                    )
            except Denied, ActionFailed:
                _LOGGER.debug("The phone system filters no events; we do")
        await self.ask(
            "Events", (("EventMask", self._settings.event_mask),), many=False
        )

    async def _read(self, reader: asyncio.StreamReader) -> None:
        framer = Framer()
        try:
            while data := await reader.read(CHUNK):
                for message in framer.feed(data):
                    self._take(message)
        except (OSError, Garbage) as error:
            self._fail(NotConnected(type(error).__name__))
            return
        self._fail(NotConnected("closed by the phone system"))

    def _take(self, message: Message) -> None:
        answer = self._pending.get(message.get("ActionID"))
        if answer is None:
            if message.get("Event") == "FullyBooted":
                self._booted.set()
            if message.get("Event"):
                self._hear(message)
            return
        if answer.future.done():
            return
        if message.get("Response") == "Error":
            said = message.get("Message")
            answer.future.set_exception(
                Denied(said) if said == "Permission denied" else ActionFailed(said)
            )
            return
        answer.messages.append(message)
        if not answer.many or message.get("EventList").casefold() in (
            "complete",
            "cancelled",
        ):
            answer.future.set_result(answer.messages)

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(self._deadlines.ping_every)
            with contextlib.suppress(AmiError):
                await self.ask("Ping", (), many=False, deadline=self._deadlines.ping)

    def _fail(self, error: AmiError) -> None:
        """Give the connection up; who waits for an answer learns that none comes."""
        if self._lost.done():
            return
        self._lost.set_result(error)
        for answer in self._pending.values():
            if not answer.future.done():
                answer.future.set_exception(NoAnswer("connection lost"))
        if self._writer is not None:
            self._writer.transport.abort()
