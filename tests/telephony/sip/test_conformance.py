"""The SIP driver keeps to what every driver has to: by codes, and by feature events."""

import asyncio
from collections.abc import AsyncIterator, Mapping
import contextlib
from dataclasses import replace
import re
import sqlite3
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
from custom_components.xpresence.telephony.driver import PhoneSystem
from custom_components.xpresence.telephony.sip import feature_event
from custom_components.xpresence.telephony.sip.agent import (
    Account,
    Protocol,
    Server,
    UserAgent,
)
from custom_components.xpresence.telephony.sip.agent.digest import challenges
from custom_components.xpresence.telephony.sip.agent.message import (
    Framer,
    Response,
    parse,
)
from custom_components.xpresence.telephony.sip.agent.uri import (
    parse_address,
    parse_uri,
)
from custom_components.xpresence.telephony.sip.codes import TABLES, places
from custom_components.xpresence.telephony.sip.description import SIP
from custom_components.xpresence.telephony.sip.dialog_info import Dialogs
from custom_components.xpresence.telephony.sip.driver import SipPhoneSystem
from custom_components.xpresence.telephony.sip.line import Waits
from custom_components.xpresence.telephony.sip.settings import Person, SipSettings
from custom_components.xpresence.telephony.sip.systems import FEATURE_EVENTS, System
from tests.pbx.asterisk import Asterisk
from tests.pbx.kamailio import Kamailio

from ..conformance import Fault, Harness, PhoneSystemConformance
from .conftest import STEADY
from .peer import Lossy, LossyProxy, lossy_proxy

FAMILIES = {
    Part.UNCONDITIONAL: "CF",
    Part.BUSY: "CFB",
    Part.NO_REPLY: "CFU",
    Part.DO_NOT_DISTURB: "DND",
}
CODES = {
    Part.UNCONDITIONAL: ("*72", "*73"),
    Part.BUSY: ("*90", "*91"),
    Part.NO_REPLY: ("*52", "*53"),
    Part.DO_NOT_DISTURB: ("*78", "*79"),
}
HASTY = replace(STEADY, t1=0.03, keepalive=0.3, retry_first=0.1, retry_most=0.2)
WAITS = Waits(ring=10, hold=10, notify=2, settle=0.1)


def text(data: bytes) -> str:
    return data.decode(errors="replace")


class SipHarness(Harness):
    """A server that is reached through a proxy that can be made to lose."""

    row = SIP
    system: System
    refusals = (ValueError,)
    parsers = (
        parse,
        lambda data: list(Framer().feed(data)),
        lambda data: parse_uri(parse_address(text(data)).uri),
        lambda data: challenges(
            Response((("www-authenticate", text(data)),), b"", 401, "")
        ),
        lambda data: feature_event.parsed("multipart/mixed;boundary=a", data),
        lambda data: feature_event.parsed(feature_event.TYPE, data),
        lambda data: Dialogs().update(data),
        lambda data: places(text(data)),
    )
    absent: Mapping[Fault, str] = MappingProxyType(
        {
            Fault.LICENCE: "SIP has no word for a licence",
            Fault.SECOND_FACTOR: "SIP has no word for a second factor",
            Fault.RULE_MISSING: "a code that is not there is refused as not supported",
            Fault.RATE_LIMIT: "this server asks nobody to wait; a scripted one does",
        }
    )

    def __init__(self, proxy: LossyProxy, passwords: Mapping[str, str]) -> None:
        self.proxy = proxy
        self.passwords = dict(passwords)
        self.private = tuple(passwords.values())
        self.domain = ""

    @override
    def build(self) -> PhoneSystem:
        settings = SipSettings(
            "127.0.0.1",
            self.proxy.port,
            Protocol.UDP,
            self.system,
            domain=self.domain,
        )
        people = {name: Person(word) for name, word in self.passwords.items()}
        return SipPhoneSystem(settings, people, timers=HASTY, waits=WAITS)

    @override
    def targets(self, condition: Condition) -> tuple[Destination, Destination]:
        return (
            Destination(DestinationKind.NUMBER, "01715550100"),
            Destination(DestinationKind.NUMBER, "101"),
        )

    @override
    @contextlib.asynccontextmanager
    async def fault(self, fault: Fault) -> AsyncIterator[None]:
        right = dict(self.passwords)
        try:
            match fault:
                case Fault.AUTHENTICATION:
                    self.passwords[self.extension] = "wrong"
                    yield
                case Fault.DOWN:
                    self.proxy.copies = lambda _number, _up, _data: 0
                    yield
                case Fault.ANSWER_LOST:
                    self.proxy.copies = self.answers_lost()
                    yield
                case _:
                    async with self.other_fault(fault):
                        yield
        finally:
            self.passwords = right
            self.proxy.copies = lambda _number, _up, _data: 1

    def answers_lost(self) -> Lossy:
        """Return how to lose whatever is answered from the next write on."""
        written = False

        def copies(_number: int, up: bool, data: bytes) -> int:
            nonlocal written
            written |= up and b"\nAuthorization:" in data and self.writes_in(data)
            return up or not written

        return copies

    def writes_in(self, data: bytes) -> bool:
        raise NotImplementedError

    def other_fault(self, fault: Fault) -> contextlib.AbstractAsyncContextManager[None]:
        raise NotImplementedError(fault)

    @contextlib.asynccontextmanager
    async def desk(self, port: int) -> AsyncIterator[tuple[UserAgent, Account]]:
        """Be the desk phone of an extension, not through the proxy."""
        agent = UserAgent(Server("127.0.0.1", port), timers=STEADY)
        account = Account(self.extension, self.passwords[self.extension])
        await agent.open(account)
        try:
            yield agent, account
        finally:
            await agent.close()


class CodesHarness(SipHarness):
    """An Asterisk with FreePBX's codes and lamps."""

    extension = "110"
    colleague = "111"
    system = TABLES["freepbx"]

    def __init__(self, pbx: Asterisk, proxy: LossyProxy) -> None:
        super().__init__(proxy, pbx.sip_passwords)
        self.pbx = pbx

    @override
    async def stored(self, extension: str) -> ForwardingState:
        values: dict[str, Any] = {}
        for part, family in FAMILIES.items():
            found = await asyncio.to_thread(self.pbx.database, family, extension)
            if part is Part.DO_NOT_DISTURB:
                values[part.value] = found == "YES"
            else:
                values[part.value] = found and Destination(
                    DestinationKind.NUMBER, found
                )
        return ForwardingState(**values)

    @override
    async def set_by_others(self, extension: str, state: ForwardingState) -> None:
        async with self.desk(self.pbx.sip_port) as (agent, account):
            for part, value in known(state):
                on, off = CODES[part]
                number = value.number if isinstance(value, Destination) else ""
                code = f"{on}{number}" if value else off
                assert (await agent.call(account, code)).hung_up_by_server

    @override
    async def foreign(self) -> object:
        shown = await asyncio.to_thread(self.pbx.cli, "database show")
        return sorted(
            line
            for line in shown.splitlines()
            if re.match(r"/(AMPUSER|CF|CFB|CFU|DND)/", line)
            and not re.match(rf"\S+/{self.extension}\b", line)
        )

    @override
    def writes(self) -> int:
        return self.pbx.calls()

    @override
    def logins(self) -> int:
        return self.pbx.log().count("Failed to authenticate")

    @override
    def writes_in(self, data: bytes) -> bool:
        return data.startswith(b"INVITE")

    @override
    async def quiet(self) -> None:
        while self.pbx.talking():  # noqa: ASYNC110
            await asyncio.sleep(0.05)

    @override
    @contextlib.asynccontextmanager
    async def other_fault(self, fault: Fault) -> AsyncIterator[None]:
        assert fault is Fault.PERMISSION
        self.pbx.cli("dialplan set global FORBIDDEN yes")
        try:
            yield
        finally:
            self.pbx.cli("dialplan set global FORBIDDEN no")


class TestCodes(PhoneSystemConformance):
    @pytest.fixture
    async def harness(self, sip_pbx: Asterisk) -> AsyncIterator[CodesHarness]:
        """Return an Asterisk at which nothing is set."""
        async with lossy_proxy(sip_pbx.sip_port) as proxy:
            yield CodesHarness(sip_pbx, proxy)


class FeatureEventsHarness(SipHarness):
    """A Kamailio that keeps features and tells them."""

    system = FEATURE_EVENTS["kamailio"]
    absent = MappingProxyType(
        {
            **SipHarness.absent,
            Fault.PERMISSION: "everybody may set their own features here",
        }
    )

    def __init__(self, kamailio: Kamailio, proxy: LossyProxy) -> None:
        names = (self.extension, self.colleague)
        super().__init__(proxy, dict.fromkeys(names, kamailio.password))
        self.kamailio = kamailio
        self.domain = f"127.0.0.1:{kamailio.port}"

    def _rows(self, user: str | None = None) -> list[bytes]:
        path = self.kamailio.folder / "kamailio.sqlite"
        uri = f"file:{path}?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=30)) as found:
            rows = found.execute(
                "SELECT username, body FROM presentity ORDER BY id"
            ).fetchall()
        return [
            body if isinstance(body, bytes) else body.encode()
            for name, body in rows
            if user in (None, name)
        ]

    @override
    async def stored(self, extension: str) -> ForwardingState:
        told: dict[Any, Any] = {}
        for body in self._rows(extension):
            told.update(feature_event.parsed(feature_event.TYPE, body))
        return ForwardingState(
            unconditional=told.get(Condition.UNCONDITIONAL),
            busy=told.get(Condition.BUSY),
            no_reply=told.get(Condition.NO_REPLY),
            do_not_disturb=told.get(feature_event.DO_NOT_DISTURB, False),
        )

    @override
    async def set_by_others(self, extension: str, state: ForwardingState) -> None:
        async with self.desk(self.kamailio.port) as (agent, account):
            told: list[object] = []
            watching = agent.subscribe(
                account, feature_event.EVENT, feature_event.TYPE, told.append
            )
            await watching.wait_notified(0)
            for part, value in known(state):
                number = value.number if isinstance(value, Destination) else None
                condition = Condition(part.value)
                document = feature_event.set_forwarding(condition, number)
                before = len(told)
                await watching.refresh(document, feature_event.TYPE)
                await watching.wait_notified(before + 1)

    @override
    async def foreign(self) -> object:
        return self._rows(self.colleague)

    @override
    def writes(self) -> int:
        return len(self._rows())

    @override
    def logins(self) -> int:
        return len({one for one in self.proxy.passed if b"\nAuthorization:" in one})

    @override
    def writes_in(self, data: bytes) -> bool:
        return b"<Set" in data


class TestFeatureEvents(PhoneSystemConformance):
    @pytest.fixture
    async def harness(
        self, one_kamailio: Kamailio
    ) -> AsyncIterator[FeatureEventsHarness]:
        """Return a Kamailio at which nothing is set."""
        await asyncio.to_thread(one_kamailio.restart)
        async with lossy_proxy(one_kamailio.port) as proxy:
            yield FeatureEventsHarness(one_kamailio, proxy)
