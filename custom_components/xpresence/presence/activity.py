"""How far the entities of a PC are believed.

They lie after sleep, boot and restarts: still locked though somebody types, a
last input from before the night, nothing at all for minutes.
"""

from datetime import datetime
from typing import Any

from .model import Absence, Health, Office, Pc, Person, Statement
from .moments import later


def speaks_until(said: Statement[Any], health: Health) -> datetime | None:
    """Return when an entity that fell silent is no longer believed."""
    if said.silent_since is None:
        return None
    return later(said.silent_since, health.grace)


def believed[T](
    said: Statement[T] | None, health: Health, now: datetime
) -> Statement[T] | None:
    """Return a statement while it counts."""
    if said is None:
        return None
    end = speaks_until(said, health)
    return None if end is not None and now >= end else said


def last_input(pc: Pc, health: Health, now: datetime) -> datetime | None:
    """Return when somebody was last at the PC; its start counts as being there.

    After hibernation the PC tells the input of the day before until it has
    counted anew.
    """
    said = believed(pc.last_input, health, now)
    if said is None:
        return None
    running = believed(pc.running, health, now)
    if running is not None and running.value:
        return max(said.value, running.since)
    return said.value


def locked_since(pc: Pc, health: Health, now: datetime) -> datetime | None:
    """Return since when the screen is locked; newer activity says that it is not."""
    said = believed(pc.locked, health, now)
    if said is None or not said.value:
        return None
    newer = last_input(pc, health, now)
    if newer is not None and newer > said.since:
        return None
    running = believed(pc.running, health, now)
    if running is not None and running.value and running.since > said.since:
        # Said before the PC was started: it is about another session.
        return None
    return said.since


def has_ended(pc: Pc, health: Health, now: datetime) -> datetime | None:
    """Return since when the session is over, as far as it is said."""
    said = believed(pc.running, health, now)
    return None if said is None or said.value else said.since


def is_away(office: Office, person: Person, pc: Pc, now: datetime) -> bool | None:
    """Tell whether nobody is at the PC; ``None`` where nothing says."""
    health = office.health
    ended = has_ended(pc, health, now)
    if ended is not None:
        return True if later(ended, health.hold) <= now else None
    locked = locked_since(pc, health, now)
    if locked is not None and later(locked, health.hold) <= now:
        return True
    seen = last_input(pc, health, now)
    if seen is None:
        return None if believed(pc.running, health, now) is None else False
    after = person.inactivity.after
    return after is not None and now >= later(seen, after)


def away_from(office: Office, person: Person, pc: Pc, now: datetime) -> list[datetime]:
    """Return the instants up to ``now`` at which what is said may come to absence.

    Nobody need have looked at them: a PC may have fallen silent since.
    """
    said = [one for one in (pc.running, pc.locked, pc.last_input) if one is not None]
    spoken = max((one.silent_since or one.since for one in said), default=now)
    found = [
        later(one.since, office.health.hold)
        for one in (pc.running, pc.locked)
        if one is not None
    ]
    after = person.inactivity.after
    if pc.last_input is not None and after is not None:
        found.append(later(pc.last_input.value, after))
        if pc.running is not None:
            found.append(later(pc.running.since, after))
    return sorted({moment for moment in found if spoken <= moment < now})


def followed(
    absence: Absence | None, *, away: bool | None, now: datetime
) -> Absence | None:
    """Return the last absence once it is known whether somebody is away now."""
    if away is None:
        return absence
    if away:
        return absence if absence and absence.until is None else Absence(now)
    if absence and absence.until is None:
        return Absence(absence.since, now)
    return absence
