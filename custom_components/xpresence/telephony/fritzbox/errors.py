"""What the box's refusals mean (AVM, *TR-064 – First Steps*, chapter 6.1)."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from ..driver import (
    NotSupported,
    OutcomeUnknown,
    PermissionDenied,
    PhoneSystemError,
    Rejected,
    Unavailable,
)
from .soap import Fault

PHONE_RIGHT: Final = "phone"
"""*Voice messages, faxes, FRITZ!App Fon and call list* in the box's user page."""
UNKNOWN_ACTION: Final = 401
WRONG_ARGUMENTS: Final = frozenset({402, 600, 713, 714, 801, 802, 803})
NO_RIGHT: Final = 606
INTERNAL: Final = frozenset({501, 603, 820})
SECOND_FACTOR: Final = {866: "required", 867: "blocked", 868: "busy"}


class MeshSlave(NotSupported):
    """The box repeats another one's network; telephony is set up in that one."""


class NoTelephony(NotSupported):
    """The device has no telephony: a repeater, a modem, another maker's router."""


class ApplicationsDisabled(PermissionDenied):
    """*Allow access for applications* is switched off in the box."""


class SecondFactor(PermissionDenied):
    """The box wants somebody to confirm at the box itself.

    ``permission`` is ``required``, ``blocked`` (too many tries) or ``busy``
    (another confirmation is going on).
    """


class EntryKind(StrEnum):
    """What an entry of the box's list is, as its page calls it."""

    CALL_BLOCK = "call_block"
    DIVERSION = "call_diversion"


class ForeignEntryChanged(Rejected):
    """A write may have hit entries that are not ours, and they cannot be put back.

    Somebody changed the list in the box at the same moment, and what the entries were
    before cannot be told. ``entries`` names them: what each is, and its place in the
    list, from 1.
    """

    def __init__(self, entries: Sequence[tuple[EntryKind, int]]) -> None:
        """Keep which entries they are; the message has no telephone number in it."""
        super().__init__(", ".join(f"{kind.value} {place}" for kind, place in entries))
        self.entries = tuple(entries)


def translated(fault: Fault, *, writes: bool) -> PhoneSystemError:
    """Return a refusal by the box as an error of drivers."""
    if fault.code in SECOND_FACTOR:
        return SecondFactor(SECOND_FACTOR[fault.code])
    if fault.code == NO_RIGHT:
        return PermissionDenied(PHONE_RIGHT)
    if fault.code == UNKNOWN_ACTION:
        # Not a wrong login: that is HTTP's 401.
        return NotSupported("action")
    if fault.code in WRONG_ARGUMENTS:
        return Rejected(f"code {fault.code}")
    if fault.code in INTERNAL and writes:
        return OutcomeUnknown(f"code {fault.code}")
    return Unavailable(f"code {fault.code}")
