"""A 3CX in the test's hand: what its configuration interface says, with its traps.

The real product cannot be run here. This speaks the published interface as far as the
driver uses it: a token by client credentials of which only the newest is valid, OData
queries whose unknown properties are refused, pages, and one user changed at a time.
"""

from copy import deepcopy
import re
from typing import Any, Final, override

from aiohttp import web

from ..web_double import WebDouble

CLIENT_ID: Final = "900"
CLIENT_SECRET: Final = "k9f2-very-secret-77bb"
NAMES: Final = frozenset({"Available", "Away", "Out of office", "Custom 1", "Custom 2"})
PROPERTIES: Final = frozenset(
    {
        "CurrentProfileName",
        "DisplayName",
        "EmailAddress",
        "FirstName",
        "Id",
        "IsRegistered",
        "LastName",
        "Mobile",
        "Number",
        "QueueStatus",
    }
)
PAGE: Final = 100
BY_NUMBER: Final = re.compile(r"Number eq '([^']*)'")
ONE: Final = re.compile(r"Users\((\d+)\)")


def user(user_id: int, number: str, first: str, last: str = "") -> dict[str, Any]:
    """Return a user as a new 3CX has them."""
    return {
        "Id": user_id,
        "Number": number,
        "FirstName": first,
        "LastName": last,
        "EmailAddress": f"{first.lower()}@example.com",
        "Mobile": "01715550199",
        "IsRegistered": True,
        "CurrentProfileName": "Available",
        "QueueStatus": "LoggedOut",
        "ForwardingProfiles": [
            {
                "Id": user_id * 10 + place,
                "Name": name,
                "CustomName": "",
                "NoAnswerTimeout": 20,
                "AwayRoute": {"Internal": {"To": "VoiceMail", "Number": number}},
            }
            for place, name in enumerate(sorted(NAMES))
        ],
    }


class ThreeCx(WebDouble):
    """One phone system with an API client."""

    def __init__(self) -> None:
        super().__init__()
        self.users = [user(31, "100", "Anna"), user(32, "101", "Ben")]
        self.token = ""
        self.tokens = 0
        self.lifetime = 60
        self.steal = False
        """Another program takes a token whenever this client has."""
        self.licensed = True
        self.call_control = True
        """Whether its licence and the client include the Call Control interface."""
        self.participants: dict[tuple[str, int], str] = {}
        """Extension and participant → status, as the interface spells it."""
        self.sockets: list[web.WebSocketResponse] = []
        self.may_write = True
        self.present = True
        self.bodies: list[dict[str, Any]] = []

    @property
    def settings(self) -> dict[str, Any]:
        """What is entered at its settings page."""
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "ca": self.authority,
        }

    def of(self, number: str) -> dict[str, Any]:
        return next(one for one in self.users if one["Number"] == number)

    @override
    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_post("/connect/token", self._give_token)
        router.add_get("/xapi/v1/Users", self._list)
        router.add_patch("/xapi/v1/{one}", self._change)
        router.add_get("/callcontrol", self._all_calls)
        router.add_get("/callcontrol/ws", self._events)
        router.add_get("/callcontrol/{dn}/participants/{id}", self._participant)

    def take_token(self) -> str:
        """Give out a token, as to any program with this client; the old one ends."""
        self.tokens += 1
        self.token = f"token-{self.tokens}"
        return self.token

    async def _give_token(self, request: web.Request) -> web.StreamResponse:
        said = await request.post()
        login = (said.get("client_id"), said.get("client_secret"))
        if said.get("grant_type") != "client_credentials":
            return web.json_response({"error": "unsupported_grant_type"}, status=400)
        if login != (CLIENT_ID, CLIENT_SECRET):
            return web.json_response({"error": "invalid_client"}, status=400)
        token = self.take_token()
        if self.steal:
            self.take_token()
        return web.json_response(
            {
                "token_type": "Bearer",
                "expires_in": self.lifetime,
                "access_token": token,
                "refresh_token": None,
            }
        )

    @override
    def refused(self, request: web.Request) -> web.StreamResponse | None:
        if request.path == "/connect/token":
            return None
        if not self.present:
            raise web.HTTPNotFound
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.Response(status=401)
        if not self.licensed:
            return _refused(403, "The license does not include this interface")
        if not self.call_control and request.path.startswith("/callcontrol"):
            return _refused(403, "Forbidden")
        return None

    # Calls

    async def call(self, extension: str, number: int, status: str | None) -> None:
        """Change what a participant of a call does, and tell; ``None``: it is over."""
        if status is None:
            self.participants.pop((extension, number), None)
        else:
            self.participants[extension, number] = status
        entity = f"/callcontrol/{extension}/participants/{number}"
        await self.tell({"event_type": int(status is None), "entity": entity})

    async def tell(self, event: object) -> None:
        """Send an event to all who listen; it never holds what has changed."""
        for socket in self.sockets:
            await socket.send_json({"sequence": 1, "event": event})

    async def hang_up_sockets(self) -> None:
        """End all websockets, as a restart does."""
        for socket in self.sockets:
            await socket.close()

    async def _all_calls(self, _request: web.Request) -> web.StreamResponse:
        return self.answer(
            [
                {
                    "dn": one["Number"],
                    "type": "Wextension",
                    "participants": [
                        {"id": number, "status": status, "party_caller_id": "0171555"}
                        for (dn, number), status in self.participants.items()
                        if dn == one["Number"]
                    ],
                }
                for one in self.users
            ]
        )

    async def _participant(self, request: web.Request) -> web.StreamResponse:
        key = (request.match_info["dn"], int(request.match_info["id"]))
        if key not in self.participants:
            return _refused(404, "not found")
        return web.json_response({"id": key[1], "status": self.participants[key]})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        try:
            async for _ in socket:
                pass
        finally:
            self.sockets.remove(socket)
        return socket

    # The configuration interface

    async def _list(self, request: web.Request) -> web.StreamResponse:
        asked = request.query
        fields = asked["$select"].split(",")
        if not set(fields) <= PROPERTIES:
            return _refused(400, "Could not find a property")
        found = self.users
        if "$filter" in asked:
            wanted = BY_NUMBER.fullmatch(asked["$filter"])
            if wanted is None:
                return _refused(400, "Syntax error")
            found = [one for one in found if one["Number"] == wanted[1]]
        skipped, most = int(asked.get("$skip", 0)), int(asked.get("$top", PAGE))
        page = found[skipped : skipped + min(most, PAGE)]
        answer = {
            "@odata.context": f"{self.base}/xapi/v1/$metadata#Users",
            "value": [{field: one[field] for field in fields} for one in page],
        }
        return self.answer(answer)

    async def _change(self, request: web.Request) -> web.StreamResponse:
        which = ONE.fullmatch(request.match_info["one"])
        if which is None:
            raise web.HTTPNotFound
        if not self.may_write:
            return _refused(403, "Forbidden")
        found = [one for one in self.users if one["Id"] == int(which[1])]
        if not found:
            return _refused(404, "User not found")
        body = await request.json()
        if body.get("Number", found[0]["Number"]) != found[0]["Number"]:
            return _refused(400, "Number cannot be changed")
        if body.get("CurrentProfileName", "Away") not in NAMES:
            return _refused(400, "CurrentProfileName")
        if body.get("QueueStatus", "LoggedIn") not in ("LoggedIn", "LoggedOut"):
            return _refused(400, "QueueStatus")
        self.writes += 1
        self.bodies.append(deepcopy(body))
        found[0].update(body)
        return web.Response(status=204)


def _refused(status: int, message: str) -> web.Response:
    error = {"code": "", "message": message, "details": []}
    return web.json_response({"error": error}, status=status)
