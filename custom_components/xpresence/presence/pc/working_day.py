"""Whether somebody's day has begun, as far as their PC tells it.

What changes often is asked for more often while it has: a calendar in which a meeting
may be made five minutes before its start.
"""

from datetime import datetime, time, timedelta, tzinfo
from typing import Final

from ..model import Health, Pc
from .activity import is_active, last_input, running

BEGINS: Final = time(4)
"""When a day begins at the earliest: who works past midnight is still in the one before."""
USUAL: Final = (time(6), time(20))
"""When people work of whom no PC is known."""


def day_has_begun(pc: Pc, health: Health, zone: tzinfo, now: datetime) -> bool:
    """Return whether somebody works now, or has been at the PC today and is not off."""
    runs = running(pc, health, now)
    if runs is not None:
        return runs.value
    if is_active(pc, health, now):
        return True
    local = now.astimezone(zone)
    begins = datetime.combine(local.date(), BEGINS, tzinfo=zone)
    if local < begins:
        begins -= timedelta(days=1)
    if (used := last_input(pc, health, now)) is not None:
        return used >= begins
    return USUAL[0] <= local.time() < USUAL[1]
