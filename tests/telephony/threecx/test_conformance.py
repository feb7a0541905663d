"""The 3CX driver keeps to what every driver has to, against a double of a 3CX."""

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
from custom_components.xpresence.telephony.driver import PhoneSystem
from custom_components.xpresence.telephony.http import decoded
from custom_components.xpresence.telephony.threecx.client import XapiClient
from custom_components.xpresence.telephony.threecx.description import THREECX
from custom_components.xpresence.telephony.threecx.driver import ThreeCxPhoneSystem
from custom_components.xpresence.telephony.threecx.users import users_of

from ..campaign import CLIENTS_LIMIT, CloudCampaign
from ..conformance import Fault, PhoneSystemConformance
from ..http_harness import HttpHarness
from .double import CLIENT_ID, CLIENT_SECRET, ThreeCx


class ThreeCxHarness(HttpHarness[ThreeCx]):
    """Two users, and what they do in 3CX's own program."""

    row = THREECX
    absent: Mapping[Fault, str] = MappingProxyType(
        {
            Fault.SECOND_FACTOR: "an API client needs no second factor",
            Fault.RULE_MISSING: "every user has all statuses",
        }
    )
    private = (CLIENT_SECRET, "Anna", "anna@example.com", "01715550199")
    parsers = (decoded, lambda data: users_of([decoded(data)]))

    broken: ClassVar[Mapping[Fault, tuple[str, object]]] = {
        Fault.PERMISSION: ("may_write", False),
        Fault.LICENCE: ("licensed", False),
    }

    @override
    def build(self) -> PhoneSystem:
        client = XapiClient(
            lambda: self.session,
            self.double.base,
            CLIENT_ID,
            "wrong" if self.wrong_login else CLIENT_SECRET,
            answers_within=2,
        )
        return ThreeCxPhoneSystem(client, poll_every=0.2)

    @override
    def end_logins(self) -> None:
        self.double.take_token()

    @override
    def targets(self, condition: Condition) -> tuple[Destination, Destination]:
        return (
            Destination(DestinationKind.STATUS, "Away"),
            Destination(DestinationKind.STATUS, "Custom 1"),
        )

    @override
    async def stored(self, extension: str) -> ForwardingState:
        name = self.double.of(extension)["CurrentProfileName"]
        status = Destination(DestinationKind.STATUS, name)
        return ForwardingState(unconditional=None if name == "Available" else status)

    @override
    async def set_by_others(self, extension: str, state: ForwardingState) -> None:
        target = state.unconditional
        name = target.number if isinstance(target, Destination) else "Available"
        self.double.of(extension)["CurrentProfileName"] = name

    @override
    async def foreign(self) -> object:
        own = dict(self.double.of(self.extension))
        del own["CurrentProfileName"]
        others = [one for one in self.double.users if one["Number"] != self.extension]
        return deepcopy((own, others))


@pytest.fixture
async def harness() -> AsyncIterator[ThreeCxHarness]:
    async with ThreeCxHarness.serving(ThreeCx()) as found:
        yield found


class TestConformance(PhoneSystemConformance):
    """Everything in :mod:`tests.telephony.conformance`."""


class TestCampaign(CloudCampaign):
    """Everything in :mod:`tests.telephony.campaign`."""

    requests_an_hour = CLIENTS_LIMIT / 10
