"""What happens to a person's presence, as an event that automations can use."""

from typing import Any, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import XPresenceConfigEntry
from .engine.person import PresenceEventType
from .entity import PersonEntity, async_add_for_each_person

PARALLEL_UPDATES = 0

PRESENCE = EventEntityDescription(
    key="presence",
    translation_key="presence",
    event_types=[event_type.value for event_type in PresenceEventType],
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: XPresenceConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add each person's events, now and when people are added later."""
    await async_add_for_each_person(
        entry.runtime_data,
        async_add_entities,
        lambda of, person_id: PresenceEvent(of, person_id, PRESENCE),
    )


class PresenceEvent(PersonEntity, EventEntity):
    """The last thing that happened."""

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to what happens, not to every change."""
        self.async_on_remove(
            self.coordinator.async_listen_events(self.person_id, self._on_event)
        )
        self._follow_context()

    @callback
    def _on_event(self, event_type: PresenceEventType, details: dict[str, Any]) -> None:
        self._trigger_event(event_type.value, details)
        self.async_write_ha_state()
