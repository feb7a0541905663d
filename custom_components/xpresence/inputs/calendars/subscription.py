"""One calendar of a person: what it said last, and when it is to be read again."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
import logging
import re
from typing import Any, Final
import zlib

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ...const import DOMAIN
from ...engine.input import InputContext
from ...groupware.source import (
    CalendarGone,
    CalendarSource,
    CertificateRejected,
    NotAllowed,
    ReportsChanges,
    SignInNeeded,
    SourceError,
    SourceUnavailable,
)
from ...presence.calendar.appointments import Appointment
from ...presence.pc.working_day import day_has_begun
from .kinds import CALENDAR_TYPES, CalendarSettings
from .kinds.logins import CONF_ACCOUNT

_LOGGER = logging.getLogger(__name__)

WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
"""The form of a reason that is a fixed word and may appear in diagnostics."""
READ_EVERY: Final = timedelta(minutes=15)
NEAR_DAYS: Final = 2
"""Days from today on that are read more often, where a kind allows it."""
A_DAY: Final = timedelta(days=1)
TOGETHER: Final = READ_EVERY / 15
"""How long before it is due a calendar is read along with another."""
TOGETHER_NEAR: Final = timedelta(seconds=5)
"""The same of one that is read every minute."""
FIRST_RETRY: Final = timedelta(minutes=1)
"""How soon a calendar that failed is asked again; twice as long each time."""

PROBLEMS: Final[Mapping[type[SourceError], str]] = {
    CalendarGone: "missing",
    CertificateRejected: "certificate",
    NotAllowed: "not_allowed",
    SignInNeeded: "sign_in",
    SourceUnavailable: "unavailable",
}
"""What a calendar failed with → what is shown."""


class FollowedCalendar:
    """One calendar; the appointments of the last successful reading stay."""

    def __init__(
        self,
        input_context: InputContext,
        settings: CalendarSettings,
        take: Callable[[], Awaitable[None]],
    ) -> None:
        """Build the source; ``take`` is called after each reading, good or bad."""
        self.settings: Final = settings
        self.appointments: tuple[Appointment, ...] = ()
        self.read_at: datetime | None = None
        """When it was last read well; ``None``: never."""
        self.problem: str | None = None
        """What keeps it from being read now."""
        self.reason: str | None = None
        """The source's reason for the problem, such as why a sign-in is refused."""
        self.is_fresh = False
        """Whether it was read well since Home Assistant started."""
        self.due: datetime | None = None
        """When it is to be read again, if nothing happens before."""
        self._input_context = input_context
        self._take = take
        self._kind = CALENDAR_TYPES[settings.kind]
        self._depends_on = self._kind.depends_on(input_context, settings)
        self._source = self._kind.build(input_context, settings)
        self._stop_following: Callable[[], None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._again = False
        self._retry = FIRST_RETRY
        self._asked_to_wait = False
        self._near_next = False
        """Whether the next reading is one of the near days alone."""
        self._whole_due: datetime | None = None
        """When all days are to be read again; ``None``: at once."""

    @callback
    def start(self) -> None:
        """Read, and follow it if it tells of changes."""
        if isinstance(self._source, ReportsChanges):
            self._stop_following = self._source.follow(self.read_soon)
        self.read_soon()

    @callback
    def office_changed(self) -> None:
        """Replace the source if the settings or login it was made of have changed."""
        depends_on = self._kind.depends_on(self._input_context, self.settings)
        if depends_on == self._depends_on:
            return
        self._depends_on = depends_on
        was_started = self._task is not None
        self.stop()
        self._task = None
        self._source = self._kind.build(self._input_context, self.settings)
        self._asked_to_wait = False
        if was_started:
            self.start()

    @callback
    def stop(self) -> None:
        """Stop reading and following the calendar."""
        if self._stop_following is not None:
            self._stop_following()
            self._stop_following = None
        if self._task is not None:
            self._task.cancel()
        self._input_context.hass.async_create_task(
            _async_close(self._source), f"{DOMAIN} close calendar"
        )

    @callback
    def read_due(self, now: datetime) -> None:
        """Read if it is due; the near days alone while the others are fresh."""
        if self.due is None or self.due > now + self._early:
            return
        if self._whole_due is None or now >= self._whole_due - self._early:
            self.read_soon()
        elif self._day_has_begun(now):
            self.read_soon(near=True)
        else:
            self.due = min(self._whole_due, self._next_near(now))

    @property
    def _early(self) -> timedelta:
        """Return how long before it is due it comes along with others."""
        return TOGETHER if self._kind.near_every is None else TOGETHER_NEAR

    @callback
    def read_soon(self, *, near: bool = False) -> None:
        """Read in the background; once more if it is being read already."""
        now = dt_util.utcnow()
        if self._asked_to_wait and self.due is not None and self.due > now:
            return
        if self._is_reading:
            self._again = self._again or not near
            return
        self._near_next = near
        self._task = self._input_context.entry.async_create_background_task(
            self._input_context.hass, self._async_run(), f"{DOMAIN} calendar"
        )

    @callback
    def read_again(self) -> None:
        """Read at once, in spite of a retry delay: the cause may be repaired."""
        self._asked_to_wait = False
        self.read_soon()

    async def async_read(self) -> None:
        """Read now and return when it is done, well or not."""
        self.read_soon()
        if self._task is not None:
            await asyncio.wait({self._task})

    def diagnosis(self) -> dict[str, Any]:
        """Return diagnostics data without names, addresses or contents."""
        return {
            "kind": self.settings.kind,
            **self._kind.describe(self.settings.settings),
            "problem": self.problem,
            "reason": self.reason if WORD.fullmatch(self.reason or "") else None,
            "read_at": self.read_at,
            "due": self.due,
            "appointments": len(self.appointments),
        }

    @property
    def _is_reading(self) -> bool:
        """Tell whether a reading is under way; one may be over as soon as it began."""
        return self._task is not None and not self._task.done()

    async def _async_run(self) -> None:
        while True:
            self._again = False
            near, self._near_next = self._near_next, False
            await self._async_read(near=near)
            await self._take()
            if not self._again:
                return

    async def _async_read(self, *, near: bool) -> None:
        start, end = self._window(NEAR_DAYS if near else None)
        try:
            async with asyncio.timeout(self._kind.deadline):
                appointments = await self._source.read(start, end)
        except TimeoutError:
            self._failed("unavailable", "no_answer")
        except SourceError as error:
            retry = getattr(error, "retry_after", None)
            reason = str(error) or None
            if isinstance(error, CalendarGone) and error.removed:
                self.appointments = ()
            self._failed(_problem(error), reason, retry)
        except Exception as error:  # noqa: BLE001
            # Whatever a calendar answers, the others and what it said before stay.
            self._failed("unavailable", type(error).__name__)
        else:
            named = self._named(appointments)
            if self._kind.near_every is not None:
                named = _with_near(self.appointments if near else (), named, start, end)
            if named != self.appointments:
                # Otherwise the same object stays, by which it is known what is new.
                self.appointments = named
            self.read_at = dt_util.utcnow()
            if not near:
                self._whole_due = self._next_whole(self.read_at)
            self.due = self._whole_due
            if self._kind.near_every is not None and self._whole_due is not None:
                self.due = min(self._whole_due, self._next_near(self.read_at))
            self.problem = self.reason = None
            self.is_fresh = True
            self._retry = FIRST_RETRY
            self._asked_to_wait = False

    def _window(self, days: int | None) -> tuple[datetime, datetime]:
        """Return the time that is read: all of today, and the office's days."""
        if days is None:
            days = self._input_context.office.calendar_days + 1
        start = dt_util.start_of_local_day()
        last: date = start.date() + timedelta(days=days)
        return start, dt_util.start_of_local_day(last)

    def _next_whole(self, now: datetime) -> datetime:
        """Return when all days are to be read again."""
        if self._kind.near_every is None:
            # On a whole second, so that all who share a calendar read it together.
            return (now + READ_EVERY).replace(microsecond=0)
        # Another day is another window, for the near days and for all.
        day = dt_util.start_of_local_day(dt_util.as_local(now).date() + A_DAY)
        return self._next_near(min(now + READ_EVERY, dt_util.as_utc(day)))

    def _next_near(self, now: datetime) -> datetime:
        """Return the next reading of the near days: each calendar has its own second."""
        every = int((self._kind.near_every or READ_EVERY).total_seconds())
        own = zlib.crc32(self.settings.id.encode()) % every
        seconds = int(now.timestamp())
        return dt_util.utc_from_timestamp(seconds + every - (seconds - own) % every)

    def _day_has_begun(self, now: datetime) -> bool:
        context = self._input_context
        zone = dt_util.get_time_zone(context.person.time_zone) or dt_util.UTC
        pc = context.state.facts.pc
        return day_has_begun(pc, context.office.health, zone, now)

    @callback
    def _failed(
        self, problem: str, reason: str | None, retry_after: float | None = None
    ) -> None:
        if problem != self.problem:
            # Never what it is called or where it is: both may name somebody.
            _LOGGER.warning(
                "A calendar (%s) cannot be read: %s (%s)",
                self.settings.kind,
                problem,
                reason,
            )
        self.problem, self.reason = problem, reason
        self._whole_due = None
        self._asked_to_wait = retry_after is not None
        wait = timedelta(seconds=retry_after) if retry_after else self._retry
        self._retry = min(2 * self._retry, READ_EVERY)
        self.due = dt_util.utcnow() + wait

    def _named(self, appointments: tuple[Appointment, ...]) -> tuple[Appointment, ...]:
        """Return the appointments with the calendar's name that the person gave it."""
        name = self.settings.name
        if all(one.source == name for one in appointments):
            # The same object for all who share it, who then understand it once.
            return appointments
        return tuple(replace(one, source=name) for one in appointments)

    @property
    def uses_account(self) -> bool:
        """Tell whether it is read with the office's login."""
        return bool(self.settings.settings.get(CONF_ACCOUNT))


def _with_near(
    known: tuple[Appointment, ...],
    near: tuple[Appointment, ...],
    start: datetime,
    end: datetime,
) -> tuple[Appointment, ...]:
    """Return what was read of the near days, and what was known of the others.

    Always in the same order, for what is equal must be seen to be.
    """
    read = {(one.uid, one.start): one for one in near}
    kept = {
        (one.uid, one.start): one
        for one in known
        if not (_moment(one.start) < end and _moment(one.end) > start)
    }
    return tuple(
        sorted(
            (*read.values(), *(one for key, one in kept.items() if key not in read)),
            key=lambda one: (_moment(one.start), one.uid, _moment(one.end)),
        )
    )


def _moment(of: datetime | date) -> datetime:
    return of if isinstance(of, datetime) else dt_util.start_of_local_day(of)


async def _async_close(source: CalendarSource) -> None:
    try:
        await source.close()
    except SourceError:
        _LOGGER.debug("A calendar did not let go of its connection")


def _problem(error: SourceError) -> str:
    return next(
        (p for kind, p in PROBLEMS.items() if isinstance(error, kind)), "unavailable"
    )
