"""What all entities of xpresence share."""

from collections.abc import Callable
from typing import override

from homeassistant.core import callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import DOMAIN
from .coordinator import OfficeCoordinator
from .engine.person import PersonState
from .operations.authorization import async_authorize
from .presence.permission.policy import Permission

type MakeEntity = Callable[[OfficeCoordinator, str], PersonEntity]


async def async_add_for_each_person(
    coordinator: OfficeCoordinator,
    async_add_entities: AddConfigEntryEntitiesCallback,
    *make: MakeEntity,
) -> None:
    """Add entities of each person, now and of everybody who is added later."""

    @callback
    def add(person_id: str) -> None:
        async_add_entities(
            [one(coordinator, person_id) for one in make],
            config_subentry_id=person_id,
        )

    await coordinator.async_for_each_person(add)


@callback
def async_add_while_set_up(
    coordinator: OfficeCoordinator,
    platform: str,
    key: str,
    is_set_up: Callable[[PersonState], bool],
    make: MakeEntity,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add an entity for everybody whose settings need it, and remove it otherwise.

    ``platform`` and ``key`` identify it in the entity registry. Changed settings apply at
    once, without a reload.
    """
    shown: set[str] = set()

    @callback
    def follow() -> None:
        shown.intersection_update(coordinator.people)
        for person_id, state in coordinator.people.items():
            if is_set_up(state) is (person_id in shown):
                continue
            if person_id not in shown:
                shown.add(person_id)
                entity = make(coordinator, person_id)
                async_add_entities([entity], config_subentry_id=person_id)
                continue
            shown.discard(person_id)
            _remove(person_id)

    @callback
    def _remove(person_id: str) -> None:
        registry = er.async_get(coordinator.hass)
        unique_id = f"{person_id}_{key}"
        if entity_id := registry.async_get_entity_id(platform, DOMAIN, unique_id):
            registry.async_remove(entity_id)

    for person_id in coordinator.people:
        # The settings may have changed while the entry was not loaded.
        if not is_set_up(coordinator.people[person_id]):
            _remove(person_id)
    follow()
    coordinator.entry.async_on_unload(coordinator.async_listen(None, follow))


class PersonEntity(Entity):
    """An entity of one person; it reads the coordinator and decides nothing."""

    _attr_has_entity_name = True
    _attr_should_poll = False
    _shown: object = None
    """What was written last after a change of the person."""

    def __init__(
        self,
        coordinator: OfficeCoordinator,
        person_id: str,
        description: EntityDescription,
    ) -> None:
        """Set the unique id and the device of the person."""
        self.coordinator = coordinator
        self.person_id = person_id
        self.entity_description = description
        self._attr_unique_id = f"{person_id}_{description.key}"
        self._attr_device_info = DeviceInfo(
            entry_type=DeviceEntryType.SERVICE,
            identifiers={(DOMAIN, person_id)},
            name=coordinator.people[person_id].person.name,
            via_device_id=dr.async_get_device_id_by_identifier(
                coordinator.hass,
                (DOMAIN, coordinator.entry.entry_id),
                config_entry_id=coordinator.entry.entry_id,
            ),
        )

    @property
    def state_of_person(self) -> PersonState:
        """Return what is known of the person now."""
        return self.coordinator.people[self.person_id]

    async def async_authorize(self, permission: Permission) -> None:
        """Return if the caller has the permission on the person.

        Raises:
            Unauthorized: they may not.
        """
        await async_authorize(
            self.coordinator, self.person_id, permission, self._context
        )

    @property
    @override
    def available(self) -> bool:
        """Stay available while the person exists: profiles need no telephone."""
        return self.person_id in self.coordinator.people

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the person."""
        self.async_on_remove(
            self.coordinator.async_listen(self.person_id, self._on_change)
        )
        self._follow_context()

    def _follow_context(self) -> None:
        """Register the setter by which the person's changes set this context."""
        # The base class's: the context comes from the change, not from an action.
        take = super().async_set_context
        context_setters = self.state_of_person.context_setters
        context_setters.append(take)
        self.async_on_remove(lambda: context_setters.remove(take))

    @callback
    def _on_change(self) -> None:
        """Write the state after the person changed, if it is another one."""
        shown = (
            self.available,
            self.state,
            self.capability_attributes,
            self.state_attributes,
            self.extra_state_attributes,
        )
        if shown != self._shown:
            self._shown = shown
            self.async_write_ha_state()
