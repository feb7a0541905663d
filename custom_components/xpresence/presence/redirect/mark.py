"""Whether a phone system remembers what it was last asked for.

A phone system that can keep a note holds, per person and config entry, the number of
the last write; the ledger holds it too. Equal: what differs was dialled. Missing or
older than it once was: the phone system forgot, and what is ours is asked for again,
whatever its age. Newer: our own memory is old, or another Home Assistant writes; then
nothing is written until somebody says which of the two is right.

A ledger without a number, from before or from a phone system without a note, is not
judged by it.
"""

from dataclasses import replace
from enum import StrEnum

from ..line import UNKNOWN, ForwardingState, Known
from .ledger import Ledger
from .parts import Part, Value, changed, known, value


class Memory(StrEnum):
    """The result of comparing the phone system's number with the ledger's."""

    TRUSTED = "trusted"
    FORGOT = "forgot"
    NEWER = "newer"


def judged(ledger: Ledger, number: int | None) -> Memory:
    """Compare the phone system's number with the ledger's.

    One between what was seen there last and what was asked for since is that of a
    write without an answer, which is told from others by its echo.
    """
    if ledger.number is None:
        return Memory.TRUSTED
    if number is not None and number > ledger.number:
        return Memory.NEWER
    if ledger.number_seen is not None and (number or 0) < ledger.number_seen:
        return Memory.FORGOT
    return Memory.TRUSTED


def noted(ledger: Ledger, number: int | None) -> Ledger:
    """Remember the number that the phone system said."""
    if ledger.number is None or number == ledger.number_seen:
        return ledger
    return replace(ledger, number_seen=number or 0)


def numbered(ledger: Ledger, number: int | None) -> Ledger:
    """Give the next write its number."""
    return replace(ledger, number=max(ledger.number or 0, number or 0) + 1)


def forgotten(
    ledger: Ledger, reading: ForwardingState, number: int | None
) -> tuple[Ledger, frozenset[Part]]:
    """Write again what profiles hold, and own redirects.

    Returns:
        The ledger, and the parts that the phone system says otherwise.
    """
    base: dict[Part, Known[Value]] = dict(known(ledger.base))
    asked: dict[Part, Known[Value]] = dict(known(ledger.wrote))
    for own in ledger.own:
        for part, mine in known(own.forwarding):
            if part not in base:
                base[part] = asked[part] = mine
    lost = frozenset(
        part
        for part in base
        if (found := value(reading, part)) is not UNKNOWN and found != asked.get(part)
    )
    says = {part: value(reading, part) for part in base}
    known_now = {part: found for part, found in says.items() if found is not UNKNOWN}
    return (
        replace(
            ledger,
            base=changed(ledger.base, base),
            wrote=changed(ledger.wrote, known_now),
            echoes=(),
            number=max(ledger.number or 0, number or 0),
            number_seen=number or 0,
        ),
        lost,
    )


def adopted(number: int | None) -> Ledger:
    """Return an empty ledger: the present state counts as the phone's own setting."""
    return Ledger(number=number or 0, number_seen=number or 0)


def without_what_was_dialled(ledger: Ledger, reading: ForwardingState) -> Ledger:
    """Drop own redirects in whose place something else was dialled since.

    Only parts without a base are checked: the others are compared by the plan.
    """
    kept_ones = []
    for one in ledger.own:
        kept = {
            part: mine
            for part, mine in known(one.forwarding)
            if value(ledger.base, part) is not UNKNOWN
            or value(reading, part) in (mine, UNKNOWN)
        }
        if kept:
            left = changed(ForwardingState(), kept)
            kept_ones.append(replace(one, forwarding=left))
    own = tuple(kept_ones)
    return ledger if own == ledger.own else replace(ledger, own=own)
