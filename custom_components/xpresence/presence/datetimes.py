"""Time that never raises: far dates, naive ones, zones that do not exist.

Calendars and entities may report any date, such as the year 9999. Results outside of
the range of ``datetime`` are clamped to it.
"""

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

EARLIEST: Final = datetime.min.replace(tzinfo=UTC)
LATEST: Final = datetime.max.replace(tzinfo=UTC)
FARTHEST: Final = timedelta(days=3660)
"""How far ahead an end may lie that somebody gives."""
OLDEST: Final = timedelta(days=366)
"""How long ago planned presence may begin."""


def utc(moment: datetime, zone: tzinfo = UTC) -> datetime:
    """Return an instant in UTC; a naive one is taken as local time of ``zone``.

    All arithmetic is done in UTC: with two local times of one zone Python compares
    and adds what the clock on the wall shows, an hour off when clocks change.
    """
    if moment.tzinfo is UTC:
        return moment
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return EARLIEST if moment.year == 1 else LATEST


def local(moment: datetime, zone: tzinfo) -> datetime:
    """Return an instant as a clock in ``zone`` shows it.

    On the calendar's first and last day, where zones do not matter, as it is.
    """
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment


def later(moment: datetime, span: timedelta) -> datetime:
    """Return ``moment + span``, clamped to the range of ``datetime``."""
    try:
        return moment + span
    except OverflowError:
        return LATEST if span > timedelta() else EARLIEST


@lru_cache(maxsize=64)
def zone_named(name: str) -> ZoneInfo | None:
    """Return a time zone, or ``None`` if there is none of that name."""
    try:
        return ZoneInfo(name)
    except KeyError, ValueError, OSError:
        return None
