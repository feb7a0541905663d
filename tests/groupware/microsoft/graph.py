"""Graph as far as xpresence uses it, with a state; it keeps to the contracts."""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import json
import re
import time
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from .contract import answer_problems, last_id, length, request_problems
from .login import USERS, Login, Token
from .world import TeamsWorld

DAYS = {"Busy": 1, "DoNotDisturb": 1}
DEFAULT_DAYS = 7


@dataclass
class Fault:
    """Something that goes wrong with the next requests that fit."""

    path: str
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "status"
    """``status``, ``cut`` (half the answer), ``silent`` (no answer), ``dropped``,
    ``done_but_lost`` (it happens, and the connection breaks)."""
    times: int = 1
    code: str = "injected"
    """Graph's word for the status."""


@dataclass
class Person:
    """Somebody at Microsoft: their Teams and their calendars."""

    id: str
    world: TeamsWorld = field(default_factory=TeamsWorld)
    events: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    calendars: list[dict[str, Any]] = field(default_factory=list)
    out_of_office: bool = False
    name: str = ""
    address: str = ""
    numbers: list[str] = field(default_factory=list)
    guest: bool = False
    has_mailbox: bool = True

    @property
    def user(self) -> dict[str, Any]:
        """Return how the directory shows the person."""
        return {
            "id": self.id,
            "displayName": self.name or self.id,
            "mail": self.address or USERS.get(self.id),
            "userPrincipalName": self.address or USERS.get(self.id),
            "businessPhones": self.numbers[:1],
            "mobilePhone": self.numbers[1] if len(self.numbers) > 1 else None,
            "userType": "Guest" if self.guest else "Member",
        }


@dataclass
class Graph:
    """The state of Graph; ``clock`` tells its time."""

    login: Login
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    people: dict[str, Person] = field(
        default_factory=lambda: {one: Person(one) for one in USERS}
    )
    faults: list[Fault] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Method and path of every request, with the time beside it in ``at``."""
    at: list[datetime] = field(default_factory=list)
    page: int = 1000

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self.judged])
        app.add_routes([web.route("*", "/v1.0/{path:.*}", self.answer)])
        return app

    def count(self, part: str) -> int:
        """Return how many requests had this in their path."""
        return sum(part in path for _, path in self.asked)

    @web.middleware
    async def judged(
        self,
        request: web.Request,
        handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        """Judge the request, break what is to be broken, judge the answer."""
        path = request.rel_url.raw_path.removeprefix("/v1.0")
        body = await request.read()
        self.asked.append((request.method, path))
        self.at.append(self.clock())
        problems = request_problems(
            request.method, path, request.query_string, request.headers, body
        )
        if problems:
            self.broken += problems
            return error(422, "contractBroken")
        fault = self._fault(path)
        if fault is not None and fault.kind == "status":
            return error(fault.status, fault.code, fault.headers)
        if fault is not None and fault.kind in ("silent", "dropped"):
            if fault.kind == "silent":
                await asyncio.sleep(3600)
            return drop(request)
        answer = await handler(request)
        assert isinstance(answer, web.Response)
        said = answer.body if isinstance(answer.body, bytes) else b""
        self.broken += answer_problems(request.method, path, answer.status, said)
        if fault is not None and fault.kind == "done_but_lost":
            return drop(request)
        if fault is not None and fault.kind == "cut":
            return web.Response(
                body=said[: len(said) // 2], content_type="application/json"
            )
        return answer

    def _fault(self, path: str) -> Fault | None:
        for fault in self.faults:
            if fault.times > 0 and re.search(fault.path, path):
                fault.times -= 1
                return fault
        return None

    # What is asked of it.

    async def answer(self, request: web.Request) -> web.Response:
        sent = request.headers["Authorization"].removeprefix("Bearer ")
        token = self.login.tokens.get(sent)
        if token is None or token.expires < time.time():
            return error(401, "InvalidAuthenticationToken", self._challenge())
        if self.login.claims_needed and self.login.claims_needed not in token.claims:
            return error(401, "InvalidAuthenticationToken", self._challenge())
        path = request.rel_url.raw_path.removeprefix("/v1.0")
        if not token.user:
            return await self._do_for_application(request, path, token)
        needs = permission(request.method, path)
        if not token.scopes & needs:
            return error(403, "Forbidden")
        return await self._do(request, path, token)

    async def _do_for_application(
        self, request: web.Request, path: str, token: Token
    ) -> web.Response:
        """Answer an application, which is nobody: ``/me`` is nothing to it."""
        if path.startswith("/me"):
            self.broken.append(f"an application asked for {path}")
            return error(400, "BadRequest")
        needs = permission(request.method, path, APPLICATION)
        if path == "/users":
            if not token.scopes & needs:
                return error(403, "Authorization_RequestDenied")
            return self._users(request)
        if path == "/communications/getPresencesByUserId":
            if not token.scopes & needs:
                return error(403, "Forbidden")
            return self._presences((await request.json())["ids"])
        user_id = last_id(path, "users")
        person = self.people.get(user_id)
        rest = path.split("/", 3)[3]
        group = self.login.application.group
        outside = group is not None and user_id not in group
        if not token.scopes & needs or ("calendar" in rest and outside):
            code = "ErrorAccessDenied" if "calendar" in rest else "Forbidden"
            return error(403, code)
        if person is None:
            return error(404, "ErrorInvalidUser" if "calendar" in rest else "NotFound")
        if rest == "presence":
            return web.json_response(self._presence(person))
        if rest.startswith("presence/"):
            return self._act(person, rest.rpartition("/")[2], await request.json())
        return self._calendars(request, path, rest, person)

    def _calendars(
        self, request: web.Request, path: str, rest: str, person: Person
    ) -> web.Response:
        if not person.has_mailbox:
            return error(404, "MailboxNotEnabledForRESTAPI")
        if rest == "calendars":
            rows = [select(request, one) for one in person.calendars]
            return web.json_response({"value": rows})
        known = "" if rest == "calendarView" else last_id(path, "calendars")
        if known and known not in person.events:
            return error(404, "ErrorItemNotFound")
        return self._view(request, person.events.get(known, []))

    def _users(self, request: web.Request) -> web.Response:
        everybody = list(self.people.values())
        top = min(int(request.query.get("$top", "100")), self.page)
        skip = int(request.query.get("$skiptoken", "0"))
        rows = [select(request, one.user) for one in everybody[skip : skip + top]]
        answer: dict[str, Any] = {"value": rows}
        if skip + top < len(everybody):
            following = request.url.update_query({"$skiptoken": str(skip + top)})
            answer["@odata.nextLink"] = str(following)
        return web.json_response(answer)

    def _presences(self, ids: list[str]) -> web.Response:
        rows = [self._presence(self.people[one]) for one in ids if one in self.people]
        return web.json_response({"value": rows})

    def _challenge(self) -> dict[str, str]:
        value = 'Bearer realm="", error="invalid_token"'
        if needed := self.login.claims_needed:
            claims = json.dumps({"access_token": {"nbf": {"value": needed}}})
            value += f', claims="{base64.b64encode(claims.encode()).decode()}"'
        return {"WWW-Authenticate": value}

    async def _do(self, request: web.Request, path: str, token: Token) -> web.Response:
        me = self.people[token.user]
        if path == "/me":
            return selected(request, {"id": me.id, "mail": USERS[me.id]})
        if path == "/me/presence":
            return web.json_response(self._presence(me, own=True))
        if path == "/communications/getPresencesByUserId":
            return self._presences((await request.json())["ids"])
        if path == "/me/calendars":
            rows = [select(request, one) for one in me.calendars]
            return web.json_response({"value": rows})
        if path == "/me/calendarView":
            return self._view(request, me.events.get("", []))
        if path.endswith("/calendarView"):
            known = last_id(path, "calendars")
            if known not in me.events:
                return error(404, "ErrorItemNotFound")
            return self._view(request, me.events[known])
        if last_id(path, "users") != me.id:
            return error(403, "Forbidden")
        return self._act(me, path.rpartition("/")[2], await request.json())

    def _act(self, me: Person, action: str, said: dict[str, Any]) -> web.Response:
        world, now = me.world, self.clock()
        pair = (said.get("availability", ""), said.get("activity", ""))
        match action:
            case "setPresence":
                lasts = length(said.get("expirationDuration", "PT5M"))
                world.set_session(now, said["sessionId"], pair, lasts)
            case "clearPresence":
                if not world.clear_session(now, said["sessionId"]):
                    return error(404, "NotFound")
            case "setUserPreferredPresence":
                days = timedelta(days=DAYS.get(pair[0], DEFAULT_DAYS))
                given = said.get("expirationDuration")
                world.prefer(now, pair, length(given) if given else days)
            case "clearUserPreferredPresence":
                world.prefer(now, None, timedelta())
            case "setStatusMessage":
                message = said["statusMessage"]
                text = message["message"]["content"]
                expires = message.get("expiryDateTime")
                if expires is None:
                    world.say(text)
                else:
                    assert expires["timeZone"] == "UTC"
                    moment = datetime.fromisoformat(expires["dateTime"])
                    world.say(text, moment.replace(tzinfo=UTC))
        return web.Response(status=200)

    def _presence(self, person: Person, *, own: bool = False) -> dict[str, Any]:
        now = self.clock()
        availability, activity = person.world.shown(now)
        said = person.world.says(now)
        message: dict[str, Any] | None = None
        if said:
            message = {"message": {"content": said, "contentType": "text"}}
            if own:
                message["publishedDateTime"] = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "id": person.id,
            "availability": availability,
            "activity": activity,
            "outOfOfficeSettings": {
                "message": None,
                "isOutOfOffice": person.out_of_office,
            },
            "statusMessage": message,
        }

    def _view(self, request: web.Request, events: list[dict[str, Any]]) -> web.Response:
        start = datetime.fromisoformat(request.query["startDateTime"])
        end = datetime.fromisoformat(request.query["endDateTime"])
        found = [
            event
            for event in events
            if utc(event["start"]) < end and utc(event["end"]) > start
        ]
        top = min(int(request.query.get("$top", "10")), self.page)
        skip = int(request.query.get("$skip", "0"))
        prefer = re.search(
            r'outlook\.timezone="([^"]+)"', request.headers.get("Prefer", "")
        )
        zone = prefer[1] if prefer else "UTC"
        rows = [
            select(request, in_zone(event, zone)) for event in found[skip : skip + top]
        ]
        answer: dict[str, Any] = {"value": rows}
        if skip + top < len(found):
            answer["@odata.nextLink"] = str(
                request.url.update_query({"$skip": str(skip + top)})
            )
        return web.json_response(answer)


PERMISSIONS = [
    (r"GET /me", {"User.Read"}),
    (r"GET /me/presence", {"Presence.Read", "Presence.Read.All"}),
    (r"POST /communications/.*", {"Presence.Read.All"}),
    (r"POST /users/[^/]+/presence/.*", {"Presence.ReadWrite"}),
    (r"GET /me/calendars/.*", {"Calendars.Read.Shared", "Calendars.ReadBasic"}),
    (r"GET /me/calendar.*", {"Calendars.ReadBasic", "Calendars.Read"}),
]


APPLICATION = [
    (r"GET /users", {"User.Read.All"}),
    (r"POST /communications/.*", {"Presence.Read.All", "Presence.ReadWrite.All"}),
    (r"GET /users/[^/]+/presence", {"Presence.Read.All", "Presence.ReadWrite.All"}),
    (r"POST /users/[^/]+/presence/.*", {"Presence.ReadWrite.All"}),
    (r"GET /users/[^/]+/calendar.*", {"Calendars.ReadBasic.All", "Calendars.Read"}),
]
"""The same for an application, as the documents' permission tables have it."""


def permission(
    method: str, path: str, table: list[tuple[str, set[str]]] | None = None
) -> set[str]:
    """Return the permissions of which one is needed."""
    for pattern, needed in table or PERMISSIONS:
        if re.fullmatch(pattern, f"{method} {path}"):
            return needed
    raise AssertionError(path)


def error(
    status: int, code: str, headers: dict[str, str] | None = None
) -> web.Response:
    body = {"error": {"code": code, "message": "Something about anna@example.com."}}
    return web.json_response(body, status=status, headers=headers)


def drop(request: web.Request) -> web.Response:
    """Break the connection."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


def selected(request: web.Request, whole: dict[str, Any]) -> web.Response:
    return web.json_response(select(request, whole))


def select(request: web.Request, whole: dict[str, Any]) -> dict[str, Any]:
    """Leave what ``$select`` asks for, and the id."""
    asked = request.query.get("$select")
    if not asked:
        return whole
    fields = {"id", *asked.split(",")}
    return {key: value for key, value in whole.items() if key in fields}


def utc(said: dict[str, str]) -> datetime:
    return datetime.fromisoformat(said["dateTime"].partition(".")[0]).replace(
        tzinfo=UTC
    )


def in_zone(event: dict[str, Any], zone: str) -> dict[str, Any]:
    """Tell an event's times in the zone that was asked for."""
    if event.get("isAllDay"):
        # Midnight stays midnight, whichever zone is asked for.
        times = {key: {**event[key], "timeZone": zone} for key in ("start", "end")}
        return event | times
    return event | {
        key: moment(utc(event[key]).astimezone(ZoneInfo(zone)), zone)
        for key in ("start", "end")
    }


def moment(when: datetime, zone: str = "UTC") -> dict[str, str]:
    """Write a time as Graph does."""
    return {"dateTime": f"{when:%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": zone}


def event(
    uid: str, start: datetime, end: datetime, subject: str = "", **more: Any
) -> dict[str, Any]:
    """Return an event of one's own."""
    return {
        "id": f"id-{uid}",
        "iCalUId": uid,
        "subject": subject,
        "start": moment(start),
        "end": moment(end),
        "isAllDay": False,
        "isCancelled": False,
        "isOrganizer": True,
        "showAs": "busy",
        "sensitivity": "normal",
        "categories": [],
        "responseStatus": {"response": "none", "time": "0001-01-01T00:00:00Z"},
        "body": {"contentType": "text", "content": "never asked for"},
        **more,
    }
