"""Sentences on what a phone system cannot do with redirects."""

from typing import Final

from ..line import Condition
from ..redirect.parts import Part, RedirectCapabilities, TargetChoice
from . import Texts

CARRIED: Final = (TargetChoice.NONE, TargetChoice.STATUS)
"""Where calls go is set in the phone system, voicemail included."""


def limits_words(capabilities: RedirectCapabilities, texts: Texts) -> str:
    """Return sentences on what cannot be had; empty where everything can.

    ``texts``: the phrases of the reader's language.
    """
    words = texts["limits"]

    def those(conditions: list[Condition]) -> str:
        return ", ".join(words[one.value] for one in conditions)

    can = [one for one in Condition if Part(one.value) in capabilities.writable]
    cannot = [one for one in Condition if one not in can]
    said = [words["cannot"].format(conditions=those(cannot))] if cannot else []
    for choice in (TargetChoice.LIST, TargetChoice.STATUS, TargetChoice.NONE):
        limited = [one for one in can if capabilities.targets_of(one).choice is choice]
        if limited:
            said.append(words[choice.value].format(conditions=those(limited)))
    chosen = [one for one in can if capabilities.targets_of(one).choice not in CARRIED]
    if chosen and not any(capabilities.targets_of(one).voicemail for one in chosen):
        said.append(words["no_voicemail"])
    if Condition.NO_REPLY in can and capabilities.ring_time.about is not None:
        said.append(words["ring"].format(seconds=capabilities.ring_time.about))
    return " ".join(said)
