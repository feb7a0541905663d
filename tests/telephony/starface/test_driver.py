"""What is special about STARFACE: several numbers, targets that stay, two kinds of login."""

from collections.abc import AsyncIterator, Mapping
import contextlib
from copy import deepcopy
import random
from typing import Any

import pytest

from custom_components.xpresence.presence.line import (
    Destination,
    DestinationKind,
    ForwardingState,
)
from custom_components.xpresence.telephony.driver import (
    AuthenticationFailed,
    Capability,
    ConnectionChanged,
    DriverEvent,
    NotSupported,
    OutcomeUnknown,
    PhoneSystemError,
)
from custom_components.xpresence.telephony.starface.client import secret_of
from custom_components.xpresence.telephony.starface.driver import StarfacePhoneSystem

from ..http_harness import Kept, web_session
from .double import ADMIN, OWN_PASSWORDS, PASSWORD, Starface

MOBILE = Destination(DestinationKind.NUMBER, "+491715550100")
COLLEAGUE = Destination(DestinationKind.NUMBER, "101")
VOICEMAIL = Destination(DestinationKind.VOICEMAIL, "100")
ADMINISTRATOR = {"username": ADMIN, "password": PASSWORD}


@pytest.fixture
async def pbx() -> AsyncIterator[Starface]:
    async with Starface().serving() as found:
        yield found


@contextlib.asynccontextmanager
async def connected(
    pbx: Starface,
    kept: Kept | None = None,
    login: Mapping[str, Any] = ADMINISTRATOR,
    own: Mapping[str, Mapping[str, Any]] | None = None,
) -> AsyncIterator[StarfacePhoneSystem]:
    kept = Kept() if kept is None else kept
    async with web_session() as session:
        system = StarfacePhoneSystem(
            kept.around(session),
            login,
            kept.memory,
            base=pbx.base,
            poll_every=3600,
            answers_within=2,
        )
        for extension, settings in (own or {}).items():
            system.configure(extension, settings)
        try:
            await system.start()
            yield system
        finally:
            await system.close()


def always(target: Destination | None) -> ForwardingState:
    return ForwardingState(unconditional=target)


async def test_all_of_a_users_own_numbers_are_redirected_and_no_groups(
    pbx: Starface,
) -> None:
    async with connected(pbx) as system:
        await system.apply("100", always(MOBILE))
    assert [one["enabled"] for one in pbx.of("100", "ALWAYS")] == [True, True]
    group = next(one for one in pbx.redirects["100"] if one["groupNumber"])
    assert group["enabled"] is False
    assert pbx.of("100", "BUSY")[0]["enabled"] is False


async def test_the_target_that_a_user_had_entered_is_there_again_afterwards(
    pbx: Starface,
) -> None:
    before = deepcopy([one["redirectDestination"] for one in pbx.of("100", "ALWAYS")])
    kept = Kept()
    async with connected(pbx, kept) as system:
        await system.apply("100", always(MOBILE))
    # Home Assistant was started again in between.
    async with connected(pbx, kept) as system:
        await system.apply("100", always(COLLEAGUE))
        await system.apply("100", always(None))
    found = pbx.of("100", "ALWAYS")
    assert [one["enabled"] for one in found] == [False, False]
    assert [one["redirectDestination"] for one in found] == before
    assert kept.memory == {}


async def test_a_target_that_the_user_entered_meanwhile_stays(pbx: Starface) -> None:
    theirs = {"redirectDestinationType": "PHONENUMBER", "phoneNumber": "555"}
    async with connected(pbx) as system:
        await system.apply("100", always(MOBILE))
        pbx.of("100", "ALWAYS")[0]["redirectDestination"] = deepcopy(theirs)
        await system.apply("100", always(None))
    assert pbx.of("100", "ALWAYS")[0]["redirectDestination"] == theirs
    assert not any(one["enabled"] for one in pbx.of("100", "ALWAYS"))


async def test_numbers_that_lead_to_different_places_are_put_back_one_by_one(
    pbx: Starface,
) -> None:
    first, second = pbx.of("100", "ALWAYS")
    first["enabled"] = True
    first["redirectDestination"] = {
        "redirectDestinationType": "PHONENUMBER",
        "phoneNumber": "0301",
    }
    before = deepcopy([first, second])
    async with connected(pbx) as system:
        base = (await system.read("100")).forwarding.unconditional
        assert isinstance(base, Destination)
        assert base.kind is DestinationKind.UNKNOWN
        await system.apply("100", always(MOBILE))
        line = await system.apply("100", always(base))
        assert line.forwarding.unconditional == base
    for now, then in zip((first, second), before, strict=True):
        assert now["enabled"] == then["enabled"]
        assert now["redirectDestination"] == then["redirectDestination"]


async def test_a_number_spelt_otherwise_there_is_known_again_after_a_restart(
    pbx: Starface,
) -> None:
    pbx.normalises = True
    kept = Kept()
    async with connected(pbx, kept) as system:
        line = await system.apply("100", always(MOBILE))
        assert line.forwarding.unconditional == MOBILE
    writes = pbx.writes
    async with connected(pbx, kept) as system:
        assert (await system.read("100")).forwarding.unconditional == MOBILE
        await system.apply("100", always(MOBILE))
    assert pbx.writes == writes


async def test_voicemail_is_the_users_own_mailbox(pbx: Starface) -> None:
    async with connected(pbx) as system:
        line = await system.apply("100", ForwardingState(no_reply=VOICEMAIL))
        assert line.forwarding.no_reply == VOICEMAIL
    for one in pbx.of("100", "TIMEOUT"):
        assert one["redirectDestination"]["mailboxId"] == "9100"
        assert one["redirectTrigger"] == {
            "redirectTriggerType": "TIMEOUT",
            "timeout": 18,
        }


async def test_each_with_a_login_of_their_own_needs_no_administrator(
    pbx: Starface,
) -> None:
    own = {
        user: {"username": "", "password": password}
        for user, password in OWN_PASSWORDS.items()
    }
    async with connected(pbx, login={}, own=own) as system:
        assert Capability.DIRECTORY not in system.capabilities
        await system.apply("100", always(MOBILE))
        with pytest.raises(NotSupported):
            await system.directory()
    assert pbx.of("100", "ALWAYS")[0]["enabled"] is True


async def test_somebody_without_a_login_is_told_so_and_keeps_nobody_else_from_theirs(
    pbx: Starface,
) -> None:
    own = {"100": {"username": "100", "password": OWN_PASSWORDS["100"]}}
    async with connected(pbx, login={}, own=own) as system:
        with pytest.raises(AuthenticationFailed) as refused:
            await system.read("101")
        assert refused.value.extension == "101"
        await system.read("100")
        system.watch("100")
        system.watch("101")
        await system.poll()
        assert system.ready


async def test_a_token_that_is_over_is_replaced_and_nothing_is_written_twice(
    pbx: Starface,
) -> None:
    async with connected(pbx) as system:
        await system.read("100")
        pbx.end_tokens()
        await system.apply("100", always(MOBILE))
        assert pbx.logins == 2
    assert pbx.writes == 2


async def test_a_write_that_is_answered_with_200_failed(pbx: Starface) -> None:
    async with connected(pbx) as system:
        pbx.refuse_writes = True
        with pytest.raises(OutcomeUnknown):
            await system.apply("100", always(MOBILE))
        assert (await system.read("100")).forwarding.unconditional is None


async def test_users_are_found_for_import(pbx: Starface) -> None:
    async with connected(pbx) as system:
        found = await system.directory()
    assert [(one.extension, one.name) for one in found] == [
        ("100", "Anna"),
        ("101", "Ben"),
    ]


async def test_a_lost_connection_is_told_once_and_so_is_its_return(
    pbx: Starface,
) -> None:
    told: list[DriverEvent] = []
    async with connected(pbx) as system:
        system.subscribe(told.append)
        system.watch("100")
        pbx.half = True
        for _ in range(3):
            await system.poll()
        assert not system.ready
        pbx.half = False
        await system.poll()
        assert system.ready
    changes = [event for event in told if isinstance(event, ConnectionChanged)]
    assert [event.ready for event in changes] == [False, True]


def test_a_secret_is_made_as_the_vendor_describes() -> None:
    """Values of the description's formula, worked out by another program."""
    assert secret_of("Internal", "001", "n", "pw").startswith("001:")
    assert len(secret_of("Internal", "001", "n", "pw")) == len("001:") + 128
    assert secret_of("ActiveDirectory", "001", "n", "pw") == "MDAxbnB3"


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_happens_between_nothing_foreign_is_changed(
    pbx: Starface, seed: int
) -> None:
    """A campaign: ended tokens, half and lost answers, users' own changes, restarts."""
    chance = random.Random(seed)
    pbx.normalises = bool(seed % 2)
    kept = Kept()
    entered = {
        one["id"]: deepcopy(one["redirectDestination"])
        for user in pbx.redirects
        for one in pbx.redirects[user]
    }
    async with contextlib.AsyncExitStack() as stack:
        system = await stack.enter_async_context(connected(pbx, kept))
        for _ in range(25):
            user = chance.choice(("100", "101"))
            other = "101" if user == "100" else "100"
            match chance.randrange(6):
                case 0:
                    pbx.end_tokens()
                case 1:
                    pbx.half = True
                case 2:
                    pbx.lose_answers = True
                case 3:
                    await system.close()
                    system = await stack.enter_async_context(connected(pbx, kept))
                case 4:
                    late = pbx.of(user, "TIMEOUT")[0]
                    late["enabled"] = not late["enabled"]
                case _:
                    pass
            untouched = deepcopy((pbx.redirects[other], pbx.of(user, "TIMEOUT")))
            target = chance.choice((MOBILE, VOICEMAIL, None))
            if target is VOICEMAIL:
                target = Destination(DestinationKind.VOICEMAIL, user)
            with contextlib.suppress(PhoneSystemError):
                await system.apply(user, always(target))
            pbx.half = pbx.lose_answers = False
            line = await system.apply(user, always(target))
            assert line.forwarding.unconditional == target
            assert (pbx.redirects[other], pbx.of(user, "TIMEOUT")) == untouched
        for user in pbx.redirects:
            await system.apply(user, always(None))
            for one in pbx.of(user, "ALWAYS"):
                assert one["enabled"] is False
                assert one["redirectDestination"] == entered[one["id"]]
