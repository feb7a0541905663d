"""TeamsReading and writing TeamsState without hearing oneself.

Graph shows a session of our own exactly as it shows a TeamsState call, and shows it late.
So what was written is remembered together with how long it may still be seen:

1. While our own session is set, and for ``lag`` after it, a reading of what we wrote
   is no evidence. Any other kind of call is.
2. While TeamsState itself is in a call nothing of ours is set; what is set is cleared.
3. One reading begins a TeamsState call; several in a row without one end it. It ends too
   when nothing could be read for a while, so that a lost network leaves nobody in a
   call for ever.
4. What was written is taken back when it is no longer wanted, and only while it
   stands as it was written: what somebody changed in TeamsState is theirs.
5. After a restart an old session of ours is cleared once, and a TeamsState call goes on
   until readings say otherwise, or it was read too long ago.

A preferred presence of ours hides TeamsState' calls: under it a call cannot be seen, and
is let go. After it, readings of it say nothing for as long as they may lag.

Nothing here asks for the time, and nothing is sent from here: ``next_writes`` says what
to write, ``begun`` and ``ended`` remember what became of it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ..model import Call
from .mapping import IN_A_CALL, DesiredTeams, Pair, Seen, TeamsReading, plain

CALLS: Final = frozenset(Seen) - {Seen.NOTHING}
SHORTEST_SESSION: Final = timedelta(minutes=5)
LONGEST_SESSION: Final = timedelta(hours=4)
TELLS: Final = 2
"""Readings in a row that show somebody else's hand."""


@dataclass(frozen=True, slots=True)
class EchoPolicy:
    """What is aligned, and how eagerly.

    ``lag`` is how long after a change the old state may still be read; Microsoft
    says "a few minutes" and no more.
    """

    read: bool = True
    write_calls: bool = True
    write_status: bool = True
    write_message: bool = True
    counts: frozenset[Seen] = CALLS
    leave_after: int = 3
    lag: timedelta = timedelta(minutes=5)
    session: timedelta = timedelta(minutes=15)
    renew_before: timedelta = timedelta(minutes=5)
    shown: timedelta = timedelta(hours=1)
    message: timedelta = timedelta(hours=8)
    stale_after: timedelta = timedelta(minutes=10)
    at_rest: timedelta = timedelta(seconds=60)
    in_call: timedelta = timedelta(seconds=20)
    around_calls: timedelta = timedelta(seconds=10)
    quick_for: timedelta = timedelta(minutes=3)
    retry: timedelta = timedelta(seconds=30)
    refused_for: timedelta = timedelta(hours=1)

    def __post_init__(self) -> None:
        """Refuse what Graph would refuse, or what could never be renewed in time."""
        if not SHORTEST_SESSION <= self.session <= LONGEST_SESSION:
            raise ValueError("a session lasts from 5 minutes to 4 hours")
        if self.renew_before >= self.session:
            raise ValueError("a session is renewed before it ends")

    def limited(self, *, read: bool, write: bool) -> EchoPolicy:
        """Return this policy within what the administrator allows."""
        return replace(
            self,
            read=self.read and read,
            write_calls=self.write_calls and write,
            write_status=self.write_status and write,
            write_message=self.write_message and write,
        )


@dataclass(frozen=True, slots=True)
class OwnWrite[T]:
    """Something of ours that TeamsState may be showing.

    ``sure`` is whether an answer said so. ``foreign`` counts readings in a row that
    show something else.
    """

    what: T
    since: datetime
    expires: datetime
    sure: bool = False
    foreign: int = 0


@dataclass(frozen=True, slots=True)
class TeamsState:
    """Everything remembered about one person's TeamsState."""

    session: OwnWrite[Pair] | None = None
    shown: OwnWrite[Pair] | None = None
    message: OwnWrite[str] | None = None
    session_echo: datetime | None = None
    """Until when a session that is gone may still be read."""
    shown_echo: tuple[Pair, datetime] | None = None
    """The same of a preferred presence."""
    echo_seen: bool = False
    echo_alone: bool = False
    """Whether nothing but this session can have been what was seen."""
    echo_missed: int = 0
    kept_shown: Pair | None = None
    """What somebody replaced in TeamsState; not written again before it changes."""
    kept_message: str | None = None
    call_since: datetime | None = None
    call_seen: datetime | None = None
    meeting: bool = False
    """Whether the call was last read as *InAMeeting*, which may be no call at all."""
    not_seen: int = 0
    read_at: datetime | None = None
    changed_at: datetime | None = None
    clear_first: bool = False
    refused_until: datetime | None = None

    @property
    def calls(self) -> tuple[Call, ...]:
        """The TeamsState call as the rules take it: leaving it was decided here."""
        if self.call_since is None:
            return ()
        return (Call("teams", self.call_since, meeting=self.meeting),)


@dataclass(frozen=True, slots=True)
class SetSession:
    """Show a call until ``expires``, unless it is renewed."""

    pair: Pair
    length: timedelta


@dataclass(frozen=True, slots=True)
class ClearSession:
    """End our session; there may be none."""


@dataclass(frozen=True, slots=True)
class SetShown:
    """Show a profile's status in place of everything else."""

    pair: Pair
    length: timedelta


@dataclass(frozen=True, slots=True)
class ClearShown:
    """Show again what TeamsState finds out by itself."""


@dataclass(frozen=True, slots=True)
class SetMessage:
    """Show a status message until ``expires``; empty takes it away."""

    text: str
    expires: datetime


type Write = SetSession | ClearSession | SetShown | ClearShown | SetMessage


class Outcome(StrEnum):
    """What became of a write."""

    DONE = "done"
    GONE = "gone"
    """There was nothing to clear."""
    UNKNOWN = "unknown"
    """No answer, or a server's failure: it may have happened."""
    REFUSED = "refused"
    """Not allowed; trying again soon is useless."""


# -- readings ------------------------------------------------------------------


def after_reading(
    teams: TeamsState, reading: TeamsReading, policy: EchoPolicy, now: datetime
) -> TeamsState:
    """Return what is known after one reading."""
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
        return _left(teams, now)
    return replace(teams, not_seen=teams.not_seen + 1)


def _left(teams: TeamsState, now: datetime) -> TeamsState:
    return replace(teams, call_since=None, not_seen=0, changed_at=now)


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
    """Notice that an echo has come and gone, so that it need not be waited for.

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
    """Let go of what somebody has changed in TeamsState (rule 4)."""
    shown, message = teams.shown, teams.message
    if shown is not None and now >= shown.since + policy.lag:
        same = bool(shown.what.words & reading.shown.words)
        if same or reading.shown.words <= NOBODY:
            teams = replace(teams, shown=replace(shown, foreign=0))
        elif shown.foreign + 1 < TELLS:
            teams = replace(teams, shown=replace(shown, foreign=shown.foreign + 1))
        else:
            teams = replace(teams, shown=None, kept_shown=shown.what)
    told = reading.message
    if message is not None and told is not None and now >= message.since + policy.lag:
        if plain(told) == plain(message.what):
            teams = replace(teams, message=replace(message, foreign=0))
        elif message.foreign + 1 < TELLS:
            teams = replace(
                teams, message=replace(message, foreign=message.foreign + 1)
            )
        else:
            teams = replace(teams, message=None, kept_message=message.what)
    return teams


# -- writing -------------------------------------------------------------------


def next_writes(
    teams: TeamsState, desired: DesiredTeams, policy: EchoPolicy, now: datetime
) -> tuple[TeamsState, tuple[Write, ...]]:
    """Return what is known, and the writes that lead to what is wanted.

    Applied to its own result it gives none.
    """
    teams = forget_expired(teams, policy, now)
    if teams.call_since is not None and (
        not policy.read
        or now - (teams.read_at or teams.call_since) >= policy.stale_after
    ):
        teams = _left(teams, now)
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
    """Return what is known once a write is on its way; store this before it goes."""
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
    """Return what is known after a write."""
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
            return _shown_gone(teams, policy, now)
        case SetMessage(text):
            if not text:
                return replace(teams, message=None)
            message = teams.message and replace(teams.message, sure=True)
            return replace(teams, message=message)


def _refused(
    teams: TeamsState, write: Write, policy: EchoPolicy, now: datetime
) -> TeamsState:
    """Forget what cannot have been written, and leave TeamsState alone for a while."""
    teams = replace(teams, clear_first=False, refused_until=now + policy.refused_for)
    match write:
        case SetSession() if teams.session and teams.session.since == now:
            return replace(teams, session=None)
        case SetShown() if teams.shown and teams.shown.since == now:
            return replace(teams, shown=None)
        case SetMessage() if teams.message and teams.message.since == now:
            return replace(teams, message=None)
    return teams


def _shown_gone(teams: TeamsState, policy: EchoPolicy, at: datetime) -> TeamsState:
    if teams.shown is None:
        return teams
    return replace(teams, shown=None, shown_echo=(teams.shown.what, at + policy.lag))


def forget_expired(teams: TeamsState, policy: EchoPolicy, now: datetime) -> TeamsState:
    """Let go of what has ended by itself."""
    session, message = teams.session, teams.message
    if session is not None and session.expires <= now:
        echo = session.expires + policy.lag
        teams = replace(teams, session=None, session_echo=echo)
    if teams.shown is not None and teams.shown.expires <= now:
        teams = _shown_gone(teams, policy, teams.shown.expires)
    if message is not None and message.expires <= now:
        teams = replace(teams, message=None)
    if teams.session_echo is not None and teams.session_echo <= now:
        teams = replace(teams, session_echo=None)
    if teams.shown_echo is not None and teams.shown_echo[1] <= now:
        teams = replace(teams, shown_echo=None)
    if teams.call_seen is not None and now - teams.call_seen >= policy.lag:
        teams = replace(teams, call_seen=None)
    return teams


# -- time ----------------------------------------------------------------------


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
    """Return when TeamsState is read next; ``None``: never."""
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
