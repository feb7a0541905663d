"""Setting the redirect: what to ask of the phone system, and what to remember.

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

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from ..line import UNKNOWN, ForwardingState, Known
from ..model import RedirectMode
from .desired import DesiredRedirect, expected_state, is_in_force, requested_parts
from .guards import DeskChange
from .handover import (
    Event,
    EventKind,
    hand_over,
    may_land_late,
    says,
    with_echo,
)
from .ledger import Echo, Ledger
from .mark import (
    Memory,
    forgotten,
    judged,
    noted,
    numbered,
    without_what_was_dialled,
)
from .own import end_own
from .parts import (
    EVERYTHING,
    REDIRECTS,
    Part,
    RedirectCapabilities,
    Value,
    changed,
    known,
    only,
    value,
)
from .unknown_target import believed, given_up, may_be

SETTLES_AFTER: Final = timedelta(seconds=5)
"""How long a write must stand before a crash cannot undo it.

Asterisk commits about once a second (``db_sync_thread`` in ``main/db.c``).
"""

LANDS_WITHIN: Final = timedelta(minutes=2)
"""How long after an unanswered write it may still arrive."""


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
    number: int | None = None
    """What the phone system is to note besides; ``None``: nothing."""
    newer: bool = False
    """Whether the phone system has newer writes than the ledger: write nothing."""


def plan(
    desired: DesiredRedirect | None,
    observed: ForwardingState,
    ledger: Ledger,
    *,
    now: datetime,
    ready_since: datetime | None,
    desk_change: DeskChange = DeskChange.RESPECT,
    capabilities: RedirectCapabilities = EVERYTHING,
    number: int | None = None,
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
        number: that of the last write, as the phone system says.
    """
    events: list[Event] = []
    reading = believed(only(observed, capabilities.readable), ledger)
    requested, unsupported = requested_parts(desired, capabilities)
    if capabilities.readable and reading == ForwardingState():
        # Changes at the phone are evaluated before the claim is.
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

    ledger, newer = _remember(reading, ledger, number, events, capabilities)
    if newer:
        return RedirectPlan(ledger, None, tuple(events), unsupported, newer=True)
    ledger = _listen(
        requested, reading, ledger, events, desired, ready_since, desk_change
    )
    ledger = end_own(reading, ledger, events, now, capabilities)
    ledger = _decide(requested, reading, ledger, desired, capabilities)
    in_force = {part for part, _ in known(requested)} - ledger.taken
    if not is_in_force(ledger, desired):
        in_force = set()
    ledger, lost = given_up(reading, ledger, in_force, capabilities)
    if lost:
        events.append(Event(EventKind.NOT_RESTORED, lost))

    expected = expected_state(requested, ledger, desired)
    late = may_land_late(ledger, capabilities.readable)
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
    ours = ledger.base != ForwardingState() or bool(ledger.own)
    note: int | None = None
    if capabilities.keeps_number:
        if write is not None:
            ledger = numbered(ledger, number)
        if write is not None or (ours and number != ledger.number):
            note = ledger.number
    return RedirectPlan(
        ledger,
        write,
        tuple(events),
        unsupported,
        waiting,
        _again(ledger, now),
        note,
    )


def _remember(
    reading: ForwardingState,
    ledger: Ledger,
    number: int | None,
    events: list[Event],
    capabilities: RedirectCapabilities,
) -> tuple[Ledger, bool]:
    """Return the ledger, and whether it is older than the phone system's number."""
    if not capabilities.keeps_number:
        return ledger, False
    match judged(ledger, number):
        case Memory.NEWER:
            events.append(Event(EventKind.NEWER, frozenset()))
            return ledger, True
        case Memory.FORGOT:
            ledger, lost = forgotten(ledger, reading, number)
            if lost:
                events.append(Event(EventKind.FORGOTTEN, lost))
            return ledger, False
        case Memory.TRUSTED:
            ledger = without_what_was_dialled(ledger, reading)
            return noted(ledger, number), False


def _listen(
    requested: ForwardingState,
    reading: ForwardingState,
    ledger: Ledger,
    events: list[Event],
    desired: DesiredRedirect | None,
    ready_since: datetime | None,
    desk_change: DeskChange,
) -> Ledger:
    """Tell lost writes from a person's changes, and hand the latter over."""
    ours = dict(known(ledger.base))
    differs = {
        part: found
        for part, found in known(reading)
        if part in ours
        and value(ledger.wrote, part) is not UNKNOWN
        and not may_be(found, value(ledger.wrote, part))
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
    return hand_over(ledger, by_hand, reading)


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


def _decide(
    requested: ForwardingState,
    reading: ForwardingState,
    ledger: Ledger,
    desired: DesiredRedirect | None,
    capabilities: RedirectCapabilities,
) -> Ledger:
    """Apply or release the deciding claim, and record each part's base."""
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
        stands = says(part, reading, ledger, capabilities)
        if part in REDIRECTS and (ends_all if recorded else ends):
            # What off has not met yet it does not end: that may be the person's.
            base[part] = None if recorded or stands is not UNKNOWN else UNKNOWN
        elif not recorded:
            base[part] = stands
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
        echoes=with_echo(late, before, now, sent=False),
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
