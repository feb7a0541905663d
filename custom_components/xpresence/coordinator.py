"""One phone system as Home Assistant sees it: set-up, connection, settings, choices.

No ``DataUpdateCoordinator``: nothing is polled here, and an entity listens to one person.
Who lives in the office, and what runs for them, is :class:`~.engine.people.People`.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
import logging
from typing import Any, Final

from homeassistant.components.select import DOMAIN as SELECT
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_NAME
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.start import async_at_started

from .const import (
    CONF_PERSON,
    DOMAIN,
    SUBENTRY_PROFILE,
)
from .engine.choices import Choices
from .engine.clock import clock_of
from .engine.connection import async_build, async_connect, connection_of
from .engine.issues import set_default_profile_issue
from .engine.limits import async_end_forbidden
from .engine.people import People
from .engine.person import PresenceEventListener
from .engine.phone_logins import PhoneLogins
from .engine.removal import async_forget_absent
from .engine.slices import sliced
from .engine.storage_issues import (
    set_journal_damage_issue,
    set_journal_issue,
    set_newer_journal_issue,
)
from .engine.store import LINES, Newer, OfficeStore
from .inputs import async_load_modules, inputs_for
from .inputs.stored_records import RECORD_TYPES
from .presence.model import Office
from .presence.permission.policy import Policy
from .presence.redirect.numbers import NumberFormat
from .presence.redirect.targets import Situation
from .settings.revocation import drop_revoked, grants_of
from .telephony.driver import (
    AuthenticationFailed,
    ConnectionChanged,
    DriverEvent,
    LineChanged,
    PhoneSystem,
)

_LOGGER = logging.getLogger(__name__)


type XPresenceConfigEntry = ConfigEntry[OfficeCoordinator]


class OfficeCoordinator:
    """One phone system: its office, its people, its connection."""

    def __init__(self, hass: HomeAssistant, entry: XPresenceConfigEntry) -> None:
        """Prepare; :meth:`async_start` does the work."""
        self.hass = hass
        self.entry = entry
        self.store = OfficeStore(
            hass,
            entry.entry_id,
            RECORD_TYPES,
            lambda trouble: set_journal_issue(hass, entry, trouble),
        )
        self.logins = PhoneLogins(hass, entry)
        self.people = People(hass, entry, self.store, inputs_for)
        self.choices: Final = Choices(hass, self.people)
        self.system: PhoneSystem
        self._connection = connection_of(entry.data)
        self._adders: list[Callable[[str], None]] = []
        self._listeners: list[CALLBACK_TYPE] = []
        self._stops: list[CALLBACK_TYPE] = []
        self._office_turn = asyncio.Lock()
        self._lost = False
        self.settings_are_held = False
        """Whether several changes of what is stored are to be applied as one."""
        self._limits: tuple[Policy, NumberFormat] = (
            self.office.access.policy,
            self.people.number_format,
        )
        """The limits of ordinary users that were applied last."""
        self._grants = grants_of(entry)
        """The permissions that ordinary users had last."""
        self._shared: tuple[object, ...] = ()
        """The settings that concern everybody, as they were applied last."""
        self._concerns_office()

    @property
    def office(self) -> Office:
        """Return the office as the rules know it now."""
        return self.people.office

    # Life

    async def async_start(self) -> None:
        """Load what is stored, connect, and add every person.

        Set-up goes on while the phone system is unreachable: profiles do not need it.

        Raises:
            ConfigEntryAuthFailed: the login is refused.
            ConfigEntryError: a later version stored what is there.
            ConfigEntryNotReady: the certificate or the rights are not enough.
        """
        await self._async_load()
        await async_load_modules(self.hass, self.entry)
        self.system = await async_build(
            self.hass,
            self.entry.data,
            self.store.get(LINES),
            lambda lines: self.store.async_put({LINES: dict(lines)}),
            self.logins,
        )
        self.system.keep_numbers_as(self.entry.entry_id)
        self.people.connect_to(self.system)
        self._stops.append(self.system.subscribe(self._on_driver_event))
        try:
            await async_connect(self.hass, self.entry, self.system)
        except BaseException:
            await self.async_stop()
            raise
        async for person in sliced(self.office.people.values()):
            self.people.add(person)
        await self.people.history.async_start(self.office.people)
        await async_forget_absent(
            self.hass, self.entry, self.system, self.store, self.office.people
        )
        self._concerns_office()
        self._check_profiles()

    async def _async_load(self) -> None:
        try:
            await self.store.async_load(self.office.people)
        except Newer as error:
            set_newer_journal_issue(self.hass, self.entry, there=True)
            raise ConfigEntryError(
                translation_domain=DOMAIN, translation_key="stored_by_newer"
            ) from error
        set_newer_journal_issue(self.hass, self.entry, there=False)
        if self.store.damage is not None:
            names = [
                person.name
                for person in self.office.people.values()
                if person.id in self.store.damage.records
            ]
            set_journal_damage_issue(
                self.hass, self.entry, names, self.store.damage.aside
            )

    @callback
    def async_activate(self) -> None:
        """Start to act, once Home Assistant has started.

        Before that the entities that a decision depends on may still be missing.
        """
        self._stops.append(async_at_started(self.hass, self._on_started))
        self._stops.append(clock_of(self.hass).listen(self.people.clock_moved))

    async def async_stop(self) -> None:
        """End everything; what was set in the phone system stays set."""
        for stop in self._stops:
            stop()
        self._stops.clear()
        self.people.stop()
        await self.people.history.async_stop()
        await self.system.close()
        await self.store.async_close()

    async def _on_started(self, _hass: HomeAssistant) -> None:
        # Decided once with the facts of all inputs, not after the first of them.
        await self.people.async_activate()

    # The connection

    @property
    def connection_changed(self) -> bool:
        """Return whether the stored connection differs from the one in use."""
        return connection_of(self.entry.data) != self._connection

    @callback
    def _on_driver_event(self, event: DriverEvent) -> None:
        match event:
            case LineChanged():
                self.people.line_changed(event)
            case ConnectionChanged(ready=ready, error=error):
                if ready is self._lost:
                    self._lost = not ready
                    if ready:
                        _LOGGER.info("The phone system is back")
                    else:
                        _LOGGER.info("The phone system is lost")
                if isinstance(error, AuthenticationFailed):
                    self.entry.async_start_reauth(self.hass)
                if ready:
                    self._follow_directory()
                self.people.connection_changed(ready=ready)
                self._update_office_listeners()

    # The office

    @contextmanager
    def settings_held(self) -> Iterator[None]:
        """Apply many changes of what is stored as one, when the context ends."""
        self.settings_are_held = True
        try:
            yield
        finally:
            self.settings_are_held = False
            for listener in self.entry.update_listeners:
                self.hass.async_create_task(listener(self.hass, self.entry))

    async def async_settings_applied(self) -> None:
        """Return once the last stored settings are applied."""
        async with self._office_turn:
            return

    async def async_office_changed(self) -> None:
        """Apply changed options, profiles and people without a reload.

        Of a change that concerns one person only that person is touched, and whoever
        depends on them. Everybody else goes on meanwhile.
        """
        self._apply_limits()
        async with self._office_turn:
            people = self.people
            before_office, limits = people.office, self._limits
            before = {person_id: state.loop for person_id, state in people.items()}
            await self._async_release_all()
            office = self.office
            everybody = self._concerns_office()
            touched: set[str] = set()
            async for person in sliced(office.people.values()):
                person_id = person.id
                if person_id not in self.entry.subentries:
                    # Deleted meanwhile; the turn after this one releases them.
                    continue
                if person_id not in people:
                    people.add(person)
                    for add in self._adders:
                        add(person_id)
                elif (
                    everybody
                    or people.is_changed(person)
                    or _own(before_office, person_id) != _own(office, person_id)
                ):
                    people.update(person)
                else:
                    # A person that calls are forwarded to may have another name now.
                    loop = people[person_id].loop
                    shown = loop.view
                    loop.update_view()
                    if loop.view == shown:
                        continue
                touched.add(person_id)
                loop = people[person_id].loop
                loop.desk_change = people.office.guards.desk_change
                # Names and the way numbers are written may be others now.
                loop.update_view()
            self._check_profiles()
            await people.decisions.async_refresh(touched, show=touched)
            for person_id, state in people.items():
                if state.loop is not before.get(person_id):
                    # Read now: without a desired redirect nothing else would.
                    people.reconcile(state)
            self._update_office_listeners()
            self._limits = (people.office.access.policy, people.number_format)
        await self.people.history.async_office_changed(self.office.people)
        if self._limits != limits:
            await async_end_forbidden(people, self._limits[0], before_office)

    def _concerns_office(self) -> bool:
        """Return whether anything changed that is not one person's own."""
        before, office = self._shared, self.office
        self._shared = (
            replace(
                office,
                people={},
                adjusted={},
                access=replace(office.access, sharing={}),
            ),
            self.people.number_format,
            frozenset(office.people),
            dict(self.entry.options),
            # The office's own logins to the calendars' servers are among it.
            dict(self.entry.data),
        )
        return self._shared != before

    @callback
    def _apply_limits(self) -> None:
        """Apply changed permissions at once, and drop the overrides of revoked ones.

        The rest of a change may wait for the phone system, and a second change for the
        first one; a ban that is lifted meanwhile must not be missed.
        """
        self.people.read_access()
        before, self._grants = self._grants, grants_of(self.entry)
        drop_revoked(self.hass, self.entry, before, self._grants)

    @callback
    def _follow_directory(self) -> None:
        """Read the office again if the phone system's extensions have changed."""
        if not self.people.directory_changed:
            return
        if not self.people:
            self.people.read_office()
            return
        self.entry.async_create_background_task(
            self.hass, self.async_office_changed(), f"{DOMAIN} office"
        )

    async def _async_release_all(self) -> None:
        """Release extensions that are nobody's any more.

        The office is read again after that: while the phone system is waited for, the
        next person may be deleted.
        """
        people = self.people
        while True:
            people.read_office()
            there = self.office.people
            if gone := [person_id for person_id in people if person_id not in there]:
                await people.async_remove(gone)
                continue
            moved = next(
                (
                    there[person_id]
                    for person_id, state in people.items()
                    if there[person_id].extension != state.person.extension
                ),
                None,
            )
            if moved is None:
                return
            await people.async_change_extension(moved)

    @callback
    def _check_profiles(self) -> None:
        """Restore renamed profiles, and create the issue of missing default profiles.

        Home Assistant's own settings page renames and deletes without asking.
        """
        for subentry in self.entry.get_subentries_of_type(SUBENTRY_PROFILE):
            if subentry.title != (name := subentry.data[CONF_NAME]):
                self.hass.config_entries.async_update_subentry(
                    self.entry, subentry, title=name
                )
        set_default_profile_issue(
            self.hass,
            self.entry,
            [
                person.name
                for person in self.office.people.values()
                if person.default_profile not in self.office.profiles
            ],
        )

    async def async_for_each_person(self, add: Callable[[str], None]) -> None:
        """Call ``add`` with every person, now and whenever one is added."""
        self._adders.append(add)
        async for person_id in sliced(tuple(self.people)):
            if person_id in self.people:
                add(person_id)

    @property
    def number_format(self) -> NumberFormat:
        """Return how this phone system writes numbers."""
        return self.people.number_format

    def situations(self) -> Mapping[str, Situation]:
        """Return everybody's situation, by which deputies and loops are resolved."""
        return self.people.decisions.situations()

    def person_entity_id(self, person_id: str) -> str | None:
        """Return the entity id of the person's Home Assistant person, if it is set."""
        home: str | None = self.settings(person_id).get(CONF_PERSON)
        return home

    def entity_of(self, person_id: str) -> str | None:
        """Return the entity id of a person's profile select, if it is registered."""
        return er.async_get(self.hass).async_get_entity_id(
            SELECT, DOMAIN, f"{person_id}_profile"
        )

    def settings(self, person_id: str) -> Mapping[str, Any]:
        """Return a person's settings as they are stored."""
        return self.people.settings(person_id)

    # Listening

    @callback
    def async_listen(
        self, person_id: str | None, listener: CALLBACK_TYPE
    ) -> CALLBACK_TYPE:
        """Register a listener for a person or, with ``None``, the phone system."""
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
    def async_listen_events(
        self, person_id: str, listener: PresenceEventListener
    ) -> CALLBACK_TYPE:
        """Register a listener for a person's presence events."""
        listeners = self.people[person_id].event_listeners
        listeners.append(listener)
        return lambda: listeners.remove(listener)


def _own(office: Office, person_id: str) -> object:
    """Return a person's adjustments of the office's profiles."""
    return office.adjusted.get(person_id)
