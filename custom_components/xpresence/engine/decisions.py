"""Deciding anew: for some people, and for whoever their decisions concern.

:func:`~.presence.decide.decide` says which profile holds for one person, and
:func:`~.presence.targets.resolve_office` to which numbers everybody's rules lead.
This is where both are asked again, and where a wish that changed sets off a turn of
that person's redirect. One timer wakes it at the earliest instant at which any
decision changes by itself.
"""

import asyncio
from collections.abc import Iterable
from datetime import datetime
import logging

from homeassistant.core import CALLBACK_TYPE, Context, callback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from ..presence.decision.decide import decide
from ..presence.model import Decision
from ..presence.redirect.desired import desired
from ..presence.redirect.targets import Situation, resolve_office
from .attribution import origin_of_decision
from .events import fire_activated, set_origin
from .person import PersonState, Runtime

_LOGGER = logging.getLogger(__name__)

type Decided = list[tuple[PersonState, Decision]]
"""People decided anew, each with the decision before."""


class DecisionUpdater:
    """Keeps the decisions of one phone system's people up to date."""

    def __init__(self, people: Runtime) -> None:
        """Prepare; nothing is decided before it is asked for."""
        self._people = people
        self._timer: CALLBACK_TYPE | None = None
        self._soon: asyncio.Handle | None = None

    @callback
    def stop(self) -> None:
        """Cancel the timer and any pending resolution."""
        self._stop_timer()
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None

    @callback
    def refresh(
        self,
        person_ids: Iterable[str],
        *,
        show: bool = False,
        seen: Context | None = None,
    ) -> None:
        """Decide anew for some people, and for whoever depends on them.

        ``show`` shows them even where nothing is decided otherwise; ``seen`` is the
        context of what was seen outside, if anything was.
        """
        decided = self.decide(person_ids)
        for state, before in decided:
            if state.decision.claim != before.claim:
                set_origin(state, origin_of_decision(state.decision, seen))
        self.resolve()
        self.publish(decided, show=show)

    @callback
    def decide(self, person_ids: Iterable[str]) -> Decided:
        """Update the decisions only; nothing is resolved or published."""
        now = dt_util.utcnow()
        office = self._people.office
        decided: Decided = []
        for person_id in tuple(person_ids):
            state = self._people[person_id]
            before = state.decision
            state.decision = decision = decide(office, state.facts, now)
            if decision.claim != before.claim:
                # The rule, and the person by an id that names nobody.
                claim, why = decision.claim.source, decision.claim.reason
                _LOGGER.debug("For %s decides %s: %s", person_id, claim, why)
            decided.append((state, before))
        return decided

    @callback
    def resolve(self, *, but: str | None = None) -> None:
        """Turn every deciding rule into numbers, and act where that changed.

        ``but``: whose turn the caller takes.
        """
        answers = resolve_office(
            self._people.office,
            {pid: state.decision.redirect for pid, state in self._people.items()},
            self.situations(),
            style=self._people.number_format,
        )
        for person_id, state in self._people.items():
            answer = answers[person_id]
            wish = desired(state.decision, answer.forwarding)
            if wish != state.loop.desired or answer.refusals != state.loop.refusals:
                state.loop.desired = wish
                state.loop.refusals = answer.refusals
                if person_id != but:
                    self._people.reconcile(state)

    @callback
    def resolve_soon(self) -> None:
        """Resolve once for all that is read at the same time."""
        if self._soon is None:
            self._soon = self._people.hass.loop.call_soon(self._on_soon)

    @callback
    def _on_soon(self) -> None:
        self._soon = None
        self.resolve()

    @callback
    def publish(self, decided: Decided, *, show: bool) -> None:
        """Show decisions, tell of other profiles, and wake up in time for the next."""
        for state, before in decided:
            # First, so that what changes is known to follow from it.
            fire_activated(self._people.hass, state)
            if state.decision != before or show:
                self._people.show(state)
            self._people.apply_side_effects(state)
        self._set_timer()

    def situations(self) -> dict[str, Situation]:
        """Return what is known of everybody, for finding targets."""
        return {
            person_id: Situation(
                status=state.decision.profile.status,
                observed=state.line.forwarding if state.line else None,
                desired=state.loop.desired.forwarding if state.loop.desired else None,
                call=state.line.call if state.line else None,
            )
            for person_id, state in self._people.items()
        }

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer()
            self._timer = None

    def _set_timer(self) -> None:
        self._stop_timer()
        changes = [
            state.decision.next_change
            for state in self._people.values()
            if state.decision.next_change is not None
        ]
        if changes:
            self._timer = async_track_point_in_utc_time(
                self._people.hass, self._on_timer, min(changes)
            )

    @callback
    def _on_timer(self, now: datetime) -> None:
        self._timer = None
        self.refresh(
            [
                person_id
                for person_id, state in self._people.items()
                if state.decision.next_change is not None
                and state.decision.next_change <= now
            ]
        )
