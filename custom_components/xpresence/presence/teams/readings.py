"""What a reading of Teams means (rules 1, 3 and 4 of :mod:`.state`)."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from .mapping import IN_A_CALL, Pair, Seen, TeamsReading, plain
from .state import READINGS_BELIEVED, EchoPolicy, TeamsState, call_ended, forget_expired


def after_reading(
    teams: TeamsState, reading: TeamsReading, policy: EchoPolicy, now: datetime
) -> TeamsState:
    """Return the state after one reading."""
    teams = forget_expired(teams, policy, now)
    shows = reading.shown.shows
    if shows not in policy.counts:
        shows = Seen.NOTHING
    own = _may_be_own(teams, shows, now)
    teams = replace(_echo(teams, policy, own=own), read_at=now)
    teams = _others_hand(teams, reading, policy, now)
    if own or _may_be_shown(teams, reading.shown, now):
        return teams
    if shows is not Seen.NOTHING:
        began = teams.call_since is None
        return replace(
            teams,
            call_since=teams.call_since or now,
            call_seen=now,
            meeting=shows is Seen.MEETING,
            not_seen=0,
            changed_at=now if began else teams.changed_at,
        )
    if teams.call_since is None:
        return teams
    if teams.not_seen + 1 >= policy.leave_after:
        return call_ended(teams, now)
    return replace(teams, not_seen=teams.not_seen + 1)


def _may_be_own(teams: TeamsState, shows: Seen, now: datetime) -> bool:
    """Return whether a reading may be our own session (rule 1)."""
    if shows is not IN_A_CALL.shows:
        return False
    if teams.session is not None:
        return True
    return teams.session_echo is not None and now < teams.session_echo


def _may_be_shown(teams: TeamsState, pair: Pair, now: datetime) -> bool:
    """Return whether a reading may be a preferred presence that is gone."""
    if teams.shown is not None or teams.shown_echo is None:
        return False
    was, until = teams.shown_echo
    return now < until and was.words == pair.words


def _echo(teams: TeamsState, policy: EchoPolicy, *, own: bool) -> TeamsState:
    """End an echo early once it was seen and has disappeared.

    Only where what was seen cannot have been anything else, and where it stayed
    away as often as a call's end asks for.
    """
    if own:
        return replace(teams, echo_seen=True, echo_missed=0)
    if teams.session is not None or not (teams.echo_seen and teams.echo_alone):
        return teams
    if teams.echo_missed + 1 < policy.leave_after:
        return replace(teams, echo_missed=teams.echo_missed + 1)
    return replace(teams, session_echo=None, echo_seen=False, echo_missed=0)


NOBODY: Final = frozenset(("offline", "presenceunknown"))
"""Shown where nobody is signed in; a preferred presence then waits unseen."""


def _others_hand(
    teams: TeamsState, reading: TeamsReading, policy: EchoPolicy, now: datetime
) -> TeamsState:
    """Forget own writes that somebody has changed in Teams (rule 4)."""
    shown, message = teams.shown, teams.message
    if shown is not None and now >= shown.since + policy.lag:
        same = bool(shown.what.words & reading.shown.words)
        if same or reading.shown.words <= NOBODY:
            teams = replace(teams, shown=replace(shown, foreign=0))
        elif shown.foreign + 1 < READINGS_BELIEVED:
            teams = replace(teams, shown=replace(shown, foreign=shown.foreign + 1))
        else:
            teams = replace(teams, shown=None, kept_shown=shown.what)
    told = reading.message
    if message is not None and told is not None and now >= message.since + policy.lag:
        if plain(told) == plain(message.what):
            teams = replace(teams, message=replace(message, foreign=0))
        elif message.foreign + 1 < READINGS_BELIEVED:
            teams = replace(
                teams, message=replace(message, foreign=message.foreign + 1)
            )
        else:
            teams = replace(teams, message=None, kept_message=message.what)
    return teams
