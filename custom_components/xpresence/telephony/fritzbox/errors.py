"""What the box's refusals mean (AVM, *TR-064 – First Steps*, chapter 6.1).

Each class has words of its own, in the terms of the box's pages, because somebody has
to do something there.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Final, override

from ...presence.line import Condition
from ..driver import (
    CertificateRejected,
    NotSupported,
    OutcomeUnknown,
    PermissionDenied,
    PhoneSystemError,
    Rejected,
    RetryLater,
    RuleMissing,
    SecondFactorRequired,
    Unavailable,
)
from .soap import Fault

PHONE_RIGHT: Final = "phone"
WRONG_ARGUMENTS: Final = frozenset({402, 600, 713, 714, 801, 802, 803})
INTERNAL: Final = frozenset({501, 603, 820})
TOO_MANY: Final = 60.0
"""Seconds until a box that was asked too often without a login is asked again."""


class MeshSlave(NotSupported):
    """The box repeats another one's network; telephony is set up in that one."""

    key = "fritzbox_mesh_slave"


class NoTelephony(NotSupported):
    """The device has no telephony: a repeater, a modem, another maker's router."""

    key = "fritzbox_no_telephony"


class ApplicationsDisabled(PermissionDenied):
    """*Allow access for applications* is switched off in the box."""

    key = "fritzbox_applications_disabled"

    def __init__(self) -> None:
        """Name the setting."""
        super().__init__("applications")


class PhoneRightMissing(PermissionDenied):
    """The box's user may not see voice messages, faxes and the call list."""

    key = "fritzbox_phone_right"

    def __init__(self) -> None:
        """Name the right."""
        super().__init__(PHONE_RIGHT)


class CertificateChanged(CertificateRejected):
    """The box shows another certificate than when it was first seen."""

    key = "fritzbox_certificate_changed"


class SecondFactorBlocked(SecondFactorRequired):
    """Too many confirmations failed; the box takes none for a while."""

    key = "fritzbox_second_factor_blocked"


class SecondFactorBusy(SecondFactorRequired):
    """Somebody else is confirming something at the box."""

    key = "fritzbox_second_factor_busy"


class RuleMissingAtOnce(RuleMissing):
    """No rule diverts the line's calls to this target at once."""

    key = "fritzbox_rule_unconditional"

    def __init__(self) -> None:
        """Name the condition."""
        super().__init__(Condition.UNCONDITIONAL.value)


class RuleMissingBusy(RuleMissing):
    """No rule diverts the line's calls to this target when it is busy."""

    key = "fritzbox_rule_busy"

    def __init__(self) -> None:
        """Name the condition."""
        super().__init__(Condition.BUSY.value)


class RuleMissingNoReply(RuleMissing):
    """No rule diverts the line's calls to this target when nobody answers."""

    key = "fritzbox_rule_no_reply"

    def __init__(self) -> None:
        """Name the condition."""
        super().__init__(Condition.NO_REPLY.value)


RULES_MISSING: Final[Mapping[Condition, Callable[[], RuleMissing]]] = {
    Condition.UNCONDITIONAL: RuleMissingAtOnce,
    Condition.BUSY: RuleMissingBusy,
    Condition.NO_REPLY: RuleMissingNoReply,
}


class OtherMailbox(Rejected):
    """A voicemail was asked for that is not the person's own."""

    key = "fritzbox_mailbox"
    needs_person = True
    try_again = True


class RuleForAll(Rejected):
    """A rule for all numbers diverts this line too; it is never switched."""

    key = "fritzbox_rule_for_all"
    needs_person = True
    try_again = True


class EntryKind(StrEnum):
    """What an entry of the box's list is."""

    CALL_BLOCK = "call_block"
    DIVERSION = "call_diversion"


class ForeignEntryChanged(Rejected):
    """A write may have hit entries that are not ours, and they cannot be put back.

    Somebody changed the list in the box at the same moment, and what the entries were
    before cannot be told. ``entries`` names them: what each is, and its place in the
    list, from 1.
    """

    key = "fritzbox_foreign_entry"
    needs_person = True
    try_again = True

    def __init__(self, entries: Sequence[tuple[EntryKind, int]]) -> None:
        """Keep which entries they are; the message has no telephone number in it."""
        super().__init__(", ".join(f"{kind.value} {place}" for kind, place in entries))
        self.entries = tuple(entries)

    @property
    @override
    def placeholders(self) -> dict[str, str]:
        """Return the places in the list."""
        return {"places": ", ".join(str(place) for _, place in self.entries)}


def translated(fault: Fault, *, writes: bool) -> PhoneSystemError:
    """Return a refusal by the box as an error of drivers."""
    match fault.code:
        case 866:
            return SecondFactorRequired("required")
        case 867:
            return SecondFactorBlocked("blocked")
        case 868:
            return SecondFactorBusy("busy")
        case 606:
            return PhoneRightMissing()
        case 401:
            # Not a wrong login: that is HTTP's 401.
            return NotSupported("action")
    if fault.code in WRONG_ARGUMENTS:
        return Rejected(f"code {fault.code}")
    if fault.code in INTERNAL and writes:
        return OutcomeUnknown(f"code {fault.code}")
    return Unavailable(f"code {fault.code}")


def too_many_requests() -> PhoneSystemError:
    """Return what 503 means: too many requests without a login (First Steps, 4.1.1)."""
    return RetryLater(TOO_MANY)
