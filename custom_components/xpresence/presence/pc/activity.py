"""Presence at a PC, derived from entities that are often stale or wrong.

After sleep, boot and restarts they may be wrong: still locked while in use, a last
input of the day before, unavailable for minutes.
"""

from datetime import datetime
from typing import Any

from ..datetimes import later
from ..model import Absence, Health, Office, Pc, Person, Statement


def speaks_until(said: Statement[Any], health: Health) -> datetime | None:
    """Return until when the last state of an unavailable entity is valid."""
    if said.silent_since is None:
        return None
    return later(said.silent_since, health.grace)


def believed[T](
    said: Statement[T] | None, health: Health, now: datetime
) -> Statement[T] | None:
    """Return the statement if it is still valid at ``now``, else ``None``."""
    if said is None:
        return None
    end = speaks_until(said, health)
    return None if end is not None and now >= end else said


def running(pc: Pc, health: Health, now: datetime) -> Statement[bool] | None:
    """Return whether the PC runs, as far as it is said or its silence says it.

    An end must stand for a while before it is one: a restart is no end of the day.
    Newer activity contradicts it.
    """
    said = pc.running
    if said is None:
        return None
    ran_since = said.since if said.value else pc.ran_since
    end = speaks_until(said, health)
    if end is not None and now >= end:
        if not pc.silence_ends:
            return None
        silent = silent_from(pc, health)
        if said.value and (silent is None or now < silent):
            return said
        said = Statement(False, silent if said.value and silent else said.since)
    if not said.value and is_contradicted(pc, said.since, health):
        return Statement(True, ran_since or said.since)
    if said.value or now >= later(said.since, health.restart):
        return said
    return None if ran_since is None else Statement(True, ran_since)


def silent_from(pc: Pc, health: Health) -> datetime | None:
    """Return from when all of a PC's entities are silent beyond their grace time.

    One silent entity is no PC that went off: after a restart of Home Assistant some
    say nothing before they have news.
    """
    ends = [
        speaks_until(one, health)
        for one in (pc.running, pc.locked, pc.last_input, pc.active)
        if one is not None
    ]
    known = [end for end in ends if end is not None]
    return max(known) if len(known) == len(ends) and known else None


def is_contradicted(pc: Pc, end: datetime, health: Health) -> bool:
    """Tell whether somebody was active after a session is said to have ended.

    A PC tells that it is about to sleep when it wakes.
    """
    moment = later(end, health.hold)
    used, active = pc.last_input, pc.active
    return (used is not None and used.value > moment) or (
        active is not None and active.value and active.since > moment
    )


def session_changes(pc: Pc, health: Health) -> list[datetime]:
    """Return the instants at which the result of :func:`running` may change."""
    said = pc.running
    if said is None:
        return []
    ends = {speaks_until(said, health), silent_from(pc, health)} - {None}
    known = [end for end in ends if end is not None]
    found = [*known, *(later(end, health.restart) for end in known)]
    return found if said.value else [*found, later(said.since, health.restart)]


def going_off(pc: Pc, health: Health) -> tuple[datetime, datetime] | None:
    """Return since when a PC is off by what is said, and when that is the end.

    ``None`` where it is not off, or falls silent before its end has stood.
    """
    said = pc.running
    if said is None:
        return None
    silent = speaks_until(said, health)
    off = silent_from(pc, health) if said.value else said.since
    if off is None or (said.value and not pc.silence_ends):
        return None
    if is_contradicted(pc, off, health):
        return None
    counts = later(off, health.restart)
    believed_still = silent is None or counts < silent or pc.silence_ends
    return (off, counts) if believed_still else None


def is_active(pc: Pc, health: Health, now: datetime) -> bool:
    """Tell whether the client says that somebody uses the PC now."""
    said = believed(pc.active, health, now)
    return said is not None and said.value


def last_input(pc: Pc, health: Health, now: datetime) -> datetime | None:
    """Return when somebody was last at the PC; its start counts as being there.

    After hibernation the PC tells the input of the day before until it has
    counted anew.
    """
    said = believed(pc.last_input, health, now)
    active = believed(pc.active, health, now)
    seen = [said.value] if said is not None else []
    if active is not None:
        seen.append(active.since)
    if not seen:
        return None
    on = running(pc, health, now)
    if on is not None and on.value:
        seen.append(on.since)
    return max(seen)


def locked_since(pc: Pc, health: Health, now: datetime) -> datetime | None:
    """Return since when the screen is locked; newer activity says that it is not."""
    said = believed(pc.locked, health, now)
    if said is None or not said.value:
        return None
    # Clocks differ, locking is itself an input, and a client tells one thing after
    # another: what lies within the hold is of the same moment.
    moment = later(said.since, health.hold)
    newer = believed(pc.last_input, health, now)
    if newer is not None and newer.value > moment:
        return None
    active = believed(pc.active, health, now)
    if active is not None and active.value and active.since > moment:
        return None
    on = running(pc, health, now)
    if on is not None and on.value and on.since > moment:
        # Said before the PC was started: it is about another session.
        return None
    return said.since


def has_ended(pc: Pc, health: Health, now: datetime) -> datetime | None:
    """Return since when the session is over, if it is."""
    said = running(pc, health, now)
    return None if said is None or said.value else said.since


def is_away(office: Office, person: Person, pc: Pc, now: datetime) -> bool | None:
    """Return whether the PC is unattended; ``None`` if no entity tells.

    A lock counts once it has stood for its time.
    """
    health = office.health
    if has_ended(pc, health, now) is not None:
        return True
    locked = locked_since(pc, health, now)
    if locked is not None and now >= later(locked, health.hold):
        return True
    if is_active(pc, health, now):
        return False
    seen = last_input(pc, health, now)
    if seen is None:
        on = running(pc, health, now)
        return None if on is None else not on.value
    after = person.inactivity.after
    if after is None:
        # A client that measures idle time itself has reported inactivity.
        return believed(pc.active, health, now) is not None
    return now >= later(seen, after)


def away_from(office: Office, person: Person, pc: Pc, now: datetime) -> list[datetime]:
    """Return the instants up to ``now`` at which what is said may come to absence.

    Includes instants at which nothing was evaluated.
    """
    said = [
        one
        for one in (pc.running, pc.locked, pc.last_input, pc.active)
        if one is not None
    ]
    spoken = max((one.silent_since or one.since for one in said), default=now)
    found = absence_changes(office, person, pc)
    return sorted({moment for moment in found if spoken <= moment < now})


def absence_changes(office: Office, person: Person, pc: Pc) -> list[datetime]:
    """Return the instants at which the result of :func:`is_away` may change."""
    health = office.health
    found = session_changes(pc, health)
    if pc.locked is not None:
        found.append(later(pc.locked.since, health.hold))
    after = person.inactivity.after
    if after is not None:
        seen = [pc.last_input.value] if pc.last_input is not None else []
        seen += [one.since for one in (pc.active, pc.running) if one is not None]
        found += [later(one, after) for one in seen]
    silences = (
        speaks_until(one, health)
        for one in (pc.locked, pc.last_input, pc.active)
        if one is not None
    )
    return [*found, *(end for end in silences if end is not None)]


def followed(
    absence: Absence | None, *, away: bool | None, now: datetime, told: bool = False
) -> Absence | None:
    """Return the last absence once it is known whether somebody is away now.

    ``told``: the PC said so itself, by an unlock or a start.
    """
    if away is None:
        return absence
    if away:
        return absence if absence and absence.until is None else Absence(now)
    if absence and absence.until is None:
        return Absence(absence.since, now, told)
    return absence
