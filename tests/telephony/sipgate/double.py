"""A sipgate in the test's hand: what its REST interface says, errors and traps included.

The real service cannot be asked here. This speaks the published interface: personal access
tokens and OAuth with scopes, whole lists of forwardings, 403 as plain text for accounts of
the product Neo, 429 with ``Retry-After``; refresh tokens serve once, and one that is used
again ends the sign-in that it came from.
"""

import base64
from copy import deepcopy
from html import escape
from typing import Any, Final, override
from urllib.parse import urlencode

from aiohttp import web

from ..web_double import WebDouble

TOKEN_ID: Final = "token-A1B2C3"
TOKEN: Final = "0f3c-very-secret-55aa"
CLIENT_ID: Final = "2556404-0-dc848ae6"
CLIENT_SECRET: Final = "c1-very-secret-99dd"
ACCOUNT: Final = "1234567"
REALM: Final = "/auth/realms/third-party/protocol/openid-connect"
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
    """One account whose users have a phone line, a voicemail and devices each."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[str, list[dict[str, Any]]] = {"w0/p0": [], "w1/p1": []}
        self.devices: dict[str, dict[str, bool]] = {
            "w0": {"e0": False, "e1": False},
            "w1": {"e2": False},
        }
        self.scopes = EVERY_SCOPE
        self.neo = False
        self.tells_account = True
        """Whether it says of which account a login is."""
        self.tokens = {f"{TOKEN_ID}:{TOKEN}": "w0"}
        """Personal access token → whose it is; that of w0 administers the account."""
        self.codes: dict[str, tuple[str, str]] = {}
        """Code → user, and where the browser was sent."""
        self.refresh_tokens: dict[str, str] = {}
        self.used: dict[str, str] = {}
        self.access_tokens: dict[str, str] = {}
        self.lifetime: object = 300
        self.lose_tokens = False
        """Whether the answer to a refresh is lost after the token was used up."""
        self.given = 0
        self.before_put: list[Any] = []
        """Called once each, between a request to write and its effect."""

    @property
    def settings(self) -> dict[str, Any]:
        """What is entered at its settings page, with the office's own client."""
        return {
            "country_code": "49",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
        }

    @override
    def add_routes(self, router: web.UrlDispatcher) -> None:
        line = "/v2/{user}/phonelines/{line}"
        router.add_get("/v2/authorization/userinfo", self._who)
        router.add_get("/v2/{user}/phonelines", self._lines)
        router.add_get(f"{line}/forwardings", self._forwardings)
        router.add_put(f"{line}/forwardings", self._forward)
        router.add_get(f"{line}/voicemails", self._voicemails)
        router.add_get("/v2/{user}/devices", self._list_devices)
        router.add_put("/v2/devices/{device}", self._set_device)
        router.add_get(f"{REALM}/auth", self._sign_in_page)
        router.add_post(f"{REALM}/token", self._give_tokens)

    @override
    def refused(self, request: web.Request) -> web.StreamResponse | None:
        if request.path.startswith(REALM):
            return None
        kind, _, said = request.headers.get("Authorization", "").partition(" ")
        if kind == "Basic":
            try:
                user = self.tokens.get(base64.b64decode(said).decode())
            except ValueError:
                user = None
        else:
            user = self.access_tokens.get(said)
        if user is None:
            return web.json_response({"error": "unauthorized"}, status=401)
        request["user"] = user
        if self.neo and request.path != "/v2/authorization/userinfo":
            return web.Response(status=403, text="requires Classic PBX account")
        others = request.match_info.get("user", user) != user
        if others and not (kind == "Basic" and user == "w0"):
            return web.json_response({"error": "forbidden"}, status=403)
        return None

    # Signing in

    def end_access(self) -> None:
        """End all access tokens, as after some minutes."""
        self.access_tokens.clear()

    def sign_in(self, user: str) -> str:
        """Return a refresh token of a user who has just signed in."""
        return str(self._tokens_for(user)["refresh_token"])

    def _tokens_for(self, user: str) -> dict[str, object]:
        self.given += 1
        access, refresh = f"access-{self.given}", f"refresh-secret-{self.given}"
        self.access_tokens[access] = user
        self.refresh_tokens[refresh] = user
        return {
            "token_type": "bearer",
            "access_token": access,
            "refresh_token": refresh,
            "expires_in": self.lifetime,
            "refresh_expires_in": 2592000,
        }

    async def _sign_in_page(self, request: web.Request) -> web.StreamResponse:
        asked = request.query
        assert asked["client_id"] == CLIENT_ID
        assert asked["response_type"] == "code"
        if set(asked["scope"].split()) - EVERY_SCOPE:
            raise web.HTTPBadRequest
        if "as" not in asked:
            links = "".join(
                f'<p><a href="{escape(str(request.rel_url.update_query({"as": user})))}">'
                f"{user}</a></p>"
                for user in self.devices
            )
            return web.Response(text=links, content_type="text/html")
        code = f"code-{len(self.codes)}"
        self.codes[code] = (asked["as"], asked["redirect_uri"])
        back = urlencode({"code": code, "state": asked["state"]})
        raise web.HTTPFound(f"{asked['redirect_uri']}?{back}")

    async def _give_tokens(self, request: web.Request) -> web.StreamResponse:
        said = await request.post()
        if (said.get("client_id"), said.get("client_secret")) != (
            CLIENT_ID,
            CLIENT_SECRET,
        ):
            return web.json_response({"error": "unauthorized_client"}, status=401)
        over = web.json_response({"error": "invalid_grant"}, status=400)
        if said.get("grant_type") == "authorization_code":
            user, back = self.codes.pop(str(said.get("code")), ("", ""))
            if not user or said.get("redirect_uri") != back:
                return over
            return web.json_response(self._tokens_for(user))
        token = str(said.get("refresh_token"))
        if token in self.used:
            # Somebody has stolen it, or us: nobody is believed any more.
            stolen = self.used[token]
            for mine in [k for k, v in self.refresh_tokens.items() if v == stolen]:
                del self.refresh_tokens[mine]
        if token not in self.refresh_tokens:
            return over
        user = self.used[token] = self.refresh_tokens.pop(token)
        answer = web.json_response(self._tokens_for(user))
        if self.lose_tokens:
            assert request.transport is not None
            request.transport.abort()
        return answer

    # The interface

    def _may(self, scope: str) -> None:
        if scope not in self.scopes:
            raise web.HTTPForbidden(text='{"error": "insufficient scope"}')

    @staticmethod
    def _line(request: web.Request) -> str:
        return f"{request.match_info['user']}/{request.match_info['line']}"

    async def _who(self, request: web.Request) -> web.StreamResponse:
        said = {"sub": request["user"], "domain": "sipgate.de", "locale": "de_DE"}
        if self.tells_account:
            said["masterSipId"] = ACCOUNT
        return web.json_response(said)

    async def _lines(self, request: web.Request) -> web.StreamResponse:
        self._may("phonelines:read")
        user = request.match_info["user"]
        found = [one.partition("/")[2] for one in self.lines if one.startswith(user)]
        return web.json_response({"items": [{"id": one} for one in found]})

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
