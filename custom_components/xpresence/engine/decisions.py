"""Updating decisions: of some people, and of everybody whom these concern.

:func:`~.presence.decision.decide.decide` says which profile holds for one person, and
:class:`~.presence.redirect.resolver.Resolver` to which numbers rules lead. This is
where both are asked again, for whom a change concerns and nobody else, and where a
desired redirect that changed sets off a turn. One timer wakes it at the earliest
instant at which any decision changes by itself.
"""

import asyncio
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from datetime import datetime
import heapq
import logging
from typing import Final, override

from homeassistant.core import CALLBACK_TYPE, Context, callback
from homeassistant.util import dt as dt_util

from ..presence.decision.decide import decide
from ..presence.line import CallState, ForwardingState
from ..presence.model import Decision
from ..presence.redirect.desired import desired
from ..presence.redirect.resolver import Resolver
from ..presence.redirect.targets import Situation
from .attribution import origin_of_decision
from .clock import wake_at
from .events import fire_activated, set_origin
from .person import PersonState, Runtime
from .slices import sliced

_LOGGER = logging.getLogger(__name__)

type Decided = list[tuple[PersonState, Decision]]
"""People whose decision was updated, each with the decision before."""
type Observed = tuple[ForwardingState, CallState | None] | None
"""What others' redirects depend on of a person's line."""

SPARE: Final = 64
"""Outdated instants that may wait in the queue, beside one a person."""


class DecisionUpdater:
    """Keeps the decisions of one phone system's people up to date."""

    def __init__(self, people: Runtime) -> None:
        """Prepare; nothing is decided before it is asked for."""
        self._people = people
        self._timer: CALLBACK_TYPE | None = None
        self._wakes_at: datetime | None = None
        self._due: list[tuple[datetime, str]] = []
        """A heap of the instants at which decisions change by themselves."""
        self._queued: dict[str, datetime] = {}
        self._soon: asyncio.Handle | None = None
        self._soon_for: set[str] = set()
        self._observed: dict[str, Observed] = {}
        self._resolver = Resolver()
        self._situations = _View(people, _situation)
        self._rules = _View(people, lambda state: state.decision.redirect)

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
        """Update the decisions of some people, and of those who depend on them.

        ``show`` shows them even where nothing is decided otherwise; ``seen`` is the
        context of what was seen outside, if anything was.
        """
        decided = self.decide(person_ids)
        for state, before in decided:
            if state.decision.claim != before.claim:
                set_origin(state, origin_of_decision(state.decision, seen))
        self.resolve(concerned(decided))
        self.publish(decided, show=show)

    async def async_refresh(
        self, person_ids: Iterable[str], *, show: Container[str] = ()
    ) -> None:
        """Update the decisions of many people, in slices that do not block the event loop.

        Their redirects are resolved whatever was decided. ``show``: who is shown even
        where nothing is decided otherwise.
        """
        decided: Decided = []
        async for person_id in sliced(tuple(person_ids)):
            if self._people.get(person_id) is None:
                continue
            for state, before in self.decide([person_id]):
                if state.decision.claim != before.claim:
                    set_origin(state, origin_of_decision(state.decision, None))
                decided.append((state, before))
        self.resolve([state.person.id for state, _ in decided])
        async for state, before in sliced(decided):
            if self._people.has(state):
                self.publish([(state, before)], show=state.person.id in show)

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
            self._queue(person_id, decision.next_change)
        return decided

    @callback
    def resolve(
        self, changed: Iterable[str] | None = None, *, but: str | None = None
    ) -> None:
        """Turn redirect rules into numbers, and act where that changes anything.

        ``changed``: whose rule, status or line is another one (``None``: everybody's);
        whoever depends on them follows. ``but``: whose turn the caller takes.
        """
        answers = self._resolver.resolve(
            self._people.office,
            self._rules,
            self._situations,
            changed,
            style=self._people.number_format,
        )
        for person_id, answer in answers.items():
            state = self._people[person_id]
            before, state.resolution = state.resolution, answer
            state.passed_over = {
                self._people.office.people[one.person].name: one.why.value
                for one in answer.passed_over
            }
            wanted = desired(state.decision, answer.forwarding)
            if wanted != state.loop.desired or answer.refusals != state.loop.refusals:
                state.loop.desired = wanted
                state.loop.refusals = answer.refusals
                if person_id != but:
                    self._people.reconcile(state)
            elif answer.passed_over != before.passed_over and person_id != but:
                # To the same place, for another reason.
                self._people.show(state)

    @callback
    def note_line(self, state: PersonState) -> None:
        """Resolve whoever depends on a person's line, if it says something else now.

        Once for all that is read at the same time.
        """
        person_id = state.person.id
        observed = (state.line.forwarding, state.line.call) if state.line else None
        if observed == self._observed.get(person_id):
            return
        self._observed[person_id] = observed
        self._soon_for.add(person_id)
        if self._soon is None:
            self._soon = self._people.hass.loop.call_soon(self._on_soon)

    @callback
    def _on_soon(self) -> None:
        self._soon = None
        changed, self._soon_for = self._soon_for, set()
        self.resolve(filter(self._people.get, changed))

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

    def situations(self) -> Mapping[str, Situation]:
        """Return what is known of everybody, for finding targets."""
        return self._situations

    # Waking up

    def _stop_timer(self) -> None:
        self._wakes_at = None
        if self._timer is not None:
            self._timer()
            self._timer = None

    def _queue(self, person_id: str, at: datetime | None) -> None:
        """Note when a decision changes by itself."""
        if at is None:
            self._queued.pop(person_id, None)
        elif self._queued.get(person_id) != at:
            self._queued[person_id] = at
            heapq.heappush(self._due, (at, person_id))

    def _next(self) -> datetime | None:
        """Return when the next decision changes; what is outdated is dropped."""
        if len(self._due) > 2 * len(self._queued) + SPARE:
            self._due = [(at, person_id) for person_id, at in self._queued.items()]
            heapq.heapify(self._due)
        while self._due:
            at, person_id = self._due[0]
            if self._queued.get(person_id) == at:
                return at
            heapq.heappop(self._due)
        return None

    def _set_timer(self) -> None:
        at = self._next()
        if at == self._wakes_at and self._timer is not None:
            return
        self._stop_timer()
        if at is not None:
            self._wakes_at = at
            self._timer = wake_at(self._people.hass, self._on_timer, at)

    @callback
    def _on_timer(self, now: datetime) -> None:
        self._timer = self._wakes_at = None
        due = []
        while (at := self._next()) is not None and at <= now:
            _, person_id = heapq.heappop(self._due)
            del self._queued[person_id]
            if self._people.get(person_id) is not None:
                due.append(person_id)
        self.refresh(due)


@callback
def concerned(decided: Decided) -> list[str]:
    """Return for whom a decision changed something that redirects depend on."""
    return [
        state.person.id
        for state, before in decided
        if state.decision.redirect != before.redirect
        or state.decision.redirect_claim != before.redirect_claim
        or state.decision.profile.status is not before.profile.status
    ]


def _situation(state: PersonState) -> Situation:
    return Situation(
        status=state.decision.profile.status,
        observed=state.line.forwarding if state.line else None,
        desired=state.loop.desired.forwarding if state.loop.desired else None,
        call=state.line.call if state.line else None,
    )


class _View[T](Mapping[str, T]):
    """Something of each person, worked out when it is asked for."""

    def __init__(self, people: Runtime, of: Callable[[PersonState], T]) -> None:
        self._people = people
        self._of = of

    @override
    def __getitem__(self, person_id: str) -> T:
        return self._of(self._people[person_id])

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._people)

    @override
    def __len__(self) -> int:
        return len(self._people)
