"""The SIP driver by codes and lamps, on a real Asterisk."""

import asyncio
from collections.abc import AsyncIterator, Mapping
import contextlib
from dataclasses import replace
import socket
from unittest.mock import patch

import pytest

from custom_components.xpresence.presence.line import (
    TARGET_UNKNOWN,
    UNKNOWN,
    CallState,
    Condition,
    Destination,
    DestinationKind,
    ForwardingState,
)
from custom_components.xpresence.telephony.driver import (
    AuthenticationFailed,
    Capability,
    ConnectionChanged,
    DriverEvent,
    LineChanged,
    NotSupported,
    OutcomeUnknown,
    Rejected,
    Unavailable,
)
from custom_components.xpresence.telephony.sip.agent import Protocol, Timers
from custom_components.xpresence.telephony.sip.agent.call import Call
from custom_components.xpresence.telephony.sip.codes import TABLES, Code, CodeTable
from custom_components.xpresence.telephony.sip.driver import SipPhoneSystem
from custom_components.xpresence.telephony.sip.errors import PasswordMissing
from custom_components.xpresence.telephony.sip.line import Waits
from custom_components.xpresence.telephony.sip.settings import Person, SipSettings
from custom_components.xpresence.telephony.sip.systems import System
from tests.pbx.asterisk import Asterisk, eventually, free_port
from tests.pbx.sip import dial, lands, phone, register

from .conftest import STEADY, account_of, agent_for
from .peer import lossy_proxy, mostly

HASTY = replace(STEADY, t1=0.03)
"""While a test sees to it that no answer can come."""
PATIENT = Waits(ring=30, hold=30, notify=20, settle=0.5)
"""While a network loses so much that both ends have to say a thing several times."""
WAITS = Waits(ring=10, hold=10, notify=3, settle=0.5)
ETSI = CodeTable(
    "ETSI with queries",
    {
        condition: Code(f"*{n}*{{target}}#", f"#{n}#", query=f"*#{n}#")
        for condition, n in zip(Condition, ("21", "67", "61"), strict=True)
    },
)


def to(number: str) -> Destination:
    return Destination(DestinationKind.NUMBER, number)


def people(pbx: Asterisk) -> dict[str, Person]:
    return {
        extension: Person(password) for extension, password in pbx.sip_passwords.items()
    }


def system_for(
    pbx: Asterisk,
    system: System = TABLES["freepbx"],
    *,
    port: int | None = None,
    known: Mapping[str, Person] | None = None,
    waits: Waits = WAITS,
    timers: Timers = STEADY,
) -> SipPhoneSystem:
    settings = SipSettings("127.0.0.1", port or pbx.sip_port, Protocol.UDP, system)
    return SipPhoneSystem(
        settings, people(pbx) if known is None else known, timers=timers, waits=waits
    )


@contextlib.asynccontextmanager
async def started(system: SipPhoneSystem) -> AsyncIterator[SipPhoneSystem]:
    await system.start()
    try:
        yield system
    finally:
        await system.close()


@contextlib.asynccontextmanager
async def watched(
    system: SipPhoneSystem, extension: str
) -> AsyncIterator[list[LineChanged]]:
    found: list[LineChanged] = []

    def note(event: DriverEvent) -> None:
        if isinstance(event, LineChanged) and event.line.extension == extension:
            found.append(event)

    unsubscribe = system.subscribe(note)
    unwatch = system.watch(extension)
    await system.read(extension)
    yield found
    unwatch()
    unsubscribe()


async def test_a_redirect_is_set_read_back_and_sends_a_call_to_its_target(
    sip_pbx: Asterisk,
) -> None:
    async with started(system_for(sip_pbx)) as system, phone(sip_pbx, "101"):
        line = await system.apply("110", ForwardingState(unconditional=to("101")))
        assert line.forwarding.unconditional == to("101")
        assert await lands(sip_pbx, "102", "110") == "101"
        line = await system.apply("110", ForwardingState(unconditional=None))
        assert line.forwarding.unconditional is None
        assert sip_pbx.redirects("110") == {}


async def test_a_client_that_hangs_up_early_is_found_out(sip_pbx: Asterisk) -> None:
    """The mutant: it takes the answer for the end. The reading tells the truth."""
    run = Call.run

    async def hasty(self: Call, ring: float, hold: float) -> object:
        return await run(self, ring, 0.02)

    async with started(system_for(sip_pbx, waits=replace(WAITS, notify=1))) as system:
        with patch.object(Call, "run", hasty):
            line = await system.apply("110", ForwardingState(unconditional=to("101")))
        assert line.forwarding.unconditional is None
        assert sip_pbx.redirects("110") == {}


async def test_voicemail_is_reached_by_its_code(sip_pbx: Asterisk) -> None:
    voicemail = Destination(DestinationKind.VOICEMAIL, "100")
    async with started(system_for(sip_pbx)) as system:
        line = await system.apply("110", ForwardingState(unconditional=voicemail))
        assert line.forwarding.unconditional == voicemail
        assert await lands(sip_pbx, "102", "110") == "voicemail 100"


async def test_conditions_without_a_lamp_are_set_and_not_read_back(
    sip_pbx: Asterisk,
) -> None:
    wanted = ForwardingState(busy=to("101"), no_reply=to("102"))
    async with started(system_for(sip_pbx)) as system:
        line = await system.apply("110", wanted)
        assert line.forwarding.busy is UNKNOWN
        assert line.forwarding.no_reply is UNKNOWN
        assert sip_pbx.redirects("110") == {"CFB": "101", "CFU": "102"}
        await system.apply("110", ForwardingState(busy=None, no_reply=None))
        assert sip_pbx.redirects("110") == {}


async def test_what_is_so_already_is_not_dialled_again(sip_pbx: Asterisk) -> None:
    wanted = ForwardingState(unconditional=to("101"), do_not_disturb=False)
    async with started(system_for(sip_pbx)) as system:
        await system.apply("110", wanted)
        calls = await asyncio.to_thread(sip_pbx.calls)
        await system.apply("110", wanted)
        await system.apply("110", ForwardingState(do_not_disturb=False))
        assert await asyncio.to_thread(sip_pbx.calls) == calls


async def test_another_target_is_dialled_over_the_one_there_is(
    sip_pbx: Asterisk,
) -> None:
    async with started(system_for(sip_pbx)) as system:
        await system.apply("110", ForwardingState(unconditional=to("101")))
        line = await system.apply("110", ForwardingState(unconditional=to("102")))
        assert line.forwarding.unconditional == to("102")
        assert sip_pbx.redirects("110") == {"CF": "102"}


async def test_queries_tell_by_their_answer_what_is_on(sip_pbx: Asterisk) -> None:
    async with started(system_for(sip_pbx, ETSI)) as system:
        line = await system.apply("111", ForwardingState(busy=to("101")))
        assert line.forwarding.busy == to("101")
        assert line.forwarding.unconditional is None
        assert line.forwarding.no_reply is None
        assert sip_pbx.redirects("111") == {"CFB": "101"}
        line = await system.apply("111", ForwardingState(busy=None))
        assert line.forwarding.busy is None


async def test_grandstreams_codes_do_what_they_say_there(sip_pbx: Asterisk) -> None:
    grandstream = system_for(sip_pbx, TABLES["grandstream"])
    async with started(grandstream) as system:
        await system.apply("119", ForwardingState(do_not_disturb=True))
        assert sip_pbx.database("DND", "119") == "YES"
        await system.apply("119", ForwardingState(do_not_disturb=False))
        assert sip_pbx.database("DND", "119") is None


async def test_a_change_at_the_desk_shows_within_a_second(sip_pbx: Asterisk) -> None:
    anna = account_of(sip_pbx, "110")
    async with (
        started(system_for(sip_pbx)) as system,
        watched(system, "110") as told,
        agent_for(sip_pbx.sip_port) as desk,
    ):
        assert told[-1].line.forwarding.unconditional is None
        await desk.call(anna, "*72101")
        await eventually(
            lambda: told[-1].line.forwarding.unconditional == TARGET_UNKNOWN, 1
        )
        await desk.call(anna, "*73")
        await eventually(lambda: told[-1].line.forwarding.unconditional is None, 1)
        await desk.call(anna, "*78")
        await eventually(lambda: told[-1].line.forwarding.do_not_disturb is True, 1)


async def test_a_call_at_the_telephone_is_told_and_our_own_is_not(
    sip_pbx: Asterisk,
) -> None:
    port = free_port(socket.SOCK_DGRAM)
    await register(sip_pbx, "112", port)
    async with (
        started(system_for(sip_pbx)) as system,
        watched(system, "112") as told,
        phone(sip_pbx, "112", port=port),
    ):
        await eventually(lambda: told[-1].line.call is CallState.IDLE)
        await system.apply("112", ForwardingState(unconditional=to("101")))
        await system.apply("112", ForwardingState(unconditional=None))
        await asyncio.sleep(WAITS.settle)
        assert {event.line.call for event in told} == {CallState.IDLE}
        calling = asyncio.create_task(dial(sip_pbx, "102", "112", hold=1.0))
        await eventually(lambda: told[-1].line.call is CallState.IN_CALL)
        await calling
        await eventually(lambda: told[-1].line.call is CallState.IDLE)


async def test_a_registered_desk_phone_stays_registered(sip_pbx: Asterisk) -> None:
    port = free_port(socket.SOCK_DGRAM)
    await register(sip_pbx, "112", port)
    async with started(system_for(sip_pbx)) as system, watched(system, "112"):
        await system.apply("112", ForwardingState(unconditional=to("101")))
        await system.apply("112", ForwardingState(unconditional=None))
    async with phone(sip_pbx, "112", port=port):
        assert await lands(sip_pbx, "102", "112") == "112"


async def test_a_wrong_password_concerns_one_person_and_is_tried_once(
    sip_pbx: Asterisk,
) -> None:
    known = people(sip_pbx) | {"110": Person("wrong")}
    before = sip_pbx.log().count("Failed to authenticate")
    async with started(system_for(sip_pbx, known=known)) as system:
        system.watch("110")
        for _ in range(3):
            with pytest.raises(AuthenticationFailed) as raised:
                await system.apply("110", ForwardingState(unconditional=to("101")))
            assert raised.value.extension == "110"
            with pytest.raises(AuthenticationFailed):
                await system.read("110")
        assert (await system.read("111")).forwarding.unconditional is None
        assert sip_pbx.log().count("Failed to authenticate") == before + 1
        # Corrected, it is believed at once.
        system.configure("110", {"password": sip_pbx.sip_passwords["110"]})
        assert (await system.read("110")).forwarding.unconditional is None


async def test_somebody_without_a_password_is_told_apart(sip_pbx: Asterisk) -> None:
    async with started(system_for(sip_pbx, known={})) as system:
        system.watch("110")
        with pytest.raises(PasswordMissing):
            await system.read("110")
        system.configure("110", {"password": sip_pbx.sip_passwords["110"]})
        await system.read("110")


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        (ForwardingState(unconditional=to("bob")), Rejected),
        (ForwardingState(unconditional=to("1\r\nX: y")), Rejected),
        (ForwardingState(follow_me="101"), NotSupported),
        (ForwardingState(ring_seconds=20), NotSupported),
    ],
)
async def test_what_cannot_be_set_is_refused_with_nothing_dialled(
    sip_pbx: Asterisk, wanted: ForwardingState, error: type[Exception]
) -> None:
    async with started(system_for(sip_pbx)) as system:
        calls = await asyncio.to_thread(sip_pbx.calls)
        with pytest.raises(error):
            await system.apply("110", replace(wanted, do_not_disturb=True))
        assert await asyncio.to_thread(sip_pbx.calls) == calls


async def test_a_code_that_the_phone_system_does_not_have_is_told(
    sip_pbx: Asterisk,
) -> None:
    table = CodeTable("own", {Condition.BUSY: Code("8{target}", "800")})
    async with started(system_for(sip_pbx, table)) as system:
        with pytest.raises(NotSupported):
            await system.apply("110", ForwardingState(busy=to("101")))


async def test_a_restart_is_told_and_everything_read_again(
    frail_pbx: Asterisk,
) -> None:
    told: list[DriverEvent] = []
    async with started(system_for(frail_pbx)) as system:
        system.subscribe(told.append)
        async with watched(system, "110") as lines:
            await asyncio.to_thread(frail_pbx.kill)
            await eventually(lambda: not system.ready)
            with pytest.raises(Unavailable):
                await system.apply("110", ForwardingState(unconditional=to("101")))
            await asyncio.to_thread(frail_pbx.launch)
            await eventually(lambda: system.ready)
            connections = [e for e in told if isinstance(e, ConnectionChanged)]
            assert [event.ready for event in connections] == [False, True]
            frail_pbx.cli("devstate change Custom:CF110 BUSY")
            await eventually(
                lambda: lines[-1].line.forwarding.unconditional == TARGET_UNKNOWN
            )
            frail_pbx.cli("devstate change Custom:CF110 NOT_INUSE")
            await eventually(lambda: lines[-1].line.forwarding.unconditional is None)


async def test_an_answer_that_is_lost_leaves_the_outcome_open(
    sip_pbx: Asterisk,
) -> None:
    dialled = False

    def lose_answers(_number: int, up: bool, data: bytes) -> int:
        nonlocal dialled
        dialled |= up and data.startswith(b"INVITE") and b"\nAuthorization" in data
        return up or not dialled

    async with (
        lossy_proxy(sip_pbx.sip_port) as proxy,
        started(system_for(sip_pbx, port=proxy.port, timers=HASTY)) as system,
    ):
        proxy.copies = lose_answers
        with pytest.raises(OutcomeUnknown):
            await system.apply("110", ForwardingState(busy=to("101")))
        proxy.copies = lambda _number, _up, _data: 1
    assert sip_pbx.redirects("110") == {"CFB": "101"}, "it was done all the same"


async def test_redirects_come_through_a_bad_network(sip_pbx: Asterisk) -> None:
    async with lossy_proxy(sip_pbx.sip_port) as proxy:
        proxy.copies = mostly(1)
        lossy = system_for(sip_pbx, port=proxy.port, waits=PATIENT)
        async with started(lossy) as system:
            for target in (to("101"), None, to("102")):
                line = await system.apply("110", ForwardingState(unconditional=target))
                assert line.forwarding.unconditional == target
    assert sip_pbx.redirects("110") == {"CF": "102"}


async def test_a_code_that_is_being_dialled_is_finished_before_the_end(
    sip_pbx: Asterisk,
) -> None:
    system = system_for(sip_pbx)
    await system.start()
    setting = asyncio.create_task(system.apply("110", ForwardingState(busy=to("101"))))
    calls = sip_pbx.calls()
    await eventually(lambda: sip_pbx.talking() != [] or sip_pbx.calls() > calls)
    await system.close()
    assert sip_pbx.redirects("110") == {"CFB": "101"}
    await asyncio.gather(setting, return_exceptions=True)


async def test_what_it_can_do_is_what_its_codes_can(sip_pbx: Asterisk) -> None:
    carrier = system_for(sip_pbx, TABLES["carrier"]).capabilities
    assert Capability.NO_REPLY in carrier
    assert Capability.READ_BACK not in carrier
    assert Capability.DO_NOT_DISTURB not in carrier
    assert Capability.VOICEMAIL not in carrier
    freepbx = system_for(sip_pbx).capabilities
    assert Capability.READ_BACK | Capability.VOICEMAIL in freepbx
    assert Capability.RING_SECONDS not in freepbx
