"""What the box's entries mean for one person's line, and which of them to switch.

Pure: a reading of the box in, a forwarding or a list of changes out. A box cannot be told
where to send calls; it can only be told which of the rules that somebody made in it
are on. So the targets of a line are the rules that exist for it.

Calls of a line are diverted by the rules for its number (or its socket), and by those
for every call. The latter belong to the line only where the box has no second number:
otherwise switching one would move other people's calls.

An answering machine counts as a person's redirect only where it was named as theirs;
all others are nobody's business here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
import re
from typing import Final

from ...presence.line import (
    UNKNOWN,
    Condition,
    Destination,
    DestinationKind,
    ForwardingState,
    Known,
)
from ..driver import Rejected
from .rules import (
    BY_TELEPHONE,
    DELAYED_OR_BUSY,
    Dialling,
    Entry,
    Machine,
    OwnNumber,
    line_of,
)

BUSY_AND_NO_REPLY: Final = (Condition.BUSY, Condition.NO_REPLY)
"""The two conditions that one rule can answer together."""

type Destinations = Mapping[Condition, Known[Destination | None]]
type Choice = tuple[str, ...] | int
"""An entry by its key, or an answering machine by its index."""


class NoSuchRule(Rejected):
    """No rule in the box does this; somebody has to make it there.

    ``condition`` and ``destination`` say which.
    """

    def __init__(self, condition: Condition, destination: Destination) -> None:
        """Keep what is missing; the message has no number in it."""
        super().__init__(f"no rule for {condition.value}")
        self.condition = condition
        self.destination = destination


class RuleForAll(Rejected):
    """A rule for all numbers diverts this line too, and belongs to nobody alone."""


@dataclass(frozen=True, slots=True)
class Box:
    """Everything of the box that bears on redirects, as read at one moment."""

    entries: tuple[Entry, ...] = ()
    machines: tuple[Machine, ...] = ()
    numbers: tuple[OwnNumber, ...] = ()
    dialling: Dialling = field(default_factory=Dialling)


@dataclass(frozen=True, slots=True)
class Line:
    """A person's line: one of the box's numbers, or a socket (``1`` to ``4``).

    ``mailbox`` stands for the person's voicemail in what is read and asked for;
    ``machines`` are the answering machines that may be switched for them.
    """

    extension: str
    mailbox: str = ""
    machines: frozenset[int] = frozenset()

    @property
    def voicemail(self) -> Destination:
        """The person's voicemail, whichever rule or machine leads there."""
        return Destination(DestinationKind.VOICEMAIL, self.mailbox or self.extension)


@dataclass(frozen=True, slots=True)
class Changes:
    """What to switch: an entry's key or a machine's index → on or off."""

    entries: Mapping[tuple[str, ...], bool] = field(default_factory=dict)
    machines: Mapping[int, bool] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Tell whether there is anything to switch."""
        return bool(self.entries or self.machines)


@dataclass(frozen=True, slots=True)
class View:
    """One line's part of a reading."""

    box: Box
    line: Line

    def forwarding(self) -> ForwardingState:
        """Return the line's redirects.

        A condition with several targets at once is ``UNKNOWN``: which of them the box
        takes is described nowhere.
        """
        found = {condition: self._holding(condition) for condition in Condition}
        return ForwardingState(
            found[Condition.UNCONDITIONAL],
            found[Condition.BUSY],
            found[Condition.NO_REPLY],
        )

    def targets(self) -> dict[Condition, tuple[Destination, ...]]:
        """Return where calls can be sent under each condition, in the box's order."""
        found: dict[Condition, dict[Destination, None]] = {c: {} for c in Condition}
        for machine in self._machines():
            if (condition := machine.condition) is not None:
                found[condition][self.line.voicemail] = None
        for entry in self._own():
            for condition in entry.conditions:
                found[condition][self._destination(entry)] = None
        return {condition: tuple(each) for condition, each in found.items()}

    def changes(self, desired: ForwardingState) -> Changes:
        """Return what to switch so that the line's redirects are as desired.

        Raises:
            NoSuchRule: the rule for it does not exist.
            RuleForAll: it would take a rule that holds for other people too.
            Rejected: several rules are on, and what they do together is not known.
        """
        now = self.forwarding()
        asked = {c for c in Condition if desired.forward(c) is not UNKNOWN}
        final = {c: (desired if c in asked else now).forward(c) for c in Condition}
        chosen: set[Choice] = set()
        if Condition.UNCONDITIONAL in asked:
            chosen |= self._means(Condition.UNCONDITIONAL, final)
        if pair := asked.intersection(BUSY_AND_NO_REPLY):
            chosen |= self._pair(final, pair)
            asked |= pair
        # Two rules may be alike in everything: one of them that is on is enough.
        on = {entry.key for entry in self._own() if entry.enabled}
        entries = {
            entry.key: entry.key in chosen
            for entry in self._own()
            if asked.intersection(entry.conditions)
            and (entry.key in on) != (entry.key in chosen)
        }
        machines = {
            machine.index: machine.index in chosen
            for machine in self._machines()
            if machine.condition in asked
            and machine.enabled != (machine.index in chosen)
        }
        # On before off: no call meets a gap between two redirects.
        ordered = sorted(entries.items(), key=lambda change: not change[1])
        return Changes(dict(ordered), machines)

    def _pair(self, final: Destinations, pair: set[Condition]) -> set[Choice]:
        """Choose for busy and no reply, which one rule can answer together.

        Whatever ``pair`` lacks is added to it where it has to be switched as well.
        """
        both = [entry for entry in self._own() if entry.mode == DELAYED_OR_BUSY]
        if any(final[c] is UNKNOWN for c in BUSY_AND_NO_REPLY):
            if any(entry.enabled for entry in both):
                raise Rejected("several rules at once")
            return set[Choice]().union(*(self._means(c, final) for c in pair))
        pair.update(BUSY_AND_NO_REPLY)
        options: list[set[Choice]] = []
        busy, no_reply = (final[c] for c in BUSY_AND_NO_REPLY)
        if isinstance(busy, Destination) and isinstance(no_reply, Destination):
            together = self._best(
                entry
                for entry in both
                if self._same(self._destination(entry), busy)
                and self._same(busy, no_reply)
            )
            if together is not None and not any(
                self._done_for_all(c, final) for c in BUSY_AND_NO_REPLY
            ):
                options.append({together.key})
        try:
            options.append(
                set[Choice]().union(*(self._means(c, final) for c in BUSY_AND_NO_REPLY))
            )
        except NoSuchRule:
            if not options:
                raise
        on: set[Choice] = {
            entry.key
            for entry in self._own()
            if entry.enabled and pair.intersection(entry.conditions)
        }
        return min(options, key=lambda option: len(option ^ on))

    def _means(self, condition: Condition, final: Destinations) -> set[Choice]:
        """Return what has to be on for one condition: one thing, or nothing."""
        target = final[condition]
        if self._done_for_all(condition, final) or not isinstance(target, Destination):
            return set()
        if target.kind is DestinationKind.VOICEMAIL:
            if target != self.line.voicemail:
                raise Rejected("mailbox")
            machines = [m for m in self._machines() if m.condition is condition]
            if machines:
                return {max(machines, key=lambda m: (m.enabled, -m.index)).index}
        entry = self._best(
            each
            for each in self._own()
            if each.conditions == (condition,)
            and self._same(self._destination(each), target)
        )
        if entry is None:
            raise NoSuchRule(condition, target)
        return {entry.key}

    def _done_for_all(self, condition: Condition, final: Destinations) -> bool:
        """Tell whether a rule for everybody does already what is asked for.

        Raises:
            RuleForAll: it does something else.
        """
        for entry in self.box.entries:
            if (
                entry.enabled
                and condition in entry.conditions
                and self._covers(entry)
                and not self._is_own(entry)
            ):
                target = final[condition]
                if not isinstance(target, Destination) or not self._same(
                    self._destination(entry), target
                ):
                    raise RuleForAll(condition.value)
                return True
        return False

    def _best(self, entries: Iterable[Entry]) -> Entry | None:
        """Return the entry that is on already, else the first."""
        return max(entries, key=lambda e: (e.enabled, -e.index), default=None)

    def _holding(self, condition: Condition) -> Known[Destination | None]:
        found = {
            self._destination(entry)
            for entry in self.box.entries
            if entry.enabled and condition in entry.conditions and self._covers(entry)
        }
        if any(m.enabled and m.condition is condition for m in self._machines()):
            found.add(self.line.voicemail)
        return UNKNOWN if len(found) > 1 else next(iter(found), None)

    def _own(self) -> list[Entry]:
        return [
            entry
            for entry in self.box.entries
            if entry.conditions and self._is_own(entry)
        ]

    def _covers(self, entry: Entry) -> bool:
        return self._line_of(entry) in {None, self.line.extension}

    def _is_own(self, entry: Entry) -> bool:
        line = self._line_of(entry)
        alone = len(self.box.numbers) <= 1 and self.line.extension not in set(
            BY_TELEPHONE.values()
        )
        return line == self.line.extension or (line is None and alone)

    def _line_of(self, entry: Entry) -> str | None:
        return line_of(entry, self.box.numbers, self.box.dialling)

    def _machines(self) -> list[Machine]:
        return [m for m in self.box.machines if m.index in self.line.machines]

    def _destination(self, entry: Entry) -> Destination:
        if entry.machine is not None:
            return self.line.voicemail
        return Destination(DestinationKind.NUMBER, spelled(entry.target, self.box))

    def _same(self, one: Destination, other: Destination) -> bool:
        if one.kind is not other.kind:
            return False
        return one.kind is DestinationKind.VOICEMAIL or same_target(
            one.number, other.number, self.box
        )


def spelled(target: str, box: Box) -> str:
    """Return a rule's target as people and colleagues' extensions write it."""
    bare = re.sub(r"[^0-9*#+]", "", target)[:32]
    socket = bare.removeprefix("**")
    if bare != socket and socket in BY_TELEPHONE.values():
        return socket
    for own in box.numbers:
        if box.dialling.same(own.number, bare):
            return own.number
    full, country = box.dialling.full(bare), box.dialling.country
    if country and full.startswith(f"+{country}"):
        return "0" + full.removeprefix(f"+{country}")
    return "00" + full[1:] if full.startswith("+") else full


def same_target(one: str, other: str, box: Box) -> bool:
    """Tell whether two spellings ring the same."""
    return spelled(one, box) == spelled(other, box)
