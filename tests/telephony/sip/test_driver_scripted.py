"""The SIP driver at phone systems that cannot be run here: every word is a test's."""

import asyncio
from collections.abc import AsyncIterator
import contextlib

import pytest

from custom_components.xpresence.presence.line import (
    TARGET_UNKNOWN,
    UNKNOWN,
    Destination,
    DestinationKind,
    ForwardingState,
)
from custom_components.xpresence.presence.redirect.parts import Part
from custom_components.xpresence.telephony.driver import (
    NotSupported,
    PermissionDenied,
    PhoneSystemError,
    Rejected,
    Unavailable,
)
from custom_components.xpresence.telephony.sip.agent import Protocol
from custom_components.xpresence.telephony.sip.agent.message import Request
from custom_components.xpresence.telephony.sip.codes import TABLES
from custom_components.xpresence.telephony.sip.driver import SipPhoneSystem
from custom_components.xpresence.telephony.sip.feature_event import NAMESPACE, TYPE
from custom_components.xpresence.telephony.sip.line import Waits
from custom_components.xpresence.telephony.sip.settings import Person, SipSettings
from custom_components.xpresence.telephony.sip.systems import FEATURE_EVENTS, System

from .conftest import QUICK
from .peer import Peer

WAITS = Waits(ring=2, hold=0.2, notify=0.5, settle=0.05)
ACTIVE = ("subscription-state", "active;expires=60")


class Switchboard:
    """Answers what the driver asks: codes it takes down, subscriptions it grants."""

    def __init__(self, server: Peer) -> None:
        self._server = server
        self.dialled: list[str] = []
        self.status = 200
        self.lamps: dict[str, bool] = {}
        """Lamp → whether it is lit; what is not here is refused."""
        self.features: list[bytes] | None = None
        """What is told in parts; ``None``: as-feature-event is not spoken."""
        self.bodies: list[bytes] = []
        self._watching: dict[str, Request] = {}
        self._numbers: dict[str, int] = {}

    async def run(self) -> None:
        while True:
            message = await self._server.heard.get()
            if not isinstance(message, Request):
                continue
            if message.method == "INVITE":
                self._take_call(message)
            elif message.method == "SUBSCRIBE":
                self._take_subscription(message)
            elif message.method in ("BYE", "REGISTER"):
                self._server.answer(message, 200)

    def _take_call(self, invite: Request) -> None:
        user = invite.uri.partition(":")[2].partition("@")[0].replace("%23", "#")
        if invite.get("call-id") not in self._numbers:
            self.dialled.append(user)
        self._numbers[invite.get("call-id")] = 0
        self._server.answer(invite, self.status)
        if self.status == 200:
            self._server.ask("BYE", invite, 1)

    def _take_subscription(self, request: Request) -> None:
        call_id, event = request.get("call-id"), request.get("event")
        user = request.get("to").partition(":")[2].partition("@")[0]
        user = user.replace("%23", "#")
        known = self.lamps if event == "dialog" else self.features
        if known is None or (event == "dialog" and user not in self.lamps):
            self._server.answer(request, 489 if event != "dialog" else 404)
            return
        if request.body:
            self.bodies.append(request.body)
        self._server.answer(request, 200, ("expires", "60"))
        self._watching.setdefault(call_id, request)
        self.notify(call_id, event, user)

    def notify(self, call_id: str, event: str, user: str) -> None:
        self._numbers[call_id] = number = self._numbers.get(call_id, 0) + 1
        if event == "dialog":
            state = "confirmed" if self.lamps[user] else "terminated"
            content_type, body = (
                "application/dialog-info+xml",
                (
                    f'<dialog-info state="full"><dialog id="a"><state>{state}</state>'
                    "</dialog></dialog-info>"
                ).encode(),
            )
        else:
            content_type = 'multipart/mixed; boundary="UniqueBroadWorksBoundary"'
            body = b"".join(
                b"--UniqueBroadWorksBoundary\r\nContent-Type: "
                + TYPE.encode()
                + b"\r\n\r\n"
                + part
                + b"\r\n"
                for part in self.features or ()
            )
            body += b"--UniqueBroadWorksBoundary--\r\n"
        self._server.ask(
            "NOTIFY",
            self._watching[call_id],
            number,
            ("event", event),
            ("content-type", content_type),
            ACTIVE,
            body=body,
        )


@pytest.fixture
async def board(server: Peer) -> AsyncIterator[Switchboard]:
    """Return a switchboard that takes every code and lets nobody watch."""
    found = Switchboard(server)
    task = asyncio.create_task(found.run())
    yield found
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@contextlib.asynccontextmanager
async def started(
    server: Peer, system: System, *, register: bool = False
) -> AsyncIterator[SipPhoneSystem]:
    settings = SipSettings(
        "127.0.0.1", server.port, Protocol.UDP, system, register=register
    )
    found = SipPhoneSystem(
        settings, {"100": Person("secret", line="1")}, timers=QUICK, waits=WAITS
    )
    await found.start()
    yield found
    await found.close()


def to(number: str) -> Destination:
    return Destination(DestinationKind.NUMBER, number)


def everything(*, on: bool, key: str) -> ForwardingState:
    """Return all that a table has, on or off."""
    table = TABLES[key]
    target = to("0171") if on else None
    state: dict[str, object] = {each.value: target for each in table.forwards}
    if table.do_not_disturb is not None:
        state["do_not_disturb"] = on
    return ForwardingState(**state)  # type: ignore[arg-type]


DIALLED = {
    "fusionpbx": (["*720171", "*78"], ["*73", "*79"]),
    "grandstream": (
        ["*720171", "*900171", "*920171", "*77"],
        ["*73", "*91", "*93", "*78"],
    ),
    "yeastar_p": (["*310171", "*320171", "*330171"], ["*031", "*032", "*033"]),
    "yeastar_s": (
        ["*710171", "*720171", "*730171", "*74"],
        ["*071", "*072", "*073", "*074"],
    ),
    "threecx": (["*32"], ["*30"]),
    "innovaphone": (["*21*0171#", "*67*0171#", "*61*0171#"], ["#21#", "#67#", "#61#"]),
    "carrier": (["*21*0171#", "*67*0171#", "*61*0171#"], ["#21#", "#67#", "#61#"]),
}


@pytest.mark.parametrize("key", DIALLED)
async def test_each_makers_codes_are_dialled_and_not_read_back(
    server: Peer, board: Switchboard, key: str
) -> None:
    on, off = DIALLED[key]
    async with started(server, TABLES[key]) as system:
        line = await system.apply("100", everything(on=True, key=key))
        assert board.dialled == on
        assert line.forwarding == ForwardingState()
        board.dialled.clear()
        await system.apply("100", everything(on=False, key=key))
        assert board.dialled == off


def test_every_table_without_a_lamp_is_dialled_above() -> None:
    silent = {
        key
        for key, table in TABLES.items()
        if not any(code.readable for code in table.codes())
    }
    assert silent == set(DIALLED)


async def test_auerswald_tells_by_the_code_itself_whether_it_is_on(
    server: Peer, board: Switchboard
) -> None:
    code = "##961#*21*0171#100"
    async with started(server, TABLES["auerswald"]) as system:
        assert (await system.read("100")).forwarding.unconditional is UNKNOWN
        board.lamps[code] = True
        line = await system.apply("100", ForwardingState(unconditional=to("0171")))
        assert board.dialled == [code]
        assert line.forwarding.unconditional == to("0171")
        assert line.forwarding.busy is UNKNOWN
        board.lamps[code] = False
        # Ended at the desk, or sent elsewhere: nobody can tell.
        assert (await system.read("100")).forwarding.unconditional is UNKNOWN
        board.lamps[code] = True
        line = await system.read("100")
        assert line.forwarding.unconditional != to("0170")
        board.lamps[code] = False
        line = await system.apply("100", ForwardingState(unconditional=None))
        assert board.dialled[-1] == "##961##21#100"
        assert line.forwarding.unconditional is None


def forwarding(kind: str, to: str, more: str = "") -> bytes:
    return (
        f'<ForwardingEvent xmlns="{NAMESPACE}"><device>100</device>'
        f"<forwardingType>{kind}</forwardingType>"
        f"<forwardStatus>{'true' if to else 'false'}</forwardStatus>"
        f"<forwardTo>{to}</forwardTo>{more}</ForwardingEvent>"
    ).encode()


async def test_all_features_come_at_once_with_ring_time_and_voicemail(
    server: Peer, board: Switchboard
) -> None:
    board.features = [
        forwarding("forwardImmediate", ""),
        forwarding("forwardBusy", "*99100"),
        forwarding("forwardNoAns", "101", "<ringCount>4</ringCount>"),
        b"<DoNotDisturbEvent><doNotDisturbOn>true</doNotDisturbOn></DoNotDisturbEvent>",
    ]
    async with started(server, FEATURE_EVENTS["fusionpbx_events"]) as system:
        line = await system.read("100")
        assert line.forwarding == ForwardingState(
            unconditional=None,
            busy=Destination(DestinationKind.VOICEMAIL, "100"),
            no_reply=to("101"),
            ring_seconds=24,
            do_not_disturb=True,
        )
        # Only how long it rings: the target is said again.
        await system.apply("100", ForwardingState(ring_seconds=36))
        assert b"<ringCount>6</ringCount>" in board.bodies[-1]
        assert b"<forwardDN>101</forwardDN>" in board.bodies[-1]
        assert len(board.bodies) == 1


async def test_a_server_without_feature_events_is_told_as_such(
    server: Peer, board: Switchboard
) -> None:
    async with started(server, FEATURE_EVENTS["broadworks"]) as system:
        with pytest.raises(NotSupported):
            await system.read("100")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (403, PermissionDenied),
        (404, NotSupported),
        (484, NotSupported),
        (480, Rejected),
        (486, Rejected),
        (603, Rejected),
        (302, Rejected),
        (500, Unavailable),
        (503, Unavailable),
    ],
)
async def test_what_the_phone_system_answers_to_a_code_is_told(
    server: Peer, board: Switchboard, status: int, error: type[PhoneSystemError]
) -> None:
    board.status = status
    async with started(server, TABLES["carrier"]) as system:
        with pytest.raises(error) as raised:
            await system.apply("100", ForwardingState(busy=to("0171")))
        assert "0171" not in str(raised.value)
        # Nothing is dialled a second time by itself.
        await asyncio.sleep(0.2)
        assert board.dialled == ["*67*0171#"]


async def test_nothing_is_registered_unless_it_is_asked_for(
    server: Peer, board: Switchboard
) -> None:
    for register in (False, True):
        server.everything.clear()
        async with started(server, TABLES["carrier"], register=register) as system:
            system.watch("100")
            await system.read("100")
            await asyncio.sleep(0.1)
        told = [
            message.get("expires")
            for message in server.everything
            if isinstance(message, Request) and message.method == "REGISTER"
        ]
        assert (told[:1], told[-1:]) == ((["60"], ["0"]) if register else ([], []))


async def test_lamps_that_are_refused_leave_their_parts_unread(
    server: Peer, board: Switchboard
) -> None:
    board.lamps["*96100"] = True
    async with started(server, TABLES["freepbx"]) as system:
        line = await system.read("100")
        assert line.forwarding.unconditional == TARGET_UNKNOWN
        assert line.forwarding.do_not_disturb is UNKNOWN
        assert line.call is None
        found = system.redirect_capabilities("100")
        assert found.readable == {Part.UNCONDITIONAL}
        assert Part.DO_NOT_DISTURB in found.writable
