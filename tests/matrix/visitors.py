"""Whoever may knock at a door, and what each is to Anna."""

from collections.abc import Callable
from dataclasses import dataclass, field
import json
from pathlib import Path
from typing import Any, Final

from homeassistant.components import conversation
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import llm
from pytest_homeassistant_custom_component.typing import (
    MockHAClientWebSocket,
    WebSocketGenerator,
)

from custom_components.xpresence.presence.permission.policy import (
    Actor,
    Policy,
    Role,
    Trust,
)
from tests.office import ANNA
from tests.team import Team

TEXTS: Final = Path("custom_components/xpresence/translations/en.json")
REFUSALS: Final = frozenset(
    text["message"].rstrip(".")
    for key, text in json.loads(TEXTS.read_text())["exceptions"].items()
    if key.startswith("not_allowed_")
)
"""What somebody hears or a model is told who may not."""


class Shut(Exception):
    """The door stayed shut: refused, or nothing was to be seen."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody or something that asks.

    ``user`` is one of the team's, or nobody; ``satellite`` the device that heard it.
    ``roles``: what they are to Anna, said here once more and not asked of the code.
    """

    name: str
    roles: Callable[[Policy], set[Role]]
    user: str | None = None
    satellite: str | None = None
    reads: bool = True
    controls: bool = True

    def actor(self, policy: Policy) -> Actor:
        """Return the visitor as the policy knows them."""
        return Actor(
            frozenset(self.roles(policy)), reads=self.reads, controls=self.controls
        )


def always(*roles: Role) -> Callable[[Policy], set[Role]]:
    """Be the same under every policy."""
    return lambda policy: set(roles)


def heard_by(owner: Role) -> Callable[[Policy], set[Role]]:
    """Be a satellite that speaks for somebody only where the office wants that."""

    def roles(policy: Policy) -> set[Role]:
        as_person = policy.satellites is Trust.AS_PERSON
        return {owner if as_person else Role.SATELLITE}

    return roles


COLLEAGUE: Final = Role.COLLEAGUE
VISITORS: Final = (
    Visitor("an administrator", always(COLLEAGUE, Role.ADMIN), user="admin"),
    Visitor("Anna", always(COLLEAGUE, Role.OWNER), user="anna"),
    Visitor("who acts for her", always(COLLEAGUE, Role.ACTING_DELEGATE), user="dora"),
    Visitor("who reads for her", always(COLLEAGUE, Role.READING_DELEGATE), user="rita"),
    Visitor("a colleague", always(COLLEAGUE), user="bob"),
    Visitor("who may only look", always(COLLEAGUE), user="rosa", controls=False),
    Visitor("a stranger", always(COLLEAGUE), user="sven", reads=False, controls=False),
    Visitor("an automation", always(Role.AUTOMATION)),
    Visitor("her satellite", heard_by(Role.OWNER), satellite="desk"),
    Visitor("his satellite", heard_by(COLLEAGUE), satellite="bobs"),
    Visitor("the kitchen", always(Role.SATELLITE), satellite="kitchen"),
)


@dataclass(slots=True)
class Visit:
    """A visitor at the doors of one office."""

    hass: HomeAssistant
    team: Team
    visitor: Visitor
    connect: WebSocketGenerator
    clients: dict[str, MockHAClientWebSocket] = field(default_factory=dict)

    @property
    def context(self) -> Context:
        """Return the context of whatever the visitor does."""
        user = self.visitor.user
        return Context(user_id=self.team.users[user].id if user else None)

    async def action(self, name: str, /, **said: Any) -> Any:
        """Call an action of xpresence on Anna."""
        return await self.service("xpresence", name, "select.anna_profile", **said)

    async def service(self, domain: str, name: str, entity: str, /, **said: Any) -> Any:
        """Call an action on an entity."""
        wish = {"entity_id": entity, **said}
        answers = bool(
            self.hass.services.supports_response(domain, name).value != "none"
        )
        return await self.hass.services.async_call(
            domain,
            name,
            wish,
            blocking=True,
            context=self.context,
            return_response=answers,
        )

    async def command(self, name: str, /, **said: Any) -> Any:
        """Send a WebSocket command about Anna; return the result."""
        return (await self._sent(name, said))[1]["result"]

    async def first(self, name: str, /, **said: Any) -> dict[str, Any]:
        """Subscribe, and return the first message."""
        client, answer = await self._sent(name, said)
        while True:
            message = await client.receive_json()
            if message["id"] == answer["id"] and message["type"] == "event":
                await client.send_json_auto_id(
                    {"type": "unsubscribe_events", "subscription": answer["id"]}
                )
                return dict(message["event"])

    async def _sent(
        self, name: str, said: dict[str, Any]
    ) -> tuple[MockHAClientWebSocket, dict[str, Any]]:
        assert self.visitor.user
        client = await self.client(self.visitor.user)
        wish = {"type": f"xpresence/{name}", **said}
        await client.send_json_auto_id(wish)
        while True:
            answer = await client.receive_json()
            if answer["type"] == "result" and answer["id"] == wish["id"]:
                break
        if answer["success"]:
            return client, answer
        error = answer["error"]
        key = error.get("translation_key") or ""
        if error["code"] == "unauthorized" or key.startswith("not_allowed_"):
            raise Shut(error)
        raise AssertionError(error)

    async def client(self, user: str) -> MockHAClientWebSocket:
        """Return a connection of a user's, the same every time."""
        if user not in self.clients:
            auth = self.hass.auth
            token = await auth.async_create_refresh_token(
                self.team.users[user], f"http://127.0.0.1/{user}"
            )
            access = auth.async_create_access_token(token)
            self.clients[user] = await self.connect(self.hass, access)
        return self.clients[user]

    async def say(self, text: str) -> str:
        """Say something; return what is answered."""
        result = await conversation.async_converse(
            self.hass, text, None, self.context, "en", device_id=self.visitor.satellite
        )
        speech: str = result.response.speech["plain"]["speech"]
        if speech.rstrip(".") in REFUSALS:
            raise Shut(speech)
        return speech

    async def tool(self, name: str, /, **said: Any) -> dict[str, Any]:
        """Use a tool of language models on Anna; return what the model is told."""
        api = await llm.async_get_api(
            self.hass,
            llm.LLM_API_ASSIST,
            llm.LLMContext(
                "test", self.context, "en", "conversation", self.visitor.satellite
            ),
        )
        result = await api.async_call_tool(
            llm.ToolInput(f"xpresence__{name}", {"person": "Anna", **said})
        )
        assert isinstance(result, llm.ToolResult)
        told = dict(result.data)
        if told.get("error", "").rstrip(".") in REFUSALS:
            raise Shut(told["error"])
        assert "error" not in told, told
        return told

    @property
    def anna(self) -> Any:
        """Return what is known of Anna."""
        return self.team.entry.runtime_data.people[ANNA]
