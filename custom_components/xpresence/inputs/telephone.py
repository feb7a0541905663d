"""A call on the phone system, for people who have a profile for it."""

from datetime import datetime
from typing import Final

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from ..engine.input import InputContext
from ..presence.decision.dismissals import with_calls
from ..presence.line import CallState
from ..presence.model import Call, Facts

PBX: Final = "pbx"
"""The kind of call that this is."""


class TelephoneInput:
    """Reads whether the person's telephone is in a call."""

    def __init__(self, input_context: InputContext) -> None:
        """Prepare; nothing is read yet."""
        self._input_context = input_context
        self._stop: CALLBACK_TYPE | None = None
        self._timer: CALLBACK_TYPE | None = None

    @callback
    def start(self) -> None:
        """Read the line and follow it."""
        if PBX in self._input_context.person.call_profiles:
            self._stop = self._input_context.listen(self._read)
            self._read()
        else:
            self._set_in_call(in_call=False)

    @callback
    def stop(self) -> None:
        """Remove the listeners and the timer."""
        if self._stop is not None:
            self._stop()
            self._stop = None
        self._set_timer(None)

    @callback
    def office_changed(self) -> None:
        """Nothing here depends on the office."""

    async def async_sync(self) -> None:
        """Nothing is to be fetched: the phone system tells by itself."""

    @callback
    def _read(self) -> None:
        line = self._input_context.state.line
        call = line.call if line else None
        if call is None:
            # Nothing is told while the connection is away; believed for a while.
            if self._timer is None and _in_call(self._input_context.state.facts):
                self._set_timer(self._input_context.office.health.grace.total_seconds())
            return
        self._set_timer(None)
        self._set_in_call(in_call=call is CallState.IN_CALL)

    @callback
    def _on_silence(self, _now: datetime) -> None:
        self._timer = None
        self._set_in_call(in_call=False)

    @callback
    def _set_in_call(self, *, in_call: bool) -> None:
        now = dt_util.utcnow()

        def change(facts: Facts) -> Facts:
            if in_call and _in_call(facts):
                return facts
            return with_calls(facts, PBX, (Call(PBX, now),) if in_call else ())

        self._input_context.learn(change)

    @callback
    def _set_timer(self, seconds: float | None) -> None:
        if self._timer is not None:
            self._timer()
            self._timer = None
        if seconds is not None:
            self._timer = async_call_later(
                self._input_context.hass, seconds, self._on_silence
            )


def _in_call(facts: Facts) -> bool:
    return any(call.kind == PBX for call in facts.calls)
