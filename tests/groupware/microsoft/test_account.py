"""Signing in at Microsoft: the ways in, staying in, and every named refusal."""

import asyncio
from dataclasses import replace
import json

import pytest

from custom_components.xpresence.groupware.microsoft.account import MemoryStore
from custom_components.xpresence.groupware.microsoft.clouds import CLOUDS, clouds
from custom_components.xpresence.groupware.microsoft.failures import SignInRefused
from custom_components.xpresence.groupware.microsoft.refusals import EVERY_REASON
from custom_components.xpresence.groupware.source import (
    CertificateRejected,
    SourceUnavailable,
)

from .conftest import EVERYTHING, account_at, sign_in
from .login import ANNA, BOB, DOMAIN, Refused
from .server import Microsoft

BACK = "https://my.home-assistant.io/redirect/oauth"


async def test_somebody_signs_in_with_a_code_entered_elsewhere(
    microsoft: Microsoft,
) -> None:
    account = account_at(microsoft)
    code = await account.begin_device_code()
    assert code.page.endswith("/device")
    assert not await account.poll_device_code(code)
    microsoft.login.enter(code.user_code, ANNA)
    assert await account.poll_device_code(code)
    assert await account.token() in microsoft.login.tokens


async def test_a_poll_asks_once_and_does_not_wait(microsoft: Microsoft) -> None:
    account = account_at(microsoft)
    code = await account.begin_device_code()
    assert not await account.poll_device_code(code)
    assert microsoft.login.grants[code.user_code].polls == 1


async def test_somebody_signs_in_in_their_browser(microsoft: Microsoft) -> None:
    account = account_at(microsoft, tenant=DOMAIN)
    redirect = await account.begin_redirect(BACK, "a state of ours")
    answer = microsoft.login.agree(redirect.page, ANNA)
    assert answer["state"] == "a state of ours"
    await account.finish_redirect(redirect, answer)
    assert await account.token() in microsoft.login.tokens


async def test_an_answer_to_another_page_is_not_taken(microsoft: Microsoft) -> None:
    account = account_at(microsoft)
    redirect = await account.begin_redirect(BACK, "a state of ours")
    answer = microsoft.login.agree(redirect.page, ANNA) | {"state": "another"}
    with pytest.raises(SignInRefused) as refused:
        await account.finish_redirect(redirect, answer)
    assert refused.value.reason == "answer_unexpected"


async def test_the_browser_brings_back_a_refusal(microsoft: Microsoft) -> None:
    account = account_at(microsoft)
    redirect = await account.begin_redirect(BACK, "state")
    with pytest.raises(SignInRefused) as refused:
        await account.finish_redirect(
            redirect, {"error": "access_denied", "state": "state"}
        )
    assert refused.value.reason == "declined"


async def test_a_token_is_asked_for_once_and_renewed_when_it_ends(
    microsoft: Microsoft,
) -> None:
    account = account_at(microsoft)
    await sign_in(microsoft, account)
    before = list(microsoft.login.asked)
    tokens = {await account.token() for _ in range(3)}
    assert len(tokens) == 1
    assert microsoft.login.asked == before
    # msal renews a token that ends within five minutes.
    microsoft.login.lasts = 60
    await account.token(fresh=True)
    await account.token()
    assert microsoft.login.asked[len(before) :] == ["refresh_token"] * 2


async def test_tokens_asked_for_at_the_same_time_use_no_refresh_token_twice(
    microsoft: Microsoft,
) -> None:
    microsoft.login.lasts = 60
    account = account_at(microsoft)
    await sign_in(microsoft, account)
    tokens = await asyncio.gather(*(account.token() for _ in range(8)))
    assert all(token in microsoft.login.tokens for token in tokens)


async def test_a_kept_sign_in_outlives_a_restart(microsoft: Microsoft) -> None:
    store = MemoryStore()
    await sign_in(microsoft, account_at(microsoft, store))
    assert await account_at(microsoft, store).token() in microsoft.login.tokens


async def test_what_is_kept_follows_every_renewal(microsoft: Microsoft) -> None:
    microsoft.login.lasts = 60
    store = MemoryStore()
    account = account_at(microsoft, store)
    await sign_in(microsoft, account)
    for _ in range(3):
        await account.token()
    # The refresh token that is kept is the newest: older ones are used up.
    assert await account_at(microsoft, store).token() in microsoft.login.tokens


async def test_a_spoilt_store_asks_for_a_new_sign_in(microsoft: Microsoft) -> None:
    store = MemoryStore()
    await store.save("{ cut sho")
    with pytest.raises(SignInRefused) as refused:
        await account_at(microsoft, store).token()
    assert refused.value.reason == "not_signed_in"


async def test_another_person_replaces_the_first(microsoft: Microsoft) -> None:
    store = MemoryStore()
    account = account_at(microsoft, store)
    await sign_in(microsoft, account, ANNA)
    await sign_in(microsoft, account, BOB)
    token = await account.token()
    assert microsoft.login.tokens[token].user == BOB
    assert ANNA not in json.dumps(json.loads(await store.load() or "")["Account"])


async def test_forgetting_leaves_nothing(microsoft: Microsoft) -> None:
    store = MemoryStore()
    account = account_at(microsoft, store)
    await sign_in(microsoft, account)
    await account.forget()
    assert await store.load() is None
    with pytest.raises(SignInRefused):
        await account.token()


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (Refused("invalid_grant", "bad_token", 700082), "sign_in_expired"),
        (Refused("invalid_grant", "consent_required", 65001), "consent_missing"),
        (Refused("invalid_grant", "basic_action", 50076), "more_proof_needed"),
        (Refused("interaction_required", "", 50158), "more_proof_needed"),
        (Refused("invalid_grant", "message_only", 53003), "blocked_by_policy"),
        (Refused("invalid_grant", "user_password_expired"), "password_expired"),
        (Refused("invalid_client", "", 7000218), "not_a_public_client"),
        (Refused("unauthorized_client", "", 700016), "unknown_client"),
        (Refused("something_new", "", 1), "refused"),
    ],
)
async def test_a_renewal_that_is_refused_says_why(
    microsoft: Microsoft, refusal: Refused, reason: str
) -> None:
    microsoft.login.lasts = 60
    account = account_at(microsoft)
    await sign_in(microsoft, account)
    microsoft.login.refuse = refusal
    with pytest.raises(SignInRefused) as refused:
        await account.token()
    assert refused.value.reason == reason
    assert reason in EVERY_REASON
    assert refused.value.code == (f"AADSTS{refusal.code}")


async def test_a_code_that_is_declined_ends_the_sign_in(microsoft: Microsoft) -> None:
    account = account_at(microsoft)
    code = await account.begin_device_code()
    microsoft.login.decline(code.user_code)
    with pytest.raises(SignInRefused) as refused:
        await account.poll_device_code(code)
    assert refused.value.reason == "declined"


async def test_a_registration_without_public_flows_is_named_at_once(
    microsoft: Microsoft,
) -> None:
    microsoft.login.refuse = Refused("invalid_client", code=7000218, status=401)
    with pytest.raises(SignInRefused) as refused:
        await account_at(microsoft).begin_device_code()
    assert refused.value.reason == "not_a_public_client"


async def test_an_unknown_tenant_is_named(microsoft: Microsoft) -> None:
    with pytest.raises(SignInRefused) as refused:
        await account_at(microsoft, tenant="nowhere").begin_device_code()
    assert refused.value.reason == "tenant_unknown"


async def test_an_unknown_client_is_named(microsoft: Microsoft) -> None:
    with pytest.raises(SignInRefused) as refused:
        await account_at(microsoft, client_id="nobody").begin_device_code()
    assert refused.value.reason == "unknown_client"


async def test_missing_consent_is_named(microsoft: Microsoft) -> None:
    microsoft.login.granted = frozenset(EVERYTHING) - {"Presence.ReadWrite"}
    account = account_at(microsoft)
    code = await account.begin_device_code()
    microsoft.login.enter(code.user_code, ANNA)
    with pytest.raises(SignInRefused) as refused:
        await account.poll_device_code(code)
    assert refused.value.reason == "consent_missing"


async def test_a_sign_in_that_fails_is_tried_again_later(microsoft: Microsoft) -> None:
    microsoft.login.lasts = 60
    account = account_at(microsoft)
    await sign_in(microsoft, account)
    microsoft.login.refuse = Refused("temporarily_unavailable", status=503)
    with pytest.raises(SourceUnavailable):
        await account.token()
    microsoft.login.refuse = Refused("temporarily_unavailable")
    with pytest.raises(SourceUnavailable):
        await account.token(fresh=True)


async def test_a_sign_in_out_of_reach_is_tried_again_later(
    microsoft: Microsoft,
) -> None:
    nobody_listens = replace(microsoft, login_url="https://127.0.0.1:9")
    with pytest.raises(SourceUnavailable):
        await account_at(nobody_listens).begin_device_code()


async def test_a_sign_in_asks_to_be_polled_less_often(microsoft: Microsoft) -> None:
    account = account_at(microsoft)
    code = await account.begin_device_code()
    microsoft.login.refuse = Refused("slow_down")
    assert not await account.poll_device_code(code)
    assert code.interval == 6


async def test_a_certificate_that_nobody_vouches_for_is_refused(
    microsoft: Microsoft, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(CertificateRejected):
        await account_at(microsoft).begin_device_code()


def test_nobody_is_led_to_a_sign_in_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "XPRESENCE_TEST_CLOUD", "https://login.example.com,http://127.0.0.1:1"
    )
    assert clouds() == CLOUDS
    monkeypatch.setenv("XPRESENCE_TEST_CLOUD", "https://127.0.0.1:1,http://127.0.0.1:2")
    assert set(clouds()) - set(CLOUDS) == {"test"}
