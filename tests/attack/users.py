"""Real users of a Home Assistant, each with a login and a WebSocket of their own."""

from collections.abc import AsyncIterator
import contextlib
from dataclasses import dataclass
import json
from typing import Any

import aiohttp

from tests.e2e.home import Home

PASSWORD = "a-long-enough-password"
ADMIN, USER, READER = "system-admin", "system-users", "system-read-only"


@dataclass(frozen=True, slots=True)
class Answer:
    """What Home Assistant answered to one message."""

    success: bool
    code: str
    body: str
    result: Any = None


class Line:
    """One WebSocket connection of a user."""

    def __init__(self, raw: aiohttp.ClientWebSocketResponse) -> None:
        """Begin to count messages."""
        self.raw = raw
        self._number = 0

    async def ask(self, kind: str, /, **said: Any) -> Answer:
        """Send a message; return its result, and a subscription's first event."""
        self._number += 1
        number = self._number
        await self.raw.send_str(json.dumps({"id": number, "type": kind, **said}))
        while True:
            message = await self.raw.receive(60)
            if message.type is not aiohttp.WSMsgType.TEXT:
                raise ConnectionError(f"closed: {message.type.name}")
            answer = json.loads(message.data)
            if answer.get("id") == number and answer["type"] == "result":
                break
        body = json.dumps(answer.get("result"))
        if answer["success"] and "subscribe" in kind:
            event = json.loads((await self.raw.receive(60)).data)
            body += json.dumps(event)
        error = answer.get("error") or {}
        return Answer(
            answer["success"],
            error.get("code", ""),
            body + json.dumps(error),
            answer.get("result"),
        )

    async def act(self, domain: str, service: str, /, **said: Any) -> Answer:
        """Call an action, with an answer where it gives one."""
        wish = {"domain": domain, "service": service, "service_data": said}
        answer = await self.ask("call_service", return_response=True, **wish)
        if not answer.success and "return_response" in answer.body:
            answer = await self.ask("call_service", **wish)
        return answer


@dataclass(slots=True)
class Visitor:
    """A user, logged in."""

    name: str
    person: str
    token: str
    home: Home

    @contextlib.asynccontextmanager
    async def line(self) -> AsyncIterator[Line]:
        """Open a WebSocket."""
        assert self.home.session is not None
        async with self.home.session.ws_connect(
            f"{self.home.url}/api/websocket", max_msg_size=0
        ) as raw:
            await raw.receive_json()
            await raw.send_json({"type": "auth", "access_token": self.token})
            assert (await raw.receive_json())["type"] == "auth_ok"
            yield Line(raw)

    async def request(self, method: str, path: str, **more: Any) -> tuple[int, str]:
        """Send a request; return its status and body."""
        assert self.home.session is not None
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.home.session.request(
            method, f"{self.home.url}{path}", headers=headers, **more
        ) as answer:
            return answer.status, await answer.text(errors="replace")


async def add_visitor(home: Home, name: str, group: str | None) -> Visitor:
    """Make a user with a person entity, and log in as them."""
    async with home.connection() as socket:
        made = await socket.ask(
            "config/auth/create", name=name, group_ids=[group] if group else []
        )
        user_id = made["user"]["id"]
        await socket.ask(
            "config/auth_provider/homeassistant/create",
            user_id=user_id,
            username=name.lower(),
            password=PASSWORD,
        )
        person = await socket.ask("person/create", name=name, user_id=user_id)
    client = f"{home.url}/"
    flow = await home.post(
        "/auth/login_flow",
        {
            "client_id": client,
            "handler": ["homeassistant", None],
            "redirect_uri": client,
        },
    )
    done = await home.post(
        f"/auth/login_flow/{flow['flow_id']}",
        {"client_id": client, "username": name.lower(), "password": PASSWORD},
    )
    data = {
        "client_id": client,
        "grant_type": "authorization_code",
        "code": done["result"],
    }
    assert home.session is not None
    async with home.session.post(f"{home.url}/auth/token", data=data) as answer:
        token = (await answer.json())["access_token"]
    return Visitor(name, f"person.{person['id']}", token, home)
