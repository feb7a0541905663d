"""What a person sees of a redirect."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ..line import UNKNOWN, Condition, Destination, DestinationKind, Known, Setting
from .desired import Wanted, aim_of, goal_of, holds
from .ledger import Ledger
from .parts import (
    EVERYTHING,
    FORWARDS,
    Part,
    Reach,
    Value,
    changed,
    is_on,
    known,
    only,
    value,
)


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
    while pending or failed, as it should say. ``None``: no redirect.
    """

    status: RedirectStatus
    part: Part | None = None
    destination: Destination | None = None
    set_by: SetBy | None = None

    @property
    def condition(self) -> Condition | None:
        """The condition of the shown forward; ``None`` for follow-me and none."""
        return Condition(self.part.value) if self.part in FORWARDS else None


_BY_WEIGHT: Final = (Part.UNCONDITIONAL, Part.FOLLOW_ME, Part.BUSY, Part.NO_REPLY)


def status(
    wanted: Wanted | None,
    observed: Setting,
    ledger: Ledger,
    failure: object | None = None,
    *,
    reach: Reach = EVERYTHING,
) -> Shown:
    """Say what the redirect sensor shows; ``ledger`` is that of the last plan.

    ``failure``: whatever kept the last write from being done; it counts only while
    something is still to be done.
    """
    aim, _ = aim_of(wanted, reach)
    reading = only(observed, reach.readable)
    goal = goal_of(aim, ledger, wanted)
    heavy = [part for part in _BY_WEIGHT if part in reach.writable | reach.readable]
    if not heavy:
        return Shown(RedirectStatus.UNKNOWN)
    unread = [part for part in heavy if value(reading, part) is UNKNOWN]
    differs = any(
        value(reading, part) is not UNKNOWN and value(reading, part) != should
        for part, should in known(goal)
        if part in reach.writable
    )
    if differs or (failure is not None and unread and goal != Setting()):
        return _shown(
            RedirectStatus.PENDING if failure is None else RedirectStatus.FAILED,
            changed(reading, dict(known(goal))),
            ledger,
            wanted,
        )
    if holds(ledger, wanted) and aim == Setting():
        return _shown(RedirectStatus.FAILED, reading, ledger, wanted)
    on = [part for part in heavy if is_on(part, value(reading, part))]
    if unread and (not on or heavy.index(unread[0]) < heavy.index(on[0])):
        return Shown(RedirectStatus.UNKNOWN)
    return _shown(
        RedirectStatus.ACTIVE if on else RedirectStatus.OFF, reading, ledger, wanted
    )


def is_pending(
    wanted: Wanted | None, ledger: Ledger, *, reach: Reach = EVERYTHING
) -> bool:
    """Tell, without a reading, whether something is still to be done.

    That is so for a wish that the phone system was never seen to follow. What it
    was seen to follow may have changed since: that is unknown, and not pending.
    """
    if wanted is not None and ledger.claim != wanted.claim:
        return True
    aim, _ = aim_of(wanted, reach)
    goal = goal_of(aim, ledger, wanted)
    return goal != Setting() and (
        ledger.seen is None
        or any(value(ledger.wrote, part) != should for part, should in known(goal))
    )


def _shown(
    state: RedirectStatus, setting: Setting, ledger: Ledger, wanted: Wanted | None
) -> Shown:
    for part in _BY_WEIGHT:
        found = value(setting, part)
        if not is_on(part, found):
            continue
        if isinstance(found, Destination):
            destination = found
        else:
            destination = Destination(DestinationKind.NUMBER, str(found))
        return Shown(state, part, destination, _set_by(part, found, ledger, wanted))
    return Shown(state)


def _set_by(
    part: Part, found: Known[Value], ledger: Ledger, wanted: Wanted | None
) -> SetBy:
    if any(value(own.setting, part) == found for own in ledger.own):
        return SetBy.ACTION
    if (
        holds(ledger, wanted)
        and part not in ledger.taken
        and value(ledger.wrote, part) == found
    ):
        return SetBy.PROFILE
    if part in ledger.taken:
        return SetBy.PHONE
    return SetBy.UNKNOWN
