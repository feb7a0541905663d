"""The sipgate driver keeps to what every driver has to, against a double of sipgate."""

from collections.abc import AsyncIterator, Mapping
import contextlib
from copy import deepcopy
import os
from types import MappingProxyType
from typing import Any, ClassVar, override
from unittest import mock

import aiohttp
import pytest

from custom_components.xpresence.presence.line import (
    Condition,
    Destination,
    DestinationKind,
    ForwardingState,
)
from custom_components.xpresence.presence.redirect.parts import Part, known
from custom_components.xpresence.telephony.driver import PhoneSystem
from custom_components.xpresence.telephony.http import decoded, retry_after
from custom_components.xpresence.telephony.sipgate.chain import e164, items_of
from custom_components.xpresence.telephony.sipgate.description import SIPGATE, TEST
from custom_components.xpresence.telephony.sipgate.driver import SipgatePhoneSystem
from custom_components.xpresence.telephony.sipgate.memory import memory_from_json

from ..campaign import CloudCampaign
from ..conformance import Fault, PhoneSystemConformance
from ..http_harness import HttpHarness
from .double import CLIENT_ID, CLIENT_SECRET, EVERY_SCOPE, TOKEN, TOKEN_ID, Sipgate

LINES = {"100": "w0/p0", "101": "w1/p1"}
AT_ONCE, LATE = 0, 15


class SipgateHarness(HttpHarness[Sipgate]):
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

    broken: ClassVar[Mapping[Fault, tuple[str, object]]] = {
        Fault.PERMISSION: ("scopes", EVERY_SCOPE - {"phonelines:forwardings:write"}),
        Fault.LICENCE: ("neo", True),
    }

    office: Mapping[str, Any] = MappingProxyType({})
    """What the office has answered beside the country code."""

    @override
    def __init__(self, double: Sipgate, session: aiohttp.ClientSession) -> None:
        super().__init__(double, session)
        self.own: dict[str, Mapping[str, Any]] = {}
        """What people have answered, in place of a token, a user and a line."""

    @classmethod
    @override
    @contextlib.asynccontextmanager
    async def serving(cls, double: Sipgate) -> AsyncIterator[SipgateHarness]:
        async with super().serving(double) as found:
            with mock.patch.dict(os.environ, {TEST: double.base}):
                yield found

    @override
    def build(self) -> PhoneSystem:
        system = SipgatePhoneSystem(
            self.around,
            self.kept.memory,
            {"country_code": "49", **self.office},
            poll_every=0.2,
            answers_within=2,
        )
        for extension, line in LINES.items():
            user, _, phone_line = line.partition("/")
            token = {
                "token_id": TOKEN_ID,
                "token": "wrong" if self.wrong_login else TOKEN,
                "user": user,
                "line": phone_line,
            }
            system.configure(extension, self.own.get(extension, token))
        return system

    @override
    def end_logins(self) -> None:
        self.double.end_access()

    @override
    def targets(self, condition: Condition) -> tuple[Destination, Destination]:
        return (
            Destination(DestinationKind.NUMBER, "+491715550100"),
            Destination(DestinationKind.VOICEMAIL, "100"),
        )

    @override
    async def stored(self, extension: str) -> ForwardingState:
        items = [one for one in self.double.lines[LINES[extension]] if one["active"]]
        at_once = [one for one in items if one["timeout"] == 0]
        late = [one for one in items if one["timeout"] > 0]

        def where(found: list[dict[str, Any]]) -> Destination | None:
            if not found:
                return None
            written = found[0]["destination"]
            if written == "v0":
                return Destination(DestinationKind.VOICEMAIL, extension)
            return Destination(DestinationKind.NUMBER, f"+{written}")

        devices = self.double.devices[LINES[extension].partition("/")[0]]
        return ForwardingState(
            unconditional=where(at_once),
            no_reply=where(late),
            ring_seconds=late[0]["timeout"] if late else None,
            do_not_disturb=all(devices.values()),
        )

    @override
    async def set_by_others(self, extension: str, state: ForwardingState) -> None:
        items = self.double.lines[LINES[extension]]
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
        others = {k: v for k, v in self.double.lines.items() if k != own}
        noted = [
            {key: value for key, value in one.items() if key != "active"}
            for one in self.double.lines[own]
            if "note" in one
        ]
        return deepcopy((others, self.double.devices, noted))


@pytest.fixture
async def harness() -> AsyncIterator[SipgateHarness]:
    async with SipgateHarness.serving(Sipgate()) as found:
        yield found


class TestConformance(PhoneSystemConformance):
    """Everything in :mod:`tests.telephony.conformance`."""


class TestCampaign(CloudCampaign):
    """Everything in :mod:`tests.telephony.campaign`, of people who have signed in."""

    @pytest.fixture
    async def harness(self, harness: SipgateHarness) -> SipgateHarness:
        harness.office = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        for extension, line in LINES.items():
            user, _, _ = line.partition("/")
            token = harness.double.sign_in(user)
            harness.kept.logins[extension] = {"refresh_token": token}
            harness.own[extension] = {"sign_in": token}
        return harness
