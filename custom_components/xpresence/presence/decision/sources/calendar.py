"""Appointments and planned presence that run now, the deciding one first.

A person may let them run over: an appointment then goes on after its end while a call
that was going on at its end lasts, or while the PC is still locked or away since then.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from ...agenda import Entry
from ...datetimes import later
from ...model import Claim, Facts, Office, Person, Source
from ..dismissals import occasion_of
from .call import going
from .slot import Slot, earliest


def claims(office: Office, person: Person, facts: Facts, now: datetime) -> Slot:
    """Return a claim for every appointment that runs, then those that cannot be."""
    agenda = facts.agenda
    running = [(entry.precedence, claim_of(entry)) for entry in agenda.running(now)]
    changes = [agenda.next_edge(now)]
    if person.run_over > timedelta():
        over = _running_over(facts, person, now)
        running = sorted([*running, *over], key=lambda found: found[0])
        changes += [claim.until for _, claim in over]
    broken = [claim_of(entry) for entry in agenda.broken(now)]
    return Slot(
        (*(claim for _, claim in running), *broken), change=earliest(changes, now)
    )


def claim_of(entry: Entry) -> Claim:
    """Return the claim of one appointment."""
    return Claim(
        Source.CALENDAR,
        entry.profile,
        key=entry.key,
        since=entry.start,
        until=entry.end,
        reason=_reason(entry),
        info_text=entry.info_text,
        subject=entry.subject,
        flaw=entry.why,
        occasion=occasion_of(entry),
    )


def _running_over(
    facts: Facts, person: Person, now: datetime
) -> list[tuple[tuple[float, float, bool, str], Claim]]:
    """Return the claims of appointments that run over their end, with sort keys."""
    since = later(now, -person.run_over)
    return [
        (
            entry.precedence,
            replace(
                claim_of(entry),
                until=later(entry.end, person.run_over),
                overrun=entry.end,
            ),
        )
        for entry in facts.agenda.ended_within(since, now)
        if _is_kept_up(facts, person, entry.end)
    ]


def _is_kept_up(facts: Facts, person: Person, end: datetime) -> bool:
    """Return whether the call or absence at an appointment's end still lasts."""
    absence = facts.absence
    if absence is not None and absence.since <= end and absence.until is None:
        return True
    return any(call.since <= end for call in going(facts))


def _reason(entry: Entry) -> str:
    if entry.planned:
        return "planned"
    return "category" if entry.by_category else "appointment"
