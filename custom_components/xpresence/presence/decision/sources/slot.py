"""The claims of a source at one instant."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import wraps

from ...model import Claim, Facts, Office, Person


@dataclass(frozen=True, slots=True)
class Slot:
    """A source's claims in its own order, and when it will say something else.

    ``change``: the first later instant at which the same facts make it say
    something else.
    """

    claims: tuple[Claim, ...] = ()
    change: datetime | None = None


NOTHING = Slot()


def earliest(times: Iterable[datetime | None], after: datetime) -> datetime | None:
    """Return the first of some instants that is still to come."""
    return min((t for t in times if t is not None and t > after), default=None)


type Claims = Callable[[Office, Person, Facts, datetime], Slot]


def exact(claims: Claims) -> Claims:
    """Wrap a source so that ``change`` is the first instant with other claims.

    Instants at which the claims stay the same are skipped, which avoids useless
    timers.
    """

    @wraps(claims)
    def exactly(office: Office, person: Person, facts: Facts, now: datetime) -> Slot:
        slot = claims(office, person, facts, now)
        change = slot.change
        while change is not None:
            later = claims(office, person, facts, change)
            if later.claims != slot.claims:
                break
            change = later.change
        return replace(slot, change=change)

    return exactly
