"""People who have signed in at sipgate in a browser, in place of a token."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from custom_components.xpresence.presence.line import (
    Destination,
    DestinationKind,
    ForwardingState,
)
from custom_components.xpresence.telephony.driver import (
    AuthenticationFailed,
    PhoneSystem,
    Unavailable,
)

from ..conformance import eventually, started
from ..http_harness import Clock
from .double import CLIENT_ID, CLIENT_SECRET
from .test_conformance import SipgateHarness, harness as harness_of_sipgate

harness = harness_of_sipgate
CLIENT = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
MOBILE = Destination(DestinationKind.NUMBER, "+491715550100")


def signed_in(harness: SipgateHarness, extension: str = "100", user: str = "w0") -> str:
    """Let a person sign in; return what is stored of it."""
    token = harness.double.sign_in(user)
    harness.kept.logins[extension] = {"refresh_token": token}
    harness.office = CLIENT
    harness.own[extension] = {"sign_in": token[-1]}
    return token


async def test_somebody_who_signed_in_needs_no_token_and_no_ids(
    harness: SipgateHarness,
) -> None:
    signed_in(harness, "101", "w1")
    async with started(harness) as system:
        await system.apply("101", ForwardingState(unconditional=MOBILE))
    assert harness.double.lines["w1/p1"][0]["destination"] == "491715550100"
    assert harness.double.lines["w0/p0"] == []


async def test_each_new_refresh_token_is_stored_before_it_is_needed(
    harness: SipgateHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = signed_in(harness)
    clock = Clock(monkeypatch)
    async with started(harness) as system:
        for _ in range(5):
            await system.read("100")
            stored = harness.kept.logins["100"]["refresh_token"]
            assert stored in harness.double.refresh_tokens
            clock.now += 301
    assert first not in harness.double.refresh_tokens
    # Home Assistant is started again.
    async with started(harness) as system:
        await system.read("100")


async def test_an_access_token_serves_for_its_time(harness: SipgateHarness) -> None:
    signed_in(harness)
    async with started(harness) as system:
        for _ in range(5):
            await system.read("100")
        assert harness.double.given == 2


async def test_an_access_token_that_ended_early_is_replaced_and_nothing_written_twice(
    harness: SipgateHarness,
) -> None:
    signed_in(harness)
    async with started(harness) as system:
        await system.read("100")
        harness.double.end_access()
        await system.apply("100", ForwardingState(unconditional=MOBILE))
    assert harness.double.writes == 1


async def test_many_readings_at_once_use_one_refresh_token(
    harness: SipgateHarness,
) -> None:
    signed_in(harness)
    async with started(harness) as system:
        await asyncio.gather(*(system.read("100") for _ in range(8)))
    assert harness.double.given == 2


async def test_a_sign_in_that_is_over_is_the_persons_alone_and_tried_once(
    harness: SipgateHarness,
) -> None:
    signed_in(harness)
    harness.double.refresh_tokens.clear()
    async with started(harness) as system:
        for _ in range(3):
            with pytest.raises(AuthenticationFailed) as over:
                await system.read("100")
            assert over.value.extension == "100"
        assert harness.double.requests == 1
        await system.read("101")


async def test_a_stolen_refresh_token_ends_the_sign_in_and_nothing_is_fought_over(
    harness: SipgateHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = signed_in(harness)
    clock = Clock(monkeypatch)
    async with started(harness) as system:
        await system.read("100")
        harness.kept.logins["100"] = {"refresh_token": first}
    clock.now += 301
    async with started(harness) as system:
        with pytest.raises(AuthenticationFailed):
            await system.read("100")


async def test_who_signs_in_again_is_read_again(harness: SipgateHarness) -> None:
    signed_in(harness)
    harness.double.refresh_tokens.clear()
    async with started(harness) as system:
        with pytest.raises(AuthenticationFailed):
            await system.read("100")
        signed_in(harness)
        system.configure("100", {"sign_in": "again"})
        await system.read("100")


async def test_a_refused_client_is_the_offices_and_no_persons(
    harness: SipgateHarness,
) -> None:
    signed_in(harness)
    harness.office = {**CLIENT, "client_secret": "wrong"}
    async with started(harness) as system:
        with pytest.raises(AuthenticationFailed) as refused:
            await system.read("100")
        assert refused.value.extension is None


async def test_a_sign_in_that_cannot_be_stored_serves_on_until_the_restart(
    harness: SipgateHarness,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    signed_in(harness)
    clock = Clock(monkeypatch)

    async def full(_extension: str, _login: Mapping[str, Any] | None) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(harness.kept, "save_login", full)
    async with started(harness) as system:
        for _ in range(3):
            await system.read("100")
            clock.now += 301
    assert "refresh-secret" not in caplog.text


async def test_a_reading_that_is_broken_off_loses_no_sign_in(
    harness: SipgateHarness,
) -> None:
    signed_in(harness)
    async with started(harness) as system:
        reading = asyncio.create_task(system.read("100"))
        await eventually(lambda: bool(harness.double.used))
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        await asyncio.sleep(0.1)
        await system.read("100")


@pytest.mark.parametrize("lifetime", [None, -5, "300", True, 10**400, {}])
async def test_an_odd_lifetime_breaks_nothing(
    harness: SipgateHarness, lifetime: object
) -> None:
    signed_in(harness)
    harness.double.lifetime = lifetime
    async with started(harness) as system:
        await system.read("100")


async def test_secrets_of_a_sign_in_are_in_no_log_and_no_error(
    harness: SipgateHarness, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    signed_in(harness)
    harness.double.lose_tokens = True
    said: list[str] = []

    async def read(system: PhoneSystem) -> None:
        with pytest.raises((AuthenticationFailed, Unavailable)) as error:
            await system.read("100")
        said.append(str(error.value) + repr(error.value))

    async with started(harness) as system:
        await read(system)
        harness.double.lose_tokens = False
        await read(system)
    logged = "\n".join(
        record.getMessage() + str(record.exc_info or "")
        for record in caplog.records
        if record.name.startswith("custom_components.xpresence")
    )
    for secret in ("refresh-secret", "access-", CLIENT_SECRET):
        assert secret not in logged + "".join(said)
