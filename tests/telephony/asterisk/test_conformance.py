"""The Asterisk driver keeps to what every driver has to, on a real Asterisk."""

import asyncio
from collections.abc import AsyncIterator, Mapping
import contextlib
import re
from types import MappingProxyType
from typing import Any, override

import pytest

from custom_components.xpresence.presence.line import (
    Condition,
    Destination,
    DestinationKind,
    ForwardingState,
)
from custom_components.xpresence.presence.redirect.parts import Part, known
from custom_components.xpresence.telephony.asterisk import freepbx
from custom_components.xpresence.telephony.asterisk.ami.wire import Framer, Garbage
from custom_components.xpresence.telephony.asterisk.description import ASTERISK
from custom_components.xpresence.telephony.driver import PhoneSystem
from tests.pbx.asterisk import Asterisk

from ..conformance import Fault, Harness, PhoneSystemConformance
from ..conftest import Patience, system_for
from ..faultproxy import Fault as NetworkFault, FaultProxy

pytestmark = pytest.mark.asterisk

FAMILIES = {
    Part.UNCONDITIONAL: "CF",
    Part.BUSY: "CFB",
    Part.NO_REPLY: "CFU",
    Part.DO_NOT_DISTURB: "DND",
}
ENTRY = re.compile(r"^(/\S+)\s*: (.*?)\s*$", re.MULTILINE)


class AsteriskHarness(Harness):
    """An Asterisk that is reached through a proxy, and looked into by its console."""

    row = ASTERISK
    absent: Mapping[Fault, str] = MappingProxyType(
        {
            Fault.LICENCE: "Asterisk is free and has no licence",
            Fault.SECOND_FACTOR: "the manager interface knows none",
            Fault.RATE_LIMIT: "the manager interface has no limit of requests",
            Fault.RULE_MISSING: "every target can be written to the AstDB",
        }
    )
    refusals = (Garbage, ValueError)
    parsers = (
        lambda data: Framer().feed(data),
        lambda data: freepbx.destination(data.decode(errors="replace")),
        lambda data: freepbx.forwarding(
            "100",
            dict.fromkeys(
                ("/CF/100", "/AMPUSER/100/ringtimer"), data.decode(errors="replace")
            ),
        ),
        lambda data: freepbx.extension_of(data.decode(errors="replace")),
    )

    def __init__(self, pbx: Asterisk, proxy: FaultProxy) -> None:
        self.pbx = pbx
        self.proxy = proxy
        self.patience = Patience()
        self.login: dict[str, str] = {}
        self.private = (pbx.secret,)

    @override
    def build(self) -> PhoneSystem:
        return system_for(
            self.pbx,
            port=self.proxy.port,
            deadlines=self.patience,
            poll_every=0.2,
            **self.login,
        )

    @override
    def targets(self, condition: Condition) -> tuple[Destination, Destination]:
        return (
            Destination(DestinationKind.NUMBER, "01715550100"),
            Destination(DestinationKind.VOICEMAIL, "100"),
        )

    async def _database(self) -> dict[str, str]:
        shown = await asyncio.to_thread(self.pbx.cli, "database show")
        return dict(ENTRY.findall(shown))

    @override
    async def stored(self, extension: str) -> ForwardingState:
        found = await self._database()
        values: dict[str, Any] = {}
        for part, family in FAMILIES.items():
            value = found.get(f"/{family}/{extension}")
            if part is Part.DO_NOT_DISTURB:
                values[part.value] = value == "YES"
            elif value is None:
                values[part.value] = None
            else:
                kind = DestinationKind.NUMBER
                if value.startswith("*"):
                    kind, value = DestinationKind.VOICEMAIL, value[1:]
                values[part.value] = Destination(kind, value)
        user = f"/AMPUSER/{extension}"
        ring = found.get(f"{user}/ringtimer", "0")
        follows = found.get(f"{user}/followme/ddial") == "DIRECT"
        number = found.get(f"{user}/followme/grplist", "").rstrip("#")
        return ForwardingState(
            **values,
            ring_seconds=int(ring) or None,
            follow_me=number if follows else None,
        )

    @override
    async def set_by_others(self, extension: str, state: ForwardingState) -> None:
        for part, value in known(state):
            family = FAMILIES[part]
            if isinstance(value, Destination):
                voicemail = value.kind is DestinationKind.VOICEMAIL
                number = "*" * voicemail + value.number
                await asyncio.to_thread(self.pbx.put, family, extension, number)
            else:
                await asyncio.to_thread(
                    self.pbx.cli, f"database del {family} {extension}"
                )

    @override
    async def foreign(self) -> object:
        own = {f"/{family}/{self.extension}" for family in FAMILIES.values()}
        return {
            key: value
            for key, value in (await self._database()).items()
            if key not in own
            # The lamps are the driver's to light.
            and not key.startswith(("/CustomDevstate/", "/registrar/", "/pbx/"))
        }

    @override
    def writes(self) -> int:
        return self.proxy.writes

    @override
    def logins(self) -> int:
        return self.proxy.logins

    @override
    def fault(self, fault: Fault) -> contextlib.AbstractAsyncContextManager[None]:
        return getattr(self, f"_{fault.value}")()  # type: ignore[no-any-return]

    @contextlib.asynccontextmanager
    async def _authentication(self) -> AsyncIterator[None]:
        self.login = {"password": "wrong"}
        try:
            yield
        finally:
            self.login = {}

    @contextlib.asynccontextmanager
    async def _permission(self) -> AsyncIterator[None]:
        self.login = {"username": "nowrite"}
        try:
            yield
        finally:
            self.login = {}

    @contextlib.asynccontextmanager
    async def _down(self) -> AsyncIterator[None]:
        self.proxy.refuses = True
        self.proxy.cut()
        # Until the driver has noticed.
        await asyncio.sleep(0.3)
        try:
            yield
        finally:
            self.proxy.refuses = False

    @contextlib.asynccontextmanager
    async def _answer_lost(self) -> AsyncIterator[None]:
        self.proxy.on_write = NetworkFault.SWALLOW_ANSWERS
        with self.patience.lost():
            try:
                yield
            finally:
                self.proxy.release()
                self.proxy.cut()


@pytest.fixture
def harness(frail_pbx: Asterisk, proxy: FaultProxy) -> AsteriskHarness:
    return AsteriskHarness(frail_pbx, proxy)


class TestConformance(PhoneSystemConformance):
    """Everything in :mod:`tests.telephony.conformance`."""
