"""What exchangelib raises → what a calendar source raises."""

from typing import Final

from exchangelib.errors import (
    ErrorAccessDenied,
    ErrorAccountDisabled,
    ErrorFolderNotFound,
    ErrorImpersonateUserDenied,
    ErrorImpersonationDenied,
    ErrorImpersonationFailed,
    ErrorItemNotFound,
    ErrorMailboxLogonFailed,
    ErrorNonExistentMailbox,
    ErrorPasswordExpired,
    ErrorServerBusy,
    ErrorTimeoutExpired,
    ErrorUserNotAllowedByPolicy,
    EWSError,
    MalformedResponseError,
    RedirectError,
    UnauthorizedError,
)
from requests.exceptions import SSLError, Timeout

from ..source import (
    CertificateRejected,
    NotAllowed,
    SignInNeeded,
    SourceError,
    SourceUnavailable,
)
from ..tls import certificate_problem

KINDS: Final[tuple[tuple[type[Exception], type[SourceError], str], ...]] = (
    (UnauthorizedError, SignInNeeded, "wrong_password"),
    (ErrorPasswordExpired, SignInNeeded, "password_expired"),
    (ErrorAccountDisabled, SignInNeeded, "account_disabled"),
    (ErrorNonExistentMailbox, NotAllowed, "mailbox_unknown"),
    (ErrorImpersonateUserDenied, NotAllowed, "impersonation_denied"),
    (ErrorImpersonationDenied, NotAllowed, "impersonation_denied"),
    (ErrorImpersonationFailed, NotAllowed, "impersonation_denied"),
    (ErrorAccessDenied, NotAllowed, "not_allowed"),
    # A calendar that one may not see is, to Exchange, one that does not exist.
    (ErrorFolderNotFound, NotAllowed, "not_allowed"),
    (ErrorItemNotFound, NotAllowed, "not_allowed"),
    (ErrorMailboxLogonFailed, NotAllowed, "not_allowed"),
    (ErrorUserNotAllowedByPolicy, NotAllowed, "not_allowed"),
    (RedirectError, SourceUnavailable, "not_exchange"),
    (MalformedResponseError, SourceUnavailable, "not_exchange"),
)
"""exchangelib's error → ours, with its reason; the first that fits."""


def failure(error: Exception) -> SourceError:
    """Return the error in our words, without a name in it."""
    if isinstance(error, SourceError):
        return error
    if isinstance(error, ErrorServerBusy):
        return SourceUnavailable("busy", error.back_off)
    if isinstance(error, MalformedResponseError) and "Code: 403" in str(error):
        # exchangelib keeps the status in the text alone.
        return NotAllowed("not_allowed")
    for theirs, ours, reason in KINDS:
        if isinstance(error, theirs):
            return ours(reason)
    return _of_the_wire(error)


def _of_the_wire(error: Exception) -> SourceError:
    """Return what went wrong below EWS; exchangelib only keeps it as the context."""
    if problem := certificate_problem(error):
        return CertificateRejected(problem)
    origin = error.__context__
    if isinstance(origin, SSLError):
        return SourceUnavailable("not_encrypted")
    if isinstance(error, ErrorTimeoutExpired):
        slow = isinstance(origin, Timeout)
        return SourceUnavailable("too_slow" if slow else "unreachable")
    if isinstance(error, EWSError):
        return SourceUnavailable("server_error")
    return SourceUnavailable("answer_unreadable")
