"""Redirects on a box, as somebody at home lives with them."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from custom_components.xpresence.presence.line import (
    UNKNOWN,
    CallState,
    Destination,
    DestinationKind,
    ForwardingState,
)
from custom_components.xpresence.telephony.driver import (
    Capability,
    DriverEvent,
    LineChanged,
    NotSupported,
    RuleMissing,
)
from custom_components.xpresence.telephony.fritzbox.driver import FritzBoxPhoneSystem
from custom_components.xpresence.telephony.fritzbox.errors import ForeignEntryChanged

from .box import AnsweringMachine, FritzBox, Rule, block
from .conftest import system_for

MOBILE = Destination(DestinationKind.NUMBER, "0171555")
BEN = Destination(DestinationKind.NUMBER, "111333")
VOICEMAIL = Destination(DestinationKind.VOICEMAIL, "111222")


@pytest.fixture
async def home(box: FritzBox) -> FritzBox:
    """Return the box of a household: blocks, rules for two, answering machines."""
    box.rules = [
        block("0900"),
        Rule("0171555"),
        Rule("111333"),
        Rule("0171555", "eBusy"),
        Rule("0171555", "eDelayed"),
        Rule("0172777", number="111333", on=True),
        block("0901"),
    ]
    box.machines = [
        AnsweringMachine("Family", on=True, ring_seconds=20),
        AnsweringMachine("Anna at once", numbers=("111222",)),
    ]
    return box


@pytest.fixture
async def system(home: FritzBox) -> AsyncIterator[FritzBoxPhoneSystem]:
    """Return a driver that may switch the second machine for Anna."""
    found = system_for(home)
    found.configure("111222", {"machine_at_once": "601"})
    await found.start()
    yield found
    await found.close()


async def eventually(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


def before_a_write(home: FritzBox, change: Callable[[], object]) -> None:
    """Let somebody change the list between our reading and our next write."""

    def foreign(_point: int) -> None:
        if home.asked[-1] == "SetDeflectionEnable":
            home.watch_points(None)
            change()

    home.watch_points(foreign)


async def test_what_it_can_do_is_what_a_box_can(system: FritzBoxPhoneSystem) -> None:
    can = system.capabilities
    assert Capability.UNCONDITIONAL | Capability.BUSY | Capability.NO_REPLY in can
    assert Capability.VOICEMAIL | Capability.READ_BACK in can
    for part in (Capability.DO_NOT_DISTURB, Capability.FOLLOW_ME, Capability.PUSH):
        assert part not in can


async def test_before_the_first_connection_nothing_is_known(box: FritzBox) -> None:
    assert not system_for(box).capabilities


async def test_set_end_and_restore(home: FritzBox, system: FritzBoxPhoneSystem) -> None:
    before = list(home.rules)
    line = await system.apply("111222", ForwardingState(MOBILE, None, None))
    assert line.forwarding.unconditional == MOBILE
    assert home.rules[1].on
    await system.apply("111222", ForwardingState(BEN, MOBILE, MOBILE))
    assert [rule.on for rule in home.rules[1:5]] == [False, True, True, True]
    line = await system.apply("111222", ForwardingState(None, None, None))
    assert line.forwarding.unconditional is None
    assert home.rules == before


async def test_voicemail_is_the_machine_that_was_named(
    home: FritzBox, system: FritzBoxPhoneSystem
) -> None:
    line = await system.apply("111222", ForwardingState(VOICEMAIL, None, None))
    assert line.forwarding.unconditional == VOICEMAIL
    assert [machine.on for machine in home.machines] == [True, True]
    line = await system.apply("111222", ForwardingState(None, None, None))
    assert line.forwarding.unconditional is None
    assert [machine.on for machine in home.machines] == [True, False]


async def test_a_target_without_a_rule_leaves_nothing_behind(
    home: FritzBox, system: FritzBoxPhoneSystem
) -> None:
    before = list(home.rules), list(home.machines)
    with pytest.raises(RuleMissing):
        await system.apply("111222", ForwardingState(VOICEMAIL, BEN, None))
    assert (home.rules, home.machines) == before
    assert "SetDeflectionEnable" not in home.asked
    assert "SetEnable" not in home.asked


@pytest.mark.parametrize(
    "desired",
    [ForwardingState(do_not_disturb=True), ForwardingState(follow_me="0171555")],
)
async def test_what_a_box_cannot_do_is_refused(
    system: FritzBoxPhoneSystem, desired: ForwardingState
) -> None:
    with pytest.raises(NotSupported):
        await system.apply("111222", desired)


async def test_a_number_is_read_back_as_it_was_asked_for(
    system: FritzBoxPhoneSystem,
) -> None:
    said = Destination(DestinationKind.NUMBER, "0049171555")
    line = await system.apply("111222", ForwardingState(unconditional=said))
    assert line.forwarding.unconditional == said
    assert (await system.read("111222")).forwarding.unconditional == said


async def test_what_others_switch_at_the_box_shows_within_a_poll(
    home: FritzBox, system: FritzBoxPhoneSystem
) -> None:
    events: list[DriverEvent] = []
    system.subscribe(events.append)
    stop = system.watch("111222")
    await eventually(lambda: bool(events))
    home.switch("111333", on=True)
    await eventually(
        lambda: (
            isinstance(events[-1], LineChanged)
            and events[-1].line.forwarding.unconditional == BEN
        )
    )
    stop()
    stop()
    told = len(events)
    await asyncio.sleep(0.15)
    assert len(events) == told


async def test_readings_that_are_asked_for_together_are_one(
    home: FritzBox, system: FritzBoxPhoneSystem
) -> None:
    home.asked.clear()
    await asyncio.gather(*(system.read("111222") for _ in range(20)))
    assert home.asked.count("GetDeflections") <= 2


async def test_two_people_at_once_get_both_their_redirects(
    home: FritzBox, system: FritzBoxPhoneSystem
) -> None:
    await asyncio.gather(
        system.apply("111222", ForwardingState(unconditional=MOBILE)),
        system.apply("111333", ForwardingState(unconditional=None)),
    )
    assert home.rules[1].on
    assert not home.rules[5].on


async def test_a_call_block_added_while_a_redirect_ends_stays_active(
    home: FritzBox, system: FritzBoxPhoneSystem
) -> None:
    """The trap of Home Assistant's own switches, which follow the index."""
    await system.apply("111222", ForwardingState(unconditional=MOBILE))

    before_a_write(home, lambda: home.rules.insert(1, block("0999")))
    line = await system.apply("111222", ForwardingState(unconditional=None))
    assert line.forwarding.unconditional is None
    assert not home.rules[2].on
    assert all(rule.on for rule in home.rules if rule.mode == "eNoSignal")
    assert home.rules[6].on


async def test_what_cannot_be_put_back_is_named(
    home: FritzBox, system: FritzBoxPhoneSystem
) -> None:
    await system.apply("111222", ForwardingState(unconditional=MOBILE))

    rule = Rule("0174999", number="111333", on=True)
    before_a_write(home, lambda: home.rules.insert(1, rule))
    with pytest.raises(ForeignEntryChanged) as told:
        await system.apply("111222", ForwardingState(unconditional=None))
    assert str(told.value) == "call_diversion 2"
    # All the same it is done.
    assert (await system.read("111222")).forwarding.unconditional is None


# Calls


async def test_without_the_call_monitor_calls_are_not_known(
    system: FritzBoxPhoneSystem,
) -> None:
    assert Capability.CALL_STATE not in system.capabilities
    assert (await system.read("111222")).call is None


@pytest.fixture
async def heard(home: FritzBox) -> AsyncIterator[FritzBoxPhoneSystem]:
    """Return a driver that hears the call monitor."""
    await home.start_monitor()
    found = system_for(home)
    await found.start()
    await eventually(lambda: Capability.CALL_STATE in found.capabilities)
    yield found
    await found.close()


async def call(system: FritzBoxPhoneSystem, extension: str) -> CallState | None:
    return (await system.read(extension)).call


@pytest.mark.parametrize(
    ("lines", "anna", "ben", "socket"),
    [
        ((), CallState.IDLE, CallState.IDLE, CallState.IDLE),
        (
            ("RING;0;0301;111222;SIP0",),
            CallState.RINGING,
            CallState.IDLE,
            CallState.IDLE,
        ),
        (
            ("RING;0;0301;030111222;SIP0", "CONNECT;0;0;0301"),
            CallState.IN_CALL,
            CallState.IDLE,
            CallState.IN_CALL,
        ),
        (
            ("RING;0;0301;111222;SIP0", "DISCONNECT;0;0"),
            CallState.IDLE,
            CallState.IDLE,
            CallState.IDLE,
        ),
        (
            ("CALL;1;10;111333;0301;SIP1",),
            CallState.IDLE,
            CallState.IN_CALL,
            CallState.IDLE,
        ),
        (
            ("RING;0;0301;111222;SIP0", "nonsense", ";;;;", "CONNECT;0;10;0301"),
            CallState.IN_CALL,
            CallState.IDLE,
            CallState.IDLE,
        ),
    ],
)
async def test_calls_belong_to_the_number_they_use(
    home: FritzBox,
    heard: FritzBoxPhoneSystem,
    lines: tuple[str, ...],
    anna: CallState,
    ben: CallState,
    socket: CallState,
) -> None:
    heard.watch("111222")
    await home.say(*lines, "RING;9;0301;999999;SIP0")
    assert heard._monitor is not None
    await eventually(lambda: "9" in heard._monitor.calls._calls)
    assert [await call(heard, each) for each in ("111222", "111333", "1")] == [
        anna,
        ben,
        socket,
    ]


async def test_a_call_is_told_at_once(
    home: FritzBox, heard: FritzBoxPhoneSystem
) -> None:
    events: list[DriverEvent] = []
    heard.watch("111222")
    heard.subscribe(events.append)
    await home.say("RING;0;0301;111222;SIP0")
    await eventually(
        lambda: any(
            isinstance(event, LineChanged) and event.line.call is CallState.RINGING
            for event in events
        )
    )


async def test_a_monitor_that_is_switched_off_tells_nothing_any_more(
    home: FritzBox, heard: FritzBoxPhoneSystem
) -> None:
    await home.say("RING;0;0301;111222;SIP0")
    await home.stop_monitor()
    await eventually(lambda: Capability.CALL_STATE not in heard.capabilities)
    line = await heard.read("111222")
    assert line.call is None
    assert line.forwarding.unconditional is not UNKNOWN
