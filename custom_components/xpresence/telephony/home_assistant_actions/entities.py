"""Read a redirect from an entity's state."""

import re
from typing import Final

from ...presence.line import (
    TARGET_UNKNOWN,
    UNKNOWN,
    Destination,
    DestinationKind,
    Known,
)

DIALLABLE: Final = re.compile(r"[0-9*#+]{1,32}")
OFF_STATES: Final = frozenset(
    {"", "0", "-", "–", "—", "off", "none", "no", "false", "idle", "null"}
    | {"inactive", "disabled", "deactivated", "not_forwarded"}
    | {"aus", "nein", "kein", "keine", "inaktiv", "deaktiviert"}
    | {"non", "aucun", "aucune", "inactif", "désactivé"}
)
ON_STATES: Final = frozenset({"on", "true", "yes", "active"})
TELEPHONE_LINK: Final = "tel:"
PUNCTUATION: Final = str.maketrans(
    "", "", " -/().\u00a0\u2009\u202f\u2010\u2011\u2012\u2013"
)
"""What people write between digits, and no telephone dials."""
LONGEST_STATE: Final = 255


def destination(
    state: str | None, mailbox: str, kept: Known[Destination | None]
) -> Known[Destination | None]:
    """Return where calls go by an entity's state.

    Args:
        state: ``None`` while the entity has nothing to say.
        mailbox: the mailbox that *voicemail* means.
        kept: what was set last through the driver. A switch tells that calls are
            forwarded and not whereto: then they go where they were sent last. So does
            a text in which no number can be read, such as a name.
    """
    if state is None:
        return UNKNOWN
    word = state[:LONGEST_STATE].strip().casefold()
    if word in OFF_STATES:
        return None
    if word == DestinationKind.VOICEMAIL:
        return Destination(DestinationKind.VOICEMAIL, mailbox)
    number = word.removeprefix(TELEPHONE_LINK).translate(PUNCTUATION)
    if DIALLABLE.fullmatch(number):
        return Destination(DestinationKind.NUMBER, number)
    return kept if isinstance(kept, Destination) else TARGET_UNKNOWN


def switched(state: str | None) -> Known[bool]:
    """Return whether an entity is on, by its state."""
    word = None if state is None else state[:LONGEST_STATE].strip().casefold()
    if word in ON_STATES:
        return True
    if word in OFF_STATES:
        return False
    return UNKNOWN


def number(state: str | None, kept: Known[str | None]) -> Known[str | None]:
    """Return the number that an entity's state names, as for follow-me."""
    found = destination(state, "", UNKNOWN)
    if isinstance(found, Destination):
        if found.kind is DestinationKind.NUMBER:
            return found.number
        return kept if isinstance(kept, str) else UNKNOWN
    return found
