"""All-day events given as instants in an unnamed time zone."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Final

EASTERNMOST: Final = timedelta(hours=13)
"""New Zealand in summer. Where two offsets show the same clock, twenty-four hours
apart, the one from UTC-10 (Hawaii) to UTC+13 is taken: more people live there."""
STEP: Final = timedelta(minutes=15)
"""Offsets are multiples of this (Nepal has UTC+5:45)."""
DAY: Final = timedelta(days=1)


def midnight_zone(moment: datetime) -> timezone | None:
    """Return the UTC offset at which an instant is midnight, or ``None``."""
    utc = moment.astimezone(UTC)
    since = utc - utc.replace(hour=0, minute=0, second=0, microsecond=0)
    if since % STEP:
        return None
    offset = -since % DAY
    return timezone(offset if offset <= EASTERNMOST else offset - DAY)
