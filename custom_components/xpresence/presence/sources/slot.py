"""What a source says at one moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ..model import Claim, TraceEntry


@dataclass(frozen=True, slots=True)
class Slot:
    """A source's claims in its own order, and when it will say something else.

    ``refused``: what it would have claimed, and why not. ``change``: the first
    later instant at which the same facts make it say something else.
    """

    claims: tuple[Claim, ...] = ()
    refused: tuple[TraceEntry, ...] = ()
    change: datetime | None = None


NOTHING = Slot()


def earliest(times: Iterable[datetime | None], after: datetime) -> datetime | None:
    """Return the first of some instants that is still to come."""
    return min((t for t in times if t is not None and t > after), default=None)
