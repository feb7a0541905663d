"""What a person sees of a redirect."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from ..line import (
    UNKNOWN,
    Condition,
    Destination,
    DestinationKind,
    ForwardingState,
    Known,
)
from .desired import DesiredRedirect, expected_state, is_in_force, requested_parts
from .ledger import Ledger
from .parts import (
    EVERYTHING,
    FORWARDS,
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
from .unknown_target import believed, is_target_unknown


class RedirectStatus(StrEnum):
    """What the redirect sensor says; unknown is never shown as off."""

    OFF = "off"
    ACTIVE = "active"
    PENDING = "pending"
    FAILED = "failed"
    UNKNOWN = "unknown"


class SetBy(StrEnum):
    """Who or what set the redirect that is shown."""

    PROFILE = "profile"
    ACTION = "action"
    PHONE = "phone"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a person sees of the redirect.

    ``part`` is the redirect that counts most (unconditional, follow-me, busy, no
    reply) and ``destination`` where it leads; both as the phone system says, or,
    while pending or failed, as it should say. ``None``: no redirect. ``confirmed``:
    whether the phone system says so itself; what it does not tell is believed to be as
    it was last answered for.
    """

    status: RedirectStatus
    part: Part | None = None
    destination: Destination | None = None
    set_by: SetBy | None = None
    confirmed: bool = True

    @property
    def target_known(self) -> bool:
        """Whether it is known where the redirect leads, if there is one."""
        return self.destination is None or not is_target_unknown(self.destination)

    @property
    def condition(self) -> Condition | None:
        """The condition of the shown forward; ``None`` for follow-me and none."""
        return Condition(self.part.value) if self.part in FORWARDS else None


_BY_WEIGHT: Final = (Part.UNCONDITIONAL, Part.FOLLOW_ME, Part.BUSY, Part.NO_REPLY)


def status(
    desired: DesiredRedirect | None,
    observed: ForwardingState,
    ledger: Ledger,
    failure: object | None = None,
    *,
    capabilities: RedirectCapabilities = EVERYTHING,
) -> Shown:
    """Say what the redirect sensor shows; ``ledger`` is that of the last plan.

    ``failure``: the error of the last write; it counts only while
    something is still to be done.
    """
    requested, _ = requested_parts(desired, capabilities)
    told = believed(only(observed, capabilities.readable), ledger)
    expected = expected_state(requested, ledger, desired)
    heavy = [
        part
        for part in _BY_WEIGHT
        if part in capabilities.writable | capabilities.readable
    ]
    if not heavy:
        return Shown(RedirectStatus.UNKNOWN)
    silent = {part for part in heavy if part not in capabilities.readable}
    reading = changed(told, {part: _answered_for(part, ledger) for part in silent})
    unread = [part for part in heavy if value(reading, part) is UNKNOWN]
    differs = any(
        value(reading, part) is not UNKNOWN
        and (
            value(reading, part) != should
            or (part in silent and ledger.answered is None)
        )
        for part, should in known(expected)
        if part in capabilities.writable
    )
    if differs or (failure is not None and unread and expected != ForwardingState()):
        return _shown(
            RedirectStatus.PENDING if failure is None else RedirectStatus.FAILED,
            changed(reading, dict(known(expected))),
            ledger,
            desired,
        )
    if is_in_force(ledger, desired) and requested == ForwardingState():
        return _shown(RedirectStatus.FAILED, reading, ledger, desired)
    on = [part for part in heavy if is_on(part, value(reading, part))]
    if unread and (not on or heavy.index(unread[0]) < heavy.index(on[0])):
        return Shown(RedirectStatus.UNKNOWN)
    shown = _shown(
        RedirectStatus.ACTIVE if on else RedirectStatus.OFF, reading, ledger, desired
    )
    decisive = heavy[: heavy.index(on[0]) + 1] if on else heavy
    return replace(shown, confirmed=silent.isdisjoint(decisive))


def _answered_for(part: Part, ledger: Ledger) -> Known[Value]:
    """Return what a part that cannot be read is believed to say."""
    wrote = value(ledger.wrote, part)
    return off_value(part) if wrote is UNKNOWN else wrote


def is_pending(
    desired: DesiredRedirect | None,
    ledger: Ledger,
    *,
    capabilities: RedirectCapabilities = EVERYTHING,
) -> bool:
    """Tell, without a reading, whether something is still to be done.

    That is so for a wish that the phone system was never seen to follow. What it
    was seen to follow may have changed since: that is unknown, and not pending.
    """
    if desired is not None and ledger.claim != desired.claim:
        return True
    requested, _ = requested_parts(desired, capabilities)
    expected = expected_state(requested, ledger, desired)
    return expected != ForwardingState() and (
        ledger.seen is None
        or any(value(ledger.wrote, part) != should for part, should in known(expected))
    )


def _shown(
    state: RedirectStatus,
    forwarding: ForwardingState,
    ledger: Ledger,
    desired: DesiredRedirect | None,
) -> Shown:
    for part in _BY_WEIGHT:
        found = value(forwarding, part)
        if not is_on(part, found):
            continue
        if isinstance(found, Destination):
            destination = found
        else:
            destination = Destination(DestinationKind.NUMBER, str(found))
        return Shown(state, part, destination, _set_by(part, found, ledger, desired))
    return Shown(state)


def _set_by(
    part: Part, found: Known[Value], ledger: Ledger, desired: DesiredRedirect | None
) -> SetBy:
    if any(value(own.forwarding, part) == found for own in ledger.own):
        return SetBy.ACTION
    if (
        is_in_force(ledger, desired)
        and part not in ledger.taken
        and value(ledger.wrote, part) == found
    ):
        return SetBy.PROFILE
    if part in ledger.taken:
        return SetBy.PHONE
    return SetBy.UNKNOWN
