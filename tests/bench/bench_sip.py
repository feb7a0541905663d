"""A SIP phone system: from a profile chosen to calls that go elsewhere, and at rest.

Beside a bare request through a plain blocking socket in the same run, in turn. By feature
events on a real Kamailio, by codes on a real Asterisk; there most of the time is the phone
system's own, which stores a code half a second after it has answered; and a choice dials
one code for each condition, since two of them cannot be read there. Effective is when
somebody else who watches sees it, shown when the sensor in Home Assistant does. At rest
everything but the clock is real: an hour is played a hundred times as fast.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
import contextlib
from dataclasses import replace
import secrets
import socket
from statistics import median
import sys
import time
from typing import Any, Final

from homeassistant.core import Event, HomeAssistant
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
)

from custom_components.xpresence.presence.line import Condition
from custom_components.xpresence.telephony.sip import dialog_info, feature_event
from custom_components.xpresence.telephony.sip.agent import (
    Account,
    Notification,
    Protocol,
    Server,
    Timers,
    UserAgent,
)
from custom_components.xpresence.telephony.sip.agent.digest import Nonce, challenges
from custom_components.xpresence.telephony.sip.agent.message import (
    Request,
    Response,
    parse,
)
from custom_components.xpresence.telephony.sip.codes import TABLES
from custom_components.xpresence.telephony.sip.driver import SipPhoneSystem
from custom_components.xpresence.telephony.sip.settings import Person, SipSettings
from custom_components.xpresence.telephony.sip.systems import FEATURE_EVENTS, System
from tests.office import ANNA, BOB, OFFICE, person
from tests.pbx import asterisk, kamailio
from tests.telephony.sip.peer import lossy_proxy

from .bench_switch import home, row

ROUNDS: Final = {"events": 60, "codes": 12}
FASTER: Final = 100
PEOPLE: Final = 30


class BareSocket:
    """A SIP client with nothing that could be left off; one dialog, one account."""

    def __init__(self, port: int, user: str, password: str) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect(("127.0.0.1", port))
        self._socket.settimeout(10)
        self._here = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self._there = f"127.0.0.1:{port}"
        self._user, self._password = user, password
        self._call_id, self._tag, self._seq = "", "", 0
        self._to = ""

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def begin(self) -> None:
        """Begin a dialog."""
        self._call_id, self._tag, self._to = (
            secrets.token_hex(8),
            secrets.token_hex(4),
            "",
        )

    def ask(self, method: str, user: str, *lines: str, body: bytes = b"") -> Response:
        """Send a request, again with the password, and return its final response."""
        answer = self._exchange(method, user, lines, body, "")
        if answer.status == 401:
            self._acknowledge(method, user, answer)
            (found,) = challenges(answer).values()
            uri = f"sip:{user}@{self._there}"
            _, proof = Nonce(found).answer(self._user, self._password, method, uri)
            answer = self._exchange(method, user, lines, body, proof)
        self._to = answer.get("to")
        self._acknowledge(method, user, answer)
        return answer

    def _exchange(
        self, method: str, user: str, lines: tuple[str, ...], body: bytes, proof: str
    ) -> Response:
        self._seq += 1
        more = (*lines, *([f"Authorization: {proof}"] if proof else []))
        self._send(method, user, more, body)
        while True:
            message = parse(self._socket.recv(65536))
            if isinstance(message, Request):
                self.answer(message)
            elif message.status >= 200 and message.cseq == (self._seq, method):
                return message

    def _acknowledge(self, method: str, user: str, answer: Response) -> None:
        if method == "INVITE":
            kept, self._to = self._to, answer.get("to")
            self._send("ACK", user, (), b"")
            self._to = kept

    def _send(
        self, method: str, user: str, lines: tuple[str, ...], body: bytes
    ) -> None:
        to = self._to or f"<sip:{user}@{self._there}>"
        head = (
            f"{method} sip:{user}@{self._there} SIP/2.0",
            f"Via: SIP/2.0/UDP {self._here};rport;branch=z9hG4bK{secrets.token_hex(6)}",
            f"From: <sip:{self._user}@{self._there}>;tag={self._tag}",
            f"To: {to}",
            f"Call-ID: {self._call_id}",
            f"CSeq: {self._seq} {method}",
            f"Contact: <sip:{self._user}@{self._here}>",
            "Max-Forwards: 70",
            *lines,
            f"Content-Length: {len(body)}",
            "",
            "",
        )
        self._socket.send("\r\n".join(head).encode() + body)

    def answer(self, request: Request) -> None:
        """Answer a request with 200."""
        lines = [f"Via: {via}" for via in request.all("via")]
        lines += [
            f"{name}: {request.get(name.lower())}"
            for name in ("From", "To", "Call-ID", "CSeq")
        ]
        text = "\r\n".join(["SIP/2.0 200 OK", *lines, "Content-Length: 0", "", ""])
        self._socket.send(text.encode())

    def dial(self, code: str) -> None:
        """Dial a code and wait until the phone system hangs up."""
        self.begin()
        sdp = (
            b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            b"m=audio 9 RTP/AVP 0 8\r\na=inactive\r\n"
        )
        answer = self.ask("INVITE", code, "Content-Type: application/sdp", body=sdp)
        assert answer.status == 200
        while True:
            message = parse(self._socket.recv(65536))
            if isinstance(message, Request):
                self.answer(message)
                if message.method == "BYE":
                    return

    def set(self, number: str | None) -> None:
        """Set a redirect by a feature event and wait until it is told."""
        document = feature_event.set_forwarding(Condition.UNCONDITIONAL, number)
        self.begin()
        self.ask(
            "SUBSCRIBE",
            self._user,
            f"Event: {feature_event.EVENT}",
            f"Accept: {feature_event.TYPE}",
            f"Content-Type: {feature_event.TYPE}",
            "Expires: 5",
            body=document,
        )
        wanted = b"<forwardStatus>%s" % (b"true" if number else b"false")
        while True:
            message = parse(self._socket.recv(65536))
            if isinstance(message, Request):
                self.answer(message)
                if wanted in message.body and (number or "").encode() in message.body:
                    return


@contextlib.asynccontextmanager
async def office(
    port: int, system: str, extension: str, password: str
) -> AsyncIterator[HomeAssistant]:
    """Yield a Home Assistant in which Anna has a SIP phone system."""
    people = (
        person(ANNA, "Anna", extension, phone={"password": password}),
        person(BOB, "Bob", "101"),
    )
    profiles = [each for each in OFFICE if each["subentry_type"] == "profile"]
    entry = MockConfigEntry(
        domain="xpresence",
        title="Office",
        data={
            "driver": "sip",
            "system": system,
            "host": "127.0.0.1",
            "port": port,
            "protocol": "udp",
        },
        subentries_data=[*profiles, *people],
    )
    async with home() as hass:
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        yield hass
        await hass.config_entries.async_unload(entry.entry_id)


async def latency(
    name: str,
    hass: HomeAssistant,
    bare: Callable[[bool], None],
    seen: asyncio.Queue[tuple[bool, float]],
    rounds: int,
) -> None:
    """Print how long a choice takes beside the bare request."""
    shown: asyncio.Queue[float] = asyncio.Queue()
    wanted = ""
    while not seen.empty():
        seen.get_nowait()

    def remember(event: Event[Any]) -> None:
        state = event.data["new_state"]
        if event.data["entity_id"] == "sensor.anna_redirect" and state.state == wanted:
            shown.put_nowait(time.perf_counter())

    hass.bus.async_listen("state_changed", remember)
    effective: list[float] = []
    sensor: list[float] = []
    plain: list[float] = []

    async def becomes(on: bool) -> float:
        async with asyncio.timeout(60):
            while True:
                now, when = await seen.get()
                if now is on:
                    return when

    for number in range(rounds):
        on = number % 2 == 0
        wanted = "active" if on else "off"
        begun = time.perf_counter()
        await hass.services.async_call(
            "select",
            "select_option",
            {
                "entity_id": "select.anna_profile",
                "option": "Training" if on else "Available",
            },
            blocking=True,
        )
        effective.append(await becomes(on) - begun)
        async with asyncio.timeout(60):
            sensor.append(await shown.get() - begun)
        await hass.async_block_till_done()
    for number in range(rounds):
        on = number % 2 == 0
        begun = time.perf_counter()
        await asyncio.to_thread(bare, on)
        plain.append(time.perf_counter() - begun)
        await becomes(on)
    base = median(plain)
    row(f"{name}: bare request", f"{base * 1000:.1f} ms")
    for label, times in (("effective", effective), ("shown", sensor)):
        middle = median(times)
        ratio = f"x {middle / base:.2f}"
        row(f"{name}: choice to {label}", f"{middle * 1000:.1f} ms", ratio)


@contextlib.asynccontextmanager
async def watching(
    port: int, account: Account, event: str, user: str | None = None
) -> AsyncIterator[asyncio.Queue[tuple[bool, float]]]:
    """Yield what somebody else sees of a redirect, and when."""
    seen: asyncio.Queue[tuple[bool, float]] = asyncio.Queue()
    agent = UserAgent(Server("127.0.0.1", port))

    def note(notification: Notification) -> None:
        on = notification.body
        if b"terminated" in on or b"<forwardStatus>false" in on:
            seen.put_nowait((False, time.perf_counter()))
        elif b"confirmed" in on or b"<forwardStatus>true" in on:
            seen.put_nowait((True, time.perf_counter()))

    await agent.open(account)
    kind = dialog_info.TYPE if event == dialog_info.EVENT else feature_event.TYPE
    agent.subscribe(account, event, kind, note, user=user)
    await asyncio.sleep(0.5)
    try:
        yield seen
    finally:
        await agent.close()


async def at_rest(
    name: str, port: int, domain: str, system: System, passwords: Mapping[str, str]
) -> None:
    """Print what an hour costs in which nothing happens."""
    timers = Timers()
    faster = replace(
        timers,
        keepalive=timers.keepalive / FASTER,
        expires=timers.expires // FASTER,
    )
    async with lossy_proxy(port) as proxy:
        settings = SipSettings(
            "127.0.0.1", proxy.port, Protocol.UDP, system, domain=domain
        )
        people = {extension: Person(word) for extension, word in passwords.items()}
        found = SipPhoneSystem(settings, people, timers=faster)
        await found.start()
        for extension in people:
            found.watch(extension)
        await asyncio.sleep(3)
        before, count = proxy.bytes, len(proxy.passed)
        await asyncio.sleep(3600 / FASTER)
        size, datagrams = proxy.bytes - before, proxy.passed[count:]
        asked = sum(data.startswith(b"SUBSCRIBE") for data in datagrams)
        await found.close()
    label = f"{name}: an hour at rest, {len(people)} people"
    row(label, f"{asked} requests", f"{len(datagrams)} msgs")
    row(label, f"{size / 1024:.0f} KiB", f"{size / 3600:.0f} B/s")


async def by_events(server: kamailio.Kamailio) -> None:
    """Measure feature events."""
    account = Account("100", server.password)
    bare = BareSocket(server.port, "100", server.password)
    async with (
        watching(server.port, account, feature_event.EVENT) as seen,
        office(server.port, "kamailio", "100", server.password) as hass,
    ):
        await latency(
            "events",
            hass,
            lambda on: bare.set("101" if on else None),
            seen,
            ROUNDS["events"],
        )
    bare.close()
    passwords = {str(200 + number): server.password for number in range(PEOPLE)}
    domain = f"127.0.0.1:{server.port}"
    system = FEATURE_EVENTS["kamailio"]
    await at_rest("events", server.port, domain, system, passwords)


async def by_codes(pbx: asterisk.Asterisk) -> None:
    """Measure codes and lamps."""
    account = Account("112", pbx.sip_passwords["112"])
    bare = BareSocket(pbx.sip_port, "110", pbx.sip_passwords["110"])
    async with (
        watching(pbx.sip_port, account, dialog_info.EVENT, "*96110") as seen,
        office(pbx.sip_port, "freepbx", "110", pbx.sip_passwords["110"]) as hass,
    ):
        await latency(
            "codes",
            hass,
            lambda on: bare.dial("*72101" if on else "*73"),
            seen,
            ROUNDS["codes"],
        )
    bare.close()
    await at_rest("codes", pbx.sip_port, "", TABLES["freepbx"], pbx.sip_passwords)


def main() -> None:
    """Print the table."""
    row("what", "median", "ratio")
    with kamailio.running() as server:
        asyncio.run(by_events(server))
    with asterisk.running() as pbx:
        asyncio.run(by_codes(pbx))


if __name__ == "__main__":
    sys.exit(main())
