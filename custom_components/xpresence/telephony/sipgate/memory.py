"""Stored state of a line: entries that the driver created or switched off."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...presence.line import Destination, DestinationKind
from ...presence.stored import Malformed, fields, text

type Entry = tuple[str, int]
"""A forwarding's destination, as sipgate writes it, and its timeout in seconds."""
type Place = tuple[str, int, int]
"""An entry, and which of those that are the same it is, from 0."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What was done to one line's chain of forwardings, and to its devices.

    ``forwards``: per condition the entry that the driver made. ``silenced``: per
    condition the entries that were active before, and that it switched off; the first
    is what was read then. ``spelling``: per condition the destination as it was asked
    for. ``devices``: those that the driver set to *do not disturb*. ``line``: which line
    it is, for two people may share one.
    """

    forwards: Mapping[str, Entry] = field(default_factory=dict)
    silenced: Mapping[str, tuple[Place, ...]] = field(default_factory=dict)
    spelling: Mapping[str, Destination] = field(default_factory=dict)
    devices: frozenset[str] = frozenset()
    line: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return plain values for storing."""
        return {
            "forwards": {key: list(one) for key, one in self.forwards.items()},
            "silenced": {
                key: [list(one) for one in entries]
                for key, entries in self.silenced.items()
            },
            "spelling": {
                key: [one.kind.value, one.number] for key, one in self.spelling.items()
            },
            "devices": sorted(self.devices),
            "line": self.line,
        }


def memory_from_json(stored: Any) -> Memory:
    """Read what :meth:`Memory.to_json` returned.

    Raises:
        Malformed: it is damaged.
    """
    given = fields(stored)
    try:
        return Memory(
            {key: _entry(one) for key, one in fields(given["forwards"]).items()},
            {
                key: tuple(map(_place, entries))
                for key, entries in fields(given["silenced"]).items()
            },
            {
                key: Destination(DestinationKind(kind), str(number))
                for key, (kind, number) in fields(given["spelling"]).items()
            },
            frozenset(map(str, given["devices"])),
            text(given.get("line", "")),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Malformed from error


def _place(stored: Any) -> Place:
    destination, timeout, number = stored
    return str(destination), int(timeout), int(number)


def _entry(stored: Any) -> Entry:
    destination, timeout = stored
    return str(destination), int(timeout)
