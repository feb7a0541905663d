"""A person's own redirect: set, given back, ended."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from ..line import UNKNOWN, ForwardingState, Known
from .guards import DeskChange
from .handover import Event, EventKind, hand_over, says
from .ledger import Ledger, OwnRedirect
from .parts import (
    EVERYTHING,
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


class NotRead(Exception):
    """The state to restore later has not been read from the phone system yet."""


def own_change(
    ledger: Ledger,
    change: ForwardingState,
    observed: ForwardingState,
    *,
    until: datetime | None = None,
    limited: bool = True,
    desk_change: DeskChange = DeskChange.RESPECT,
    capabilities: RedirectCapabilities = EVERYTHING,
) -> Ledger:
    """Set a person's own redirect, as if dialled at the phone; then plan anew.

    Where a profile holds the redirect, *respect* lets the person take over until
    another claim decides; under *enforce* the change waits beneath the profile and
    comes into force when that is released. ``until`` brings back what was there before,
    unless the person has changed it again meanwhile.

    Raises:
        NotRead: ``until`` was given and the present forwarding is not known yet.
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
    own = tuple(
        replace(one, limited=limited) if one is own[-1] and parts else one
        for one in own
    )
    if ledger.held is not None and desk_change is DeskChange.ENFORCE:
        beneath = {
            part: mine
            for part, mine in parts.items()
            if value(ledger.base, part) is not UNKNOWN
        }
        ledger = replace(ledger, base=changed(ledger.base, beneath))
        parts = {part: mine for part, mine in parts.items() if part not in beneath}
    return replace(hand_over(ledger, parts, reading), own=own)


def given_back(ledger: Ledger) -> Ledger:
    """Drop own redirects and let the deciding claim apply to every part again.

    Where no claim decides, the phone's own forwarding stands as it is.
    """
    return replace(ledger, claim=None, taken=frozenset(), own=())


def is_open_ended(own: OwnRedirect) -> bool:
    """Tell whether an own redirect lasts until somebody takes it back.

    Follow-me is a telephone that the person picked, and is taken back by picking.
    """
    parts = {part for part, _ in known(own.forwarding)}
    return own.until is None and bool(parts - {Part.FOLLOW_ME})


def own_ended(
    ledger: Ledger,
    observed: ForwardingState,
    ends: Callable[[OwnRedirect], bool],
    *,
    capabilities: RedirectCapabilities = EVERYTHING,
) -> Ledger:
    """End those of a person's own redirects that ``ends`` says, wherever they stand.

    What was there before comes back, unless that ends as well: then nothing does.
    """
    reading = only(observed, capabilities.readable)
    base: dict[Part, Known[Value]] = {}
    wrote: dict[Part, Known[Value]] = {}
    kept: list[OwnRedirect] = []
    for own in ledger.own:
        if not ends(own):
            kept.append(own)
            continue
        back = own.before
        if ends(replace(own, forwarding=back)):
            back = ForwardingState()
        for part, mine in known(own.forwarding):
            stands = value(ledger.base, part)
            if stands is UNKNOWN:
                stands = says(part, reading, ledger, capabilities)
                wrote[part] = stands
            if stands in (mine, UNKNOWN):
                was = value(back, part)
                base[part] = off_value(part) if was is UNKNOWN else was
    if ledger.taken & base.keys():
        # The profile that they were set over has the redirect again.
        ledger = replace(ledger, claim=None, taken=ledger.taken - base.keys())
    return replace(
        ledger,
        base=changed(ledger.base, base),
        wrote=changed(ledger.wrote, {p: v for p, v in wrote.items() if p in base}),
        own=tuple(kept),
    )


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
            says(part, reading, ledger, capabilities) if was is UNKNOWN else was
        )
    for own in ledger.own:
        for part, mine in known(own.forwarding):
            if before.get(part) == mine and own.until is not None:
                before[part] = value(own.before, part)
        kept = [part for part, _ in known(own.forwarding) if part not in parts]
        if kept:
            others.append(replace(own, forwarding=only(own.forwarding, kept)))
    if until is not None and UNKNOWN in before.values():
        raise NotRead
    if not parts:
        return tuple(others)
    mine_now = changed(ForwardingState(), parts)
    return (*others, OwnRedirect(mine_now, changed(ForwardingState(), before), until))


def end_own(
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
                stands = says(part, reading, ledger, capabilities)
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
