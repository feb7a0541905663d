"""The result of a redirect test, in words."""

from . import Texts


def trial_words(outcome: str, texts: Texts) -> str:
    """Return a sentence; ``texts``: the phrases of the reader's language."""
    return texts["trial"][outcome]
