"""Ownership of a redirect's parts: the profile that set it, or the person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from ..line import UNKNOWN, ForwardingState, Known
from .ledger import Echo, Ledger
from .parts import (
    Part,
    RedirectCapabilities,
    Value,
    changed,
    is_on,
    known,
    off_value,
    only,
    value,
)

MOST_ECHOES: Final = 16
"""Maximum number kept, for a phone system that refuses writes for hours."""


class EventKind(StrEnum):
    """What a plan detected."""

    CHANGED_AT_PHONE = "changed_at_phone"
    """A person changed a part at the phone, and keeps it."""
    OVERRULED = "overruled"
    """A person changed a part at the phone, and the office's rule sets it back."""
    WRITE_LOST = "write_lost"
    """The phone system forgot a write, or an old one landed late."""
    NOT_RESTORED = "not_restored"
    """The earlier redirect had an unknown target, cannot be restored, and is off."""
    FORGOTTEN = "forgotten"
    """The phone system forgot what it was asked for, however long ago."""
    NEWER = "newer"
    """The phone system knows of later writes than we do: nothing is written."""
    OWN_ENDED = "own_ended"
    """A person's own redirect reached its end time."""


@dataclass(frozen=True, slots=True)
class Event:
    """A detected event, and the parts it is about."""

    kind: EventKind
    parts: frozenset[Part]


def hand_over(
    ledger: Ledger, parts: Mapping[Part, Value], says: ForwardingState
) -> Ledger:
    """Make parts the person's: the new base, which no profile touches any more.

    ``says``: their present values on the phone. The profile keeps its other parts,
    unless none of them sends calls away, or the person turned follow-me on: then the
    profile releases every part until another claim decides. A person's own unconditional forward takes the place of a follow-me
    that the profile had suspended; that stays off.
    """
    if not parts:
        return ledger
    base: dict[Part, Known[Value]] = dict(parts)
    if (
        ledger.held is not None
        and is_on(Part.UNCONDITIONAL, base.get(Part.UNCONDITIONAL))
        and Part.FOLLOW_ME not in base
        and ledger.base.follow_me is not UNKNOWN
    ):
        base[Part.FOLLOW_ME] = None
    taken = ledger.taken | base.keys()
    held = ledger.held
    left = any(
        is_on(part, found)
        for part, found in known(ledger.wrote)
        if part not in taken and value(ledger.base, part) is not UNKNOWN
    )
    if not left or is_on(Part.FOLLOW_ME, base.get(Part.FOLLOW_ME)):
        held = None
    return replace(
        ledger,
        base=changed(ledger.base, base),
        held=held,
        taken=taken,
        wrote=changed(ledger.wrote, {part: value(says, part) for part in parts}),
        echoes=may_land_late(ledger, parts),
    )


def may_land_late(ledger: Ledger, parts: Iterable[Part]) -> tuple[Echo, ...]:
    """Return the echoes once these parts are asked for anew."""
    if ledger.asked is None or ledger.seen is not None or ledger.answered is not None:
        return ledger.echoes
    return with_echo(ledger.echoes, only(ledger.wrote, parts), ledger.asked, sent=True)


def with_echo(
    echoes: tuple[Echo, ...],
    forwarding: ForwardingState,
    asked: datetime,
    *,
    sent: bool,
) -> tuple[Echo, ...]:
    """Return the echoes with one more: the newest that was asked for like that."""
    if forwarding == ForwardingState():
        return echoes
    others = tuple(e for e in echoes if (e.forwarding, e.sent) != (forwarding, sent))
    return (*others, Echo(forwarding, asked, sent))[-MOST_ECHOES:]


def says(
    part: Part,
    reading: ForwardingState,
    ledger: Ledger,
    capabilities: RedirectCapabilities,
) -> Known[Value]:
    """Return what the phone says, or is believed to where it cannot be read."""
    if part in capabilities.readable:
        return value(reading, part)
    believed = value(ledger.wrote, part)
    return off_value(part) if believed is UNKNOWN else believed
