"""State of a person's Teams: tells our own writes from real calls.

Graph shows a session of our own exactly as it shows a Teams call, and shows it late.
So what was written is remembered together with how long it may still be seen:

1. While our own session is set, and for ``lag`` after it, a reading of what we wrote
   is no evidence. Any other kind of call is.
2. While Teams itself is in a call nothing of ours is set; what is set is cleared.
3. One reading begins a Teams call; several in a row without one end it. It ends too
   when nothing could be read for a while, so that a lost network leaves nobody in a
   call for ever.
4. What was written is taken back when it is no longer wanted, and only while it
   stands as it was written: what somebody changed in Teams is theirs.
5. After a restart an old session of ours is cleared once, and a Teams call goes on
   until readings say otherwise, or it was read too long ago.

A preferred presence of ours hides Teams' calls: under it a call cannot be seen, and
counts as ended. After it, readings of it say nothing for as long as they may lag.

Nothing here asks for the time, and nothing is sent from here: ``writes.next_writes`` says
what to write, ``begun`` and ``ended`` remember what became of it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ..model import Call
from .mapping import Pair, Seen

CALLS: Final = frozenset(Seen) - {Seen.NOTHING}
SHORTEST_SESSION: Final = timedelta(minutes=5)
LONGEST_SESSION: Final = timedelta(hours=4)
READINGS_BELIEVED: Final = 2
"""Consecutive readings that prove that somebody changed the value in Teams."""


@dataclass(frozen=True, slots=True)
class EchoPolicy:
    """What is read from and written to Teams, and the times involved.

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
    """Something of ours that Teams may be showing.

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
    """Everything remembered about one person's Teams."""

    session: OwnWrite[Pair] | None = None
    shown: OwnWrite[Pair] | None = None
    message: OwnWrite[str] | None = None
    session_echo: datetime | None = None
    """Until when a session that is gone may still be read."""
    shown_echo: tuple[Pair, datetime] | None = None
    """The same of a preferred presence."""
    echo_seen: bool = False
    echo_alone: bool = False
    """Whether a call that was read can only have been our own session."""
    echo_missed: int = 0
    kept_shown: Pair | None = None
    """What somebody replaced in Teams; not written again before it changes."""
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
        """The current Teams call, if any, as a fact for the rules."""
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
    """Show again what Teams finds out by itself."""


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


def shown_gone(teams: TeamsState, policy: EchoPolicy, at: datetime) -> TeamsState:
    """Return the state once a preferred presence of ours stands no more."""
    if teams.shown is None:
        return teams
    return replace(teams, shown=None, shown_echo=(teams.shown.what, at + policy.lag))


def forget_expired(teams: TeamsState, policy: EchoPolicy, now: datetime) -> TeamsState:
    """Drop sessions, presences and echoes that have expired."""
    session, message = teams.session, teams.message
    if session is not None and session.expires <= now:
        echo = session.expires + policy.lag
        teams = replace(teams, session=None, session_echo=echo)
    if teams.shown is not None and teams.shown.expires <= now:
        teams = shown_gone(teams, policy, teams.shown.expires)
    if message is not None and message.expires <= now:
        teams = replace(teams, message=None)
    if teams.session_echo is not None and teams.session_echo <= now:
        teams = replace(teams, session_echo=None)
    if teams.shown_echo is not None and teams.shown_echo[1] <= now:
        teams = replace(teams, shown_echo=None)
    if teams.call_seen is not None and now - teams.call_seen >= policy.lag:
        teams = replace(teams, call_seen=None)
    return teams


def call_ended(teams: TeamsState, now: datetime) -> TeamsState:
    """Return the state once a Teams call has ended."""
    return replace(teams, call_since=None, not_seen=0, changed_at=now)
