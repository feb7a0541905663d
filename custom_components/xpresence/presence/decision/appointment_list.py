"""The appointment list: planned appointments, and when each of them decides.

Only appointments are considered: later PC activity or choices are unknown.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ..agenda import Agenda, Entry
from ..model import Dismissal, Facts, Office, Profile, RedirectRule, Source
from .decide import refusal
from .dismissals import occasion_of
from .simulate import Step, simulate
from .sources.calendar import claim_of

MOST_STEPS: Final = 64
"""Of how many changes within one appointment a line tells; the first ones."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which an appointment decides, with the redirect that holds then."""

    start: datetime
    end: datetime
    redirect: RedirectRule


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the appointment list.

    ``profile`` is ``None`` where there is none of that id any more; ``why`` says why
    it cannot count, as in the trace. In its ``stretches`` it decides, ``meanwhile``
    another one does.
    """

    entry: Entry
    profile: Profile | None
    stretches: tuple[Stretch, ...] = ()
    meanwhile: tuple[Step, ...] = ()
    why: str = ""
    dismissal: Dismissal | None = None
    """Set if a person dismissed it, entirely or in part."""

    @property
    def redirect(self) -> RedirectRule:
        """Return what it does to calls; beneath *unchanged* another may decide."""
        if self.stretches:
            return self.stretches[0].redirect
        return self.profile.redirect if self.profile else RedirectRule()


def timetable(
    office: Office,
    person_id: str,
    agenda: Agenda,
    start: datetime,
    end: datetime,
    dismissed: tuple[Dismissal, ...] = (),
) -> tuple[Listed, ...]:
    """Return what reaches into the time from ``start`` to ``end``, in order.

    Each line is whole, also where it reaches beyond. Costs one decision for every
    start and end within the time that the lines cover.
    """
    office = office.of(person_id)
    lines = [e for e in _all(agenda) if e.start < end and e.end > start]
    if not lines:
        return ()
    alone = Facts(person_id, agenda=agenda, dismissed=dismissed)
    begin = min(entry.start for entry in lines)
    over = max(entry.end for entry in lines)
    steps = simulate(office, alone, begin, over)
    known = {one.occasion: one for one in dismissed}
    return tuple(
        _listed(office, person_id, entry, steps, known.get(occasion_of(entry)))
        for entry in lines
    )


def _listed(
    office: Office,
    person_id: str,
    entry: Entry,
    steps: tuple[Step, ...],
    dismissal: Dismissal | None,
) -> Listed:
    profile = office.profiles.get(entry.profile)
    if why := why_not(office, person_id, entry):
        return Listed(entry, profile, why=why, dismissal=dismissal)
    claim = claim_of(entry)
    first = bisect_left(steps, entry.start, key=lambda step: step.start)
    last = bisect_left(steps, entry.end, key=lambda step: step.start)
    within = steps[first : min(last, first + MOST_STEPS)]
    return Listed(
        entry,
        profile,
        tuple(
            Stretch(step.start, step.end, step.redirect)
            for step in within
            if step.claim == claim
        ),
        tuple(
            step
            for step in within
            if step.claim != claim and step.claim.source is Source.CALENDAR
        ),
        dismissal=dismissal,
    )


def why_not(office: Office, person_id: str, entry: Entry) -> str:
    """Return why an appointment cannot count; empty if it does."""
    person = office.people.get(person_id)
    if person is None:
        return "person_missing"
    return refusal(office, person, Facts(person_id), claim_of(entry))


def at_or_after(
    office: Office,
    person_id: str,
    agenda: Agenda,
    now: datetime,
    dismissed: tuple[Dismissal, ...] = (),
) -> Entry | None:
    """Return the appointment that decides now, or else the next that will."""
    aside = {d.occasion for d in dismissed if now < d.until}
    for entry in (*agenda.running(now), *_later(agenda, now)):
        if occasion_of(entry) in aside:
            continue
        if not why_not(office, person_id, entry):
            return entry
    return None


def _later(agenda: Agenda, now: datetime) -> Iterator[Entry]:
    first = bisect_right(agenda.entries, now, key=lambda entry: entry.start)
    for number in range(first, len(agenda.entries)):
        yield agenda.entries[number]


def _all(agenda: Agenda) -> list[Entry]:
    both = (*agenda.entries, *agenda.refused)
    return sorted(both, key=lambda entry: (entry.start, entry.end, entry.uid))
