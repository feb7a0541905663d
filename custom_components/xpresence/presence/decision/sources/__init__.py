"""Who may claim a profile: one file a source, each a function of the same shape."""

from .slot import Slot

__all__ = ["Slot"]
