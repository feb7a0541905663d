"""Histories of a telephone, a phone system that fails, and xpresence.

The machine keeps its own idea of what the person set (``own``), told by the
person's deeds alone. Whatever happened: once the phone system can be reached, it
says what the rule asks for, laid over what the person set, and nothing else.

Two deeds no rule could read rightly, and so the person does not do them here:
dialling twice before xpresence has looked, and going back to an earlier state in
the seconds in which a crash would do just that.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import override

from hypothesis import settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from custom_components.xpresence.presence.line import (
    UNKNOWN,
    Destination,
    DestinationKind,
    ForwardingState,
)
from custom_components.xpresence.presence.model import RedirectMode
from custom_components.xpresence.presence.redirect.desired import DesiredRedirect
from custom_components.xpresence.presence.redirect.guards import DeskChange
from custom_components.xpresence.presence.redirect.ledger import Ledger
from custom_components.xpresence.presence.redirect.own import own_change
from custom_components.xpresence.presence.redirect.parts import (
    REDIRECTS,
    Part,
    RedirectCapabilities,
    Value,
    changed,
    is_on,
    known,
    only,
    value,
)
from custom_components.xpresence.presence.redirect.plan import (
    LANDS_WITHIN,
    SETTLES_AFTER,
    RedirectPlan,
    answered,
    plan,
)
from tests.repetition import times

VOICEMAIL = Destination(DestinationKind.VOICEMAIL, "100")
COLLEAGUES = [Destination(DestinationKind.NUMBER, str(n)) for n in (101, 102, 103)]
QUIET = ForwardingState(None, None, None, None, None, do_not_disturb=False)
START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)

REACHES = [
    RedirectCapabilities(),
    RedirectCapabilities.named(["unconditional", "read_back", "voicemail"]),
    RedirectCapabilities.named(
        ["unconditional", "busy", "follow_me", "do_not_disturb", "read_back"]
    ),
]

targets = st.sampled_from([None, VOICEMAIL, *COLLEAGUES])
forwards = st.builds(
    lambda cfu, cfb, cfnr, ring, dnd: ForwardingState(cfu, cfb, cfnr, ring, None, dnd),
    targets,
    targets,
    targets | st.just(UNKNOWN),
    st.sampled_from([UNKNOWN, 20, 30]),
    st.sampled_from([UNKNOWN, UNKNOWN, True]),
)


class Outcome(Enum):
    """What becomes of a plan."""

    DONE = auto()
    ANSWERED = auto()
    HALF_DONE = auto()
    DROPPED = auto()
    DELAYED = auto()
    NOT_STORED = auto()


class Telephone(RuleBasedStateMachine):
    """One extension through crashes, outages, profiles and a restless person."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.ready_since = START
        self.phone = QUIET
        self.past = [(START - timedelta(days=1), QUIET)]
        self.delayed: list[tuple[datetime, ForwardingState]] = []
        self.dialled: dict[Part, Value] = {}
        self.own = QUIET
        self.dialled_since = False
        self.to_end: frozenset[Part] = frozenset()
        self.desired: DesiredRedirect | None = None
        self.dismissed: DesiredRedirect | None = None
        """What held before the person dismissed it, to be brought back."""
        self.claims = 0
        self.numbers = 200
        self.ledger = Ledger()
        self.capabilities = RedirectCapabilities()
        self.desk_change = DeskChange.RESPECT

    @initialize(
        capabilities=st.sampled_from(REACHES),
        desk_change=st.sampled_from(DeskChange),
        phone=st.builds(
            ForwardingState,
            targets,
            targets,
            targets,
            st.sampled_from([None, 15]),
            st.sampled_from([None, "01711234567"]),
            st.booleans(),
        ),
    )
    def begin(
        self,
        capabilities: RedirectCapabilities,
        desk_change: DeskChange,
        phone: ForwardingState,
    ) -> None:
        self.capabilities, self.desk_change = capabilities, desk_change
        self.phone = self.own = phone
        self.past = [(START - timedelta(days=1), phone)]

    # What others do

    @rule(forwarding=forwards)
    def profile_forwards(self, forwarding: ForwardingState) -> None:
        self.claims += 1
        self.desired = DesiredRedirect(
            RedirectMode.FORWARD, forwarding, f"p{self.claims}", str(self.claims)
        )

    @rule(do_not_disturb=st.sampled_from([UNKNOWN, UNKNOWN, True]))
    def profile_says_off(self, do_not_disturb: bool) -> None:
        self.claims += 1
        forwarding = ForwardingState(do_not_disturb=do_not_disturb)
        self.desired = DesiredRedirect(
            RedirectMode.OFF, forwarding, "available", str(self.claims)
        )

    @rule()
    def profile_says_unchanged(self) -> None:
        self.desired = None

    @precondition(lambda self: self.desired is not None)
    @rule()
    def the_claim_is_dismissed(self) -> None:
        """Tap Available in a meeting: its claim goes on and decides nothing."""
        self.dismissed, self.desired = self.desired, None

    @precondition(lambda self: self.dismissed is not None)
    @rule()
    def the_dismissed_claim_comes_back(self) -> None:
        """Let the same claim count again, whatever decided meanwhile."""
        self.desired = self.dismissed

    @precondition(lambda self: self.desired is not None)
    @rule(forwarding=forwards)
    def another_deputy(self, forwarding: ForwardingState) -> None:
        assert self.desired is not None
        if self.desired.mode is RedirectMode.FORWARD:
            self.desired = replace(self.desired, forwarding=forwarding)

    @rule(seconds=st.sampled_from([0.1, 0.5, 1, 4, 5, 30, 119, 3600]))
    def time_passes(self, seconds: float) -> None:
        self._pass(seconds)

    @precondition(lambda self: not self.dialled)
    @rule(part=st.sampled_from(Part), off=st.booleans())
    def person_dials(self, part: Part, off: bool) -> None:
        was = value(self.phone, part)
        new: Value
        if off or part is Part.DO_NOT_DISTURB:
            if self.ledger.echoes or self.delayed:
                return
            new = was is False if part is Part.DO_NOT_DISTURB else None
        else:
            self.numbers += 1
            new = Destination(DestinationKind.NUMBER, str(self.numbers))
            if part is Part.FOLLOW_ME:
                new = str(self.numbers)
            elif part is Part.RING_SECONDS:
                new = self.numbers
        if new == was:
            return
        self.dialled = {part: new}
        self._says(changed(self.phone, self.dialled))
        self._pass(2)

    @precondition(lambda self: not self.dialled)
    @rule(part=st.sampled_from(Part))
    def person_acts(self, part: Part) -> None:
        if part in (Part.RING_SECONDS, Part.DO_NOT_DISTURB):
            return
        if part not in self.capabilities.writable:
            return
        self.numbers += 1
        number = str(self.numbers)
        mine: Value = (
            number
            if part is Part.FOLLOW_ME
            else Destination(DestinationKind.NUMBER, number)
        )
        change = changed(ForwardingState(), {part: mine})
        before = self.ledger
        self.ledger = replace(
            own_change(
                before,
                change,
                self.phone,
                desk_change=self.desk_change,
                capabilities=self.capabilities,
            ),
            own=(),
        )
        self._mine({part: mine}, before, through_xpresence=True)

    @precondition(lambda self: not self.dialled)
    @rule(seconds=st.floats(0, 1))
    def phone_system_crashes(self, seconds: float) -> None:
        instant = self.now - timedelta(seconds=seconds)
        self.phone = next(said for at, said in reversed(self.past) if at <= instant)
        self.past = [(self.past[0][0], self.phone)]
        self._pass(10)
        self.ready_since = self.now

    @rule()
    def connection_breaks(self) -> None:
        self._pass(1)
        self.ready_since = self.now

    @precondition(lambda self: self.delayed and not self.dialled)
    @rule()
    def a_delayed_write_lands(self) -> None:
        sent, forwarding = self.delayed.pop(0)
        self._says(changed(self.phone, dict(known(forwarding))))
        if self.now - sent > SETTLES_AFTER:
            # Lost by a crash as well, it could not be told from a change at the desk
            # where the phone system keeps no number of the last write.
            self.past = [(self.past[0][0], self.phone)]

    # What xpresence does

    @rule(
        outcome=st.sampled_from(Outcome),
        hidden=st.frozensets(st.sampled_from(Part), max_size=2),
    )
    def turn(self, outcome: Outcome, hidden: frozenset[Part]) -> None:
        self._turn(outcome, frozenset(Part) - (hidden - self.dialled.keys()))

    @rule()
    def turn_without_a_reading(self) -> None:
        assert self._ask(ForwardingState()).write is None

    @rule()
    def xpresence_restarts(self) -> None:
        self.ledger = Ledger.from_json(self.ledger.to_json())
        self._pass(20)
        self.ready_since = self.now

    @precondition(lambda self: not self.delayed)
    @rule()
    def all_comes_to_rest(self) -> None:
        self._rest()
        if not self.dialled_since:
            assert self.phone == self._expected()

    @precondition(lambda self: not self.delayed)
    @rule()
    def nobody_has_an_opinion_any_more(self) -> None:
        self.desired = None
        self._rest()
        assert self.phone == self.own
        assert self.ledger == Ledger()

    @invariant()
    def nothing_is_held_without_a_claim(self) -> None:
        assert self.ledger.held is None or self.ledger.claim is not None

    @override
    def teardown(self) -> None:
        self.delayed = []
        self.nobody_has_an_opinion_any_more()

    # How it is done

    def _ask(self, reading: ForwardingState) -> RedirectPlan:
        return plan(
            self.desired,
            reading,
            self.ledger,
            now=self.now,
            ready_since=self.ready_since,
            desk_change=self.desk_change,
            capabilities=self.capabilities,
        )

    def _turn(self, outcome: Outcome, told: frozenset[Part]) -> ForwardingState | None:
        reading = only(self.phone, told)
        found = self._ask(reading)
        if outcome is Outcome.NOT_STORED:
            return found.write
        if only(reading, self.capabilities.readable) != ForwardingState():
            self._mine(self.dialled, self.ledger)
            self.dialled = {}
            if self.desired and found.ledger.claim != self.ledger.claim:
                self.dialled_since = False
                off = self.desired.mode is RedirectMode.OFF
                self.to_end = (
                    REDIRECTS & self.capabilities.writable if off else frozenset()
                )
            # Off ends what it meets, and what xpresence answered for already.
            self.to_end -= found.ledger.taken
            if found.ledger.held is None:
                self.to_end = frozenset()
            ended = self.to_end & (told | dict(known(self.ledger.base)).keys())
            self.own = changed(self.own, dict.fromkeys(ended, None))
            self.to_end -= ended
        self.ledger = Ledger.from_json(found.ledger.to_json())
        assert self.ledger == found.ledger
        if found.write is None:
            return None
        match outcome:
            case Outcome.DONE | Outcome.ANSWERED:
                self._says(changed(self.phone, dict(known(found.write))))
            case Outcome.HALF_DONE:
                part, new = next(known(found.write))
                self._says(changed(self.phone, {part: new}))
            case Outcome.DELAYED:
                self.delayed.append((self.now, found.write))
        if outcome is Outcome.ANSWERED:
            self.ledger = answered(self.ledger, self.now)
        return found.write

    def _rest(self) -> None:
        for _ in range(4):
            if self._turn(Outcome.DONE, frozenset(Part)) is None:
                break
        else:
            raise AssertionError("never came to rest")
        for seconds in (0, 6, 200):
            self.now += timedelta(seconds=seconds)
            assert self._turn(Outcome.DONE, frozenset(Part)) is None
        still = self.ledger
        self.now += timedelta(seconds=60)
        self._turn(Outcome.DONE, frozenset(Part))
        assert self.ledger == still

    def _pass(self, seconds: float) -> None:
        """Let time pass; a write that has not landed within two minutes never does."""
        self.now += timedelta(seconds=seconds)
        self.delayed = [
            late for late in self.delayed if self.now - late[0] < LANDS_WITHIN
        ]

    def _says(self, forwarding: ForwardingState) -> None:
        self.phone = forwarding
        self.past.append((self.now, forwarding))

    def _mine(
        self,
        parts: dict[Part, Value],
        ledger: Ledger,
        *,
        through_xpresence: bool = False,
    ) -> None:
        """Note what the person made their own."""
        for part, new in parts.items():
            ours = value(ledger.base, part) is not UNKNOWN
            enforced = self.desk_change is DeskChange.ENFORCE and ledger.held
            if enforced and ours and not through_xpresence:
                continue
            if (
                ledger.held
                and (ours or through_xpresence)
                and part is Part.UNCONDITIONAL
                and is_on(part, new)
                and ledger.base.follow_me is not UNKNOWN
            ):
                self.own = replace(self.own, follow_me=None)
            self.own = changed(self.own, {part: new})
            self.dialled_since = True

    def _expected(self) -> ForwardingState:
        """Return the rule laid over what the person set."""
        if self.desired is None:
            return self.own
        if self.desired.mode is RedirectMode.OFF:
            asked = dict(known(only(self.desired.forwarding, {Part.DO_NOT_DISTURB})))
            asked |= dict.fromkeys(REDIRECTS, None)
        else:
            asked = {
                part: new
                for part, new in known(self.desired.forwarding)
                if part in self.capabilities.writable
                and (new != VOICEMAIL or self.capabilities.voicemail)
            }
            if not any(is_on(part, new) for part, new in asked.items()):
                return self.own
            if not is_on(Part.NO_REPLY, asked.get(Part.NO_REPLY)):
                asked.pop(Part.RING_SECONDS, None)
        return changed(
            self.own,
            {
                part: new
                for part, new in asked.items()
                if part in self.capabilities.writable
            },
        )


TestTelephone = Telephone.TestCase
TestTelephone.settings = settings(
    max_examples=times(1, 2) * settings().max_examples,
    stateful_step_count=40,
    deadline=None,
)
