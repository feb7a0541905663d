"""Translate AMI errors into driver errors."""

from collections.abc import Iterator
import contextlib
from typing import Final

from ..driver import (
    AuthenticationFailed,
    CertificateRejected,
    OutcomeUnknown,
    PermissionDenied,
    PhoneSystemError,
    Rejected,
    RuleMissing,
    Unavailable,
)
from .ami import (
    ActionFailed,
    AmiError,
    CertificateRefused,
    Denied,
    LoginRefused,
    NoAnswer,
    Refused,
)

CLASS_OF: Final = {
    "CoreSettings": "system",
    "DBDel": "system",
    "DBGet": "system",
    "DBGetTree": "system",
    "DBPut": "system",
    "DeviceStateList": "call",
    "ExtensionStateList": "call",
    "Originate": "originate",
    "QueueAdd": "agent",
    "QueuePause": "agent",
    "QueueRemove": "agent",
    "Setvar": "call",
    "ShowDialPlan": "reporting",
}
"""Which class of the ``write`` list in manager.conf an action needs."""


class VoicemailNotReached(RuleMissing):
    """What leads to a mailbox leads elsewhere in the dialplan; ``rule``: the code."""

    key = "voicemail_not_reached"


@contextlib.contextmanager
def translating(action: str) -> Iterator[None]:
    """Translate AMI errors raised inside into driver errors.

    The client's error is its cause.
    """
    try:
        yield
    except AmiError as error:
        raise translated(error, CLASS_OF.get(action, action)) from error
    except Refused as error:
        raise Rejected(str(error)) from error


def translated(error: AmiError, permission: str = "") -> PhoneSystemError:
    """Return a driver's error for one of the client's."""
    match error:
        case LoginRefused():
            return AuthenticationFailed("login refused")
        case CertificateRefused():
            return CertificateRejected("certificate")
        case Denied():
            return PermissionDenied(permission or str(error))
        case NoAnswer():
            return OutcomeUnknown("no answer")
        case ActionFailed():
            return Rejected("refused by the phone system")
        case _:
            return Unavailable(str(error))
