"""What the doubles of phone systems with a web interface have in common.

A double speaks the vendor's published interface, its errors and traps included; it says
by its routes what there is, and by :meth:`WebDouble.refused` who is let in.
"""

from abc import abstractmethod
import asyncio
from collections.abc import AsyncIterator, Iterator
import contextlib
from pathlib import Path
import ssl
import tempfile
from typing import Any, ClassVar, Self

from aiohttp import web

from ..groupware.certificates import Authority
from ..own_loop import in_own_loop


class WebDouble:
    """A phone system on this machine, by HTTP, or by HTTPS where it has a certificate."""

    writing: ClassVar[frozenset[str]] = frozenset({"PUT", "PATCH"})
    """Methods whose answers get lost while :attr:`lose_answers` is set."""
    limit_status: ClassVar[int] = 429
    path: ClassVar[str] = ""
    """What stands before every path of the interface."""

    def __init__(self) -> None:
        self.limit: str | None = None
        """``Retry-After`` of the answer that everything gets while it is set."""
        self.lose_answers = False
        self.half = False
        """Whether readings are answered with half of their text."""
        self.requests = 0
        self.writes = 0
        self.port = 0
        self.tls: ssl.SSLContext | None = None
        self.authority = ""
        """PEM of the authority that signed its certificate, where it has one."""

    @property
    def base(self) -> str:
        scheme = "http" if self.tls is None else "https"
        return f"{scheme}://127.0.0.1:{self.port}{self.path}"

    @abstractmethod
    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Say what there is."""

    def refused(self, request: web.Request) -> web.StreamResponse | None:
        """Return how a request is refused before it is looked at, if it is."""
        return None

    @contextlib.asynccontextmanager
    async def serving(self, tls: ssl.SSLContext | None = None) -> AsyncIterator[Self]:
        self.tls = tls
        app = web.Application(middlewares=[self._guard])
        self.add_routes(app.router)
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port, ssl_context=tls)
        await site.start()
        self.port = runner.addresses[0][1]
        try:
            yield self
        finally:
            await runner.cleanup()

    @contextlib.contextmanager
    def in_a_thread(self) -> Iterator[Self]:
        """Serve by TLS in a thread of its own, for the demo and a whole Home Assistant."""
        authority = Authority()
        self.authority = authority.pem
        with tempfile.TemporaryDirectory() as folder:
            tls = authority.serving(Path(folder))
            with in_own_loop(self.serving(tls)) as found:
                yield found

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.requests += 1
        if self.limit is not None:
            headers = {"Retry-After": self.limit}
            return web.Response(status=self.limit_status, headers=headers)
        if (refused := self.refused(request)) is not None:
            return refused
        response: web.StreamResponse = await handler(request)
        if request.method in self.writing and self.lose_answers:
            assert request.transport is not None
            request.transport.abort()
            await asyncio.sleep(0)
        return response

    def answer(self, found: object) -> web.Response:
        """Answer a reading, whole or by half."""
        response = web.json_response(found)
        if self.half:
            assert response.text is not None
            text = response.text[: len(response.text) // 2]
            return web.Response(text=text, content_type="application/json")
        return response
