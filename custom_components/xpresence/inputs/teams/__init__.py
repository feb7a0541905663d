"""A person's Teams: a call there becomes a fact, and what they do here shows there.

The rules are those of ``presence/teams/state.py``. This gives them the clock, the
decision and the telephone: :mod:`.reader` asks Graph, :mod:`.writer` writes there, and
between two turns a timer sleeps until something is due.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ...const import DOMAIN
from ...engine.clock import wake_at
from ...engine.input import InputContext
from ...groupware.source import SourceError
from ...microsoft.presence_batch import presence_batch_of
from ...microsoft.teams import teams_of
from ...presence.decision.dismissals import with_calls
from ...presence.model import Facts
from ...presence.moved_clock import ClockMove, teams_moved
from ...presence.teams.mapping import TeamsReading
from ...presence.teams.serialization import restarted
from ...presence.teams.state import TeamsState
from ...presence.teams.writes import next_due, next_writes
from .access import TeamsAccess
from .reader import TeamsReader
from .writer import TEAMS, TeamsWriter, async_take_back

SHORTEST_PAUSE: Final = timedelta(seconds=5)
"""Between two turns that nothing but the clock asks for."""


class TeamsInput:
    """Teams of one person, in both directions."""

    def __init__(self, input_context: InputContext) -> None:
        """Take what is known; nothing is asked yet."""
        self._input_context = input_context
        self._batch = presence_batch_of(input_context.hass, input_context.entry)
        self._access = TeamsAccess(
            input_context, teams_of(input_context.entry, input_context.settings)
        )
        self._access.find_link()
        self._writer = TeamsWriter(self._access)
        self._access.state = self._restored()
        self._reader = TeamsReader(
            self._access, self._batch, self._on_reading, self._turn_soon
        )
        self._stops: list[CALLBACK_TYPE] = []
        self._timer: CALLBACK_TYPE | None = None
        self._task: asyncio.Task[None] | None = None
        self._again = False

    def _restored(self) -> TeamsState:
        """Return the state of the input before this one, or that before a restart."""
        if (person_id := self._input_context.person_id) in self._batch.known:
            return self._batch.known.pop(person_id)
        if not (self._access.settings.aligns or self._writer.stored):
            return TeamsState()
        return restarted(self._writer.stored, self._access.policy, dt_util.utcnow())

    def diagnosis(self) -> dict[str, Any]:
        """Return how the account and Teams are doing, for diagnostics."""
        access = self._access
        problem = access.link.problem if access.link is not None else None
        return {
            "aligns": access.settings.aligns,
            "signed_in": access.link.signed_in if access.link is not None else None,
            "problem": problem if str(problem).isidentifier() else None,
            "has_read": self.reading is not None,
            "has_session": access.state.session is not None,
            "not_before": access.delay.not_before,
        }

    @property
    def reading(self) -> TeamsReading | None:
        """Return what Teams showed last."""
        return self._reader.last

    @property
    def reads(self) -> bool:
        """Return whether Teams is read for this person, by them or by somebody."""
        return self._reader.is_configured

    # Life

    @callback
    def restore_facts(self, facts: Facts) -> Facts:
        """Return the facts with the call that went on before a restart."""
        return with_calls(facts, TEAMS, self._access.state.calls, read=False)

    @callback
    def start(self) -> None:
        """Read Teams, and follow what is to be shown there."""
        if (link := self._access.link) is not None:
            self._stops.append(link.listen(self._on_link))
        self._reader.start()
        if self._concerns:
            self._stops.append(self._input_context.listen(self._turn_soon))
            self._turn_soon()

    @callback
    def _stop_listening(self) -> None:
        for stop in self._stops:
            stop()
        self._stops.clear()
        self._reader.stop()

    @callback
    def stop(self) -> None:
        """Remove listeners, timer and task; keep the state for the next instance."""
        self._stop_listening()
        self._set_timer(None)
        if self._task is not None:
            self._task.cancel()
        if self._concerns:
            self._batch.known[self._input_context.person_id] = self._access.state

    @callback
    def office_changed(self) -> None:
        """Apply other limits of the office, and other texts of profiles."""
        reloaded = self._access.reload_settings()
        if reloaded or self._access.is_replaced:
            self._stop_listening()
            self._access.find_link()
            self.start()

    async def async_sync(self) -> None:
        """Read Teams now.

        Raises:
            HomeAssistantError: it could not be read; what was known stays.
        """
        if not self._access.policy.read:
            return
        try:
            await self._reader.async_ask()
        except SourceError as error:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="teams_not_read",
                translation_placeholders={"person": self._input_context.person.name},
            ) from error
        self._turn_soon()

    async def async_clean_up(self) -> None:
        """Take back what is set in Teams: the person was removed, or signed out."""
        self.stop()
        teams, self._access.state = self._access.state, TeamsState()
        self._batch.known[self._input_context.person_id] = self._access.state
        if self._access.client is not None:
            await async_take_back(self._access.client, teams)
        self._publish()
        await self._writer.async_store()

    @property
    def _concerns(self) -> bool:
        """Return whether there is anything to align, or to take back."""
        return bool(
            self._access.settings.aligns
            or self._writer.stored
            or self._access.state.calls
        )

    # What is heard

    @callback
    def _on_link(self) -> None:
        """Ask again at once: the person signed in, or has to."""
        self._access.connect()
        self._access.delay.not_before = None
        self._access.state = replace(self._access.state, refused_until=None)
        self._reader.link_changed()
        self._turn_soon()

    @callback
    def _on_reading(self, _reading: TeamsReading) -> None:
        self._publish(read=True)
        self._turn_soon()

    @callback
    def _publish(self, *, read: bool = False) -> None:
        calls = self._access.state.calls
        self._input_context.learn(
            lambda facts: with_calls(facts, TEAMS, calls, read=read)
        )

    # Turns

    @callback
    def _turn_soon(self) -> None:
        """Do what is due; once more if that is being done already."""
        if self._task is not None and not self._task.done():
            self._again = True
            return
        self._task = self._input_context.entry.async_create_background_task(
            self._input_context.hass,
            self._async_run(),
            f"{DOMAIN} Teams",
            eager_start=False,
        )

    @callback
    def _on_timer(self, _now: datetime) -> None:
        self._timer = None
        self._turn_soon()

    async def _async_run(self) -> None:
        while True:
            self._again = False
            await self._reader.async_read(self._writer.desired(dt_util.utcnow()))
            self._end_stale_call()
            await self._writer.async_write()
            if not self._again:
                break
        self._set_timer(self._due(dt_util.utcnow()))

    @callback
    def _end_stale_call(self) -> None:
        """End a call whose last reading is too old."""
        access, now = self._access, dt_util.utcnow()
        access.state, _ = next_writes(
            access.state, self._writer.desired(now), access.policy, now
        )
        self._publish()

    @callback
    def clock_moved(self, move: ClockMove) -> None:
        """Take along delays and how old what was read is."""
        access, reader, writer = self._access, self._reader, self._writer
        access.state = teams_moved(access.state, move)
        access.delay.not_before = move.ahead(access.delay.not_before)
        reader.not_allowed_until = move.ahead(reader.not_allowed_until)
        writer.call_unknown_since = move.known(writer.call_unknown_since)
        if self._timer is not None:
            self._turn_soon()

    @callback
    def _set_timer(self, at: datetime | None) -> None:
        if self._timer is not None:
            self._timer()
            self._timer = None
        if at is not None:
            self._timer = wake_at(self._input_context.hass, self._on_timer, at)

    def _due(self, now: datetime) -> datetime | None:
        """Return when something is to be done again, if nothing happens before."""
        access, reader, writer = self._access, self._reader, self._writer
        moments: list[datetime | None] = []
        if not access.delay.is_over(now):
            moments.append(access.delay.not_before)
        elif access.works or reader.is_possible:
            refused = reader.is_refused(now)
            policy = replace(access.policy, read=False) if refused else access.policy
            moments += [
                next_due(access.state, writer.desired(now), policy, now),
                reader.not_allowed_until if refused else None,
            ]
        if access.state.call_since is not None:
            read_at = access.state.read_at or access.state.call_since
            moments.append(read_at + access.policy.stale_after)
        if writer.is_on_the_phone(now) and writer.call_unknown_since is not None:
            grace = self._input_context.office.health.grace
            moments.append(writer.call_unknown_since + grace)
        least = now + SHORTEST_PAUSE
        ahead = (max(moment, least) for moment in moments if moment is not None)
        return min(ahead, default=None)


def teams_of_person(inputs: Iterable[object]) -> TeamsInput | None:
    """Return a person's Teams, if it is read at all."""
    found = (one for one in inputs if isinstance(one, TeamsInput))
    return next((one for one in found if one.reads), None)
