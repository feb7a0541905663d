"""How often a test repeats itself: less with every change, more every night."""

import os
from typing import Final

from hypothesis import settings

NIGHTLY: Final = bool(os.environ.get("XPRESENCE_NIGHTLY"))
"""Set by script/nightly."""


def times(usual: int, nightly: int) -> int:
    """Return how often a test does what it does."""
    return nightly if NIGHTLY else usual


def fewer(share: int) -> settings:
    """Let a test whose examples take long try one of so many."""
    return settings(max_examples=max(10, settings().max_examples // share))
