"""A STARFACE in the test's hand: what its REST interface says, with its traps.

The real product cannot be run here. This speaks the published interface as far as the driver
uses it: a login in two steps with a nonce that serves once, tokens that end, redirections for
each number and trigger, an administrator on behalf of a user, and a PUT that is answered with
200 where it failed.
"""

from copy import deepcopy
import hashlib
from typing import Any, Final, override

from aiohttp import web

from ..web_double import WebDouble

ADMIN: Final = "001"
PASSWORD: Final = "h7-very-secret-22cc"
OWN_PASSWORDS: Final = {"100": "own-secret-100aa", "101": "own-secret-101bb"}
TRIGGERS: Final = ("ALWAYS", "BUSY", "TIMEOUT")


def redirection(
    number: str, trigger: str, mailbox: str, *, group: bool = False
) -> dict[str, Any]:
    """Return a redirection as a new STARFACE has it: off, to the mailbox."""
    to = {"redirectDestinationType": "MAILBOX", "mailboxId": mailbox}
    return {
        "id": f"{number}-{trigger}",
        "enabled": False,
        "groupNumber": group,
        "phoneNumber": number,
        "lastMailboxDestination": deepcopy(to),
        "lastPhoneNumberDestination": {
            "redirectDestinationType": "PHONENUMBER",
            "phoneNumber": "0049301234567",
        },
        "redirectDestination": to,
        "redirectTrigger": {"redirectTriggerType": trigger, "timeout": 18},
    }


class Starface(WebDouble):
    """One phone system with an administrator and two users with two numbers each."""

    limit_status = 503

    def __init__(self) -> None:
        super().__init__()
        self.names = {"100": "Anna", "101": "Ben"}
        self.redirects: dict[str, list[dict[str, Any]]] = {
            user: [
                redirection(number, trigger, f"9{user}")
                for number in (user, f"+4930555{user}")
                for trigger in TRIGGERS
            ]
            + [redirection("500", "ALWAYS", "9500", group=True)]
            for user in self.names
        }
        self.nonces: set[str] = set()
        self.tokens: dict[str, str] = {}
        self.logins = 0
        self.bodies: list[tuple[str, dict[str, Any]]] = []
        self.may_act = True
        self.refuse_writes = False
        self.normalises = False
        """Writes numbers in its own way, as 0049… for +49…."""

    @property
    def settings(self) -> dict[str, Any]:
        """What is entered at its settings page, with an administrator's login."""
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "username": ADMIN,
            "password": PASSWORD,
            "ca": self.authority,
        }

    def of(self, user: str, trigger: str) -> list[dict[str, Any]]:
        """Return the user's own redirections of a trigger."""
        return [
            one
            for one in self.redirects[user]
            if one["redirectTrigger"]["redirectTriggerType"] == trigger
            and not one["groupNumber"]
        ]

    @override
    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_get("/rest/login", self._template)
        router.add_post("/rest/login", self._log_in)
        router.add_get("/rest/users", self._users)
        router.add_get("/rest/redirects", self._list)
        router.add_put("/rest/redirects/{id}", self._change)

    def end_tokens(self) -> None:
        """Sign everybody out, as after some hours or a restart."""
        self.tokens.clear()

    async def _template(self, _request: web.Request) -> web.StreamResponse:
        nonce = f"nonce-{len(self.nonces)}-{self.requests}"
        self.nonces.add(nonce)
        return web.json_response(
            {"loginType": "Internal", "nonce": nonce, "secret": None}
        )

    async def _log_in(self, request: web.Request) -> web.StreamResponse:
        self.logins += 1
        said = await request.json()
        user, _, answer = str(said["secret"]).partition(":")
        password = PASSWORD if user == ADMIN else OWN_PASSWORDS.get(user, "")
        inner = hashlib.sha512(password.encode()).hexdigest()
        right = hashlib.sha512(f"{user}{said['nonce']}{inner}".encode()).hexdigest()
        if said["nonce"] not in self.nonces or answer != right:
            return web.Response(status=400)
        self.nonces.discard(said["nonce"])
        token = f"token-{self.logins}-{self.requests}"
        self.tokens[token] = user
        return web.json_response({"token": token})

    @override
    def refused(self, request: web.Request) -> web.StreamResponse | None:
        if request.path == "/rest/login":
            return None
        user = self.tokens.get(request.headers.get("authToken", ""))
        if user is None:
            return web.Response(status=401)
        behalf = request.query.get("actOnBehalfOf", user)
        if behalf != user and (user != ADMIN or not self.may_act):
            return web.Response(status=403)
        request["user"] = behalf
        return None

    async def _users(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response(
            [
                {
                    "id": 1000 + place,
                    "login": login,
                    "firstName": name,
                    "familyName": "",
                    "email": f"{name.lower()}@example.com",
                    "language": "de",
                }
                for place, (login, name) in enumerate(self.names.items())
            ]
        )

    async def _list(self, request: web.Request) -> web.StreamResponse:
        if request["user"] not in self.redirects:
            raise web.HTTPBadRequest
        return self.answer(self.redirects[request["user"]])

    async def _change(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        for one in self.redirects[request["user"]]:
            if one["id"] != request.match_info["id"]:
                continue
            if self.refuse_writes:
                return web.json_response(one, status=200)
            to = body["redirectDestination"]
            if to["redirectDestinationType"] == "PHONENUMBER":
                if not to["phoneNumber"]:
                    return web.json_response(one, status=200)
                if self.normalises:
                    to["phoneNumber"] = to["phoneNumber"].replace("+", "00")
                one["lastPhoneNumberDestination"] = deepcopy(to)
            self.writes += 1
            self.bodies.append((one["id"], deepcopy(body)))
            one["enabled"], one["redirectDestination"] = body["enabled"], to
            return web.Response(status=204)
        raise web.HTTPNotFound
