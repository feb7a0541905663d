"""The actions driver: somebody else's actions as a phone system."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
import json
from typing import Any

import pytest

from custom_components.xpresence.presence.line import (
    TARGET_UNKNOWN,
    UNKNOWN,
    AgentState,
    Destination,
    DestinationKind,
    ForwardingState,
    Status,
)
from custom_components.xpresence.telephony.description import Action, Surroundings
from custom_components.xpresence.telephony.driver import (
    Capability,
    ConnectionChanged,
    LineChanged,
    NotSupported,
    Rejected,
    Unavailable,
)
from custom_components.xpresence.telephony.home_assistant_actions.driver import (
    ActionsPhoneSystem,
)

COLLEAGUE = Destination(DestinationKind.NUMBER, "101")
VOICEMAIL = Destination(DestinationKind.VOICEMAIL, "100")


class House:
    """What stands around the driver: actions, entities, a disk."""

    def __init__(self) -> None:
        self.called: list[tuple[Action, dict[str, Any]]] = []
        self.states: dict[str, str | None] = {}
        self.disk: dict[str, Any] = {}
        self.broken = False
        self.trackers: dict[str, list[Callable[[], None]]] = {}

    @property
    def surroundings(self) -> Surroundings:
        return Surroundings(
            self._call, self.states.get, self._track, self._save, NotImplemented
        )

    async def _call(self, action: Action, variables: Mapping[str, Any]) -> None:
        if self.broken:
            raise Unavailable("broken")
        self.called.append((action, dict(variables)))

    def _track(self, entity: str, changed: Callable[[], None]) -> Callable[[], None]:
        self.trackers.setdefault(entity, []).append(changed)
        return lambda: self.trackers[entity].remove(changed)

    async def _save(self, lines: Mapping[str, Mapping[str, Any]]) -> None:
        self.disk = json.loads(json.dumps(lines))

    def become(self, entity: str, state: str | None) -> None:
        self.states[entity] = state
        for changed in self.trackers.get(entity, []):
            changed()


@pytest.fixture
def house() -> House:
    return House()


async def started(house: House, **named: str) -> ActionsPhoneSystem:
    system = ActionsPhoneSystem(
        house.surroundings, house.disk, named, shows_within=0.05
    )
    await system.start()
    return system


async def test_with_nothing_named_it_keeps_the_state_over_a_restart(
    house: House,
) -> None:
    system = await started(house)
    await system.apply(
        "100",
        ForwardingState(unconditional=COLLEAGUE, ring_seconds=20, follow_me="0171555"),
    )
    await system.close()

    again = await started(house)
    forwarding = (await again.read("100")).forwarding
    assert forwarding.unconditional == COLLEAGUE
    assert forwarding.ring_seconds == 20
    assert forwarding.follow_me == "0171555"
    assert forwarding.busy is None


async def test_an_extension_nobody_touched_is_off_and_not_unknown(house: House) -> None:
    system = await started(house)
    forwarding = (await system.read("100")).forwarding
    assert all(
        getattr(forwarding, name) is not UNKNOWN for name in ForwardingState.__slots__
    )


async def test_what_is_not_mentioned_is_left_alone(house: House) -> None:
    system = await started(house)
    await system.apply("100", ForwardingState(busy=COLLEAGUE))
    line = await system.apply("100", ForwardingState(unconditional=VOICEMAIL))
    assert line.forwarding.busy == COLLEAGUE
    assert line.forwarding.unconditional == VOICEMAIL


async def test_the_named_actions_run_with_what_they_need(house: House) -> None:
    system = await started(house, set_action="script.on", end_action="script.off")
    await system.apply("100", ForwardingState(no_reply=COLLEAGUE, ring_seconds=15))
    await system.apply("100", ForwardingState(no_reply=None))
    assert house.called == [
        (
            "script.on",
            {
                "extension": "100",
                "condition": "no_reply",
                "target": "101",
                "target_kind": "number",
                "ring_seconds": 15,
            },
        ),
        (
            "script.off",
            {
                "extension": "100",
                "condition": "no_reply",
                "target": "",
                "target_kind": "off",
                "ring_seconds": None,
            },
        ),
    ]


async def test_nothing_runs_when_nothing_differs(house: House) -> None:
    system = await started(house, set_action="script.on", end_action="script.off")
    await system.apply("100", ForwardingState(unconditional=COLLEAGUE))
    house.called.clear()
    await system.apply("100", ForwardingState(unconditional=COLLEAGUE, busy=None))
    assert house.called == []


async def test_a_failed_action_leaves_the_state_as_it_was(house: House) -> None:
    system = await started(house, set_action="script.on", end_action="script.off")
    house.broken = True
    with pytest.raises(Unavailable):
        await system.apply("100", ForwardingState(unconditional=COLLEAGUE))
    assert (await system.read("100")).forwarding.unconditional is None
    assert house.disk == {}


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("off", None),
        ("none", None),
        ("", None),
        ("101", COLLEAGUE),
        ("voicemail", VOICEMAIL),
        ("Voicemail ", VOICEMAIL),
        (None, UNKNOWN),
        ("on", TARGET_UNKNOWN),
        ("Anna's mobile", TARGET_UNKNOWN),
        ("sip:0171@box.example", TARGET_UNKNOWN),
        ("SIP/trunk/0301234567", TARGET_UNKNOWN),
        ("Local/101@from-internal", TARGET_UNKNOWN),
        ("Aus", None),
        ("inactive", None),
        ("—", None),
        ("tel:+49 171 5550100", Destination(DestinationKind.NUMBER, "+491715550100")),
        ("0171 555-0100", Destination(DestinationKind.NUMBER, "01715550100")),
    ],
)
async def test_the_named_entity_tells_what_holds(
    house: House, state: str | None, shown: Destination | None
) -> None:
    house.states["sensor.forward_100"] = state
    system = await started(
        house,
        set_action="script.on",
        end_action="script.off",
        state_entity="sensor.forward_{extension}",
    )
    assert (await system.read("100")).forwarding.unconditional == shown


async def test_a_switch_that_is_on_tells_that_what_was_set_holds(house: House) -> None:
    house.states["switch.deflection"] = "off"
    system = await started(
        house,
        set_action="switch.turn_on",
        end_action="switch.turn_off",
        state_entity="switch.deflection",
    )
    await system.apply("100", ForwardingState(unconditional=COLLEAGUE))
    assert (await system.read("100")).forwarding.unconditional is None
    house.become("switch.deflection", "on")
    assert (await system.read("100")).forwarding.unconditional == COLLEAGUE


async def test_a_change_of_the_entity_is_told_to_who_watches(house: House) -> None:
    system = await started(
        house,
        set_action="script.on",
        end_action="script.off",
        state_entity="sensor.forward_{extension}",
    )
    seen: list[LineChanged] = []
    system.subscribe(lambda e: seen.append(e) if isinstance(e, LineChanged) else None)
    unwatch = system.watch("100")
    house.become("sensor.forward_100", "101")
    assert seen[-1].line.forwarding.unconditional == COLLEAGUE
    unwatch()
    house.become("sensor.forward_100", "off")
    assert len(seen) == 1


@pytest.mark.parametrize("number", ["", "12 34", "101\r\nAction: Off", "abc", "1" * 33])
async def test_what_no_telephone_can_dial_is_refused_before_anything_runs(
    house: House, number: str
) -> None:
    system = await started(house, set_action="script.on", end_action="script.off")
    wrong = Destination(DestinationKind.NUMBER, number)
    with pytest.raises(Rejected):
        await system.apply("100", ForwardingState(busy=COLLEAGUE, unconditional=wrong))
    assert house.called == []


async def test_a_listener_that_fails_keeps_nobody_else_from_hearing(
    house: House,
) -> None:
    system = ActionsPhoneSystem(house.surroundings, {})
    heard: list[object] = []

    def fails(_event: object) -> None:
        raise ValueError

    system.subscribe(fails)
    unsubscribe = system.subscribe(heard.append)
    await system.start()
    assert heard == [ConnectionChanged(ready=True)]
    unsubscribe()
    unsubscribe()
    await system.apply("100", ForwardingState(busy=COLLEAGUE))
    assert len(heard) == 1


async def test_capabilities_say_what_is_so(house: House) -> None:
    embedded = await started(house)
    assert Capability.FOLLOW_ME in embedded.capabilities
    blind = await started(house, set_action="script.on", end_action="script.off")
    assert Capability.READ_BACK not in blind.capabilities
    assert Capability.FOLLOW_ME not in blind.capabilities
    seeing = await started(
        house, set_action="a.b", end_action="a.c", state_entity="sensor.x"
    )
    assert Capability.READ_BACK in seeing.capabilities
    assert embedded.ready
    assert embedded.version is None


async def test_an_agent_is_kept_by_the_embedded_default_alone(house: House) -> None:
    system = await started(house)
    await system.set_agent("100", "400", AgentState.READY)
    assert (await system.read("100")).agent == {"400": AgentState.READY}
    driven = await started(house, set_action="a.b", end_action="a.c")
    with pytest.raises(NotSupported):
        await driven.set_agent("100", "400", AgentState.READY)
    with pytest.raises(NotSupported):
        await driven.publish("100", Status.BUSY, "text")
    with pytest.raises(NotSupported):
        await driven.ring("100")


async def test_of_two_changes_at_once_none_is_lost(house: House) -> None:
    system = ActionsPhoneSystem(house.surroundings, {})
    save, go_on = house._save, asyncio.Event()

    async def slow(lines: Mapping[str, Mapping[str, Any]]) -> None:
        await go_on.wait()
        await save(lines)

    system._around = replace(system._around, save_memory=slow)
    await system.start()
    changes = asyncio.gather(
        system.apply("100", ForwardingState(unconditional=VOICEMAIL)),
        system.apply("101", ForwardingState(busy=COLLEAGUE)),
        system.set_agent("100", "400", AgentState.READY),
    )
    await asyncio.sleep(0)
    go_on.set()
    await changes
    first, second = await system.read("100"), await system.read("101")
    assert first.forwarding.unconditional == VOICEMAIL
    assert first.agent == {"400": AgentState.READY}
    assert second.forwarding.busy == COLLEAGUE
    assert house.disk.keys() == {"100", "101"}


async def test_an_extension_that_is_nobodys_is_forgotten(house: House) -> None:
    system = ActionsPhoneSystem(house.surroundings, {})
    await system.start()
    for extension in ("100", "101"):
        await system.apply(extension, ForwardingState(busy=COLLEAGUE))
    await system.forget("100")
    assert house.disk.keys() == {"101"}
    assert (await system.read("100")).forwarding.busy is None
