"""The STARFACE driver keeps to what every driver has to, against a double of a STARFACE."""

from collections.abc import AsyncIterator, Mapping
import contextlib
from copy import deepcopy
from types import MappingProxyType
from typing import Any, override

import aiohttp
import pytest

from custom_components.xpresence.presence.line import (
    Condition,
    Destination,
    DestinationKind,
    ForwardingState,
)
from custom_components.xpresence.presence.redirect.parts import known
from custom_components.xpresence.telephony.description import Surroundings
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

from ..conformance import Fault, Harness, PhoneSystemConformance
from .double import ADMIN, OWN_PASSWORDS, PASSWORD, Starface

MOBILE = "+491715550100"


class StarfaceHarness(Harness):
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

    def __init__(self, pbx: Starface, session: aiohttp.ClientSession) -> None:
        self.pbx = pbx
        self.session = session
        self.password = PASSWORD
        self.memory: Mapping[str, Mapping[str, Any]] = {}
        self.running: contextlib.AsyncExitStack | None = None

    async def _save(self, memory: Mapping[str, Mapping[str, Any]]) -> None:
        self.memory = deepcopy(memory)

    @override
    def build(self) -> PhoneSystem:
        def never(*_: object) -> Any:
            raise AssertionError

        return StarfacePhoneSystem(
            Surroundings(never, never, never, self._save, lambda: self.session),
            {"username": ADMIN, "password": self.password},
            self.memory,
            base=self.pbx.base,
            poll_every=0.2,
            answers_within=2,
        )

    @override
    def targets(self, condition: Condition) -> tuple[Destination, Destination]:
        return (
            Destination(DestinationKind.NUMBER, MOBILE),
            Destination(DestinationKind.VOICEMAIL, "100"),
        )

    @override
    async def stored(self, extension: str) -> ForwardingState:
        found = redirections_of(self.pbx.redirects[extension])
        boxes = {f"9{extension}": extension}
        return ForwardingState(
            *(leads_to(of_condition(found, one), boxes) for one in Condition)
        )

    @override
    async def set_by_others(self, extension: str, state: ForwardingState) -> None:
        for part, target in known(state):
            for one in self.pbx.of(extension, TRIGGERS[Condition(part.value)]):
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
        others = {k: v for k, v in self.pbx.redirects.items() if k != self.extension}
        groups = [
            one for one in self.pbx.redirects[self.extension] if one["groupNumber"]
        ]
        return deepcopy((others, groups))

    @override
    def writes(self) -> int:
        return self.pbx.writes

    @override
    def logins(self) -> int:
        return self.pbx.logins

    @override
    def fault(self, fault: Fault) -> contextlib.AbstractAsyncContextManager[None]:
        return getattr(self, f"_{fault.value}")()  # type: ignore[no-any-return]

    @contextlib.asynccontextmanager
    async def _authentication(self) -> AsyncIterator[None]:
        self.password = "wrong"
        try:
            yield
        finally:
            self.password = PASSWORD

    @contextlib.asynccontextmanager
    async def _permission(self) -> AsyncIterator[None]:
        self.pbx.may_act = False
        try:
            yield
        finally:
            self.pbx.may_act = True

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
async def harness() -> AsyncIterator[StarfaceHarness]:
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        found = StarfaceHarness(Starface(), session)
        found.running = contextlib.AsyncExitStack()
        await found.running.enter_async_context(found.pbx.serving())
        yield found
        await found.running.aclose()


class TestConformance(PhoneSystemConformance):
    """Everything in :mod:`tests.telephony.conformance`."""

    @staticmethod
    @override
    def writes_of_one(harness: Harness) -> int:
        return 2  # one for each number
