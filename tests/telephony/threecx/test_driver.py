"""What is special about 3CX: one valid token, statuses, one request for everybody."""

import asyncio
from collections.abc import AsyncIterator
import contextlib
from copy import deepcopy
import random
from typing import Any

import pytest

from custom_components.xpresence.presence.line import (
    AgentState,
    CallState,
    Destination,
    DestinationKind,
    ForwardingState,
)
from custom_components.xpresence.telephony.driver import (
    Capability,
    CertificateRejected,
    ConnectionChanged,
    DriverEvent,
    LineChanged,
    NotSupported,
    PhoneSystemError,
    Rejected,
)
from custom_components.xpresence.telephony.threecx.client import (
    TokenTaken,
    XapiClient,
)
from custom_components.xpresence.telephony.threecx.driver import ThreeCxPhoneSystem

from ...groupware.certificates import Authority
from ..conformance import eventually
from ..http_harness import Clock, web_session
from .double import CLIENT_ID, CLIENT_SECRET, ThreeCx, user

AWAY = Destination(DestinationKind.STATUS, "Away")
LUNCH = Destination(DestinationKind.STATUS, "Custom 1")


@pytest.fixture
async def pbx() -> AsyncIterator[ThreeCx]:
    async with ThreeCx().serving() as found:
        yield found


@contextlib.asynccontextmanager
async def connected(
    pbx: ThreeCx, poll_every: float = 3600, base: str = "", ca: str | None = None
) -> AsyncIterator[ThreeCxPhoneSystem]:
    async with web_session() as session:
        client = XapiClient(
            lambda: session, base or pbx.base, CLIENT_ID, CLIENT_SECRET, ca=ca
        )
        system = ThreeCxPhoneSystem(client, poll_every=poll_every)
        try:
            await system.start()
            yield system
        finally:
            await system.close()


def redirected(target: Destination | None) -> ForwardingState:
    return ForwardingState(unconditional=target)


async def test_only_the_name_of_the_status_is_ever_written(pbx: ThreeCx) -> None:
    before = deepcopy(pbx.users)
    async with connected(pbx) as system:
        for target in (AWAY, LUNCH, None):
            line = await system.apply("100", redirected(target))
            assert line.forwarding.unconditional == target
    assert pbx.bodies == [
        {"CurrentProfileName": name} for name in ("Away", "Custom 1", "Available")
    ]
    assert pbx.users == before, "no route, no other user was touched"


async def test_a_token_that_another_program_took_is_replaced(pbx: ThreeCx) -> None:
    async with connected(pbx) as system:
        pbx.take_token()
        line = await system.apply("100", redirected(AWAY))
        assert line.forwarding.unconditional == AWAY
        assert pbx.writes == 1


async def test_a_program_that_keeps_taking_the_token_is_named_and_not_fought(
    pbx: ThreeCx,
) -> None:
    async with connected(pbx) as system:
        pbx.take_token()
        pbx.steal = True
        before = pbx.tokens
        with pytest.raises(TokenTaken):
            await system.apply("100", redirected(AWAY))
        assert pbx.tokens - before <= 2 * XapiClient.most_tokens
        assert pbx.writes == 0
        pbx.steal = False
        await system.apply("100", redirected(AWAY))
    assert pbx.of("100")["CurrentProfileName"] == "Away"


async def test_a_token_serves_until_its_time_is_over(pbx: ThreeCx) -> None:
    async with connected(pbx) as system:
        for _ in range(5):
            await system.read("100")
        assert pbx.tokens == 1


async def test_a_round_of_polling_is_one_request_for_a_hundred_people(
    pbx: ThreeCx,
) -> None:
    pbx.call_control = False
    pbx.users = [user(n, str(n), "User", str(n)) for n in range(100, 199)]
    told: list[DriverEvent] = []
    async with connected(pbx) as system:
        system.subscribe(told.append)
        for one in pbx.users:
            system.watch(one["Number"])
        before = pbx.requests
        await system.poll()
        assert pbx.requests == before + 1
    assert len([event for event in told if isinstance(event, LineChanged)]) == 99


async def test_all_pages_of_users_are_read(pbx: ThreeCx) -> None:
    pbx.users = [user(n, str(n), "User", str(n)) for n in range(100, 350)]
    async with connected(pbx) as system:
        found = await system.directory()
        assert len(found) == 250
        assert found[0].name == "User 100"
        assert "349" in system.extensions


async def test_a_status_changed_in_3cx_is_told_after_one_interval(
    pbx: ThreeCx,
) -> None:
    told: list[DriverEvent] = []
    async with connected(pbx, poll_every=0.1) as system:
        system.subscribe(told.append)
        system.watch("100")
        pbx.of("100")["CurrentProfileName"] = "Custom 1"
        await eventually(
            lambda: any(
                isinstance(event, LineChanged)
                and event.line.forwarding.unconditional == LUNCH
                for event in told
            )
        )


async def test_a_reading_from_before_a_write_is_not_told_after_it(
    pbx: ThreeCx, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[DriverEvent] = []
    async with connected(pbx) as system:
        system.subscribe(told.append)
        system.watch("100")
        read, go = asyncio.Event(), asyncio.Event()
        everybody = ThreeCxPhoneSystem._everybody

        async def slowly(self: ThreeCxPhoneSystem) -> Any:
            found = await everybody(self)
            read.set()
            await go.wait()
            return found

        monkeypatch.setattr(ThreeCxPhoneSystem, "_everybody", slowly)
        round_ = asyncio.create_task(system.poll())
        await read.wait()
        await system.apply("100", redirected(AWAY))
        go.set()
        await round_
    lines = [event.line for event in told if isinstance(event, LineChanged)]
    assert [line.forwarding.unconditional for line in lines] == [AWAY]


async def test_a_status_of_another_name_is_kept_and_put_back(pbx: ThreeCx) -> None:
    pbx.of("100")["CurrentProfileName"] = "Night"
    async with connected(pbx) as system:
        before = (await system.read("100")).forwarding.unconditional
        assert before == Destination(DestinationKind.UNKNOWN, "Night")
        await system.apply("100", redirected(AWAY))
        with pytest.raises(Rejected):
            # 3CX itself decides which there are; it is told, not hidden.
            await system.apply("100", redirected(before))


async def test_a_number_is_refused_because_a_status_carries_the_forwarding(
    pbx: ThreeCx,
) -> None:
    number = Destination(DestinationKind.NUMBER, "101")
    async with connected(pbx) as system:
        with pytest.raises(NotSupported):
            await system.apply("100", redirected(number))
        with pytest.raises(NotSupported):
            await system.apply("100", ForwardingState(do_not_disturb=True))
    assert pbx.writes == 0


async def test_agents_are_logged_in_and_out_of_all_their_queues(pbx: ThreeCx) -> None:
    async with connected(pbx) as system:
        await system.set_agent("100", "all", AgentState.READY)
        assert pbx.of("100")["QueueStatus"] == "LoggedIn"
        assert (await system.read("100")).agent == {"all": AgentState.READY}
        await system.set_agent("100", "all", AgentState.READY)
        assert pbx.writes == 1
        await system.set_agent("100", "all", AgentState.LOGGED_OFF)
        with pytest.raises(Rejected):
            await system.set_agent("100", "sales", AgentState.READY)
        with pytest.raises(NotSupported):
            await system.set_agent("100", "all", AgentState.FOLLOW_UP)
    assert pbx.bodies == [{"QueueStatus": "LoggedIn"}, {"QueueStatus": "LoggedOut"}]


async def test_a_telephone_that_is_not_registered_cannot_be_reached(
    pbx: ThreeCx,
) -> None:
    pbx.of("100")["IsRegistered"] = False
    async with connected(pbx) as system:
        assert (await system.read("100")).call is CallState.UNAVAILABLE


async def test_somebody_whom_3cx_does_not_have_is_refused(pbx: ThreeCx) -> None:
    async with connected(pbx) as system:
        for extension in ("999", "1' or Number ne '", ""):
            with pytest.raises(Rejected):
                await system.apply(extension, redirected(AWAY))
    assert pbx.writes == 0


async def test_a_3cx_without_the_interface_says_so(pbx: ThreeCx) -> None:
    pbx.present = False
    with pytest.raises(NotSupported):
        async with connected(pbx):
            pass


async def test_a_lost_connection_is_told_once_and_so_is_its_return(
    pbx: ThreeCx,
) -> None:
    told: list[DriverEvent] = []
    async with connected(pbx) as system:
        system.subscribe(told.append)
        pbx.half = True
        for _ in range(3):
            with pytest.raises(PhoneSystemError):
                await system.poll()
        assert not system.ready
        pbx.half = False
        await system.poll()
        assert system.ready
    changes = [event for event in told if isinstance(event, ConnectionChanged)]
    assert [event.ready for event in changes] == [False, True]


async def test_a_certificate_of_an_unknown_authority_is_refused_until_it_is_given(
    tmp_path: Any,
) -> None:
    authority = Authority()
    pbx = ThreeCx()
    async with pbx.serving(authority.serving(tmp_path)):
        with pytest.raises(CertificateRejected):
            async with connected(pbx):
                pass
        assert pbx.requests == 0
        async with connected(pbx, ca=authority.pem) as system:
            assert (await system.read("100")).forwarding.unconditional is None


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_happens_between_only_statuses_that_were_asked_for_stand(
    pbx: ThreeCx, seed: int
) -> None:
    """A campaign: token theft, throttling, half answers, lost answers, restarts."""
    chance = random.Random(seed)
    async with contextlib.AsyncExitStack() as stack:
        system = await stack.enter_async_context(connected(pbx))
        expected: dict[str, str] = {"100": "Available", "101": "Available"}
        routes = deepcopy([one["ForwardingProfiles"] for one in pbx.users])
        for _ in range(40):
            number = chance.choice(("100", "101"))
            match chance.randrange(7):
                case 0:
                    pbx.take_token()
                case 1:
                    pbx.half = True
                case 2:
                    pbx.lose_answers = True
                case 3:
                    name = chance.choice(("Away", "Custom 2", "Available"))
                    pbx.of(number)["CurrentProfileName"] = name
                    expected[number] = name
                case 4:
                    await system.close()
                    system = await stack.enter_async_context(connected(pbx))
                case _:
                    pass
            target = chance.choice((AWAY, LUNCH, None))
            with contextlib.suppress(PhoneSystemError):
                await system.apply(number, redirected(target))
            pbx.half = pbx.lose_answers = False
            stands = pbx.of(number)["CurrentProfileName"]
            asked = target.number if target else "Available"
            assert stands in (asked, expected[number])
            # Read again, the wish comes true whatever went wrong before.
            line = await system.apply(number, redirected(target))
            assert line.forwarding.unconditional == target
            expected[number] = asked
            assert pbx.of(number)["CurrentProfileName"] == asked
            for one in pbx.users:
                assert one["CurrentProfileName"] == expected[one["Number"]]
        assert [one["ForwardingProfiles"] for one in pbx.users] == routes
        assert all(set(body) == {"CurrentProfileName"} for body in pbx.bodies)


# Calls


def calls(told: list[DriverEvent]) -> list[CallState | None]:
    """Return what was told of telephones, without repeats."""
    said = [event.line.call for event in told if isinstance(event, LineChanged)]
    return [
        one
        for one, before in zip(said, [object(), *said], strict=False)
        if one is not before
    ]


@contextlib.asynccontextmanager
async def following(
    pbx: ThreeCx, poll_every: float = 3600
) -> AsyncIterator[tuple[ThreeCxPhoneSystem, list[DriverEvent]]]:
    """Yield a driver that hears of calls, and what it tells of Anna."""
    told: list[DriverEvent] = []
    async with connected(pbx, poll_every) as system:
        system.subscribe(told.append)
        system.watch("100")
        await system.poll()
        await eventually(lambda: system.call_of("100") is not None)
        yield system, told


async def test_a_call_is_told_from_ringing_to_its_end(pbx: ThreeCx) -> None:
    async with following(pbx) as (system, told):
        assert Capability.CALL_STATE in system.capabilities
        for status, state in (
            ("Ringing", CallState.RINGING),
            ("Connected", CallState.IN_CALL),
            (None, CallState.IDLE),
        ):
            await pbx.call("100", 7, status)
            await eventually(lambda state=state: calls(told)[-1] is state)  # type: ignore[misc]
        await pbx.call("101", 8, "Ringing")
        assert (await system.read("101")).call in (CallState.IDLE, CallState.RINGING)


async def test_of_two_calls_the_one_that_goes_on_counts(pbx: ThreeCx) -> None:
    async with following(pbx) as (_, told):
        await pbx.call("100", 7, "Connected")
        await pbx.call("100", 8, "Ringing")
        await pbx.call("100", 7, None)
        await eventually(lambda: calls(told)[-1] is CallState.RINGING)
        await pbx.call("100", 8, None)
        await eventually(lambda: calls(told)[-1] is CallState.IDLE)


async def test_a_call_that_began_or_ended_unheard_is_found_after_a_reconnection(
    pbx: ThreeCx, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "custom_components.xpresence.telephony.threecx.calls.FIRST_WAIT", 0.05
    )
    pbx.participants["100", 7] = "Connected"
    async with following(pbx) as (system, told):
        await eventually(lambda: system.call_of("100") is CallState.IN_CALL)
        pbx.participants.clear()
        await pbx.hang_up_sockets()
        await eventually(lambda: calls(told)[-1] is CallState.IDLE)


async def test_a_lost_end_of_a_call_is_found_by_the_next_round(pbx: ThreeCx) -> None:
    async with following(pbx) as (system, told):
        await pbx.call("100", 7, "Connected")
        await eventually(lambda: calls(told)[-1] is CallState.IN_CALL)
        pbx.participants.clear()
        await system.poll()
        assert calls(told)[-1] is CallState.IDLE


async def test_without_the_licence_for_calls_redirects_work_and_no_calls_are_claimed(
    pbx: ThreeCx,
) -> None:
    pbx.call_control = False
    async with connected(pbx) as system:
        assert Capability.CALL_STATE not in system.capabilities
        await system.apply("100", redirected(AWAY))
        assert (await system.read("100")).call is None
    assert not pbx.sockets


@pytest.mark.parametrize(
    "event",
    [
        "x",
        None,
        {"event_type": True, "entity": "/callcontrol/100/participants/7"},
        {"event_type": 0, "entity": "/callcontrol/100/participants/../../x"},
        {"event_type": 0, "entity": ["/callcontrol/100"]},
        {"event_type": 2, "entity": "/callcontrol/100/participants/7"},
        {"event_type": 0, "entity": "/callcontrol/100/participants/" + "9" * 400},
    ],
)
async def test_events_of_no_meaning_are_passed_over(
    pbx: ThreeCx, event: object
) -> None:
    async with following(pbx) as (_, told):
        await pbx.tell(event)
        await pbx.call("100", 7, "Ringing")
        await eventually(lambda: calls(told)[-1] is CallState.RINGING)


async def test_at_rest_few_requests_are_made_however_many_people_there_are(
    pbx: ThreeCx, monkeypatch: pytest.MonkeyPatch
) -> None:
    """3CX publishes no limit; 2,700 an hour and client is what others allow."""
    pbx.users = [user(n, str(n), "User", str(n)) for n in range(100, 190)]
    clock = Clock(monkeypatch)
    async with connected(pbx) as system:
        for one in pbx.users:
            system.watch(one["Number"])
        before = pbx.requests
        for _ in range(int(3600 / (system.freshness.poll_every or 0))):
            clock.now += system.freshness.poll_every or 0
            await system.poll()
        assert pbx.requests - before < 270
