"""The sipgate driver keeps to what every driver has to, against a double of sipgate."""

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
from custom_components.xpresence.presence.redirect.parts import Part, known
from custom_components.xpresence.telephony.description import Surroundings
from custom_components.xpresence.telephony.driver import PhoneSystem
from custom_components.xpresence.telephony.http import decoded, retry_after
from custom_components.xpresence.telephony.sipgate.chain import e164, items_of
from custom_components.xpresence.telephony.sipgate.description import SIPGATE
from custom_components.xpresence.telephony.sipgate.driver import SipgatePhoneSystem
from custom_components.xpresence.telephony.sipgate.memory import memory_from_json

from ..conformance import Fault, Harness, PhoneSystemConformance
from .double import EVERY_SCOPE, TOKEN, TOKEN_ID, Sipgate

LINES = {"100": "w0/p0", "101": "w1/p1"}
AT_ONCE, LATE = 0, 15


class SipgateHarness(Harness):
    """Two people of one account, and what a user does in sipgate's app."""

    row = SIPGATE
    absent: Mapping[Fault, str] = MappingProxyType(
        {
            Fault.SECOND_FACTOR: "a token needs no second factor",
            Fault.RULE_MISSING: "every target can be written to the list",
        }
    )
    private = (TOKEN, TOKEN_ID)
    parsers = (
        decoded,
        lambda data: items_of(decoded(data)),
        lambda data: retry_after(data.decode(errors="replace")),
        lambda data: e164(data.decode(errors="replace"), "49"),
        lambda data: memory_from_json(decoded(data)),
    )

    def __init__(self, sipgate: Sipgate, session: aiohttp.ClientSession) -> None:
        self.sipgate = sipgate
        self.session = session
        self.token = TOKEN
        self.memory: Mapping[str, Mapping[str, Any]] = {}
        self.running: contextlib.AsyncExitStack | None = None

    async def _save(self, memory: Mapping[str, Mapping[str, Any]]) -> None:
        self.memory = deepcopy(memory)

    @override
    def build(self) -> PhoneSystem:
        def never(*_: object) -> Any:
            raise AssertionError

        around = Surroundings(never, never, never, self._save, lambda: self.session)
        system = SipgatePhoneSystem(
            around,
            self.memory,
            base=self.sipgate.base,
            poll_every=0.2,
            answers_within=2,
        )
        for extension, line in LINES.items():
            user, _, phone_line = line.partition("/")
            system.configure(
                extension,
                {
                    "token_id": TOKEN_ID,
                    "token": self.token,
                    "user": user,
                    "line": phone_line,
                },
            )
        return system

    @override
    def targets(self, condition: Condition) -> tuple[Destination, Destination]:
        return (
            Destination(DestinationKind.NUMBER, "+491715550100"),
            Destination(DestinationKind.VOICEMAIL, "100"),
        )

    @override
    async def stored(self, extension: str) -> ForwardingState:
        items = [one for one in self.sipgate.lines[LINES[extension]] if one["active"]]
        at_once = [one for one in items if one["timeout"] == 0]
        late = [one for one in items if one["timeout"] > 0]

        def where(found: list[dict[str, Any]]) -> Destination | None:
            if not found:
                return None
            written = found[0]["destination"]
            if written == "v0":
                return Destination(DestinationKind.VOICEMAIL, extension)
            return Destination(DestinationKind.NUMBER, f"+{written}")

        devices = self.sipgate.devices[LINES[extension].partition("/")[0]]
        return ForwardingState(
            unconditional=where(at_once),
            no_reply=where(late),
            ring_seconds=late[0]["timeout"] if late else None,
            do_not_disturb=all(devices.values()),
        )

    @override
    async def set_by_others(self, extension: str, state: ForwardingState) -> None:
        items = self.sipgate.lines[LINES[extension]]
        for part, target in known(state):
            late = part is Part.NO_REPLY
            for one in items:
                if (one["timeout"] > 0) is late:
                    one["active"] = False
            if isinstance(target, Destination):
                voicemail = target.kind is DestinationKind.VOICEMAIL
                items.append(
                    {
                        "destination": "v0" if voicemail else target.number[1:],
                        "timeout": LATE if late else AT_ONCE,
                        "active": True,
                        "note": {"by": "the user", "since": 1},
                    }
                )

    @override
    async def foreign(self) -> object:
        own = LINES[self.extension]
        others = {k: v for k, v in self.sipgate.lines.items() if k != own}
        noted = [
            {key: value for key, value in one.items() if key != "active"}
            for one in self.sipgate.lines[own]
            if "note" in one
        ]
        return deepcopy((others, self.sipgate.devices, noted))

    @override
    def writes(self) -> int:
        return self.sipgate.writes

    @override
    def logins(self) -> int:
        return self.sipgate.requests

    @override
    def fault(self, fault: Fault) -> contextlib.AbstractAsyncContextManager[None]:
        return getattr(self, f"_{fault.value}")()  # type: ignore[no-any-return]

    @contextlib.asynccontextmanager
    async def _authentication(self) -> AsyncIterator[None]:
        self.token = "wrong"
        try:
            yield
        finally:
            self.token = TOKEN

    @contextlib.asynccontextmanager
    async def _permission(self) -> AsyncIterator[None]:
        self.sipgate.scopes = EVERY_SCOPE - {"phonelines:forwardings:write"}
        try:
            yield
        finally:
            self.sipgate.scopes = EVERY_SCOPE

    @contextlib.asynccontextmanager
    async def _licence(self) -> AsyncIterator[None]:
        self.sipgate.neo = True
        try:
            yield
        finally:
            self.sipgate.neo = False

    @contextlib.asynccontextmanager
    async def _rate_limit(self) -> AsyncIterator[None]:
        self.sipgate.limit = "7"
        try:
            yield
        finally:
            self.sipgate.limit = None

    @contextlib.asynccontextmanager
    async def _down(self) -> AsyncIterator[None]:
        assert self.running is not None
        await self.running.aclose()
        try:
            yield
        finally:
            self.running = contextlib.AsyncExitStack()
            await self.running.enter_async_context(self.sipgate.serving())

    @contextlib.asynccontextmanager
    async def _answer_lost(self) -> AsyncIterator[None]:
        self.sipgate.lose_answers = True
        try:
            yield
        finally:
            self.sipgate.lose_answers = False


@pytest.fixture
async def harness() -> AsyncIterator[SipgateHarness]:
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        found = SipgateHarness(Sipgate(), session)
        found.running = contextlib.AsyncExitStack()
        await found.running.enter_async_context(found.sipgate.serving())
        yield found
        await found.running.aclose()


class TestConformance(PhoneSystemConformance):
    """Everything in :mod:`tests.telephony.conformance`."""
