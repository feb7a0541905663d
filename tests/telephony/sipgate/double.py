"""A sipgate in the test's hand: what its REST interface says, errors and traps included.

The real service cannot be asked here. This speaks the published interface: token and
scopes, whole lists of forwardings, 403 as plain text for accounts of the product Neo,
429 with ``Retry-After``.
"""

import asyncio
import base64
from collections.abc import AsyncIterator
import contextlib
from copy import deepcopy
from typing import Any, Final

from aiohttp import web

TOKEN_ID: Final = "token-A1B2C3"
TOKEN: Final = "0f3c-very-secret-55aa"
EVERY_SCOPE: Final = frozenset(
    {
        "devices:read",
        "devices:write",
        "phonelines:forwardings:read",
        "phonelines:forwardings:write",
        "phonelines:read",
    }
)


class Sipgate:
    """One account with two users, each with a phone line, a voicemail, two devices."""

    def __init__(self) -> None:
        self.lines: dict[str, list[dict[str, Any]]] = {"w0/p0": [], "w1/p1": []}
        self.devices: dict[str, dict[str, bool]] = {
            "w0": {"e0": False, "e1": False},
            "w1": {"e2": False},
        }
        self.scopes = EVERY_SCOPE
        self.neo = False
        self.limit: str | None = None
        self.lose_answers = False
        self.half = False
        self.writes = 0
        self.requests = 0
        self.port = 0
        self.before_put: list[Any] = []
        """Called once each, between a request to write and its effect."""

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}/v2"

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[Sipgate]:
        app = web.Application(middlewares=[self._guard])
        line = "/v2/{user}/phonelines/{line}"
        app.router.add_get(f"{line}/forwardings", self._forwardings)
        app.router.add_put(f"{line}/forwardings", self._forward)
        app.router.add_get(f"{line}/voicemails", self._voicemails)
        app.router.add_get("/v2/{user}/devices", self._list_devices)
        app.router.add_put("/v2/devices/{device}", self._set_device)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port)
        await site.start()
        self.port = runner.addresses[0][1]
        try:
            yield self
        finally:
            await runner.cleanup()

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.requests += 1
        said = request.headers.get("Authorization", "").removeprefix("Basic ")
        try:
            login = base64.b64decode(said).decode()
        except ValueError:
            login = ""
        if login != f"{TOKEN_ID}:{TOKEN}":
            return web.json_response({"error": "unauthorized"}, status=401)
        if self.limit is not None:
            return web.Response(status=429, headers={"Retry-After": self.limit})
        if self.neo:
            return web.Response(status=403, text="requires Classic PBX account")
        response: web.StreamResponse = await handler(request)
        if request.method == "PUT" and self.lose_answers:
            assert request.transport is not None
            request.transport.abort()
            await asyncio.sleep(0)
        return response

    def _may(self, scope: str) -> None:
        if scope not in self.scopes:
            raise web.HTTPForbidden(text='{"error": "insufficient scope"}')

    @staticmethod
    def _line(request: web.Request) -> str:
        return f"{request.match_info['user']}/{request.match_info['line']}"

    async def _forwardings(self, request: web.Request) -> web.StreamResponse:
        self._may("phonelines:forwardings:read")
        if self._line(request) not in self.lines:
            raise web.HTTPNotFound
        if self.half:
            return web.Response(
                text='{"items": [{"destination": "49', content_type="application/json"
            )
        return web.json_response({"items": self.lines[self._line(request)]})

    async def _forward(self, request: web.Request) -> web.StreamResponse:
        self._may("phonelines:forwardings:write")
        body = await request.json()
        for change in self.before_put[:1]:
            change()
        del self.before_put[:1]
        for item in body["items"]:
            known = item["destination"].isdecimal() or item["destination"] == "v0"
            if not known or not 0 <= item["timeout"] <= 600:
                raise web.HTTPBadRequest
        self.writes += 1
        self.lines[self._line(request)] = deepcopy(body["items"])
        return web.Response(status=204)

    async def _voicemails(self, request: web.Request) -> web.StreamResponse:
        self._may("phonelines:read")
        return web.json_response({"items": [{"id": "v0", "alias": "Voicemail"}]})

    async def _list_devices(self, request: web.Request) -> web.StreamResponse:
        self._may("devices:read")
        found = self.devices[request.match_info["user"]]
        items = [
            {"id": device, "alias": "Desk", "dnd": dnd, "online": True}
            for device, dnd in found.items()
        ]
        return web.json_response({"items": items})

    async def _set_device(self, request: web.Request) -> web.StreamResponse:
        self._may("devices:write")
        body = await request.json()
        for devices in self.devices.values():
            if request.match_info["device"] in devices:
                devices[request.match_info["device"]] = body["dnd"]
                self.writes += 1
        return web.Response(status=204)
