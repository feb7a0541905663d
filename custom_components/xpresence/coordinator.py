"""Facts in, decisions out: one phone system's people, kept up to date.

Inputs change the facts; :class:`DecisionUpdater` turns them into decisions; entities show
those; each person's :class:`RedirectLoop` makes the phone system follow.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
import logging
from typing import Any, Final

from homeassistant.components.select import DOMAIN as SELECT
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_NAME
from homeassistant.core import CALLBACK_TYPE, Context, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

from .const import (
    CONF_DESK_CHANGE,
    CONF_PERSON,
    DOMAIN,
    SUBENTRY_PROFILE,
)
from .engine.attribution import Origin, origin_at_phone
from .engine.connection import async_connect, build, connection_of
from .engine.decisions import DecisionUpdater
from .engine.events import (
    fire_activated,
    fire_event,
    fire_redirected,
    set_origin,
    update_redirect_issue,
)
from .engine.exceptions import not_set_error, raise_refusals
from .engine.input import InputContext
from .engine.issues import (
    create_release_issue,
    delete_person_issues,
    set_person_issue,
)
from .engine.person import (
    EVENT_TYPES,
    CleansUp,
    PersonState,
    PresenceEventListener,
    PresenceEventType,
    RestoresFacts,
)
from .engine.redirect_loop import RedirectLoop
from .engine.serialization import (
    facts_from_record,
    ledger_from_record,
    noted_from_record,
    to_record,
)
from .engine.side_effects import SideEffects
from .engine.store import OfficeStore
from .inputs import inputs_for
from .presence.decision.decide import choose, decide, note_on
from .presence.model import (
    EndingKind,
    Facts,
    Office,
    Person,
    Profile,
)
from .presence.redirect.labels import label, public_label
from .presence.redirect.ledger import Ledger
from .presence.redirect.numbers import NumberFormat
from .presence.redirect.plan import DeskChange, Event
from .presence.redirect.targets import Situation
from .settings.office import number_format, office_from
from .telephony.driver import (
    AuthenticationFailed,
    ConnectionChanged,
    DriverEvent,
    LineChanged,
    PhoneSystem,
    PhoneSystemError,
)

_LOGGER = logging.getLogger(__name__)

SHOW_AT_LATEST: Final = 0.02
"""Seconds after which a choice is shown, however long its redirect takes."""
LINES: Final = "lines"
"""The store's key for the lines that the actions driver keeps itself."""

type XPresenceConfigEntry = ConfigEntry[OfficeCoordinator]


class OfficeCoordinator:
    """One phone system: its office, its people, its connection."""

    def __init__(self, hass: HomeAssistant, entry: XPresenceConfigEntry) -> None:
        """Prepare; :meth:`async_start` does the work."""
        self.hass = hass
        self.entry = entry
        self.store = OfficeStore(hass, entry.entry_id)
        self.office: Office = office_from(entry, hass.config.time_zone)
        self.people: dict[str, PersonState] = {}
        self.system: PhoneSystem
        self._side_effects: SideEffects
        self._connection = connection_of(entry.data)
        self._adders: list[Callable[[str], None]] = []
        self._listeners: list[CALLBACK_TYPE] = []
        self._stops: list[CALLBACK_TYPE] = []
        self._office_turn = asyncio.Lock()
        self._active = False
        self._ready_since: datetime | None = None
        self._lost = False
        self._decisions = DecisionUpdater(
            hass,
            self.people,
            get_office=lambda: self.office,
            get_style=lambda: self.number_format,
            run=self._run,
            show=self._show,
            follow=self._follow,
        )

    # Life

    async def async_start(self) -> None:
        """Load what is stored, connect, and take up every person.

        A phone system that cannot be reached delays nothing: profiles are ours.

        Raises:
            ConfigEntryAuthFailed: the login is refused.
            ConfigEntryNotReady: the certificate or the rights are not enough.
        """
        await self.store.async_load()
        self.system = build(
            self.hass,
            self.entry.data,
            self.store.get(LINES),
            lambda lines: self.store.async_put({LINES: dict(lines)}),
        )
        self._side_effects = SideEffects(
            self.hass,
            self.entry,
            self.system,
            save=lambda state: self._async_save(state.person.id, state.loop.ledger),
            is_here=lambda state: self.people.get(state.person.id) is state,
        )
        self._stops.append(self.system.subscribe(self._on_driver_event))
        try:
            await async_connect(self.hass, self.entry, self.system)
        except BaseException:
            await self.async_stop()
            raise
        for person in self.office.people.values():
            self._add_person(person)
        self._check_profiles()

    @callback
    def async_activate(self) -> None:
        """Start to act, once Home Assistant has started.

        Before that the entities that a decision depends on may still be missing.
        """
        self._stops.append(async_at_started(self.hass, self._on_started))

    async def async_stop(self) -> None:
        """End everything; what was set in the phone system stays set."""
        for stop in self._stops:
            stop()
        self._stops.clear()
        self._decisions.stop()
        for state in self.people.values():
            state.stop()
        await self.system.close()
        await self.store.async_close()

    async def _on_started(self, _hass: HomeAssistant) -> None:
        # What all inputs say together is followed, not what the first of them says.
        for state in self.people.values():
            self._start_inputs(state)
        self._active = True
        self._decisions.refresh(self.people)
        for state in self.people.values():
            self._run(state)

    # The connection

    @property
    def connection_changed(self) -> bool:
        """Return whether the phone system is to be reached in another way."""
        return connection_of(self.entry.data) != self._connection

    @callback
    def _on_driver_event(self, event: DriverEvent) -> None:
        match event:
            case LineChanged(line=line):
                for state in self.people.values():
                    if state.person.extension == line.extension:
                        state.loop.observe(line)
                        self._run(state)
                        if state.person.queues:
                            self._follow(state)
                self._decisions.resolve_soon()
            case ConnectionChanged(ready=ready, error=error):
                self._ready_since = dt_util.utcnow() if ready else None
                if ready is self._lost:
                    self._lost = not ready
                    if ready:
                        _LOGGER.info("The phone system is back")
                    else:
                        _LOGGER.info("The phone system is lost")
                if isinstance(error, AuthenticationFailed):
                    self.entry.async_start_reauth(self.hass)
                for state in self.people.values():
                    # What was read before the break says nothing about now.
                    state.loop.lost()
                    state.loop.ready_since = self._ready_since
                    if ready:
                        self._run(state)
                        state.published = None
                        self._side_effects.follow(state)
                self._update_office_listeners()

    # The office

    async def async_office_changed(self) -> None:
        """Apply changed options, profiles and people without a reload."""
        async with self._office_turn:
            self.office = office_from(self.entry, self.hass.config.time_zone)
            before = {person_id: state.loop for person_id, state in self.people.items()}
            for person_id, state in tuple(self.people.items()):
                person = self.office.people.get(person_id)
                if person is None:
                    await self._async_remove_person(person_id)
                elif person.extension != state.person.extension:
                    await self._async_change_extension(state, person)
            for person in self.office.people.values():
                if person.id in self.people:
                    self._follow_settings(self.people[person.id], person)
                else:
                    self._add_person(person)
                    for add in self._adders:
                        add(person.id)
            for state in self.people.values():
                state.loop.desk_change = self._desk_change
                # Names and the way numbers are written may be others now.
                state.loop.show()
            self._check_profiles()
            self._decisions.refresh(self.people, show=True)
            for person_id, state in self.people.items():
                if state.loop is not before.get(person_id):
                    # Read now: with no wish for it nothing else would.
                    self._run(state)
            self._update_office_listeners()

    @callback
    def _check_profiles(self) -> None:
        """Keep profiles' names, and tell whose default profile is gone.

        Home Assistant's own settings page renames and deletes without asking.
        """
        for subentry in self.entry.get_subentries_of_type(SUBENTRY_PROFILE):
            if subentry.title != (name := subentry.data[CONF_NAME]):
                self.hass.config_entries.async_update_subentry(
                    self.entry, subentry, title=name
                )
        for person in self.office.people.values():
            set_person_issue(
                self.hass,
                "default_profile_missing",
                person.id,
                person.name,
                there=person.default_profile not in self.office.profiles,
            )

    @callback
    def async_for_each_person(self, add: Callable[[str], None]) -> None:
        """Call ``add`` with every person there is and every one to come."""
        self._adders.append(add)
        for person_id in self.people:
            add(person_id)

    @property
    def number_format(self) -> NumberFormat:
        """Return how this phone system writes numbers."""
        return number_format(
            self.entry.options, (p.extension for p in self.office.people.values())
        )

    @property
    def _desk_change(self) -> DeskChange:
        return DeskChange(self.entry.options.get(CONF_DESK_CHANGE, DeskChange.RESPECT))

    def _add_person(self, person: Person) -> None:
        record = self.store.get(person.id)
        facts = facts_from_record(person.id, record)
        self.people[person.id] = state = PersonState(
            person=person,
            facts=facts,
            decision=decide(self.office, facts, dt_util.utcnow()),
            loop=self._loop(person, ledger_from_record(record, person.extension)),
            **noted_from_record(record),
        )
        self._make_inputs(state)

    # Inputs

    def _make_inputs(self, state: PersonState) -> None:
        person_id = state.person.id
        state.settings = dict(self.entry.subentries[person_id].data)
        input_context = InputContext(
            self.hass,
            self.entry,
            self.store,
            person_id,
            get_office=lambda: self.office,
            get_state=lambda: state,
            take=lambda change, seen: self._update_facts(state, change, seen),
            follow=lambda listener: self.async_listen(person_id, listener),
            show=lambda: self._show(person_id),
        )
        state.inputs = inputs_for(input_context)
        for one in state.inputs:
            if isinstance(one, RestoresFacts):
                state.facts = one.restore_facts(state.facts)
        state.decision = decide(self.office, state.facts, dt_util.utcnow())
        if self._active:
            self._start_inputs(state)

    @callback
    def _start_inputs(self, state: PersonState) -> None:
        for one in state.inputs:
            one.start()

    def _follow_settings(self, state: PersonState, person: Person) -> None:
        """Take changed settings of a person; their inputs are made anew."""
        state.person = person
        if dict(self.entry.subentries[person.id].data) == state.settings:
            for one in state.inputs:
                one.office_changed()
            return
        for one in state.inputs:
            one.stop()
        self._make_inputs(state)

    @callback
    def _update_facts(
        self,
        state: PersonState,
        change: Callable[[Facts], Facts],
        seen: Context | None = None,
    ) -> None:
        """Take what an input tells; an input of somebody who left tells nothing."""
        if self.people.get(state.person.id) is not state:
            return
        facts = change(state.facts)
        if facts is state.facts:
            return
        # Other appointments show in the calendar even while nothing is decided anew.
        show = facts.agenda != state.facts.agenda
        state.facts = facts
        self._decisions.refresh([state.person.id], show=show, seen=seen)

    def _loop(self, person: Person, ledger: Ledger) -> RedirectLoop:
        return RedirectLoop(
            self.hass,
            self.system,
            person.extension,
            ledger,
            save=lambda ledger: self._async_save(person.id, ledger),
            changed=lambda: self._show(person.id),
            found=lambda event: self._found(person.id, event),
            label=lambda destination: label(
                self.office, person.id, destination, self.number_format
            ),
            public_label=lambda destination: public_label(
                self.office, person.id, destination, self.number_format
            ),
            desk_change=self._desk_change,
            ready_since=self._ready_since,
        )

    async def _async_remove_person(self, person_id: str) -> None:
        """Give back what a profile holds for a person who leaves us."""
        # Out of sight first, so that no other change makes a wish for them again.
        state = self.people.pop(person_id)
        state.stop()
        for one in state.inputs:
            if isinstance(one, CleansUp):
                await one.async_clean_up()
        released = await state.loop.async_release()
        own = [key for key in self.store if key.split(".")[0] == person_id]
        await self.store.async_put(dict.fromkeys(own))
        delete_person_issues(self.hass, person_id)
        if not released:
            create_release_issue(self.hass, person_id)

    async def _async_change_extension(self, state: PersonState, person: Person) -> None:
        """Follow a person to another extension; the old one is given back."""
        before = state.loop
        state.person, state.loop = person, self._loop(person, Ledger())
        if not await before.async_release():
            create_release_issue(self.hass, person.id)

    def _run(self, state: PersonState) -> None:
        """Let a person's redirect follow, in the background."""
        if not self._active:
            return
        self.entry.async_create_background_task(
            self.hass, state.loop.async_follow(), f"{DOMAIN} redirect"
        )

    @callback
    def _follow(self, state: PersonState) -> None:
        """Let hotline and telephones follow, in the background."""
        if self._active:
            self._side_effects.follow(state)

    def situations(self) -> dict[str, Situation]:
        """Return what is known of everybody, for finding targets."""
        return self._decisions.situations()

    def person_entity_id(self, person_id: str) -> str | None:
        """Return the Home Assistant person that this one is, if that is known."""
        home: str | None = self.entry.subentries[person_id].data.get(CONF_PERSON)
        return home

    def entity_of(self, person_id: str) -> str | None:
        """Return the select that stands for a person, if it is there."""
        return er.async_get(self.hass).async_get_entity_id(
            SELECT, DOMAIN, f"{person_id}_profile"
        )

    def settings(self, person_id: str) -> Mapping[str, Any]:
        """Return a person's settings as they are stored."""
        return self.entry.subentries[person_id].data

    # Choosing by hand

    async def async_choose(
        self,
        person_id: str,
        profile: Profile,
        origin: Origin,
        *,
        until: datetime | None = None,
        info_text: str | None = None,
        ending: EndingKind | None = None,
    ) -> None:
        """Choose a profile by hand and return when the redirect follows it.

        Raises:
            HomeAssistantError: not saved (nothing changed), or saved but not
                yet followed by the phone system (the message says which).
        """
        state = self.people[person_id]
        choice = choose(
            self.office,
            state.facts,
            profile.id,
            dt_util.utcnow(),
            until=until,
            info_text=info_text,
            ending=ending,
            by=origin.context.user_id,
        )
        facts = replace(state.facts, choice=choice)
        await self._async_set_facts(person_id, facts, origin)

    async def async_resume_automatic(self, person_id: str, origin: Origin) -> None:
        """Release what was chosen by hand.

        Raises:
            HomeAssistantError: as :meth:`async_choose`.
        """
        facts = replace(self.people[person_id].facts, choice=None, automatic=True)
        await self._async_set_facts(person_id, facts, origin)

    async def async_set_automatic(
        self, person_id: str, origin: Origin, *, automatic: bool
    ) -> None:
        """Let automation choose, or nothing but the person.

        Raises:
            HomeAssistantError: as :meth:`async_choose`.
        """
        facts = replace(self.people[person_id].facts, automatic=automatic)
        await self._async_set_facts(person_id, facts, origin)

    async def async_set_info_text(
        self, person_id: str, text: str, origin: Origin
    ) -> None:
        """Write what colleagues read as long as this profile holds.

        Raises:
            HomeAssistantError: as :meth:`async_choose`.
        """
        state = self.people[person_id]
        facts = replace(state.facts, note=note_on(state.decision, text))
        await self._async_set_facts(person_id, facts, origin)

    async def _async_set_facts(
        self, person_id: str, facts: Facts, origin: Origin
    ) -> None:
        """Take new facts that must survive a crash; undo them if they cannot."""
        state = self.people[person_id]
        set_origin(state, origin)
        before = state.facts
        state.facts = facts
        decided = self._decisions.decide([person_id])
        self._decisions.resolve(but=person_id)
        # The redirect first, for callers wait longer for it than readers for the rest.
        turn = self.hass.async_create_task(
            state.loop.async_turn(), f"{DOMAIN} redirect", eager_start=True
        )
        await asyncio.wait({turn}, timeout=SHOW_AT_LATEST)
        self._decisions.publish(decided, show=True)
        try:
            await turn
        except OSError as error:
            state.facts = before
            self._decisions.refresh([person_id], show=True)
            raise HomeAssistantError(
                translation_domain=DOMAIN, translation_key="not_saved"
            ) from error
        except PhoneSystemError as error:
            raise not_set_error(error) from error
        raise_refusals(self.office, state.loop.refusals)

    # Remembering and showing

    async def _async_save(self, person_id: str, ledger: Ledger) -> None:
        """Store what a person's redirect rests on, if it is not stored so yet."""
        state = self.people.get(person_id)
        if state is None:
            return
        record = to_record(state, ledger)
        if record != self.store.get(person_id):
            await self.store.async_put({person_id: record})

    @callback
    def async_listen(
        self, person_id: str | None, listener: CALLBACK_TYPE
    ) -> CALLBACK_TYPE:
        """Be told of changes of a person, or, with ``None``, of the phone system."""
        listeners = (
            self._listeners if person_id is None else self.people[person_id].listeners
        )
        listeners.append(listener)
        return lambda: listeners.remove(listener)

    @callback
    def _update_office_listeners(self) -> None:
        for listener in tuple(self._listeners):
            listener()

    @callback
    def _show(self, person_id: str) -> None:
        if (state := self.people.get(person_id)) is None:
            return
        # First, as in telling of decisions: a quick turn shows before those are told.
        fire_activated(self.hass, state)
        for listener in tuple(state.listeners):
            listener()
        update_redirect_issue(self.hass, self.entry, state)
        if self._active and fire_redirected(self.hass, state):
            self._follow(state)

    # Happenings

    @callback
    def async_listen_events(
        self, person_id: str, listener: PresenceEventListener
    ) -> CALLBACK_TYPE:
        """Be told what happens to a person's presence."""
        listeners = self.people[person_id].event_listeners
        listeners.append(listener)
        return lambda: listeners.remove(listener)

    @callback
    def _found(self, person_id: str, event: Event) -> None:
        event_type = EVENT_TYPES.get(event.kind)
        if event_type is not None and person_id in self.people:
            parts = sorted(part.value for part in event.parts)
            at_phone = event_type is PresenceEventType.CHANGED_AT_PHONE
            origin = origin_at_phone() if at_phone else None
            state = self.people[person_id]
            fire_event(self.hass, state, event_type, {"parts": parts}, origin)
