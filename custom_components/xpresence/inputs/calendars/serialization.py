"""What is kept of calendars over a restart, should one of them fail just then.

Only when, which profile and by what id: no subject is ever stored.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from ...presence.calendar.appointments import Appointment, Counted

AHEAD: Final = timedelta(days=7)
MOST: Final = 200
"""Appointments kept of one calendar."""


def to_record(counted: Counted, read_at: datetime) -> dict[str, Any]:
    """Return what counts in the days after it was read, as plain values."""
    coming = sorted(
        (
            entry
            for entry in counted.entries
            if entry.end > read_at and entry.start < read_at + AHEAD and not entry.why
        ),
        key=lambda entry: (entry.start, entry.end, entry.uid),
    )
    return {
        "read_at": read_at.isoformat(),
        "coming": [
            [entry.uid, entry.start.isoformat(), entry.end.isoformat(), entry.profile]
            for entry in coming[:MOST]
        ],
    }


def from_record(
    record: Mapping[str, Any] | None, source: str
) -> tuple[tuple[Appointment, ...], datetime | None]:
    """Return the appointments, and when they were read."""
    if not record:
        return (), None
    appointments = tuple(
        Appointment(
            uid,
            datetime.fromisoformat(start),
            datetime.fromisoformat(end),
            source=source,
            profile=profile,
        )
        for uid, start, end, profile in record["coming"]
    )
    return appointments, datetime.fromisoformat(record["read_at"])
