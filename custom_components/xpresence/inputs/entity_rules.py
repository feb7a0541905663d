"""Any entity in a given state: a zone, a camera in use, a schedule, a helper."""

from dataclasses import replace
import logging
from typing import Any, Final

from homeassistant.core import (
    CALLBACK_TYPE,
    Context,
    Event,
    EventStateChangedData,
    callback,
)
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..engine.input import InputContext
from ..presence.decision.dismissals import without_rules
from ..presence.facts.observe import observe_rules
from ..presence.model import EntityRule, Facts, Met
from ..presence.pc.signals import is_in
from .serialization import met_from_record, met_to_record

_LOGGER = logging.getLogger(__name__)

MEMORY: Final = "rules"


class RuleInput:
    """Reads the entities that a person's rules are about."""

    def __init__(self, input_context: InputContext) -> None:
        """Prepare; nothing is read yet."""
        self._input_context = input_context
        self._stop: CALLBACK_TYPE | None = None
        self._stored: dict[str, Any] = input_context.remembered(MEMORY)

    @callback
    def restore_facts(self, facts: Facts) -> Facts:
        """Return the facts with what was stored of these rules, and of no others."""
        conditions: dict[str, Met] = {}
        for rule in self._input_context.person.rules:
            record = self._stored.get(rule.id)
            if record is None or record["about"] != _about(rule):
                continue
            met = facts.conditions.get(rule.id) or met_from_record(record["met"])
            if met is not None:
                conditions[rule.id] = met
        return replace(facts, conditions=conditions)

    @callback
    def start(self) -> None:
        """Read the entities and follow them."""
        self._read()
        if entities := {rule.entity for rule in self._input_context.person.rules}:
            self._stop = async_track_state_change_event(
                self._input_context.hass, entities, self._on_change
            )

    @callback
    def stop(self) -> None:
        """Remove the listener."""
        if self._stop is not None:
            self._stop()
            self._stop = None

    @callback
    def office_changed(self) -> None:
        """Apply changed tolerances for unavailable entities."""
        self._read()

    async def async_sync(self) -> None:
        """Read once more."""
        self._read()

    @callback
    def _on_change(self, event: Event[EventStateChangedData]) -> None:
        self._read(event.context)

    @callback
    def _read(self, seen: Context | None = None) -> None:
        input_context = self._input_context
        person, health, now = (
            input_context.person,
            input_context.office.health,
            dt_util.utcnow(),
        )
        matches = {rule.id: self._matches(rule) for rule in person.rules}

        def change(facts: Facts) -> Facts:
            met = observe_rules(person, facts.conditions, matches, health, now)
            left = (
                r for r, is_so in matches.items() if is_so is False and r not in met
            )
            facts = without_rules(facts, left)
            return facts if met == facts.conditions else replace(facts, conditions=met)

        input_context.learn(change, seen)
        self._remember(input_context.state.facts)

    def _matches(self, rule: EntityRule) -> bool | None:
        state = self._input_context.hass.states.get(rule.entity)
        return is_in(state.state if state else None, rule.states)

    @callback
    def _remember(self, facts: Facts) -> None:
        record = {
            rule.id: {"about": _about(rule), "met": met_to_record(met)}
            for rule in self._input_context.person.rules
            if (met := facts.conditions.get(rule.id)) is not None
        }
        if record == self._stored:
            return
        self._stored = record
        self._input_context.entry.async_create_background_task(
            self._input_context.hass, self._async_store(record), f"{DOMAIN} rules"
        )

    async def _async_store(self, record: dict[str, Any]) -> None:
        try:
            await self._input_context.async_remember(MEMORY, record)
        except OSError:
            self._stored = {}
            _LOGGER.exception("How rules stand could not be noted yet")


def _about(rule: EntityRule) -> list[str]:
    return [rule.entity, *sorted(rule.states)]
