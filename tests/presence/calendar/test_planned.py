"""Presence planned by hand is told as what it is."""

from datetime import UTC, datetime, timedelta

from custom_components.xpresence.presence.agenda import Agenda
from custom_components.xpresence.presence.calendar.appointments import (
    CalendarRules,
    agenda_from,
)
from custom_components.xpresence.presence.calendar.planned import PlannedPresence
from custom_components.xpresence.presence.line import Status
from custom_components.xpresence.presence.model import Person, Profile

NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)
VACATION = Profile("v", "Vacation", Status.AWAY)


def planned() -> Agenda:
    plan = PlannedPresence("planned-1", NINE, NINE + timedelta(hours=2), VACATION.id)
    return agenda_from(
        [(CalendarRules(), [plan.appointment])],
        {VACATION.id: VACATION},
        Person("a", "Anna", "100", VACATION.id),
    )


def test_planned_presence_has_no_creator_and_is_no_appointment() -> None:
    (entry,) = planned().entries
    assert entry.planned
    assert entry.source == ""
