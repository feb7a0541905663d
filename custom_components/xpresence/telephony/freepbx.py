"""FreePBX's conventions: which AstDB key means what, and which lamp goes with it.

Read in FreePBX 16's modules callforward, donotdisturb, findmefollow, queues and
voicemail. Mind the names: FreePBX's ``CFU`` is forwarding when *unavailable* or
unanswered, which ETSI and xpresence call CFNR; ETSI's CFU is FreePBX's ``CF``.
"""

from dataclasses import dataclass
import re
from typing import Final

from ..presence.line import UNKNOWN, Destination, DestinationKind, Known

DIALLABLE: Final = re.compile(r"[0-9*#+]{1,64}")
EXTENSION: Final = re.compile(r"[0-9]{1,20}")
VOICEMAIL_PREFIX: Final = "*"
"""FreePBX's feature code *directdialvoicemail*."""

FOLLOW_ME_ON: Final = "DIRECT"
FOLLOW_ME_OFF: Final = "EXTENSION"
OUTSIDE: Final = "#"
"""Ends an entry of a follow-me list that is dialled as it is."""


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature kept under ``family/extension``.

    ``lamp`` is the custom device state that phones light up with; ``lamp_off``
    what it says when the feature is off.
    """

    family: str
    lamp: str | None = None
    lamp_off: str = "NOT_INUSE"


FORWARDS: Final = {
    "unconditional": Feature("CF", "CF"),
    "busy": Feature("CFB"),
    "no_reply": Feature("CFU"),
}
DO_NOT_DISTURB: Final = Feature("DND", "DND", "UNAVAILABLE")
FOLLOW_ME: Final = Feature("AMPUSER", "FOLLOWME")
FAMILIES: Final = ("CF", "CFB", "CFU", "DND", "AMPUSER")
LAMPS: Final = ("CF", "DND", "FOLLOWME", "DEVCF", "DEVDND")


def dialled(destination: Destination) -> str:
    """Return what the dialplan dials.

    Raises:
        ValueError: nothing that may stand in the AstDB.
    """
    prefix = VOICEMAIL_PREFIX if destination.kind is DestinationKind.VOICEMAIL else ""
    number = prefix + destination.number
    if not DIALLABLE.fullmatch(number):
        raise ValueError("not diallable")
    return number


def destination(value: str | None) -> Known[Destination | None]:
    """Read what stands in the AstDB; what no telephone can dial is not known."""
    if not value:
        return None
    if not DIALLABLE.fullmatch(value):
        return UNKNOWN
    mailbox = value.removeprefix(VOICEMAIL_PREFIX)
    if mailbox != value and EXTENSION.fullmatch(mailbox):
        return Destination(DestinationKind.VOICEMAIL, mailbox)
    return Destination(DestinationKind.NUMBER, value)


def interface(extension: str) -> str:
    """Return the queue member of an extension."""
    return f"Local/{extension}@from-queue/n"


def is_interface_of(extension: str, member: str) -> bool:
    """Tell whether a queue member is this extension, however it is spelt."""
    return bool(
        re.fullmatch(
            rf"(?:Local/{extension}@from-(?:queue|internal)(?:/n)?"
            rf"|(?:PJSIP|SIP|IAX2|Agent)/{extension})",
            member,
            re.IGNORECASE,
        )
    )


def follow_me_number(extension: str, group: str) -> str:
    """Return the first number of a follow-me list that is not the desk itself."""
    for entry in group.split("-"):
        number = entry.removesuffix(OUTSIDE)
        if number and number != extension:
            return number
    return extension


def follow_me_list(extension: str, number: str) -> str:
    """Return a follow-me list that rings one number; outside ones are marked."""
    return number if len(number) <= len(extension) + 1 else number + OUTSIDE
