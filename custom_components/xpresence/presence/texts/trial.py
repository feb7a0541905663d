"""The result of a redirect test, in words."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "de": {
        "not_ended": "Gesetzt wurde sie, aber danach steht sie noch. Prüfe die Aktion, "
        "die eine Umleitung beendet.",
        "not_read": "Beide Aktionen liefen ohne Fehler. Ob Anrufe wirklich umgeleitet "
        "wurden, kann niemand zurücklesen: Es ist keine Entität dafür genannt.",
        "not_set": "Die Aktion lief ohne Fehler, aber danach steht keine Umleitung. "
        "Prüfe die Aktion und die Entität.",
        "works": "Es hat geklappt: gesetzt, zurückgelesen, beendet, zurückgelesen.",
        "works_target_unknown": "Es hat geklappt: gesetzt und beendet. Die Entität sagt, "
        "dass umgeleitet wird, aber nicht wohin.",
    },
    "en": {
        "not_ended": "It was set, but afterwards it still stands. Check the action that "
        "ends a redirect.",
        "not_read": "Both actions ran without an error. Whether calls were really "
        "redirected cannot be read back: no entity is named for it.",
        "not_set": "The action ran without an error, but no redirect stands afterwards. "
        "Check the action and the entity.",
        "works": "It worked: set, read back, ended, read back.",
        "works_target_unknown": "It worked: set and ended. The entity says that calls "
        "are redirected, but not whereto.",
    },
}


def trial_words(outcome: str, language: str) -> str:
    """Return a sentence; ``language``: ``de``, anything else is English."""
    return WORDS["de" if language.startswith("de") else "en"][outcome]
