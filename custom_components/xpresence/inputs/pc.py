"""Somebody's PC: whether it runs, is locked, is used.

The person's entities are followed by their changes; the one timer is for what time
alone brings about: an absence, the end of a session.
"""

from dataclasses import replace
from datetime import datetime, timedelta
import logging
from typing import Any, Final

from homeassistant.core import (
    CALLBACK_TYPE,
    Context,
    Event,
    EventStateChangedData,
    EventStateReportedData,
    State,
    callback,
)
from homeassistant.helpers.event import (
    async_track_state_change_event,
    async_track_state_report_event,
)
from homeassistant.util import dt as dt_util

from ..const import CONF_ACTIVITY, CONF_ENTITIES, CONF_SILENCE_ENDS, CONF_STATES, DOMAIN
from ..engine.clock import wake_at
from ..engine.input import InputContext
from ..presence.datetimes import later
from ..presence.facts.observe import PcReading, due, observe
from ..presence.model import Facts, Pc, Statement
from ..presence.moved_clock import ClockMove
from ..presence.pc.signals import (
    Sign,
    idle_from,
    instant_from,
    is_in,
    lock_from,
    usual_states,
)
from .serialization import (
    absence_from_record,
    absence_to_record,
    pc_from_record,
    pc_to_record,
    to_instant,
)

_LOGGER = logging.getLogger(__name__)

MEMORY: Final = "pc"
REPORTED_BY: Final = {
    "running": (Sign.SESSION,),
    "locked": (Sign.LOCKED,),
    "last_input": (Sign.LAST_INPUT, Sign.IDLE),
    "active": (Sign.ACTIVE,),
}
"""Attribute of ``Pc`` → the signals by which it is reported."""


class PcInput:
    """Reads a person's PC."""

    def __init__(self, input_context: InputContext) -> None:
        """Take the person's settings; nothing is read yet."""
        self._input_context = input_context
        activity = input_context.settings.get(CONF_ACTIVITY, {})
        self._entities: dict[str, str] = dict(activity.get(CONF_ENTITIES, {}))
        self._states: dict[str, list[str]] = dict(activity.get(CONF_STATES, {}))
        self._silence_ends: bool = activity.get(CONF_SILENCE_ENDS, False)
        self._stops: list[CALLBACK_TYPE] = []
        self._timer: CALLBACK_TYPE | None = None
        self._due: datetime | None = None
        self._stored: dict[str, Any] | None = None
        self._moved: dict[str, tuple[datetime, timedelta]] = {}
        """Entity → when it was last reported, by a clock that was set by so much."""

    @callback
    def restore_facts(self, facts: Facts) -> Facts:
        """Return the facts with what was stored of this PC, and nothing of another."""
        record = self._input_context.remembered(MEMORY)
        pc = facts.pc
        if pc == Pc():
            pc = self._after_a_break(record)
        before = record.get("entities", {})
        forgotten: dict[str, Any] = {
            known: None
            for known, signs in REPORTED_BY.items()
            if any(self._entities.get(sign) != before.get(sign) for sign in signs)
        }
        if "running" in forgotten:
            forgotten["ran_since"] = None
        return replace(
            facts,
            pc=replace(pc, **forgotten),
            absence=facts.absence or absence_from_record(record.get("absence")),
            session_ended=facts.session_ended or to_instant(record.get("ended")),
        )

    @callback
    def start(self) -> None:
        """Read the entities and follow them."""
        self._read(dt_util.utcnow())
        if not self._entities:
            return
        hass = self._input_context.hass
        self._stops.append(
            async_track_state_change_event(
                hass, set(self._entities.values()), self._on_change
            )
        )
        if idle := self._entities.get(Sign.IDLE):
            # Reported again without a change, it means that the PC is still in use.
            self._stops.append(
                async_track_state_report_event(hass, idle, self._on_report)
            )

    @callback
    def stop(self) -> None:
        """Remove the listeners and the timer."""
        for stop in self._stops:
            stop()
        self._stops.clear()
        self._set_timer(None)

    @callback
    def office_changed(self) -> None:
        """Apply changed tolerances for unavailable entities."""
        self._read(dt_util.utcnow())

    async def async_sync(self) -> None:
        """Read once more."""
        self._read(dt_util.utcnow())

    @callback
    def _on_change(self, event: Event[EventStateChangedData]) -> None:
        self._read(dt_util.utcnow(), event.context)

    @callback
    def _on_report(self, _event: Event[EventStateReportedData]) -> None:
        self._read(dt_util.utcnow())

    @callback
    def _on_timer(self, now: datetime) -> None:
        self._timer = self._due = None
        self._read(now)

    @callback
    def clock_moved(self, move: ClockMove) -> None:
        """Remember which states were reported by the clock as it was before."""
        for entity in set(self._entities.values()):
            state = self._input_context.hass.states.get(entity)
            if state is None or move.is_new(state.last_reported):
                continue
            _, before = self._moved.get(entity, (None, timedelta()))
            if not self._is_of_before(state):
                before = timedelta()
            self._moved[entity] = (state.last_reported, before + move.by)
        self._set_timer(move.now)

    def _is_of_before(self, state: State) -> bool:
        """Tell whether a state was last reported before the clock was set."""
        reported, _ = self._moved.get(state.entity_id, (None, timedelta()))
        return state.last_reported == reported

    def _by_now(self, state: State, said: datetime | None) -> datetime | None:
        """Return an instant that a state says, by the clock as it is now."""
        if said is None or not self._is_of_before(state):
            return said
        return later(said, self._moved[state.entity_id][1])

    @callback
    def _read(self, now: datetime, seen: Context | None = None) -> None:
        input_context = self._input_context
        reading = PcReading(
            running=self._is_so(Sign.SESSION),
            locked=self._is_locked(),
            last_input=self._last_input(),
            active=self._is_so(Sign.ACTIVE),
            silence_ends=self._silence_ends,
        )
        input_context.learn(
            lambda facts: observe(input_context.office, facts, reading, now), seen
        )
        facts = input_context.state.facts
        self._set_timer(due(input_context.office, input_context.person, facts.pc, now))
        self._remember(facts)

    def _state(self, sign: Sign) -> State | None:
        entity = self._entities.get(sign)
        return self._input_context.hass.states.get(entity) if entity else None

    def _is_so(self, sign: Sign) -> bool | None:
        if (state := self._state(sign)) is None:
            return None
        states = self._states.get(sign) or usual_states(
            sign, state.entity_id, state.attributes.get("device_class")
        )
        return is_in(state.state, states)

    def _is_locked(self) -> bool | None:
        state = self._state(Sign.LOCKED)
        if state is not None and not self._states.get(Sign.LOCKED):
            said = lock_from(state.state, state.attributes)
            if said is not None:
                return said
        return self._is_so(Sign.LOCKED)

    def _last_input(self) -> datetime | None:
        found = []
        if state := self._state(Sign.LAST_INPUT):
            said = instant_from(state.state, state.last_updated)
            found.append(self._by_now(state, said))
        if state := self._state(Sign.IDLE):
            unit = state.attributes.get("unit_of_measurement")
            said = idle_from(state.state, unit, state.last_reported)
            found.append(self._by_now(state, said))
        return max((one for one in found if one is not None), default=None)

    @callback
    def _set_timer(self, at: datetime | None) -> None:
        if at == self._due:
            return
        if self._timer is not None:
            self._timer()
        self._due = at
        self._timer = (
            None
            if at is None
            else wake_at(self._input_context.hass, self._on_timer, at)
        )

    # Memory

    def _after_a_break(self, record: dict[str, Any]) -> Pc:
        """Return what was known before Home Assistant restarted.

        Input is stored with an absence alone. Who was not away then counts as present
        until the PC tells more.
        """
        pc = pc_from_record(record)
        absence = absence_from_record(record.get("absence"))
        if pc.last_input is None or (absence is not None and absence.until is None):
            return pc
        now = dt_util.utcnow()
        silent_since = pc.last_input.silent_since or now
        return replace(pc, last_input=Statement(now, now, silent_since))

    @callback
    def _remember(self, facts: Facts) -> None:
        """Store what another start must know, if that has changed.

        The last input alone is no reason: it changes all day.
        """
        record = {
            **pc_to_record(facts.pc),
            "absence": absence_to_record(facts.absence),
            "ended": facts.session_ended.isoformat() if facts.session_ended else None,
            "entities": self._entities,
        }
        reasons = {key: said for key, said in record.items() if key != "last_input"}
        if reasons == self._stored:
            return
        self._stored = reasons
        if not self._entities and not self._input_context.remembered(MEMORY):
            return
        self._input_context.entry.async_create_background_task(
            self._input_context.hass, self._async_store(record), f"{DOMAIN} pc"
        )

    async def _async_store(self, record: dict[str, Any]) -> None:
        try:
            await self._input_context.async_remember(MEMORY, record)
        except OSError:
            self._stored = None
            _LOGGER.exception("What is known of a PC could not be noted yet")
