"""A FRITZ!Box as a phone system.

The box tells nothing by itself but calls: its redirects are read every
:data:`~.description.POLL_EVERY` seconds, and before and after each write. One lock covers the box, so
that no reading falls between two writes of one redirect.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
import logging
import math
import time
from typing import Any, Final, override

from ...presence.line import (
    CallState,
    Condition,
    Destination,
    DestinationKind,
    ForwardingState,
    Known,
    Line as ReadLine,
)
from ...presence.redirect.numbers import BadNumber, checked
from ...presence.redirect.parts import (
    Part,
    RedirectCapabilities,
    RingTime,
    changed,
)
from ..backoff import Backoff
from ..description import Parameters
from ..driver import (
    AuthenticationFailed,
    Capability,
    CertificateRejected,
    ConnectionChanged,
    DirectoryEntry,
    Freshness,
    Identity,
    LineChanged,
    NotSupported,
    OutcomeUnknown,
    PhoneSystemError,
    Rejected,
    RetryLater,
    Unavailable,
)
from ..listeners import WatchingPhoneSystem
from .call_monitor import PORT as MONITOR_PORT, CallMonitor
from .client import (
    ANSWERS_WITHIN,
    PORT,
    TLS_PORT,
    Address,
    Description,
    Tr064Client,
    fingerprint,
)
from .description import FRITZBOX, MACHINES, OLDEST, POLL_EVERY
from .lines import Box, Changes, Line, View, same_target
from .reader import Reader
from .rules import FIRST_MACHINE, Entry
from .writer import Writer

_LOGGER = logging.getLogger(__name__)

WHOLE_EVERY: Final = 120
"""Readings until numbers and answering machines are read anew: an hour."""
RETRY_MOST: Final = 60.0
JUST_READ: Final = 0.1
"""Seconds for which a reading is as good as one made right before a write."""
FORWARDS: Final = Capability.UNCONDITIONAL | Capability.BUSY | Capability.NO_REPLY
WRITABLE: Final = FRITZBOX.redirect.writable


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds that the driver waits; tests use shorter ones."""

    poll: float = POLL_EVERY
    oldest: float = OLDEST
    answer: float = ANSWERS_WITHIN
    retry: float = 2.0


def build(parameters: Parameters) -> FritzBoxPhoneSystem:
    """Make a driver from what its row of the registry asks for."""
    said = parameters.settings
    tls = bool(said.get("tls", True))
    return FritzBoxPhoneSystem(
        Address(
            said["host"],
            int(said.get("port") or (TLS_PORT if tls else PORT)),
            tls=tls,
            fingerprint=said.get("fingerprint") or "",
        ),
        said["username"],
        said["password"],
        monitor_port=int(said.get("monitor_port", MONITOR_PORT) or 0),
    )


class FritzBoxPhoneSystem(WatchingPhoneSystem):
    """One box, one login. ``monitor_port`` 0: the call monitor is not used."""

    def __init__(
        self,
        address: Address,
        username: str,
        password: str,
        *,
        monitor_port: int = MONITOR_PORT,
        timing: Timing | None = None,
    ) -> None:
        """Prepare; nothing is connected yet."""
        self._timing = timing or Timing()
        self._client = Tr064Client(
            address, username, password, answers_within=self._timing.answer
        )
        self._reader = Reader(self._client)
        self._writer = Writer(self._reader.entries, self._reader.switch_entry)
        self._monitor = (
            CallMonitor(address.host, monitor_port, self._on_call)
            if monitor_port
            else None
        )
        self._description: Description | None = None
        self._lines: dict[str, Line] = {}
        self._box = Box()
        self._read_at: datetime | None = None
        self._read_mono = -math.inf
        self._refused: AuthenticationFailed | None = None
        self._ready = False
        self._closed = False
        self._turn = asyncio.Lock()
        self._waiting: asyncio.Task[None] | None = None
        self._poller: asyncio.Task[None] | None = None
        super().__init__()
        self._emitted: dict[str, CallState | None] = {}
        self._spelling: dict[tuple[str, Condition], Destination] = {}
        """Destinations in the spelling in which they were set."""

    @property
    @override
    def capabilities(self) -> Capability:
        if self._description is None:
            return Capability(0)
        found = FORWARDS | Capability.VOICEMAIL | Capability.READ_BACK
        found |= Capability.DIRECTORY
        if self._monitor is not None and self._monitor.connected:
            found |= Capability.CALL_STATE
        return found

    @property
    @override
    def ready(self) -> bool:
        return self._ready

    @property
    @override
    def version(self) -> str | None:
        if self._description is None:
            return None
        parts = self._description.version.split(".")[1:]
        version = ".".join(part.lstrip("0") or "0" for part in parts[:1]) + "".join(
            f".{part}" for part in parts[1:]
        )
        return f"{self._description.model} {version}".strip()

    @override
    def redirect_capabilities(self, extension: str) -> RedirectCapabilities:
        if self._description is None:
            return RedirectCapabilities(frozenset(), frozenset(), voicemail=False)
        view = self.view(extension)
        return RedirectCapabilities(
            WRITABLE,
            WRITABLE,
            targets=view.targets(),
            ring_time=RingTime(about=view.ring_seconds()),
        )

    @property
    @override
    def freshness(self) -> Freshness:
        return Freshness(self._timing.poll, self._timing.oldest)

    @property
    @override
    def identity(self) -> Identity:
        if self._description is None:
            return Identity()
        seen = self._client.address.fingerprint
        return Identity(
            self._description.serial or None,
            self._description.model or None,
            {"fingerprint": seen} if seen else {},
        )

    @property
    def description(self) -> Description | None:
        """What the box is; known once :meth:`start` has returned."""
        return self._description

    @property
    def box(self) -> Box:
        """The box as it was read last."""
        return self._box

    def view(self, extension: str) -> View:
        """Return a line's part of the last reading."""
        return View(self._box, self._line_of(extension))

    def _line_of(self, extension: str) -> Line:
        return self._lines.get(extension) or Line(extension)

    @override
    def configure(self, extension: str, settings: Mapping[str, Any]) -> None:
        named = {
            int(settings[key]) - FIRST_MACHINE
            for key in ("machine_at_once", "machine_later")
            if settings.get(key) in MACHINES
        }
        self._lines[extension] = Line(
            extension, machines=frozenset(named) if named else None
        )
        if self._ready:
            asyncio.get_running_loop().call_soon(self._emit_lines)

    # Life

    @override
    async def start(self) -> None:
        if self._closed:
            raise Unavailable("closed")
        self._check_login()
        address = self._client.address
        if address.tls and not address.fingerprint:
            # First use: whoever answers now is taken for the box from now on.
            seen = await fingerprint(address.host, address.port)
            self._client.address = replace(address, fingerprint=seen)
        try:
            self._description, self._box = await self._reader.begin()
            self._read_at = datetime.now(UTC)
            if self._monitor is not None:
                await self._monitor.start()
        except BaseException as error:
            if isinstance(error, AuthenticationFailed):
                self._refused = error
            await self._client.close()
            raise
        self._ready = True
        self.emit(ConnectionChanged(ready=True))
        self._poller = asyncio.create_task(self._poll())

    @override
    async def close(self) -> None:
        self._closed = True
        self._ready = False
        for task in (self._poller, self._waiting):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        self._poller = self._waiting = None
        if self._monitor is not None:
            await self._monitor.close()
        await self._client.close()
        self._listeners.clear()

    @override
    def watch_added(self, extension: str) -> None:
        if self._ready:
            asyncio.get_running_loop().call_soon(self._emit_lines)

    @override
    def watch_ended(self, extension: str) -> None:
        self._emitted.pop(extension, None)

    # Reading

    @override
    async def read(self, extension: str) -> ReadLine:
        self._check_ready()
        if self._waiting is None:
            self._waiting = asyncio.create_task(self._read_once())
            # The waiting callers may be cancelled by the time it fails.
            self._waiting.add_done_callback(_retrieved)
        await asyncio.shield(self._waiting)
        return self._line(extension)

    def _check_login(self) -> None:
        if self._refused is not None and not self._closed:
            raise AuthenticationFailed("login")

    def _check_ready(self) -> None:
        self._check_login()
        if not self._ready:
            raise Unavailable("not connected")

    async def _read_once(self) -> None:
        """Read once for all callers that are waiting."""
        async with self._turn:
            self._waiting = None
            await self._refresh()

    async def _refresh(self, *, whole: bool = False) -> None:
        """Read, and put back what a write of ours may have hit; with the lock held."""
        if self._writer.owes:
            await self._writer.switch(lambda _entries: {})
        if whole:
            box = await self._reader.whole()
        else:
            box = await self._reader.box()
        self._take(box)

    def _take(self, box: Box) -> None:
        self._box = box
        self._read_at = datetime.now(UTC)
        self._read_mono = time.monotonic()
        self._emit_lines()

    def _line(self, extension: str) -> ReadLine:
        forwarding = self.view(extension).forwarding()
        return ReadLine(
            extension,
            self._as_spelt(extension, forwarding),
            call=self._call(extension),
            as_of=self._read_at,
        )

    def _call(self, extension: str) -> CallState | None:
        if self._monitor is None or not self._monitor.connected:
            return None
        return self._monitor.calls.state(extension, self._box.dialling)

    def _as_spelt(self, extension: str, forwarding: ForwardingState) -> ForwardingState:
        """Return a forwarding with each number as it was spelt when it was set."""
        for condition in Condition:
            known = self._spelling.get((extension, condition))
            read = forwarding.forward(condition)
            if (
                known is not None
                and isinstance(read, Destination)
                and read.kind is known.kind
                and same_target(read.number, known.number, self._box)
            ):
                forwarding = changed(forwarding, {Part(condition.value): known})
        return forwarding

    @override
    def choices(self, field: str) -> Mapping[str, str]:
        """Return the answering machines that fit a question, as the box calls them."""
        later = field == "machine_later"
        return {
            machine.number: (
                f"{machine.name} (**{machine.number}) · {machine.ring_seconds} s"
                + "".join(f" · {number}" for number in machine.numbers)
            )
            for machine in self._box.machines
            if machine.condition is not None and bool(machine.ring_seconds) is later
        }

    # Writing

    @override
    def check_rules(self, extension: str, desired: ForwardingState) -> None:
        for condition in Condition:
            _check(desired.forward(condition))
        self.view(extension).changes(desired)

    @override
    async def apply(self, extension: str, desired: ForwardingState) -> ReadLine:
        self._check_ready()
        if desired.do_not_disturb is True:
            raise NotSupported("do_not_disturb")
        if isinstance(desired.follow_me, str):
            raise NotSupported("follow_me")
        for condition in Condition:
            _check(desired.forward(condition))
        line = self._line_of(extension)
        async with self._turn:
            # Whoever decides this has just read; a real box takes its time for each.
            is_fresh = time.monotonic() - self._read_mono < JUST_READ
            box = self._box if is_fresh else await self._reader.box()
            # Refused before anything is written.
            changes = View(box, line).changes(desired)
            if changes.machines:
                # When they answer, and for whom, may have been changed meanwhile.
                box = await self._reader.box(details=True)
                changes = View(box, line).changes(desired)
            self._take(await self._switch(box, line, desired, changes))
            for condition in Condition:
                if isinstance(found := desired.forward(condition), Destination):
                    self._spelling[extension, condition] = found
        return self._line(extension)

    async def _switch(
        self, box: Box, line: Line, desired: ForwardingState, changes: Changes
    ) -> Box:
        """Switch machines on, then entries, then machines off."""

        def left(entries: Sequence[Entry]) -> Mapping[tuple[str, ...], bool]:
            now = replace(box, entries=tuple(entries))
            return View(now, line).changes(desired).entries

        switched = await self._switch_machines(changes, on=True)
        entries = await self._writer.switch(left, None if switched else box.entries)
        await self._switch_machines(changes, on=False)
        if not changes.machines:
            return replace(box, entries=entries)
        machines = await self._reader.machines()
        for machine in machines:
            if changes.machines.get(machine.index, machine.enabled) != machine.enabled:
                raise OutcomeUnknown("answering machine")
        return replace(box, entries=entries, machines=machines)

    async def _switch_machines(self, changes: Changes, *, on: bool) -> bool:
        """Switch the machines that are to be on, or off; tell whether any were."""
        due = [index for index, value in changes.machines.items() if value is on]
        for index in due:
            await self._reader.switch_machine(index, on=on)
        return bool(due)

    @override
    async def directory(self) -> tuple[DirectoryEntry, ...]:
        """Return the box's numbers, with the machine that was made for each."""
        self._check_ready()
        return tuple(DirectoryEntry(own.number, own.name) for own in self._box.numbers)

    # Polling

    async def _poll(self) -> None:
        failures = 0
        rounds = 0
        backoff = Backoff(self._timing.retry, RETRY_MOST)
        while True:
            await asyncio.sleep(backoff.wait() if failures else self._timing.poll)
            rounds += 1
            try:
                async with self._turn:
                    await self._refresh(whole=rounds % WHOLE_EVERY == 0 or failures > 1)
            except (AuthenticationFailed, CertificateRejected) as error:
                # Trying again would lock the login, or send it to an unknown server.
                if isinstance(error, AuthenticationFailed):
                    self._refused = error
                self._lost(error)
                return
            except PhoneSystemError as error:
                failures += 1
                if isinstance(error, RetryLater):
                    await asyncio.sleep(error.retry_after)
                _LOGGER.debug("A reading failed: %s", type(error).__name__)
                if failures > 1 and self._ready:
                    self._lost(error)
            except Exception:
                failures += 1
                _LOGGER.exception("A reading failed in a way nobody thought of")
            else:
                failures = 0
                backoff.reset()
                if not self._ready:
                    self._ready = True
                    self.emit(ConnectionChanged(ready=True))
                    self._emit_lines()

    def _lost(self, error: PhoneSystemError) -> None:
        self._ready = False
        self._emitted.clear()
        self.emit(ConnectionChanged(ready=False, error=error))

    # Telling

    def _on_call(self) -> None:
        for extension in tuple(self._watched):
            call = self._call(extension)
            if self._ready and call != self._emitted.get(extension):
                self._emitted[extension] = call
                self.emit(LineChanged(self._line(extension)))

    def _emit_lines(self) -> None:
        if not self._ready:
            return
        for extension in tuple(self._watched):
            self.emit(LineChanged(self._line(extension)))


def _check(target: Known[Destination | None]) -> None:
    """Refuse what no telephone can dial.

    Raises:
        Rejected: it is no number.
    """
    if not isinstance(target, Destination):
        return
    if target.kind is DestinationKind.UNKNOWN:
        return
    try:
        checked(target.number)
    except BadNumber as error:
        raise Rejected(error.problem.value) from None


def _retrieved(task: asyncio.Task[None]) -> None:
    if not task.cancelled():
        task.exception()


__all__ = ["FritzBoxPhoneSystem", "Timing"]
