"""Every Microsoft error that a person can resolve: one table.

Microsoft asks programs to decide by ``error`` and ``suberror`` alone, for numbers may be
made finer (learn.microsoft.com/entra/identity-platform/reference-error-codes). Nothing
is decided here but the words: a number that is not in the table falls back to those of
its ``error``. Each reason is a translation key ``microsoft_<reason>``, whose text says
what happened, what to do and who can; the number is shown with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Who(StrEnum):
    """Who can end a refusal."""

    PERSON = "person"
    ADMINISTRATOR = "administrator"
    """Of Microsoft 365, which need not be Home Assistant's."""
    TIME = "time"
    """It ends by itself."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something is refused, and who can end that."""

    reason: str
    who: Who


def _refusals(who: Who, **numbers: tuple[int, ...]) -> dict[int, Refusal]:
    return {
        number: Refusal(reason, who)
        for reason, those in numbers.items()
        for number in those
    }


NUMBERS: Final[Mapping[int, Refusal]] = {
    **_refusals(
        Who.PERSON,
        clock_wrong=(700024,),
        # Authentication flows of Conditional Access: what began by a code may not go on.
        code_flow_blocked=(530036,),
        declined=(65004,),
        more_proof_needed=(50072, 50074, 50076, 50078, 50079, 50158, 50203, 500121),
        other_tenant=(50020, 50177, 90072),
        password_expired=(50055, 50144),
        sign_in_expired=(
            *(50013, 50089, 50132, 50133, 50173, 70000, 70008, 70043),
            *(700081, 700082, 700084),
        ),
        wrong_account=(50034, 50126, 51004),
    ),
    **_refusals(
        Who.ADMINISTRATOR,
        account_disabled=(50057,),
        account_locked=(50053,),
        admin_consent_needed=(90093, 90094, 90095, 90099, 7000229),
        blocked_by_policy=(50005, 50131, 53003, 53004, 53010, 53011),
        consent_missing=(65001,),
        device_not_managed=(50097, 53000, 53001, 53002, 530003),
        licence_missing=(650052,),
        not_a_public_client=(7000218,),
        not_assigned=(50105, 501051),
        redirect_unknown=(50011, 500113, 900971),
        registration_wrong=(65005, 70011, 500011, 650053, 650056, 900144),
        secret_wrong=(7000215, 7000222, 700027),
        tenant_unknown=(50059, 90002, 900021, 900023),
        tenant_wrong=(50194,),
        token_protection=(530084,),
        unknown_client=(70001, 700016),
    ),
    **_refusals(Who.TIME, throttled=(50196, 90012, 90033, 90055)),
}
"""AADSTS number → what it means."""

GRAPH: Final[Mapping[str, Refusal]] = {
    code.casefold(): Refusal(reason, who)
    for who, reason, codes in (
        (
            Who.ADMINISTRATOR,
            "mailbox_not_in_cloud",
            (
                "MailboxNotEnabledForRESTAPI",
                "MailboxNotSupportedForRESTAPI",
                "RESTAPINotEnabledForComponentSharedMailbox",
            ),
        ),
        (
            Who.ADMINISTRATOR,
            "permission_missing",
            (
                "AccessDenied",
                "Authorization_RequestDenied",
                "ErrorAccessDenied",
                "Forbidden",
            ),
        ),
        (
            Who.PERSON,
            "not_found",
            (
                "ErrorInvalidUser",
                "ErrorItemNotFound",
                "NotFound",
                "Request_ResourceNotFound",
                "ResourceNotFound",
            ),
        ),
        (
            Who.TIME,
            "throttled",
            (
                "ApplicationThrottled",
                "ErrorMailboxMoveInProgress",
                "ErrorServerBusy",
                "MailboxInfoStale",
                "TooManyRequests",
            ),
        ),
    )
    for code in codes
}
"""Graph's short word for an error, in small letters → what it means."""

STATUSES: Final[Mapping[int, Refusal]] = {
    400: Refusal("request_refused", Who.ADMINISTRATOR),
    402: Refusal("licence_missing", Who.ADMINISTRATOR),
    403: Refusal("permission_missing", Who.ADMINISTRATOR),
    404: Refusal("not_found", Who.PERSON),
    429: Refusal("throttled", Who.TIME),
}
"""HTTP status of Graph, where its word is none that is known → what it means."""

ERRORS: Final[Mapping[str, str]] = {
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
"""OAuth's ``error`` → reason."""

SUBERRORS: Final[Mapping[str, str]] = {
    "additional_action": "more_proof_needed",
    "basic_action": "more_proof_needed",
    "consent_required": "consent_missing",
    "message_only": "blocked_by_policy",
    "user_password_expired": "password_expired",
}
"""``suberror`` (or msal's ``classification`` of it) → reason."""

UNKNOWN: Final = "refused"
EVERY_REASON: Final = frozenset(
    {
        *ERRORS.values(),
        *SUBERRORS.values(),
        *(one.reason for one in NUMBERS.values()),
        *(one.reason for one in GRAPH.values()),
        *(one.reason for one in STATUSES.values()),
        UNKNOWN,
        "answer_unexpected",
        "library_missing",
        "not_signed_in",
    }
)
"""All reasons there are; each has a text."""


def of_graph(status: int, code: str) -> Refusal:
    """Return what a refusal of Graph means."""
    known = GRAPH.get(code.casefold()) or STATUSES.get(status)
    return known or Refusal("request_refused", Who.ADMINISTRATOR)
