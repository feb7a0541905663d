"""What a person's settings name and what is not there: entities, profiles.

It learns nothing; it follows entities to their new names and raises the notices.
"""

from typing import Any

from homeassistant.core import CALLBACK_TYPE, Event, EventStateChangedData, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event

from ..engine.input import Inlet
from ..engine.issues import Placeholders, settings_broken
from ..settings.references import (
    calendar_entities,
    entities_named,
    profiles_named,
    renamed,
)


class MissingInput:
    """Watches over what one person's settings name."""

    def __init__(self, inlet: Inlet) -> None:
        """Prepare; nothing is looked at yet."""
        self._inlet = inlet
        self._entities = entities_named(inlet.settings)
        # A calendar that is gone is told by whoever reads it.
        self._followed = self._entities | calendar_entities(inlet.settings)
        self._stops: list[CALLBACK_TYPE] = []

    @callback
    def start(self) -> None:
        """Look, and look again whenever something appears, goes or is renamed."""
        hass = self._inlet.hass
        if self._followed:
            self._stops = [
                async_track_state_change_event(hass, self._entities, self._on_state),
                hass.bus.async_listen(
                    er.EVENT_ENTITY_REGISTRY_UPDATED, self._on_registry
                ),
            ]
        self.office_changed()

    @callback
    def stop(self) -> None:
        """Watch nothing any more."""
        for stop in self._stops:
            stop()
        self._stops.clear()

    async def async_sync(self) -> None:
        """Nothing is to be fetched."""

    @callback
    def office_changed(self) -> None:
        """Raise and drop notices."""
        inlet = self._inlet
        person = inlet.person.name
        broken: dict[str, tuple[str, Placeholders]] = {}
        for entity in sorted(self._entities):
            if not self._is_there(entity):
                said = {"person": person, "entity": entity}
                broken[entity] = ("entity_missing", said)
        for one in profiles_named(inlet.settings):
            # Another notice tells of the default profile.
            if one.occasion == "default" or one.profile in inlet.office.profiles:
                continue
            said = {"person": person}
            if one.entity:
                said["entity"] = self._name(one.entity)
            if one.calendar:
                said["calendar"] = one.calendar
            key = f"{one.occasion}_{one.key}"
            broken[key] = (f"profile_missing_{one.occasion}", said)
        settings_broken(inlet.hass, inlet.person_id, broken)

    def _is_there(self, entity: str) -> bool:
        hass = self._inlet.hass
        known = er.async_get(hass).async_get(entity)
        return known is not None or hass.states.get(entity) is not None

    def _name(self, entity: str) -> str:
        state = self._inlet.hass.states.get(entity)
        return state.name if state else entity

    @callback
    def _on_state(self, event: Event[EventStateChangedData]) -> None:
        if event.data["old_state"] is None or event.data["new_state"] is None:
            self.office_changed()

    @callback
    def _on_registry(self, event: Event[er.EventEntityRegistryUpdatedData]) -> None:
        data: dict[str, Any] = dict(event.data)
        old = data.get("old_entity_id")
        if old in self._followed:
            inlet = self._inlet
            inlet.hass.config_entries.async_update_subentry(
                inlet.entry,
                inlet.entry.subentries[inlet.person_id],
                data=renamed(inlet.settings, old, data["entity_id"]),
            )
        elif data["entity_id"] in self._entities:
            self.office_changed()
