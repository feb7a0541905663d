"""How a calendar source runs what blocks."""

from collections.abc import Awaitable, Callable
from typing import Protocol


class Execute(Protocol):
    """Runs what blocks where it may, such as in Home Assistant's executor."""

    def __call__[T](self, job: Callable[[], T], /) -> Awaitable[T]:
        """Run it in another thread."""
