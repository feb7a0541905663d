"""How a person is shared: their delegates, and who sees what they write.

There are several ways to the same right: the office makes somebody a delegate of one
person, or of everybody. The widest counts. The person may narrow what came of it, if
the office lets them; a delegate is a delegate in one direction only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from .policy import DEFAULT_POLICY, Grade, Permission, Policy, Tier

type Grades = Mapping[str, frozenset[Grade]]
"""Home Assistant persons, each with what they were made delegate for."""

NOTHING: Final[frozenset[Grade]] = frozenset()
EVERYTHING: Final = frozenset(Grade)
DEFAULT_SUBJECTS: Final = Tier.DELEGATE
DEFAULT_INFO_TEXT: Final = Tier.TEAM
"""An info text is what colleagues read."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """Who may do something for one person, and who sees what of them.

    ``person`` and ``office``: the delegates that the office named for this person, and
    for everybody. ``narrowed``: what the person leaves of it, delegate by delegate; who
    is not named there keeps everything. ``subjects`` and ``info_text``: who sees the
    subjects of appointments, and the info text. ``satellites``: the devices that speak
    for the person.
    """

    person: Grades = field(default_factory=dict)
    office: Grades = field(default_factory=dict)
    narrowed: Grades = field(default_factory=dict)
    subjects: Tier = DEFAULT_SUBJECTS
    info_text: Tier = DEFAULT_INFO_TEXT
    satellites: frozenset[str] = frozenset()

    def grades(self, delegate: str) -> frozenset[Grade]:
        """Return what somebody may do for the person."""
        widest = self.person.get(delegate, NOTHING) | self.office.get(delegate, NOTHING)
        return widest & self.narrowed.get(delegate, EVERYTHING)

    @property
    def delegates(self) -> tuple[str, ...]:
        """Return everybody who is a delegate in some way, narrowed or not."""
        return tuple(sorted({*self.person, *self.office}))

    def tier(self, permission: Permission) -> Tier:
        """Return who may see what a permission to see is about."""
        if permission is Permission.SEE_INFO_TEXT:
            return self.info_text
        return self.subjects


UNSHARED: Final = Sharing(subjects=Tier.OWNER, info_text=Tier.OWNER)
"""Of somebody whose settings are gone."""


@dataclass(frozen=True, slots=True)
class Access:
    """Who may do what in one office: its policy, and how each person is shared."""

    policy: Policy = DEFAULT_POLICY
    sharing: Mapping[str, Sharing] = field(default_factory=dict)
    """By person's id."""

    def of(self, person_id: str) -> Sharing:
        """Return how a person is shared."""
        return self.sharing.get(person_id, UNSHARED)


DEFAULT_ACCESS: Final = Access()
