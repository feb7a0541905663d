"""A person's calendars and planned presence, which become the agenda.

Every calendar is read by itself: at the start, whenever it tells that it changed,
every quarter of an hour, and by hand. One that fails or hangs delays no other, and
what it said last stays, with its age.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
import logging
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ...const import DOMAIN
from ...engine.clock import wake_at
from ...engine.groupware_issues import (
    ACCOUNT_PROBLEMS,
    UnreadCalendar,
    set_account_issue,
    set_calendar_issues,
)
from ...engine.input import InputContext
from ...engine.person import PersonState
from ...presence.calendar.appointments import CalendarRules, Counted, agenda_of
from ...presence.decision.dismissals import with_agenda
from ...presence.moved_clock import ClockMove
from .cache import AppointmentCache
from .kinds import CALENDAR_TYPES, calendars_of
from .planned import PlannedPresences
from .serialization import from_record, to_record
from .subscription import FollowedCalendar

_LOGGER = logging.getLogger(__name__)

MEMORY: Final = "calendars"
"""The name of what is stored of the calendars."""
TURN: HassKey[asyncio.Lock] = HassKey("xpresence_calendar_turn")


class CalendarsInput:
    """All calendars of one person, and the presence they planned."""

    def __init__(self, input_context: InputContext) -> None:
        """Take up what was known before a restart, so that nothing flickers."""
        self._input_context = input_context
        self.plan: Final = PlannedPresences(input_context, self._on_planned)
        self.calendars: Final = tuple(
            FollowedCalendar(input_context, calendar, self._async_take)
            for calendar in calendars_of(input_context.settings)
            if calendar.kind in CALENDAR_TYPES
        )
        self._timer: CALLBACK_TYPE | None = None
        self._shown: tuple[datetime | None, tuple[str, ...]] = (None, ())
        self._turn = input_context.hass.data.setdefault(TURN, asyncio.Lock())
        self._counting: AppointmentCache
        self._counted: tuple[Counted, ...] = ()
        self._remembered: object = None
        self._memory = input_context.remembered(MEMORY)
        for calendar in self.calendars:
            calendar.appointments, calendar.read_at = from_record(
                self._memory.get(calendar.settings.id), calendar.settings.name
            )
        self._understand()

    # Life

    @callback
    def start(self) -> None:
        """Follow and read every calendar."""
        for calendar in self.calendars:
            calendar.start()
        self._report()

    @callback
    def stop(self) -> None:
        """Cancel the timer and stop all calendars; the facts stay."""
        if self._timer is not None:
            self._timer()
            self._timer = None
        for calendar in self.calendars:
            calendar.stop()

    @callback
    def office_changed(self) -> None:
        """Apply changed profiles and logins of the office."""
        for calendar in self.calendars:
            calendar.office_changed()
        self._understand()

    async def async_sync(self) -> None:
        """Read every calendar now, but none that asked to be left alone.

        Raises:
            HomeAssistantError: some could not be read; the message names them.
        """
        await asyncio.gather(*(calendar.async_read() for calendar in self.calendars))
        failed = [c.settings.name for c in self.calendars if c.problem]
        if failed:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="calendars_not_read",
                translation_placeholders={
                    "person": self._input_context.person.name,
                    "calendars": ", ".join(failed),
                },
            )

    @property
    def as_of(self) -> datetime | None:
        """Return how old the oldest appointments are that could not be refreshed.

        ``None``: every calendar was read well last time, or never.
        """
        return min(
            (c.read_at for c in self.calendars if c.problem and c.read_at),
            default=None,
        )

    @property
    def behind(self) -> tuple[str, ...]:
        """Return the names of the calendars that cannot be read now."""
        return tuple(c.settings.name for c in self.calendars if c.problem)

    def diagnosis(self) -> dict[str, Any]:
        """Return the diagnostics data of each calendar."""
        return {
            "planned": len(self.plan.entries),
            "calendars": [calendar.diagnosis() for calendar in self.calendars],
        }

    # Reading

    async def _async_take(self) -> None:
        """Take what one calendar said, and what others said meanwhile, at once."""
        self._report()
        self._set_timer()
        if self._has_news():
            # One person at a time: a whole office may be waiting.
            async with self._turn:
                if self._has_news():
                    self._rebuild()
                    await asyncio.sleep(0)
        if (behind := (self.as_of, self.behind)) != self._shown:
            self._shown = behind
            self._input_context.show()
        self._input_context.entry.async_create_background_task(
            self._input_context.hass,
            self._async_remember(),
            f"{DOMAIN} remember calendars",
        )

    def _has_news(self) -> bool:
        """Tell whether a calendar says something else than the agenda was made of."""
        return any(
            calendar.appointments is not known.appointments
            for calendar, known in zip(self.calendars, self._counted, strict=True)
        )

    @callback
    def _understand(self) -> None:
        """Take the names of the profiles as they are now."""
        input_context = self._input_context
        self._counting = AppointmentCache(
            input_context.hass, input_context.office.profiles, input_context.person
        )
        self._rebuild()

    @callback
    def _on_planned(self) -> None:
        """Show another plan; by now that may be up to an input made after this one."""
        current = calendars_of_person(self._input_context.state)
        current.plan.restore_facts()
        current._rebuild()  # noqa: SLF001

    @callback
    def _rebuild(self) -> None:
        """Work out the agenda from all that is known."""
        count = self._counting.count
        self._counted = tuple(
            count(c.appointments, c.settings.rules) for c in self.calendars
        )
        planned = tuple(entry.appointment for entry in self.plan.entries)
        agenda = agenda_of((count(planned, CalendarRules()), *self._counted))
        self._input_context.learn(lambda facts: with_agenda(facts, agenda))

    @callback
    def _set_timer(self, after: datetime | None = None) -> None:
        """Wake when something is due; ``after``: what was due by then is being read."""
        if self._timer is not None:
            self._timer()
        due = [
            calendar.due
            for calendar in self.calendars
            if calendar.due and (after is None or calendar.due > after)
        ]
        self._timer = (
            wake_at(self._input_context.hass, self._on_timer, min(due)) if due else None
        )

    @callback
    def clock_moved(self, move: ClockMove) -> None:
        """Read again: another day may have begun; delays go on as they were."""
        for calendar in self.calendars:
            calendar.due = move.ahead(calendar.due)
            calendar.read_at = move.known(calendar.read_at)
            calendar.read_soon()
        self._set_timer()

    @callback
    def _on_timer(self, now: datetime) -> None:
        self._timer = None
        # Those that are due soon come along: one waking for all of them.
        for calendar in self.calendars:
            calendar.read_due(now)
        self._set_timer(after=now)

    @callback
    def _report(self) -> None:
        """Create repair issues for what a user can fix; delete those fixed."""
        input_context = self._input_context
        own: list[UnreadCalendar] = []
        for calendar in self.calendars:
            if (
                calendar.problem == "sign_in"
                and CALENDAR_TYPES[calendar.settings.kind].sign_in_reported_elsewhere
            ):
                continue
            of_the_account = calendar.problem in ACCOUNT_PROBLEMS
            if calendar.uses_account and (of_the_account or calendar.is_fresh):
                kind, problem = calendar.settings.kind, calendar.problem
                set_account_issue(
                    input_context.hass,
                    input_context.entry,
                    kind,
                    problem if of_the_account else None,
                    calendar.reason,
                )
            if calendar.problem and not (calendar.uses_account and of_the_account):
                settings = calendar.settings
                own.append(
                    UnreadCalendar(
                        settings.id, settings.name, calendar.problem, calendar.reason
                    )
                )
        set_calendar_issues(
            input_context.hass, input_context.person_id, input_context.person.name, own
        )

    # Remembering

    async def _async_remember(self) -> None:
        """Store what is coming, if that is not what is stored."""
        input_context = self._input_context
        # What is ahead is another day's tomorrow, even if nothing changed.
        now = self._counted, dt_util.now().date()
        if now == self._remembered:
            return
        self._remembered = now
        memory = {
            calendar.settings.id: to_record(known, calendar.read_at)
            for calendar, known in zip(self.calendars, self._counted, strict=True)
            if calendar.read_at is not None
        }
        if _without_age(memory) == _without_age(self._memory):
            return
        try:
            await input_context.async_remember(MEMORY, memory)
        except OSError:
            self._remembered = None
            _LOGGER.warning("The appointments could not be stored for a restart")
        else:
            self._memory = memory


def calendars_of_person(state: PersonState) -> CalendarsInput:
    """Return the calendars and the plan of one person."""
    return next(one for one in state.inputs if isinstance(one, CalendarsInput))


@callback
def read_again(entry: ConfigEntry[Any]) -> None:
    """Read every calendar of a phone system that failed: one cause was repaired."""
    if entry.state is not ConfigEntryState.LOADED:
        return
    for state in entry.runtime_data.people.values():
        for calendar in calendars_of_person(state).calendars:
            if calendar.problem:
                calendar.read_again()


def _without_age(memory: Mapping[str, Any]) -> dict[str, Any]:
    return {calendar: record["coming"] for calendar, record in memory.items()}
