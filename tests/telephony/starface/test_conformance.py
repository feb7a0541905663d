"""The STARFACE driver keeps to what every driver has to, against a double of a STARFACE."""

from collections.abc import AsyncIterator, Mapping
from copy import deepcopy
from types import MappingProxyType
from typing import ClassVar, override

import pytest

from custom_components.xpresence.presence.line import (
    Condition,
    Destination,
    DestinationKind,
    ForwardingState,
)
from custom_components.xpresence.presence.redirect.parts import known
from custom_components.xpresence.telephony.driver import PhoneSystem
from custom_components.xpresence.telephony.http import decoded
from custom_components.xpresence.telephony.starface.description import STARFACE
from custom_components.xpresence.telephony.starface.driver import StarfacePhoneSystem
from custom_components.xpresence.telephony.starface.memory import memory_from_json
from custom_components.xpresence.telephony.starface.redirects import (
    TRIGGERS,
    leads_to,
    of_condition,
    put_back,
    redirections_of,
)

from ..campaign import CloudCampaign
from ..conformance import Fault, Harness, PhoneSystemConformance
from ..http_harness import HttpHarness
from .double import ADMIN, OWN_PASSWORDS, PASSWORD, Starface

MOBILE = "+491715550100"


class StarfaceHarness(HttpHarness[Starface]):
    """Two users, an administrator's login, and what users do in STARFACE's pages."""

    row = STARFACE
    absent: Mapping[Fault, str] = MappingProxyType(
        {
            Fault.LICENCE: "the interface needs no licence of its own",
            Fault.SECOND_FACTOR: "a login there needs no second factor",
            Fault.RULE_MISSING: "every number has all three triggers",
        }
    )
    private = (PASSWORD, *OWN_PASSWORDS.values(), "Anna", "anna@example.com")
    parsers = (
        decoded,
        lambda data: redirections_of(decoded(data)),
        lambda data: memory_from_json(decoded(data)),
        lambda data: put_back((), data.decode(errors="replace")),
    )

    broken: ClassVar[Mapping[Fault, tuple[str, object]]] = {
        Fault.PERMISSION: ("may_act", False),
    }

    @override
    def build(self) -> PhoneSystem:
        return StarfacePhoneSystem(
            self.around,
            {"username": ADMIN, "password": "wrong" if self.wrong_login else PASSWORD},
            self.kept.memory,
            base=self.double.base,
            poll_every=0.2,
            answers_within=2,
        )

    @override
    def end_logins(self) -> None:
        self.double.end_tokens()

    @override
    def targets(self, condition: Condition) -> tuple[Destination, Destination]:
        return (
            Destination(DestinationKind.NUMBER, MOBILE),
            Destination(DestinationKind.VOICEMAIL, "100"),
        )

    @override
    async def stored(self, extension: str) -> ForwardingState:
        found = redirections_of(self.double.redirects[extension])
        boxes = {f"9{extension}": extension}
        return ForwardingState(
            *(leads_to(of_condition(found, one), boxes) for one in Condition)
        )

    @override
    async def set_by_others(self, extension: str, state: ForwardingState) -> None:
        for part, target in known(state):
            for one in self.double.of(extension, TRIGGERS[Condition(part.value)]):
                one["enabled"] = target is not None
                if isinstance(target, Destination):
                    voicemail = target.kind is DestinationKind.VOICEMAIL
                    one["redirectDestination"] = (
                        {
                            "redirectDestinationType": "MAILBOX",
                            "mailboxId": f"9{extension}",
                        }
                        if voicemail
                        else {
                            "redirectDestinationType": "PHONENUMBER",
                            "phoneNumber": target.number,
                        }
                    )

    @override
    async def foreign(self) -> object:
        others = {k: v for k, v in self.double.redirects.items() if k != self.extension}
        groups = [
            one for one in self.double.redirects[self.extension] if one["groupNumber"]
        ]
        return deepcopy((others, groups))

    @override
    def logins(self) -> int:
        return self.double.logins


@pytest.fixture
async def harness() -> AsyncIterator[StarfaceHarness]:
    async with StarfaceHarness.serving(Starface()) as found:
        yield found


class TestConformance(PhoneSystemConformance):
    """Everything in :mod:`tests.telephony.conformance`."""

    @staticmethod
    @override
    def writes_of_one(harness: Harness) -> int:
        return 2  # one for each number


class TestCampaign(CloudCampaign):
    """Everything in :mod:`tests.telephony.campaign`."""

    most_writes = 2  # one for each number
