"""What the driver remembers of a user: targets it wrote over, and how numbers are spelt."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...presence.stored import Malformed, fields


@dataclass(frozen=True, slots=True)
class Memory:
    """What stood before.

    ``kept``: a redirection's id → the destination that the user had entered there while
    it was off, and the one that was written over it. ``spelling``: a number as STARFACE
    spells it → as it was asked for.
    """

    kept: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    spelling: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {
            "kept": {key: list(pair) for key, pair in self.kept.items()},
            "spelling": dict(self.spelling),
        }


def memory_from_json(record: Any) -> Memory:
    """Read what was stored.

    Raises:
        Malformed: it is damaged.
    """
    given = fields(record)
    kept, spelling = given.get("kept"), given.get("spelling")
    if not isinstance(kept, dict) or not isinstance(spelling, dict):
        raise Malformed
    if not all(isinstance(pair, list) and len(pair) == 2 for pair in kept.values()):
        raise Malformed
    if not all(isinstance(asked, str) for asked in spelling.values()):
        raise Malformed
    return Memory(
        {str(key): (pair[0], pair[1]) for key, pair in kept.items()},
        {str(spelt): asked for spelt, asked in spelling.items()},
    )
