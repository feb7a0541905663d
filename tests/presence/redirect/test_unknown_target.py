"""Redirects that are on while nobody knows where they lead."""

from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.xpresence.presence.line import (
    TARGET_UNKNOWN,
    Condition,
    Destination,
    DestinationKind,
    ForwardingState,
)
from custom_components.xpresence.presence.redirect.guards import DeskChange
from custom_components.xpresence.presence.redirect.handover import EventKind
from custom_components.xpresence.presence.redirect.ledger import Ledger
from custom_components.xpresence.presence.redirect.own import own_change
from custom_components.xpresence.presence.redirect.parts import (
    Part,
    RedirectCapabilities,
    TargetChoice,
    Targets,
)
from custom_components.xpresence.presence.redirect.plan import (
    RedirectPlan,
    answered,
    plan,
)
from custom_components.xpresence.presence.redirect.status import (
    RedirectStatus,
    SetBy,
    status,
)

from .test_plan import BOB, MEETING, UNCHANGED, VOICEMAIL, Desk, off

ON = TARGET_UNKNOWN
KEPT = Destination(DestinationKind.UNKNOWN, "SIP/trunk/0301234567")
SWITCH = RedirectCapabilities(
    frozenset({Part.UNCONDITIONAL}),
    frozenset({Part.UNCONDITIONAL}),
    voicemail=False,
    targets={Condition.UNCONDITIONAL: Targets(TargetChoice.NONE)},
)


class Lamp(Desk):
    """A phone system that tells that it redirects, and not whereto."""

    def ask(self, reading: ForwardingState | None = None) -> RedirectPlan:
        """Read the lamp in place of the target."""
        real = self.phone if reading is None else reading
        lit = {
            condition.value: ON
            for condition in Condition
            if isinstance(real.forward(condition), Destination)
        }
        return super().ask(replace(real, **lit))

    def write(self, forwarding: ForwardingState) -> None:
        """Let a write arrive, and its answer."""
        super().write(forwarding)
        self.ledger = answered(self.ledger, self.now)


def kinds(desk: Desk) -> list[EventKind]:
    return [event.kind for event in desk.events]


def test_what_is_on_without_a_target_is_active_and_never_unknown() -> None:
    shown = status(None, ForwardingState(ON, None, None, None, None), Ledger())
    assert shown.status is RedirectStatus.ACTIVE
    assert shown.set_by is SetBy.UNKNOWN
    assert not shown.target_known


def test_a_profile_replaces_it_and_afterwards_it_is_off_and_that_is_told_once() -> None:
    desk = Desk(ForwardingState(ON, None, None, None, None, do_not_disturb=False))
    desk.follow(MEETING)
    assert desk.phone.unconditional == VOICEMAIL
    desk.rule = UNCHANGED
    desk.settle()
    assert desk.phone.unconditional is None
    assert kinds(desk).count(EventKind.NOT_RESTORED) == 1


def test_what_the_phone_system_can_put_back_as_it_stood_comes_back() -> None:
    desk = Desk(ForwardingState(KEPT, None, None, None, None, do_not_disturb=False))
    desk.follow(MEETING)
    assert desk.phone.unconditional == VOICEMAIL
    desk.rule = UNCHANGED
    desk.settle()
    assert desk.phone.unconditional == KEPT
    assert EventKind.NOT_RESTORED not in kinds(desk)


def test_off_ends_it() -> None:
    desk = Desk(ForwardingState(ON, None, None, None, None, do_not_disturb=False))
    desk.follow(off())
    assert desk.phone.unconditional is None


def test_a_person_ends_it() -> None:
    desk = Desk(ForwardingState(ON, None, None, None, None, do_not_disturb=False))
    desk.ledger = own_change(
        desk.ledger, ForwardingState(unconditional=None), desk.phone
    )
    desk.settle()
    assert desk.phone.unconditional is None


def test_without_a_profile_it_is_left_as_it_stands() -> None:
    desk = Desk(ForwardingState(ON, None, None, None, None, do_not_disturb=False))
    desk.follow(UNCHANGED)
    assert desk.writes == []
    assert desk.phone.unconditional == ON


def test_a_lamp_is_believed_to_stand_for_what_was_set_last() -> None:
    desk = Lamp(ForwardingState(None, None, None, None, None, do_not_disturb=False))
    desk.follow(MEETING)
    writes = len(desk.writes)
    desk.settle()
    assert len(desk.writes) == writes
    lit = replace(desk.phone, unconditional=ON)
    shown = status(desk.rule, lit, desk.ledger)
    assert (shown.status, shown.destination) == (RedirectStatus.ACTIVE, VOICEMAIL)
    assert shown.set_by is SetBy.PROFILE
    assert EventKind.CHANGED_AT_PHONE not in kinds(desk)


def test_a_lamp_that_goes_on_at_the_desk_is_the_persons() -> None:
    desk = Lamp(ForwardingState(None, None, None, None, None, do_not_disturb=False))
    desk.follow(off())
    desk.now += timedelta(minutes=5)
    desk.phone = replace(desk.phone, unconditional=BOB)
    desk.settle()
    assert EventKind.CHANGED_AT_PHONE in kinds(desk)
    assert desk.phone.unconditional == BOB


def test_a_lamp_that_goes_on_at_the_desk_is_put_out_where_the_office_enforces() -> None:
    desk = Lamp(ForwardingState(None, None, None, None, None, do_not_disturb=False))
    desk.desk_change = DeskChange.ENFORCE
    desk.follow(off())
    desk.now += timedelta(minutes=5)
    desk.phone = replace(desk.phone, unconditional=BOB)
    desk.settle()
    assert EventKind.OVERRULED in kinds(desk)
    assert desk.phone.unconditional is None


def test_an_unanswered_write_over_a_lit_lamp_is_asked_for_again_and_nobodys_change() -> (
    None
):
    lit = ForwardingState(ON, None, None, None, None, do_not_disturb=False)
    desk = Desk(lit)
    desk.rule = MEETING
    first = desk.ask(lit)
    assert first.write is not None
    second = desk.ask(lit)
    assert second.write is not None
    assert second.write.unconditional == VOICEMAIL
    assert EventKind.CHANGED_AT_PHONE not in kinds(desk)


def test_a_redirect_that_was_never_replaced_is_not_given_up() -> None:
    lit = ForwardingState(ON, None, None, None, None, do_not_disturb=False)
    desk = Desk(lit)
    desk.rule = MEETING
    assert desk.ask(lit).write is not None
    desk.rule = UNCHANGED
    found = desk.ask(lit)
    assert found.write is None or found.write.unconditional is not None
    assert EventKind.NOT_RESTORED not in kinds(desk)


def test_a_switch_is_switched_on_again_to_wherever_it_leads() -> None:
    lit = ForwardingState(unconditional=ON)
    ledger, now = Ledger(), Desk(lit).now
    ended = replace(off(), forwarding=ForwardingState(unconditional=None))
    found = plan(ended, lit, ledger, now=now, ready_since=None, capabilities=SWITCH)
    assert found.write == ForwardingState(unconditional=None)
    # Off ends it for good; a profile that only replaces it would not.
    assert found.ledger.base.unconditional is None
    on = replace(MEETING, forwarding=ForwardingState(unconditional=ON))
    found = plan(
        on,
        ForwardingState(unconditional=None),
        Ledger(),
        now=now,
        ready_since=None,
        capabilities=SWITCH,
    )
    assert found.write == ForwardingState(unconditional=ON)
    done = answered(found.ledger, now)
    again = plan(on, lit, done, now=now, ready_since=None, capabilities=SWITCH)
    assert again.write is None


@pytest.mark.parametrize(
    ("targets", "target", "takes"),
    [
        (Targets(), BOB, True),
        (Targets(), VOICEMAIL, True),
        (Targets(), ON, False),
        (Targets(), KEPT, True),
        (Targets(voicemail=False), VOICEMAIL, False),
        (Targets(TargetChoice.NONE), ON, True),
        (Targets(TargetChoice.NONE), BOB, False),
        (Targets(TargetChoice.NONE), VOICEMAIL, False),
        (Targets(TargetChoice.LIST, (BOB,)), BOB, True),
    ],
)
def test_what_can_be_a_target(
    targets: Targets, target: Destination, takes: bool
) -> None:
    assert targets.takes(target) is takes
