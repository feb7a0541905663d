"""The parts of a redirect setting, taken one by one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, cast

from ..line import (
    UNKNOWN,
    Condition,
    Destination,
    DestinationKind,
    ForwardingState,
    Known,
    Status,
)


class Part(StrEnum):
    """One field of a :class:`~.line.ForwardingState`, by its name."""

    UNCONDITIONAL = "unconditional"
    BUSY = "busy"
    NO_REPLY = "no_reply"
    RING_SECONDS = "ring_seconds"
    FOLLOW_ME = "follow_me"
    DO_NOT_DISTURB = "do_not_disturb"


type Value = Destination | str | int | None
"""What a part can be; ``bool`` is an ``int``."""

FORWARDS: Final = frozenset({Part.UNCONDITIONAL, Part.BUSY, Part.NO_REPLY})
REDIRECTS: Final = FORWARDS | {Part.FOLLOW_ME}
"""The parts that send a call elsewhere: what *off* ends."""


def value(forwarding: ForwardingState, part: Part) -> Known[Value]:
    """Return one part of a setting."""
    return cast("Known[Value]", getattr(forwarding, part.value))


def known(forwarding: ForwardingState) -> Iterator[tuple[Part, Value]]:
    """Yield the parts of a setting that are known, in the order of :class:`Part`."""
    for part in Part:
        if (found := value(forwarding, part)) is not UNKNOWN:
            yield part, found


def changed(
    forwarding: ForwardingState, values: Mapping[Part, Known[Value]]
) -> ForwardingState:
    """Return a setting with some parts replaced."""
    return replace(forwarding, **{part.value: new for part, new in values.items()})  # type: ignore[arg-type]


def only(forwarding: ForwardingState, parts: Iterable[Part]) -> ForwardingState:
    """Return the named parts of a setting; the others are ``UNKNOWN``."""
    return changed(ForwardingState(), {part: value(forwarding, part) for part in parts})


def is_on(part: Part, found: Known[Value]) -> bool:
    """Return whether this value is on: it redirects or blocks calls."""
    if part is Part.DO_NOT_DISTURB:
        return found is True
    return part in REDIRECTS and found is not UNKNOWN and found is not None


def off_value(part: Part) -> Value:
    """Return the value of a part that is off."""
    return False if part is Part.DO_NOT_DISTURB else None


class TargetChoice(StrEnum):
    """What can be chosen as a target of a condition."""

    FREE = "free"
    """Any number that can be dialled."""
    LIST = "list"
    """One of those that the phone system offers."""
    STATUS = "status"
    """One of the phone system's named statuses, which is switched as a whole."""
    NONE = "none"
    """None: it goes where the phone system sends it."""


@dataclass(frozen=True, slots=True)
class Targets:
    """Where one condition can be redirected to, on one line.

    ``listed``: with :attr:`TargetChoice.LIST`, every target that can be had, mailboxes
    included; with :attr:`TargetChoice.STATUS`, every status. ``voicemail``: whether it
    can lead to a mailbox. ``suggested``: which of the statuses fits what colleagues see.
    """

    choice: TargetChoice = TargetChoice.FREE
    listed: tuple[Destination, ...] = ()
    voicemail: bool = True
    suggested: Mapping[Status, str] = field(default_factory=dict)

    def takes_kind(self, kind: DestinationKind) -> bool:
        """Tell whether a target of this kind can be chosen."""
        if kind is DestinationKind.UNKNOWN:
            return self.choice is TargetChoice.NONE
        if self.choice is TargetChoice.NONE:
            return False
        if TargetChoice.STATUS is self.choice or kind is DestinationKind.STATUS:
            return self.choice is TargetChoice.STATUS and kind is DestinationKind.STATUS
        return self.voicemail or kind is not DestinationKind.VOICEMAIL

    def takes(self, target: Destination) -> bool:
        """Tell whether a target can be had, as far as its kind says.

        Whether a number is one of those that are listed only the driver knows for
        certain: the same number can be written in several ways.
        """
        if target.kind is DestinationKind.UNKNOWN and target.number:
            return True
        if target.kind is DestinationKind.STATUS and self.listed:
            return target in self.listed
        return self.takes_kind(target.kind)


@dataclass(frozen=True, slots=True)
class RingTime:
    """How long a telephone rings before *no reply* redirects, in seconds.

    ``about``: the phone system's own time, which cannot be set and is not exact;
    ``None``: from ``lowest`` to ``highest`` in steps of ``step``.
    """

    lowest: int = 5
    highest: int = 120
    step: int = 1
    about: int | None = None

    def nearest(self, seconds: int) -> int:
        """Return the supported time, in seconds, nearest to the requested one."""
        if self.about is not None:
            return self.about
        steps = round((seconds - self.lowest) / self.step)
        return min(max(self.lowest + steps * self.step, self.lowest), self.highest)


@dataclass(frozen=True, slots=True)
class RedirectCapabilities:
    """What can be set of one line's redirect, and what can be read.

    ``voicemail``: it can be redirected to a mailbox. A part that is writable but not
    readable is believed to be as it was last answered for. ``targets``: for the
    conditions that do not take every number.
    """

    writable: frozenset[Part] = frozenset(Part)
    readable: frozenset[Part] = frozenset(Part)
    voicemail: bool = True
    targets: Mapping[Condition, Targets] = field(default_factory=dict)
    ring_time: RingTime = RingTime()
    keeps_number: bool = False
    """It keeps the number of the last write (:mod:`.mark`)."""

    @classmethod
    def named(cls, names: Iterable[str]) -> RedirectCapabilities:
        """Read a driver's capabilities by their names, in either case.

        Names beyond the parts, ``read_back`` and ``voicemail`` are ignored.
        """
        given = {name.lower() for name in names}
        writable = frozenset(part for part in Part if part.value in given)
        return cls(
            writable,
            writable if "read_back" in given else frozenset(),
            "voicemail" in given,
            keeps_number="write_number" in given,
        )

    def targets_of(self, condition: Condition) -> Targets:
        """Return where a condition can be redirected to."""
        return self.targets.get(condition) or Targets(voicemail=self.voicemail)

    def can_set(self, part: Part, found: Value) -> bool:
        """Return whether the phone system can set the part to this value."""
        if part not in self.writable:
            return False
        if part in FORWARDS and isinstance(found, Destination):
            return self.targets_of(Condition(part.value)).takes(found)
        return True


EVERYTHING: Final = RedirectCapabilities()


def merged(lines: Iterable[RedirectCapabilities]) -> RedirectCapabilities:
    """Return what at least one of several lines can do."""
    all_lines = tuple(lines)
    found = [one.ring_time for one in all_lines]
    settable = [time for time in found if time.about is None]
    return RedirectCapabilities(
        frozenset[Part]().union(*(one.writable for one in all_lines)),
        frozenset[Part]().union(*(one.readable for one in all_lines)),
        any(one.voicemail for one in all_lines),
        {
            condition: _merged_targets(
                one.targets_of(condition)
                for one in all_lines
                if Part(condition.value) in one.writable
            )
            for condition in Condition
        },
        next(iter([*settable, *found]), RingTime()),
    )


def _merged_targets(targets: Iterable[Targets]) -> Targets:
    every = tuple(targets)
    choices = {one.choice for one in every}
    choice = next((one for one in TargetChoice if one in choices), TargetChoice.NONE)
    listed = dict.fromkeys(one for each in every for one in each.listed)
    if choice not in (TargetChoice.LIST, TargetChoice.STATUS):
        listed = {}
    suggested = next((one.suggested for one in every if one.suggested), {})
    voicemail = any(one.voicemail for one in every)
    return Targets(choice, tuple(listed), voicemail, suggested)
