"""The 3CX driver keeps to what every driver has to, against a double of a 3CX."""

from collections.abc import AsyncIterator, Mapping
import contextlib
from copy import deepcopy
from types import MappingProxyType
from typing import override

import aiohttp
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

from ..conformance import Fault, Harness, PhoneSystemConformance
from .double import CLIENT_ID, CLIENT_SECRET, ThreeCx


class ThreeCxHarness(Harness):
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

    def __init__(self, pbx: ThreeCx, session: aiohttp.ClientSession) -> None:
        self.pbx = pbx
        self.session = session
        self.secret = CLIENT_SECRET
        self.running: contextlib.AsyncExitStack | None = None

    @override
    def build(self) -> PhoneSystem:
        client = XapiClient(
            lambda: self.session,
            self.pbx.base,
            CLIENT_ID,
            self.secret,
            answers_within=2,
        )
        return ThreeCxPhoneSystem(client, poll_every=0.2)

    @override
    def targets(self, condition: Condition) -> tuple[Destination, Destination]:
        return (
            Destination(DestinationKind.STATUS, "Away"),
            Destination(DestinationKind.STATUS, "Custom 1"),
        )

    @override
    async def stored(self, extension: str) -> ForwardingState:
        name = self.pbx.of(extension)["CurrentProfileName"]
        status = Destination(DestinationKind.STATUS, name)
        return ForwardingState(unconditional=None if name == "Available" else status)

    @override
    async def set_by_others(self, extension: str, state: ForwardingState) -> None:
        target = state.unconditional
        name = target.number if isinstance(target, Destination) else "Available"
        self.pbx.of(extension)["CurrentProfileName"] = name

    @override
    async def foreign(self) -> object:
        own = dict(self.pbx.of(self.extension))
        del own["CurrentProfileName"]
        others = [one for one in self.pbx.users if one["Number"] != self.extension]
        return deepcopy((own, others))

    @override
    def writes(self) -> int:
        return self.pbx.writes

    @override
    def logins(self) -> int:
        return self.pbx.requests

    @override
    def fault(self, fault: Fault) -> contextlib.AbstractAsyncContextManager[None]:
        return getattr(self, f"_{fault.value}")()  # type: ignore[no-any-return]

    @contextlib.asynccontextmanager
    async def _authentication(self) -> AsyncIterator[None]:
        self.secret = "wrong"
        try:
            yield
        finally:
            self.secret = CLIENT_SECRET

    @contextlib.asynccontextmanager
    async def _permission(self) -> AsyncIterator[None]:
        self.pbx.may_write = False
        try:
            yield
        finally:
            self.pbx.may_write = True

    @contextlib.asynccontextmanager
    async def _licence(self) -> AsyncIterator[None]:
        self.pbx.licensed = False
        try:
            yield
        finally:
            self.pbx.licensed = True

    @contextlib.asynccontextmanager
    async def _rate_limit(self) -> AsyncIterator[None]:
        self.pbx.limit = "7"
        try:
            yield
        finally:
            self.pbx.limit = None

    @contextlib.asynccontextmanager
    async def _down(self) -> AsyncIterator[None]:
        assert self.running is not None
        await self.running.aclose()
        try:
            yield
        finally:
            self.running = contextlib.AsyncExitStack()
            await self.running.enter_async_context(self.pbx.serving())

    @contextlib.asynccontextmanager
    async def _answer_lost(self) -> AsyncIterator[None]:
        self.pbx.lose_answers = True
        try:
            yield
        finally:
            self.pbx.lose_answers = False


@pytest.fixture
async def harness() -> AsyncIterator[ThreeCxHarness]:
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        found = ThreeCxHarness(ThreeCx(), session)
        found.running = contextlib.AsyncExitStack()
        await found.running.enter_async_context(found.pbx.serving())
        yield found
        await found.running.aclose()


class TestConformance(PhoneSystemConformance):
    """Everything in :mod:`tests.telephony.conformance`."""
