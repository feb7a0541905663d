"""A call in Teams or on the telephone."""

from datetime import datetime
from typing import Final

from ...model import Call, Claim, Facts, Occasion, OccasionKind, Office, Person, Source
from .slot import Slot

READINGS_TO_LEAVE: Final = 2
"""Readings in a row without the call that end it; a single one may be wrong."""


def going(facts: Facts) -> list[Call]:
    """Return the current calls, with and without a profile for their kind."""
    return [call for call in facts.calls if call.not_seen < READINGS_TO_LEAVE]


def claims(office: Office, person: Person, facts: Facts, now: datetime) -> Slot:
    """Return the calls that go on, the latest first."""
    counting = [call for call in going(facts) if call.kind in person.call_profiles]
    return Slot(
        tuple(
            Claim(
                Source.CALL,
                person.call_profiles[call.kind],
                key=f"{call.kind}@{call.since.isoformat()}",
                since=call.since,
                reason=f"call_{call.kind}",
                occasion=Occasion(
                    OccasionKind.CALL,
                    call.kind,
                    start=call.since,
                    meeting=call.meeting,
                ),
            )
            for call in sorted(counting, key=lambda call: call.since, reverse=True)
        )
    )
