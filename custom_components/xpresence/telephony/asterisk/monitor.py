"""Monitor changes at an Asterisk: events, polling, calls.

AstDB changes raise no event. What a person dials at the desk shows in a custom
device state (``*72``), in nothing but the telephone's return to idle (``*90``,
``*52``, a second ``*72``), or not at all (a web page): hence the re-reading on
both, on a reload, and once a minute.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterable
import contextlib
from dataclasses import replace
from datetime import UTC, datetime
import logging
from typing import Any, Final

from ...presence.line import Line
from ..driver import PhoneSystemError
from . import freepbx
from .agents import Agents
from .ami import Message
from .devices import Calls, Telephones
from .dialplan import Dialplan
from .requests import Actions

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
ECHO: Final = 1.0
"""Seconds in which the event of a lamp that was set arrives, if it does."""
FLAPPING: Final = 10.0
"""Seconds a telephone must be gone before it is shown as gone."""
AT_ONCE: Final = 32
"""Extensions that are read together while none of them is written; of more, whole
families are read, and what is written meanwhile is left out."""


class Monitor:
    """Keeps the watched extensions up to date, and reports each change.

    ``tell`` is called with every line that differs from the last one reported;
    ``note_device`` with the device of every event; ``spawn`` runs work in the
    background, to its end or the driver's.
    """

    def __init__(
        self,
        actions: Actions,
        dialplan: Dialplan,
        *,
        poll_every: float,
        flapping: float,
        tell: Callable[[Line], None],
        note_device: Callable[[str], None],
        spawn: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        """Prepare; nothing is watched yet."""
        self._ami = actions
        self._dialplan = dialplan
        self._poll_every = poll_every
        self._notify = tell
        self._note_device = note_device
        self._spawn = spawn
        self.ready = False
        """Whether the present connection is ready."""
        self.reads_agents = False
        self.agents = Agents(actions, dialplan)
        self.extensions: frozenset[str] = frozenset()
        """The extensions with a hint; they stay known while the connection is lost."""
        self.watched: dict[str, int] = defaultdict(int)
        self.stored: dict[str, freepbx.Stored] = {}
        """The AstDB values read last that are still valid."""
        self.turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        """One lock an extension, for reading and writing."""
        self._takes: defaultdict[str, int] = defaultdict(int)
        """How often each extension was read, by itself or with others."""
        self._reading_many: (
            tuple[asyncio.Future[dict[str, freepbx.Stored]], dict[str, int]] | None
        ) = None
        """A reading of many that goes on, and what had been read when it began."""
        self._devices: dict[str, tuple[str, ...]] = {}
        self._lines: dict[str, Line] = {}
        self._calls = Calls(flapping, self._emit_call_again)
        self._telephones = Telephones()
        self._own_lamps: dict[str, tuple[str, float]] = {}
        """Lamps that the driver has just set, to which state, and until when an event
        that says so tells nothing new."""
        self._due: set[str] = set()
        self._hints_due = False
        self._settling: asyncio.TimerHandle | None = None

    def watch(self, extension: str) -> Callable[[], None]:
        """Read an extension on every change that may concern it."""
        self.watched[extension] += 1
        if self.ready:
            self._soon({extension})
        watching = True

        def unwatch() -> None:
            nonlocal watching
            if not watching:
                return
            watching = False
            self.watched[extension] -= 1
            if not self.watched[extension]:
                del self.watched[extension]
                self._calls.forget(extension)
                for kept in (self.stored, self._devices, self._lines):
                    kept.pop(extension, None)

        return unwatch

    def telephone(self, extension: str) -> str | None:
        """Return a telephone of the extension that can ring; ``None``: there is none."""
        names = self._devices.get(extension, (extension,))
        return self._telephones.reachable(extension, names)

    def forget(self) -> None:
        """Discard all that was read on the connection."""
        if self._settling is not None:
            self._settling.cancel()
            self._settling = None
        for kept in (self.stored, self._lines, self._own_lamps, self._due):
            kept.clear()
        self._calls.forget_all()
        self._telephones.forget()
        self.agents.queues.forget()
        self._dialplan.forget()

    # Reading

    def take(self, extension: str, stored: freepbx.Stored) -> Line:
        """Make a line of a fresh reading, and report it if it has changed."""
        self._takes[extension] += 1
        self._devices[extension] = freepbx.devices(extension, stored)
        self._note_call(extension)
        line = Line(
            extension,
            freepbx.forwarding(extension, stored, self._ami.voicemail),
            call=self._calls.get(extension),
            agent=self.agents.queues.agent(extension),
            not_rung=self.agents.queues.not_rung(extension),
            as_of=datetime.now(UTC),
            number=freepbx.number_of(self._ami.numbers, extension, stored),
        )
        if self.ready and extension in self.watched:
            self.stored[extension] = stored
            self._emit_line(line)
        return line

    def _emit_line(self, line: Line) -> None:
        before = self._lines.get(line.extension)
        self._lines[line.extension] = line
        if before is None or replace(before, as_of=line.as_of) != line:
            self._notify(line)

    async def reread(self, extensions: Iterable[str]) -> None:
        """Read watched extensions and report those that have changed."""
        due = sorted(extension for extension in extensions if extension in self.watched)
        if len(due) > AT_ONCE:
            await self._reread_many(due)
            return
        async with contextlib.AsyncExitStack() as turns:
            # Always in the same order, to avoid a deadlock.
            for extension in due:
                await turns.enter_async_context(self.turns[extension])
            for extension, stored in (await self._ami.fetch_many(due)).items():
                self.take(extension, stored)

    async def _reread_many(self, due: Iterable[str]) -> None:
        """Read many extensions together; writes do not wait for it meanwhile.

        What was read or written by itself in the meantime is newer, and stays.
        """
        before = {extension: self._takes[extension] for extension in due}
        reading = asyncio.ensure_future(self._ami.fetch_many(before))
        self._reading_many = many = reading, before
        try:
            found = await reading
            for number, (extension, stored) in enumerate(found.items(), 1):
                unused = self._takes[extension] == before[extension]
                if unused and not self.turns[extension].locked():
                    self.take(extension, stored)
                if not number % AT_ONCE:
                    # Each that has changed is reported: others want to run too.
                    await asyncio.sleep(0)
        finally:
            reading.cancel()
            if self._reading_many is many:
                self._reading_many = None

    async def read_with_many(self, extension: str) -> freepbx.Stored | None:
        """Return what a reading of many that goes on says; ``None`` without one.

        ``None`` as well if the extension was read or written since it began.
        """
        if self._reading_many is None:
            return None
        reading, before = self._reading_many
        await asyncio.wait({reading})
        if reading.cancelled() or reading.exception():
            return None
        if self._takes[extension] != before.get(extension):
            return None
        return reading.result().get(extension)

    async def poll(self) -> None:
        """Poll until cancelled, for changes that raise no event."""
        while True:
            await asyncio.sleep(self._poll_every)
            if self.ready:
                try:
                    await self.look_around()
                    await self.reread(tuple(self.watched))
                except PhoneSystemError as error:
                    _LOGGER.debug("A look around failed: %s", type(error).__name__)
                except Exception:
                    _LOGGER.exception("A look around failed; the next one may not")

    async def look_around(self) -> None:
        """Read devices, hints and queues, of which events tell only the changes."""
        devices, hints = await asyncio.gather(
            self._ami.collect("DeviceStateList"),
            self._ami.collect("ExtensionStateList"),
        )
        for item in devices:
            self._telephones.note_device(item.get("Device"), item.get("State"))
        self._telephones.forget_hints()
        self.agents.hints.clear()
        for item in hints:
            self._telephones.note_hint(
                item.get("Exten"), item.get("Hint"), item.get("Status")
            )
            self.agents.note_hint(item.get("Exten"), item.get("Context"))
        self.extensions = frozenset(
            filter(freepbx.EXTENSION.fullmatch, self._telephones.hinted)
        )
        if self.reads_agents:
            await self.agents.read()
        for extension in tuple(self.watched):
            self._note_call(extension)

    def expect_lamps(self, lamps: Iterable[freepbx.Lamp]) -> None:
        """Ignore the events of lamps that the driver sets now: it reads by itself."""
        until = asyncio.get_running_loop().time() + ECHO
        self._own_lamps |= {lamp.device: (lamp.state, until) for lamp in lamps}

    def _is_own_lamp(self, device: str, state: str) -> bool:
        """Return whether an event is the echo of a lamp of our own, each once."""
        expected = self._own_lamps.get(device)
        if expected is None or state != expected[0]:
            return False
        del self._own_lamps[device]
        return asyncio.get_running_loop().time() < expected[1]

    # Events

    def on_event(self, message: Message) -> None:
        """Handle an event of Asterisk."""
        match message.get("Event"):
            case "DeviceStateChange":
                self._on_device(message.get("Device"), message.get("State"))
            case "ExtensionStatus":
                self._on_hint(
                    message.get("Exten"), message.get("Hint"), message.get("Status")
                )
            case "QueueMemberAdded" | "QueueMemberPause" | "QueueMemberRemoved":
                if extension := self.agents.queues.note(message):
                    self.emit_agent(extension)
            case "UserEvent":
                self._soon({message.get("Extension")})
            case "Reload":
                # It may have taken hints away, or added some.
                self._hints_due = True
                self._dialplan.forget()
                self._soon(self.watched)

    def _on_hint(self, extension: str, hint: str, status: str) -> None:
        self._telephones.note_hint(extension, hint, status)
        if extension in self.watched:
            self._emit_call(extension)

    def _on_device(self, device: str, state: str) -> None:
        self._note_device(device)
        if lamp := freepbx.LAMP.fullmatch(device):
            if self._is_own_lamp(device, state):
                return
            self._soon(
                extension
                for extension in self.watched
                if lamp[1] == extension or lamp[1] in self._names(extension)
            )
            return
        idle = self._telephones.note_device(device, state)
        for extension in tuple(self.watched):
            if self._telephones.owns(extension, self._names(extension), device):
                self._emit_call(extension)
                if idle:
                    # A feature code may just have been dialled.
                    self._soon({extension})

    def _names(self, extension: str) -> tuple[str, ...]:
        return self._devices.get(extension, (extension,))

    def _note_call(self, extension: str) -> None:
        call = self._telephones.call(extension, self._names(extension))
        self._calls.note(extension, call)

    def _emit_call(self, extension: str) -> None:
        self._note_call(extension)
        self._emit_call_again(extension)

    def _emit_call_again(self, extension: str) -> None:
        self._emit_again(extension, call=self._calls.get(extension))

    def emit_agent(self, extension: str) -> None:
        """Report an extension's line with its present state in the queues."""
        queues = self.agents.queues
        self._emit_again(
            extension,
            agent=queues.agent(extension),
            not_rung=queues.not_rung(extension),
        )

    def _emit_again(self, extension: str, **changed: Any) -> None:
        """Report a line again, with the given fields replaced."""
        if (line := self._lines.get(extension)) is not None:
            self._emit_line(replace(line, **changed))

    def _soon(self, extensions: Iterable[str]) -> None:
        """Read extensions again once the events of a change have all arrived."""
        self._due.update(extensions)
        if (self._due or self._hints_due) and self._settling is None:
            self._settling = asyncio.get_running_loop().call_later(SETTLE, self._settle)

    def _settle(self) -> None:
        self._settling = None
        due, self._due = tuple(self._due), set()
        if self.ready:
            self._spawn(self._catch_up(due))

    async def _catch_up(self, extensions: Iterable[str]) -> None:
        if self._hints_due:
            self._hints_due = False
            await self.look_around()
            await self._dialplan.find_voicemail(self.extensions)
        await self.reread(extensions)
