"""Setting the redirect, told as days at a desk with a telephone."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.xpresence.presence.line import (
    UNKNOWN,
    Condition,
    Destination,
    DestinationKind,
    ForwardingState,
    Status,
)
from custom_components.xpresence.presence.model import (
    Claim,
    Decision,
    Profile,
    RedirectMode,
    RedirectRule,
    Source,
)
from custom_components.xpresence.presence.redirect.desired import (
    DesiredRedirect,
    desired,
)
from custom_components.xpresence.presence.redirect.guards import DeskChange
from custom_components.xpresence.presence.redirect.handover import (
    Event,
    EventKind,
)
from custom_components.xpresence.presence.redirect.ledger import Ledger
from custom_components.xpresence.presence.redirect.own import (
    NotRead,
    given_back,
    own_change,
)
from custom_components.xpresence.presence.redirect.parts import (
    Part,
    RedirectCapabilities,
    changed,
    known,
)
from custom_components.xpresence.presence.redirect.plan import (
    RedirectPlan,
    answered,
    plan,
)
from custom_components.xpresence.presence.redirect.status import (
    RedirectStatus,
    SetBy,
    Shown,
    status,
)
from custom_components.xpresence.presence.stored import Malformed

VOICEMAIL = Destination(DestinationKind.VOICEMAIL, "100")
BOB = Destination(DestinationKind.NUMBER, "102")
CAROL = Destination(DestinationKind.NUMBER, "103")
MOBILE = "01711234567"

QUIET = ForwardingState(None, None, None, None, None, do_not_disturb=False)
"""A telephone that simply rings."""
MORNING = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def forward(
    unconditional: Destination | None = None,
    *,
    busy: Destination | None = None,
    no_reply: Destination | None = None,
    ring_seconds: int | None = None,
    do_not_disturb: bool = False,
    profile: str = "meeting",
    claim: str = "calendar:1",
) -> DesiredRedirect:
    """Return what a profile with a redirect wants."""
    return DesiredRedirect(
        RedirectMode.FORWARD,
        ForwardingState(
            unconditional,
            busy,
            no_reply,
            UNKNOWN if ring_seconds is None else ring_seconds,
            None,
            do_not_disturb or UNKNOWN,
        ),
        profile,
        claim,
    )


def off(
    profile: str = "available", claim: str = "default", *, do_not_disturb: bool = False
) -> DesiredRedirect:
    """Return what a profile with "redirect off" wants."""
    return DesiredRedirect(
        RedirectMode.OFF,
        ForwardingState(None, None, None, UNKNOWN, None, do_not_disturb or UNKNOWN),
        profile,
        claim,
    )


UNCHANGED = None
MEETING = forward(VOICEMAIL)


@dataclass
class Desk:
    """A telephone, its phone system, and xpresence beside it."""

    phone: ForwardingState = QUIET
    rule: DesiredRedirect | None = UNCHANGED
    now: datetime = MORNING
    ready_since: datetime | None = MORNING
    ledger: Ledger = field(default_factory=Ledger)
    desk_change: DeskChange = DeskChange.RESPECT
    capabilities: RedirectCapabilities = field(default_factory=RedirectCapabilities)
    writes: list[ForwardingState] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def ask(self, reading: ForwardingState | None = None) -> RedirectPlan:
        """Ask for a plan, and remember its ledger as a store would."""
        found = plan(
            self.rule,
            self.phone if reading is None else reading,
            self.ledger,
            now=self.now,
            ready_since=self.ready_since,
            desk_change=self.desk_change,
            capabilities=self.capabilities,
        )
        self.ledger = Ledger.from_json(found.ledger.to_json())
        self.events += found.events
        return found

    def settle(self) -> Desk:
        """Do what is to be done until there is nothing left, and let it stand."""
        for _ in range(3):
            found = self.ask()
            if found.write is None:
                break
            self.write(found.write)
        else:
            pytest.fail("the plan never came to rest")
        self.wait()
        assert self.ask().write is None
        return self

    def write(self, forwarding: ForwardingState) -> None:
        """Let a write arrive."""
        self.writes.append(forwarding)
        self.phone = changed(self.phone, dict(known(forwarding)))

    def follow(self, rule: DesiredRedirect | None) -> Desk:
        """Let a profile's rule decide from now on."""
        self.rule = rule
        return self.settle()

    def dial(self, **parts: Any) -> Desk:
        """Change something at the phone, by hand."""
        self.phone = replace(self.phone, **parts)
        return self

    def wait(self, seconds: float = 200) -> Desk:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)
        return self

    def reconnect(self) -> Desk:
        """Lose the phone system and find it again."""
        self.ready_since = self.now
        return self

    def told(self) -> list[tuple[EventKind, set[Part]]]:
        """Return what was reported so far."""
        return [(event.kind, set(event.parts)) for event in self.events]


# The seed's own examples


def test_do_not_disturb_sends_calls_to_a_colleague_until_it_ends() -> None:
    desk = Desk().follow(forward(BOB, profile="do not disturb", claim="manual:1"))
    assert desk.phone == replace(QUIET, unconditional=BOB)
    assert desk.follow(UNCHANGED).phone == QUIET


def test_training_day_colleague_then_voicemail_at_lunch_then_colleague() -> None:
    training = forward(BOB, profile="training", claim="calendar:training")
    lunch = forward(VOICEMAIL, profile="lunch", claim="calendar:lunch")
    desk = Desk().follow(training)
    assert desk.phone.unconditional == BOB
    assert desk.follow(lunch).phone.unconditional == VOICEMAIL
    assert desk.follow(training).phone.unconditional == BOB
    assert desk.follow(UNCHANGED).phone == QUIET


def test_voicemail_when_the_pc_goes_down_ends_when_it_comes_up() -> None:
    desk = Desk().follow(forward(VOICEMAIL, profile="gone home", claim="session:1"))
    assert desk.phone.unconditional == VOICEMAIL
    assert desk.follow(off()).phone == QUIET


@pytest.mark.parametrize(
    ("available", "after"),
    [
        pytest.param(UNCHANGED, MOBILE, id="unchanged brings follow-me back"),
        pytest.param(off(), None, id="off ends follow-me too: the trap"),
    ],
)
def test_follow_me_around_a_voicemail_profile(
    available: DesiredRedirect | None, after: str | None
) -> None:
    desk = Desk(replace(QUIET, follow_me=MOBILE)).follow(MEETING)
    assert desk.phone.unconditional == VOICEMAIL
    assert desk.phone.follow_me is None
    desk.follow(available)
    assert desk.phone.unconditional is None
    assert desk.phone.follow_me == after


def test_follow_me_does_not_come_back_if_it_was_not_on() -> None:
    assert Desk().follow(MEETING).follow(UNCHANGED).phone.follow_me is None


def test_follow_me_that_off_ended_does_not_come_back_under_unchanged() -> None:
    desk = Desk(replace(QUIET, follow_me=MOBILE)).follow(off())
    assert desk.follow(UNCHANGED).phone == QUIET


def test_follow_me_that_off_ended_during_a_forward_does_not_come_back() -> None:
    desk = Desk(replace(QUIET, follow_me=MOBILE)).follow(MEETING).follow(off())
    assert desk.follow(UNCHANGED).phone == QUIET


def test_follow_me_comes_back_after_several_profiles_in_a_row() -> None:
    desk = Desk(replace(QUIET, follow_me=MOBILE))
    for number in range(3):
        desk.follow(forward(BOB, profile=f"p{number}", claim=f"manual:{number}"))
    assert desk.follow(UNCHANGED).phone == replace(QUIET, follow_me=MOBILE)


# The three rules, from every state


MANUAL = replace(QUIET, unconditional=CAROL, busy=BOB, follow_me=MOBILE)


@pytest.mark.parametrize("phone", [QUIET, MANUAL], ids=["quiet", "own redirect"])
@pytest.mark.parametrize(
    ("rule", "becomes"),
    [
        pytest.param(UNCHANGED, None, id="unchanged writes nothing"),
        pytest.param(off(), QUIET, id="off ends everything"),
        pytest.param(
            MEETING,
            replace(QUIET, unconditional=VOICEMAIL),
            id="forward sets its own and switches the rest off",
        ),
        pytest.param(
            forward(busy=VOICEMAIL, no_reply=BOB, ring_seconds=20),
            replace(QUIET, busy=VOICEMAIL, no_reply=BOB, ring_seconds=20),
            id="forward when busy or nobody answers",
        ),
    ],
)
def test_a_rule_sets_the_redirect(
    phone: ForwardingState,
    rule: DesiredRedirect | None,
    becomes: ForwardingState | None,
) -> None:
    assert Desk(phone).follow(rule).phone == (becomes or phone)


@pytest.mark.parametrize("between", [[], [BOB], [BOB, CAROL, BOB]])
def test_own_redirect_comes_back_however_many_forwards_were_between(
    between: list[Destination],
) -> None:
    desk = Desk(MANUAL).follow(MEETING)
    for number, target in enumerate(between):
        desk.follow(forward(target, claim=f"calendar:{number + 2}"))
    assert desk.follow(UNCHANGED).phone == MANUAL


def test_unchanged_touches_nothing_that_anyone_sets() -> None:
    desk = Desk().settle().dial(unconditional=CAROL).settle().dial(busy=BOB).settle()
    assert desk.writes == []
    assert desk.events == []
    assert desk.ledger == Ledger()


def test_ring_time_of_the_phone_system_comes_back() -> None:
    desk = Desk(replace(QUIET, ring_seconds=15))
    desk.follow(forward(no_reply=VOICEMAIL, ring_seconds=30))
    assert desk.phone.ring_seconds == 30
    assert desk.follow(UNCHANGED).phone.ring_seconds == 15


def test_ring_time_is_left_alone_without_an_opinion() -> None:
    desk = Desk(replace(QUIET, ring_seconds=15)).follow(forward(no_reply=VOICEMAIL))
    assert desk.phone.ring_seconds == 15
    assert desk.writes == [ForwardingState(no_reply=VOICEMAIL)]


def test_ring_time_without_a_forward_it_belongs_to_is_not_set() -> None:
    assert Desk().follow(forward(BOB, ring_seconds=20)).phone.ring_seconds is None


def test_only_what_differs_is_written() -> None:
    desk = Desk(replace(QUIET, busy=BOB)).follow(MEETING)
    assert desk.writes == [ForwardingState(unconditional=VOICEMAIL, busy=None)]


def test_everything_is_forgotten_once_the_base_stands_again() -> None:
    assert Desk(MANUAL).follow(MEETING).follow(UNCHANGED).ledger == Ledger()


def test_off_holds_with_nothing() -> None:
    desk = Desk(MANUAL).follow(off())
    assert desk.ledger.held == "available"
    assert desk.ledger.base.unconditional is None
    assert desk.ledger.base.follow_me is None


def test_two_meetings_in_a_row_need_no_write_between() -> None:
    desk = Desk().follow(MEETING).follow(forward(VOICEMAIL, claim="calendar:2"))
    assert len(desk.writes) == 1


def test_a_deputy_who_stops_taking_calls_is_replaced_under_the_same_claim() -> None:
    desk = Desk(MANUAL).follow(forward(BOB))
    assert desk.follow(forward(CAROL)).phone.unconditional == CAROL
    assert desk.events == []
    assert desk.follow(UNCHANGED).phone == MANUAL


def test_a_profile_edited_from_forward_to_off_ends_the_forward_and_the_base() -> None:
    desk = Desk(MANUAL).follow(MEETING)
    desk.follow(replace(off(), profile="meeting", claim=MEETING.claim))
    assert desk.phone == QUIET
    assert desk.follow(UNCHANGED).phone == QUIET


# Do not disturb as a feature of the phone system


def test_do_not_disturb_goes_back_to_what_it_was() -> None:
    desk = Desk().follow(forward(BOB, do_not_disturb=True))
    assert desk.phone.do_not_disturb is True
    assert desk.follow(UNCHANGED).phone == QUIET


def test_do_not_disturb_that_the_person_had_stays() -> None:
    desk = Desk(replace(QUIET, do_not_disturb=True))
    desk.follow(forward(BOB, do_not_disturb=True)).follow(UNCHANGED)
    assert desk.phone.do_not_disturb is True


def test_do_not_disturb_ends_with_the_profile_that_asked_for_it() -> None:
    desk = Desk().follow(forward(BOB, do_not_disturb=True))
    assert desk.follow(forward(BOB, claim="calendar:2")).phone.do_not_disturb is False


@pytest.mark.parametrize("rule", [off(), MEETING], ids=["off", "forward"])
def test_do_not_disturb_is_left_alone_without_an_opinion(rule: DesiredRedirect) -> None:
    desk = Desk(replace(QUIET, do_not_disturb=True)).follow(rule)
    assert desk.phone.do_not_disturb is True


def test_redirect_off_may_ask_for_do_not_disturb() -> None:
    desk = Desk(MANUAL).follow(off(do_not_disturb=True))
    assert desk.phone == replace(QUIET, do_not_disturb=True)
    assert desk.follow(UNCHANGED).phone == QUIET


# A change at the desk phone


def test_a_change_at_the_desk_is_respected_and_reported() -> None:
    desk = Desk().follow(MEETING).dial(unconditional=CAROL).settle()
    assert desk.phone.unconditional == CAROL
    assert desk.ledger.held is None
    assert desk.told() == [(EventKind.CHANGED_AT_PHONE, {Part.UNCONDITIONAL})]


def test_after_a_takeover_nothing_is_answered_for_until_the_next_claim() -> None:
    desk = Desk().follow(MEETING).dial(unconditional=CAROL).settle()
    assert desk.ledger.base == ForwardingState()
    desk.dial(unconditional=BOB).settle()
    assert len(desk.events) == 1


def test_a_respected_change_outlives_the_profile() -> None:
    desk = Desk().follow(MEETING).dial(unconditional=CAROL).settle()
    assert desk.follow(UNCHANGED).phone == replace(QUIET, unconditional=CAROL)


def test_a_respected_change_is_the_base_of_the_next_claim() -> None:
    desk = Desk().follow(MEETING).dial(unconditional=CAROL).settle()
    assert desk.follow(forward(BOB, claim="calendar:2")).phone.unconditional == BOB
    assert desk.follow(UNCHANGED).phone.unconditional == CAROL


def test_a_respected_change_gives_way_to_off() -> None:
    desk = Desk().follow(MEETING).dial(unconditional=CAROL).settle()
    assert desk.follow(off()).phone == QUIET


def test_a_redirect_dialled_under_off_stays_until_another_claim_decides() -> None:
    desk = Desk().follow(off()).dial(unconditional=CAROL).settle()
    assert desk.phone.unconditional == CAROL
    assert desk.ledger.held is None
    assert desk.follow(off(claim="manual:1")).phone == QUIET


def test_a_redirect_dialled_under_off_with_do_not_disturb_stays_too() -> None:
    desk = Desk().follow(off(do_not_disturb=True)).dial(unconditional=CAROL).settle()
    assert desk.phone == replace(QUIET, unconditional=CAROL, do_not_disturb=True)
    assert desk.follow(UNCHANGED).phone == replace(QUIET, unconditional=CAROL)


def test_an_edited_profile_does_not_take_back_what_the_person_took_over() -> None:
    desk = Desk().follow(MEETING).dial(unconditional=CAROL).settle()
    assert desk.follow(forward(BOB)).phone.unconditional == CAROL


def test_cancelling_the_redirect_at_the_desk_brings_follow_me_back() -> None:
    desk = Desk(replace(QUIET, follow_me=MOBILE)).follow(MEETING)
    desk.dial(unconditional=None).settle()
    assert desk.phone == replace(QUIET, follow_me=MOBILE)
    assert desk.ledger.held is None


def test_dialling_another_target_leaves_follow_me_off() -> None:
    desk = Desk(replace(QUIET, follow_me=MOBILE)).follow(MEETING)
    desk.dial(unconditional=CAROL).settle()
    assert desk.follow(UNCHANGED).phone == replace(QUIET, unconditional=CAROL)


def test_turning_follow_me_on_at_the_desk_ends_the_profiles_redirect() -> None:
    desk = Desk().follow(MEETING).dial(follow_me=MOBILE).settle()
    assert desk.phone == replace(QUIET, follow_me=MOBILE)
    assert desk.ledger.held is None


def test_setting_a_busy_forward_in_a_meeting_leaves_the_meetings_voicemail() -> None:
    desk = Desk().follow(MEETING).dial(busy=BOB).settle()
    assert desk.phone == replace(QUIET, unconditional=VOICEMAIL, busy=BOB)
    assert desk.ledger.held == "meeting"
    assert desk.follow(UNCHANGED).phone == replace(QUIET, busy=BOB)


def test_a_part_taken_over_stays_taken_over_while_the_rest_is_held() -> None:
    desk = Desk().follow(MEETING).dial(busy=BOB).settle()
    desk.follow(forward(CAROL)).dial(busy=CAROL).settle()
    assert desk.phone == replace(QUIET, unconditional=CAROL, busy=CAROL)
    assert len(desk.events) == 1


def test_a_change_at_the_desk_is_undone_where_the_office_enforces() -> None:
    desk = Desk(desk_change=DeskChange.ENFORCE).follow(MEETING)
    desk.dial(unconditional=CAROL).settle()
    assert desk.phone.unconditional == VOICEMAIL
    assert desk.told() == [(EventKind.OVERRULED, {Part.UNCONDITIONAL})]
    assert desk.follow(UNCHANGED).phone == QUIET


def test_an_enforced_redirect_is_reported_once_however_often_it_is_read() -> None:
    desk = Desk(desk_change=DeskChange.ENFORCE).follow(MEETING)
    desk.dial(unconditional=CAROL)
    for _ in range(3):
        assert desk.ask().write == ForwardingState(unconditional=VOICEMAIL)
    assert desk.told().count((EventKind.OVERRULED, {Part.UNCONDITIONAL})) == 1


def test_enforcing_leaves_the_person_alone_when_nothing_is_held() -> None:
    desk = Desk(desk_change=DeskChange.ENFORCE).follow(MEETING).follow(UNCHANGED)
    assert desk.dial(unconditional=CAROL).settle().phone.unconditional == CAROL


def test_enforcing_leaves_the_person_alone_just_after_a_profile_ended() -> None:
    desk = Desk(desk_change=DeskChange.ENFORCE).follow(MEETING)
    desk.rule = UNCHANGED
    found = desk.ask()
    assert found.write is not None
    desk.write(found.write)
    assert desk.wait(1).ask().write is None
    assert desk.dial(unconditional=CAROL).settle().phone.unconditional == CAROL


def test_dialling_what_the_new_profile_wants_anyway_is_no_news() -> None:
    desk = Desk().follow(MEETING).dial(unconditional=BOB)
    desk.follow(forward(BOB, claim="calendar:2"))
    assert desk.events == []
    assert len(desk.writes) == 1
    assert desk.follow(UNCHANGED).phone.unconditional == BOB


def test_dialling_the_next_deputy_by_hand_keeps_the_profile_in_charge() -> None:
    desk = Desk().follow(forward(BOB)).dial(unconditional=CAROL)
    desk.follow(forward(CAROL))
    assert desk.events == []
    assert desk.ledger.held == "meeting"


def test_ending_the_redirect_by_hand_as_the_profile_ends_is_no_news() -> None:
    desk = Desk().follow(MEETING).dial(unconditional=None).follow(UNCHANGED)
    assert desk.events == []
    assert desk.phone == QUIET


def test_a_change_made_while_xpresence_was_down_is_respected() -> None:
    desk = Desk().follow(MEETING).dial(unconditional=CAROL).wait(3600).reconnect()
    assert desk.follow(UNCHANGED).phone.unconditional == CAROL


def test_cancelling_while_xpresence_was_down_is_respected() -> None:
    desk = Desk().follow(MEETING).dial(unconditional=None).wait(3600).reconnect()
    assert desk.settle().phone.unconditional is None
    assert desk.told() == [(EventKind.CHANGED_AT_PHONE, {Part.UNCONDITIONAL})]


# Lost writes, late writes, and what was not read


def written(desk: Desk) -> Desk:
    """Let the meeting's write arrive and be seen, and no more."""
    desk.rule = MEETING
    found = desk.ask()
    assert found.write is not None
    desk.write(found.write)
    assert desk.wait(0.2).ask().write is None
    return desk


def test_a_write_the_phone_system_forgot_in_its_crash_is_written_again() -> None:
    desk = written(Desk(replace(QUIET, follow_me=MOBILE)))
    desk.phone = replace(QUIET, follow_me=MOBILE)
    desk.wait(3600).reconnect().settle()
    assert desk.phone == replace(QUIET, unconditional=VOICEMAIL)
    assert desk.told() == [(EventKind.WRITE_LOST, {Part.UNCONDITIONAL, Part.FOLLOW_ME})]
    assert desk.follow(UNCHANGED).phone == replace(QUIET, follow_me=MOBILE)


def test_a_restore_the_phone_system_forgot_is_written_again() -> None:
    desk = Desk().follow(MEETING)
    desk.rule = UNCHANGED
    found = desk.ask()
    assert found.write == ForwardingState(unconditional=None)
    assert desk.ask(QUIET).write is None
    desk.wait(60).reconnect().settle()
    assert desk.phone == QUIET


def test_two_writes_forgotten_at_once_are_written_again() -> None:
    desk = written(Desk())
    desk.rule = forward(BOB, claim="calendar:2")
    found = desk.ask()
    assert found.write == ForwardingState(unconditional=BOB)
    desk.write(found.write)
    assert desk.wait(0.2).ask().write is None
    desk.phone = QUIET
    assert desk.wait(30).reconnect().settle().phone.unconditional == BOB
    assert desk.told() == [(EventKind.WRITE_LOST, {Part.UNCONDITIONAL})]


def test_a_write_lost_before_it_was_seen_is_written_again() -> None:
    desk = Desk()
    desk.rule = MEETING
    assert (
        desk.ask().write == desk.ask().write == ForwardingState(unconditional=VOICEMAIL)
    )
    assert desk.settle().phone.unconditional == VOICEMAIL


def test_cancelling_at_once_on_an_unbroken_connection_is_a_person() -> None:
    desk = written(Desk()).dial(unconditional=None).wait(0.5).settle()
    assert desk.phone == QUIET
    assert desk.told() == [(EventKind.CHANGED_AT_PHONE, {Part.UNCONDITIONAL})]


def test_a_phone_system_without_a_connection_cannot_lose_a_seen_write() -> None:
    desk = written(Desk(ready_since=None)).dial(unconditional=None).wait(1).settle()
    assert desk.phone == QUIET


def test_an_old_write_that_lands_before_the_newer_one_was_seen_is_told() -> None:
    desk = Desk()
    desk.rule = MEETING
    desk.ask()
    desk.rule = forward(BOB, claim="calendar:2")
    assert desk.wait(1).ask().write == ForwardingState(unconditional=BOB)
    found = desk.wait(1).ask(replace(QUIET, unconditional=VOICEMAIL))
    assert found.write == ForwardingState(unconditional=BOB)
    assert desk.told() == [(EventKind.WRITE_LOST, {Part.UNCONDITIONAL})]


def test_cancelling_after_a_reconnect_that_lost_nothing_is_a_person() -> None:
    desk = written(Desk()).wait(0.5).reconnect().wait(0.2)
    assert desk.ask().write is None
    desk.dial(unconditional=None).wait(1).settle()
    assert desk.phone == QUIET


def test_another_target_after_a_crash_is_a_person() -> None:
    desk = written(Desk()).dial(unconditional=CAROL).wait(3600).reconnect().settle()
    assert desk.phone.unconditional == CAROL


@pytest.mark.parametrize(
    ("stood", "becomes"),
    [
        pytest.param(4.9, VOICEMAIL, id="too short to be safe: lost"),
        pytest.param(5.0, None, id="settled: a person"),
    ],
)
def test_a_write_that_stood_five_seconds_cannot_be_lost(
    stood: float, becomes: Destination | None
) -> None:
    desk = Desk()
    desk.rule = MEETING
    found = desk.ask()
    assert found.write is not None
    desk.write(found.write)
    assert desk.wait(stood).ask().write is None
    desk.dial(unconditional=None).wait(60).reconnect().settle()
    assert desk.phone.unconditional == becomes


def test_time_alone_does_not_settle_a_write_that_nobody_saw_standing() -> None:
    desk = written(Desk())
    assert desk.wait(3600).ask(ForwardingState()).write is None
    desk.phone = QUIET
    assert desk.reconnect().settle().phone.unconditional == VOICEMAIL


def test_an_unanswered_write_that_lands_after_a_newer_one_is_undone() -> None:
    desk = Desk()
    desk.rule = MEETING
    assert desk.ask().write == ForwardingState(unconditional=VOICEMAIL)
    desk.wait(5).reconnect()
    desk.rule = forward(BOB, claim="calendar:2")
    newer = desk.ask().write
    assert newer == ForwardingState(unconditional=BOB)
    desk.write(newer)
    assert desk.wait(20).ask().write is None
    desk.phone = replace(desk.phone, unconditional=VOICEMAIL)
    assert desk.wait(20).settle().phone.unconditional == BOB
    assert desk.told() == [(EventKind.WRITE_LOST, {Part.UNCONDITIONAL})]


def test_an_unanswered_write_that_lands_after_its_profile_ended_is_undone() -> None:
    desk = Desk()
    desk.rule = MEETING
    assert desk.ask().write == ForwardingState(unconditional=VOICEMAIL)
    desk.rule = UNCHANGED
    assert desk.wait(5).reconnect().ask().write is None
    assert desk.wait(30).ask().write is None
    desk.phone = replace(QUIET, unconditional=VOICEMAIL)
    assert desk.wait(30).settle().phone == QUIET
    assert desk.wait(30).settle().ledger == Ledger()


def test_an_answered_write_cannot_land_late() -> None:
    desk = Desk()
    desk.rule = MEETING
    assert desk.ask().write == ForwardingState(unconditional=VOICEMAIL)
    desk.ledger = answered(desk.ledger, desk.now)
    desk.rule = forward(BOB, claim="calendar:2")
    newer = desk.ask().write
    assert newer is not None
    desk.write(newer)
    assert desk.wait(1).ask().write is None
    desk.dial(unconditional=VOICEMAIL).wait(1).settle()
    assert desk.phone.unconditional == VOICEMAIL
    assert desk.told() == [(EventKind.CHANGED_AT_PHONE, {Part.UNCONDITIONAL})]


def test_an_answer_is_for_the_last_write_alone() -> None:
    desk = Desk(replace(QUIET, no_reply=VOICEMAIL, unconditional=CAROL))
    desk.rule = off()
    assert desk.ask().write == ForwardingState(unconditional=None, no_reply=None)
    desk.rule = forward(no_reply=VOICEMAIL)
    newer = desk.ask(replace(desk.phone, no_reply=UNKNOWN)).write
    assert newer == ForwardingState(unconditional=None)
    desk.write(newer)
    desk.ledger = answered(desk.ledger, desk.now)
    assert desk.ask().write is None
    desk.dial(no_reply=None).wait(1).settle()
    assert desk.phone == replace(QUIET, no_reply=VOICEMAIL)


def test_a_phone_system_that_refuses_for_hours_does_not_fill_the_store() -> None:
    desk = Desk()
    for number in range(200):
        target = Destination(DestinationKind.NUMBER, str(number))
        desk.rule = forward(target, claim=str(number))
        assert desk.wait(60).ask().write == ForwardingState(unconditional=target)
    assert len(desk.ledger.echoes) < 20


def test_a_seen_write_cannot_land_late() -> None:
    desk = written(Desk())
    desk.rule = forward(BOB, claim="calendar:2")
    newer = desk.ask().write
    assert newer is not None
    desk.write(newer)
    assert desk.wait(1).ask().write is None
    desk.dial(unconditional=VOICEMAIL).wait(1).settle()
    assert desk.phone.unconditional == VOICEMAIL


def test_a_repeated_write_may_land_late_from_its_last_try_on() -> None:
    desk = Desk()
    desk.rule = MEETING
    desk.ask()
    assert desk.wait(110).ask().write == ForwardingState(unconditional=VOICEMAIL)
    desk.rule = UNCHANGED
    assert desk.wait(5).ask().write is None
    assert desk.wait(84).ask().write is None
    desk.dial(unconditional=VOICEMAIL)
    assert desk.wait(1).ask().write == ForwardingState(unconditional=None)


def test_after_two_minutes_nothing_lands_any_more() -> None:
    desk = Desk()
    desk.rule = MEETING
    desk.ask()
    desk.rule = UNCHANGED
    assert desk.wait(6).ask().again == MORNING + timedelta(minutes=2)
    desk.wait(114).ask()
    assert desk.ledger == Ledger()


def test_a_repair_without_an_answer_may_land_late() -> None:
    desk = written(Desk())
    desk.ledger = answered(desk.ledger, desk.now)
    desk.phone = QUIET
    assert desk.wait(1).reconnect().ask().write == ForwardingState(
        unconditional=VOICEMAIL
    )
    desk.rule = UNCHANGED
    assert desk.wait(6).ask().write is None
    assert desk.wait(6).ask().write is None
    desk.dial(unconditional=VOICEMAIL)
    assert desk.wait(1).settle().phone == QUIET


def test_a_late_write_after_the_person_took_over_does_not_win() -> None:
    desk = Desk()
    desk.rule = MEETING
    assert desk.ask().write == ForwardingState(unconditional=VOICEMAIL)
    desk.dial(unconditional=CAROL).wait(5).reconnect()
    assert desk.ask().write is None
    desk.phone = replace(desk.phone, unconditional=VOICEMAIL)
    assert desk.wait(20).settle().phone.unconditional == CAROL


def test_the_plan_asks_to_be_asked_again_when_a_write_settles() -> None:
    desk = Desk()
    desk.rule = MEETING
    found = desk.ask()
    assert found.again == MORNING + timedelta(seconds=5)
    assert found.write is not None
    desk.write(found.write)
    assert desk.wait(5).ask().again is None


def test_reading_what_is_in_order_again_changes_nothing_to_store() -> None:
    desk = written(Desk())
    before = desk.ledger
    desk.wait(1).ask()
    assert desk.ledger == before
    settled = desk.settle().ledger
    desk.wait(60).ask()
    assert desk.ledger == settled


def test_a_write_of_two_parts_is_seen_only_when_both_are() -> None:
    desk = Desk(replace(QUIET, follow_me=MOBILE))
    desk.rule = MEETING
    assert desk.ask().write == ForwardingState(unconditional=VOICEMAIL, follow_me=None)
    desk.phone = replace(desk.phone, unconditional=VOICEMAIL)
    desk.wait(1).ask(replace(desk.phone, follow_me=UNKNOWN))
    assert desk.wait(1).settle().phone.follow_me is None
    assert desk.events == []


def test_a_base_that_leads_nowhere_any_more_comes_back_all_the_same() -> None:
    nowhere = replace(QUIET, unconditional=Destination(DestinationKind.NUMBER, "s"))
    assert Desk(nowhere).follow(MEETING).follow(UNCHANGED).phone == nowhere


def test_nothing_is_written_before_the_phone_system_has_told() -> None:
    desk = Desk(MANUAL)
    desk.rule = MEETING
    found = desk.ask(ForwardingState())
    assert found.write is None
    assert found.waiting >= {Part.UNCONDITIONAL, Part.FOLLOW_ME}
    assert desk.ledger == Ledger()
    assert desk.settle().follow(UNCHANGED).phone == MANUAL


def test_off_waits_for_a_reading_as_well() -> None:
    desk = Desk(MANUAL)
    desk.rule = off()
    found = desk.ask(ForwardingState())
    assert found.write is None
    assert found.waiting >= {Part.UNCONDITIONAL, Part.FOLLOW_ME}
    assert desk.settle().phone == QUIET


def test_an_unknown_part_waits_and_the_others_do_not() -> None:
    desk = Desk(MANUAL)
    desk.rule = MEETING
    found = desk.ask(replace(MANUAL, follow_me=UNKNOWN))
    assert found.write == ForwardingState(unconditional=VOICEMAIL, busy=None)
    assert found.waiting == {Part.FOLLOW_ME}
    desk.write(found.write)
    assert desk.settle().phone.follow_me is None
    assert desk.follow(UNCHANGED).phone == MANUAL


def test_off_does_not_end_what_it_never_met() -> None:
    desk = Desk()
    desk.rule = off()
    found = desk.ask(replace(QUIET, unconditional=UNKNOWN))
    assert found.waiting == {Part.UNCONDITIONAL}
    desk.dial(unconditional=CAROL)
    assert desk.follow(UNCHANGED).phone.unconditional == CAROL


def test_an_unknown_reading_is_neither_a_change_nor_a_loss() -> None:
    desk = Desk().follow(MEETING)
    found = desk.ask(ForwardingState())
    assert found.write is None
    assert found.events == ()
    assert Part.UNCONDITIONAL in found.waiting
    assert desk.ledger.held == "meeting"


def test_a_profile_that_ends_unread_is_put_back_when_it_can_be_read() -> None:
    desk = Desk(MANUAL).follow(MEETING)
    desk.rule = UNCHANGED
    assert desk.ask(ForwardingState()).write is None
    assert desk.settle().phone == MANUAL


def test_what_was_dialled_in_an_outage_is_heard_before_the_next_claim_decides() -> None:
    desk = Desk().follow(MEETING).dial(unconditional=CAROL)
    desk.rule = off()
    desk.ask(ForwardingState())
    assert desk.reconnect().settle().phone == QUIET
    assert desk.ledger.held == "available"


def test_a_part_that_is_never_told_does_not_make_a_person_look_like_a_crash() -> None:
    desk = Desk(replace(QUIET, follow_me=UNKNOWN)).follow(MEETING)
    desk.dial(unconditional=None).settle()
    assert desk.phone.unconditional is None
    assert desk.told() == [(EventKind.CHANGED_AT_PHONE, {Part.UNCONDITIONAL})]


def test_an_own_redirect_of_a_part_that_is_not_told_waits_for_its_reading() -> None:
    desk = Desk()
    desk.ledger = own_change(
        desk.ledger,
        ForwardingState(follow_me=MOBILE),
        ForwardingState(unconditional=None),
    )
    for _ in range(2):
        assert desk.ask(replace(QUIET, follow_me=UNKNOWN)).waiting == {Part.FOLLOW_ME}
        desk.wait()
    assert desk.settle().phone.follow_me == MOBILE


def test_what_a_person_took_over_can_be_given_back_to_the_profile() -> None:
    desk = Desk().follow(MEETING).dial(unconditional=CAROL).settle()
    desk.ledger = given_back(desk.ledger)
    assert desk.settle().phone.unconditional == VOICEMAIL
    assert desk.ledger.held == "meeting"


def test_giving_back_forgets_the_end_of_an_own_redirect() -> None:
    desk = act(Desk().follow(MEETING), ForwardingState(unconditional=BOB), minutes=30)
    desk.ledger = given_back(desk.ledger)
    desk.settle().wait(1800)
    assert desk.ask().events == ()


def test_without_a_rule_and_a_base_there_is_nothing_to_wait_for() -> None:
    assert Desk().ask(ForwardingState()).waiting == frozenset()


# Phone systems that can do less


def test_a_phone_system_with_one_kind_of_forward_gets_only_that() -> None:
    desk = Desk(
        capabilities=RedirectCapabilities.named(
            ["UNCONDITIONAL", "READ_BACK", "VOICEMAIL", "PUSH"]
        )
    )
    desk.follow(forward(VOICEMAIL, busy=BOB, do_not_disturb=True))
    assert desk.writes == [ForwardingState(unconditional=VOICEMAIL)]
    assert desk.ask().unsupported == {Part.BUSY, Part.DO_NOT_DISTURB}
    assert desk.ask(ForwardingState()).unsupported == {Part.BUSY, Part.DO_NOT_DISTURB}


def test_a_forward_that_cannot_be_had_at_all_leaves_the_phone_alone() -> None:
    desk = Desk(
        MANUAL,
        capabilities=RedirectCapabilities.named(
            ["unconditional", "follow_me", "read_back"]
        ),
    )
    desk.follow(forward(busy=BOB))
    assert desk.phone == MANUAL
    assert desk.ask().unsupported == {Part.BUSY}


def test_voicemail_is_reported_where_calls_cannot_be_sent_there() -> None:
    desk = Desk(
        MANUAL, capabilities=replace(RedirectCapabilities(), voicemail=False)
    ).follow(MEETING)
    assert desk.phone == MANUAL
    assert desk.ask().unsupported == {Part.UNCONDITIONAL}


def test_voicemail_that_cannot_be_had_leaves_its_condition_alone() -> None:
    desk = Desk(MANUAL, capabilities=replace(RedirectCapabilities(), voicemail=False))
    desk.follow(forward(VOICEMAIL, busy=CAROL))
    assert desk.phone == replace(MANUAL, busy=CAROL, follow_me=None)


def test_off_reports_nothing_as_unsupported() -> None:
    desk = Desk(
        MANUAL, capabilities=RedirectCapabilities.named(["unconditional", "read_back"])
    ).follow(off())
    assert desk.phone == replace(MANUAL, unconditional=None)
    assert desk.ask().unsupported == frozenset()


def test_a_right_that_was_lost_stops_only_its_own_part() -> None:
    desk = Desk(replace(QUIET, busy=BOB)).follow(MEETING)
    desk.capabilities = RedirectCapabilities.named(["unconditional", "read_back"])
    desk.follow(UNCHANGED)
    assert desk.writes[-1] == ForwardingState(unconditional=None)
    assert desk.ledger.base == ForwardingState()


def test_a_ring_time_alone_is_no_redirect() -> None:
    assert Desk(MANUAL).follow(forward(ring_seconds=20)).phone == MANUAL


def test_ring_time_is_not_set_where_the_forward_it_belongs_to_cannot_be() -> None:
    capabilities = RedirectCapabilities.named(
        ["unconditional", "ring_seconds", "read_back"]
    )
    desk = Desk(capabilities=capabilities).follow(
        forward(BOB, no_reply=CAROL, ring_seconds=30)
    )
    assert desk.writes == [ForwardingState(unconditional=BOB)]


BLIND = RedirectCapabilities.named([*(part.value for part in Part), "voicemail"])
"""A phone system that is told things and tells nothing."""


def blind(desk: Desk) -> list[ForwardingState]:
    """Let a blind phone system answer until nothing is left to say."""
    writes = []
    while (found := desk.ask(ForwardingState())).write is not None:
        assert found.waiting == frozenset()
        writes.append(found.write)
        desk.ledger = answered(desk.ledger, desk.now)
        assert len(writes) < 3
    return writes


def test_a_phone_system_that_tells_nothing_is_set_and_put_back() -> None:
    desk = Desk(capabilities=BLIND)
    desk.rule = MEETING
    everything = ForwardingState(VOICEMAIL, None, None, UNKNOWN, None)
    assert desk.ask(ForwardingState()).again is None
    assert blind(desk) == [everything]
    assert blind(desk) == []
    desk.rule = UNCHANGED
    assert blind(desk) == [replace(everything, unconditional=None)]
    assert desk.ledger.base == ForwardingState()


def test_do_not_disturb_of_a_blind_phone_system_ends_with_the_profile() -> None:
    desk = Desk(capabilities=BLIND)
    desk.rule = forward(BOB, do_not_disturb=True)
    assert blind(desk)[0].do_not_disturb is True
    desk.rule = UNCHANGED
    assert blind(desk)[0].do_not_disturb is False


def test_an_unanswered_write_to_a_blind_phone_system_is_repeated() -> None:
    desk = Desk(capabilities=BLIND)
    desk.rule = MEETING
    assert (
        desk.ask(ForwardingState()).write
        == desk.ask(ForwardingState()).write
        is not None
    )


def test_own_redirect_on_a_blind_phone_system_comes_back() -> None:
    desk = Desk(capabilities=BLIND)
    desk.ledger = own_change(
        desk.ledger,
        ForwardingState(unconditional=BOB),
        ForwardingState(),
        capabilities=BLIND,
    )
    assert blind(desk) == [ForwardingState(unconditional=BOB)]
    desk.rule = MEETING
    assert blind(desk)[0].unconditional == VOICEMAIL
    desk.rule = UNCHANGED
    assert blind(desk)[0].unconditional == BOB


# A person's own redirect through xpresence


def act(desk: Desk, change: ForwardingState, *, minutes: float | None = None) -> Desk:
    """Let the person set a redirect from a dashboard."""
    desk.ledger = own_change(
        desk.ledger,
        change,
        desk.phone,
        until=None if minutes is None else desk.now + timedelta(minutes=minutes),
        desk_change=desk.desk_change,
        capabilities=desk.capabilities,
    )
    return desk.settle()


def test_own_redirect_is_set_and_stays() -> None:
    desk = act(Desk(), ForwardingState(unconditional=BOB)).wait(86400).settle()
    assert desk.phone == replace(QUIET, unconditional=BOB)


def test_own_redirect_over_a_profile_takes_over_like_one_at_the_desk() -> None:
    desk = act(Desk().follow(MEETING), ForwardingState(unconditional=BOB))
    assert desk.phone.unconditional == BOB
    assert desk.ledger.held is None
    assert desk.events == []
    assert desk.follow(UNCHANGED).phone.unconditional == BOB


def test_own_redirect_under_enforce_waits_beneath_the_profile() -> None:
    desk = Desk(desk_change=DeskChange.ENFORCE).follow(MEETING)
    act(desk, ForwardingState(unconditional=BOB))
    assert desk.phone.unconditional == VOICEMAIL
    assert desk.ledger.held == "meeting"
    assert desk.follow(UNCHANGED).phone.unconditional == BOB


def test_dialling_after_an_own_redirect_that_was_not_set_yet_wins() -> None:
    desk = Desk()
    desk.ledger = own_change(
        desk.ledger, ForwardingState(unconditional=BOB), desk.phone
    )
    assert desk.dial(unconditional=CAROL).settle().phone.unconditional == CAROL


def test_own_redirect_beneath_a_profile_takes_the_place_of_follow_me() -> None:
    desk = Desk(replace(QUIET, follow_me=MOBILE), desk_change=DeskChange.ENFORCE)
    act(desk.follow(MEETING), ForwardingState(unconditional=BOB))
    assert desk.follow(UNCHANGED).phone == replace(QUIET, unconditional=BOB)


def test_a_reconnect_does_not_make_an_unsettled_write_look_lost_twice() -> None:
    desk = written(Desk()).wait(1).reconnect().wait(1)
    assert desk.ask().write is None
    assert desk.ledger.seen == desk.now
    desk.wait(1).ask()
    assert desk.ledger.seen == desk.now - timedelta(seconds=1)


def test_own_redirect_under_enforce_waits_beneath_off_as_well() -> None:
    desk = act(
        Desk(desk_change=DeskChange.ENFORCE).follow(off()),
        ForwardingState(unconditional=BOB),
    )
    assert desk.phone == QUIET
    assert desk.follow(UNCHANGED).phone.unconditional == BOB


def test_own_redirect_ends_at_its_time() -> None:
    desk = act(
        Desk(replace(QUIET, unconditional=CAROL)),
        ForwardingState(unconditional=BOB),
        minutes=30,
    )
    assert desk.phone.unconditional == BOB
    assert desk.ask().again == MORNING + timedelta(minutes=30)
    desk.wait(1800).settle()
    assert desk.phone.unconditional == CAROL
    assert desk.told() == [(EventKind.OWN_ENDED, {Part.UNCONDITIONAL})]


def test_of_two_own_redirects_each_ends_at_its_own_time() -> None:
    desk = act(Desk(), ForwardingState(unconditional=BOB), minutes=60)
    act(desk, ForwardingState(busy=CAROL), minutes=20)
    first, second = (desk.now + timedelta(minutes=m) for m in (20, 60))
    ends = sorted(own.until for own in desk.ledger.own if own.until)
    assert len(ends) == 2
    assert first - timedelta(minutes=10) < ends[0] <= first < ends[1] <= second
    assert desk.ask().again == ends[0]
    desk.now = ends[0]
    assert desk.ask().write == ForwardingState(busy=None)
    desk.settle()
    assert desk.phone == replace(QUIET, unconditional=BOB)
    assert desk.ask().again == ends[1]
    desk.now = ends[1]
    assert desk.settle().phone == QUIET


def test_an_own_redirect_for_a_while_goes_back_to_one_for_good() -> None:
    desk = act(Desk(), ForwardingState(unconditional=BOB))
    act(desk, ForwardingState(unconditional=CAROL), minutes=30)
    assert desk.wait(1800).settle().phone.unconditional == BOB


def test_an_own_redirect_for_a_while_goes_back_past_another_for_a_while() -> None:
    desk = act(Desk(), ForwardingState(unconditional=BOB), minutes=60)
    act(desk, ForwardingState(unconditional=CAROL), minutes=30)
    assert desk.wait(1800).settle().phone == QUIET


def test_own_redirect_does_not_end_before_its_time() -> None:
    desk = act(Desk(), ForwardingState(unconditional=BOB), minutes=30)
    desk.now = MORNING + timedelta(minutes=30, seconds=-1)
    assert desk.ask().write is None
    desk.wait(1)
    assert desk.ask().write == ForwardingState(unconditional=None)


def test_own_redirect_that_was_changed_at_the_desk_does_not_end_it() -> None:
    desk = act(Desk(), ForwardingState(unconditional=BOB), minutes=30)
    desk.dial(unconditional=CAROL).wait(1800).settle()
    assert desk.phone.unconditional == CAROL
    assert desk.ledger.own == ()
    assert desk.events == []


def test_own_redirect_that_ends_beneath_a_profile_does_not_come_back() -> None:
    desk = act(Desk(), ForwardingState(unconditional=BOB), minutes=30).follow(MEETING)
    desk.wait(1800).settle()
    assert desk.phone.unconditional == VOICEMAIL
    assert desk.follow(UNCHANGED).phone == QUIET


def test_own_redirect_extended_still_ends_in_what_was_there_first() -> None:
    desk = act(Desk(), ForwardingState(unconditional=BOB), minutes=30)
    act(desk, ForwardingState(unconditional=CAROL), minutes=60)
    desk.wait(1800).settle()
    assert desk.phone.unconditional == CAROL
    assert desk.wait(1800).settle().phone == QUIET


def test_own_redirect_without_end_replaces_one_with_an_end() -> None:
    desk = act(Desk(), ForwardingState(unconditional=BOB), minutes=30)
    act(desk, ForwardingState(unconditional=CAROL))
    assert len(desk.ledger.own) == 1
    assert desk.wait(86400).settle().phone.unconditional == CAROL


def test_own_redirect_of_one_kind_keeps_the_end_of_another() -> None:
    desk = act(Desk(), ForwardingState(unconditional=BOB, busy=BOB), minutes=30)
    act(desk, ForwardingState(busy=CAROL)).wait(86400).settle()
    assert desk.phone == replace(QUIET, busy=CAROL)


def test_own_redirect_is_ended_by_off_and_its_end_brings_nothing_back() -> None:
    desk = Desk(replace(QUIET, unconditional=CAROL))
    act(desk, ForwardingState(unconditional=BOB), minutes=30).follow(off()).follow(
        UNCHANGED
    )
    assert desk.wait(86400).settle().phone == QUIET


def test_own_redirect_that_off_ended_has_no_end_any_more() -> None:
    desk = act(Desk(), ForwardingState(unconditional=BOB), minutes=30)
    desk.follow(off()).follow(UNCHANGED).dial(unconditional=BOB)
    assert desk.wait(86400).settle().phone.unconditional == BOB


def test_own_redirect_over_a_profile_brings_follow_me_back_at_its_end() -> None:
    desk = Desk(replace(QUIET, follow_me=MOBILE)).follow(MEETING)
    act(desk, ForwardingState(unconditional=BOB), minutes=30)
    assert desk.phone == replace(QUIET, unconditional=BOB)
    desk.wait(1800).settle()
    assert desk.phone == replace(QUIET, follow_me=MOBILE)


def test_ending_the_profiles_redirect_for_a_while_brings_follow_me_back() -> None:
    desk = Desk(replace(QUIET, follow_me=MOBILE)).follow(MEETING)
    act(desk, ForwardingState(unconditional=None), minutes=30)
    assert desk.phone == replace(QUIET, follow_me=MOBILE)


def test_own_redirect_with_a_follow_me_of_its_own_sets_both() -> None:
    desk = Desk(replace(QUIET, follow_me=MOBILE)).follow(MEETING)
    act(desk, ForwardingState(unconditional=BOB, follow_me="104"), minutes=30)
    assert desk.phone == replace(QUIET, unconditional=BOB, follow_me="104")


def test_own_redirect_just_after_a_profile_ended_leaves_follow_me_alone() -> None:
    desk = Desk(replace(QUIET, follow_me=MOBILE)).follow(MEETING)
    desk.rule = UNCHANGED
    found = desk.ask()
    assert found.write is not None
    desk.write(found.write)
    act(desk.wait(1), ForwardingState(unconditional=BOB), minutes=30)
    assert desk.phone == replace(QUIET, unconditional=BOB, follow_me=MOBILE)


def test_own_redirect_with_an_end_needs_a_reading_first() -> None:
    with pytest.raises(NotRead):
        own_change(
            Ledger(),
            ForwardingState(unconditional=BOB),
            ForwardingState(),
            until=MORNING,
        )


def test_own_redirect_waits_with_its_end_until_the_phone_system_tells() -> None:
    desk = act(Desk(), ForwardingState(unconditional=BOB), minutes=30).wait(1800)
    assert desk.ask(ForwardingState()).write is None
    assert desk.settle().phone == QUIET


def test_own_redirect_waits_with_its_end_for_each_of_its_parts() -> None:
    desk = act(Desk(), ForwardingState(unconditional=BOB, busy=BOB), minutes=30).wait(
        1800
    )
    assert desk.ask(replace(desk.phone, busy=UNKNOWN)).write is None
    assert desk.settle().phone == QUIET


def test_picking_a_follow_me_device_over_a_profile_ends_its_redirect() -> None:
    desk = act(Desk().follow(MEETING), ForwardingState(follow_me=MOBILE))
    assert desk.phone == replace(QUIET, follow_me=MOBILE)


def test_an_own_part_the_phone_system_cannot_do_changes_nothing() -> None:
    desk = Desk(
        capabilities=RedirectCapabilities.named(["unconditional", "read_back"])
    ).follow(off())
    act(desk, ForwardingState(busy=BOB))
    assert desk.phone == QUIET
    assert desk.ledger.held == "available"
    assert desk.ledger.own == ()


def test_a_lost_own_redirect_is_written_again() -> None:
    desk = Desk()
    desk.ledger = own_change(
        desk.ledger, ForwardingState(unconditional=BOB), desk.phone
    )
    found = desk.ask()
    assert found.write is not None
    desk.write(found.write)
    assert desk.wait(0.2).ask().write is None
    desk.phone = QUIET
    assert desk.wait(10).reconnect().settle().phone.unconditional == BOB


# What is shown


def shown(desk: Desk, failure: object | None = None) -> Shown:
    """Return what the sensor shows."""
    return status(
        desk.rule, desk.phone, desk.ledger, failure, capabilities=desk.capabilities
    )


def test_the_sensor_shows_the_profiles_redirect() -> None:
    assert shown(Desk().follow(MEETING)) == Shown(
        RedirectStatus.ACTIVE, Part.UNCONDITIONAL, VOICEMAIL, SetBy.PROFILE
    )


@pytest.mark.parametrize(
    ("phone", "expected"),
    [
        pytest.param(QUIET, Shown(RedirectStatus.OFF), id="off"),
        pytest.param(
            replace(QUIET, do_not_disturb=True),
            Shown(RedirectStatus.OFF),
            id="do not disturb sends calls nowhere",
        ),
        pytest.param(
            replace(QUIET, follow_me=MOBILE, busy=BOB),
            Shown(
                RedirectStatus.ACTIVE,
                Part.FOLLOW_ME,
                Destination(DestinationKind.NUMBER, MOBILE),
                SetBy.UNKNOWN,
            ),
            id="follow-me before a busy forward",
        ),
        pytest.param(
            replace(QUIET, no_reply=CAROL),
            Shown(RedirectStatus.ACTIVE, Part.NO_REPLY, CAROL, SetBy.UNKNOWN),
            id="no reply",
        ),
        pytest.param(
            ForwardingState(), Shown(RedirectStatus.UNKNOWN), id="nothing told"
        ),
        pytest.param(
            replace(QUIET, unconditional=UNKNOWN, busy=BOB),
            Shown(RedirectStatus.UNKNOWN),
            id="unknown hides what counts less",
        ),
        pytest.param(
            replace(QUIET, unconditional=BOB, busy=UNKNOWN),
            Shown(RedirectStatus.ACTIVE, Part.UNCONDITIONAL, BOB, SetBy.UNKNOWN),
            id="unknown does not hide what counts more",
        ),
        pytest.param(
            replace(QUIET, no_reply=UNKNOWN),
            Shown(RedirectStatus.UNKNOWN),
            id="unknown is never off",
        ),
    ],
)
def test_the_sensor_shows_what_the_phone_says(
    phone: ForwardingState, expected: Shown
) -> None:
    assert shown(Desk(phone)) == expected


def test_the_sensor_shows_where_a_pending_or_failed_redirect_should_lead() -> None:
    desk = Desk()
    desk.rule = MEETING
    desk.ask()
    pending = shown(desk)
    assert pending.status is RedirectStatus.PENDING
    assert pending.destination == VOICEMAIL
    assert shown(desk, failure="refused") == replace(
        pending, status=RedirectStatus.FAILED
    )


def test_the_sensor_shows_pending_while_a_redirect_is_still_to_end() -> None:
    desk = Desk().follow(MEETING)
    desk.rule = UNCHANGED
    desk.ask()
    assert shown(desk) == Shown(RedirectStatus.PENDING)


def test_an_old_failure_is_not_shown_once_all_is_in_order() -> None:
    assert shown(Desk().follow(MEETING), "old").status is RedirectStatus.ACTIVE


def test_a_failure_without_a_reading_is_shown_as_failed() -> None:
    desk = Desk().follow(MEETING)
    desk.phone = ForwardingState()
    assert shown(desk, "refused").status is RedirectStatus.FAILED
    assert shown(desk).status is RedirectStatus.UNKNOWN


def test_a_redirect_that_was_refused_is_shown_as_failed() -> None:
    refused = replace(MEETING, forwarding=ForwardingState())
    desk = Desk(MANUAL).follow(refused)
    assert desk.phone == MANUAL
    assert shown(desk).status is RedirectStatus.FAILED
    act(desk, ForwardingState(unconditional=BOB))
    assert shown(desk).status is RedirectStatus.ACTIVE


def test_a_phone_system_that_knows_no_redirects_shows_none_as_unknown() -> None:
    desk = Desk(
        capabilities=RedirectCapabilities.named(["do_not_disturb", "read_back"])
    ).follow(off())
    assert shown(desk).status is RedirectStatus.UNKNOWN


@pytest.mark.parametrize(
    ("part", "condition"),
    [
        (Part.UNCONDITIONAL, Condition.UNCONDITIONAL),
        (Part.BUSY, Condition.BUSY),
        (Part.NO_REPLY, Condition.NO_REPLY),
        (Part.FOLLOW_ME, None),
        (None, None),
    ],
)
def test_the_sensor_names_the_condition(
    part: Part | None, condition: Condition | None
) -> None:
    assert Shown(RedirectStatus.ACTIVE, part).condition is condition


def test_the_sensor_tells_who_set_the_redirect() -> None:
    assert shown(act(Desk(), ForwardingState(unconditional=BOB))).set_by is SetBy.ACTION
    desk = Desk().follow(MEETING).dial(unconditional=CAROL).settle()
    assert shown(desk).set_by is SetBy.PHONE
    assert shown(Desk(MANUAL)).set_by is SetBy.UNKNOWN


def test_a_redirect_beside_the_profiles_own_is_the_persons() -> None:
    desk = Desk().follow(forward(busy=BOB)).dial(unconditional=CAROL)
    desk.ask()
    assert desk.ledger.held == "meeting"
    assert shown(desk).set_by is SetBy.PHONE


def test_a_redirect_that_just_came_back_is_no_profiles() -> None:
    desk = Desk(MANUAL).follow(MEETING)
    desk.rule = UNCHANGED
    found = desk.ask()
    assert found.write is not None
    desk.write(found.write)
    desk.ask()
    assert shown(desk) == Shown(
        RedirectStatus.ACTIVE, Part.UNCONDITIONAL, CAROL, SetBy.UNKNOWN
    )


def test_a_failure_is_not_shown_where_nothing_was_asked_for() -> None:
    assert shown(Desk(ForwardingState()), "old").status is RedirectStatus.UNKNOWN


def test_a_blind_phone_systems_failure_is_shown() -> None:
    desk = Desk(capabilities=BLIND)
    desk.rule = MEETING
    desk.ask(ForwardingState())
    assert shown(desk).status is RedirectStatus.PENDING
    assert shown(desk, "refused").status is RedirectStatus.FAILED


def test_what_a_blind_phone_system_answered_for_is_shown_and_said_to_be_unconfirmed() -> (
    None
):
    desk = Desk(capabilities=BLIND)
    assert shown(desk) == Shown(RedirectStatus.OFF, confirmed=False)
    desk.rule = MEETING
    blind(desk)
    assert shown(desk) == Shown(
        RedirectStatus.ACTIVE,
        Part.UNCONDITIONAL,
        VOICEMAIL,
        SetBy.PROFILE,
        confirmed=False,
    )
    desk.rule = UNCHANGED
    blind(desk)
    assert shown(desk) == Shown(RedirectStatus.OFF, confirmed=False)


# Deciding, storing


def decision(mode: RedirectMode, claim: Claim | None) -> Decision:
    """Return a decision about the redirect and nothing else."""
    profile = Profile("p1", "Meeting", Status.BUSY, RedirectRule(mode))
    top = Claim(Source.DEFAULT, "p1", "default")
    return Decision(
        person="anna",
        profile=profile,
        source=Source.DEFAULT,
        claim=top,
        since=None,
        until=None,
        info_text="",
        redirect=profile.redirect,
        redirect_claim=claim,
        agent=None,
        agent_claim=None,
        trace=(),
        next_change=None,
    )


def test_nobodys_opinion_and_unchanged_want_nothing() -> None:
    claim = Claim(Source.CALENDAR, "p1", "uid")
    assert desired(decision(RedirectMode.OFF, None), QUIET) is None
    assert desired(decision(RedirectMode.UNCHANGED, claim), QUIET) is None


def test_claims_of_two_sources_or_profiles_are_never_taken_for_one() -> None:
    claims = [
        Claim(source, profile, "1")
        for source in (Source.MANUAL, Source.CALENDAR)
        for profile in ("p1", "p2")
    ]
    found = [desired(decision(RedirectMode.FORWARD, claim), QUIET) for claim in claims]
    assert len({one.claim for one in found if one is not None}) == 4
    assert [one.profile for one in found if one is not None] == ["p1", "p2"] * 2


def test_a_ledger_tells_whether_something_is_still_being_put_back() -> None:
    desk = Desk()
    assert not desk.ledger.restoring
    assert not desk.follow(MEETING).ledger.restoring
    desk.rule = UNCHANGED
    desk.ask()
    assert desk.ledger.restoring
    assert not desk.settle().ledger.restoring


def test_a_ledger_survives_being_stored_at_every_step() -> None:
    desk = Desk(MANUAL, desk_change=DeskChange.ENFORCE)
    act(desk, ForwardingState(unconditional=BOB), minutes=30)
    desk.rule = forward(CAROL, do_not_disturb=True)
    stored = plan(
        desk.rule, desk.phone, desk.ledger, now=desk.now, ready_since=None
    ).ledger
    assert stored.own
    assert stored.echoes
    assert Ledger.from_json(stored.to_json()) == stored


def test_a_damaged_store_is_no_ledger() -> None:
    assert Ledger.from_json({}) == Ledger()
    with pytest.raises(Malformed):
        Ledger.from_json({**Ledger().to_json(), "taken": ["nonsense"]})
