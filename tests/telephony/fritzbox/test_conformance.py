"""The FRITZ!Box driver keeps to what every driver has to."""

from collections.abc import AsyncIterator, Mapping
import contextlib
from dataclasses import replace
from types import MappingProxyType
from typing import override

import pytest

from custom_components.xpresence.presence.line import (
    UNKNOWN,
    Condition,
    Destination,
    DestinationKind,
    ForwardingState,
)
from custom_components.xpresence.telephony.driver import PhoneSystem, PhoneSystemError
from custom_components.xpresence.telephony.fritzbox.call_monitor import Calls
from custom_components.xpresence.telephony.fritzbox.client import _description
from custom_components.xpresence.telephony.fritzbox.description import FRITZBOX
from custom_components.xpresence.telephony.fritzbox.driver import Timing
from custom_components.xpresence.telephony.fritzbox.rules import (
    read_entries,
    read_machine_list,
    read_numbers,
)
from custom_components.xpresence.telephony.fritzbox.soap import (
    Fault as SoapFault,
    Unreadable,
    answer,
)

from ..conformance import Fault, Harness, PhoneSystemConformance
from .box import FritzBox, Rule, block
from .conftest import system_for

MODES = {
    Condition.UNCONDITIONAL: "eImmediately",
    Condition.BUSY: "eBusy",
    Condition.NO_REPLY: "eDelayed",
}
TARGETS = ("0171555123", "0172777123")
TIMING = Timing(poll=0.1, oldest=5, answer=1, retry=0.05)


def _text(data: bytes) -> str:
    return data.decode(errors="replace")


class FritzBoxHarness(Harness):
    """A box, which is looked into and broken where it stands."""

    row = FRITZBOX
    extension = "111222"
    colleague = "111333"
    absent: Mapping[Fault, str] = MappingProxyType(
        {Fault.LICENCE: "a FRITZ!Box has no licences"}
    )
    private = ("Grün€ 7", "Anna", "Ben", "111222", "111333")
    parsers = (
        lambda data: answer(data, "GetDeflections"),
        lambda data: read_entries(_text(data)),
        lambda data: read_machine_list(_text(data)),
        lambda data: read_numbers(_text(data)),
        lambda data: Calls().take(_text(data)),
        _description,
    )
    refusals = (Unreadable, SoapFault, PhoneSystemError)

    def __init__(self, box: FritzBox) -> None:
        """Take a box, and make the rules of a household in it."""
        self.box = box
        box.rules = [
            block("0900"),
            *(
                Rule(target, mode, number)
                for number in (self.extension, self.colleague)
                for mode in MODES.values()
                for target in TARGETS
            ),
            block("0901"),
        ]
        mine = replace(box.rules[-2], on=True)
        box.rules[-2] = mine

    @override
    def build(self) -> PhoneSystem:
        return system_for(self.box, timing=TIMING)

    @override
    def targets(self, condition: Condition) -> tuple[Destination, Destination]:
        first, second = (Destination(DestinationKind.NUMBER, one) for one in TARGETS)
        return first, second

    @override
    async def stored(self, extension: str) -> ForwardingState:
        found: dict[str, Destination | None] = {}
        for condition, mode in MODES.items():
            on = [
                rule.target
                for rule in self.box.rules
                if rule.on and rule.mode == mode and rule.number == extension
            ]
            assert len(on) <= 1
            found[condition.value] = (
                Destination(DestinationKind.NUMBER, on[0]) if on else None
            )
        return replace(ForwardingState(), **found)

    @override
    async def set_by_others(self, extension: str, state: ForwardingState) -> None:
        for condition, mode in MODES.items():
            target = state.forward(condition)
            if target is UNKNOWN:
                continue
            number = target.number if isinstance(target, Destination) else ""
            self.box.rules = [
                replace(rule, on=rule.target == number)
                if (rule.mode, rule.number) == (mode, extension)
                else rule
                for rule in self.box.rules
            ]

    @override
    async def foreign(self) -> object:
        return [rule for rule in self.box.rules if rule.number != self.extension]

    @override
    def writes(self) -> int:
        asked = self.box.asked
        return asked.count("SetDeflectionEnable") + asked.count("SetEnable")

    @override
    def logins(self) -> int | None:
        return self.box.logins_refused

    @override
    @contextlib.asynccontextmanager
    async def fault(self, fault: Fault) -> AsyncIterator[None]:
        box = self.box
        users, rules = box.users, box.rules
        match fault:
            case Fault.AUTHENTICATION:
                box.users = {"homeassistant": ("another", "CP")}
            case Fault.PERMISSION:
                box.users = {"homeassistant": ("Grün€ 7", "C")}
            case Fault.SECOND_FACTOR:
                box.refuse = {"SetDeflectionEnable": 866}
            case Fault.RATE_LIMIT:
                box.status = 503
            case Fault.RULE_MISSING:
                box.rules = [rule for rule in rules if rule.mode == "eNoSignal"]
            case Fault.DOWN:
                await box.stop()
            case Fault.ANSWER_LOST:
                box.swallow = {"SetDeflectionEnable", "GetDeflections"}
                # Whoever wants to write has to have read before.
                box.swallow_after = "SetDeflectionEnable"
        try:
            yield
        finally:
            if fault is Fault.DOWN:
                await box.start(port=box.port)
            box.users, box.refuse, box.status = users, {}, 0
            box.swallow, box.swallow_after = set(), ""
            if fault is Fault.RULE_MISSING:
                box.rules = rules


@pytest.fixture
def harness(box: FritzBox) -> FritzBoxHarness:
    """Return the harness of a box."""
    return FritzBoxHarness(box)


class TestFritzBox(PhoneSystemConformance):
    """Every test of the suite, on a FRITZ!Box."""
