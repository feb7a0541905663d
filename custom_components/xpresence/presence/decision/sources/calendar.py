"""Appointments and planned presence that run now, the deciding one first."""

from datetime import datetime

from ...agenda import Entry
from ...model import Claim, Facts, Office, Person, Source
from .slot import Slot


def claims(office: Office, person: Person, facts: Facts, now: datetime) -> Slot:
    """Return a claim for every appointment that runs, then those that cannot be."""
    agenda = facts.agenda
    return Slot(
        tuple(claim_of(entry) for entry in (*agenda.running(now), *agenda.broken(now))),
        change=agenda.next_edge(now),
    )


def claim_of(entry: Entry) -> Claim:
    """Return what one appointment wishes."""
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
    )


def _reason(entry: Entry) -> str:
    if entry.planned:
        return "planned"
    return "category" if entry.by_category else "appointment"
