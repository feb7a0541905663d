"""Appointments and planned presence that run now, the deciding one first."""

from datetime import datetime

from ..model import Claim, Facts, Office, Person, Source
from .slot import Slot


def claims(office: Office, person: Person, facts: Facts, now: datetime) -> Slot:
    """Return a claim for every appointment that runs."""
    return Slot(
        tuple(
            Claim(
                Source.CALENDAR,
                entry.profile,
                key=entry.key,
                since=entry.start,
                until=entry.end,
                reason="category" if entry.by_category else "appointment",
                info_text=entry.info_text,
                subject=entry.subject,
            )
            for entry in facts.agenda.running(now)
        ),
        change=facts.agenda.next_edge(now),
    )
