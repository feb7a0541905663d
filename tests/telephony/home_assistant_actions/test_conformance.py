"""The actions driver keeps to what every driver has to, in each of its three ways.

There is no phone system behind it: actions and entities are what it speaks to, and
those are the ones of the test.
"""

from collections.abc import AsyncIterator, Callable, Mapping
import contextlib
from types import MappingProxyType
from typing import Any, override

import pytest

from custom_components.xpresence.presence.line import (
    TARGET_UNKNOWN,
    UNKNOWN,
    Condition,
    Destination,
    DestinationKind,
    ForwardingState,
)
from custom_components.xpresence.presence.redirect.parts import Part, changed, known
from custom_components.xpresence.telephony.description import Action, Surroundings
from custom_components.xpresence.telephony.driver import PhoneSystem, Unavailable
from custom_components.xpresence.telephony.home_assistant_actions.description import (
    HOME_ASSISTANT_ACTIONS,
)
from custom_components.xpresence.telephony.home_assistant_actions.driver import (
    TURN_OFF,
    TURN_ON,
    ActionsPhoneSystem,
)
from custom_components.xpresence.telephony.home_assistant_actions.entities import (
    destination,
    number,
    switched,
)
from custom_components.xpresence.telephony.home_assistant_actions.memory import OFF

from ..conformance import Fault, Harness, PhoneSystemConformance

SWITCH = "switch.redirect"
ENTITIES = {
    Part.UNCONDITIONAL: "sensor.unconditional_{}",
    Part.BUSY: "sensor.busy_{}",
    Part.NO_REPLY: "sensor.no_reply_{}",
    Part.DO_NOT_DISTURB: "input_boolean.dnd_{}",
    Part.FOLLOW_ME: "input_text.follow_me_{}",
}
ACTIONS = {
    "set_action": "script.set",
    "end_action": "script.end",
    "do_not_disturb_action": "script.dnd",
    "follow_me_action": "script.follow",
}
READ_BACK = {
    "state_entity": "sensor.{condition}_{extension}",
    "do_not_disturb_entity": "input_boolean.dnd_{extension}",
    "follow_me_entity": "input_text.follow_me_{extension}",
}


class ActionsHarness(Harness):
    """Actions that set a redirect somewhere, and entities that tell of it."""

    row = HOME_ASSISTANT_ACTIONS
    absent: Mapping[Fault, str] = MappingProxyType(
        {
            Fault.AUTHENTICATION: "actions need no login of xpresence's own",
            Fault.PERMISSION: "an action that may not do it fails as unreachable",
            Fault.LICENCE: "an action that may not do it fails as unreachable",
            Fault.SECOND_FACTOR: "an action that may not do it fails as unreachable",
            Fault.RATE_LIMIT: "an action tells no time after which to try again",
            Fault.RULE_MISSING: "an action that cannot do it fails as refused",
            Fault.ANSWER_LOST: "an action has no answer that could be lost",
        }
    )
    parsers = (
        lambda data: destination(data.decode(errors="replace"), "100", UNKNOWN),
        lambda data: switched(data.decode(errors="replace")),
        lambda data: number(data.decode(errors="replace"), UNKNOWN),
    )

    def __init__(self, named: Mapping[str, Any]) -> None:
        self.named = named
        self.memory: Mapping[str, Mapping[str, Any]] = {}
        self.lines: dict[str, ForwardingState] = {}
        self.trackers: dict[str, list[Callable[[], None]]] = {}
        self.run = 0
        self.down = False
        self.embedded = not named
        if self.embedded:
            self.absent = {**self.absent, Fault.DOWN: "it keeps everything itself"}

    @override
    def build(self) -> PhoneSystem:
        around = Surroundings(
            self._run, self._state, self._track, self._save, NotImplemented
        )
        return ActionsPhoneSystem(around, self.memory, self.named, shows_within=0.2)

    async def _save(self, memory: Mapping[str, Mapping[str, Any]]) -> None:
        self.memory = memory
        if self.embedded:
            self.run += 1

    async def _run(self, action: Action, variables: Mapping[str, Any]) -> None:
        if self.down:
            raise Unavailable("down")
        self.run += 1
        extension = variables["extension"]
        if isinstance(action, list):
            ((step,),) = (action,)
            on = {TURN_ON: TARGET_UNKNOWN, TURN_OFF: None}[step["action"]]
            assert step["target"] == {"entity_id": SWITCH}
            values: dict[Part, Any] = {Part.UNCONDITIONAL: on}
        elif action == "script.dnd":
            values = {Part.DO_NOT_DISTURB: variables["do_not_disturb"]}
        elif action == "script.follow":
            values = {Part.FOLLOW_ME: variables["target"] or None}
        else:
            kind, to = variables["target_kind"], variables["target"]
            where = Destination(DestinationKind(kind), to) if kind != "off" else None
            values = {Part(variables["condition"]): where}
            if variables["ring_seconds"] is not None:
                values[Part.RING_SECONDS] = variables["ring_seconds"]
        self._become(extension, values)

    def _become(self, extension: str, values: Mapping[Part, Any]) -> None:
        self.lines[extension] = changed(self.lines.get(extension, OFF), values)
        for tell in [one for tellers in self.trackers.values() for one in tellers]:
            tell()

    def _state(self, entity: str) -> str | None:
        if entity == SWITCH:
            on = self.lines.get(self.extension, OFF).unconditional
            return "on" if on else "off"
        name, _, extension = entity.partition(".")[2].rpartition("_")
        found = getattr(
            self.lines.get(extension, OFF),
            {"dnd": "do_not_disturb"}.get(name, name),
        )
        if isinstance(found, Destination):
            voicemail = found.kind is DestinationKind.VOICEMAIL
            return "voicemail" if voicemail else found.number
        return "on" if found is True else str(found or "off")

    def _track(self, entity: str, tell: Callable[[], None]) -> Callable[[], None]:
        self.trackers.setdefault(entity, []).append(tell)
        return lambda: self.trackers[entity].remove(tell)

    @override
    def targets(self, condition: Condition) -> tuple[Destination, Destination]:
        if "switch" in self.named:
            return TARGET_UNKNOWN, TARGET_UNKNOWN
        return (
            Destination(DestinationKind.NUMBER, "01715550100"),
            Destination(DestinationKind.VOICEMAIL, "100"),
        )

    @override
    async def stored(self, extension: str) -> ForwardingState:
        return self.lines.get(extension, OFF)

    @override
    async def set_by_others(self, extension: str, state: ForwardingState) -> None:
        self._become(extension, dict(known(state)))

    @override
    async def foreign(self) -> object:
        others = {k: v for k, v in self.lines.items() if k != self.extension}
        own = self.lines.get(self.extension, OFF)
        return others, own.do_not_disturb, own.follow_me

    @override
    def writes(self) -> int:
        return self.run

    @override
    def fault(self, fault: Fault) -> contextlib.AbstractAsyncContextManager[None]:
        assert fault is Fault.DOWN
        return self._down()

    @contextlib.asynccontextmanager
    async def _down(self) -> AsyncIterator[None]:
        self.down = True
        try:
            yield
        finally:
            self.down = False


class TestActionsThatAreReadBack(PhoneSystemConformance):
    @pytest.fixture
    def harness(self) -> Harness:
        return ActionsHarness({**ACTIONS, **READ_BACK})


class TestActionsThatNobodyReadsBack(PhoneSystemConformance):
    @pytest.fixture
    def harness(self) -> Harness:
        return ActionsHarness(ACTIONS)


class TestASwitch(PhoneSystemConformance):
    @pytest.fixture
    def harness(self) -> Harness:
        return ActionsHarness({"switch": SWITCH})


class EmbeddedHarness(ActionsHarness):
    """Nothing is named: what the driver keeps is all there is."""

    def __init__(self) -> None:
        super().__init__({})
        self.system: PhoneSystem | None = None

    @override
    def build(self) -> PhoneSystem:
        self.system = super().build()
        return self.system

    @override
    async def stored(self, extension: str) -> ForwardingState:
        return (await super().build().read(extension)).forwarding

    @override
    async def set_by_others(self, extension: str, state: ForwardingState) -> None:
        """Set it by the driver itself: what it keeps is within nobody else's reach."""
        if self.system is not None and self.system.ready:
            await self.system.apply(extension, state)

    @override
    async def foreign(self) -> object:
        other = await self.stored(self.colleague)
        own = await self.stored(self.extension)
        return other, own.do_not_disturb, own.follow_me


class TestTheEmbeddedDefault(PhoneSystemConformance):
    @pytest.fixture
    def harness(self) -> Harness:
        return EmbeddedHarness()
