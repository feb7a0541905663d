"""What stands in the box: call diversions, call blocks, answering machines, numbers.

Diversions and call blocks share one list and one index. Whoever adds or removes one
shifts the index of all that follow, so an entry is known by what it is
(:attr:`Entry.key`), and its index holds only for the reading it stands in.

Sources: service descriptions X_AVM-DE_OnTel, X_AVM-DE_TAM and X_VoIP of a FRITZ!Box
7590 with FRITZ!OS 7.29; the box's own help on call diversion.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
import re
from typing import Final

from ...presence.line import Condition
from .soap import Unreadable, items

CALL_BLOCK: Final = "eNoSignal"
IMMEDIATELY: Final = "eImmediately"
BUSY: Final = "eBusy"
DELAYED: Final = "eDelayed"
DELAYED_OR_BUSY: Final = "eDelayedOrBusy"

CONDITIONS: Final[Mapping[str, tuple[Condition, ...]]] = {
    IMMEDIATELY: (Condition.UNCONDITIONAL,),
    BUSY: (Condition.BUSY,),
    DELAYED: (Condition.NO_REPLY,),
    "eShortDelayed": (Condition.NO_REPLY,),
    "eLongDelayed": (Condition.NO_REPLY,),
    DELAYED_OR_BUSY: (Condition.BUSY, Condition.NO_REPLY),
}
"""Mode → what it answers. Every other mode is no redirect: a block, parallel ringing."""
BY_NUMBER: Final = frozenset({"toVoIP", "toPOTS", "toMSN"})
BY_TELEPHONE: Final = {"fon1": "1", "fon2": "2", "fon3": "3", "fon4": "4"}
"""Type → the extension that stands for that socket: ``**1`` without its stars."""
FOR_ALL: Final = frozenset({"toAny", "fromAll"})
"""Types that divert every call that comes in."""

FIRST_MACHINE: Final = 600
MACHINES: Final = 5
ALL_BY_ITSELF: Final = 255
"""Ring seconds of a machine that decides by itself when to answer."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One diversion or call block as it was read at ``index``."""

    index: int
    enabled: bool
    type: str
    number: str
    target: str
    mode: str
    outgoing: str = ""
    phonebook: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """What the entry is, apart from its place and whether it is on."""
        return (
            self.type,
            self.number,
            self.target,
            self.mode,
            self.outgoing,
            self.phonebook,
        )

    @property
    def is_block(self) -> bool:
        """Whether it blocks calls instead of diverting them."""
        return self.mode == CALL_BLOCK

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """When it diverts a call, whoever calls; empty for all other entries."""
        diverts = self.type in BY_NUMBER | FOR_ALL or self.type in BY_TELEPHONE
        return CONDITIONS.get(self.mode, ()) if diverts and self.target else ()

    @property
    def machine(self) -> int | None:
        """Which answering machine the calls go to, if it is one."""
        digits = self.target.removeprefix("**")
        if not digits.isdecimal() or len(digits) != 3:
            return None
        index = int(digits) - FIRST_MACHINE
        return index if 0 <= index < MACHINES else None


@dataclass(frozen=True, slots=True)
class Machine:
    """One answering machine. Its index names it: it is also its number, 600 to 604."""

    index: int
    name: str
    enabled: bool
    ring_seconds: int = 0
    """0: it answers at once."""
    numbers: tuple[str, ...] = ()
    """The numbers it answers; empty: all."""
    by_time: bool = False
    """A timetable in the box switches it on and off."""

    @property
    def number(self) -> str:
        """Its internal number."""
        return str(FIRST_MACHINE + self.index)

    @property
    def condition(self) -> Condition | None:
        """When it takes a call; ``None`` where that cannot be told."""
        if self.by_time or self.ring_seconds == ALL_BY_ITSELF:
            return None
        return Condition.NO_REPLY if self.ring_seconds else Condition.UNCONDITIONAL


@dataclass(frozen=True, slots=True)
class OwnNumber:
    """One of the numbers under which the box is called."""

    number: str
    """Digits, as the box lists it."""
    name: str = ""
    index: str = ""


@dataclass(frozen=True, slots=True)
class Dialling:
    """How the box completes numbers: ``country`` "49", ``area`` "30"."""

    country: str = ""
    area: str = ""

    def full(self, number: str) -> str:
        """Return a number's longest form, to compare two spellings."""
        bare = re.sub(r"[^0-9*#+]", "", number)
        if bare.startswith(("+", "*", "#")):
            return bare
        if bare.startswith("00"):
            return "+" + bare[2:]
        if not self.country:
            return bare
        if bare.startswith("0"):
            return f"+{self.country}{bare[1:]}"
        if self.area and len(bare) > 3:
            return f"+{self.country}{self.area}{bare}"
        return bare

    def same(self, one: str, other: str) -> bool:
        """Tell whether two texts are one number."""
        return bool(one) and self.full(one) == self.full(other)


def digits(number: str) -> str:
    """Return a number's digits alone."""
    return re.sub(r"\D", "", number)


def read_entries(text: str) -> tuple[Entry, ...]:
    """Read ``NewDeflectionList``.

    Raises:
        Unreadable: an entry lacks its place or its state.
    """
    entries = tuple(
        Entry(
            _number(item, "DeflectionId"),
            _flag(item, "Enable"),
            item.get("Type", ""),
            item.get("Number", ""),
            item.get("DeflectionToNumber", ""),
            item.get("Mode", ""),
            item.get("Outgoing", ""),
            item.get("PhonebookID", ""),
        )
        for item in items(text)
    )
    if len({entry.index for entry in entries}) != len(entries):
        raise Unreadable("two entries at one place")
    return entries


def read_machine_list(text: str) -> tuple[Machine, ...]:
    """Read ``NewTAMList``: the machines that exist, and whether they are on.

    When they answer, and which numbers, stands elsewhere (:func:`read_machine`).
    """
    return tuple(
        Machine(index, item.get("Name", "")[:64], _flag(item, "Enable"))
        for item in items(text)
        if item.get("Display", "1") == "1"
        and 0 <= (index := _number(item, "Index")) < MACHINES
    )


def read_machine(index: int, info: Mapping[str, str]) -> Machine:
    """Read what ``GetInfo`` says of an answering machine."""
    return Machine(
        index,
        info.get("NewName", "").strip()[:64],
        _flag(info, "NewEnable"),
        _number(info, "NewRingSeconds"),
        tuple(filter(None, map(str.strip, info.get("NewPhoneNumbers", "").split(",")))),
        info.get("NewMode") == "timeprofile",
    )


def read_numbers(text: str) -> tuple[OwnNumber, ...]:
    """Read ``NewNumberList``; one without a digit is left out."""
    found: dict[str, OwnNumber] = {}
    for item in items(text):
        number = digits(item.get("Number", ""))
        if number:
            found.setdefault(
                number, OwnNumber(number, item.get("Name", ""), item.get("Index", ""))
            )
    return tuple(found.values())


def line_of(
    entry: Entry, numbers: Iterable[OwnNumber], dialling: Dialling
) -> str | None:
    """Return whose calls an entry diverts: a number, a socket, or ``None`` for all.

    What stands for none of the box's numbers is returned as it stands.
    """
    if entry.type in BY_TELEPHONE:
        return BY_TELEPHONE[entry.type]
    if entry.type in FOR_ALL:
        return None
    known = tuple(numbers)
    for own in known:
        if dialling.same(own.number, entry.number) or own.number == entry.number:
            return own.number
    by_index = [own.number for own in known if own.index == entry.number]
    return by_index[0] if len(by_index) == 1 else entry.number


def _number(item: Mapping[str, str], name: str) -> int:
    text = item.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise Unreadable("no number")
    return int(text)


def _flag(item: Mapping[str, str], name: str) -> bool:
    text = item.get(name, "")
    if text not in {"0", "1"}:
        raise Unreadable("neither on nor off")
    return text == "1"
