"""How much memory Python's objects take while something is done."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
import tracemalloc


@dataclass(slots=True)
class Peak:
    """The most bytes above what was taken before."""

    most: int = 0


@contextmanager
def peak() -> Iterator[Peak]:
    """Measure the peak of what is allocated meanwhile."""
    found = Peak()
    tracemalloc.start()
    try:
        yield found
    finally:
        found.most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
