"""Timelines and appointment lists: computed once per state of a person, and shared.

Both cost one decision for every start and end of an appointment, so they are computed
off the event loop, one at a time, and whoever asks about the same state gets the same
result.
"""

import asyncio
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..coordinator import OfficeCoordinator
from ..presence.datetimes import EARLIEST, LATEST, later, utc
from ..presence.decision.appointment_list import Listed, timetable
from ..presence.decision.simulate import Step, clipped, simulate
from ..presence.model import Facts, Office
from .rate_limit import async_take_turn

SPANS: Final = tuple(timedelta(days=days) for days in (2, 9, 62, 367))
"""A timeline is computed for the shortest of these that suffices, and then shared."""
AT_A_TIME: Final = 20
"""Lines of a list that are shown without letting anything else run."""


@dataclass(slots=True)
class _Known:
    """What was computed, or is being computed, of one state of a person."""

    office: Office
    facts: Facts
    lines: asyncio.Task[tuple[Listed, ...]] | None = None
    shown: dict[Hashable, asyncio.Task[Any]] = field(default_factory=dict)
    """What was made of all the lines, by how it is shown."""
    steps: dict[timedelta, _Timeline] = field(default_factory=dict)

    def has_list_of(self, office: Office, facts: Facts) -> bool:
        """Return whether the appointment list depends on nothing that is new."""
        return (
            self.office is office
            and self.facts.agenda is facts.agenda
            and self.facts.dismissed == facts.dismissed
        )


@dataclass(frozen=True, slots=True)
class _Timeline:
    start: datetime
    end: datetime
    steps: asyncio.Task[tuple[Step, ...]]


class Timelines:
    """What was computed of everybody's present state."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Start with nothing computed."""
        self._hass = hass
        self._people: dict[str, _Known] = {}
        self._turn = asyncio.Lock()
        self.computed = 0
        """How often anything was computed."""

    async def async_list(
        self,
        coordinator: OfficeCoordinator,
        person_id: str,
        start: datetime,
        end: datetime,
    ) -> tuple[Listed, ...]:
        """Return the lines of the appointment list that reach into a time."""
        lines = await self._lines(self._of(coordinator, person_id), person_id)
        await async_take_turn(self._hass)
        return tuple(line for line in lines if reaches(line, start, end))

    async def async_shown[T](
        self,
        coordinator: OfficeCoordinator,
        person_id: str,
        how: Hashable,
        show: Callable[[Listed], T],
    ) -> list[tuple[Listed, T]]:
        """Return every line with what is made of it in the event loop, in slices.

        ``how`` is everything that ``show`` depends on beside the line.
        """
        known = self._of(coordinator, person_id)
        lines = await self._lines(known, person_id)

        async def make() -> list[tuple[Listed, T]]:
            made = []
            for number, line in enumerate(lines):
                if number % AT_A_TIME == AT_A_TIME - 1:
                    await asyncio.sleep(0)
                made.append((line, show(line)))
            return made

        task = known.shown.get(how)
        if task is None or _has_failed(task):
            known.shown.clear()
            task = known.shown[how] = self._hass.async_create_task(
                make(), "xpresence appointment list"
            )
        found: list[tuple[Listed, T]] = await asyncio.shield(task)
        await async_take_turn(self._hass)
        return found

    async def _lines(self, known: _Known, person_id: str) -> tuple[Listed, ...]:
        facts, office = known.facts, known.office
        if known.lines is None or _has_failed(known.lines):
            known.lines = self._start(
                lambda: timetable(
                    office, person_id, facts.agenda, EARLIEST, LATEST, facts.dismissed
                )
            )
        return await asyncio.shield(known.lines)

    async def async_timeline(
        self,
        coordinator: OfficeCoordinator,
        person_id: str,
        start: datetime,
        end: datetime,
    ) -> tuple[Step, ...]:
        """Return what will hold from ``start``, not before now, to ``end``."""
        known = self._of(coordinator, person_id)
        start, end = utc(start), utc(end)
        found = next(
            (
                one
                for one in known.steps.values()
                if one.start <= start and end <= one.end and not _has_failed(one.steps)
            ),
            None,
        )
        if found is None:
            now = min(start, dt_util.utcnow())
            span = next((s for s in SPANS if later(now, s) >= end), end - now)
            until = later(now, span)
            office, facts = known.office, known.facts
            steps = self._start(lambda: simulate(office, facts, now, until))
            found = known.steps[span] = _Timeline(now, until, steps)
        timeline = await asyncio.shield(found.steps)
        await async_take_turn(self._hass)
        return clipped(timeline, start, end)

    def _of(self, coordinator: OfficeCoordinator, person_id: str) -> _Known:
        """Return what is known of a person's present state."""
        office, facts = coordinator.office, coordinator.people[person_id].facts
        known = self._people.get(person_id)
        if known is None or known.office is not office or known.facts is not facts:
            now = _Known(office, facts)
            if known is not None and known.has_list_of(office, facts):
                now.lines, now.shown = known.lines, known.shown
            known = self._people[person_id] = now
        return known

    def _start[T](self, work: Callable[[], T]) -> asyncio.Task[T]:
        """Compute something off the event loop, one after the other."""
        self.computed += 1
        return self._hass.async_create_task(
            self.async_off_loop(work), "xpresence timeline"
        )

    async def async_off_loop[T](self, work: Callable[[], T]) -> T:
        """Run something pure in a thread, one after the other."""
        async with self._turn:
            return await self._hass.async_add_executor_job(work)


def reaches(line: Listed, start: datetime, end: datetime) -> bool:
    """Return whether an appointment reaches into a time."""
    return line.entry.start < utc(end) and line.entry.end > utc(start)


def _has_failed(task: asyncio.Task[object]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


KEY: Final[HassKey[Timelines]] = HassKey("xpresence_timelines")


def timelines(hass: HomeAssistant) -> Timelines:
    """Return what is shared of everybody's timelines."""
    if (found := hass.data.get(KEY)) is None:
        found = hass.data[KEY] = Timelines(hass)
    return found
