"""What is known, once the clock by which it was noted was set to another time.

Instants that only say how long ago something was move along with the clock: a lock of
ten seconds ago is one of ten seconds ago still. Those that somebody named, such as the
end of a choice or an appointment's times, stay: they are followed by the new time.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .datetimes import later
from .model import Dismissal, Facts, Met, OccasionKind, Pc, Statement
from .redirect.ledger import Ledger
from .teams.state import OwnWrite, TeamsState


@dataclass(frozen=True, slots=True)
class ClockMove:
    """The clock was set by ``by``, and shows ``now``.

    ``noticed_within``: how long ago that was at most. What was noted since then was
    noted by the new time already.
    """

    by: timedelta
    now: datetime
    noticed_within: timedelta = timedelta()

    def past(self, moment: datetime) -> datetime:
        """Return the instant, not after now, that is as long ago by the new time."""
        if self.is_new(moment):
            return moment
        return min(later(moment, self.by), max(moment, self.now))

    def known(self, moment: datetime | None) -> datetime | None:
        """Return the same of an instant that may not be known."""
        return None if moment is None else self.past(moment)

    def ahead(self, moment: datetime | None) -> datetime | None:
        """Return the instant that is as far ahead by the new time."""
        return None if moment is None else later(moment, self.by)

    def is_new(self, moment: datetime) -> bool:
        """Tell whether an instant was noted after the clock was set."""
        return later(self.now, -self.noticed_within) <= moment <= self.now


def facts_moved(facts: Facts, move: ClockMove) -> Facts:
    """Return a person's facts by the new time."""
    choice, absence = facts.choice, facts.absence
    return replace(
        facts,
        choice=choice and replace(choice, at=move.past(choice.at)),
        dismissed=tuple(_dismissal(one, move) for one in facts.dismissed),
        pc=_pc(facts.pc, move),
        absence=absence
        and replace(
            absence, since=move.past(absence.since), until=move.known(absence.until)
        ),
        session_ended=move.known(facts.session_ended),
        conditions={rule: _met(met, move) for rule, met in facts.conditions.items()},
        calls=tuple(replace(one, since=move.past(one.since)) for one in facts.calls),
    )


def _dismissal(one: Dismissal, move: ClockMove) -> Dismissal:
    occasion = one.occasion
    if occasion.kind is not OccasionKind.APPOINTMENT:
        occasion = replace(
            occasion, start=move.known(occasion.start), end=move.known(occasion.end)
        )
    return replace(one, occasion=occasion, at=move.past(one.at))


def _statement[T](said: Statement[T] | None, move: ClockMove) -> Statement[T] | None:
    if said is None:
        return None
    return replace(
        said, since=move.past(said.since), silent_since=move.known(said.silent_since)
    )


def _pc(pc: Pc, move: ClockMove) -> Pc:
    used = _statement(pc.last_input, move)
    return replace(
        pc,
        running=_statement(pc.running, move),
        locked=_statement(pc.locked, move),
        last_input=used and replace(used, value=move.past(used.value)),
        active=_statement(pc.active, move),
        ran_since=move.known(pc.ran_since),
    )


def _met(met: Met, move: ClockMove) -> Met:
    return Met(move.past(met.since), move.known(met.left), move.known(met.silent_since))


def ledger_moved(ledger: Ledger, move: ClockMove) -> Ledger:
    """Return a ledger by the new time; an own redirect's end stays."""
    return replace(
        ledger,
        asked=move.known(ledger.asked),
        seen=move.known(ledger.seen),
        answered=move.known(ledger.answered),
        echoes=tuple(replace(one, asked=move.past(one.asked)) for one in ledger.echoes),
    )


def teams_moved(teams: TeamsState, move: ClockMove) -> TeamsState:
    """Return what is remembered of Teams by the new time."""
    echo = teams.shown_echo
    return replace(
        teams,
        session=_write(teams.session, move),
        shown=_write(teams.shown, move),
        message=_write(teams.message, move),
        session_echo=move.ahead(teams.session_echo),
        shown_echo=echo and (echo[0], later(echo[1], move.by)),
        call_since=move.known(teams.call_since),
        call_seen=move.known(teams.call_seen),
        read_at=move.known(teams.read_at),
        changed_at=move.known(teams.changed_at),
        refused_until=move.ahead(teams.refused_until),
    )


def _write[T](write: OwnWrite[T] | None, move: ClockMove) -> OwnWrite[T] | None:
    if write is None:
        return None
    return replace(
        write, since=move.past(write.since), expires=later(write.expires, move.by)
    )
