"""The parts of a redirect setting, taken one by one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, cast

from ..line import UNKNOWN, Destination, DestinationKind, ForwardingState, Known


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
    """Tell whether this value sends calls away or keeps them off."""
    if part is Part.DO_NOT_DISTURB:
        return found is True
    return part in REDIRECTS and found is not UNKNOWN and found is not None


def off_value(part: Part) -> Value:
    """Return what a part says when it is off."""
    return False if part is Part.DO_NOT_DISTURB else None


@dataclass(frozen=True, slots=True)
class RedirectCapabilities:
    """What this phone system can set, and what it can tell.

    ``voicemail``: it can forward to a mailbox. A part that is writable but not
    readable is believed to be as it was last answered for.
    """

    writable: frozenset[Part] = frozenset(Part)
    readable: frozenset[Part] = frozenset(Part)
    voicemail: bool = True

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
        )

    def can_set(self, part: Part, found: Value) -> bool:
        """Tell whether the phone system can be asked for this."""
        if (
            isinstance(found, Destination)
            and found.kind is DestinationKind.VOICEMAIL
            and not self.voicemail
        ):
            return False
        return part in self.writable


EVERYTHING: Final = RedirectCapabilities()
