"""What a server answers when something is wrong with it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from aiohttp import web

type Fault = Callable[[web.Request, asyncio.Event], Awaitable[web.StreamResponse]]
"""Answers a request wrongly; the event says that the test is over."""


def plain(
    status: int, body: bytes = b"no", content_type: str = "text/plain", **headers: str
) -> Fault:
    """Return a fault that is a whole answer."""

    async def answer(_: web.Request, __: asyncio.Event) -> web.StreamResponse:
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return web.Response(
            status=status, body=body, headers=named, content_type=content_type
        )

    return answer


def stream(part: bytes, wait: float = 0, content_type: str = "text/xml") -> Fault:
    """Return a fault that never comes to an end."""

    async def answer(request: web.Request, over: asyncio.Event) -> web.StreamResponse:
        response = web.StreamResponse()
        response.content_type = content_type
        await response.prepare(request)
        with suppress(ConnectionError):
            while not over.is_set():
                await response.write(part)
                await asyncio.sleep(wait)
        return response

    return answer


async def silent(_: web.Request, over: asyncio.Event) -> web.StreamResponse:
    """Say nothing at all."""
    await over.wait()
    return web.Response()


async def broken_off(request: web.Request, _: asyncio.Event) -> web.StreamResponse:
    """Hang up in the middle of an answer."""
    response = web.StreamResponse(headers={"Content-Length": "100000"})
    await response.prepare(request)
    await response.write(b"<a>")
    assert request.transport
    request.transport.abort()
    return response


PAGE = b"<html><body>Hello<br></body></html>"
FAULTS: dict[str, Fault] = {
    "too many requests": plain(429, Retry_After="77"),
    "down for maintenance": plain(503),
    "forbidden": plain(403),
    "another page": plain(200, PAGE, "text/html"),
    "missing": plain(404),
    "somewhere else": plain(302, Location="http://127.0.0.1:9/elsewhere"),
    "endless": stream(b"<a>" * 20000),
    "slow": stream(b" ", wait=0.05),
    "broken off": broken_off,
    "silent": silent,
}
