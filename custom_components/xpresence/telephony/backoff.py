"""How long to wait before a server is tried again; the one rule of every client here."""

from collections.abc import Callable
from dataclasses import dataclass, field
import random
from typing import Final

JITTER: Final = (0.8, 1.2)


def _jitter() -> float:
    return random.uniform(*JITTER)


@dataclass(slots=True)
class Backoff:
    """Waits that double after each failure, up to a limit.

    ``first`` and ``most``: seconds. ``jitter`` returns a factor, which keeps clients
    that lost the same server from coming back at the same moment.
    """

    first: float
    most: float
    jitter: Callable[[], float] = _jitter
    next: float = field(init=False)
    """Seconds of the next wait, without jitter; may be set to another value."""

    def __post_init__(self) -> None:
        """Begin with the first wait."""
        self.next = self.first

    def wait(self, at_least: float = 0.0) -> float:
        """Return how many seconds to wait now; the wait after it is longer.

        ``at_least``: what the server asked for.
        """
        seconds = max(self.next, at_least) * self.jitter()
        self.next = min(2 * self.next, self.most)
        # Never sooner than the server asked for.
        return max(seconds, at_least)

    def reset(self) -> None:
        """Begin with the first wait again, after a success."""
        self.next = self.first
