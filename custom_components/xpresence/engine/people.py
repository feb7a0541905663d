"""The people of one phone system: their life cycle, and what every loop calls back.

:class:`People` is a mapping of person id → :class:`~.person.PersonState`. It adds,
changes and removes people, and it is the one object (:class:`~.person.Runtime`) that
decisions, side effects, redirect loops and inputs get of the office.
"""

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
import logging
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..const import CONF_PHONE, DOMAIN
from ..languages import texts_in
from ..presence.decision.decide import decide
from ..presence.model import Facts, Office, Person
from ..presence.moved_clock import ClockMove, facts_moved
from ..presence.redirect.ledger import Ledger
from ..presence.redirect.numbers import NumberFormat
from ..settings.office import number_format, office_from
from ..settings.permissions import access_from
from ..telephony.driver import LineChanged, PhoneSystem
from .clock import FollowsClock
from .decisions import DecisionUpdater
from .events import (
    fire_activated,
    fire_redirected,
    update_redirect_issue,
)
from .history import OfficeHistory
from .input import InputContext
from .issues import (
    create_release_issue,
    delete_person_issues,
    set_person_issue,
)
from .person import (
    CleansUp,
    Input,
    PersonState,
    RestoresFacts,
)
from .phone_logins import PhoneLogins
from .redirect_loop import RedirectLoop
from .redirect_owner import PersonRedirectOwner
from .serialization import (
    facts_from_record,
    ledger_from_record,
    ledger_is_lost,
    noted_from_record,
    to_record,
)
from .side_effects import SideEffects, clear_phones
from .slices import sliced
from .statistics import SwitchStatistics
from .store import OfficeStore
from .turn_queue import TurnQueue

_LOGGER = logging.getLogger(__name__)

type MakeInputs = Callable[[InputContext], tuple[Input, ...]]


class People(Mapping[str, PersonState]):
    """The people of one phone system, by id.

    Nothing acts before :meth:`async_activate`: the entities that a decision depends on may
    still be missing while Home Assistant starts.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        store: OfficeStore,
        make_inputs: MakeInputs,
    ) -> None:
        """Prepare an office without people; :meth:`connect_to` names its system."""
        self.hass = hass
        self.entry = entry
        self.store = store
        self.number_format: NumberFormat = number_format(
            entry, region=hass.config.country
        )
        """How this phone system writes numbers, and what is internal to it."""
        self.office: Office = self._office_from_entry()
        self.system: PhoneSystem
        self._directory: frozenset[str] = frozenset()
        self.decisions = DecisionUpdater(self)
        self.side_effects = SideEffects(self)
        self.history = OfficeHistory(hass, entry, store)
        self.ready_since: datetime | None = None
        """Since when the phone system is connected; ``None`` while it is not."""
        self.statistics = SwitchStatistics()
        """How fast this phone system followed."""
        self._turns = TurnQueue(hass, self._start_turn)
        self._states: dict[str, PersonState] = {}
        self._at: dict[str, list[PersonState]] | None = None
        """People by their extension; ``None``: somebody came, went or moved."""
        self._make_inputs_for = make_inputs
        self._active = False
        self._stopped = False
        self._gathered: set[str] | None = None
        """While inputs are started together: whose appointments changed."""
        self._connections = 0
        """Counts changes of the connection, so that only the last is followed."""

    @override
    def __getitem__(self, person_id: str) -> PersonState:
        return self._states[person_id]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._states)

    @override
    def __len__(self) -> int:
        return len(self._states)

    # What is stored

    @callback
    def read_office(self) -> None:
        """Read the office from what is stored and from the phone system's directory."""
        self._directory = self.system.extensions
        self.number_format = number_format(
            self.entry, self._directory, self.hass.config.country
        )
        self.office = self._office_from_entry()

    @callback
    def read_access(self) -> None:
        """Read at once who may do what; a ban holds before the rest of the office is read."""
        self.office = replace(self.office, access=access_from(self.entry))
        self.history.read_options()

    def _office_from_entry(self) -> Office:
        hass = self.hass
        return replace(
            office_from(self.entry, hass.config.time_zone, self.number_format),
            no_profile=texts_in(hass.config.language)["decision"]["neutral_profile"],
        )

    @property
    def directory_changed(self) -> bool:
        """Whether the phone system has other extensions than numbers are judged by."""
        return self.system.extensions != self._directory

    # Life

    @callback
    def connect_to(self, system: PhoneSystem) -> None:
        """Name the phone system; before anybody is added."""
        self.system = system

    async def async_activate(self) -> None:
        """Start all inputs, decide once with what they know, and act from now on."""
        changed: set[str] = set()
        async for state in sliced(tuple(self._states.values())):
            if self._stopped:
                return
            if self.has(state):
                changed |= self._start_inputs(state)
        self._active = True
        await self.decisions.async_refresh(self, show=changed)
        async for state in sliced(tuple(self._states.values())):
            if self._stopped:
                return
            if self.has(state):
                self.reconcile(state)
        self.history.activate()

    @callback
    def stop(self) -> None:
        """End what runs; what was set in the phone system stays set."""
        self._stopped = True
        self._connections += 1
        self._turns.clear()
        self.decisions.stop()
        for state in self._states.values():
            state.stop()

    @callback
    def add(self, person: Person) -> None:
        """Add a person and restore their stored state; nothing is shown yet."""
        self._configure(person)
        self._at = None
        record = self.store.get(person.id)
        facts = facts_from_record(person.id, record)
        self._states[person.id] = state = PersonState(
            person=person,
            facts=facts,
            decision=decide(self.office, facts, dt_util.utcnow()),
            loop=self._make_loop(
                person,
                ledger_from_record(record, person.extension),
                undecided=ledger_is_lost(record),
            ),
            **noted_from_record(record),
        )
        self._make_inputs(state)
        self._set_ledger_issue(state)
        self.history.follow(state)

    async def async_remove(self, person_ids: Collection[str]) -> None:
        """Restore what profiles hold for these people, and forget them."""
        # All are removed before anything is waited for: nothing of theirs runs on in
        # an office that they are not in, and no other change sets their redirects.
        removed = [self._states.pop(person_id) for person_id in person_ids]
        self._at = None
        for state in removed:
            state.stop()
        for state in removed:
            await self._async_release(state)

    async def _async_release(self, state: PersonState) -> None:
        person_id = state.person.id
        for one in state.inputs:
            if isinstance(one, CleansUp):
                await one.async_clean_up()
        released = await state.loop.async_release()
        await clear_phones(self.system, state.person.extension)
        await self._async_forget(state.person)
        delete_person_issues(self.hass, person_id)
        if not released:
            self._left_behind(state.person)

    async def _async_forget(self, person: Person) -> None:
        """Delete what is stored of a person; their phone numbers before all."""
        try:
            await self.system.forget(person.extension)
            await self.store.async_forget(person.id)
            await self.history.async_forget(person.id)
            await PhoneLogins(self.hass, self.entry).save_of(person.id, None)
        except OSError:
            _LOGGER.warning("What is stored of a person could not be deleted yet")

    def is_changed(self, person: Person) -> bool:
        """Return whether a person's settings are others than those that apply."""
        state = self._states[person.id]
        stored = self.entry.subentries[person.id].data
        return state.person != person or stored != state.settings

    @callback
    def update(self, person: Person) -> set[str]:
        """Apply changed settings of a person; their inputs are created again.

        Nothing is decided or shown yet. Returns whose appointments are others now.
        """
        state = self._states[person.id]
        state.person = person
        if self._configure(person):
            # Another login or entity: what was read by the old one says nothing.
            state.loop.lost()
            self.reconcile(state)
        with self._gathering() as changed:
            if self.entry.subentries[person.id].data == state.settings:
                for one in state.inputs:
                    one.office_changed()
            else:
                for one in state.inputs:
                    one.stop()
                self._make_inputs(state)
        return changed

    @contextmanager
    def _gathering(self) -> Iterator[set[str]]:
        """Let inputs change facts without deciding; the caller decides afterwards."""
        before, self._gathered = self._gathered, set()
        try:
            yield self._gathered
        finally:
            self._gathered = before

    async def async_change_extension(self, person: Person) -> None:
        """Follow a person to another extension; the old one is restored."""
        state = self._states[person.id]
        before, left = state.loop, state.person
        self._configure(person)
        state.person, state.loop = person, self._make_loop(person, Ledger())
        self._at = None
        released = await before.async_release()
        await clear_phones(self.system, left.extension)
        if not released:
            self._left_behind(left)
        self._set_ledger_issue(state)
        try:
            await self.system.forget(left.extension)
        except OSError:
            _LOGGER.warning("What is stored of an extension could not be deleted yet")

    @callback
    def _left_behind(self, person: Person) -> None:
        create_release_issue(self.hass, self.entry, person.id, person)

    async def async_decide_redirect(self, person_id: str, *, of_profile: bool) -> None:
        """Say whose the redirect is that stands, where the ledger was damaged.

        Raises:
            OSError: it could not be stored; nothing was changed.
            PhoneSystemError: the phone system cannot be read, or does not follow yet.
        """
        state = self[person_id]
        try:
            await state.loop.async_decide(of_profile=of_profile)
        finally:
            self._set_ledger_issue(state)

    @callback
    def _set_ledger_issue(self, state: PersonState) -> None:
        """Create the repair issue of a damaged ledger, or delete it once resolved."""
        set_person_issue(
            self.hass,
            "ledger_lost",
            state.person.id,
            state.person.name,
            there=state.loop.undecided,
        )

    def _configure(self, person: Person) -> bool:
        """Tell the driver what it needs to know of an extension; return if it is new."""
        data = self.entry.subentries[person.id].data
        settings = data.get(CONF_PHONE, {})
        self.system.configure(person.extension, settings)
        state = self._states.get(person.id)
        return state is None or state.settings.get(CONF_PHONE, {}) != settings

    def _make_loop(
        self, person: Person, ledger: Ledger, *, undecided: bool = False
    ) -> RedirectLoop:
        return RedirectLoop(
            self.hass,
            self.system,
            person.extension,
            ledger,
            owner=PersonRedirectOwner(self, person.id),
            desk_change=self.office.guards.desk_change,
            ready_since=self.ready_since,
            undecided=undecided,
            statistics=self.statistics,
        )

    def _make_inputs(self, state: PersonState) -> None:
        state.settings = dict(self.entry.subentries[state.person.id].data)
        state.inputs = self._make_inputs_for(InputContext(self, state))
        for one in state.inputs:
            if isinstance(one, RestoresFacts):
                state.facts = one.restore_facts(state.facts)
        state.decision = decide(self.office, state.facts, dt_util.utcnow())
        if self._active:
            self._start_inputs(state)

    @callback
    def _start_inputs(self, state: PersonState) -> set[str]:
        """Start a person's inputs; return whose appointments are others now."""
        with self._gathering() as changed:
            for one in state.inputs:
                one.start()
        return changed

    # What is outside

    @callback
    def line_changed(self, event: LineChanged) -> None:
        """Take a reading of an extension; whoever it belongs to follows.

        A reading that says what the last one said only tells that it is newer.
        """
        line = event.line
        if self._at is None:
            self._at = {}
            for state in self._states.values():
                self._at.setdefault(state.person.extension, []).append(state)
        for state in self._at.get(line.extension, ()):
            if not state.loop.observe(line):
                continue
            if not state.loop.is_turning:
                self.reconcile(state)
            if state.person.queues:
                self.apply_side_effects(state)

    @callback
    def connection_changed(self, *, ready: bool) -> None:
        """Discard all readings; read everything again once connected."""
        self.ready_since = dt_util.utcnow() if ready else None
        self._connections += 1
        for state in self._states.values():
            # What was read before the break says nothing about now.
            state.loop.forget_line()
            state.loop.ready_since = self.ready_since
            if ready:
                state.published = None
        self.entry.async_create_background_task(
            self.hass,
            self._async_follow_connection(self._connections, ready=ready),
            f"{DOMAIN} connection",
        )

    @callback
    def clock_moved(self, move: ClockMove) -> None:
        """Follow a clock that was set: before any timer goes by the new time."""
        self.ready_since = move.known(self.ready_since)
        for state in self._states.values():
            state.redirect_since = move.known(state.redirect_since)
            state.facts = facts_moved(state.facts, move)
            state.loop.clock_moved(move)
            for one in state.inputs:
                if isinstance(one, FollowsClock):
                    one.clock_moved(move)
        self.entry.async_create_background_task(
            self.hass, self._async_follow_clock(), f"{DOMAIN} clock"
        )

    async def _async_follow_clock(self) -> None:
        people = tuple(self._states)
        await self.decisions.async_refresh(people, show=people)
        for person_id in people:
            if (state := self._states.get(person_id)) is not None:
                self.side_effects.follow(state)

    async def _async_follow_connection(self, connection: int, *, ready: bool) -> None:
        """Show everybody and, once connected, bring all redirects up to date."""
        async for state in sliced(tuple(self._states.values())):
            if connection != self._connections:
                # Lost, back or unloaded meanwhile.
                return
            if not self.has(state):
                continue
            state.loop.show()
            if ready:
                self.reconcile(state)
                self.side_effects.follow(state)

    def settings(self, person_id: str) -> Mapping[str, Any]:
        """Return a person's settings as they are stored.

        Of somebody who was deleted a moment ago they are the last ones.
        """
        subentry = self.entry.subentries.get(person_id)
        return self[person_id].settings if subentry is None else subentry.data

    # What every loop calls back (person.Runtime)

    def has(self, state: PersonState) -> bool:
        """Return whether this person has not been removed meanwhile."""
        return self._states.get(state.person.id) is state

    @callback
    def reconcile(self, state: PersonState) -> None:
        """Set a person's redirect as desired, in the background."""
        if self._active:
            self._turns.add(state)

    def _start_turn(self, state: PersonState) -> asyncio.Task[None]:
        return self.entry.async_create_background_task(
            self.hass, state.loop.async_follow(), f"{DOMAIN} redirect"
        )

    @callback
    def apply_side_effects(self, state: PersonState) -> None:
        """Bring hotline and telephones up to date, in the background."""
        if self._active:
            self.side_effects.follow(state)

    async def async_save(self, state: PersonState, ledger: Ledger) -> None:
        """Store what a person's redirect depends on, where that differs.

        Raises:
            OSError: it is not stored.
        """
        await self.store.async_put({state.person.id: to_record(state, ledger)})

    @callback
    def update_facts(
        self,
        state: PersonState,
        change: Callable[[Facts], Facts],
        seen: Context | None = None,
    ) -> None:
        """Take what an input observed; nothing of a person who was removed."""
        if not self.has(state):
            return
        facts = change(state.facts)
        if facts is state.facts:
            return
        # Other appointments show in the calendar even while no decision changes.
        show = facts.agenda != state.facts.agenda
        state.facts = facts
        if self._gathered is None:
            self.decisions.refresh([state.person.id], show=show, seen=seen)
        elif show:
            self._gathered.add(state.person.id)

    @callback
    def show(self, state: PersonState) -> None:
        """Write the person's entities, and fire what has happened."""
        if not self.has(state):
            return
        self.decisions.note_line(state)
        # Before the listeners: the event of a profile precedes its states.
        fire_activated(self.hass, state)
        for listener in tuple(state.listeners):
            listener()
        update_redirect_issue(self.hass, self.entry, state)
        if self._active and fire_redirected(self.hass, state):
            self.apply_side_effects(state)
