"""Who reads, in which language, and how much they may see."""

from dataclasses import dataclass
from typing import Any

from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import Unauthorized
from homeassistant.helpers import entity_registry as er

from ..authority import async_authorize
from ..coordinator import OfficeCoordinator
from ..presence.policy import Act

type Entities = dict[str, str]
"""A person's entity ids by the keys of their descriptions."""


@dataclass(frozen=True, slots=True)
class Reader:
    """One connection, as far as it matters to what is shown."""

    hass: HomeAssistant
    connection: ActiveConnection
    context: Context
    language: str

    @classmethod
    def of(
        cls, hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
    ) -> Reader:
        """Return who sent a command."""
        language = msg.get("language") or hass.config.language
        return cls(hass, connection, connection.context(msg), language)

    def is_home_person(self, entity_id: str) -> bool:
        """Tell whether this Home Assistant person is the reader."""
        state = self.hass.states.get(entity_id)
        return state is not None and (
            state.attributes.get("user_id") == self.connection.user.id
        )

    def is_self(self, coordinator: OfficeCoordinator, person_id: str) -> bool:
        """Tell whether the reader is this person."""
        home = coordinator.home_person(person_id)
        return home is not None and self.is_home_person(home)

    def sees(self, entities: Entities) -> bool:
        """Tell whether Home Assistant lets the reader see this person's profile."""
        entity_id = entities.get("profile")
        return entity_id is None or self.connection.user.permissions.check_entity(
            entity_id, POLICY_READ
        )

    async def may(
        self, coordinator: OfficeCoordinator, person_id: str, act: Act
    ) -> bool:
        """Tell whether the reader may do this to the person."""
        try:
            await async_authorize(coordinator, person_id, act, self.context)
        except Unauthorized:
            return False
        return True

    async def acts(
        self, coordinator: OfficeCoordinator, person_id: str
    ) -> frozenset[Act]:
        """Return all that the reader may do to this person."""
        allowed = [act for act in Act if await self.may(coordinator, person_id, act)]
        return frozenset(allowed)


def entities_by_person(hass: HomeAssistant, entry_id: str) -> dict[str, Entities]:
    """Return everybody's entities that are switched on, by the person's id."""
    found: dict[str, Entities] = {}
    for entity in er.async_entries_for_config_entry(er.async_get(hass), entry_id):
        person_id = entity.config_subentry_id
        if person_id is not None and entity.disabled_by is None:
            key = entity.unique_id.removeprefix(f"{person_id}_")
            found.setdefault(person_id, {})[key] = entity.entity_id
    return found
