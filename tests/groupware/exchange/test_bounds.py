"""A hostile Exchange Server costs a thread for a while, and nothing else."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import replace
import gzip
import resource
import threading
import time
from typing import Any

import pytest

from custom_components.xpresence.groupware.exchange import connection
from custom_components.xpresence.groupware.exchange.login import Auth, Login
from custom_components.xpresence.groupware.exchange.source import ExchangeCalendar
from custom_components.xpresence.groupware.network.limits import LIMITS
from custom_components.xpresence.groupware.network.threads import Threads
from custom_components.xpresence.groupware.source import SourceError

from .conftest import ANNA, BERLIN
from .mailbox import Item
from .soap import enveloped
from .test_calendar import DAY

type Wire = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

MEGABYTE = 2**20


@pytest.fixture
async def serve() -> AsyncGenerator[Callable[[Wire], Awaitable[str]]]:
    """Return what answers every connection with the same bytes."""
    servers: list[asyncio.Server] = []

    async def start(wire: Wire) -> str:
        async def talk(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            try:
                while True:
                    await _request(reader)
                    await wire(reader, writer)
                    await writer.drain()
            except ConnectionError, asyncio.IncompleteReadError:
                pass
            finally:
                writer.close()

        servers.append(await asyncio.start_server(talk, "127.0.0.1", 0))
        port = servers[-1].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}/EWS/Exchange.asmx"

    yield start
    for server in servers:
        server.close()
        server.close_clients()


async def _request(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            await reader.readexactly(int(line.partition(b":")[2]))


def answering(status: str, body: bytes, *headers: str) -> Wire:
    async def wire(_: Any, writer: asyncio.StreamWriter) -> None:
        told = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
        writer.write("\r\n".join(told).encode() + body)

    return wire


async def dripping_headers(_: Any, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    for _number in range(600):
        writer.write(b"X: y\r\n"[_number % 6 :][:1])
        await writer.drain()
        await asyncio.sleep(0.1)


async def endless_refusal(_: Any, writer: asyncio.StreamWriter) -> None:
    writer.write(
        b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic\r\nContent-Length: 600000000\r\n\r\n"
    )
    for _number in range(600):
        writer.write(b" " * MEGABYTE)
        await writer.drain()


async def read(url: str, threads: Threads, auth: Auth = Auth.BASIC) -> str:
    login = Login(url, "anna", "secret", auth)
    source = ExchangeCalendar(login, ANNA, time_zone=BERLIN, execute=threads.run)
    try:
        with pytest.raises(SourceError) as raised:
            await source.read(*DAY)
        return str(raised.value)
    finally:
        await source.close()


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = replace(LIMITS, request_seconds=0.6, seconds=1.5)
    monkeypatch.setattr(connection, "LIMITS", limits)


@pytest.mark.usefixtures("brief")
async def test_headers_that_never_end_are_given_up_and_their_threads_end(
    serve: Any,
) -> None:
    url, threads = await serve(dripping_headers), Threads()
    before = threading.active_count()
    started = time.monotonic()
    tries = [
        asyncio.create_task(read(url.replace("EWS/", f"EWS/{n}/"), threads))
        for n in range(12)
    ]
    await asyncio.sleep(0.3)
    # Those of everybody else are not taken.
    assert await asyncio.to_thread(lambda: 1) == 1
    assert set(await asyncio.gather(*tries)) == {"too_slow"}
    assert time.monotonic() - started < 10
    for _ in range(40):
        if not threads.running:
            break
        await asyncio.sleep(0.05)
    assert threads.running == 0
    assert threading.active_count() <= before + 2


@pytest.mark.parametrize("auth", Auth)
async def test_a_refusal_is_not_read_beyond_its_bound(serve: Any, auth: Auth) -> None:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    url = await serve(endless_refusal)
    assert await read(url, Threads(), auth) == "answer_too_long"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - most < 100 * 1024


async def test_a_compressed_refusal_is_bounded_by_what_it_unpacks_to(
    serve: Any,
) -> None:
    packed = gzip.compress(b"\0" * 300 * MEGABYTE, 9)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wire = answering(
        "401 No", packed, "Content-Encoding: gzip", "WWW-Authenticate: Basic"
    )
    assert await read(await serve(wire), Threads()) == "answer_too_long"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - most < 100 * 1024


async def test_empty_elements_are_counted_before_they_are_built(serve: Any) -> None:
    body = b"<a>" + b"<b/>" * 3_900_000 + b"</a>"
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    wire = answering("200 OK", body, "Content-Type: text/xml")
    assert await read(await serve(wire), Threads()) == "answer_too_long"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - most < 100 * 1024


async def test_pages_without_end_are_given_up(
    serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "PAGE", 1)
    monkeypatch.setattr(connection, "LIMITS", replace(LIMITS, pages=5))
    pages = 0

    async def wire(_: Any, writer: asyncio.StreamWriter) -> None:
        nonlocal pages
        pages += 1
        row = Item("x", DAY[0], DAY[1], id=f"AAMk{pages}=")
        fields = {"calendar:Start", "calendar:End", "item:Subject"}
        body = enveloped(
            "<m:FindItemResponse><m:ResponseMessages>"
            '<m:FindItemResponseMessage ResponseClass="Success">'
            "<m:ResponseCode>NoError</m:ResponseCode>"
            '<m:RootFolder TotalItemsInView="9" IncludesLastItemInRange="false">'
            f"<t:Items>{row.xml(fields)}</t:Items></m:RootFolder>"
            "</m:FindItemResponseMessage></m:ResponseMessages></m:FindItemResponse>"
        )
        await answering("200 OK", body, "Content-Type: text/xml")(_, writer)

    assert await read(await serve(wire), Threads()) == "answer_too_long"
    assert pages == 5
