"""What an office gives and a person may change: the office's value, or the own one.

A permission has a number, which goes up whenever the office takes it back. An own
value remembers the permission it was chosen under and counts only under that one. So
after a ban that was lifted again the office's value holds until the person chooses
anew: nothing silently comes back.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Own[T]:
    """A value that a person chose, and the permission it was chosen under."""

    value: T
    permission: int


def holding[T](office: T, own: Own[T] | None, permission: int | None) -> T:
    """Return the value that holds; ``permission`` is ``None`` while it is taken."""
    if own is None or permission is None or own.permission != permission:
        return office
    return own.value


def reissued(
    numbers: Mapping[str, int], before: Collection[str], after: Collection[str]
) -> dict[str, int]:
    """Return the numbers once the office allows ``after`` in place of ``before``."""
    taken = set(before) - set(after)
    return {
        name: numbers.get(name, 0) + (name in taken)
        for name in sorted(set(numbers) | taken)
    }
