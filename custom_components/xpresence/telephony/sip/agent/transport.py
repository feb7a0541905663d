"""One connection to one server, over UDP, TCP or TLS."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
import logging
from ssl import SSLCertVerificationError, SSLContext, SSLError
from typing import Final, override

from .errors import CertificateRefused, Malformed, NotConnected
from .message import Framer, Message, parse

_LOGGER = logging.getLogger(__name__)

LARGEST_BACKLOG: Final = 262_144
"""Bytes that may wait for a server that does not read."""


class Protocol(StrEnum):
    """How messages travel."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class Server:
    """Where the server is; everything is sent there, as to an outbound proxy."""

    host: str
    port: int = 5060
    protocol: Protocol = Protocol.UDP
    tls: SSLContext | None = None
    """Needed for TLS."""


type OnMessage = Callable[[Message], None]
type OnLost = Callable[[], None]


class Transport:
    """An open connection; ``on_lost`` is called once, unless it was closed by us.

    Over UDP it is called each time that the server's machine says that nobody
    listens, and the transport stays usable.
    """

    protocol: Protocol

    def __init__(self, on_message: OnMessage, on_lost: OnLost) -> None:
        """Keep the callbacks."""
        self._on_message = on_message
        self._on_lost = on_lost
        self._closed = False

    @property
    def reliable(self) -> bool:
        """Whether what is sent arrives, or else the connection breaks."""
        return self.protocol is not Protocol.UDP

    @property
    def local(self) -> tuple[str, int]:
        """The address that messages are sent from."""
        raise NotImplementedError

    def send(self, data: bytes) -> None:
        """Send one message.

        Raises:
            NotConnected.
        """
        raise NotImplementedError

    def close(self) -> None:
        """End the connection; nothing is called any more."""
        self._closed = True

    def _take(self, message: Message) -> None:
        if self._closed:
            return
        try:
            self._on_message(message)
        except Exception:
            _LOGGER.exception("A SIP message was left aside")

    def _lose(self) -> None:
        if not self._closed:
            self._on_lost()


class _Datagrams(Transport, asyncio.DatagramProtocol):
    """UDP, connected to the server: other senders are ignored."""

    protocol = Protocol.UDP
    _transport: asyncio.DatagramTransport | None = None

    @override
    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    @override
    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        if not data.strip(b"\r\n\0"):
            return
        try:
            message = parse(data)
        except Malformed as error:
            _LOGGER.debug("A datagram that is no SIP: %s", type(error).__name__)
            return
        self._take(message)

    @override
    def error_received(self, exc: Exception) -> None:
        self._lose()

    @property
    @override
    def local(self) -> tuple[str, int]:
        return _local(self._transport)

    @override
    def send(self, data: bytes) -> None:
        if self._closed or self._transport is None or self._transport.is_closing():
            raise NotConnected("closed")
        self._transport.sendto(data)

    @override
    def close(self) -> None:
        super().close()
        if self._transport is not None:
            self._transport.abort()


class _Stream(Transport, asyncio.Protocol):
    """TCP and TLS."""

    _transport: asyncio.Transport | None = None

    def __init__(
        self, protocol: Protocol, on_message: OnMessage, on_lost: OnLost
    ) -> None:
        super().__init__(on_message, on_lost)
        self.protocol = protocol
        self._framer = Framer()

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport

    @override
    def data_received(self, data: bytes) -> None:
        try:
            for message in self._framer.feed(data):
                self._take(message)
        except Malformed as error:
            _LOGGER.debug("A stream that is no SIP: %s", type(error).__name__)
            if self._transport is not None:
                self._transport.abort()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._lose()

    @property
    @override
    def local(self) -> tuple[str, int]:
        return _local(self._transport)

    @override
    def send(self, data: bytes) -> None:
        if self._closed or self._transport is None or self._transport.is_closing():
            raise NotConnected("closed")
        if self._transport.get_write_buffer_size() > LARGEST_BACKLOG:
            self._transport.abort()
            raise NotConnected("the server does not read")
        self._transport.write(data)

    @override
    def close(self) -> None:
        super().close()
        if self._transport is not None:
            # What is written last (a farewell) still goes out.
            self._transport.close()


def _local(transport: asyncio.BaseTransport | None) -> tuple[str, int]:
    if transport is None:
        raise NotConnected("closed")
    host, port, *_ = transport.get_extra_info("sockname")
    return host, port


async def connect(
    server: Server, on_message: OnMessage, on_lost: OnLost, seconds: float
) -> Transport:
    """Open a connection.

    Over UDP that says nothing of whether somebody listens.

    Raises:
        NotConnected, CertificateRefused.
    """
    loop = asyncio.get_running_loop()
    where = server.host, server.port
    transport: Transport
    try:
        async with asyncio.timeout(seconds):
            if server.protocol is Protocol.UDP:
                _, transport = await loop.create_datagram_endpoint(
                    lambda: _Datagrams(on_message, on_lost), remote_addr=where
                )
            else:
                tls = server.tls if server.protocol is Protocol.TLS else None
                if server.protocol is Protocol.TLS and tls is None:
                    raise CertificateRefused("no trust configured")
                _, transport = await loop.create_connection(
                    lambda: _Stream(server.protocol, on_message, on_lost),
                    *where,
                    ssl=tls,
                )
    except SSLCertVerificationError as error:
        raise CertificateRefused("certificate") from error
    except (OSError, SSLError, ValueError, OverflowError) as error:
        # An invalid host or port is treated as unreachable.
        raise NotConnected(type(error).__name__) from error
    return transport
