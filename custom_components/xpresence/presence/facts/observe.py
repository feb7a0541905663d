"""Turn entity states into facts: statements, absences, conditions.

``None`` is an entity that says nothing. It takes nothing back: what was said last
keeps its instant, also over a short silence, for Home Assistant's own restart is no
news about a PC. After a silence longer than the grace time a statement is a new one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from ..datetimes import later
from ..model import EntityRule, Facts, Health, Met, Office, Pc, Person, Statement
from ..pc.activity import absence_changes
from .history import with_pc

SAME_INPUT: Final = timedelta(seconds=10)
"""Two values of the last input closer than this are the same input."""


@dataclass(frozen=True, slots=True)
class PcReading:
    """What the entities of a PC say now."""

    running: bool | None = None
    locked: bool | None = None
    last_input: datetime | None = None
    active: bool | None = None
    silence_ends: bool = False


def observe_value[T](
    before: Statement[T] | None, value: T | None, health: Health, now: datetime
) -> Statement[T] | None:
    """Return what an entity is known to say, once it says ``value``."""
    if value is None:
        if before is None or before.silent_since is not None:
            return before
        return replace(before, silent_since=now)
    if before is not None and value == before.value:
        if before.silent_since is None:
            return before
        if now < later(before.silent_since, health.grace):
            return replace(before, silent_since=None)
    return Statement(value, now)


def observe_pc(pc: Pc, reading: PcReading, health: Health, now: datetime) -> Pc:
    """Return the PC's statements updated with a reading."""
    on = observe_value(pc.running, reading.running, health, now)
    ran_since = pc.ran_since
    if on is not None and on is not pc.running and pc.running is not None:
        before = pc.running
        if before.value and not on.value:
            ran_since = before.since
        short = now < later(before.since, health.restart)
        if on.value and not before.value and short and ran_since is not None:
            # A restart: the session that seemed to end goes on.
            on = Statement(True, ran_since)
    said = pc.last_input
    used = reading.last_input
    if said is not None and used is not None and abs(used - said.value) <= SAME_INPUT:
        used = said.value
    return Pc(
        running=on,
        locked=observe_value(pc.locked, reading.locked, health, now),
        last_input=observe_value(said, used, health, now),
        active=observe_value(pc.active, reading.active, health, now),
        ran_since=ran_since,
        silence_ends=reading.silence_ends,
    )


def observe(office: Office, facts: Facts, reading: PcReading, now: datetime) -> Facts:
    """Return the facts once the entities of a PC say something, or time has passed.

    The same facts if nothing is new.
    """
    pc = observe_pc(facts.pc, reading, office.health, now)
    found = with_pc(office, facts, pc, now)
    return facts if found == facts else found


def due(office: Office, person: Person, pc: Pc, now: datetime) -> datetime | None:
    """Return when :func:`observe` must run again even without a state change."""
    changes = absence_changes(office, person, pc)
    return min((moment for moment in changes if moment > now), default=None)


def observe_rules(
    person: Person,
    before: Mapping[str, Met],
    matches: Mapping[str, bool | None],
    health: Health,
    now: datetime,
) -> dict[str, Met]:
    """Return how the conditions of a person's rules stand.

    ``matches``: rule's id → whether its entity is in one of its states.
    """
    found = {
        rule.id: _met(rule, before.get(rule.id), matches.get(rule.id), health, now)
        for rule in person.rules
    }
    return {name: met for name, met in found.items() if met is not None}


def _met(
    rule: EntityRule,
    before: Met | None,
    matches: bool | None,
    health: Health,
    now: datetime,
) -> Met | None:
    if before is not None:
        left, silent = before.left, before.silent_since
        if (left is not None and now >= later(left, rule.linger)) or (
            silent is not None and now >= later(silent, health.grace) and matches
        ):
            before = None
    if matches is None:
        if before is None or before.silent_since is not None:
            return before
        return replace(before, silent_since=now)
    if matches:
        return Met(now) if before is None else Met(before.since)
    if before is None or not rule.linger:
        return None
    return replace(before, left=before.left or now, silent_since=None)
