"""Where a redirect rule leads: people, devices and deputies become numbers.

A rule names people; a phone system wants numbers, and follows them blindly. So
whatever would send a call round in a circle is refused here, by name, before
anything is written.

Somebody **takes calls** unless their status is do not disturb, away or offline, the
phone system's own do not disturb is on, their telephone is not reachable, or an
unconditional redirect is in force or on its way. Being in a call still counts as
taking calls, for a second call rings or waits; an office may decide otherwise. What
the phone system has not told counts as taking calls: a deputy list must not fall
back to voicemail whenever a connection is lost.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from ..line import (
    TARGET_UNKNOWN,
    UNKNOWN,
    CallState,
    Condition,
    Destination,
    DestinationKind,
    ForwardingState,
    Known,
    Status,
)
from ..model import Office, Person, RedirectMode, RedirectRule, Target, TargetKind
from .numbers import (
    PLAIN,
    BadNumber,
    NumberFormat,
    NumberProblem,
    checked,
    dialled,
    extension_of,
    is_emergency,
    parse,
)


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known about one person while somebody's redirect is resolved.

    ``observed``: what the phone system says of their extension; ``desired``: what
    their own rule asks for, resolved; ``None`` where nothing is known or asked.
    """

    status: Status | None = None
    observed: ForwardingState | None = None
    desired: ForwardingState | None = None
    call: CallState | None = None


class RefusalReason(StrEnum):
    """Why a target is not written, or is worth a warning."""

    LOOP = "loop"
    """The call would come round; ``people`` are those on the way, in order."""
    SELF = "self"
    """It leads to the extension it comes from."""
    UNKNOWN_PERSON = "unknown_person"
    UNKNOWN_DEVICE = "unknown_device"
    BAD_NUMBER = "bad_number"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A target that is refused or warned of; contains no number."""

    reason: RefusalReason
    condition: Condition
    people: tuple[str, ...] = ()
    problem: NumberProblem | None = None


class NotTaking(StrEnum):
    """Why somebody takes no calls now."""

    DO_NOT_DISTURB = "do_not_disturb"
    AWAY = "away"
    OFFLINE = "offline"
    UNREACHABLE = "unreachable"
    """Their telephone cannot be reached."""
    IN_CALL = "in_call"
    REDIRECTED = "redirected"


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A deputy, by the person's id, whom calls do not go to, and why."""

    person: str
    why: NotTaking


@dataclass(frozen=True, slots=True)
class Resolution:
    """A redirect rule resolved to a forwarding state.

    ``forwarding``: its ``UNKNOWN`` parts are left alone; a refused condition is one of
    them. ``refusals``: what was not taken over. ``warnings``: what was, although it
    may disappoint: a missing deputy, a way round that needs nobody to answer.
    ``shown``: per condition the target that was taken, a deputy list already
    narrowed down to the person or voicemail it came to. ``passed_over``: the deputies
    before that one, each once.
    """

    forwarding: ForwardingState = field(default_factory=ForwardingState)
    refusals: tuple[Refusal, ...] = ()
    warnings: tuple[Refusal, ...] = ()
    shown: Mapping[Condition, Target] = field(default_factory=dict)
    passed_over: tuple[PassedOver, ...] = ()

    def narrowed(self, rule: RedirectRule) -> RedirectRule:
        """Return the rule that was resolved, with what its deputy lists came to."""
        return replace(
            rule,
            unconditional=self._narrowed(rule, Condition.UNCONDITIONAL),
            busy=self._narrowed(rule, Condition.BUSY),
            no_reply=self._narrowed(rule, Condition.NO_REPLY),
        )

    def _narrowed(self, rule: RedirectRule, condition: Condition) -> Target | None:
        target = rule.target(condition)
        return self.shown.get(condition, target) if has_deputies(target) else target


NOT_TAKING_CALLS: Final = {
    Status.DO_NOT_DISTURB: NotTaking.DO_NOT_DISTURB,
    Status.AWAY: NotTaking.AWAY,
    Status.OFFLINE: NotTaking.OFFLINE,
}
ENGAGED: Final = frozenset({CallState.RINGING, CallState.IN_CALL})


def has_deputies(target: Target | None) -> bool:
    """Return whether a target is a list of deputies."""
    return target is not None and target.kind is TargetKind.FIRST_AVAILABLE


def takes_calls(situation: Situation, *, when_engaged: bool = True) -> bool:
    """Tell whether somebody takes calls now; the module says what that means."""
    return takes_no_calls(situation, when_engaged=when_engaged) is None


def takes_no_calls(
    situation: Situation, *, when_engaged: bool = True
) -> NotTaking | None:
    """Return why somebody takes no calls now; ``None``: they take calls."""
    if (why := NOT_TAKING_CALLS.get(situation.status or Status.AVAILABLE)) is not None:
        return why
    if situation.call is CallState.UNAVAILABLE:
        return NotTaking.UNREACHABLE
    if situation.call in ENGAGED and not when_engaged:
        return NotTaking.IN_CALL
    for forwarding in (situation.observed, situation.desired):
        if forwarding is None:
            continue
        if forwarding.do_not_disturb is True:
            return NotTaking.DO_NOT_DISTURB
        if forwarding.unconditional not in (None, UNKNOWN):
            return NotTaking.REDIRECTED
    return None


def resolve(
    office: Office,
    person: Person,
    rule: RedirectRule,
    situations: Mapping[str, Situation],
    *,
    style: NumberFormat = PLAIN,
    when_engaged: bool = True,
) -> Resolution:
    """Turn a rule's targets into destinations.

    Args:
        office: its people are those who may be meant.
        person: whose redirect it is.
        rule: any; *unchanged* resolves to nothing.
        situations: by person's id; who is missing there is not known to be away.
        style: how the phone system writes numbers.
        when_engaged: whether a deputy in a call still takes calls.
    """
    directory = Directory.of(office, style)
    return resolve_in(directory, person, rule, situations, when_engaged=when_engaged)


def destinations(
    office: Office, person: Person, rule: RedirectRule, *, style: NumberFormat = PLAIN
) -> tuple[Destination, ...]:
    """Return where a rule's own targets may lead, whoever takes calls now.

    Deputies are colleagues, whose extensions are inside. A target that is refused
    leads nowhere.
    """
    way = _Way(Directory.of(office, style), person, {}, when_engaged=True)
    targets = [
        (condition, target)
        for condition in Condition
        if (target := rule.target(condition)) is not None
        and target.kind is not TargetKind.FIRST_AVAILABLE
    ]
    found = [way.destination(target, condition) for condition, target in targets]
    return tuple(one for one in found if isinstance(one, Destination))


def resolve_in(
    directory: Directory,
    person: Person,
    rule: RedirectRule,
    situations: Mapping[str, Situation],
    *,
    when_engaged: bool = True,
) -> Resolution:
    """Do what :func:`resolve` does, with an office that was read before."""
    do_not_disturb: Known[bool] = True if rule.do_not_disturb else UNKNOWN
    if rule.mode is RedirectMode.UNCHANGED:
        return Resolution()
    if rule.mode is RedirectMode.OFF:
        return Resolution(
            ForwardingState(
                None, None, None, UNKNOWN, None, do_not_disturb=do_not_disturb
            )
        )
    way = _Way(directory, person, situations, when_engaged)
    destinations: dict[Condition, Known[Destination | None]] = {}
    refusals: list[Refusal] = []
    warnings: list[Refusal] = []
    shown: dict[Condition, Target] = {}
    passed_over: dict[PassedOver, None] = {}
    for condition in Condition:
        target = rule.target(condition)
        destinations[condition] = None
        if target is None:
            continue
        taken, notes, passed = way.narrowed(target, condition)
        warnings += notes
        passed_over |= dict.fromkeys(passed)
        found = way.destination(taken, condition)
        if isinstance(found, Destination):
            refusal, warning = way.round_trip(found, condition)
            if warning is not None:
                warnings.append(warning)
        else:
            refusal = found
        if refusal is None and isinstance(found, Destination):
            destinations[condition] = found
            shown[condition] = taken
        else:
            destinations[condition] = UNKNOWN
            refusals += [refusal] if refusal else []
    if not shown:
        forwarding = ForwardingState(do_not_disturb=do_not_disturb)
    else:
        forwarding = ForwardingState(
            destinations[Condition.UNCONDITIONAL],
            destinations[Condition.BUSY],
            destinations[Condition.NO_REPLY],
            _ring_seconds(rule, shown),
            None,
            do_not_disturb=do_not_disturb,
        )
    return Resolution(
        forwarding, tuple(refusals), tuple(warnings), shown, tuple(passed_over)
    )


def _ring_seconds(
    rule: RedirectRule, shown: Mapping[Condition, Target]
) -> Known[int | None]:
    if rule.ring_seconds is None or Condition.NO_REPLY not in shown:
        return UNKNOWN
    return rule.ring_seconds


@dataclass(frozen=True, slots=True)
class Directory:
    """Lookup from extensions to people, in the office's number format."""

    people: Mapping[str, Person]
    by_extension: Mapping[str, str]
    style: NumberFormat

    @classmethod
    def of(cls, office: Office, style: NumberFormat) -> Directory:
        """Read an office; of two people with one extension, the first id counts."""
        by_extension = {
            person.extension: person_id
            for person_id, person in sorted(office.people.items(), reverse=True)
        }
        return cls(
            office.people,
            by_extension,
            replace(style, extensions=style.extensions | by_extension.keys()),
        )

    def rings(self, found: Destination | str) -> str | None:
        """Return whose extension a forward rings, if it is a colleague's."""
        if isinstance(found, Destination):
            if found.kind is not DestinationKind.NUMBER:
                return None
            found = found.number
        extension = extension_of(found, self.by_extension, self.style)
        return None if extension is None else self.by_extension[extension]


@dataclass(frozen=True, slots=True)
class _Way:
    """The path of a call from one person through colleagues' redirects."""

    directory: Directory
    person: Person
    situations: Mapping[str, Situation]
    when_engaged: bool

    def narrowed(
        self, target: Target, condition: Condition
    ) -> tuple[Target, tuple[Refusal, ...], tuple[PassedOver, ...]]:
        """Return the target itself, or what a deputy list comes to and who is not it."""
        if target.kind is not TargetKind.FIRST_AVAILABLE:
            return target, (), ()
        missing: list[Refusal] = []
        passed: list[PassedOver] = []
        for deputy in target.deputies:
            if deputy == self.person.id:
                continue
            if deputy not in self.directory.people:
                refusal = Refusal(RefusalReason.UNKNOWN_PERSON, condition, (deputy,))
                missing.append(refusal)
                continue
            situation = self.situations.get(deputy, Situation())
            why = takes_no_calls(situation, when_engaged=self.when_engaged)
            if why is None:
                taken = Target(TargetKind.PERSON, deputy)
                return taken, tuple(missing), tuple(passed)
            passed.append(PassedOver(deputy, why))
        return Target(TargetKind.VOICEMAIL), tuple(missing), tuple(passed)

    def destination(
        self, target: Target, condition: Condition
    ) -> Destination | Refusal:
        """Return where a target that is no list leads."""
        match target.kind:
            case TargetKind.PRESET:
                return TARGET_UNKNOWN
            case TargetKind.STATUS:
                return Destination(DestinationKind.STATUS, target.value)
            case TargetKind.VOICEMAIL:
                mailbox = target.value or self.person.voicemail or self.person.extension
                return self._mailbox(mailbox, condition)
            case TargetKind.PERSON:
                other = self.directory.people.get(target.value)
                if other is None:
                    return Refusal(
                        RefusalReason.UNKNOWN_PERSON, condition, (target.value,)
                    )
                return self._extension(other.extension, condition)
            case TargetKind.DEVICE:
                for device in self.person.devices:
                    if device.id == target.value:
                        return self._number(device.number, condition)
                return Refusal(RefusalReason.UNKNOWN_DEVICE, condition)
            case _:
                return self._number(target.value, condition)

    def _number(self, text: str, condition: Condition) -> Destination | Refusal:
        style = self.directory.style
        try:
            number = dialled(parse(text, style), style)
        except BadNumber as error:
            return Refusal(RefusalReason.BAD_NUMBER, condition, problem=error.problem)
        return Destination(DestinationKind.NUMBER, number)

    def _mailbox(self, text: str, condition: Condition) -> Destination | Refusal:
        try:
            return Destination(DestinationKind.VOICEMAIL, checked(text))
        except BadNumber as error:
            return Refusal(RefusalReason.BAD_NUMBER, condition, problem=error.problem)

    def _extension(self, number: str, condition: Condition) -> Destination | Refusal:
        if is_emergency(number, self.directory.style):
            # Somebody's extension all the same, and the police's number here.
            problem = NumberProblem.EMERGENCY
            return Refusal(RefusalReason.BAD_NUMBER, condition, problem=problem)
        return Destination(DestinationKind.NUMBER, number)

    def round_trip(
        self, destination: Destination, condition: Condition
    ) -> tuple[Refusal | None, Refusal | None]:
        """Return why a call would go in circles, for certain and perhaps."""
        first = self.directory.rings(destination)
        if first is None:
            return None, None
        if first == self.person.id:
            return Refusal(RefusalReason.SELF, condition, (first,)), None
        if loop := self._loop(first, (Condition.UNCONDITIONAL,)):
            return Refusal(RefusalReason.LOOP, condition, loop), None
        if loop := self._loop(first, tuple(Condition)):
            return None, Refusal(RefusalReason.LOOP, condition, loop)
        return None, None

    def _loop(
        self, first: str, conditions: tuple[Condition, ...]
    ) -> tuple[str, ...] | None:
        """Return the people of a circle that a call sent to ``first`` enters."""
        way = [self.person.id, first]
        onward = [self._onward(first, conditions)]
        seen = set(way)
        while onward:
            following = next(onward[-1], None)
            if following is None:
                onward.pop()
                way.pop()
            elif following in way:
                return tuple(way[way.index(following) :])
            elif following not in seen:
                seen.add(following)
                way.append(following)
                onward.append(self._onward(following, conditions))
        return None

    def _onward(self, at: str, conditions: tuple[Condition, ...]) -> Iterator[str]:
        """Yield the people that a call to this person is forwarded to, now or soon."""
        situation = self.situations.get(at, Situation())
        for forwarding in (situation.desired, situation.observed):
            if forwarding is None:
                continue
            for found in (*map(forwarding.forward, conditions), forwarding.follow_me):
                if found is UNKNOWN or found is None:
                    continue
                onward = self.directory.rings(found)
                if onward is not None and onward != at:
                    yield onward
