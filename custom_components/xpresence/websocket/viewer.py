"""The user of a connection, their language, and what they may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..coordinator import OfficeCoordinator
from ..operations.authorization import (
    PersonLimits,
    person_entity_of_user,
    user_may,
)
from ..presence.permission.policy import Permission
from ..services.service import PersonTarget, coordinators

WHOM: Final[VolDictType] = {
    vol.Exclusive("entity_id", "person"): cv.entity_id,
    vol.Exclusive("person_id", "person"): str,
}
"""The fields of a command that name a person: by any entity or id, or else oneself."""

type Entities = dict[str, str]
"""A person's entity ids by the keys of their descriptions."""


@dataclass(frozen=True, slots=True)
class PersonReference:
    """The person that a command names; with neither, whoever sent it."""

    entity_id: str | None
    person_id: str | None

    @classmethod
    def of(cls, msg: dict[str, Any]) -> PersonReference:
        """Read it from a command."""
        return cls(msg.get("entity_id"), msg.get("person_id"))


@dataclass(frozen=True, slots=True)
class Viewer:
    """The user and language of one connection, by which views are made."""

    hass: HomeAssistant
    connection: ActiveConnection
    language: str

    @classmethod
    def of(
        cls, hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
    ) -> Viewer:
        """Return the viewer that sent a command."""
        return cls(hass, connection, msg.get("language") or hass.config.language)

    def is_self(self, coordinator: OfficeCoordinator, person_id: str) -> bool:
        """Return whether the viewer is this person."""
        home = self._home(coordinator)
        return home is not None and coordinator.person_entity_id(person_id) == home

    def _home(self, coordinator: OfficeCoordinator) -> str | None:
        """Return the viewer's person entity."""
        return person_entity_of_user(coordinator, self.connection.user.id)

    def find_person(self, whom: PersonReference) -> PersonTarget | None:
        """Return the person, if they are there now."""
        known = whom.person_id
        if known is None and whom.entity_id is not None:
            entity = er.async_get(self.hass).async_get(whom.entity_id)
            known = entity.config_subentry_id if entity is not None else None
        for coordinator in coordinators(self.hass):
            if known is not None and is_there(coordinator, known):
                return coordinator, known
            if whom.person_id is not None:
                continue
            home = whom.entity_id or self._home(coordinator)
            for person_id in people_of(coordinator) if home is not None else ():
                if coordinator.person_entity_id(person_id) == home:
                    return coordinator, person_id
        return None

    def may(
        self, coordinator: OfficeCoordinator, person_id: str, permission: Permission
    ) -> bool:
        """Return whether the viewer has this permission on the person."""
        return user_may(coordinator, person_id, permission, self.connection.user)

    def acts(
        self,
        coordinator: OfficeCoordinator,
        person_id: str,
        among: Iterable[Permission] = tuple(Permission),
    ) -> frozenset[Permission]:
        """Return the permissions, or those among some, that the viewer has on a person."""
        limits = PersonLimits.of(coordinator, person_id)
        return limits.permissions(self.connection.user, self._home(coordinator), among)


def entities_of_person(coordinator: OfficeCoordinator, person_id: str) -> Entities:
    """Return a person's entities that are switched on."""
    registry = er.async_get(coordinator.hass)
    profile = registry.async_get(coordinator.entity_of(person_id) or "")
    if profile is None or profile.device_id is None:
        return {}
    return {
        entity.unique_id.removeprefix(f"{person_id}_"): entity.entity_id
        for entity in er.async_entries_for_device(registry, profile.device_id)
        if entity.config_subentry_id == person_id
    }


def people_of(coordinator: OfficeCoordinator) -> list[str]:
    """Return the people of a phone system without those whose subentry is deleted."""
    return [
        person_id
        for person_id in coordinator.people
        if is_there(coordinator, person_id)
    ]


def is_there(coordinator: OfficeCoordinator, person_id: str) -> bool:
    """Return whether a phone system has this person and the subentry still exists."""
    return person_id in coordinator.people and person_id in coordinator.entry.subentries
