"""The stored record of a person's redirect, which survives a crash."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from ..line import Destination, DestinationKind, ForwardingState, Known
from ..model import RedirectMode
from ..stored import (
    Reader,
    fields,
    flag,
    instant,
    listed,
    member,
    optional,
    text,
    whole,
)
from .parts import Part, Value, changed, is_on, known, off_value


@dataclass(frozen=True, slots=True)
class Echo:
    """A value the phone system may return to by a fault, not by a person.

    ``sent``: one of our own writes without an answer, which may land late;
    otherwise the state before a write that has not settled yet.
    """

    forwarding: ForwardingState
    asked: datetime
    sent: bool


@dataclass(frozen=True, slots=True)
class OwnRedirect:
    """A person's own redirect through xpresence.

    ``before`` comes back at ``until``; without an end it says nothing. ``limited``:
    whoever set it is held to the limits of ordinary users.
    """

    forwarding: ForwardingState
    before: ForwardingState = field(default_factory=ForwardingState)
    until: datetime | None = None
    limited: bool = True


@dataclass(frozen=True, slots=True)
class Ledger:
    """What must survive a crash; stored before anything is written.

    ``base``: for each part that xpresence answers for, what the phone's own setting
    was; ``UNKNOWN`` parts are none of its business. ``held``: the profile that holds
    the redirect; ``claim`` and ``mode``: what decided it when last applied. ``wrote``:
    what the phone system was last asked for (for a phone system that cannot be
    read, kept for good). ``taken``: parts that a person took over under this claim.
    ``asked``/``seen``/``answered``: when it was asked for, first read back, and
    said to be done. ``number``: of the last write, where the phone system keeps it;
    ``number_seen``: what it said last (:mod:`.mark`).
    """

    base: ForwardingState = field(default_factory=ForwardingState)
    held: str | None = None
    claim: str | None = None
    mode: RedirectMode | None = None
    wrote: ForwardingState = field(default_factory=ForwardingState)
    taken: frozenset[Part] = frozenset()
    asked: datetime | None = None
    seen: datetime | None = None
    answered: datetime | None = None
    echoes: tuple[Echo, ...] = ()
    own: tuple[OwnRedirect, ...] = ()
    number: int | None = None
    number_seen: int | None = None

    @property
    def restoring(self) -> bool:
        """Whether nothing is held but something is still being put back."""
        return self.held is None and self.base != ForwardingState()

    def to_json(self) -> dict[str, Any]:
        """Return plain values for storing."""
        return {
            "base": _setting_to_json(self.base),
            "held": self.held,
            "claim": self.claim,
            "mode": self.mode,
            "wrote": _setting_to_json(self.wrote),
            "taken": sorted(part.value for part in self.taken),
            "asked": _time_to_json(self.asked),
            "seen": _time_to_json(self.seen),
            "answered": _time_to_json(self.answered),
            "echoes": [
                {
                    "setting": _setting_to_json(echo.forwarding),
                    "asked": echo.asked.isoformat(),
                    "sent": echo.sent,
                }
                for echo in self.echoes
            ],
            "own": [
                {
                    "setting": _setting_to_json(own.forwarding),
                    "before": _setting_to_json(own.before),
                    "until": _time_to_json(own.until),
                    "limited": own.limited,
                }
                for own in self.own
            ],
            "number": self.number,
            "number_seen": self.number_seen,
        }

    @classmethod
    def from_json(cls, stored: Any) -> Ledger:
        """Read what :meth:`to_json` stored, by this version or an earlier one.

        Raises:
            Malformed: a field is damaged; one that is missing has its default.
        """
        given = fields(stored)
        read = {
            name: reader(given[name])
            for name, reader in _READERS.items()
            if name in given
        }
        return cls(**read)


def _setting_to_json(forwarding: ForwardingState) -> dict[str, Any]:
    return {
        part.value: {"kind": found.kind.value, "number": found.number}
        if isinstance(found, Destination)
        else found
        for part, found in known(forwarding)
    }


def setting_from_json(stored: Any) -> ForwardingState:
    """Read a forwarding state; a part that is not named is ``UNKNOWN``.

    Raises:
        Malformed: it is damaged.
    """
    values: dict[Part, Known[Value]] = {
        member(Part)(name): _PARTS[Part(name)](found)
        for name, found in fields(stored).items()
    }
    return changed(ForwardingState(), values)


def _destination(stored: Any) -> Destination:
    given = fields(stored)
    kind = member(DestinationKind)(given.get("kind"))
    return Destination(kind, text(given.get("number")))


def _echo(stored: Any) -> Echo:
    given = fields(stored)
    return Echo(
        setting_from_json(given.get("setting", {})),
        instant(given.get("asked")),
        flag(given.get("sent", True)),
    )


def _own(stored: Any) -> OwnRedirect:
    given = fields(stored)
    return OwnRedirect(
        setting_from_json(given.get("setting", {})),
        setting_from_json(given.get("before", {})),
        optional(instant)(given.get("until")),
        flag(given.get("limited", True)),
    )


_PARTS: Final[Mapping[Part, Reader[Value]]] = {
    Part.UNCONDITIONAL: optional(_destination),
    Part.BUSY: optional(_destination),
    Part.NO_REPLY: optional(_destination),
    Part.RING_SECONDS: optional(whole),
    Part.FOLLOW_ME: optional(text),
    Part.DO_NOT_DISTURB: flag,
}
_READERS: Final[Mapping[str, Reader[Any]]] = {
    "base": setting_from_json,
    "held": optional(text),
    "number": optional(whole),
    "number_seen": optional(whole),
    "claim": optional(text),
    "mode": optional(member(RedirectMode)),
    "wrote": setting_from_json,
    "taken": lambda stored: frozenset(listed(member(Part))(stored)),
    "asked": optional(instant),
    "seen": optional(instant),
    "answered": optional(instant),
    "echoes": listed(_echo),
    "own": listed(_own),
}
FIELDS: Final = frozenset(_READERS)
"""What this version stores of a ledger."""


def _time_to_json(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()


def taken_over(standing: ForwardingState, held: str | None) -> Ledger:
    """Return the ledger for a redirect that is a profile's, where none is left.

    ``standing``: what the phone system says. What the phone's own setting was is lost:
    every forward that stands, and do not disturb, counts as the profile's and ends with
    it. ``held``: the profile that holds the redirect now, if one does.
    """
    ours: dict[Part, Known[Value]] = {
        part: found
        for part, found in known(standing)
        if part is not Part.FOLLOW_ME and is_on(part, found)
    }
    return Ledger(
        base=changed(ForwardingState(), {part: off_value(part) for part in ours}),
        held=held if ours else None,
        wrote=changed(ForwardingState(), ours),
    )
