"""Asterisk and FreePBX over the manager interface.

The truth is what is read back. Asterisk answers "Success" before the AstDB is on
its disk: dying within about a second it forgets the write. So every reconnect
reads all watched extensions anew and says so; mending is the reconciler's.

AstDB changes raise no event. What a person dials at the desk shows in a custom
device state (``*72``), in nothing but the telephone's return to idle (``*90``,
``*52``, a second ``*72``), or not at all (a web page): hence the re-reading on
both, on a reload, and once a minute.
"""

import asyncio
from base64 import b64encode
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
import contextlib
from dataclasses import replace
from datetime import UTC, datetime
import logging
import ssl
from typing import Any, Final, override

from ..presence.line import (
    UNKNOWN,
    AgentState,
    CallState,
    Condition,
    Destination,
    Line,
    Setting,
    Status,
)
from . import freepbx
from .ami import (
    ActionFailed,
    AmiClient,
    AmiError,
    CertificateRefused,
    Deadlines,
    Denied,
    LoginRefused,
    Message,
    NoAnswer,
    NotConnected,
    Refused,
    Settings,
)
from .driver import (
    AuthenticationFailed,
    Capability,
    CertificateRejected,
    ConnectionChanged,
    DriverEvent,
    LineChanged,
    Listener,
    OutcomeUnknown,
    PermissionDenied,
    PhoneSystem,
    PhoneSystemError,
    Rejected,
    Unavailable,
)

_LOGGER = logging.getLogger(__name__)

EVENTS: Final = (
    "DeviceStateChange",
    "ExtensionStatus",
    "FullyBooted",
    "QueueMemberAdded",
    "QueueMemberPause",
    "QueueMemberRemoved",
    "Reload",
    "UserEvent",
)
POLL_EVERY: Final = 60.0
"""Seconds between readings, for changes that nothing tells of."""
SETTLE: Final = 0.05
"""Seconds that several events of one change are gathered for."""
UNAVAILABLE_AFTER: Final = 10.0
"""Seconds a telephone may flap before it is shown as not connected."""

CLASS_OF: Final = {
    "DBDel": "system",
    "DBGetTree": "system",
    "DBPut": "system",
    "DeviceStateList": "call",
    "ExtensionStateList": "call",
    "Originate": "originate",
    "QueueAdd": "agent",
    "QueuePause": "agent",
    "QueueRemove": "agent",
    "Setvar": "call",
}
"""Which class of the ``write`` list in manager.conf an action needs."""

PRESENCE: Final = {
    Status.AVAILABLE: ("available", "NOT_INUSE"),
    Status.BUSY: ("dnd", "INUSE"),
    Status.DO_NOT_DISTURB: ("dnd", "BUSY"),
    Status.BE_RIGHT_BACK: ("away", "ONHOLD"),
    Status.AWAY: ("xa", "ONHOLD"),
    Status.OFFLINE: ("unavailable", "UNAVAILABLE"),
}
"""Status → Asterisk's presence state, and the lamp of ``Custom:PRESENCE<ext>``."""

DEVICE_CALL: Final = {
    "NOT_INUSE": CallState.IDLE,
    "INUSE": CallState.IN_CALL,
    "BUSY": CallState.IN_CALL,
    "ONHOLD": CallState.IN_CALL,
    "RINGING": CallState.RINGING,
    "RINGINUSE": CallState.IN_CALL,
    "UNAVAILABLE": CallState.UNAVAILABLE,
    "INVALID": CallState.UNAVAILABLE,
}
HINT_IN_USE: Final = 1 | 2 | 16
HINT_UNAVAILABLE: Final = 4
HINT_RINGING: Final = 8

FOLLOW_UP_REASON: Final = "Follow-up"


class AsteriskPhoneSystem(PhoneSystem):
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
        deadlines: Deadlines | None = None,
        poll_every: float = POLL_EVERY,
    ) -> None:
        """Prepare; ``ca`` is PEM text trusted in place of the system's own."""
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
        self._client: AmiClient | None = None
        self._ready = False
        self._version: str | None = None
        self._capabilities = Capability(0)
        self._listeners: list[Listener] = []
        self._watched: dict[str, int] = defaultdict(int)
        self._lines: dict[str, Line] = {}
        self._calls: dict[str, CallState] = {}
        self._agents: dict[str, dict[str, AgentState]] = {}
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._due: set[str] = set()
        self._settling: asyncio.TimerHandle | None = None
        self._flapping: dict[str, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    @override
    def capabilities(self) -> Capability:
        return self._capabilities

    @property
    @override
    def ready(self) -> bool:
        return self._ready

    @property
    @override
    def version(self) -> str | None:
        return self._version

    # Life

    @override
    async def start(self) -> None:
        settings = self._settings
        if self._tls:
            context = await asyncio.to_thread(_trusting, self._ca)
            settings = replace(settings, tls=context)
        self._client = AmiClient(settings, self._on_event, self._on_connection)
        try:
            with _translated():
                await self._client.start()
            # The connection's own news come before what it can do is known.
            await self._probe()
        except BaseException:
            await self.close()
            raise
        self._spawn(self._poll())
        await self._become_ready()

    @override
    async def close(self) -> None:
        self._ready = False
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for timer in (self._settling, *self._flapping.values()):
            if timer is not None:
                timer.cancel()
        self._flapping.clear()
        if self._client is not None:
            await self._client.close()
            self._client = None

    @override
    def subscribe(self, listener: Listener) -> Callable[[], None]:
        self._listeners.append(listener)

        def unsubscribe() -> None:
            with contextlib.suppress(ValueError):
                self._listeners.remove(listener)

        return unsubscribe

    @override
    def watch(self, extension: str) -> Callable[[], None]:
        _checked(extension)
        self._watched[extension] += 1
        if self._ready:
            self._soon({extension})

        def unwatch() -> None:
            self._watched[extension] -= 1
            if self._watched[extension] <= 0:
                del self._watched[extension]
                self._lines.pop(extension, None)

        return unwatch

    # Reading

    @override
    async def read(self, extension: str) -> Line:
        _checked(extension)
        async with self._turns[extension]:
            return await self._read(extension)

    async def _read(self, extension: str) -> Line:
        features = [*freepbx.FORWARDS.values(), freepbx.DO_NOT_DISTURB]
        *kept, user = await asyncio.gather(
            *(self._tree(feature.family, extension) for feature in features),
            self._tree("AMPUSER", extension),
        )
        stands: dict[str, str] = {}
        for found in (*kept, user):
            stands |= found
        line = Line(
            extension,
            _setting(extension, stands),
            call=self._calls.get(extension),
            agent=dict(self._agents.get(extension, {})),
            as_of=datetime.now(UTC),
        )
        self._lines[extension] = line
        return line

    async def _tree(self, family: str, key: str) -> dict[str, str]:
        """Return what stands in the AstDB below a key, by its full name."""
        items = await self._list("DBGetTree", ("Family", family), ("Key", key))
        return {item.get("Key"): item.get("Val") for item in items if item.get("Key")}

    async def _reread(self, extensions: Iterable[str]) -> None:
        """Read watched extensions and tell what differs from before."""
        for extension in extensions:
            if extension not in self._watched:
                continue
            async with self._turns[extension]:
                before = self._lines.get(extension)
                try:
                    line = await self._read(extension)
                except PhoneSystemError as error:
                    _LOGGER.debug("A reading failed: %s", type(error).__name__)
                    continue
                if before is None or replace(before, as_of=line.as_of) != line:
                    self._emit(LineChanged(line))

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(self._poll_every)
            if self._ready:
                await self._snapshot()
                await self._reread(tuple(self._watched))

    async def _snapshot(self) -> None:
        """Read the call states and the queues, which events tell only in part."""
        with contextlib.suppress(PhoneSystemError):
            for item in await self._list("DeviceStateList"):
                self._note_device(item.get("Device"), item.get("State"))
        with contextlib.suppress(PhoneSystemError):
            for item in await self._list("ExtensionStateList"):
                self._note_hint(item.get("Exten"), item.get("Status"))
        if Capability.AGENT in self._capabilities:
            with contextlib.suppress(PhoneSystemError):
                await self._read_queues()

    async def _read_queues(self) -> None:
        agents: dict[str, dict[str, AgentState]] = defaultdict(dict)
        for item in await self._list("QueueStatus"):
            if item.get("Event") != "QueueMember":
                continue
            for extension in self._watched:
                if freepbx.is_interface_of(extension, _member(item)):
                    agents[extension][item.get("Queue")] = _agent(item)
        self._agents = dict(agents)

    # Writing

    @override
    async def apply(self, extension: str, wanted: Setting) -> Line:
        _checked(extension)
        async with self._turns[extension]:
            before = self._lines.get(extension) or await self._read(extension)
            writes = _writes(extension, wanted, before.setting)
            self._lines.pop(extension, None)
            outcomes = await asyncio.gather(
                *(self._write(name, fields) for name, fields in writes),
                return_exceptions=True,
            )
            for outcome in outcomes:
                if isinstance(outcome, BaseException):
                    raise outcome
            line = await self._read(extension)
            self._emit(LineChanged(line))
            return line

    async def _write(self, name: str, fields: tuple[tuple[str, str], ...]) -> None:
        try:
            await self._action(name, *fields)
        except Rejected:
            # What is to be deleted may be gone already; reading back will tell.
            if name != "DBDel":
                raise

    @override
    async def set_agent(self, extension: str, queue: str, state: AgentState) -> None:
        _checked(extension)
        member = freepbx.interface(extension)
        there = False
        for item in await self._list("QueueStatus", ("Queue", queue)):
            if freepbx.is_interface_of(extension, _member(item)):
                member, there = _member(item), True
        names = (("Queue", queue), ("Interface", member))
        if state is AgentState.LOGGED_OFF:
            if there:
                await self._repeatable("Not there", "QueueRemove", *names)
        else:
            paused = str(state is AgentState.FOLLOW_UP).lower()
            if not there:
                await self._repeatable(
                    "Already there",
                    "QueueAdd",
                    *names,
                    ("StateInterface", f"hint:{extension}@ext-local"),
                    ("MemberName", extension),
                    ("Paused", paused),
                )
            else:
                reason = FOLLOW_UP_REASON if state is AgentState.FOLLOW_UP else ""
                await self._action(
                    "QueuePause", *names, ("Paused", paused), ("Reason", reason)
                )
        await self._read_queues()
        await self._reread([extension])

    async def _repeatable(self, done: str, name: str, *fields: tuple[str, str]) -> None:
        """Run an action for which "it is so already" is success."""
        try:
            await self._action(name, *fields)
        except Rejected as error:
            cause = error.__cause__
            if not isinstance(cause, ActionFailed) or done not in cause.message:
                raise

    @override
    async def publish(self, extension: str, status: Status, text: str) -> None:
        _checked(extension)
        state, lamp = PRESENCE[status]
        # Commas and umlauts survive only in base64, which the option e announces.
        said = f"{state},{_base64(status.value)},{_base64(text)},e"
        await self._set(f"PRESENCE_STATE(CustomPresence:{extension})", said)
        await self._set(f"DEVICE_STATE(Custom:PRESENCE{extension})", lamp)

    @override
    async def ring(self, extension: str) -> None:
        _checked(extension)
        await self._action(
            "Originate",
            ("Channel", f"Local/{extension}@from-internal"),
            ("Application", "Wait"),
            ("Data", "20"),
            ("CallerID", "xpresence <0>"),
            ("Async", "true"),
        )

    # What the phone system tells

    def _on_connection(self, connected: bool, error: AmiError | None) -> None:
        if connected:
            if self._capabilities:
                self._spawn(self._become_ready())
            return
        self._ready = False
        self._lines.clear()
        self._calls.clear()
        self._agents.clear()
        reason = _translate(error) if error is not None else None
        self._emit(ConnectionChanged(ready=False, error=reason))

    async def _become_ready(self) -> None:
        self._ready = True
        await self._snapshot()
        self._emit(ConnectionChanged(ready=True))
        await self._reread(tuple(self._watched))

    def _on_event(self, message: Message) -> None:
        match message.get("Event"):
            case "DeviceStateChange":
                device, state = message.get("Device"), message.get("State")
                lamp = device.removeprefix("Custom:")
                if lamp != device:
                    self._soon(
                        extension
                        for extension in self._watched
                        if any(lamp == name + extension for name in freepbx.LAMPS)
                    )
                else:
                    self._note_device(device, state, tell=True)
            case "ExtensionStatus":
                self._note_hint(message.get("Exten"), message.get("Status"), tell=True)
            case "QueueMemberAdded" | "QueueMemberPause" | "QueueMemberRemoved":
                self._note_member(message)
            case "UserEvent":
                self._soon({message.get("Extension")})
            case "Reload" | "FullyBooted":
                self._soon(self._watched)

    def _note_device(self, device: str, state: str, *, tell: bool = False) -> None:
        extension = device.partition("/")[2]
        if extension in self._watched and (call := DEVICE_CALL.get(state)):
            self._note_call(extension, call, tell=tell)

    def _note_hint(self, extension: str, status: str, *, tell: bool = False) -> None:
        if extension not in self._watched or not status.lstrip("-").isdecimal():
            return
        bits = int(status)
        if bits < 0:
            return
        if bits & HINT_IN_USE:
            call = CallState.IN_CALL
        elif bits & HINT_RINGING:
            call = CallState.RINGING
        elif bits & HINT_UNAVAILABLE:
            call = CallState.UNAVAILABLE
        else:
            call = CallState.IDLE
        self._note_call(extension, call, tell=tell)

    def _note_call(self, extension: str, call: CallState, *, tell: bool) -> None:
        if (timer := self._flapping.pop(extension, None)) is not None:
            timer.cancel()
        before = self._calls.get(extension)
        if call is CallState.UNAVAILABLE and tell and before is not None:
            # A registration that is renewed late is no news.
            self._flapping[extension] = asyncio.get_running_loop().call_later(
                UNAVAILABLE_AFTER, self._take_call, extension, call
            )
            return
        if not tell:
            self._calls[extension] = call
            return
        self._take_call(extension, call)
        if call is CallState.IDLE and before is not CallState.IDLE:
            # A feature code may just have been dialled.
            self._soon({extension})

    def _take_call(self, extension: str, call: CallState) -> None:
        if self._calls.get(extension) is call:
            return
        self._calls[extension] = call
        if (line := self._lines.get(extension)) is not None:
            self._lines[extension] = replace(line, call=call)
            self._emit(LineChanged(self._lines[extension]))

    def _note_member(self, message: Message) -> None:
        for extension in self._watched:
            if freepbx.is_interface_of(extension, _member(message)):
                agents = dict(self._agents.get(extension, {}))
                if message.get("Event") == "QueueMemberRemoved":
                    agents.pop(message.get("Queue"), None)
                else:
                    agents[message.get("Queue")] = _agent(message)
                self._agents[extension] = agents
                if (line := self._lines.get(extension)) is not None:
                    self._lines[extension] = replace(line, agent=agents)
                    self._emit(LineChanged(self._lines[extension]))

    def _soon(self, extensions: Iterable[str]) -> None:
        """Read extensions again once the events of a change have all arrived."""
        self._due.update(extensions)
        if self._due and self._settling is None:
            self._settling = asyncio.get_running_loop().call_later(SETTLE, self._settle)

    def _settle(self) -> None:
        self._settling = None
        due, self._due = tuple(self._due), set()
        if self._ready:
            self._spawn(self._reread(due))

    def _emit(self, event: DriverEvent) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:
                _LOGGER.exception("A listener failed; the others are told all the same")

    # Asking

    async def _probe(self) -> None:
        """Find out what the login may do; the marks it leaves are our own."""
        await self._list("DBGetTree", ("Family", "xpresence"))
        mark = (("Family", "xpresence"), ("Key", "probe"))
        await self._action("DBPut", *mark, ("Val", "1"))
        await self._action("DBDel", *mark)
        await self._set("XPRESENCE", "1")
        self._capabilities = (
            Capability.UNCONDITIONAL
            | Capability.BUSY
            | Capability.NO_REPLY
            | Capability.RING_SECONDS
            | Capability.VOICEMAIL
            | Capability.DO_NOT_DISTURB
            | Capability.FOLLOW_ME
            | Capability.PRESENCE_TEXT
            | Capability.CALL_STATE
            | Capability.READ_BACK
            | Capability.PUSH
            | Capability.RING
        )
        with contextlib.suppress(Rejected):
            await self._list("QueueStatus")
            self._capabilities |= Capability.AGENT
        answer = await self._action("CoreSettings")
        self._version = answer.get("AsteriskVersion") or None

    async def _set(self, variable: str, value: str) -> None:
        await self._action("Setvar", ("Variable", variable), ("Value", value))

    async def _action(self, name: str, *fields: tuple[str, str]) -> Message:
        with _translated(CLASS_OF.get(name, name)):
            return await self._connected().action(name, *fields)

    async def _list(self, name: str, *fields: tuple[str, str]) -> list[Message]:
        with _translated(CLASS_OF.get(name, name)):
            return await self._connected().list(name, *fields)

    def _connected(self) -> AmiClient:
        if self._client is None:
            raise NotConnected("not started")
        return self._client

    def _spawn(self, work: Awaitable[None]) -> None:
        async def run() -> None:
            try:
                await work
            except PhoneSystemError as error:
                _LOGGER.debug("Left off: %s", type(error).__name__)

        task = asyncio.create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _trusting(ca: str | None) -> ssl.SSLContext:
    """Return a context that verifies; reading certificates blocks."""
    try:
        return ssl.create_default_context(cadata=ca)
    except ssl.SSLError as error:
        raise CertificateRejected("the authority's certificate is not PEM") from error


@contextlib.contextmanager
def _translated(permission: str = "") -> Any:
    """Turn the client's errors into the driver's."""
    try:
        yield
    except AmiError as error:
        raise _translate(error, permission) from error
    except Refused as error:
        raise Rejected(str(error)) from error


def _translate(error: AmiError, permission: str = "") -> PhoneSystemError:
    match error:
        case LoginRefused():
            return AuthenticationFailed("login refused")
        case CertificateRefused():
            return CertificateRejected("certificate")
        case Denied():
            return PermissionDenied(permission or str(error))
        case NoAnswer():
            return OutcomeUnknown("no answer")
        case ActionFailed():
            return Rejected("refused by the phone system")
        case _:
            return Unavailable(str(error))


def _checked(extension: str) -> None:
    if not freepbx.EXTENSION.fullmatch(extension):
        raise Rejected("not an extension")


def _setting(extension: str, stands: dict[str, str]) -> Setting:
    """Read an extension's part of the AstDB."""
    forwards = {
        name: freepbx.destination(stands.get(f"/{feature.family}/{extension}"))
        for name, feature in freepbx.FORWARDS.items()
    }
    user = f"/AMPUSER/{extension}"
    ring = stands.get(f"{user}/cfringtimer", "")
    follow: str | None = None
    if stands.get(f"{user}/followme/ddial") == freepbx.FOLLOW_ME_ON:
        follow = freepbx.follow_me_number(
            extension, stands.get(f"{user}/followme/grplist", "")
        )
    return Setting(
        unconditional=forwards["unconditional"],
        busy=forwards["busy"],
        no_reply=forwards["no_reply"],
        ring_seconds=int(ring) if ring.isdecimal() and int(ring) > 0 else None,
        follow_me=follow,
        do_not_disturb=bool(stands.get(f"/DND/{extension}")),
    )


type Write = tuple[str, tuple[tuple[str, str], ...]]


def _writes(extension: str, wanted: Setting, before: Setting) -> list[Write]:
    """Return the actions that make ``before`` into ``wanted``.

    Raises:
        Rejected: a value that no dialplan may get to see; nothing was sent.
    """
    writes: list[Write] = []
    lamps: list[Write] = []

    def put(family: str, key: str, value: str | None) -> None:
        if value is None:
            writes.append(("DBDel", (("Family", family), ("Key", key))))
        else:
            fields = (("Family", family), ("Key", key), ("Val", value))
            writes.append(("DBPut", fields))

    def light(feature: freepbx.Feature, *, on: bool) -> None:
        if feature.lamp is not None:
            name = f"DEVICE_STATE(Custom:{feature.lamp}{extension})"
            state = "BUSY" if on else feature.lamp_off
            lamps.append(("Setvar", (("Variable", name), ("Value", state))))

    for condition in Condition:
        target = wanted.forward(condition)
        if target is UNKNOWN or target == before.forward(condition):
            continue
        feature = freepbx.FORWARDS[condition.value]
        put(feature.family, extension, _dialled(target))
        light(feature, on=target is not None)
    if (
        wanted.do_not_disturb is not UNKNOWN
        and wanted.do_not_disturb != before.do_not_disturb
    ):
        feature = freepbx.DO_NOT_DISTURB
        put(feature.family, extension, "YES" if wanted.do_not_disturb else None)
        light(feature, on=wanted.do_not_disturb)
    if (
        wanted.ring_seconds is not UNKNOWN
        and wanted.ring_seconds != before.ring_seconds
    ):
        seconds = wanted.ring_seconds
        put("AMPUSER", f"{extension}/cfringtimer", str(seconds or 0))
    if wanted.follow_me is not UNKNOWN and wanted.follow_me != before.follow_me:
        number = wanted.follow_me
        if number is not None:
            if not freepbx.DIALLABLE.fullmatch(number):
                raise Rejected("number")
            entry = freepbx.follow_me_list(extension, number)
            put("AMPUSER", f"{extension}/followme/grplist", entry)
        state = freepbx.FOLLOW_ME_OFF if number is None else freepbx.FOLLOW_ME_ON
        put("AMPUSER", f"{extension}/followme/ddial", state)
        light(freepbx.FOLLOW_ME, on=number is not None)
    return writes + lamps


def _dialled(target: Destination | None) -> str | None:
    if target is None:
        return None
    try:
        return freepbx.dialled(target)
    except ValueError as error:
        raise Rejected("number") from error


def _member(message: Message) -> str:
    """Return a queue member's interface; lists and events name it differently."""
    return message.get("Interface") or message.get("Location")


def _agent(message: Message) -> AgentState:
    paused = message.get("Paused") == "1"
    return AgentState.FOLLOW_UP if paused else AgentState.READY


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()
