"""Translate SIP errors into driver errors."""

from collections.abc import Iterator
import contextlib
from typing import Final

from ..driver import (
    AuthenticationFailed,
    CertificateRejected,
    NotSupported,
    OutcomeUnknown,
    PermissionDenied,
    PhoneSystemError,
    Rejected,
    RetryLater,
    Unavailable,
)
from . import agent as sip


class PasswordMissing(PhoneSystemError):
    """Nobody has entered the SIP password of a person."""

    key = "password_missing"
    needs_person = True


UNKNOWN_THERE: Final = frozenset({404, 405, 415, 420, 484, 485, 489, 501, 604})
"""Statuses that mean that the server does not have this."""
FORBIDDEN: Final = frozenset({401, 402, 403, 407})
SERVER_ERRORS: Final = range(500, 600)


def translated(error: sip.SipError, *, writing: bool) -> PhoneSystemError:
    """Return the driver's error for one of the user agent's."""
    match error:
        case sip.AuthenticationFailed():
            return AuthenticationFailed("login refused")
        case sip.CertificateRefused():
            return CertificateRejected("certificate")
        case sip.NotSendable():
            return Rejected("number")
        case sip.NoAnswer() if writing:
            return OutcomeUnknown("no answer")
        case sip.Refused():
            return refusal(error.status, error.retry_after)
    return Unavailable(type(error).__name__)


def refusal(status: int, retry_after: int | None = None) -> PhoneSystemError:
    """Return what a final status says of what was asked."""
    if retry_after:
        return RetryLater(retry_after)
    if status in UNKNOWN_THERE:
        return NotSupported(f"status {status}")
    if status in FORBIDDEN:
        return PermissionDenied(f"SIP {status}")
    if status == 408 or status in SERVER_ERRORS:
        return Unavailable(f"status {status}")
    return Rejected(f"status {status}")


@contextlib.contextmanager
def translating(*, writing: bool = False) -> Iterator[None]:
    """Translate SIP errors raised inside into driver errors.

    ``writing``: what is sent changes something, so that no answer leaves open whether
    it did.
    """
    try:
        yield
    except sip.SipError as error:
        raise translated(error, writing=writing) from error
