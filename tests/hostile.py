"""Servers that answer with too much, too slowly or without an end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from enum import StrEnum
from functools import cache
import re
from typing import Final
import zlib

type Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

BLOCK: Final = b"x" * 65536
HUGE: Final = 100 << 20
"""Bytes of the longest answer."""


@asynccontextmanager
async def listening(serve: Serve) -> AsyncIterator[int]:
    """Yield the port of a server on 127.0.0.1; its connections end with it."""
    running: set[asyncio.Task[None]] = set()

    async def serve_one(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await serve(reader, writer)
        finally:
            running.discard(task)
            writer.transport.abort()

    server = await asyncio.start_server(serve_one, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tuple(running):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def without_end(
    writer: asyncio.StreamWriter, block: bytes, most: int = HUGE
) -> None:
    """Send the same again and again, as fast as it is taken."""
    sent = 0
    while sent < most:
        writer.write(block)
        await writer.drain()
        sent += len(block)
    await asyncio.Event().wait()


async def dripping(writer: asyncio.StreamWriter, byte: bytes = b"x") -> None:
    """Send a byte every now and then, for ever."""
    while True:
        writer.write(byte)
        await writer.drain()
        await asyncio.sleep(0.02)


class Web(StrEnum):
    """What a web server does that wants to do harm."""

    NO_ANSWER = "no answer"
    HEADER_DRIP = "a header byte by byte"
    BODY_DRIP = "a body byte by byte"
    BODY_WITHOUT_END = "a body without end"
    REFUSAL_WITHOUT_END = "a refusal with a body without end"
    GZIP_BOMB = "100 MB in 100 kB"
    HEADERS_WITHOUT_END = "headers without end"
    REDIRECT = "a redirect to itself"
    DEEP_JSON = "JSON a hundred thousand levels deep"
    MANY_ELEMENTS = "XML of a million elements"
    ENTITIES = "XML whose entities grow"


ENTITIES: Final = (
    b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "%s">%s]><a>&z;</a>"""
    % (
        b"x" * 1000,
        b"".join(
            b'<!ENTITY %c "%s">' % (99 + n, b"&%c;" % (98 + n) * 10) for n in range(24)
        ),
    )
)


def web(harm: Web) -> Serve:
    """Return how a connection is served."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            if found := re.search(rb"(?i)content-length: (\d+)", head):
                await reader.readexactly(int(found[1]))
            beginning, goes_on = ANSWERS[harm]()
            writer.write(beginning)
            await writer.drain()
            if goes_on == DRIP:
                await dripping(writer)
            elif goes_on:
                await without_end(writer, goes_on)
            elif not beginning:
                await asyncio.Event().wait()

    return serve


@cache
def bomb() -> bytes:
    """Return 100 MB of zeros, compressed."""
    squeeze = zlib.compressobj(wbits=31)
    parts = [squeeze.compress(BLOCK) for _ in range(HUGE // len(BLOCK))]
    return b"".join((*parts, squeeze.flush()))


bomb()  # Not while somebody measures memory.


def _whole(body: bytes, more: bytes = b"") -> bytes:
    return OK + b"Content-Length: %d\r\n%b\r\n" % (len(body), more) + body


OK: Final = b"HTTP/1.1 200 OK\r\n"
DRIP: Final = b"x"
ANSWERS: Final[dict[Web, Callable[[], tuple[bytes, bytes]]]] = {
    Web.NO_ANSWER: lambda: (b"", b""),
    Web.HEADER_DRIP: lambda: (OK + b"X: ", DRIP),
    Web.BODY_DRIP: lambda: (OK + b"Content-Length: 9999\r\n\r\n", DRIP),
    Web.BODY_WITHOUT_END: lambda: (OK + b"Connection: close\r\n\r\n", BLOCK),
    Web.REFUSAL_WITHOUT_END: lambda: (
        b"HTTP/1.1 500 No\r\nConnection: close\r\n\r\n",
        BLOCK,
    ),
    Web.GZIP_BOMB: lambda: (_whole(bomb(), b"Content-Encoding: gzip\r\n"), b""),
    Web.HEADERS_WITHOUT_END: lambda: (OK, b"X: y\r\n" * 10_000),
    Web.REDIRECT: lambda: (
        b"HTTP/1.1 307 Again\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n",
        b"",
    ),
    Web.DEEP_JSON: lambda: (_whole(b"[" * 100_000), b""),
    Web.MANY_ELEMENTS: lambda: (
        _whole(b"<a>" + b"<b/>" * 1_000_000 + b"</a>"),
        b"",
    ),
    Web.ENTITIES: lambda: (_whole(ENTITIES), b""),
}
"""What is sent first, and what again and again."""


class Manager(StrEnum):
    """What a manager interface (AMI) does that wants to do harm."""

    LIST_WITHOUT_END = "a list without end"
    LONG_LINE = "a line of 100 MB"
    MANY_HEADERS = "a message of a hundred thousand headers"
    DRIP = "an answer byte by byte"
    NO_ANSWER = "no answer"


def manager(harm: Manager) -> Serve:
    """Return how a connection is served: a whole login, then the harm."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"Asterisk Call Manager/11.0.0\r\nEvent: FullyBooted\r\n\r\n")
        while True:
            action = (await reader.readuntil(b"\r\n\r\n")).decode()
            mark = action.split("ActionID: ")[1].split("\r\n")[0]
            success = f"Response: Success\r\nActionID: {mark}\r\n".encode()
            if action.startswith(("Action: Login", "Action: Events", "Action: Ping")):
                writer.write(success + b"\r\n")
                continue
            match harm:
                case Manager.LIST_WITHOUT_END:
                    writer.write(success + b"EventList: start\r\n\r\n")
                    item = f"Event: I\r\nActionID: {mark}\r\nV: 1\r\n\r\n".encode()
                    await without_end(writer, item * 500)
                case Manager.LONG_LINE:
                    writer.write(success)
                    await without_end(writer, BLOCK)
                case Manager.MANY_HEADERS:
                    writer.write(success + b"a:\r\n" * 100_000 + b"\r\n")
                case Manager.DRIP:
                    writer.write(success)
                    await dripping(writer)
                case Manager.NO_ANSWER:
                    await asyncio.Event().wait()

    return serve
