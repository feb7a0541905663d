"""An office's rules for redirects: changes at the desk, hotline, longest age."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ..line import UNKNOWN, AgentState, ForwardingState
from .parts import REDIRECTS, Part, is_on, value


class DeskChange(StrEnum):
    """What the office does when a held redirect is changed at the phone."""

    RESPECT = "respect"
    ENFORCE = "enforce"


class HotlinePolicy(StrEnum):
    """What happens to an agent who is ready while calls are sent elsewhere."""

    WARN = "warn"
    PAUSE = "pause"


class LongPolicy(StrEnum):
    """What happens to a redirect that is older than the office allows."""

    ALERT = "alert"
    FALL_BACK = "fall_back"


@dataclass(frozen=True, slots=True)
class OfficeGuards:
    """What an office's options say of redirects and of the hotline.

    ``wrap_up``: how long follow-up lasts, and ``longest`` how long a redirect may last;
    ``None``: without limit.
    """

    desk_change: DeskChange = DeskChange.RESPECT
    hotline: HotlinePolicy = HotlinePolicy.WARN
    wrap_up: timedelta | None = None
    longest: timedelta | None = None
    longest_then: LongPolicy = LongPolicy.ALERT


DEFAULT_GUARDS: Final = OfficeGuards()


@dataclass(frozen=True, slots=True)
class Hotline:
    """What the hotline guard found, and what it does about it.

    ``conflict``: the queues in which the person is ready while ``parts`` take calls
    away. ``pause`` (to follow-up) and ``restore`` (to ready) are to be done now.
    ``paused`` is to be stored and handed in again: what the guard has paused.
    """

    conflict: frozenset[str] = frozenset()
    parts: frozenset[Part] = frozenset()
    pause: frozenset[str] = frozenset()
    restore: frozenset[str] = frozenset()
    paused: frozenset[str] = frozenset()


TAKES_AWAY: Final = (REDIRECTS - {Part.FOLLOW_ME}) | {Part.DO_NOT_DISTURB}
"""Follow-me is no harm: the call still reaches the agent. With do not disturb the
phone never rings, so the queue waits in vain."""


def hotline(
    agent: Mapping[str, AgentState] | None,
    observed: ForwardingState,
    paused: frozenset[str] = frozenset(),
    *,
    policy: HotlinePolicy = HotlinePolicy.WARN,
    rule: AgentState | None = None,
) -> Hotline:
    """Guard against a ready agent whose phone sends hotline calls elsewhere.

    Args:
        agent: queue → the person's state there; ``None``: not known.
        observed: what the phone system says; an unknown part is neither the start
            nor the end of a conflict.
        paused: what an earlier call returned as ``paused``.
        policy: the office's choice.
        rule: the profile's own TeamDesk rule; where it wants the agent out of the
            queue anyway, the guard forgets its part in it.

    A queue that the person has left since is the person's and is not restored.
    """
    if agent is None:
        return Hotline(paused=paused)
    if rule in {AgentState.LOGGED_OFF, AgentState.FOLLOW_UP}:
        paused = frozenset()
    paused = frozenset(
        queue
        for queue in paused
        if agent.get(queue) in {AgentState.FOLLOW_UP, AgentState.READY}
    )
    parts = frozenset(part for part in TAKES_AWAY if is_on(part, value(observed, part)))
    if not parts:
        if any(value(observed, part) is UNKNOWN for part in TAKES_AWAY):
            return Hotline(paused=paused)
        return Hotline(restore=paused)
    ready = frozenset(q for q, state in agent.items() if state is AgentState.READY)
    if not ready:
        return Hotline(paused=paused)
    if policy is HotlinePolicy.WARN:
        return Hotline(ready, parts, paused=paused)
    return Hotline(ready, parts, pause=ready, paused=paused | ready)


@dataclass(frozen=True, slots=True)
class Long:
    """Whether a redirect is older than allowed, and when it will be.

    ``fall_back``: end it now. ``at``: the instant it becomes too old; ``None``:
    never.
    """

    too_old: bool = False
    fall_back: bool = False
    at: datetime | None = None


def long_redirect(
    since: datetime | None,
    observed: ForwardingState,
    now: datetime,
    limit: timedelta | None,
    *,
    policy: LongPolicy = LongPolicy.ALERT,
) -> Long:
    """Judge the age of a redirect that is in force since ``since``.

    Follow-me does not age: it is where the person works. No limit, no redirect, or
    a redirect whose beginning is not known, is never too old.
    """
    aging = REDIRECTS - {Part.FOLLOW_ME}
    if (
        limit is None
        or since is None
        or not any(is_on(part, value(observed, part)) for part in aging)
    ):
        return Long()
    at = since + limit
    if now < at:
        return Long(at=at)
    return Long(True, policy is LongPolicy.FALL_BACK, at)


@dataclass(frozen=True, slots=True)
class WrapUp:
    """Whether follow-up after a call is over, and when it will be.

    ``since`` is to be stored and handed in again. ``over``: the queues in which the
    person is to be ready now. ``at``: the instant at which it is over; ``None``:
    never.
    """

    since: datetime | None = None
    over: frozenset[str] = frozenset()
    at: datetime | None = None


def wrap_up(
    agent: Mapping[str, AgentState] | None,
    since: datetime | None,
    now: datetime,
    limit: timedelta | None,
    *,
    paused: frozenset[str] = frozenset(),
    rule: AgentState | None = None,
) -> WrapUp:
    """Make an agent ready again whose follow-up takes longer than the office allows.

    A queue that the guard above has ``paused`` is restored by it alone, and
    follow-up that the profile's own ``rule`` asks for lasts as long as the profile.
    """
    if agent is None:
        return WrapUp(since)
    waiting = frozenset(q for q, s in agent.items() if s is AgentState.FOLLOW_UP)
    waiting -= paused
    if limit is None or not waiting or rule is AgentState.FOLLOW_UP:
        return WrapUp()
    since = since or now
    at = since + limit
    return WrapUp(since, waiting if now >= at else frozenset(), at)
