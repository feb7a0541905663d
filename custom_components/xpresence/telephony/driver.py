"""What xpresence asks of every phone system."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Flag, auto
from typing import Final, Protocol

from ..presence.line import AgentState, ForwardingState, Line, Status

RINGS_FOR: Final = 15
"""Seconds after which a call that only tries a redirect ends by itself."""


class Capability(Flag):
    """What a phone system can do with the rights it was given."""

    UNCONDITIONAL = auto()
    BUSY = auto()
    NO_REPLY = auto()
    RING_SECONDS = auto()
    VOICEMAIL = auto()
    DO_NOT_DISTURB = auto()
    FOLLOW_ME = auto()
    AGENT = auto()
    PRESENCE_TEXT = auto()
    CALL_STATE = auto()
    READ_BACK = auto()
    PUSH = auto()
    RING = auto()


class PhoneSystemError(Exception):
    """Something went wrong between xpresence and the phone system."""


class AuthenticationFailed(PhoneSystemError):
    """The login was refused; trying again would only lock the account."""


class CertificateRejected(PhoneSystemError):
    """TLS was asked for and the certificate cannot be trusted."""


class PermissionDenied(PhoneSystemError):
    """The login works but lacks a right; ``permission`` names it."""

    def __init__(self, permission: str) -> None:
        """Keep the permission's name as the phone system spells it."""
        super().__init__(permission)
        self.permission = permission


class Unavailable(PhoneSystemError):
    """No connection, or not ready yet; nothing was written."""


class OutcomeUnknown(PhoneSystemError):
    """A write was sent and no answer came: read before any retry."""


class Rejected(PhoneSystemError):
    """The phone system, or the driver for it, refused this very value."""


class NotSupported(PhoneSystemError):
    """This phone system cannot do that at all."""


@dataclass(frozen=True, slots=True)
class ConnectionChanged:
    """The phone system became ready or was lost."""

    ready: bool
    error: PhoneSystemError | None = None


@dataclass(frozen=True, slots=True)
class LineChanged:
    """A watched extension was read anew."""

    line: Line


type DriverEvent = ConnectionChanged | LineChanged
type Listener = Callable[[DriverEvent], None]


class PhoneSystem(Protocol):
    """One phone system. All methods run in the event loop and never block it."""

    @property
    def capabilities(self) -> Capability:
        """What it can do; known once :meth:`start` has returned."""

    @property
    def ready(self) -> bool:
        """Whether it can be read and written now."""

    @property
    def version(self) -> str | None:
        """What the phone system calls itself, for diagnostics."""

    @property
    def extensions(self) -> frozenset[str]:
        """The extensions that it is known to have; empty: it does not tell.

        They stay known while the connection is lost.
        """
        return frozenset()

    def check(self, wanted: ForwardingState) -> None:
        """Return if :meth:`apply` would try to write this; nothing is sent.

        Raises:
            Rejected: it never would, whatever state the phone system is in.
        """
        return None  # noqa: RET501 (not abstract: most take whatever is a number)

    async def start(self) -> None:
        """Connect, log in, wait until it is ready, and find its capabilities.

        Afterwards the driver reconnects by itself until :meth:`close`.

        Raises:
            AuthenticationFailed, CertificateRejected, PermissionDenied,
            Unavailable: nothing keeps running then.
        """

    async def close(self) -> None:
        """End the connection for good; what was set stays set."""

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Tell ``listener`` of every event; returns the way to stop that."""

    def watch(self, extension: str) -> Callable[[], None]:
        """Keep an eye on an extension: changes arrive as :class:`LineChanged`."""

    async def read(self, extension: str) -> Line:
        """Read an extension now.

        Raises:
            Unavailable, PermissionDenied, OutcomeUnknown.
        """

    async def apply(self, extension: str, desired: ForwardingState) -> Line:
        """Write the known parts of ``desired`` and return what is read back.

        Safe to run again; writes only what differs.

        Raises:
            Rejected, NotSupported, PermissionDenied, Unavailable,
            OutcomeUnknown.
        """

    async def set_agent(self, extension: str, queue: str, state: AgentState) -> None:
        """Set the extension's state in a queue; a repeat is no error."""

    async def publish(self, extension: str, status: Status, text: str) -> None:
        """Show status and info text on the phones, where they can show it."""

    async def clear(self, extension: str) -> None:
        """Show nothing on the phones any more of what :meth:`publish` showed there.

        What else was noted in the phone system about the extension goes as well.
        One that shows nothing has nothing to do.
        """
        return None  # noqa: RET501 (not abstract)

    async def ring(self, extension: str) -> None:
        """Call ``extension`` as if it called itself, to try its redirect.

        The call rings for :data:`RINGS_FOR` seconds at most.
        """
