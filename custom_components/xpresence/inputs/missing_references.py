"""What a person's settings name and what is not there: entities, profiles.

It sets no facts; it updates renamed entity ids and creates repair issues.
"""

from typing import Any

from homeassistant.core import CALLBACK_TYPE, Event, EventStateChangedData, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event

from ..engine.input import InputContext
from ..engine.issue_registry import Placeholders
from ..engine.issues import set_reference_issues
from ..settings.references import (
    calendar_entities,
    entities_named,
    profiles_named,
    renamed,
)


class MissingInput:
    """Creates repair issues for missing entities and profiles of one person."""

    def __init__(self, input_context: InputContext) -> None:
        """Prepare; nothing is looked at yet."""
        self._input_context = input_context
        self._entities = entities_named(input_context.settings)
        # A calendar that is gone is told by whoever reads it.
        self._followed = self._entities | calendar_entities(input_context.settings)
        self._stops: list[CALLBACK_TYPE] = []

    @callback
    def start(self) -> None:
        """Look, and look again whenever something appears, goes or is renamed."""
        hass = self._input_context.hass
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
        """Remove the listeners."""
        for stop in self._stops:
            stop()
        self._stops.clear()

    async def async_sync(self) -> None:
        """Do nothing: this input reads nothing from outside."""

    @callback
    def office_changed(self) -> None:
        """Create and delete the repair issues."""
        input_context = self._input_context
        person = input_context.person.name
        broken: dict[str, tuple[str, Placeholders]] = {}
        for entity in sorted(self._entities):
            if not self._is_there(entity):
                said = {"person": person, "entity": entity}
                broken[entity] = ("entity_missing", said)
        for one in profiles_named(input_context.settings):
            # A missing default profile has its own repair issue.
            if (
                one.occasion == "default"
                or one.profile in input_context.office.profiles
            ):
                continue
            said = {"person": person}
            if one.entity:
                said["entity"] = self._name(one.entity)
            if one.calendar:
                said["calendar"] = one.calendar
            key = f"{one.occasion}_{one.key}"
            broken[key] = (f"profile_missing_{one.occasion}", said)
        set_reference_issues(input_context.hass, input_context.person_id, broken)

    def _is_there(self, entity: str) -> bool:
        hass = self._input_context.hass
        known = er.async_get(hass).async_get(entity)
        return known is not None or hass.states.get(entity) is not None

    def _name(self, entity: str) -> str:
        state = self._input_context.hass.states.get(entity)
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
            input_context = self._input_context
            input_context.hass.config_entries.async_update_subentry(
                input_context.entry,
                input_context.entry.subentries[input_context.person_id],
                data=renamed(input_context.settings, old, data["entity_id"]),
            )
        elif data["entity_id"] in self._entities:
            self.office_changed()
