"""Sources of claims: one module a source, each with a function ``claims``."""

from .slot import Slot

__all__ = ["Slot"]
