"""Delegates of a person, and what each of them may do.

There are several ways to the same right: the office makes somebody a delegate of one
person, or of everybody. The widest counts. The person may narrow what came of it, if
the office lets them; a delegate is a delegate in one direction only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .policy import Grade
from .revocation import Permissions, UserOverride, holding

type Grades = Mapping[str, frozenset[Grade]]
"""Home Assistant persons, each with what they were made delegate for."""

NOTHING: frozenset[Grade] = frozenset()
EVERYTHING = frozenset(Grade)


@dataclass(frozen=True, slots=True)
class Sharing:
    """The delegates of one person.

    ``narrowed``: what the person leaves of it, delegate by delegate; who is not
    named there keeps everything. ``given``: what the office lets the person do.
    """

    person: Grades = field(default_factory=dict)
    office: Grades = field(default_factory=dict)
    narrowed: UserOverride[Grades] | None = None
    given: Permissions = field(default_factory=dict)

    def grades(self, delegate: str) -> frozenset[Grade]:
        """Return what somebody may do for the person."""
        widest = self.person.get(delegate, NOTHING) | self.office.get(delegate, NOTHING)
        left = holding({}, self.narrowed, self.given)
        return widest & left.get(delegate, EVERYTHING)

    @property
    def delegates(self) -> tuple[str, ...]:
        """Return everybody who is a delegate in some way, narrowed or not."""
        return tuple(sorted({*self.person, *self.office}))
