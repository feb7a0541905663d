"""Every refusal of Microsoft has its own words, whoever can end it is named, row by row.

The answers are shaped as the vendor documents them: from the token endpoint with
``error_codes``, from the browser with the number in the description alone.
"""

from typing import Any

import pytest

from custom_components.xpresence.groupware.microsoft.failures import (
    MailboxElsewhere,
    NotThere,
    PermissionMissing,
    RequestRefused,
    SignInRefused,
    failure,
)
from custom_components.xpresence.groupware.microsoft.refusals import (
    ERRORS,
    EVERY_REASON,
    GRAPH,
    NUMBERS,
    Who,
    of_graph,
)
from custom_components.xpresence.groupware.source import SourceError, SourceUnavailable

from .conftest import SignedIn, account_at, sign_in
from .graph import Fault
from .login import Refused
from .server import Microsoft

WRAPPINGS = [
    "invalid_grant",
    "access_denied",
    "interaction_required",
    "invalid_request",
]


def from_token_endpoint(wrapped: str, number: int) -> dict[str, Any]:
    text = f"AADSTS{number}: No. Trace ID: 1234 Correlation ID: 5678"
    return {"error": wrapped, "error_codes": [number], "error_description": text}


def from_browser(wrapped: str, number: int) -> dict[str, Any]:
    return {
        "error": wrapped,
        "error_description": f"AADSTS{number}: No.\r\nTrace ID: 1",
    }


@pytest.mark.parametrize("wrapped", WRAPPINGS)
@pytest.mark.parametrize("shape", [from_token_endpoint, from_browser])
@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_is_told_for_what_it_means_however_it_is_wrapped(
    number: int, shape: Any, wrapped: str
) -> None:
    refusal = NUMBERS[number]
    found = failure(shape(wrapped, number))
    if refusal.who is Who.TIME:
        assert isinstance(found, SourceUnavailable)
        return
    assert isinstance(found, SignInRefused)
    assert (found.reason, found.code) == (refusal.reason, f"AADSTS{number}")
    assert refusal.reason in EVERY_REASON


@pytest.mark.parametrize(
    ("number", "reason", "who"),
    [
        (53003, "blocked_by_policy", Who.ADMINISTRATOR),
        (530036, "code_flow_blocked", Who.PERSON),
        (50097, "device_not_managed", Who.ADMINISTRATOR),
        (530084, "token_protection", Who.ADMINISTRATOR),
        (65001, "consent_missing", Who.ADMINISTRATOR),
        (90094, "admin_consent_needed", Who.ADMINISTRATOR),
        (90055, "throttled", Who.TIME),
        (50105, "not_assigned", Who.ADMINISTRATOR),
        (700082, "sign_in_expired", Who.PERSON),
    ],
)
def test_who_can_end_it_is_in_the_table(number: int, reason: str, who: Who) -> None:
    assert (NUMBERS[number].reason, NUMBERS[number].who) == (reason, who)


@pytest.mark.parametrize("wrapped", ERRORS)
def test_a_number_that_nobody_knows_is_kept_with_the_words_of_its_error(
    wrapped: str,
) -> None:
    found = failure(from_token_endpoint(wrapped, 999999))
    assert isinstance(found, SignInRefused)
    assert (found.reason, found.code) == (ERRORS[wrapped], "AADSTS999999")


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"error": None},
        {"error": "x", "error_codes": "y"},
        {"error": "x", "error_codes": [None]},
        {"error": "x", "error_description": 7},
    ],
)
def test_an_answer_without_a_number_is_a_refusal_all_the_same(
    answer: dict[str, Any],
) -> None:
    found = failure(answer)
    assert isinstance(found, SignInRefused)
    assert (found.reason, found.code) == ("refused", "")


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (Refused("invalid_grant", "", 53003), "blocked_by_policy"),
        (Refused("access_denied", "", 53003), "blocked_by_policy"),
        (Refused("invalid_grant", "bad_token", 530036), "code_flow_blocked"),
        (Refused("invalid_grant", "", 530084), "token_protection"),
    ],
)
async def test_a_renewal_is_refused_in_the_words_of_its_number(
    microsoft: Microsoft, refusal: Refused, reason: str
) -> None:
    account = account_at(microsoft)
    await sign_in(microsoft, account)
    microsoft.login.refuse = refusal
    with pytest.raises(SignInRefused) as refused:
        await account.token(fresh=True)
    assert (refused.value.reason, refused.value.code) == (
        reason,
        f"AADSTS{refusal.code}",
    )


async def test_a_throttled_tenant_is_no_wrong_registration(
    microsoft: Microsoft,
) -> None:
    account = account_at(microsoft)
    await sign_in(microsoft, account)
    microsoft.login.refuse = Refused("invalid_request", "", 90055, 429)
    with pytest.raises(SourceUnavailable):
        await account.token(fresh=True)


@pytest.mark.parametrize("code", GRAPH)
def test_each_word_of_graph_has_a_meaning(code: str) -> None:
    assert of_graph(400, code.upper()).reason in EVERY_REASON


@pytest.mark.parametrize(
    ("status", "code", "kind", "reason"),
    [
        (404, "MailboxNotEnabledForRESTAPI", MailboxElsewhere, "mailbox_not_in_cloud"),
        (403, "ErrorAccessDenied", PermissionMissing, "permission_missing"),
        (403, "SomethingNew", PermissionMissing, "permission_missing"),
        (404, "ErrorItemNotFound", NotThere, "not_found"),
        (402, "PaymentRequired", RequestRefused, "licence_missing"),
        (400, "BadRequest", RequestRefused, "request_refused"),
        (400, "MailboxInfoStale", SourceUnavailable, "throttled"),
    ],
)
async def test_a_refusal_of_graph_keeps_its_word(
    anna: SignedIn,
    microsoft: Microsoft,
    status: int,
    code: str,
    kind: type[SourceError],
    reason: str,
) -> None:
    microsoft.graph.faults.append(Fault("/me/presence$", status=status, code=code))
    with pytest.raises(kind) as refused:
        await anna.graph.get("/me/presence", "Presence.Read")
    assert refused.value.reason == reason  # type: ignore[attr-defined]
    if kind is not SourceUnavailable:
        assert refused.value.code == code  # type: ignore[attr-defined]
