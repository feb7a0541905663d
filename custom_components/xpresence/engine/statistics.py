"""How fast redirects were set of late, and what had to be tried again.

Kept in memory since Home Assistant started, bounded, and without anybody: times,
counts and the names of errors.
"""

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any, Final

KEPT: Final = 100
"""Switches whose times are kept: the last ones."""


@dataclass(frozen=True, slots=True)
class Switch:
    """One redirect that the phone system followed."""

    seconds: float
    """From when it was asked for until it was read back."""
    tries: int
    """Turns that it took; 1: it was set at once."""


@dataclass(slots=True)
class SwitchStatistics:
    """The redirects of one phone system as they were set."""

    switches: deque[Switch] = field(default_factory=lambda: deque(maxlen=KEPT))
    total: int = 0
    """Switches since the start, the forgotten ones included."""
    retried: int = 0
    """Those of them that were not set at once."""
    failures: Counter[str] = field(default_factory=Counter)
    """Turns that failed while the phone system was connected, by the error's key."""

    listeners: list[Callable[[], None]] = field(default_factory=list)
    """Called after each switch."""

    def followed(self, seconds: float, tries: int) -> None:
        """Count a redirect that was set."""
        self.switches.append(Switch(seconds, tries))
        self.total += 1
        self.retried += tries > 1
        for listener in tuple(self.listeners):
            listener()

    def failed(self, key: str) -> None:
        """Count a turn after which the phone system does not follow yet."""
        self.failures[key] += 1

    def summary(self) -> Mapping[str, Any]:
        """Return the times of the last switches in milliseconds, and the counts."""
        times = [one.seconds for one in self.switches]
        return {
            "counted": len(times),
            "p50_ms": _milliseconds(percentile(times, 50)),
            "p95_ms": _milliseconds(percentile(times, 95)),
            "slowest_ms": _milliseconds(max(times, default=None)),
            "total": self.total,
            "retried": self.retried,
            "failed_turns": dict(sorted(self.failures.items())),
        }


def percentile(values: Sequence[float], percent: float) -> float | None:
    """Return the value that so many percent do not exceed (nearest rank)."""
    if not values:
        return None
    rank = max(1, ceil(len(values) * percent / 100))
    return sorted(values)[rank - 1]


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(1000 * seconds, 1)
