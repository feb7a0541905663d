"""What to write to Teams, when, and what became of it (rules 2, 4 and 5)."""

from dataclasses import replace
from datetime import datetime, timedelta

from .mapping import IN_A_CALL, DesiredTeams
from .state import (
    SHORTEST_SESSION,
    ClearSession,
    ClearShown,
    EchoPolicy,
    Outcome,
    OwnWrite,
    SetMessage,
    SetSession,
    SetShown,
    TeamsState,
    Write,
    call_ended,
    forget_expired,
    shown_gone,
)


def next_writes(
    teams: TeamsState, desired: DesiredTeams, policy: EchoPolicy, now: datetime
) -> tuple[TeamsState, tuple[Write, ...]]:
    """Return the state, and the writes that lead to the desired presence.

    Applied to its own result it gives none.
    """
    teams = forget_expired(teams, policy, now)
    if teams.call_since is not None and (
        not policy.read
        or now - (teams.read_at or teams.call_since) >= policy.stale_after
    ):
        teams = call_ended(teams, now)
    if desired.shown != teams.kept_shown:
        teams = replace(teams, kept_shown=None)
    if desired.message != teams.kept_message:
        teams = replace(teams, kept_message=None)
    if teams.refused_until is not None:
        if now < teams.refused_until:
            return teams, ()
        teams = replace(teams, refused_until=None)
    return teams, (
        *_session(teams, desired, policy, now),
        *_shown(teams, desired, policy, now),
        *_message(teams, desired, policy, now),
    )


def _session(
    teams: TeamsState, desired: DesiredTeams, policy: EchoPolicy, now: datetime
) -> tuple[Write, ...]:
    session = teams.session
    if desired.in_call and policy.write_calls and teams.call_since is None:
        if (
            session is None
            or not session.sure
            or session.expires - now <= policy.renew_before
        ):
            return (SetSession(IN_A_CALL, policy.session),)
        return ()
    if session is not None or teams.clear_first:
        return (ClearSession(),)
    return ()


def _shown(
    teams: TeamsState, desired: DesiredTeams, policy: EchoPolicy, now: datetime
) -> tuple[Write, ...]:
    shown = teams.shown
    want = desired.shown if policy.write_status else None
    if want is None:
        return () if shown is None else (ClearShown(),)
    if want == teams.kept_shown:
        return ()
    if shown is None or shown.what != want or not shown.sure:
        return (SetShown(want, _length(policy.shown, desired, now)),)
    left = shown.expires - now
    if left <= policy.shown / 4 and not _ends_with(shown.expires, desired):
        return (SetShown(want, _length(policy.shown, desired, now)),)
    return ()


def _message(
    teams: TeamsState, desired: DesiredTeams, policy: EchoPolicy, now: datetime
) -> tuple[Write, ...]:
    message = teams.message
    want = desired.message if policy.write_message else ""
    if not want:
        return () if message is None else (SetMessage("", now + policy.lag),)
    if want == teams.kept_message:
        return ()
    if message is None or message.what != want or not message.sure:
        return (SetMessage(want, now + _length(policy.message, desired, now)),)
    left = message.expires - now
    if left <= policy.message / 8 and not _ends_with(message.expires, desired):
        return (SetMessage(want, now + _length(policy.message, desired, now)),)
    return ()


def _length(usual: timedelta, desired: DesiredTeams, now: datetime) -> timedelta:
    """Return how long something is written for: not past the profile's own end."""
    if desired.until is None:
        return usual
    left = timedelta(minutes=-((now - desired.until) // timedelta(minutes=1)))
    return min(usual, max(left, SHORTEST_SESSION))


def _ends_with(expires: datetime, desired: DesiredTeams) -> bool:
    return desired.until is not None and expires >= desired.until


def begun(teams: TeamsState, write: Write, now: datetime) -> TeamsState:
    """Return the state to store before a write is sent."""
    match write:
        case SetSession(pair, length):
            old = teams.session
            if old is None:
                quiet = teams.session_echo is None or now >= teams.session_echo
                teams = replace(
                    teams,
                    echo_seen=False,
                    echo_missed=0,
                    echo_alone=quiet and teams.call_seen is None,
                    changed_at=now,
                )
            return replace(
                teams,
                session=OwnWrite(
                    pair,
                    old.since if old else now,
                    max(now + length, old.expires) if old else now + length,
                ),
            )
        case SetShown(pair, length):
            shown = teams.shown
            if shown is not None and shown.what != pair:
                shown = None
            since = shown.since if shown else now
            return replace(teams, shown=OwnWrite(pair, since, now + length))
        case SetMessage(text, expires) if text:
            message = teams.message
            if message is not None and message.what != text:
                message = None
            since = message.since if message else now
            return replace(teams, message=OwnWrite(text, since, expires))
    return teams


def ended(
    teams: TeamsState, write: Write, outcome: Outcome, policy: EchoPolicy, now: datetime
) -> TeamsState:
    """Return the state after a write, by its outcome."""
    if outcome is Outcome.REFUSED:
        return _refused(teams, write, policy, now)
    if outcome is Outcome.UNKNOWN:
        return teams
    match write:
        case SetSession():
            session = teams.session and replace(teams.session, sure=True)
            return replace(teams, session=session, clear_first=False)
        case ClearSession():
            echo = teams.session_echo
            if teams.session is not None or outcome is Outcome.DONE:
                echo = now + policy.lag
            elif echo is not None:
                echo = min(echo, now + policy.lag)
            return replace(
                teams,
                session=None,
                session_echo=echo,
                clear_first=False,
                changed_at=now if teams.session is not None else teams.changed_at,
            )
        case SetShown():
            return replace(teams, shown=teams.shown and replace(teams.shown, sure=True))
        case ClearShown():
            return shown_gone(teams, policy, now)
        case SetMessage(text):
            if not text:
                return replace(teams, message=None)
            message = teams.message and replace(teams.message, sure=True)
            return replace(teams, message=message)


def _refused(
    teams: TeamsState, write: Write, policy: EchoPolicy, now: datetime
) -> TeamsState:
    """Drop the write that was refused, and write nothing for a while."""
    teams = replace(teams, clear_first=False, refused_until=now + policy.refused_for)
    match write:
        case SetSession() if teams.session and teams.session.since == now:
            return replace(teams, session=None)
        case SetShown() if teams.shown and teams.shown.since == now:
            return replace(teams, shown=None)
        case SetMessage() if teams.message and teams.message.since == now:
            return replace(teams, message=None)
    return teams


def interval(
    teams: TeamsState, desired: DesiredTeams, policy: EchoPolicy, now: datetime
) -> timedelta:
    """Return how long after a reading the next one is due."""
    recently = (
        teams.changed_at is not None and now - teams.changed_at < policy.quick_for
    )
    if recently or teams.not_seen:
        return policy.around_calls
    busy = (
        desired.in_call
        or teams.session is not None
        or teams.session_echo is not None
        or teams.call_since is not None
    )
    return policy.in_call if busy else policy.at_rest


def reading_due(
    teams: TeamsState, desired: DesiredTeams, policy: EchoPolicy, now: datetime
) -> datetime | None:
    """Return when Teams is read next; ``None``: never."""
    if not policy.read:
        return None
    if teams.read_at is None:
        return now
    return teams.read_at + interval(teams, desired, policy, now)


def next_due(
    teams: TeamsState, desired: DesiredTeams, policy: EchoPolicy, now: datetime
) -> datetime | None:
    """Return the next instant at which something is to be read or written."""
    due = reading_due(teams, desired, policy, now)
    moments = [] if due is None else [max(due, now)]
    if teams.refused_until is not None:
        moments.append(max(teams.refused_until, now))
    elif next_writes(teams, desired, policy, now)[1]:
        moments.append(now + policy.retry)
    ahead = []
    if teams.session is not None:
        ahead.append(teams.session.expires - policy.renew_before)
    if teams.shown is not None:
        ahead.append(teams.shown.expires - policy.shown / 4)
    if teams.message is not None:
        ahead.append(teams.message.expires - policy.message / 8)
    if teams.call_since is not None:
        ahead.append((teams.read_at or teams.call_since) + policy.stale_after)
    return min((*moments, *(moment for moment in ahead if moment > now)), default=None)
