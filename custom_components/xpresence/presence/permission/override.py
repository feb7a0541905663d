"""Values of the office that a person may override while permitted.

An override remembers, by name, the permissions it was chosen under. Whoever takes one
of them back drops the override with it (:mod:`~...settings.revocation`), so after a ban
that was lifted again the office's value holds until the person chooses anew.
"""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UserOverride[T]:
    """A value that a person chose, and the permissions it was chosen under.

    What an administrator chose for the person needs none, and always counts.
    """

    value: T
    granted_by: frozenset[str] = frozenset()

    def is_granted(self, granted: Collection[str]) -> bool:
        """Return whether every permission it was chosen under is granted."""
        return self.granted_by.issubset(granted)


def effective_value[T](
    office: T, override: UserOverride[T] | None, granted: Collection[str]
) -> T:
    """Return the override's value if it is granted, else the office's."""
    if override is not None and override.is_granted(granted):
        return override.value
    return office
