"""A sipgate in the test's hand: what its REST interface says, errors and traps included.

The real service cannot be asked here. This speaks the published interface: token and
scopes, whole lists of forwardings, 403 as plain text for accounts of the product Neo,
429 with ``Retry-After``.
"""

import base64
from copy import deepcopy
from typing import Any, Final, override

from aiohttp import web

from ..web_double import WebDouble

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


class Sipgate(WebDouble):
    """One account with two users, each with a phone line, a voicemail, two devices."""

    path = "/v2"

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[str, list[dict[str, Any]]] = {"w0/p0": [], "w1/p1": []}
        self.devices: dict[str, dict[str, bool]] = {
            "w0": {"e0": False, "e1": False},
            "w1": {"e2": False},
        }
        self.scopes = EVERY_SCOPE
        self.neo = False
        self.before_put: list[Any] = []
        """Called once each, between a request to write and its effect."""

    @override
    def add_routes(self, router: web.UrlDispatcher) -> None:
        line = "/v2/{user}/phonelines/{line}"
        router.add_get(f"{line}/forwardings", self._forwardings)
        router.add_put(f"{line}/forwardings", self._forward)
        router.add_get(f"{line}/voicemails", self._voicemails)
        router.add_get("/v2/{user}/devices", self._list_devices)
        router.add_put("/v2/devices/{device}", self._set_device)

    @override
    def refused(self, request: web.Request) -> web.StreamResponse | None:
        said = request.headers.get("Authorization", "").removeprefix("Basic ")
        try:
            login = base64.b64decode(said).decode()
        except ValueError:
            login = ""
        if login != f"{TOKEN_ID}:{TOKEN}":
            return web.json_response({"error": "unauthorized"}, status=401)
        if self.neo:
            return web.Response(status=403, text="requires Classic PBX account")
        return None

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
        return self.answer({"items": self.lines[self._line(request)]})

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
