"""What a phone system says about one extension, and what it is asked to do.

These types are shared by the rules and the drivers. Names follow ETSI: CFU is
unconditional, CFB busy, CFNR no reply. Only a driver knows its vendor's names.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, StrEnum
from typing import Final, Literal, override


class Condition(StrEnum):
    """When a call is forwarded (ETSI: CFU, CFB, CFNR)."""

    UNCONDITIONAL = "unconditional"
    BUSY = "busy"
    NO_REPLY = "no_reply"


class CallState(StrEnum):
    """What the extension's telephones are doing."""

    IDLE = "idle"
    RINGING = "ringing"
    IN_CALL = "in_call"
    UNAVAILABLE = "unavailable"


class AgentState(StrEnum):
    """A hotline agent's state (TeamDesk)."""

    READY = "ready"
    LOGGED_OFF = "logged_off"
    FOLLOW_UP = "follow_up"


class Status(StrEnum):
    """What colleagues see."""

    AVAILABLE = "available"
    BUSY = "busy"
    DO_NOT_DISTURB = "do_not_disturb"
    BE_RIGHT_BACK = "be_right_back"
    AWAY = "away"
    OFFLINE = "offline"


class Unknown(Enum):
    """The phone system did not say, or cannot; never to be read as off."""

    UNKNOWN = "unknown"

    @override
    def __repr__(self) -> str:
        """Return the name alone, so that a failing test reads well."""
        return "UNKNOWN"


UNKNOWN: Final = Unknown.UNKNOWN
type Known[T] = T | Literal[Unknown.UNKNOWN]


class DestinationKind(StrEnum):
    """Where a forwarded call ends."""

    NUMBER = "number"
    VOICEMAIL = "voicemail"
    STATUS = "status"
    """A named status of the phone system that carries its forwarding."""
    UNKNOWN = "unknown"
    """It is on with an unknown target: a lamp, a switch, an unreadable format."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A place that the phone system can forward to.

    ``number`` is dialled as it stands; with ``VOICEMAIL`` it names the mailbox,
    and the driver knows how that is reached; with ``STATUS`` it is the status's name.
    With ``UNKNOWN`` it is what the driver can
    put back as it stood, and is never shown; empty: nothing can be put back.
    """

    kind: DestinationKind
    number: str


TARGET_UNKNOWN: Final = Destination(DestinationKind.UNKNOWN, "")
"""Read: on, target unknown. Handed to a driver: on, to wherever the phone system sends
it, which only one does whose targets cannot be chosen."""


@dataclass(frozen=True, slots=True)
class ForwardingState:
    """The redirect state of one extension.

    Read from a phone system, ``UNKNOWN`` means that it did not tell. Handed to
    one, it means "leave this alone". ``None`` means off, and only that.

    ``ring_seconds`` belongs to ``no_reply``. ``follow_me`` is the number that
    rings in place of the desk phone while follow-me is on.
    """

    unconditional: Known[Destination | None] = UNKNOWN
    busy: Known[Destination | None] = UNKNOWN
    no_reply: Known[Destination | None] = UNKNOWN
    ring_seconds: Known[int | None] = UNKNOWN
    follow_me: Known[str | None] = UNKNOWN
    do_not_disturb: Known[bool] = UNKNOWN

    def forward(self, condition: Condition) -> Known[Destination | None]:
        """Return where calls go under one condition."""
        match condition:
            case Condition.UNCONDITIONAL:
                return self.unconditional
            case Condition.BUSY:
                return self.busy
            case Condition.NO_REPLY:
                return self.no_reply


@dataclass(frozen=True, slots=True)
class Line:
    """One extension as the phone system shows it at ``as_of``."""

    extension: str
    forwarding: ForwardingState = field(default_factory=ForwardingState)
    call: CallState | None = None
    agent: Mapping[str, AgentState] = field(default_factory=dict)
    """Queue → this extension's state there; a queue it is not in is absent."""
    not_rung: frozenset[str] = frozenset()
    """Queues that it is in and that never ring it: the phone system knows no telephone
    of this membership."""
    as_of: datetime | None = None
    number: int | None = None
    """The number of the last write, where the phone system keeps it; else ``None``."""
