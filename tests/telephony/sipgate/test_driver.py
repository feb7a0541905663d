"""What the sipgate driver does beside what every driver has to."""

import asyncio
from copy import deepcopy

import pytest

from custom_components.xpresence.presence.line import (
    Destination,
    DestinationKind,
    ForwardingState,
)
from custom_components.xpresence.telephony.driver import (
    AuthenticationFailed,
    NotSupported,
    OutcomeUnknown,
    PermissionDenied,
    Rejected,
    RetryLater,
    Unavailable,
)

from ..conformance import started
from .double import EVERY_SCOPE
from .test_conformance import SipgateHarness, harness as harness_of_sipgate

harness = harness_of_sipgate

MOBILE = Destination(DestinationKind.NUMBER, "01715550100")
VOICEMAIL = Destination(DestinationKind.VOICEMAIL, "100")
USERS = [
    {"destination": "v0", "timeout": 25, "active": True, "note": "mine"},
    {"destination": "49301234567", "timeout": 40, "active": True, "x": {"y": [1]}},
    {"destination": "41445550100", "timeout": 0, "active": False},
]


async def test_the_users_chain_survives_a_redirect_byte_for_byte(
    harness: SipgateHarness,
) -> None:
    harness.double.lines["w0/p0"] = deepcopy(USERS)
    async with started(harness) as system:
        base = (await system.read("100")).forwarding
        assert base.no_reply == VOICEMAIL
        assert base.ring_seconds == 25
        await system.apply("100", ForwardingState(unconditional=MOBILE, no_reply=None))
        during = harness.double.lines["w0/p0"]
        assert [one["active"] for one in during] == [True, False, False, False]
    # Home Assistant starts anew meanwhile.
    async with started(harness) as system:
        assert (await system.read("100")).forwarding.unconditional == MOBILE
        await system.apply(
            "100",
            ForwardingState(unconditional=None, no_reply=base.no_reply),
        )
    assert harness.double.lines["w0/p0"] == USERS


async def test_a_number_reads_as_it_was_asked_for_and_anothers_with_its_country(
    harness: SipgateHarness,
) -> None:
    async with started(harness) as system:
        line = await system.apply("100", ForwardingState(unconditional=MOBILE))
        assert line.forwarding.unconditional == MOBILE
        harness.double.lines["w0/p0"][0]["destination"] = "41445550100"
        line = await system.read("100")
        assert line.forwarding.unconditional == Destination(
            DestinationKind.NUMBER, "+41445550100"
        )


async def test_only_devices_that_it_silenced_ring_again(
    harness: SipgateHarness,
) -> None:
    harness.double.devices["w0"] = {"e0": True, "e1": False}
    async with started(harness) as system:
        assert (await system.read("100")).forwarding.do_not_disturb is False
        await system.apply("100", ForwardingState(do_not_disturb=True))
        assert harness.double.devices["w0"] == {"e0": True, "e1": True}
    async with started(harness) as system:
        await system.apply("100", ForwardingState(do_not_disturb=False))
    assert harness.double.devices["w0"] == {"e0": True, "e1": False}


async def test_without_a_device_there_is_no_do_not_disturb(
    harness: SipgateHarness,
) -> None:
    harness.double.devices["w0"] = {}
    async with started(harness) as system:
        with pytest.raises(NotSupported):
            await system.apply("100", ForwardingState(do_not_disturb=True))


async def test_half_an_answer_is_no_reading_and_nothing_is_written_over_it(
    harness: SipgateHarness,
) -> None:
    harness.double.half = True
    async with started(harness) as system:
        with pytest.raises(Unavailable):
            await system.read("100")
        with pytest.raises(Unavailable):
            await system.apply("100", ForwardingState(unconditional=MOBILE))
    assert harness.double.writes == 0


async def test_a_write_is_sent_once_though_its_answer_is_lost(
    harness: SipgateHarness,
) -> None:
    async with started(harness) as system:
        harness.double.lose_answers = True
        with pytest.raises(OutcomeUnknown):
            await system.apply("100", ForwardingState(unconditional=MOBILE))
        harness.double.lose_answers = False
        assert harness.double.writes == 1
        assert (await system.read("100")).forwarding.unconditional == MOBILE


async def test_while_asked_to_wait_nothing_is_asked(harness: SipgateHarness) -> None:
    async with started(harness) as system:
        harness.double.limit = "120"
        with pytest.raises(RetryLater) as first:
            await system.read("100")
        assert first.value.retry_after == 120
        asked = harness.double.requests
        harness.double.limit = None
        with pytest.raises(RetryLater):
            await system.apply("100", ForwardingState(unconditional=MOBILE))
        assert harness.double.requests == asked


async def test_a_missing_scope_is_named(harness: SipgateHarness) -> None:
    for scope in sorted(EVERY_SCOPE - {"devices:write"}):
        harness.double.scopes = EVERY_SCOPE - {scope}
        async with started(harness) as system:
            with pytest.raises(PermissionDenied) as denied:
                await system.apply("100", ForwardingState(unconditional=MOBILE))
        assert denied.value.permission == scope


async def test_a_person_without_a_token_is_told_so_and_nobody_is_asked(
    harness: SipgateHarness,
) -> None:
    async with started(harness) as system:
        system.configure("100", {})
        with pytest.raises(AuthenticationFailed) as missing:
            await system.read("100")
        assert missing.value.extension == "100"
        assert harness.double.requests == 0


async def test_a_renewed_token_is_used_at_once(harness: SipgateHarness) -> None:
    harness.wrong_login = True
    system = harness.build()
    await system.start()
    with pytest.raises(AuthenticationFailed):
        await system.read("100")
    right = {"token_id": "token-A1B2C3", "token": "0f3c-very-secret-55aa"}
    system.configure("100", {**right, "user": "w0", "line": "p0"})
    assert (await system.read("100")).forwarding.unconditional is None
    await system.close()


async def test_two_people_of_one_line_do_not_write_at_once(
    harness: SipgateHarness,
) -> None:
    async with started(harness) as system:
        both = {"user": "w0", "line": "p0", "token_id": "token-A1B2C3"}
        for extension in ("100", "101"):
            system.configure(extension, {**both, "token": "0f3c-very-secret-55aa"})
        await asyncio.gather(
            system.apply("100", ForwardingState(unconditional=MOBILE)),
            system.apply("101", ForwardingState(no_reply=MOBILE, ring_seconds=9)),
        )
        found = {
            (one["destination"], one["timeout"])
            for one in harness.double.lines["w0/p0"]
            if one["active"]
        }
    assert found == {("491715550100", 0), ("491715550100", 9)}


@pytest.mark.parametrize("number", ["101", "*72"])
async def test_what_sipgate_cannot_call_is_refused_before_anything_is_asked(
    harness: SipgateHarness, number: str
) -> None:
    system = harness.build()
    wrong = Destination(DestinationKind.NUMBER, number)
    with pytest.raises(Rejected):
        system.check(ForwardingState(unconditional=wrong))
    await system.close()


async def test_what_is_remembered_of_somebody_who_left_is_forgotten(
    harness: SipgateHarness,
) -> None:
    async with started(harness) as system:
        await system.apply("100", ForwardingState(unconditional=MOBILE))
        assert "100" in harness.kept.memory
        await system.forget("100")
        assert harness.kept.memory == {}
        with pytest.raises(AuthenticationFailed):
            await system.read("100")


async def test_two_people_of_one_line_leave_the_users_chain_as_it_was(
    harness: SipgateHarness,
) -> None:
    harness.double.lines["w0/p0"] = deepcopy(USERS)
    token = {"token_id": "token-A1B2C3", "token": "0f3c-very-secret-55aa"}
    harness.own = {"100": token, "101": {**token, "user": "w0"}}
    other = Destination(DestinationKind.NUMBER, "+41445550100")
    async with started(harness) as system:
        await system.apply("100", ForwardingState(no_reply=MOBILE))
        await system.apply("101", ForwardingState(no_reply=other))
    async with started(harness) as system:
        line = await system.read("101")
        assert line.forwarding.no_reply == other
        await system.apply("100", ForwardingState(no_reply=None))
    async with started(harness) as system:
        await system.apply("101", ForwardingState(no_reply=VOICEMAIL, ring_seconds=25))
    assert harness.double.lines["w0/p0"] == USERS


async def test_whoever_leaves_leaves_what_is_to_be_put_back_to_who_shares_the_line(
    harness: SipgateHarness,
) -> None:
    harness.double.lines["w0/p0"] = deepcopy(USERS)
    token = {"token_id": "token-A1B2C3", "token": "0f3c-very-secret-55aa"}
    harness.own = {"100": token, "101": token}
    async with started(harness) as system:
        await system.read("101")
        await system.apply("100", ForwardingState(no_reply=MOBILE))
        await system.forget("100")
        await system.apply("101", ForwardingState(no_reply=VOICEMAIL, ring_seconds=25))
    assert harness.double.lines["w0/p0"] == USERS


async def test_without_a_line_of_their_own_somebody_is_told_so(
    harness: SipgateHarness,
) -> None:
    harness.own = {
        "100": {"token_id": "token-A1B2C3", "token": "0f3c-very-secret-55aa"}
    }
    harness.double.lines = {}
    async with started(harness) as system:
        with pytest.raises(Rejected):
            await system.read("100")


async def test_what_is_the_same_as_ours_but_the_users_is_left_alone(
    harness: SipgateHarness,
) -> None:
    theirs = {"destination": "491715550100", "timeout": 0, "active": True, "note": 1}
    async with started(harness) as system:
        await system.apply("100", ForwardingState(unconditional=MOBILE))
        harness.double.lines["w0/p0"][0]["active"] = False
        harness.double.lines["w0/p0"].append(dict(theirs))
        await system.apply("100", ForwardingState(unconditional=None))
        assert harness.double.lines["w0/p0"] == [{**theirs, "active": False}]
