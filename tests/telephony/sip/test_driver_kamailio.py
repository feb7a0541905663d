"""The SIP driver by as-feature-event, on a real Kamailio."""

import asyncio
from collections.abc import AsyncIterator
import time

import pytest

from custom_components.xpresence.presence.line import (
    UNKNOWN,
    Destination,
    DestinationKind,
    ForwardingState,
)
from custom_components.xpresence.presence.redirect.parts import Part
from custom_components.xpresence.telephony.driver import (
    AuthenticationFailed,
    ConnectionChanged,
    DriverEvent,
    LineChanged,
    NotSupported,
    Rejected,
    Unavailable,
)
from custom_components.xpresence.telephony.sip.agent import Protocol
from custom_components.xpresence.telephony.sip.driver import SipPhoneSystem
from custom_components.xpresence.telephony.sip.line import Waits
from custom_components.xpresence.telephony.sip.settings import Person, SipSettings
from custom_components.xpresence.telephony.sip.systems import FEATURE_EVENTS
from tests.pbx.asterisk import eventually
from tests.pbx.kamailio import Kamailio

from .conftest import STEADY
from .peer import lossy_proxy, mostly

WAITS = Waits(notify=20, settle=0.2)


def to(number: str) -> Destination:
    return Destination(DestinationKind.NUMBER, number)


@pytest.fixture
def kamailio(one_kamailio: Kamailio) -> Kamailio:
    """Return a Kamailio at which nothing is set."""
    one_kamailio.restart()
    return one_kamailio


def system_for(
    kamailio: Kamailio,
    *,
    port: int | None = None,
    protocol: Protocol = Protocol.UDP,
    password: str | None = None,
) -> SipPhoneSystem:
    settings = SipSettings(
        "127.0.0.1",
        port or kamailio.port,
        protocol,
        FEATURE_EVENTS["fusionpbx_events"],
        domain=f"127.0.0.1:{kamailio.port}",
    )
    person = Person(password or kamailio.password)
    return SipPhoneSystem(
        settings, {"100": person, "101": person}, timers=STEADY, waits=WAITS
    )


@pytest.fixture
async def system(kamailio: Kamailio) -> AsyncIterator[SipPhoneSystem]:
    """Return a driver that is connected."""
    found = system_for(kamailio)
    await found.start()
    yield found
    await found.close()


@pytest.mark.parametrize("protocol", [Protocol.UDP, Protocol.TCP])
async def test_everything_is_set_and_read_back_with_its_target(
    kamailio: Kamailio, protocol: Protocol
) -> None:
    system = system_for(kamailio, protocol=protocol)
    await system.start()
    wanted = ForwardingState(
        unconditional=to("101"),
        busy=to("102"),
        no_reply=Destination(DestinationKind.VOICEMAIL, "100"),
        do_not_disturb=True,
    )
    assert (await system.apply("100", wanted)).forwarding == wanted
    off = ForwardingState(None, None, None, UNKNOWN, UNKNOWN, do_not_disturb=False)
    assert (await system.apply("100", off)).forwarding == off
    await system.close()


async def test_a_foreign_change_of_the_target_shows_within_a_second(
    kamailio: Kamailio, system: SipPhoneSystem
) -> None:
    told: list[DriverEvent] = []
    system.subscribe(told.append)
    system.watch("100")
    await system.apply("100", ForwardingState(unconditional=to("101")))
    desk = system_for(kamailio)
    await desk.start()
    begun = time.monotonic()
    await desk.apply("100", ForwardingState(unconditional=to("102")))

    def shown() -> bool:
        last = told[-1]
        return isinstance(
            last, LineChanged
        ) and last.line.forwarding.unconditional == to("102")

    await eventually(shown, 1)
    assert time.monotonic() - begun < 1
    await desk.close()


async def test_what_was_set_before_is_read(
    kamailio: Kamailio, system: SipPhoneSystem
) -> None:
    desk = system_for(kamailio)
    await desk.start()
    await desk.apply("100", ForwardingState(unconditional=to("102")))
    await desk.close()
    line = await system.read("100")
    assert line.forwarding.unconditional == to("102")
    assert line.forwarding.busy is UNKNOWN, "this server tells only what was set last"
    assert line.call is None, "and nothing of telephones"
    assert (await system.read("101")).forwarding == ForwardingState()


async def test_what_this_server_never_told_is_declared_as_not_to_be_read(
    system: SipPhoneSystem,
) -> None:
    await system.read("100")
    assert system.redirect_capabilities("100").readable == frozenset()
    await system.apply("100", ForwardingState(busy=to("101")))
    found = system.redirect_capabilities("100")
    assert found.readable == {Part.BUSY}
    assert found.writable > {Part.UNCONDITIONAL, Part.BUSY, Part.NO_REPLY}


async def test_what_is_so_already_is_not_sent_again(system: SipPhoneSystem) -> None:
    wanted = ForwardingState(unconditional=to("101"))
    await system.apply("100", wanted)
    assert system._agent is not None
    sent = system._agent.messages_sent
    await system.apply("100", wanted)
    assert system._agent.messages_sent <= sent + 2, "a reading, challenged at most"


async def test_a_restart_is_told_and_what_was_told_is_not_believed(
    kamailio: Kamailio, system: SipPhoneSystem
) -> None:
    told: list[DriverEvent] = []
    system.subscribe(told.append)
    system.watch("100")
    await system.apply("100", ForwardingState(unconditional=to("101")))
    await asyncio.to_thread(kamailio.kill)
    await eventually(lambda: not system.ready)
    with pytest.raises(Unavailable):
        await system.read("100")
    await asyncio.to_thread(kamailio.restart)
    await eventually(lambda: system.ready)
    assert [e.ready for e in told if isinstance(e, ConnectionChanged)] == [False, True]
    assert (await system.read("100")).forwarding == ForwardingState(), (
        "it forgot, and so do we"
    )
    line = await system.apply("100", ForwardingState(unconditional=to("102")))
    assert line.forwarding.unconditional == to("102")


async def test_a_wrong_password_is_told_and_tried_once(kamailio: Kamailio) -> None:
    async with lossy_proxy(kamailio.port) as proxy:
        system = system_for(kamailio, port=proxy.port, password="wrong")
        await system.start()
        system.watch("100")
        for _ in range(3):
            with pytest.raises(AuthenticationFailed):
                await system.read("100")
        await system.close()
        tried = [data for data in proxy.passed if b"\nAuthorization:" in data]
        assert len(tried) == 1


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        (ForwardingState(unconditional=to("bob")), Rejected),
        (ForwardingState(no_reply=to("101"), ring_seconds=100_000), Rejected),
        (ForwardingState(follow_me="101"), NotSupported),
    ],
)
async def test_what_cannot_be_set_is_refused_with_nothing_sent(
    system: SipPhoneSystem, wanted: ForwardingState, error: type[Exception]
) -> None:
    await system.read("100")
    assert system._agent is not None
    sent = system._agent.messages_sent
    with pytest.raises(error):
        await system.apply("100", wanted)
    assert system._agent.messages_sent == sent


async def test_redirects_come_through_a_bad_network(kamailio: Kamailio) -> None:
    async with lossy_proxy(kamailio.port) as proxy:
        proxy.copies = mostly(2)
        system = system_for(kamailio, port=proxy.port)
        await system.start()
        for target in (to("101"), to("102"), None):
            line = await system.apply("100", ForwardingState(unconditional=target))
            assert line.forwarding.unconditional == target
        await system.close()


async def test_closing_is_final(kamailio: Kamailio) -> None:
    told: list[DriverEvent] = []
    before = asyncio.all_tasks()
    system = system_for(kamailio)
    system.subscribe(told.append)
    await system.start()
    system.watch("100")
    await system.read("100")
    await system.close()
    await system.close()
    count = len(told)
    desk = system_for(kamailio)
    await desk.start()
    await desk.apply("100", ForwardingState(unconditional=to("102")))
    await desk.close()
    assert len(told) == count
    for use in (system.start, lambda: system.read("100")):
        with pytest.raises(Unavailable):
            await use()
    assert asyncio.all_tasks() == before
