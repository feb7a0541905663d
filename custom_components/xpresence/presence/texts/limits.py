"""Sentences on what a phone system cannot do with redirects."""

from collections.abc import Mapping
from typing import Final

from ..line import Condition
from ..redirect.parts import Part, RedirectCapabilities, TargetChoice

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "de": {
        "busy": "bei Besetzt",
        "cannot": "Deine Telefonanlage leitet nicht um: {conditions}.",
        "list": "Als Ziel geht nur, was dort angelegt ist ({conditions}).",
        "no_reply": "bei Nichtmelden",
        "no_voicemail": "Eine Voicemail kann kein Ziel sein.",
        "none": "Wohin es geht, ist dort eingestellt ({conditions}).",
        "ring": "Wie lange es vorher klingelt, gibt sie vor: etwa {seconds} s.",
        "unconditional": "immer",
    },
    "en": {
        "busy": "when busy",
        "cannot": "Your phone system does not redirect: {conditions}.",
        "list": "Only what is set up there can be a target ({conditions}).",
        "no_reply": "when not answered",
        "no_voicemail": "Voicemail cannot be a target.",
        "none": "Where calls go is set there ({conditions}).",
        "ring": "How long it rings before is up to it: about {seconds} s.",
        "unconditional": "always",
    },
}


def limits_words(capabilities: RedirectCapabilities, language: str) -> str:
    """Return sentences on what cannot be had; empty where everything can.

    ``language``: ``de``; anything else is English.
    """
    words = WORDS["de" if language.startswith("de") else "en"]

    def those(conditions: list[Condition]) -> str:
        return ", ".join(words[one.value] for one in conditions)

    can = [one for one in Condition if Part(one.value) in capabilities.writable]
    cannot = [one for one in Condition if one not in can]
    said = [words["cannot"].format(conditions=those(cannot))] if cannot else []
    for choice in (TargetChoice.LIST, TargetChoice.NONE):
        limited = [one for one in can if capabilities.targets_of(one).choice is choice]
        if limited:
            said.append(words[choice.value].format(conditions=those(limited)))
    chosen = [
        one
        for one in can
        if capabilities.targets_of(one).choice is not TargetChoice.NONE
    ]
    if chosen and not any(capabilities.targets_of(one).voicemail for one in chosen):
        said.append(words["no_voicemail"])
    if Condition.NO_REPLY in can and capabilities.ring_time.about is not None:
        said.append(words["ring"].format(seconds=capabilities.ring_time.about))
    return " ".join(said)
