"""Values of the office that a person may override while permitted.

A permission has a number, which goes up whenever the office takes it back. An own
value remembers the permissions it was chosen under, by name and number, and counts
only while all of them are given. So after a ban that was lifted again the office's
value holds until the person chooses anew: nothing silently comes back.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

type Permissions = Mapping[str, int]
"""Permissions that are given, each with its number."""


@dataclass(frozen=True, slots=True)
class UserOverride[T]:
    """A value that a person chose, and the permissions it was chosen under.

    What an administrator chose for the person rests on none, and always counts.
    """

    value: T
    rests_on: Permissions

    def counts(self, given: Permissions) -> bool:
        """Return whether every permission it was chosen under is still granted."""
        return all(given.get(name) == number for name, number in self.rests_on.items())


def holding[T](office: T, own: UserOverride[T] | None, given: Permissions) -> T:
    """Return the effective value: the override if it counts, else the office's."""
    return own.value if own is not None and own.counts(given) else office


def permissions(numbers: Permissions, allowed: Collection[str]) -> dict[str, int]:
    """Return the permissions that are given; one that was never taken has number 0."""
    return {name: numbers.get(name, 0) for name in sorted(allowed)}


def reissued(
    numbers: Permissions, before: Collection[str], after: Collection[str]
) -> dict[str, int]:
    """Return the numbers once the office allows ``after`` in place of ``before``."""
    taken = set(before) - set(after)
    return {
        name: numbers.get(name, 0) + (name in taken)
        for name in sorted(set(numbers) | taken)
    }
