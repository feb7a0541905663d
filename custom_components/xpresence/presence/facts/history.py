"""The history that choices with an event as their end (return, session end) need.

Statements of a PC are overwritten by the next; an absence, the end of a session and
a choice that has ended must not be forgotten with them.
"""

from dataclasses import replace
from datetime import datetime

from ..decision.dismissals import still_dismissed
from ..decision.sources.manual import has_ended as choice_has_ended
from ..model import Absence, Facts, Health, Office, Pc, Person, Statement
from ..pc.activity import (
    away_from,
    followed,
    going_off,
    has_ended,
    is_away,
    locked_since,
)


def with_pc(office: Office, facts: Facts, pc: Pc, now: datetime) -> Facts:
    """Return the facts with new PC statements, absence and session end updated.

    Store ``choice``, ``dismissed``, ``absence`` and ``session_ended`` of the result
    where they differ.
    """
    before = with_past(office, facts, now)
    told = replace(before, pc=pc)
    person = office.people.get(facts.person)
    if person is not None and _never_was(person, facts.pc, before, pc, office, now):
        told = replace(told, absence=None)
    if _came_back(facts.pc, pc):
        # Unlock and start are reported at once; the last input may still be old.
        absence = followed(told.absence, away=False, now=now, told=True)
        told = _without_ended_choice(office, replace(told, absence=absence), now)
    return with_past(office, told, now)


def with_past(office: Office, facts: Facts, now: datetime) -> Facts:
    """Return the facts with what has ended by ``now``, also between two calls.

    A choice that has ended is dropped, so that no later absence brings it back.
    """
    person = office.people.get(facts.person)
    if person is None:
        return facts
    absence = facts.absence
    for moment in (*away_from(office, person, facts.pc, now), now):
        away = is_away(office, person, facts.pc, moment)
        absence = followed(absence, away=away, now=moment)
    facts = replace(
        facts, absence=absence, session_ended=_session_ended(facts, office.health, now)
    )
    return _without_ended_choice(office, facts, now)


def _without_ended_choice(office: Office, facts: Facts, now: datetime) -> Facts:
    """Return the facts without a choice and dismissals that have ended."""
    facts = still_dismissed(facts, now)
    choice = facts.choice
    if choice is not None and choice_has_ended(
        choice, office.profiles.get(choice.profile), facts, office.health, now
    ):
        return replace(facts, choice=None)
    return facts


def _came_back(old: Pc, pc: Pc) -> bool:
    """Return whether the new statements report an unlock or a start."""

    def turned(before: Statement[bool] | None, now: Statement[bool] | None) -> bool:
        return before is not None and now is not None and before.value is not now.value

    unlocked = pc.locked is not None and not pc.locked.value
    started = pc.running is not None and pc.running.value
    return (unlocked and turned(old.locked, pc.locked)) or (
        started and turned(old.running, pc.running)
    )


def _session_ended(facts: Facts, health: Health, now: datetime) -> datetime | None:
    """Return when the last session ended, once its end has stood for a while."""
    off = going_off(facts.pc, health)
    return off[0] if off is not None and off[1] <= now else facts.session_ended


def _never_was(
    person: Person, old: Pc, facts: Facts, pc: Pc, office: Office, now: datetime
) -> bool:
    """Return whether an absence is only the delay of the PC's last input.

    A person who had not touched the PC for a while and then chose Lunch on it would
    otherwise come "back" as soon as the PC reports that same input.
    """
    absence: Absence | None = facts.absence
    if absence is None or absence.until is not None or pc.last_input is None:
        return False
    for said in (old, pc):
        if has_ended(said, office.health, now) or locked_since(
            said, office.health, now
        ):
            return False
    seen = pc.last_input.value
    return (
        is_away(office, person, pc, now) is False
        and old.last_input is not None
        and old.last_input.value < seen < absence.since
    )
