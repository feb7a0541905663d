"""Whether the phone system can be reached."""

from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import DOMAIN
from .coordinator import OfficeCoordinator, XPresenceConfigEntry

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: XPresenceConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the phone system's connection."""
    async_add_entities([ConnectionSensor(entry.runtime_data)])


class ConnectionSensor(BinarySensorEntity):
    """On while the phone system is connected and ready."""

    _attr_device_class = BinarySensorDeviceClass.CONNECTIVITY
    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_has_entity_name = True
    _attr_should_poll = False
    _attr_translation_key = "connection"

    def __init__(self, coordinator: OfficeCoordinator) -> None:
        """Set the unique id and the phone system's device."""
        self.coordinator = coordinator
        entry_id = coordinator.entry.entry_id
        self._attr_unique_id = f"{entry_id}_connection"
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, entry_id)})

    @property
    @override
    def is_on(self) -> bool:
        """Return whether it can be read and written now."""
        return self.coordinator.system.ready

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the connection."""
        self.async_on_remove(
            self.coordinator.async_listen(None, self.async_write_ha_state)
        )
