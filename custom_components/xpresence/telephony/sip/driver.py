"""Any SIP phone system, over the SIP accounts of its people.

Nothing is registered by itself: a call and a subscription are authenticated one by one,
and a registration may throw a desk phone out. Only states that the phone system
reported are shown; where it reports none, the capabilities say so.
"""

import asyncio
from collections.abc import Iterator, Mapping
import contextlib
from datetime import UTC, datetime
import logging
from typing import Any, Final, override

from ...presence.line import CallState, ForwardingState, Line
from ...presence.redirect.parts import RedirectCapabilities
from ..description import Parameters
from ..driver import (
    AuthenticationFailed,
    Capability,
    CertificateRejected,
    ConnectionChanged,
    Freshness,
    LineChanged,
    PhoneSystem,
    PhoneSystemError,
    Unavailable,
)
from ..listeners import WatchingPhoneSystem
from ..tls import trusting
from . import code_line, feature_line
from .agent import Account, Protocol, Server, SipError, Timers, UserAgent
from .code_line import CodeLine
from .codes import CodeTable
from .errors import PasswordMissing, translated
from .feature_line import FeatureLine
from .line import SipLine, Waits, check
from .settings import Person, SipSettings
from .systems import FeatureEvents

_LOGGER = logging.getLogger(__name__)

NAME: Final = "xpresence"
FINISHING: Final = 3.0
"""Seconds that a code which is being dialled gets when the driver is closed."""
SETTLE: Final = 0.05
"""Seconds that several notifications of one change are gathered for."""
ASK_EVERY: Final = 900.0
"""Seconds between two readings by queries, each of which costs a call."""


def build(parameters: Parameters) -> PhoneSystem:
    """Make a driver from an entry's settings; nothing is connected yet."""
    return SipPhoneSystem(SipSettings.of(parameters.settings))


class SipPhoneSystem(WatchingPhoneSystem):
    """One SIP server, and the people whose passwords are known."""

    def __init__(
        self,
        settings: SipSettings,
        people: Mapping[str, Person] | None = None,
        *,
        timers: Timers | None = None,
        waits: Waits | None = None,
        ask_every: float = ASK_EVERY,
    ) -> None:
        """Prepare; ``people`` by their extensions, as :meth:`configure` tells them."""
        self._settings = settings
        self._people = dict(people or {})
        self._timers = timers or Timers()
        self._waits = waits or Waits()
        self._ask_every = ask_every
        self._polling: asyncio.Task[None] | None = None
        self._agent: UserAgent | None = None
        self._ready = False
        self._closed = False
        super().__init__()
        self._lines: dict[str, SipLine] = {}
        self._emitted: dict[str, Line] = {}
        self._due: set[str] = set()
        self._settling: asyncio.TimerHandle | None = None
        self._working: set[asyncio.Task[ForwardingState]] = set()
        self._leaving: set[asyncio.Task[None]] = set()

    @property
    @override
    def capabilities(self) -> Capability:
        most = self._most
        found = Capability.CALL_STATE | Capability.PUSH
        for part in most.writable:
            found |= Capability[part.name]
        if most.voicemail:
            found |= Capability.VOICEMAIL
        if most.readable:
            found |= Capability.READ_BACK
        return found

    @override
    def redirect_capabilities(self, extension: str) -> RedirectCapabilities:
        line = self._lines.get(extension)
        return self._most if line is None else line.capabilities

    @property
    def _most(self) -> RedirectCapabilities:
        """What a line can do at best."""
        system, voicemail = self._settings.system, bool(self._voicemail)
        if isinstance(system, FeatureEvents):
            return feature_line.capabilities(system, voicemail=voicemail)
        return code_line.capabilities(system, voicemail=voicemail)

    @property
    @override
    def freshness(self) -> Freshness:
        if self._asks:
            return Freshness(self._ask_every, 2.5 * self._ask_every)
        return Freshness()

    @property
    def _asks(self) -> bool:
        """Whether something is only known by asking for it."""
        system = self._settings.system
        return isinstance(system, CodeTable) and any(
            code.query and not code.lamp for code in system.codes()
        )

    @property
    @override
    def ready(self) -> bool:
        return self._ready

    @property
    @override
    def version(self) -> str | None:
        return self._agent.server_name if self._agent is not None else None

    @property
    def _voicemail(self) -> str:
        return self._settings.voicemail or self._settings.system.voicemail

    # Life

    @override
    async def start(self) -> None:
        if self._closed or self._agent is not None:
            raise Unavailable("closed" if self._closed else "started already")
        settings = self._settings
        tls = None
        if settings.protocol is Protocol.TLS:
            tls = await asyncio.to_thread(trusting, settings.ca)
        server = Server(settings.host, settings.port, settings.protocol, tls)
        agent = UserAgent(server, self._on_reachable, timers=self._timers, name=NAME)
        first = next((each for each in self._people if self._knows(each)), None)
        try:
            await agent.open(None if first is None else self._account(first))
        except SipError as error:
            await agent.close()
            reason = translated(error, writing=False)
            if isinstance(reason, CertificateRejected):
                raise reason from error
            raise Unavailable("no answer") from error
        if self._closed:
            await agent.close()
            raise Unavailable("closed")
        self._agent, self._ready = agent, True
        self.emit(ConnectionChanged(ready=True))
        for extension in self._watched:
            self._begin(extension)
        if self._asks:
            self._polling = asyncio.create_task(self._poll())

    @override
    async def close(self) -> None:
        self._closed = True
        self._ready = False
        if self._working:
            # Hanging up early loses the setting.
            await asyncio.wait(self._working, timeout=FINISHING)
        if self._settling is not None:
            self._settling.cancel()
        tasks: list[asyncio.Task[Any]] = [*self._working, *self._leaving]
        if self._polling is not None:
            tasks.append(self._polling)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        lines = tuple(self._lines.values())
        self._lines.clear()
        for line in lines:
            await line.close()
        agent, self._agent = self._agent, None
        if agent is not None:
            await agent.close()
        self._listeners.clear()

    async def _poll(self) -> None:
        """Poll the states that no notification reports."""
        while True:
            await asyncio.sleep(self._ask_every)
            for extension in tuple(self._watched):
                with contextlib.suppress(PhoneSystemError):
                    await self.read(extension)

    @override
    def configure(self, extension: str, settings: Mapping[str, Any]) -> None:
        person = Person.of(settings)
        if self._people.get(extension) == person:
            return
        self._people[extension] = person
        agent, line = self._agent, self._lines.get(extension)
        if line is not None and agent is not None:
            agent.forget(line.account)
            self._leave(extension)
        if self._ready and extension in self._watched:
            self._begin(extension)

    @override
    def watch_added(self, extension: str) -> None:
        if self._ready:
            self._begin(extension)

    @override
    def watch_ended(self, extension: str) -> None:
        self._emitted.pop(extension, None)
        self._leave(extension)

    def _begin(self, extension: str) -> None:
        """Subscribe for an extension that is watched, if its password is known."""
        try:
            self._line(extension)
        except PhoneSystemError as error:
            _LOGGER.debug("An extension is not watched: %s", type(error).__name__)

    def _leave(self, extension: str) -> None:
        line = self._lines.pop(extension, None)
        if line is None:
            return
        task = asyncio.create_task(line.close())
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    # Lines

    def _knows(self, extension: str) -> bool:
        """Return whether an extension's password is known."""
        return bool(self._people[extension].password)

    def _account(self, extension: str) -> Account:
        person = self._people.get(extension)
        if person is None or not person.password:
            raise PasswordMissing("no password")
        return Account(
            extension, person.password, person.username, self._settings.domain
        )

    def _line(self, extension: str) -> SipLine:
        """Return an extension's line.

        Raises:
            Unavailable, PasswordMissing.
        """
        agent = self._agent
        if agent is None or not self._ready:
            raise Unavailable("not connected")
        account = self._account(extension)
        line = self._lines.get(extension)
        if line is None:
            line = self._lines[extension] = self._made(agent, account, extension)
            line.start()
            if self._settings.register:
                line.register()
        return line

    def _made(self, agent: UserAgent, account: Account, extension: str) -> SipLine:
        def on_change() -> None:
            self._soon(extension)

        system = self._settings.system
        if isinstance(system, FeatureEvents):
            return FeatureLine(
                agent,
                account,
                extension,
                system,
                voicemail=self._voicemail,
                waits=self._waits,
                on_change=on_change,
            )
        return CodeLine(
            agent,
            account,
            extension,
            system,
            line=self._people[extension].line,
            voicemail=self._voicemail,
            waits=self._waits,
            on_change=on_change,
        )

    @override
    def check(self, desired: ForwardingState) -> None:
        check(desired)

    @override
    async def read(self, extension: str) -> Line:
        line = self._line(extension)
        with _of(extension):
            return self._shown(extension, line, await line.read())

    @override
    async def apply(self, extension: str, desired: ForwardingState) -> Line:
        line = self._line(extension)
        # It runs to its end even if the caller is cancelled.
        task = asyncio.create_task(line.apply(desired))
        self._working.add(task)
        task.add_done_callback(self._worked)
        with _of(extension):
            return self._shown(extension, line, await asyncio.shield(task))

    def _worked(self, task: asyncio.Task[ForwardingState]) -> None:
        self._working.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # The waiting caller gets the error; a cancelled one does not.
            _LOGGER.debug("A redirect was not set: %s", type(error).__name__)

    def _shown(self, extension: str, line: SipLine, state: ForwardingState) -> Line:
        found = Line(
            extension, state, call=self._call(line, state), as_of=datetime.now(UTC)
        )
        if extension in self._watched:
            self._emit_new(found)
        return found

    def _call(self, line: SipLine, state: ForwardingState) -> CallState | None:
        system = self._settings.system
        if (
            isinstance(system, CodeTable)
            and system.do_not_disturb_lights_telephone
            and state.do_not_disturb is True
        ):
            # The lamp is lit, whatever the telephone does.
            return None
        return line.call

    # Telling

    def _soon(self, extension: str) -> None:
        if extension not in self._watched or self._closed:
            return
        self._due.add(extension)
        if self._settling is None:
            loop = asyncio.get_running_loop()
            self._settling = loop.call_later(SETTLE, self._settle)

    def _settle(self) -> None:
        self._settling = None
        due, self._due = self._due, set()
        for extension in sorted(due):
            line = self._lines.get(extension)
            if line is not None and self._ready:
                self._shown(extension, line, line.state())

    def _emit_new(self, line: Line) -> None:
        before = self._emitted.get(line.extension)
        self._emitted[line.extension] = line
        if before is None or (before.forwarding, before.call) != (
            line.forwarding,
            line.call,
        ):
            self.emit(LineChanged(line))

    def _on_reachable(self, reachable: bool, error: SipError | None) -> None:
        if self._closed:
            return
        self._ready = reachable
        reason = None if error is None else translated(error, writing=False)
        if not isinstance(reason, CertificateRejected | None):
            reason = Unavailable("no answer")
        self.emit(ConnectionChanged(ready=reachable, error=reason))
        if reachable:
            for extension in tuple(self._watched):
                self._begin(extension)
                self._soon(extension)


@contextlib.contextmanager
def _of(extension: str) -> Iterator[None]:
    """Add the extension to the error of a refused login."""
    try:
        yield
    except AuthenticationFailed as error:
        raise AuthenticationFailed(str(error), extension=extension) from error
