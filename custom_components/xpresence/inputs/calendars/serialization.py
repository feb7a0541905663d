"""What is kept of calendars over a restart, should one of them fail just then.

Only when, which profile and by what id: no subject is ever stored.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from ...presence.calendar.appointments import Appointment, Counted
from ...presence.stored import Malformed, fields, instant, listed, text

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
    record: Any, source: str
) -> tuple[tuple[Appointment, ...], datetime | None]:
    """Return the appointments, and when they were read.

    Raises:
        Malformed: it is damaged.
    """
    if not record:
        return (), None
    given = fields(record)
    appointments = tuple(
        _appointment(entry, source)
        for entry in listed(listed(text))(given.get("coming", []))
    )
    return appointments, instant(given.get("read_at"))


def _appointment(entry: tuple[str, ...], source: str) -> Appointment:
    match entry:
        case (uid, start, end, profile):
            return Appointment(
                uid, instant(start), instant(end), source=source, profile=profile
            )
        case _:
            raise Malformed("no appointment")
