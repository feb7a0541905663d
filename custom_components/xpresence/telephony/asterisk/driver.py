"""Asterisk and FreePBX over the manager interface.

The truth is what is read back. Asterisk answers "Success" before the AstDB is on
its disk: dying within about a second it forgets the write. So every reconnect
says that the phone system is ready again and reads all watched extensions anew;
the reconciler then compares, and writes once more.

What changes there without us :mod:`.monitor` notices.
"""

import asyncio
from base64 import b64encode
from collections.abc import Callable, Coroutine
from dataclasses import replace
import logging
from typing import Any, Final, override

from ...presence.line import AgentState, ForwardingState, Line, Status
from ..description import Parameters
from ..driver import (
    DIALS_FOR,
    RINGS_FOR,
    AuthenticationFailed,
    Capability,
    ConnectionChanged,
    DirectoryEntry,
    LineChanged,
    NoTelephone,
    NotSupported,
    OutcomeUnknown,
    PermissionDenied,
    PhoneSystem,
    PhoneSystemError,
    Rejected,
    Unavailable,
)
from ..listeners import EmittingPhoneSystem
from ..tls import trusting
from . import freepbx
from .agents import RIGHT as AGENT_RIGHT
from .ami import (
    AmiClient,
    AmiError,
    Deadlines,
    Refused,
    Settings,
)
from .dialplan import Dialplan
from .directory import directory
from .errors import translated
from .monitor import EVENTS, FLAPPING, POLL_EVERY, Monitor
from .requests import Actions
from .rights import Rights

_LOGGER = logging.getLogger(__name__)

LONGEST_TEXT: Final = 300
"""Bytes of an info text that phones get; base64 must fit on one line."""

PRESENCE: Final = {
    Status.AVAILABLE: ("available", "NOT_INUSE"),
    Status.BUSY: ("dnd", "INUSE"),
    Status.DO_NOT_DISTURB: ("dnd", "BUSY"),
    Status.BE_RIGHT_BACK: ("away", "ONHOLD"),
    Status.AWAY: ("xa", "ONHOLD"),
    Status.OFFLINE: ("unavailable", "UNAVAILABLE"),
}
"""Status → Asterisk's presence state, and the lamp of ``Custom:PRESENCE<ext>``."""


class AsteriskPhoneSystem(EmittingPhoneSystem):
    """One Asterisk, with FreePBX's conventions in its AstDB."""

    def __init__(
        self,
        host: str,
        port: int,
        username: str,
        password: str,
        *,
        tls: bool = False,
        ca: str | None = None,
        voicemail_code: str = "",
        deadlines: Deadlines | None = None,
        poll_every: float = POLL_EVERY,
        flapping: float = FLAPPING,
    ) -> None:
        """Prepare; ``ca`` is PEM text trusted in place of the system's own.

        ``voicemail_code``: what is dialled before a mailbox; empty: it is found out.
        """
        self._settings = Settings(
            host,
            port,
            username,
            password,
            events=EVENTS,
            event_mask="system,call,agent,user",
            deadlines=deadlines or Deadlines(),
        )
        self._tls = tls
        self._ca = ca
        self._poll_every = poll_every
        self._ami = Actions()
        self._rights = Rights(self._ami)
        self._closed = False
        self._started = False
        self._ready = False
        self._connection = 0
        """Counts connections, so that results of an earlier one are discarded."""
        self._emitted = ConnectionChanged(ready=False)
        self._denied: PermissionDenied | None = None
        self._version: str | None = None
        self._capabilities = Capability(0)
        super().__init__()
        self._dialplan = Dialplan(self._ami, voicemail_code)
        self._monitor = Monitor(
            self._ami,
            self._dialplan,
            poll_every=poll_every,
            flapping=flapping,
            tell=lambda line: self.emit(LineChanged(line)),
            note_device=self._rights.note_device,
            spawn=self._spawn,
        )
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    @override
    def capabilities(self) -> Capability:
        return self._capabilities

    @property
    @override
    def ready(self) -> bool:
        # A connection may be given up a moment before its end is told.
        client = self._ami.client
        return self._ready and client is not None and client.connected

    @property
    @override
    def version(self) -> str | None:
        return self._version

    @property
    @override
    def extensions(self) -> frozenset[str]:
        return self._monitor.extensions

    @override
    def check(self, wanted: ForwardingState) -> None:
        self._changes("0", wanted, {})

    # Life

    @override
    async def start(self) -> None:
        if self._closed:
            raise Unavailable("closed")
        settings = self._settings
        if self._tls:
            context = await asyncio.to_thread(trusting, self._ca)
            settings = replace(settings, tls=context)
        client = AmiClient(settings, self._monitor.on_event, self._on_connection)
        self._ami.client = client
        try:
            await self._first_connection(client)
        except BaseException:
            await self._end()
            raise

    async def _first_connection(self, client: AmiClient) -> None:
        try:
            await client.start()
            self._connection += 1
            await self._become_ready(self._connection)
        except Refused as error:
            # Such a name or secret cannot exist in Asterisk.
            raise AuthenticationFailed("login refused") from error
        except (OutcomeUnknown, Rejected, NotSupported) as error:
            raise Unavailable("did not get ready") from error
        except AmiError as error:
            reason = translated(error)
            if isinstance(reason, OutcomeUnknown):
                raise Unavailable("no answer") from error
            raise reason from error
        self._started = True
        self._spawn(self._monitor.poll())

    @override
    async def close(self) -> None:
        self._closed = True
        await self._end()

    async def _end(self) -> None:
        self._ready = self._started = self._monitor.ready = False
        client, self._ami.client = self._ami.client, None
        if client is not None:
            await client.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._monitor.forget()

    @override
    def watch(self, extension: str) -> Callable[[], None]:
        _checked(extension)
        return self._monitor.watch(extension)

    # Reading

    @override
    async def read(self, extension: str) -> Line:
        _checked(extension)
        async with self._monitor.turns[extension]:
            stored = await self._monitor.read_with_many(extension)
            if stored is None:
                stored = await self._ami.fetch(extension)
            return self._monitor.take(extension, stored)

    # Writing

    @override
    async def apply(self, extension: str, desired: ForwardingState) -> Line:
        _checked(extension)
        async with self._monitor.turns[extension]:
            believed = self._monitor.stored.get(extension)
            stored = await self._ami.fetch(extension) if believed is None else believed
            stored = await self._write(extension, desired, stored)
            if believed is not None and self._changes(extension, desired, stored)[0]:
                # Somebody had changed what was read a while ago.
                stored = await self._write(extension, desired, stored)
            return self._monitor.take(extension, stored)

    async def _write(
        self, extension: str, desired: ForwardingState, stored: freepbx.Stored
    ) -> freepbx.Stored:
        """Write what differs and return what is read back.

        All of it is sent at once; Asterisk does it in this order.
        """
        values, lamps = self._changes(extension, desired, stored)
        await self._check_voicemail(values)
        self._monitor.stored.pop(extension, None)
        self._monitor.expect_lamps(lamps)
        return await self._ami.change(values, lamps, extension)

    async def _check_voicemail(self, values: list[freepbx.Change]) -> None:
        """Return if the mailboxes that are to be written are reached."""
        for change in values:
            if change.family in freepbx.FORWARDS.values() and change.value is not None:
                mailbox = self._ami.voicemail.mailbox_of(change.value)
                if mailbox is not None:
                    await self._dialplan.check_voicemail(mailbox)

    def _changes(
        self, extension: str, desired: ForwardingState, stored: freepbx.Stored
    ) -> tuple[list[freepbx.Change], list[freepbx.Lamp]]:
        try:
            return freepbx.changes(extension, desired, stored, self._ami.voicemail)
        except freepbx.NotDiallable as error:
            raise Rejected(str(error)) from error

    @override
    def keep_numbers_as(self, name: str) -> None:
        self._ami.numbers = name

    @override
    async def note(self, extension: str, number: int) -> int | None:
        _checked(extension)
        key = f"{self._ami.numbers}/{extension}"
        async with self._monitor.turns[extension]:
            self._monitor.stored.pop(extension, None)
            kept = freepbx.Change(freepbx.NUMBERS, key, str(number))
            stored = await self._ami.change((kept,), (), extension)
            return self._monitor.take(extension, stored).number

    @override
    async def set_agent(self, extension: str, queue: str, state: AgentState) -> None:
        _checked(extension)
        if Capability.AGENT not in self._capabilities and self._ready:
            await self._ami.require(AGENT_RIGHT)
        async with self._monitor.turns[extension]:
            await self._monitor.agents.set(extension, queue, state)
            lamps = freepbx.queue_lamps(
                extension,
                queue,
                self._monitor.stored.get(extension, {}),
                logged_in=state is not AgentState.LOGGED_OFF,
            )
            await asyncio.gather(*map(self._ami.light, lamps))
        self._monitor.emit_agent(extension)

    @override
    async def publish(self, extension: str, status: Status, text: str) -> None:
        _checked(extension)
        state, lamp = PRESENCE[status]
        # Commas and umlauts survive only in base64, which the option e announces.
        said = f"{state},{_base64(status.value)},{_base64(_shown(text))},e"
        await asyncio.gather(
            self._ami.set(f"PRESENCE_STATE(CustomPresence:{extension})", said),
            self._ami.light(freepbx.Lamp(f"Custom:PRESENCE{extension}", lamp)),
        )

    @override
    async def ring(self, extension: str) -> None:
        _checked(extension)
        await self._ami.action(
            "Originate",
            ("Channel", f"Local/{extension}@from-internal"),
            ("Application", "Wait"),
            ("Data", "3"),
            ("CallerID", f'"xpresence" <{extension}>'),
            ("Timeout", str(1000 * (RINGS_FOR - 3))),
            ("Async", "true"),
        )

    @override
    async def dial(self, extension: str, number: str) -> None:
        _checked(extension)
        if not freepbx.DIALLABLE.fullmatch(number):
            raise Rejected("not a number")
        if (telephone := self._monitor.telephone(extension)) is None:
            raise NoTelephone("none is registered")
        await self._ami.action(
            "Originate",
            ("Channel", telephone),
            ("Context", "from-internal"),
            ("Exten", number),
            ("Priority", "1"),
            ("CallerID", f"<{extension}>"),
            ("Timeout", str(1000 * DIALS_FOR)),
            ("Async", "true"),
        )

    @override
    async def clear(self, extension: str) -> None:
        _checked(extension)
        if self._ami.numbers:
            key = f"{self._ami.numbers}/{extension}"
            await self._ami.store(freepbx.Change(freepbx.NUMBERS, key, None))
        if Capability.PRESENCE_TEXT not in self._capabilities:
            return
        await asyncio.gather(
            self._ami.set(f"PRESENCE_STATE(CustomPresence:{extension})", "not_set"),
            self._ami.light(freepbx.Lamp(f"Custom:PRESENCE{extension}", "NOT_INUSE")),
        )

    @override
    async def directory(self) -> tuple[DirectoryEntry, ...]:
        return await directory(self._ami, self._monitor.extensions)

    # What the phone system tells

    def _on_connection(self, connected: bool, error: AmiError | None) -> None:
        if not self._started:
            if not connected:
                # What was asked is not whole: half of it would be of another connection.
                self._connection += 1
            return
        if connected:
            self._connection += 1
            self._spawn(self._become_ready_again(self._connection))
            return
        self._ready = self._monitor.ready = False
        self._monitor.forget()
        reason = translated(error) if error is not None else None
        if self._denied is not None and isinstance(reason, Unavailable):
            reason = self._denied
        self._emit_connection(ConnectionChanged(ready=False, error=reason))

    async def _become_ready(self, connection: int) -> None:
        """Read the login's permissions and the current state, then report ready."""
        self._capabilities = await self._rights.capabilities()
        if self._ami.numbers:
            self._capabilities |= Capability.WRITE_NUMBER
        if Capability.PUSH not in self._capabilities:
            _LOGGER.warning(
                "The phone system tells no changes (manager.conf: read=call); they"
                " are looked for every %s seconds",
                self._poll_every,
            )
        answer = await self._ami.action("CoreSettings")
        self._version = answer.get("AsteriskVersion") or None
        self._denied = None
        self._monitor.reads_agents = Capability.AGENT in self._capabilities
        await self._monitor.look_around()
        await self._dialplan.find_voicemail(self._monitor.extensions)
        if connection != self._connection or not self._ami.connected().connected:
            raise Unavailable("lost again")
        self._ready = self._monitor.ready = True
        # First, so that a reader who reacts to the event gets this reading.
        self._spawn(self._monitor.reread(tuple(self._monitor.watched)), at_once=True)
        self._emit_connection(ConnectionChanged(ready=True))

    async def _become_ready_again(self, connection: int) -> None:
        try:
            await self._become_ready(connection)
        except PermissionDenied as error:
            # Permissions are fixed at login: a change takes effect at the next one.
            self._denied = error
            self._ami.connected().drop()
        except OutcomeUnknown, Unavailable:
            # The client has noticed, or will, and connects anew.
            _LOGGER.debug("The phone system was lost before it was ready")
        except PhoneSystemError as error:
            _LOGGER.warning(
                "The phone system did not get ready: %s", type(error).__name__
            )
            self._ami.connected().drop()

    def _emit_connection(self, event: ConnectionChanged) -> None:
        known = self._emitted
        if event.ready or known.ready or repr(event.error) != repr(known.error):
            self._emitted = event
            self.emit(event)

    def _spawn(self, work: Coroutine[Any, Any, None], *, at_once: bool = False) -> None:
        async def run() -> None:
            try:
                await work
            except PhoneSystemError as error:
                _LOGGER.debug("Left off: %s", type(error).__name__)
            except Exception:
                _LOGGER.exception("Left off")

        task = asyncio.create_task(run(), eager_start=at_once)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _checked(extension: str) -> None:
    if not freepbx.EXTENSION.fullmatch(extension):
        raise Rejected("not an extension")


def _shown(text: str) -> str:
    """Return an info text that is safe to hand on.

    Asterisk decodes it and repeats it in an event to every listener: a line end in
    it would forge events there.
    """
    clean = "".join(mark if mark.isprintable() else " " for mark in text).strip()
    return clean.encode(errors="replace")[:LONGEST_TEXT].decode(errors="ignore")


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def build(parameters: Parameters) -> PhoneSystem:
    """Make the driver; nothing is connected yet."""
    settings = parameters.settings
    return AsteriskPhoneSystem(
        settings["host"],
        settings["port"],
        settings["username"],
        settings["password"],
        tls=settings.get("tls", False),
        ca=settings.get("ca") or None,
        voicemail_code=settings.get("voicemail_code") or "",
    )
