"""What xpresence remembers of a redirect, so that no crash can lose it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..line import Destination, DestinationKind, ForwardingState, Known
from ..model import RedirectMode
from .parts import Part, Value, changed, known


@dataclass(frozen=True, slots=True)
class Echo:
    """What the phone system may fall back to through a fault, not by a person.

    ``sent``: one of our own writes without an answer, which may land late;
    otherwise the state before a write that has not settled yet.
    """

    forwarding: ForwardingState
    asked: datetime
    sent: bool


@dataclass(frozen=True, slots=True)
class OwnRedirect:
    """A person's own redirect through xpresence.

    ``before`` comes back at ``until``; without an end it says nothing.
    """

    forwarding: ForwardingState
    before: ForwardingState = field(default_factory=ForwardingState)
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """What must survive a crash; stored before anything is written.

    ``base``: for each part that xpresence answers for, what the phone's own setting
    was; ``UNKNOWN`` parts are none of its business. ``held``: the profile that holds
    the redirect; ``claim`` and ``mode``: what decided it when last applied. ``wrote``:
    what the phone system was last asked for (for a phone system that cannot be
    read, kept for good). ``taken``: parts that a person took over under this claim.
    ``asked``/``seen``/``answered``: when it was asked for, first read back, and
    said to be done.
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
                }
                for own in self.own
            ],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Ledger:
        """Read what :meth:`to_json` stored.

        Raises:
            KeyError, TypeError, ValueError: it is not a stored ledger.
        """
        return cls(
            base=_setting_from_json(stored["base"]),
            held=stored["held"],
            claim=stored["claim"],
            mode=None if stored["mode"] is None else RedirectMode(stored["mode"]),
            wrote=_setting_from_json(stored["wrote"]),
            taken=frozenset(Part(name) for name in stored["taken"]),
            asked=_time_from_json(stored["asked"]),
            seen=_time_from_json(stored["seen"]),
            answered=_time_from_json(stored["answered"]),
            echoes=tuple(
                Echo(
                    _setting_from_json(echo["setting"]),
                    datetime.fromisoformat(echo["asked"]),
                    bool(echo["sent"]),
                )
                for echo in stored["echoes"]
            ),
            own=tuple(
                OwnRedirect(
                    _setting_from_json(own["setting"]),
                    _setting_from_json(own["before"]),
                    _time_from_json(own["until"]),
                )
                for own in stored["own"]
            ),
        )


def _setting_to_json(forwarding: ForwardingState) -> dict[str, Any]:
    return {
        part.value: {"kind": found.kind.value, "number": found.number}
        if isinstance(found, Destination)
        else found
        for part, found in known(forwarding)
    }


def _setting_from_json(stored: Mapping[str, Any]) -> ForwardingState:
    values: dict[Part, Known[Value]] = {}
    for name, found in stored.items():
        values[Part(name)] = (
            Destination(DestinationKind(found["kind"]), found["number"])
            if isinstance(found, dict)
            else found
        )
    return changed(ForwardingState(), values)


def _time_to_json(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()


def _time_from_json(stored: str | None) -> datetime | None:
    return None if stored is None else datetime.fromisoformat(stored)
