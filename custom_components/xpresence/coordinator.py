"""Facts in, decisions out: one phone system's people, kept up to date.

Inputs change the facts; :func:`decide` turns them into decisions; entities show
those; each person's :class:`RedirectLoop` makes the phone system follow. One
timer wakes it at the earliest instant at which any decision changes by itself.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
import logging
import random
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, Context, HomeAssistant, callback
from homeassistant.exceptions import (
    ConfigEntryAuthFailed,
    ConfigEntryError,
    HomeAssistantError,
    ServiceValidationError,
)
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

from .const import CONF_DESK_CHANGE, CONF_PERSON, DOMAIN
from .errors import not_followed, refuse
from .notices import redirect_failing, release_failed
from .office import office_from
from .phone_system import build
from .presence.decide import choose, decide
from .presence.ledger import Ledger
from .presence.line import Condition, Destination, DestinationKind, Line, Setting
from .presence.model import (
    Decision,
    Facts,
    Office,
    Person,
    Profile,
    RedirectMode,
    RedirectRule,
    Target,
    TargetKind,
)
from .presence.numbers import BadNumber, parse
from .presence.parts import Part, changed, known
from .presence.redirects import DeskChange, Event, EventKind, NotRead
from .presence.targets import Situation, resolve, resolve_office
from .presence.wanted import wanted
from .reconcile import RedirectLoop, RedirectView
from .records import choice_from_record, choice_to_record, ledger_from_record
from .store import OfficeStore
from .telephony.driver import (
    AuthenticationFailed,
    CertificateRejected,
    ConnectionChanged,
    DriverEvent,
    LineChanged,
    PermissionDenied,
    PhoneSystem,
    PhoneSystemError,
    Unavailable,
)

_LOGGER = logging.getLogger(__name__)

FAILURES_TO_REPORT: Final = 3
"""Failed turns in a row after which a person is told."""
FIRST_CONNECT_WAIT: Final = (1, 2, 5, 10, 30, 60)
"""Seconds between tries while the phone system was down at the start."""
LINES: Final = "lines"
"""The store's key for the lines that the actions driver keeps itself."""

type XPresenceConfigEntry = ConfigEntry[OfficeCoordinator]
type HappeningListener = Callable[[Happening, dict[str, Any]], None]


class Happening(StrEnum):
    """What the event entity tells."""

    ACTIVATED = "activated"
    REDIRECTED = "redirected"
    REDIRECT_FAILED = "redirect_failed"
    CHANGED_AT_PHONE = "changed_at_phone"
    RECOVERED = "recovered"


FOUND: Final = {
    EventKind.CHANGED_AT_PHONE: Happening.CHANGED_AT_PHONE,
    EventKind.OVERRULED: Happening.CHANGED_AT_PHONE,
    EventKind.WRITE_LOST: Happening.RECOVERED,
}
"""What a plan finds out → what happened, as far as it is worth telling."""


@dataclass(slots=True)
class PersonState:
    """What is known of one person now. Only the coordinator changes it."""

    person: Person
    facts: Facts
    decision: Decision
    loop: RedirectLoop
    listeners: list[CALLBACK_TYPE] = field(default_factory=list)
    happenings: list[HappeningListener] = field(default_factory=list)
    reported: bool = False
    """Whether a notice says that the redirect cannot be set."""

    @property
    def line(self) -> Line | None:
        """Return the extension as it was read last."""
        return self.loop.line

    @property
    def redirect(self) -> RedirectView:
        """Return the redirect as it is to be shown."""
        return self.loop.view


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
        self._connection = dict(entry.data)
        self._adders: list[Callable[[str], None]] = []
        self._listeners: list[CALLBACK_TYPE] = []
        self._timer: CALLBACK_TYPE | None = None
        self._stops: list[CALLBACK_TYPE] = []
        self._office_turn = asyncio.Lock()
        self._begun = False
        self._ready_since: datetime | None = None

    # Life

    async def async_start(self) -> None:
        """Load what is stored, connect, and take up every person.

        A phone system that cannot be reached delays nothing: profiles are ours.

        Raises:
            ConfigEntryAuthFailed: the login is refused.
            ConfigEntryError: the certificate or the rights are not enough.
        """
        await self.store.async_load()
        self.system = build(
            self.hass,
            self.entry.data,
            self.store.get(LINES),
            lambda lines: self.store.async_put({LINES: dict(lines)}),
        )
        self._stops.append(self.system.subscribe(self._on_driver_event))
        try:
            await self._async_connect()
        except BaseException:
            await self.async_stop()
            raise
        for person in self.office.people.values():
            self._take_up(person)

    @callback
    def async_begin(self) -> None:
        """Start to act, once Home Assistant has started.

        Before that the entities that a decision depends on may still be missing.
        """
        self._stops.append(async_at_started(self.hass, self._on_started))

    async def async_stop(self) -> None:
        """End everything; what was set in the phone system stays set."""
        for stop in self._stops:
            stop()
        self._stops.clear()
        if self._timer is not None:
            self._timer()
            self._timer = None
        for state in self.people.values():
            state.loop.stop()
        await self.system.close()
        await self.store.async_close()

    async def _on_started(self, _hass: HomeAssistant) -> None:
        self._begun = True
        self._refresh(self.people)
        for state in self.people.values():
            self._run(state)

    # The connection

    @property
    def connection_changed(self) -> bool:
        """Return whether the entry's data are not those that we run with."""
        return dict(self.entry.data) != self._connection

    async def _async_connect(self) -> None:
        try:
            await self.system.start()
        except AuthenticationFailed as error:
            raise ConfigEntryAuthFailed(
                translation_domain=DOMAIN, translation_key="auth_failed"
            ) from error
        except CertificateRejected as error:
            raise ConfigEntryError(
                translation_domain=DOMAIN, translation_key="certificate_rejected"
            ) from error
        except PermissionDenied as error:
            raise ConfigEntryError(
                translation_domain=DOMAIN,
                translation_key="permission_denied",
                translation_placeholders={"permission": error.permission},
            ) from error
        except Unavailable:
            _LOGGER.info("The phone system cannot be reached yet; trying on")
            self.entry.async_create_background_task(
                self.hass, self._async_keep_connecting(), f"{DOMAIN} connect"
            )

    async def _async_keep_connecting(self) -> None:
        """Try until the phone system is there or refuses for good."""
        for attempt in range(2**31):
            wait = FIRST_CONNECT_WAIT[min(attempt, len(FIRST_CONNECT_WAIT) - 1)]
            await asyncio.sleep(wait * random.uniform(0.8, 1.2))
            try:
                await self.system.start()
            except Unavailable:
                continue
            except AuthenticationFailed:
                self.entry.async_start_reauth(self.hass)
                return
            except CertificateRejected, PermissionDenied:
                # Setting up again says to the user what is wrong.
                self.hass.config_entries.async_schedule_reload(self.entry.entry_id)
                return
            return

    @callback
    def _on_driver_event(self, event: DriverEvent) -> None:
        match event:
            case LineChanged(line=line):
                for state in self.people.values():
                    if state.person.extension == line.extension:
                        state.loop.observe(line)
                        self._run(state)
                self._resolve()
            case ConnectionChanged(ready=ready, error=error):
                self._ready_since = dt_util.utcnow() if ready else None
                if isinstance(error, AuthenticationFailed):
                    self.entry.async_start_reauth(self.hass)
                for state in self.people.values():
                    # What was read before the break says nothing about now.
                    state.loop.lost()
                    state.loop.ready_since = self._ready_since
                    if ready:
                        self._run(state)
                for listener in tuple(self._listeners):
                    listener()

    # The office

    async def async_office_changed(self) -> None:
        """Apply changed options, profiles and people without a reload."""
        async with self._office_turn:
            self.office = office_from(self.entry, self.hass.config.time_zone)
            for person_id, state in tuple(self.people.items()):
                person = self.office.people.get(person_id)
                if person is None or person.extension != state.person.extension:
                    await self._async_let_go(person_id)
            for person in self.office.people.values():
                if person.id in self.people:
                    self.people[person.id].person = person
                else:
                    self._take_up(person)
                    for add in self._adders:
                        add(person.id)
            for state in self.people.values():
                state.loop.desk_change = self._desk_change
            self._refresh(self.people, show=True)

    @callback
    def async_for_each_person(self, add: Callable[[str], None]) -> None:
        """Call ``add`` with every person there is and every one to come."""
        self._adders.append(add)
        for person_id in self.people:
            add(person_id)

    @property
    def _desk_change(self) -> DeskChange:
        return DeskChange(self.entry.options.get(CONF_DESK_CHANGE, DeskChange.RESPECT))

    def _take_up(self, person: Person) -> None:
        record = self.store.get(person.id)
        facts = Facts(person.id, choice=choice_from_record(record.get("choice")))
        self.people[person.id] = PersonState(
            person=person,
            facts=facts,
            decision=decide(self.office, facts, dt_util.utcnow()),
            loop=RedirectLoop(
                self.hass,
                self.system,
                person.extension,
                ledger_from_record(record, person.extension),
                save=lambda ledger: self._async_save(person.id, ledger),
                changed=lambda: self._show(person.id),
                found=lambda event: self._found(person.id, event),
                label=lambda destination: self._label(person.id, destination),
                desk_change=self._desk_change,
                ready_since=self._ready_since,
            ),
        )

    async def _async_let_go(self, person_id: str) -> None:
        """Give back what a profile holds on an extension that leaves us."""
        state = self.people[person_id]
        released = await state.loop.async_release()
        state.loop.stop()
        del self.people[person_id]
        kept = person_id in self.office.people
        await self.store.async_put(
            {person_id: self._record(state, Ledger()) if kept else None}
        )
        if not released:
            release_failed(self.hass, self.entry.title, person_id)

    # Deciding

    @callback
    def _refresh(self, person_ids: Iterable[str], *, show: bool = False) -> None:
        """Decide anew for some people, and for whoever depends on them."""
        now = dt_util.utcnow()
        for person_id in tuple(person_ids):
            state = self.people[person_id]
            decision = decide(self.office, state.facts, now)
            changed = decision != state.decision
            state.decision = decision
            if changed or show:
                self._show(person_id)
        self._resolve()
        self._set_timer()

    @callback
    def _resolve(self) -> None:
        """Turn every deciding rule into numbers, and act where that changed."""
        answers = resolve_office(
            self.office,
            {pid: state.decision.redirect for pid, state in self.people.items()},
            self._situations(),
        )
        for person_id, state in self.people.items():
            answer = answers[person_id]
            wish = wanted(state.decision, answer.setting)
            if wish != state.loop.wanted or answer.refusals != state.loop.refusals:
                state.loop.wanted = wish
                state.loop.refusals = answer.refusals
                self._run(state)

    def _situations(self) -> dict[str, Situation]:
        return {
            person_id: Situation(
                status=state.decision.profile.status,
                observed=state.line.setting if state.line else None,
                wanted=state.loop.wanted.setting if state.loop.wanted else None,
                call=state.line.call if state.line else None,
            )
            for person_id, state in self.people.items()
        }

    def _run(self, state: PersonState) -> None:
        """Let a person's redirect follow, in the background."""
        if not self._begun:
            return
        self.entry.async_create_background_task(
            self.hass, state.loop.async_follow(), f"{DOMAIN} redirect"
        )

    @callback
    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer()
            self._timer = None
        changes = [
            state.decision.next_change
            for state in self.people.values()
            if state.decision.next_change is not None
        ]
        if changes:
            self._timer = async_track_point_in_utc_time(
                self.hass, self._on_timer, min(changes)
            )

    @callback
    def _on_timer(self, now: datetime) -> None:
        self._timer = None
        self._refresh(
            [
                person_id
                for person_id, state in self.people.items()
                if state.decision.next_change is not None
                and state.decision.next_change <= now
            ]
        )

    # Choosing by hand

    def profile_names(self, person_id: str) -> list[str]:
        """Return what this person is offered, and always what holds."""
        names = [profile.name for profile in self._offered(person_id)]
        current = self.people[person_id].decision.profile.name
        return names if current in names else [*names, current]

    def profile_named(self, person_id: str, name: str) -> Profile:
        """Return an offered profile by its name, whatever its case.

        Raises:
            ServiceValidationError: none is called so; the message names all.
        """
        offered = self._offered(person_id)
        for profile in offered:
            if profile.name.casefold() == name.strip().casefold():
                return profile
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="unknown_profile",
            translation_placeholders={
                "person": self.people[person_id].person.name,
                "profile": name[:60],
                "offered": ", ".join(profile.name for profile in offered),
            },
        )

    def _offered(self, person_id: str) -> list[Profile]:
        return [
            profile
            for profile in self.office.profiles.values()
            if profile.enabled and profile.owner in (None, person_id)
        ]

    async def async_choose(
        self,
        person_id: str,
        profile: Profile,
        *,
        until: datetime | None = None,
        info_text: str | None = None,
        context: Context | None = None,
    ) -> None:
        """Choose a profile by hand and return when the redirect follows it.

        Raises:
            HomeAssistantError: not saved (nothing changed), or saved but not
                yet followed by the phone system (the message says which).
        """
        state = self.people[person_id]
        now = dt_util.utcnow()
        choice = choose(
            self.office,
            state.facts,
            profile.id,
            now,
            until=until,
            info_text=info_text,
            by=context.user_id if context else None,
        )
        await self._async_set_facts(person_id, replace(state.facts, choice=choice))

    async def _async_set_facts(self, person_id: str, facts: Facts) -> None:
        """Take new facts that must survive a crash; undo them if they cannot."""
        state = self.people[person_id]
        before = state.facts
        state.facts = facts
        self._refresh([person_id], show=True)
        try:
            await state.loop.async_turn()
        except OSError as error:
            state.facts = before
            self._refresh([person_id], show=True)
            raise HomeAssistantError(
                translation_domain=DOMAIN, translation_key="not_saved"
            ) from error
        except PhoneSystemError as error:
            raise not_followed(error) from error
        refuse(self.office, state.loop.refusals)

    # Remembering and showing

    async def _async_save(self, person_id: str, ledger: Ledger) -> None:
        """Store what a person's redirect rests on, if it is not stored so yet."""
        state = self.people.get(person_id)
        if state is None:
            return
        record = self._record(state, ledger)
        if record != self.store.get(person_id):
            await self.store.async_put({person_id: record})

    def _record(self, state: PersonState, ledger: Ledger) -> dict[str, Any]:
        return {
            "choice": choice_to_record(state.facts.choice),
            "extension": state.person.extension,
            "ledger": ledger.to_json(),
        }

    @callback
    def async_listen(
        self, person_id: str | None, listener: CALLBACK_TYPE
    ) -> CALLBACK_TYPE:
        """Be told of changes of a person, or, with ``None``, of the connection."""
        listeners = (
            self._listeners if person_id is None else self.people[person_id].listeners
        )
        listeners.append(listener)
        return lambda: listeners.remove(listener)

    @callback
    def _show(self, person_id: str) -> None:
        if (state := self.people.get(person_id)) is None:
            return
        for listener in tuple(state.listeners):
            listener()
        self._report(state)

    @callback
    def _report(self, state: PersonState) -> None:
        """Raise or drop the notice that only a person can act on."""
        failing = state.loop.failures >= FAILURES_TO_REPORT
        if failing == state.reported:
            return
        state.reported = failing
        redirect_failing(
            self.hass,
            self.entry,
            state.person.id,
            state.person.name,
            state.loop.reason if failing else None,
        )

    def _label(self, person_id: str, destination: Destination) -> str:
        """Return a destination as a person reads it."""
        if destination.kind is DestinationKind.VOICEMAIL:
            return "Voicemail"
        for person in self.office.people.values():
            if person.extension == destination.number:
                return person.name
        person = self.people[person_id].person
        for device in person.devices:
            if device.number == destination.number:
                return device.name
        return destination.number

    # Happenings

    @callback
    def async_listen_happenings(
        self, person_id: str, listener: HappeningListener
    ) -> CALLBACK_TYPE:
        """Be told what happens to a person's presence."""
        listeners = self.people[person_id].happenings
        listeners.append(listener)
        return lambda: listeners.remove(listener)

    @callback
    def _happened(
        self, person_id: str, happening: Happening, details: dict[str, Any]
    ) -> None:
        if (state := self.people.get(person_id)) is None:
            return
        for listener in tuple(state.happenings):
            listener(happening, details)

    @callback
    def _found(self, person_id: str, event: Event) -> None:
        if (happening := FOUND.get(event.kind)) is not None:
            parts = sorted(part.value for part in event.parts)
            self._happened(person_id, happening, {"parts": parts})

    # A person's own redirect

    def home_person(self, person_id: str) -> str | None:
        """Return the Home Assistant person that this one is, if that is known."""
        return self.entry.subentries[person_id].data.get(CONF_PERSON)

    def target_called(self, person_id: str, said: str) -> Target:
        """Return the target that somebody wrote or said.

        Raises:
            ServiceValidationError: it is nothing that calls can go to.
        """
        word = said.strip().casefold()
        if word == TargetKind.VOICEMAIL:
            return Target(TargetKind.VOICEMAIL)
        for device in self.people[person_id].person.devices:
            if device.name.casefold() == word:
                return Target(TargetKind.DEVICE, device.id)
        for person in self.office.people.values():
            if word in (person.name.casefold(), self.home_person(person.id)):
                return Target(TargetKind.PERSON, person.id)
        try:
            return Target(TargetKind.NUMBER, parse(said))
        except BadNumber as error:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="unknown_target"
            ) from error

    async def async_set_redirect(
        self,
        person_id: str,
        mode: RedirectMode,
        condition: Condition,
        target: Target | None,
        *,
        ring_seconds: int | None = None,
        until: datetime | None = None,
    ) -> None:
        """Set a person's own redirect, as if dialled at the desk phone.

        *Forward* and *off* last until another claim decides the redirect, or until
        the end that was given. *Unchanged* gives the redirect back to the profile.

        Raises:
            ServiceValidationError: a loop, or a target that is not to be had.
            HomeAssistantError: not saved, or not followed by the phone system.
        """
        state = self.people[person_id]
        change: Setting | None
        match mode:
            case RedirectMode.FORWARD:
                change = self._resolved(state, condition, target, ring_seconds)
            case RedirectMode.OFF:
                change = changed(Setting(), {Part(condition.value): None})
            case RedirectMode.UNCHANGED:
                change = None
        try:
            await state.loop.async_own_change(change, until)
        except OSError as error:
            raise HomeAssistantError(
                translation_domain=DOMAIN, translation_key="not_saved"
            ) from error
        except NotRead as error:
            raise HomeAssistantError(
                translation_domain=DOMAIN, translation_key="redirect_unread"
            ) from error
        except PhoneSystemError as error:
            raise not_followed(error) from error

    def _resolved(
        self,
        state: PersonState,
        condition: Condition,
        target: Target | None,
        ring_seconds: int | None,
    ) -> Setting:
        rule = RedirectRule(
            RedirectMode.FORWARD,
            unconditional=target if condition is Condition.UNCONDITIONAL else None,
            busy=target if condition is Condition.BUSY else None,
            no_reply=target if condition is Condition.NO_REPLY else None,
            ring_seconds=ring_seconds,
        )
        answer = resolve(self.office, state.person, rule, self._situations())
        refuse(self.office, answer.refusals)
        parts = {Part(condition.value), Part.RING_SECONDS}
        return changed(
            Setting(), {p: v for p, v in known(answer.setting) if p in parts}
        )
