"""Who reads, in which language, and how much they may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..coordinator import OfficeCoordinator
from ..operations.authorization import person_entity_of_user, user_may
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
    """One connection, as far as it matters to what is shown."""

    hass: HomeAssistant
    connection: ActiveConnection
    language: str

    @classmethod
    def of(
        cls, hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
    ) -> Viewer:
        """Return who sent a command."""
        return cls(hass, connection, msg.get("language") or hass.config.language)

    def is_self(self, coordinator: OfficeCoordinator, person_id: str) -> bool:
        """Return whether the viewer is this person."""
        home = person_entity_of_user(coordinator, self.connection.user.id)
        return home is not None and coordinator.person_entity_id(person_id) == home

    def meant(self, whom: PersonReference) -> PersonTarget | None:
        """Return the person, if they are there now."""
        return next(
            (
                (coordinator, person_id)
                for coordinator in coordinators(self.hass)
                for person_id in people_of(coordinator)
                if self._is_meant(whom, coordinator, person_id)
            ),
            None,
        )

    def _is_meant(
        self, whom: PersonReference, coordinator: OfficeCoordinator, person_id: str
    ) -> bool:
        if whom.person_id is not None:
            return person_id == whom.person_id
        if whom.entity_id is None:
            return self.is_self(coordinator, person_id)
        home = coordinator.person_entity_id(person_id)
        entity = er.async_get(self.hass).async_get(whom.entity_id)
        return home == whom.entity_id or (
            entity is not None and entity.config_subentry_id == person_id
        )

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
        """Return all, or all among some, that the reader may do to this person."""
        return frozenset(
            permission
            for permission in among
            if self.may(coordinator, person_id, permission)
        )


def entities_by_person(hass: HomeAssistant, entry_id: str) -> dict[str, Entities]:
    """Return everybody's entities that are switched on, by the person's id."""
    found: dict[str, Entities] = {}
    for entity in er.async_entries_for_config_entry(er.async_get(hass), entry_id):
        person_id = entity.config_subentry_id
        if person_id is not None and entity.disabled_by is None:
            key = entity.unique_id.removeprefix(f"{person_id}_")
            found.setdefault(person_id, {})[key] = entity.entity_id
    return found


def people_of(coordinator: OfficeCoordinator) -> list[str]:
    """Return whom a phone system has; somebody who is about to leave is gone."""
    return [
        person_id
        for person_id in coordinator.people
        if person_id in coordinator.entry.subentries
    ]
