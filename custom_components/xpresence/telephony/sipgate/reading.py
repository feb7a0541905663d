"""What sipgate answers about a person's voicemails and devices, as far as it is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..driver import Unavailable

MOST_DEVICES: Final = 50
"""Of one person; more are not looked at."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What sipgate says of a person's line."""

    items: list[dict[str, Any]]
    voicemails: tuple[str, ...]
    devices: Mapping[str, bool]
    """Device → whether it is not to be disturbed; empty: none may be read."""


def ids(answer: Any) -> list[str]:
    """Return the ids of an answer's items, as far as they are some."""
    items = answer.get("items") if isinstance(answer, dict) else None
    if not isinstance(items, list):
        raise Unavailable("no list")
    return [
        item["id"]
        for item in items[:MOST_DEVICES]
        if isinstance(item, dict) and isinstance(item.get("id"), str)
    ]


def devices(answer: Any) -> dict[str, bool]:
    """Return whether each device is not to be disturbed."""
    known = set(ids(answer))
    return {
        item["id"]: item["dnd"]
        for item in answer["items"][:MOST_DEVICES]
        if isinstance(item, dict)
        and item.get("id") in known
        and isinstance(item.get("dnd"), bool)
    }
