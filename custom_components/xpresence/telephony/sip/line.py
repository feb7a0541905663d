"""One extension of a SIP phone system, whatever way it is set and read."""

from abc import ABC, abstractmethod
import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ...presence.line import (
    CallState,
    Destination,
    DestinationKind,
    ForwardingState,
)
from ...presence.redirect.parts import Part, RedirectCapabilities, known
from ..driver import NotSupported, Rejected
from .agent import Account, Registration, UserAgent
from .codes import TARGET, NotDiallable, filled
from .lamp import Lamp

ABOUT_RING: Final = 20
"""Seconds after which an unanswered call is redirected, roughly, where none can be set."""
SETTLE: Final = 1.0
"""Seconds after a code within which the telephone's lamp still shows our own call."""


@dataclass(frozen=True, slots=True)
class Waits:
    """How long to wait, in seconds."""

    ring: float = 20.0
    """For a code to be answered."""
    hold: float = 20.0
    """For the phone system to hang up after a code; some speak first."""
    notify: float = 5.0
    """For a notification that was asked for, or that follows a change."""
    settle: float = SETTLE


def check(desired: ForwardingState) -> None:
    """Return if a phone system could be asked for this, whichever it is.

    Raises:
        Rejected: a target that nobody can dial, or a time that no telephone rings for.
    """
    for part, wanted in known(desired):
        if isinstance(wanted, Destination):
            if wanted.kind is DestinationKind.STATUS:
                raise Rejected("no status")
            kept = wanted.kind is DestinationKind.UNKNOWN
            if not kept and not TARGET.fullmatch(wanted.number):
                raise Rejected("number")
        elif part is Part.RING_SECONDS and isinstance(wanted, int) and wanted < 1:
            raise Rejected("ring seconds")


class SipLine(ABC):
    """What an extension's two ways have in common; ``on_change`` asks for a new look.

    ``voicemail``: the code that reaches a mailbox, with ``{mailbox}`` in it; empty:
    there is none.
    """

    def __init__(
        self,
        agent: UserAgent,
        account: Account,
        extension: str,
        *,
        voicemail: str,
        waits: Waits,
        on_change: Callable[[], None],
    ) -> None:
        """Prepare; :meth:`start` subscribes."""
        self.account = account
        self.extension = extension
        self._agent = agent
        self._voicemail = voicemail
        self._waits = waits
        self._notify = on_change
        self._turn = asyncio.Lock()
        self._telephone: Lamp | None = None
        self._registration: Registration | None = None
        self._frozen: tuple[CallState | None] | None = None
        """What the telephone did before we called in its name."""
        self._thaw: asyncio.TimerHandle | None = None

    @abstractmethod
    def start(self) -> None:
        """Subscribe to whatever tells of the extension."""
        self._telephone = Lamp(
            self._agent, self.account, self.extension, self._on_telephone
        )

    def register(self) -> None:
        """Register as well: calls ring here too, and perhaps nowhere else any more."""
        self._registration = self._agent.register(
            self.account, lambda _registered, _error: None
        )

    async def close(self) -> None:
        """Unsubscribe."""
        registration, self._registration = self._registration, None
        if registration is not None:
            await self._agent.unregister(registration)
        if self._thaw is not None:
            self._thaw.cancel()
        telephone, self._telephone = self._telephone, None
        if telephone is not None:
            await telephone.close()

    @property
    @abstractmethod
    def capabilities(self) -> RedirectCapabilities:
        """What can be set and read, as far as is known by now."""

    @abstractmethod
    def state(self) -> ForwardingState:
        """Return what has been told so far."""

    async def read(self) -> ForwardingState:
        """Ask how things stand.

        Raises:
            PhoneSystemError.
        """
        async with self._turn:
            await self._read()
            return self.state()

    async def apply(self, desired: ForwardingState) -> ForwardingState:
        """Write what differs and return what is read back.

        Raises:
            PhoneSystemError: with Rejected or NotSupported nothing was written.
        """
        self._check(desired)
        async with self._turn:
            await self._read()
            await self._write(desired)
            return self.state()

    @abstractmethod
    async def _read(self) -> None:
        """Ask how things stand."""

    @abstractmethod
    def _check(self, desired: ForwardingState) -> None:
        """Refuse what cannot be set.

        Raises:
            Rejected, NotSupported.
        """

    @abstractmethod
    async def _write(self, desired: ForwardingState) -> None:
        """Write what differs from what was just read."""

    # Numbers

    def _dialled(self, kind: DestinationKind, number: str) -> str:
        """Return what is dialled to reach a destination.

        Raises:
            Rejected, NotSupported.
        """
        if kind in (DestinationKind.UNKNOWN, DestinationKind.STATUS):
            raise NotSupported("target")
        if not TARGET.fullmatch(number):
            raise Rejected("number")
        if kind is DestinationKind.NUMBER:
            return number
        if not self._voicemail:
            raise NotSupported("voicemail")
        try:
            return filled(self._voicemail, mailbox=number)
        except NotDiallable as error:
            raise Rejected("number") from error

    # The telephone

    @property
    def call(self) -> CallState | None:
        """What the telephones do; ``None`` where that is not told."""
        if self._frozen is not None:
            return self._frozen[0]
        return self._telephone.call if self._telephone is not None else None

    @property
    def tells_calls(self) -> bool:
        """Whether the phone system lets us see what the telephones do."""
        return self._telephone is not None and self._telephone.refused is None

    def _on_telephone(self) -> None:
        if self._frozen is None:
            self._notify()

    def _freeze(self) -> None:
        """Show the telephone as it is, while we call in its name."""
        if self._thaw is not None:
            self._thaw.cancel()
            self._thaw = None
        if self._frozen is None:
            self._frozen = (self.call,)

    def _unfreeze(self) -> None:
        """Believe the lamp again once it can show our own call no more."""

        def thaw() -> None:
            self._thaw = self._frozen = None
            self._notify()

        loop = asyncio.get_running_loop()
        self._thaw = loop.call_later(self._waits.settle, thaw)
