"""A Domino server on loopback: its calendar service, and signing in by session."""

import asyncio
from base64 import b64decode
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time
import json
import secrets
import ssl
from typing import Any, Self
from zoneinfo import ZoneInfo

from aiohttp import web

from tests.groupware.faults import FAULTS, Fault, plain

from .contract import check, check_query

LIST = "/{folder}/{database}/api/calendar/events"
SIGN_IN_PAGE = b"<html><form action='/names.nsf?Login'>Please sign in</form></html>"
SUMMARY = frozenset({"attendees", "description"})
"""What the list leaves out."""


def moment(when: datetime | date, tzid: str = "") -> dict[str, Any]:
    """Return a time as the service writes it."""
    if not isinstance(when, datetime):
        return {"date": when.isoformat()}
    if tzid:
        return {
            "date": when.date().isoformat(),
            "time": when.time().isoformat(),
            "tzid": tzid,
        }
    when = when.astimezone(UTC)
    return {"date": when.date().isoformat(), "time": f"{when:%H:%M:%S}", "utc": True}


def event(
    number: int,
    start: datetime | date,
    end: datetime | date | None,
    summary: str = "Training",
    tzid: str = "",
    **more: Any,
) -> dict[str, Any]:
    """Return an event; ``lotus_`` names become ``x-lotus-`` properties."""
    unid = f"{number:032X}-Lotus_Notes_Generated"
    found = {
        "href": f"/mail/anna.nsf/api/calendar/events/{unid}",
        "id": unid,
        "summary": summary,
        "start": moment(start, tzid),
        "last-modified": "20261101T080000Z",
        "class": "public",
        "transparency": "opaque",
        "sequence": 0,
    }
    if end is not None:
        found["end"] = moment(end, tzid)
    for name, value in more.items():
        if name.startswith("lotus_"):
            found[f"x-lotus-{name[6:]}"] = {"data": value}
        else:
            found[name.replace("_", "-") if name == "last_modified" else name] = value
    return found


class DominoServer:
    """What it was asked stays in ``asked``; what it shall do wrong is set."""

    def __init__(self) -> None:
        self.passwords = {"Anna Office": "Grün€ 7"}
        self.mail_files: dict[str, list[dict[str, Any]]] = {"mail/anna.nsf": []}
        self.readers: dict[str, set[str]] = {"Anna Office": {"mail/anna.nsf"}}
        self.sessions_on = False
        """Whether Domino wants a session, and takes no notice of Basic."""
        self.cookie = "DomAuthSessId"
        self.sessions: dict[str, str] = {}
        self.tries = 0
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.fault = ""
        self.faults = {**FAULTS, **JSON_FAULTS}
        self._over = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def start(self, tls: ssl.SSLContext | None = None) -> Self:
        """Listen on a free port of loopback."""
        app = web.Application()
        app.router.add_post("/names.nsf", self._sign_in)
        events = "/{file:.+?}/api/calendar/events"
        app.router.add_get(events, self._list)
        app.router.add_get(events + "/{unid}", self._one)
        app.router.add_get(events + "/{unid}/{recurrence}", self._one)
        self._runner = web.AppRunner(app, handler_cancellation=True)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=tls)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{port}"
        return self

    async def stop(self) -> None:
        """Go away, in the middle of an answer too."""
        self._over.set()
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    # Signing in

    async def _sign_in(self, request: web.Request) -> web.StreamResponse:
        if self.fault:
            return await self.faults[self.fault](request, self._over)
        assert "Login" in request.query
        form = await request.post()
        self.tries += 1
        if self.passwords.get(str(form["Username"])) != form["Password"]:
            return web.Response(body=SIGN_IN_PAGE, content_type="text/html")
        token = secrets.token_hex(16)
        self.sessions[token] = str(form["Username"])
        response = web.Response(status=302, headers={"Location": "/"})
        response.set_cookie("Other", "1")
        response.set_cookie(self.cookie, token, path="/")
        return response

    def _user(self, request: web.Request) -> str | None:
        token = request.cookies.get(self.cookie, "")
        if self.sessions_on or token in self.sessions:
            return self.sessions.get(token)
        if given := request.headers.get("Authorization"):
            self.tries += 1
            name, _, password = b64decode(given[6:]).decode().partition(":")
            if self.passwords.get(name) == password:
                return name
        return None

    async def _refused(self, request: web.Request) -> web.StreamResponse | None:
        """Return the answer to somebody who may not read; ``None`` if they may."""
        if self.fault:
            return await self.faults[self.fault](request, self._over)
        user = self._user(request)
        if user is None and self.sessions_on:
            return web.Response(body=SIGN_IN_PAGE, content_type="text/html")
        if user is None:
            return web.Response(
                status=401, headers={"WWW-Authenticate": 'Basic realm="/"'}
            )
        file = request.match_info["file"]
        if file not in self.mail_files:
            return _error(404, "Not Found")
        if file not in self.readers.get(user, ()):
            return _error(403, "Forbidden")
        return None

    # The calendar

    async def _list(self, request: web.Request) -> web.StreamResponse:
        if refused := await self._refused(request):
            return refused
        query = dict(request.query)
        check_query(query, LIST)
        self.asked.append((request.path, query))
        count, first = int(query.get("count", "50")), int(query.get("start", "0"))
        if not 1 <= count <= 100:
            return _error(400, "Bad Request")
        since, before = (datetime.fromisoformat(query[n]) for n in ("since", "before"))
        events = sorted(
            (
                event
                for event in self.mail_files[request.match_info["file"]]
                if since <= _begins(event) < before
            ),
            key=_begins,
        )
        shown = [
            {key: value for key, value in event.items() if key not in SUMMARY}
            for event in events[first : first + count]
        ]
        if not shown:
            return web.Response(headers={"Content-Type": ""})
        answer = {"events": shown}
        check(answer, "eventListResponse")
        return web.json_response(
            answer,
            headers={"Content-Range": f"items {first}-{first + len(shown) - 1}"},
        )

    async def _one(self, request: web.Request) -> web.StreamResponse:
        if refused := await self._refused(request):
            return refused
        self.asked.append((request.path, {}))
        unid = request.match_info["unid"]
        recurrence = request.match_info.get("recurrence")
        for event in self.mail_files[request.match_info["file"]]:
            invitation = event.get("x-lotus-noticetype", {}).get("data") == "I"
            same = event["id"] == unid and event.get("recurrenceId") == recurrence
            if same and not invitation:
                answer = {"events": [event]}
                check(answer, "eventResponse")
                return web.json_response(answer)
        return _error(404, "Not Found")


def _begins(event: Mapping[str, Any]) -> datetime:
    told = event["start"]
    zone = UTC
    if tzid := told.get("tzid"):
        with suppress(KeyError, ValueError):
            zone = ZoneInfo({"W. Europe": "Europe/Berlin"}.get(tzid, tzid))
    day = date.fromisoformat(told["date"])
    return datetime.combine(day, time.fromisoformat(told.get("time", "00:00")), zone)


def _error(code: int, text: str) -> web.Response:
    answer = {"code": code, "text": text, "message": "No.", "type": "text", "data": ""}
    check(answer, "errorResponse")
    return web.json_response(answer, status=code)


JSON = "application/json"
WHOLE = json.dumps({"events": [event(1, date(2026, 11, 24), None)]}).encode()
JSON_FAULTS: dict[str, Fault] = {
    "cut short": plain(200, WHOLE[:40], JSON),
    "deep": plain(200, b"[" * 200_000, JSON),
    "another answer": plain(200, b'{"events": {"a": 1}}', JSON),
    "no times": plain(200, b'{"events": [{"id": "a", "start": {"date": "x"}}]}', JSON),
    "error": plain(500, b"{}", JSON),
}
