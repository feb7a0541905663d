"""What stands at the other end of a user agent: a scripted server, a bad network."""

import asyncio
from collections.abc import AsyncIterator, Callable
import contextlib
import random
from typing import Any, override

from custom_components.xpresence.telephony.sip.agent.message import (
    Header,
    Message,
    Request,
    Response,
    parse,
    serialize,
)

SECONDS = 10.0


class Peer(asyncio.DatagramProtocol):
    """A server of which a test says every word."""

    def __init__(self) -> None:
        self.port = 0
        self.heard: asyncio.Queue[Message] = asyncio.Queue()
        self.everything: list[Message] = []
        self._taken: list[Message] = []
        self._transport: asyncio.DatagramTransport | None = None
        self._client: Any = None

    @override
    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    @override
    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._client = addr
        message = parse(data)
        self.everything.append(message)
        if isinstance(message, Request) and message.method == "OPTIONS":
            self.answer(message, 200)
        else:
            self.heard.put_nowait(message)

    def send(self, data: bytes) -> None:
        assert self._transport is not None
        self._transport.sendto(data, self._client)

    async def request(self, method: str) -> Request:
        """Return the next thing that is heard, which is this request.

        On a busy machine the one before may be heard again, for our answer was late.
        """
        while True:
            message = await asyncio.wait_for(self.heard.get(), SECONDS)
            assert isinstance(message, Request), message
            if message.method == method:
                self._taken.append(message)
                return message
            assert message in self._taken, message.method

    async def response(self) -> Response:
        """Return the next thing that is heard, which is a response."""
        message = await asyncio.wait_for(self.heard.get(), SECONDS)
        assert isinstance(message, Response), message
        return message

    async def silence(self, seconds: float) -> None:
        """See that nothing is heard."""
        await asyncio.sleep(seconds)
        assert self.heard.empty(), self.heard.get_nowait()

    def answer(
        self,
        request: Request,
        status: int,
        *headers: Header,
        tag: str = "theirs",
        body: bytes = b"",
    ) -> None:
        to = request.get("to")
        if ";tag=" not in to and status > 100:
            to = f"{to};tag={tag}"
        copied = tuple(
            each for each in request.headers if each[0] in ("via", "from", "call-id")
        )
        contact: Header = ("contact", f"<sip:server@127.0.0.1:{self.port}>")
        more = (("to", to), ("cseq", request.get("cseq")), contact, *headers)
        self.send(serialize(Response((*copied, *more), body, status, "Said")))

    def ask(
        self,
        method: str,
        dialog: Request,
        number: int,
        *headers: Header,
        tag: str = "theirs",
        body: bytes = b"",
        branch: str | None = None,
    ) -> None:
        """Send a request in the dialog that a request of the agent began."""
        via = f"SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK"
        via += branch or f"{method}{number}{tag}{dialog.get('call-id')}"
        contact = dialog.get("contact").strip("<>")
        lines: tuple[Header, ...] = (
            ("via", via),
            ("from", f"{dialog.get('to').partition(';')[0]};tag={tag}"),
            ("to", dialog.get("from")),
            ("call-id", dialog.get("call-id")),
            ("cseq", f"{number} {method}"),
            ("contact", f"<sip:server@127.0.0.1:{self.port}>"),
            *headers,
        )
        self.send(serialize(Request(lines, body, method, contact)))


@contextlib.asynccontextmanager
async def peer() -> AsyncIterator[Peer]:
    """Yield a scripted server on loopback."""
    transport, found = await asyncio.get_running_loop().create_datagram_endpoint(
        Peer, local_addr=("127.0.0.1", 0)
    )
    try:
        yield found
    finally:
        transport.abort()


type Lossy = Callable[[int, bool, bytes], int]
"""Number of the datagram on its way, whether it goes to the server, the datagram →
how often it arrives: 0 is lost, 2 is doubled."""


def mostly(seed: int) -> Lossy:
    """Lose a quarter of all datagrams and double another, always the same ones."""
    chance = random.Random(seed)
    return lambda _number, _up, _data: chance.choice((0, 1, 1, 2))


class LossyProxy(asyncio.DatagramProtocol):
    """Passes datagrams on to a port, as badly as it is told."""

    def __init__(self, port: int) -> None:
        self.port = 0
        self.copies: Lossy = lambda _number, _up, _data: 1
        self.bytes = 0
        self.passed: list[bytes] = []
        self._target = port
        self._numbers = {True: 0, False: 0}
        self._transport: asyncio.DatagramTransport | None = None
        self._client: Any = None
        self._far: asyncio.DatagramTransport | None = None

    @override
    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    async def start(self) -> None:
        proxy = self

        class Far(asyncio.DatagramProtocol):
            @override
            def datagram_received(self, data: bytes, addr: Any) -> None:
                proxy.pass_on(data, up=False)

        self._far, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            Far, remote_addr=("127.0.0.1", self._target)
        )

    @override
    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._client = addr
        self.pass_on(data, up=True)

    def pass_on(self, data: bytes, *, up: bool) -> None:
        self._numbers[up] += 1
        self.bytes += len(data)
        self.passed.append(data)
        for _ in range(self.copies(self._numbers[up], up, data)):
            if up and self._far is not None:
                self._far.sendto(data)
            elif self._transport is not None and self._client is not None:
                self._transport.sendto(data, self._client)

    def close(self) -> None:
        for each in (self._transport, self._far):
            if each is not None:
                each.abort()


@contextlib.asynccontextmanager
async def lossy_proxy(port: int) -> AsyncIterator[LossyProxy]:
    """Yield a proxy to a UDP port on loopback."""
    _, found = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: LossyProxy(port), local_addr=("127.0.0.1", 0)
    )
    await found.start()
    try:
        yield found
    finally:
        found.close()
