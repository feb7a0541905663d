"""What the box's entries mean for one person's line, and which of them to switch.

Pure: a reading of the box in, a state or a list of changes out. A box cannot be told
where to send calls; it can only be told which of the rules that somebody made in it
are on. So the targets of a line are the rules that exist for it.

Calls of a line are diverted by the rules for its number (or its socket), and by those
for every call. The latter belong to the line only where the box has no second number:
otherwise switching one would move other people's calls.

An answering machine is a person's voicemail where it was named as theirs. Where nobody
named any, one that answers at once and answers this number alone is: it has no other
use. Other machines are never switched.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import combinations
import re
from typing import Final

from ...presence.line import (
    UNKNOWN,
    Condition,
    Destination,
    DestinationKind,
    ForwardingState,
)
from ...presence.redirect.parts import TargetChoice, Targets
from ..driver import Rejected
from .description import ABOUT_RING_SECONDS
from .errors import RULES_MISSING, OtherMailbox, RuleForAll
from .rules import (
    BY_TELEPHONE,
    Dialling,
    Entry,
    Machine,
    OwnNumber,
    line_of,
)

ALONE: Final = ((Condition.UNCONDITIONAL,), (Condition.BUSY, Condition.NO_REPLY))
"""Conditions that no rule answers together with one of another group."""
MOST_CANDIDATES: Final = 12
"""Rules of one line and target that are tried in every combination."""

type Choice = tuple[str, ...] | int
"""An entry by its key, or an answering machine by its index."""
type DesiredParts = Mapping[Condition, Destination | None]


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
    ``machines``: the answering machines that may be switched for them; ``None``: nobody
    named any.
    """

    extension: str
    mailbox: str = ""
    machines: frozenset[int] | None = None

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
class _Candidate:
    """Something that can be on: where it sends calls, and when."""

    choice: Choice
    conditions: tuple[Condition, ...]
    destination: Destination
    on: bool


@dataclass(frozen=True, slots=True)
class View:
    """One line's part of a reading."""

    box: Box
    line: Line

    def forwarding(self) -> ForwardingState:
        """Return the line's redirects.

        A condition with several targets at once is on with a target that is not known:
        which of them the box takes is described nowhere. Its number is a mark by which
        :meth:`changes` finds the same rules again.
        """
        now = self._now()
        return ForwardingState(
            now[Condition.UNCONDITIONAL], now[Condition.BUSY], now[Condition.NO_REPLY]
        )

    def _now(self) -> dict[Condition, Destination | None]:
        on = [each for each in self._candidates() if each.on]
        return {
            condition: _read([*on, *self._for_all()], condition)
            for condition in Condition
        }

    def targets(self) -> dict[Condition, Targets]:
        """Return where calls can be sent under each condition, in the box's order."""
        found: dict[Condition, dict[Destination, None]] = {c: {} for c in Condition}
        for each in self._candidates():
            for condition in each.conditions:
                found[condition][each.destination] = None
        # Voicemail always counts as possible: where its rule is missing, it is said
        # which one to make.
        return {
            condition: Targets(TargetChoice.LIST, tuple(listed))
            for condition, listed in found.items()
        }

    def ring_seconds(self) -> int:
        """Return about how long it rings before *no reply* takes a call."""
        later = {
            machine.ring_seconds
            for machine, condition in self._machines()
            if condition is Condition.NO_REPLY
        }
        by_rule = any(
            Condition.NO_REPLY in entry.conditions and self._is_own(entry)
            for entry in self.box.entries
        )
        return ABOUT_RING_SECONDS if by_rule or not later else min(later)

    def changes(self, desired: ForwardingState) -> Changes:
        """Return what to switch so that the line's redirects are as desired.

        Raises:
            RuleMissing: the rule for it does not exist.
            RuleForAll: it would take a rule that holds for other people too.
            Rejected: it is a mailbox that is not the person's, or has too many rules.
        """
        now = self._now()
        candidates = self._candidates()
        entries: dict[tuple[str, ...], bool] = {}
        machines: dict[int, bool] = {}
        for group in ALONE:
            if all(desired.forward(condition) is UNKNOWN for condition in group):
                continue
            wanted: dict[Condition, Destination | None] = {}
            for condition in group:
                asked = desired.forward(condition)
                wanted[condition] = now[condition] if asked is UNKNOWN else asked
            concerned = [c for c in candidates if set(c.conditions) & set(group)]
            chosen = self._chosen(concerned, wanted)
            on = {each.choice for each in concerned if each.on}
            for choice in sorted(on ^ chosen, key=lambda one: one not in chosen):
                if isinstance(choice, int):
                    machines[choice] = choice in chosen
                else:
                    entries[choice] = choice in chosen
        # On before off: no call meets a gap between two redirects.
        ordered = sorted(entries.items(), key=lambda change: not change[1])
        return Changes(dict(ordered), machines)

    def _chosen(
        self, concerned: Sequence[_Candidate], wanted: DesiredParts
    ) -> frozenset[Choice]:
        """Return what has to be on, by trying; the least that has to be switched."""
        for target in wanted.values():
            self._check_mailbox(target)
        on = frozenset(each.choice for each in concerned if each.on)
        possible = {
            each.choice: each for each in concerned if self._may_be_on(each, wanted)
        }
        if len(possible) > MOST_CANDIDATES:
            raise Rejected("too many rules")
        for_all = self._for_all()
        fitting = [
            chosen
            for chosen in _subsets(possible)
            if all(
                self._same(
                    _read([*(possible[one] for one in chosen), *for_all], condition),
                    target,
                )
                for condition, target in wanted.items()
            )
        ]
        if not fitting:
            raise self._why_not(possible.values(), wanted)
        return min(fitting, key=lambda chosen: (len(chosen ^ on), len(chosen)))

    def _check_mailbox(self, target: Destination | None) -> None:
        if target is None or target.kind is not DestinationKind.VOICEMAIL:
            return
        if target != self.line.voicemail:
            raise OtherMailbox("mailbox")

    def _may_be_on(self, each: _Candidate, wanted: DesiredParts) -> bool:
        """Tell whether something can be on without breaking what is wanted."""
        for condition in each.conditions:
            target = wanted[condition]
            if target is None:
                return False
            if target.kind is not DestinationKind.UNKNOWN and not self._same(
                each.destination, target
            ):
                return False
        return True

    def _why_not(
        self, possible: Collection[_Candidate], wanted: DesiredParts
    ) -> Exception:
        for condition, target in wanted.items():
            for each in self._for_all():
                if condition in each.conditions and not self._same(
                    each.destination, target
                ):
                    return RuleForAll(condition.value)
        for condition, target in wanted.items():
            if target is None or target.kind is DestinationKind.UNKNOWN:
                continue
            if not any(each.conditions == (condition,) for each in possible):
                return RULES_MISSING[condition]()
        return Rejected("these rules are no longer there")

    def _candidates(self) -> list[_Candidate]:
        """Return all that can be switched for this line, in the box's order."""
        found: dict[Choice, _Candidate] = {}
        for machine, condition in self._machines():
            found[machine.index] = _Candidate(
                machine.index, (condition,), self.line.voicemail, machine.enabled
            )
        for entry in self.box.entries:
            if not entry.conditions or not self._is_own(entry):
                continue
            # Two rules may be alike in everything: one of them that is on is enough.
            alike = found.get(entry.key)
            found[entry.key] = _Candidate(
                entry.key,
                entry.conditions,
                self._destination(entry),
                entry.enabled or (alike is not None and alike.on),
            )
        return list(found.values())

    def _for_all(self) -> list[_Candidate]:
        """Return the rules for all numbers that divert this line's calls."""
        return [
            _Candidate(
                entry.key, entry.conditions, self._destination(entry), entry.enabled
            )
            for entry in self.box.entries
            if entry.enabled
            and entry.conditions
            and self._line_of(entry) is None
            and not self._is_own(entry)
        ]

    def _machines(self) -> list[tuple[Machine, Condition]]:
        named = self.line.machines
        return [
            (machine, condition)
            for machine in self.box.machines
            if (condition := machine.condition) is not None
            and (
                self._is_made_for(machine) if named is None else machine.index in named
            )
        ]

    def _is_made_for(self, machine: Machine) -> bool:
        """Return whether a machine answers at once, and this line alone."""
        if machine.condition is not Condition.UNCONDITIONAL:
            return False
        dialling = self.box.dialling
        if machine.numbers:
            return all(
                dialling.same(number, self.line.extension) for number in machine.numbers
            )
        return self._is_alone

    @property
    def _is_alone(self) -> bool:
        sockets = set(BY_TELEPHONE.values())
        return len(self.box.numbers) <= 1 and self.line.extension not in sockets

    def _is_own(self, entry: Entry) -> bool:
        line = self._line_of(entry)
        return line == self.line.extension or (line is None and self._is_alone)

    def _line_of(self, entry: Entry) -> str | None:
        return line_of(entry, self.box.numbers, self.box.dialling)

    def _destination(self, entry: Entry) -> Destination:
        if entry.machine is not None:
            return self.line.voicemail
        return Destination(DestinationKind.NUMBER, spelled(entry.target, self.box))

    def _same(self, one: Destination | None, other: Destination | None) -> bool:
        if one is None or other is None or one.kind is not other.kind:
            return one is other
        if one.kind is DestinationKind.NUMBER:
            return same_target(one.number, other.number, self.box)
        return one == other


def _read(on: Collection[_Candidate], condition: Condition) -> Destination | None:
    """Return where calls go while all of this is on."""
    concerned = [each for each in on if condition in each.conditions]
    targets = {each.destination for each in concerned}
    if len(targets) <= 1:
        return next(iter(targets), None)
    said = "\n".join(sorted(str(each.choice) for each in concerned))
    mark = sha256(said.encode()).hexdigest()[:16]
    return Destination(DestinationKind.UNKNOWN, mark)


def _subsets(possible: Collection[Choice]) -> Iterator[frozenset[Choice]]:
    for size in range(len(possible) + 1):
        for chosen in combinations(possible, size):
            yield frozenset(chosen)


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
