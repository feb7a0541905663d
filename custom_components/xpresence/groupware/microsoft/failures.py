"""Why a sign-in is refused, in names that can be put into words.

Microsoft asks programs to depend on ``error`` and ``suberror`` alone, never on AADSTS
numbers or texts (learn.microsoft.com/entra/identity-platform/reference-error-codes).
The number is only shown, for whoever looks it up.
"""

from collections.abc import Mapping
from typing import Any, Final

from ..source import NotAllowed, SignInNeeded, SourceError, SourceUnavailable


class SignInRefused(SignInNeeded):
    """The sign-in does not work; ``code`` is Microsoft's number, to look it up."""

    def __init__(self, reason: str, code: str = "") -> None:
        """Keep the reason (a translation key) and the number."""
        super().__init__(reason)
        self.code = code


class PermissionMissing(NotAllowed):
    """The sign-in works, but was not given this permission."""

    def __init__(self, permission: str) -> None:
        """Keep the permission as the app registration calls it."""
        super().__init__(permission)
        self.permission = permission


class NotThere(SourceError):
    """Graph knows nothing of that name."""


class RequestRefused(SourceError):
    """Graph does not take the request; asking again is useless. ``code`` is Graph's."""

    def __init__(self, code: str) -> None:
        """Keep Graph's word for it."""
        super().__init__(code)
        self.code = code


BUSY: Final = frozenset(("temporarily_unavailable", "server_error"))

REASONS: Final[Mapping[str, str]] = {
    "access_denied": "declined",
    "authorization_declined": "declined",
    "bad_verification_code": "code_expired",
    "code_expired": "code_expired",
    "consent_required": "consent_missing",
    "expired_token": "code_expired",
    "interaction_required": "more_proof_needed",
    "invalid_client": "not_a_public_client",
    "invalid_grant": "sign_in_expired",
    "invalid_request": "registration_wrong",
    "invalid_resource": "registration_wrong",
    "invalid_scope": "registration_wrong",
    "login_required": "sign_in_expired",
    "unauthorized_client": "unknown_client",
}
"""OAuth's ``error`` → translation key."""

SUBREASONS: Final[Mapping[str, str]] = {
    "additional_action": "more_proof_needed",
    "basic_action": "more_proof_needed",
    "consent_required": "consent_missing",
    "message_only": "blocked_by_policy",
    "user_password_expired": "password_expired",
}
"""``suberror`` (or msal's ``classification`` of it) → translation key."""

UNKNOWN: Final = "refused"
EVERY_REASON: Final = frozenset(
    (
        *REASONS.values(),
        *SUBREASONS.values(),
        UNKNOWN,
        "not_signed_in",
        "tenant_unknown",
        "answer_unexpected",
    )
)
"""All that :class:`SignInRefused` may carry; each has a text."""


def failure(answer: Mapping[str, Any]) -> SourceError:
    """Return the error that an answer of the sign-in stands for."""
    error = str(answer.get("error", ""))
    if error in BUSY:
        return SourceUnavailable(error)
    said = [str(answer.get(word)) for word in ("suberror", "classification")]
    reason = next(
        (SUBREASONS[word] for word in said if word in SUBREASONS),
        REASONS.get(error, UNKNOWN),
    )
    codes = answer.get("error_codes") or []
    return SignInRefused(reason, f"AADSTS{codes[0]}" if codes else "")
