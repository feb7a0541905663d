"""ForwardingState the redirect: what to ask of the phone system, and what to remember.

:func:`plan` compares what the rules want with what the phone system says and with
the ledger, and names the difference. It is level-triggered: it may be asked at any
time, any number of times, and asks for nothing once everything is as it should be.

The rule, part by part (a *part* is one field of a :class:`~.line.ForwardingState`):

* **forward**: what the phone says now becomes the base; then the forward is set,
  the other conditions are switched off and follow-me is suspended.
* **off**: every redirect ends, follow-me included; the base becomes "none".
* **unchanged** (``desired is None``): whatever was touched goes back to the base, is
  watched until it surely stands, and is then forgotten. Nothing else is touched.

**A lost write or a person at the desk?** Both look like a phone system that says
something else than it was asked for. They are told apart by what it says:

* A phone system that crashes forgets its last second. It then says what it said
  *before* our write, and it says so after a new connection. Until a write has been
  seen standing for :data:`SETTLES_AFTER`, the state before it is remembered as an
  *echo*; finding it again when the write was never seen, or when the connection has
  been made anew since it was seen, is a lost write and is written again.
* A write whose answer never came may land late, after a newer one. For
  :data:`LANDS_WITHIN` the value of such a write is an echo as well.
* Everything else was done by a person: a value that is nobody's echo, a change on an
  unbroken connection to a write that was seen, any change of a settled write.

So a person is misread in two cases only, both seconds wide: dialling exactly the
earlier state before our write was first seen, and dialling exactly a value that
xpresence itself asked for moments ago without an answer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ..line import UNKNOWN, ForwardingState, Known
from ..model import RedirectMode
from .desired import (
    DesiredRedirect,
    expected_state,
    is_in_force,
    requested_parts,
)
from .ledger import Echo, Ledger, OwnRedirect
from .parts import (
    EVERYTHING,
    REDIRECTS,
    Part,
    RedirectCapabilities,
    Value,
    changed,
    is_on,
    known,
    off_value,
    only,
    value,
)

SETTLES_AFTER: Final = timedelta(seconds=5)
"""How long a write must stand before a crash cannot undo it.

Asterisk commits about once a second (``db_sync_thread`` in ``main/db.c``).
"""

LANDS_WITHIN: Final = timedelta(minutes=2)
"""How long after an unanswered write it may still arrive."""


MOST_ECHOES: Final = 16
"""So many are kept of a phone system that refuses for hours while wishes change."""


class DeskChange(StrEnum):
    """What the office does when a held redirect is changed at the phone."""

    RESPECT = "respect"
    ENFORCE = "enforce"


class EventKind(StrEnum):
    """What a plan found out."""

    CHANGED_AT_PHONE = "changed_at_phone"
    """A person changed a part at the phone, and keeps it."""
    OVERRULED = "overruled"
    """A person changed a part at the phone, and the office's rule sets it back."""
    WRITE_LOST = "write_lost"
    """The phone system forgot a write, or an old one landed late."""
    OWN_ENDED = "own_ended"
    """A person's own redirect reached its end time."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something worth telling, and the parts it is about."""

    kind: EventKind
    parts: frozenset[Part]


@dataclass(frozen=True, slots=True)
class RedirectPlan:
    """What to remember first, and what to ask of the phone system then.

    ``write``: only the parts that differ; ``None``: nothing. ``waiting``: parts
    that cannot be judged before the phone system has told them. ``unsupported``:
    parts a profile asks for and this phone system cannot do. ``again``: the earliest
    instant at which the same arguments would give another ledger or write.
    """

    ledger: Ledger
    write: ForwardingState | None = None
    events: tuple[Event, ...] = ()
    unsupported: frozenset[Part] = frozenset()
    waiting: frozenset[Part] = frozenset()
    again: datetime | None = None


class NotRead(Exception):
    """The phone system has not told yet what would have to come back later."""


def plan(
    desired: DesiredRedirect | None,
    observed: ForwardingState,
    ledger: Ledger,
    *,
    now: datetime,
    ready_since: datetime | None,
    desk_change: DeskChange = DeskChange.RESPECT,
    capabilities: RedirectCapabilities = EVERYTHING,
) -> RedirectPlan:
    """Say what to remember and what to write so that the rules hold.

    Args:
        desired: the newest desired redirect; ``None`` is *unchanged throughout*.
        observed: a reading made after the last write was answered or given up.
        ledger: as it was stored.
        now: the time of the reading.
        ready_since: when the present connection became ready; ``None`` for a phone
            system without a connection that can break.
        desk_change: the office's policy.
        capabilities: what the phone system can set and tell.
    """
    events: list[Event] = []
    reading = only(observed, capabilities.readable)
    requested, unsupported = requested_parts(desired, capabilities)
    if capabilities.readable and reading == ForwardingState():
        # What happened at the phone meanwhile is heard before anything is decided.
        parts = {
            part
            for forwarding in (requested, ledger.base)
            for part, _ in known(forwarding)
        }
        return RedirectPlan(
            ledger,
            unsupported=unsupported,
            waiting=frozenset(parts) & capabilities.readable,
        )

    ledger = _listen(
        requested, reading, ledger, events, desired, ready_since, desk_change
    )
    ledger = _end_own(reading, ledger, events, now, capabilities)
    ledger = _decide(requested, reading, ledger, desired, capabilities)

    expected = expected_state(requested, ledger, desired)
    late = _may_land_late(ledger, capabilities.readable)
    ledger = _intend(expected, reading, ledger, late, now, capabilities)
    write, waiting, ledger = _compare(
        expected, reading, ledger, late, now, capabilities
    )
    if is_in_force(ledger, desired):
        unread = frozenset(
            p for p, _ in known(requested) if value(reading, p) is UNKNOWN
        )
        waiting |= (unread & capabilities.readable) - ledger.taken
    if write is None and only(ledger.wrote, waiting) == ForwardingState():
        ledger = _in_order(ledger, now, ready_since)
        ledger = _settle(requested, ledger, desired, waiting, now, capabilities)
    return RedirectPlan(
        ledger,
        write,
        tuple(events),
        unsupported,
        waiting,
        _again(ledger, now),
    )


def _listen(
    requested: ForwardingState,
    reading: ForwardingState,
    ledger: Ledger,
    events: list[Event],
    desired: DesiredRedirect | None,
    ready_since: datetime | None,
    desk_change: DeskChange,
) -> Ledger:
    """Tell lost writes from a person's changes, and let the person have theirs."""
    ours = dict(known(ledger.base))
    differs = {
        part: found
        for part, found in known(reading)
        if part in ours
        and value(ledger.wrote, part) is not UNKNOWN
        and found != value(ledger.wrote, part)
    }
    lost = {
        part: _was_seen_or_lands_late(part, found, ledger)
        for part, found in differs.items()
        if _is_echo(part, found, ledger, ready_since)
    }
    if any(lost.values()):
        news = frozenset(part for part, is_news in lost.items() if is_news)
        events.append(Event(EventKind.WRITE_LOST, news))
    expected = expected_state(requested, ledger, desired)
    by_hand = {
        part: found
        for part, found in differs.items()
        if part not in lost and found != value(expected, part)
    }
    told = frozenset(p for p, found in by_hand.items() if found != value(requested, p))
    if ledger.held is not None and desk_change is DeskChange.ENFORCE:
        if told:
            events.append(Event(EventKind.OVERRULED, told))
        return ledger
    if told:
        events.append(Event(EventKind.CHANGED_AT_PHONE, told))
    return _hand_over(ledger, by_hand, reading)


def _is_echo(
    part: Part, found: Value, ledger: Ledger, ready_since: datetime | None
) -> bool:
    forgettable = ledger.seen is None or _reconnected(ledger, ready_since)
    return any(
        value(echo.forwarding, part) == found and (echo.sent or forgettable)
        for echo in ledger.echoes
    )


def _was_seen_or_lands_late(part: Part, found: Value, ledger: Ledger) -> bool:
    """Tell a write that was undone from one that was simply never done."""
    return ledger.seen is not None or any(
        echo.sent and value(echo.forwarding, part) == found for echo in ledger.echoes
    )


def _reconnected(ledger: Ledger, ready_since: datetime | None) -> bool:
    return (
        ledger.seen is not None
        and ready_since is not None
        and ready_since > ledger.seen
    )


def _hand_over(
    ledger: Ledger, parts: Mapping[Part, Value], says: ForwardingState
) -> Ledger:
    """Make parts the person's: the new base, which no profile touches any more.

    ``says``: what the phone says of them by now. What else a profile holds stays held,
    unless nothing that sends calls away is left of it, or the person turned
    follow-me on: then the profile lets go of everything until another claim
    decides. A person's own unconditional forward takes the place of a follow-me
    that the profile had suspended; that stays off.
    """
    if not parts:
        return ledger
    base: dict[Part, Known[Value]] = dict(parts)
    if (
        ledger.held is not None
        and is_on(Part.UNCONDITIONAL, base.get(Part.UNCONDITIONAL))
        and Part.FOLLOW_ME not in base
        and ledger.base.follow_me is not UNKNOWN
    ):
        base[Part.FOLLOW_ME] = None
    taken = ledger.taken | base.keys()
    held = ledger.held
    left = any(
        is_on(part, found)
        for part, found in known(ledger.wrote)
        if part not in taken and value(ledger.base, part) is not UNKNOWN
    )
    if not left or is_on(Part.FOLLOW_ME, base.get(Part.FOLLOW_ME)):
        held = None
    return replace(
        ledger,
        base=changed(ledger.base, base),
        held=held,
        taken=taken,
        wrote=changed(ledger.wrote, {part: value(says, part) for part in parts}),
        echoes=_may_land_late(ledger, parts),
    )


def _may_land_late(ledger: Ledger, parts: Iterable[Part]) -> tuple[Echo, ...]:
    """Return the echoes once these parts are asked for anew."""
    if ledger.asked is None or ledger.seen is not None or ledger.answered is not None:
        return ledger.echoes
    return _with_echo(ledger.echoes, only(ledger.wrote, parts), ledger.asked, sent=True)


def _with_echo(
    echoes: tuple[Echo, ...],
    forwarding: ForwardingState,
    asked: datetime,
    *,
    sent: bool,
) -> tuple[Echo, ...]:
    if forwarding == ForwardingState():
        return echoes
    others = tuple(e for e in echoes if (e.forwarding, e.sent) != (forwarding, sent))
    return (*others, Echo(forwarding, asked, sent))[-MOST_ECHOES:]


def _end_own(
    reading: ForwardingState,
    ledger: Ledger,
    events: list[Event],
    now: datetime,
    capabilities: RedirectCapabilities,
) -> Ledger:
    """Let a person's own redirects end at their time, where they still stand."""
    for own in ledger.own:
        if own.until is None or now < own.until:
            continue
        back: dict[Part, Known[Value]] = {}
        unread = False
        for part, mine in known(own.forwarding):
            stands = value(ledger.base, part)
            if stands is UNKNOWN:
                stands = _says(part, reading, ledger, capabilities)
            if stands == mine:
                back[part] = value(own.before, part)
            unread |= stands is UNKNOWN
        if unread:
            continue
        if back:
            events.append(Event(EventKind.OWN_ENDED, frozenset(back)))
        ledger = replace(
            ledger,
            base=changed(ledger.base, back),
            own=tuple(other for other in ledger.own if other is not own),
        )
    return ledger


def _says(
    part: Part,
    reading: ForwardingState,
    ledger: Ledger,
    capabilities: RedirectCapabilities,
) -> Known[Value]:
    """Return what the phone says, or is believed to where it cannot be read."""
    if part in capabilities.readable:
        return value(reading, part)
    believed = value(ledger.wrote, part)
    return off_value(part) if believed is UNKNOWN else believed


def _decide(
    requested: ForwardingState,
    reading: ForwardingState,
    ledger: Ledger,
    desired: DesiredRedirect | None,
    capabilities: RedirectCapabilities,
) -> Ledger:
    """Let the deciding claim take hold or go, and find each part's base."""
    if desired is None:
        return replace(ledger, held=None, claim=None, mode=None, taken=frozenset())
    if desired.claim != ledger.claim:
        ledger = replace(ledger, taken=frozenset())
    elif ledger.held is None:
        return ledger
    ends = desired.mode is RedirectMode.OFF
    ends_all = ends and (desired.claim, desired.mode) != (ledger.claim, ledger.mode)
    base: dict[Part, Known[Value]] = {}
    for part, _ in known(requested):
        if part in ledger.taken:
            continue
        recorded = value(ledger.base, part) is not UNKNOWN
        says = _says(part, reading, ledger, capabilities)
        if part in REDIRECTS and (ends_all if recorded else ends):
            # What off has not met yet it does not end: that may be the person's.
            base[part] = None if recorded or says is not UNKNOWN else UNKNOWN
        elif not recorded:
            base[part] = says
    return replace(
        ledger,
        base=changed(ledger.base, base),
        held=desired.profile,
        claim=desired.claim,
        mode=desired.mode,
        own=() if ends_all else ledger.own,
    )


def _intend(
    expected: ForwardingState,
    reading: ForwardingState,
    ledger: Ledger,
    late: tuple[Echo, ...],
    now: datetime,
    capabilities: RedirectCapabilities,
) -> Ledger:
    """Note what is asked for from now on; what was never seen may land late.

    A part that has not been read is not asked for yet, so that the first reading
    is still held against what was asked before.
    """
    new = {
        part: found
        for part, found in known(expected)
        if found != value(ledger.wrote, part)
        and (part not in capabilities.readable or value(reading, part) is not UNKNOWN)
    }
    if not new:
        return ledger
    return replace(
        ledger,
        wrote=changed(ledger.wrote, new),
        asked=now,
        seen=None,
        answered=None,
        echoes=late,
    )


def _compare(
    expected: ForwardingState,
    reading: ForwardingState,
    ledger: Ledger,
    late: tuple[Echo, ...],
    now: datetime,
    capabilities: RedirectCapabilities,
) -> tuple[ForwardingState | None, frozenset[Part], Ledger]:
    """Return what differs, what cannot be judged yet, and the ledger for it."""
    write: dict[Part, Known[Value]] = {}
    waiting: set[Part] = set()
    for part, requested in known(expected):
        if part not in capabilities.writable:
            continue
        if part not in capabilities.readable:
            if ledger.answered is None:
                write[part] = requested
        elif (found := value(reading, part)) is UNKNOWN:
            waiting.add(part)
        elif found != requested:
            write[part] = requested
    if not write:
        return None, frozenset(waiting), ledger
    before = only(reading, write)
    ledger = replace(
        ledger,
        asked=now,
        seen=None,
        answered=None,
        echoes=_with_echo(late, before, now, sent=False),
    )
    return changed(ForwardingState(), write), frozenset(waiting), ledger


def _in_order(ledger: Ledger, now: datetime, ready_since: datetime | None) -> Ledger:
    """Note when a write was first seen, on this connection while it may be lost."""
    if ledger.seen is None or (ledger.echoes and _reconnected(ledger, ready_since)):
        return replace(ledger, seen=now)
    return ledger


def _settle(
    requested: ForwardingState,
    ledger: Ledger,
    desired: DesiredRedirect | None,
    waiting: frozenset[Part],
    now: datetime,
    capabilities: RedirectCapabilities,
) -> Ledger:
    """Drop echoes that can come no more, then what is back for good."""
    ledger = replace(
        ledger,
        echoes=tuple(echo for echo in ledger.echoes if now < _fades(echo)),
    )
    in_force = {p for p, _ in known(requested)} - ledger.taken
    if not is_in_force(ledger, desired):
        in_force = set()
    back = {
        part
        for part, _ in known(ledger.base)
        if part not in in_force | waiting
        and all(value(echo.forwarding, part) is UNKNOWN for echo in ledger.echoes)
    }
    ledger = replace(
        ledger,
        base=changed(ledger.base, dict.fromkeys(back, UNKNOWN)),
        wrote=changed(
            ledger.wrote, dict.fromkeys(back & capabilities.readable, UNKNOWN)
        ),
    )
    if ledger.base == ForwardingState():
        ledger = replace(ledger, asked=None, seen=None, answered=None)
    return ledger


def _fades(echo: Echo) -> datetime:
    return echo.asked + (LANDS_WITHIN if echo.sent else SETTLES_AFTER)


def _again(ledger: Ledger, now: datetime) -> datetime | None:
    times = [_fades(echo) for echo in ledger.echoes]
    times += [own.until for own in ledger.own if own.until is not None]
    return min((time for time in times if time > now), default=None)


def answered(ledger: Ledger, now: datetime) -> Ledger:
    """Note that the phone system said "done".

    For one that can be read this proves nothing and changes no plan. For the parts
    that cannot be read it is all there is.
    """
    return replace(ledger, answered=now)


def own_change(
    ledger: Ledger,
    change: ForwardingState,
    observed: ForwardingState,
    *,
    until: datetime | None = None,
    desk_change: DeskChange = DeskChange.RESPECT,
    capabilities: RedirectCapabilities = EVERYTHING,
) -> Ledger:
    """Set a person's own redirect, as if dialled at the phone; then :func:`plan`.

    Where a profile holds the redirect, *respect* lets the person take over until
    another claim decides; under *enforce* the change waits beneath the profile and
    comes into force when that lets go. ``until`` brings back what was there before,
    unless the person has changed it again meanwhile.

    Raises:
        NotRead: ``until`` was given and the present setting is not known yet.
    """
    reading = only(observed, capabilities.readable)
    parts = {p: v for p, v in known(change) if capabilities.can_set(p, v)}
    if (
        is_on(Part.UNCONDITIONAL, parts.get(Part.UNCONDITIONAL))
        and Part.FOLLOW_ME not in parts
        and ledger.held is not None
        and is_on(Part.FOLLOW_ME, ledger.base.follow_me)
    ):
        parts[Part.FOLLOW_ME] = None
    own = _own(ledger, parts, reading, until, capabilities)
    if ledger.held is not None and desk_change is DeskChange.ENFORCE:
        beneath = {
            part: mine
            for part, mine in parts.items()
            if value(ledger.base, part) is not UNKNOWN
        }
        ledger = replace(ledger, base=changed(ledger.base, beneath))
        parts = {part: mine for part, mine in parts.items() if part not in beneath}
    return replace(_hand_over(ledger, parts, reading), own=own)


def given_back(ledger: Ledger) -> Ledger:
    """Let the deciding claim take hold again of what a person had taken over.

    Where no claim decides, the phone's own setting stands as it is.
    """
    return replace(ledger, claim=None, taken=frozenset(), own=())


def _own(
    ledger: Ledger,
    parts: Mapping[Part, Value],
    reading: ForwardingState,
    until: datetime | None,
    capabilities: RedirectCapabilities,
) -> tuple[OwnRedirect, ...]:
    """Return the own redirects, this one included.

    One that replaces another inherits what comes back in the end.
    """
    before: dict[Part, Known[Value]] = {}
    others: list[OwnRedirect] = []
    for part in parts:
        was = value(ledger.base, part)
        before[part] = (
            _says(part, reading, ledger, capabilities) if was is UNKNOWN else was
        )
    for own in ledger.own:
        for part, mine in known(own.forwarding):
            if before.get(part) == mine and own.until is not None:
                before[part] = value(own.before, part)
        kept = [part for part, _ in known(own.forwarding) if part not in parts]
        if kept:
            others.append(
                OwnRedirect(only(own.forwarding, kept), own.before, own.until)
            )
    if until is not None and UNKNOWN in before.values():
        raise NotRead
    if not parts:
        return tuple(others)
    mine_now = changed(ForwardingState(), parts)
    return (*others, OwnRedirect(mine_now, changed(ForwardingState(), before), until))
