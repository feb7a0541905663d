"""Every door opens to everybody exactly where the pure policy says so."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
import inspect
from typing import Any

from homeassistant.components import websocket_api
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import Unauthorized
from homeassistant.helpers import entity_platform, llm
from homeassistant.helpers.entity import Entity
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.xpresence.const import DOMAIN
from custom_components.xpresence.presence.permission.policy import (
    LIMITED,
    Actor,
    Permission,
    Policy,
    Tier,
    Trust,
    may,
)
from custom_components.xpresence.voice.ask import Ask
from tests.office import ANNA, BOB
from tests.team import Team, set_up_team

from .doors import DOORS, Door, Kind
from .visitors import VISITORS, Shut, Visit, Visitor

MOBILE = {"id": "mobile", "name": "Mobile", "number": "101"}


@dataclass(frozen=True, slots=True)
class Situation:
    """What the office allows, and to whom Anna shows her subjects and info text.

    ``tells``: which knocks can go otherwise here than in the other situations.
    """

    name: str
    policy: Policy
    tier: Tier = Tier.DELEGATE
    tells: Callable[[Visitor, Door], bool] = lambda visitor, door: True
    info_tier: Tier = Tier.TEAM
    history_tier: Tier = Tier.OWNER

    def allows(self, actor: Actor, permission: Permission) -> bool:
        """Tell what the pure policy says."""
        tiers = {
            Permission.SEE_INFO_TEXT: self.info_tier,
            Permission.SEE_HISTORY: self.history_tier,
        }
        tier = tiers.get(permission, self.tier)
        return may(actor, permission, self.policy, tier)

    @property
    def options(self) -> dict[str, Any]:
        """Return it as the settings page stores it."""
        return {
            "allowed": sorted(self.policy.allowed),
            "automations": self.policy.automations.value,
            "satellites": self.policy.satellites.value,
            "history_days": 7,
        }


def only(*acts: Permission) -> Policy:
    return Policy(allowed=frozenset(acts))


def subjects(visitor: Visitor, door: Door) -> bool:
    return door.permission is Permission.SEE_SUBJECTS


def info_texts(visitor: Visitor, door: Door) -> bool:
    return door.permission is Permission.SEE_INFO_TEXT


def histories(visitor: Visitor, door: Door) -> bool:
    return door.permission is Permission.SEE_HISTORY


def without_user(visitor: Visitor, door: Door) -> bool:
    return visitor.user is None


def opened_by(permission: Permission) -> Callable[[Visitor, Door], bool]:
    """Everybody at the doors of one act, and Anna at every other."""
    return lambda visitor, door: door.permission is permission or visitor.user == "anna"


SITUATIONS = (
    Situation("everything allowed", Policy()),
    Situation("nothing allowed", only(), Tier.TEAM),
    *(
        Situation(
            f"only {permission.value}",
            only(permission),
            Tier.TEAM,
            opened_by(permission),
        )
        for permission in sorted(LIMITED)
    ),
    *(
        Situation(f"subjects to {tier.value}", Policy(), tier, subjects)
        for tier in (Tier.OWNER, Tier.TEAM)
    ),
    *(
        Situation(f"info text to {tier.value}", Policy(), Tier.TEAM, info_texts, tier)
        for tier in (Tier.OWNER, Tier.DELEGATE)
    ),
    *(
        Situation(
            f"history to {tier.value}", Policy(), tells=histories, history_tier=tier
        )
        for tier in (Tier.DELEGATE, Tier.TEAM)
    ),
    *(
        Situation(
            f"automations {automations.value}, satellites {satellites.value}",
            Policy(automations=automations, satellites=satellites),
            Tier.TEAM,
            without_user,
        )
        for automations, satellites in (
            (Trust.ALLOWED, Trust.REFUSED),
            (Trust.REFUSED, Trust.ALLOWED),
            (Trust.REFUSED, Trust.AS_PERSON),
        )
    ),
)


@pytest.fixture
async def team(hass: HomeAssistant, own_folder: object) -> Team:
    """Set up an office with everything that has a door, and everybody around it."""
    for component in ("homeassistant", "conversation", "llm"):
        assert await async_setup_component(hass, component, {})
    team = await set_up_team(
        hass,
        sharing={"satellites": ["desk"]},
        anna={"devices": [MOBILE], "queues": ["400"]},
        bob={"sharing": {"satellites": ["bobs"]}},
    )
    for person in (ANNA, BOB):
        entity_id = team.entry.runtime_data.entity_of(person)
        async_expose_entity(hass, "conversation", entity_id, True)
    return team


def comes(visitor: Visitor, door: Door) -> bool:
    """Tell whether such a visitor can come to such a door at all."""
    if door.of_self and visitor.user != "anna" and visitor.satellite != "desk":
        return False
    match door.kind:
        case Kind.COMMAND:
            return visitor.user is not None
        case Kind.ACTION | Kind.ENTITY:
            return visitor.satellite is None
        case Kind.TOOL | Kind.VOICE:
            return True


def fingerprint(team: Team) -> Any:
    """Return everything that a knock could change."""
    state = team.entry.runtime_data.people[ANNA]
    return (
        state.facts,
        state.loop.ledger.own,
        {key: dict(value.data) for key, value in team.entry.subentries.items()},
    )


async def opens(visit: Visit, door: Door) -> bool:
    """Knock; tell whether the door opened. Where it stays shut nothing changes."""
    if door.before is not None:
        await door.before(visit)
    before = fingerprint(visit.team)
    try:
        await door.attempt(visit)
    except Shut, Unauthorized:
        assert fingerprint(visit.team) == before
        return False
    return True


async def test_every_door_opens_exactly_where_the_policy_says_so(
    hass: HomeAssistant, team: Team, hass_ws_client: WebSocketGenerator
) -> None:
    wrong = []
    clients: dict[str, Any] = {}
    for situation in SITUATIONS:
        await arrange(hass, team, situation)
        for visitor in VISITORS:
            actor = visitor.actor(situation.policy)
            visit = Visit(hass, team, visitor, hass_ws_client, clients)
            for door in DOORS:
                if not (comes(visitor, door) and situation.tells(visitor, door)):
                    continue
                allowed = (
                    visitor.user == "admin"
                    if door.administrators
                    else all(situation.allows(actor, act) for act in door.acts)
                )
                opened = await opens(visit, door)
                if opened is not allowed:
                    found = "opens" if opened else "stays shut"
                    wrong.append(
                        f"{situation.name}: {door.label} {found} for {visitor.name}"
                    )
    assert not wrong, "\n".join(wrong)


async def arrange(hass: HomeAssistant, team: Team, situation: Situation) -> None:
    """Let the administrator settle on a situation."""
    hass.config_entries.async_update_entry(team.entry, options=situation.options)
    anna = team.entry.subentries[ANNA]
    stored = anna.data["sharing"]
    sharing = {key: stored[key] for key in ("acting", "subjects", "satellites")}
    sharing["tier"] = situation.tier.value
    sharing["info_tier"] = situation.info_tier.value
    hass.config_entries.async_update_subentry(
        team.entry, anna, data={**anna.data, "sharing": sharing}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    history = team.entry.runtime_data.people.history
    await history.async_keep(ANNA, situation.history_tier)


async def test_a_page_is_told_what_its_reader_may_do_and_no_more(
    hass: HomeAssistant, team: Team, hass_ws_client: WebSocketGenerator
) -> None:
    clients: dict[str, Any] = {}
    for situation in SITUATIONS:
        await arrange(hass, team, situation)
        for visitor in VISITORS:
            if visitor.user is None:
                continue
            visit = Visit(hass, team, visitor, hass_ws_client, clients)
            told = await visit.first("subscribe_person", person_id=ANNA)
            actor = visitor.actor(situation.policy)
            allowed = [
                a.value
                for a in sorted(Permission)
                # This phone system has no logins of people's own.
                if a is not Permission.CONNECT_PHONE and situation.allows(actor, a)
            ]
            assert told.get("may", []) == allowed, (situation.name, visitor.name)


# No door is left out


def known(kind: Kind) -> set[str]:
    return {door.name for door in DOORS if door.kind is kind}


async def test_every_action_is_in_the_matrix(hass: HomeAssistant, team: Team) -> None:
    assert known(Kind.ACTION) == set(hass.services.async_services_for_domain(DOMAIN))


async def test_every_websocket_command_is_in_the_matrix(
    hass: HomeAssistant, team: Team
) -> None:
    prefix = f"{DOMAIN}/"
    commands = {
        name.removeprefix(prefix)
        for name in hass.data[websocket_api.DOMAIN]
        if name.startswith(prefix)
    }
    assert known(Kind.COMMAND) == commands


async def test_every_tool_of_language_models_is_in_the_matrix(
    hass: HomeAssistant, team: Team
) -> None:
    context = llm.LLMContext("test", None, "en", "conversation", None)
    api = await llm.async_get_api(hass, llm.LLM_API_ASSIST, context)
    prefix = f"{DOMAIN}__"
    tools = {
        tool.name.removeprefix(prefix)
        for tool in api.tools
        if tool.name.startswith(prefix)
    }
    assert known(Kind.TOOL) == tools


def test_every_spoken_wish_is_in_the_matrix() -> None:
    assert known(Kind.VOICE) == {ask.value for ask in Ask}


async def test_every_method_of_an_entity_is_in_the_matrix(
    hass: HomeAssistant, team: Team
) -> None:
    found = {
        f"{entity.entity_id.replace('anna_', '')}.{method}"
        for platform in entity_platform.async_get_platforms(hass, DOMAIN)
        for entity in platform.entities.values()
        if entity.entity_id.partition(".")[2].startswith("anna_")
        for method in own_methods(entity)
    }
    assert known(Kind.ENTITY) == found


LIFE = {
    "async_added_to_hass",
    "async_authorize",
    "async_request_call",
    "async_will_remove_from_hass",
}
"""Methods that nobody outside calls."""


def own_methods(entity: Entity) -> Iterator[str]:
    """Return what Home Assistant may call an entity of ours for."""
    for part in type(entity).__mro__:
        if part.__module__.startswith(f"custom_components.{DOMAIN}"):
            yield from (
                name
                for name, method in vars(part).items()
                if inspect.iscoroutinefunction(method)
                and name not in LIFE
                and not name.startswith("_")
            )
