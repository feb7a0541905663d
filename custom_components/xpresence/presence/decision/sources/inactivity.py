"""The screen is locked, or nobody has touched the PC for a while.

A deadline, not a poll: what is known now says when it will be so.
"""

from datetime import datetime
from typing import Final

from ...datetimes import later
from ...model import Claim, Facts, Occasion, OccasionKind, Office, Person, Source
from ...pc.activity import (
    has_ended,
    is_active,
    last_input,
    locked_since,
    session_changes,
    speaks_until,
)
from .slot import Slot, earliest, exact

ABSENCE: Final = Occasion(OccasionKind.ABSENCE)
"""Lock, missing input and the end of a session are one absence."""


@exact
def claims(office: Office, person: Person, facts: Facts, now: datetime) -> Slot:
    """Return the lock's claim, then that of the missing input."""
    pc, health, rules = facts.pc, office.health, person.inactivity
    said = (pc.locked, pc.last_input, pc.active)
    silences: list[datetime | None] = [
        speaks_until(one, health) for one in said if one is not None
    ]
    silences += session_changes(pc, health)
    if has_ended(pc, health, now) is not None:
        # An unused PC that is switched off is the session's business.
        return Slot(change=earliest(silences, now))
    found: list[Claim] = []
    changes: list[datetime | None] = [*silences]
    locked = locked_since(pc, health, now)
    if locked is not None and rules.locked_profile:
        since = later(locked, health.hold)
        changes.append(since)
        if since <= now:
            found.append(
                Claim(
                    Source.INACTIVITY,
                    rules.locked_profile,
                    key=f"locked@{locked.isoformat()}",
                    since=since,
                    reason="locked",
                    occasion=ABSENCE,
                )
            )
    seen = None if is_active(pc, health, now) else last_input(pc, health, now)
    if seen is not None and rules.after is not None and rules.inactive_profile:
        since = later(seen, rules.after)
        changes.append(since)
        if since <= now:
            found.append(
                Claim(
                    Source.INACTIVITY,
                    rules.inactive_profile,
                    key=f"inactive@{seen.isoformat()}",
                    since=since,
                    reason="inactive",
                    occasion=ABSENCE,
                )
            )
    return Slot(tuple(found), change=earliest(changes, now))
