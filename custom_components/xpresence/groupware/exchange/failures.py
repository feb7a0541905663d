"""Translate exchangelib's exceptions into those of a calendar source."""

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
    ErrorMailboxMoveInProgress,
    ErrorMailboxStoreUnavailable,
    ErrorMailRecipientNotFound,
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
    (ErrorPasswordExpired, SignInNeeded, "password_expired"),
    (ErrorAccountDisabled, SignInNeeded, "account_disabled"),
    (ErrorNonExistentMailbox, NotAllowed, "mailbox_unknown"),
    (ErrorMailRecipientNotFound, NotAllowed, "mailbox_unknown"),
    (ErrorMailboxMoveInProgress, SourceUnavailable, "busy"),
    (ErrorMailboxStoreUnavailable, SourceUnavailable, "server_error"),
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


def failure(
    error: Exception, asked: str = "", offered: frozenset[str] = frozenset()
) -> SourceError:
    """Return the error in our words, without a name in it.

    ``asked`` is the authentication scheme of the login and ``offered`` are those of the
    server's last 401: a password was wrong only where it was looked at.
    """
    if isinstance(error, SourceError):
        return error
    if isinstance(error, UnauthorizedError):
        return SignInNeeded(_refusal(asked, offered))
    if isinstance(error, ErrorServerBusy):
        return SourceUnavailable("busy", error.back_off)
    if isinstance(error, MalformedResponseError) and "Code: 403" in str(error):
        # exchangelib keeps the status in the text alone.
        return NotAllowed("not_allowed")
    if "ErrorCannotFindUser" in str(error):
        # Of grommunio; exchangelib knows no such code, and keeps it in the text.
        return NotAllowed("mailbox_unknown")
    for theirs, ours, reason in KINDS:
        if isinstance(error, theirs):
            return ours(reason)
    return _of_the_wire(error)


def _refusal(asked: str, offered: frozenset[str]) -> str:
    """Return why a server refused to let somebody sign in."""
    if not offered or asked in offered:
        return "wrong_password"
    if asked == "ntlm" and "negotiate" in offered:
        # NTLM within Negotiate was tried; who refuses that wants Kerberos.
        return "kerberos_needed" if not offered & {"basic"} else "auth_not_offered"
    if offered <= {"bearer"}:
        return "modern_auth_needed"
    if offered <= {"bearer", "negotiate"}:
        return "kerberos_needed"
    return "auth_not_offered"


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
