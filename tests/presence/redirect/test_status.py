"""Whether something is still to be done about a redirect, told without a reading.

That is what is shown while a phone system cannot be read: *pending* where a wish is
open, *unknown* where the phone system has followed every one so far as was seen.
"""

from dataclasses import replace

import pytest

from custom_components.xpresence.presence.line import ForwardingState
from custom_components.xpresence.presence.redirect.guards import DeskChange
from custom_components.xpresence.presence.redirect.own import own_change
from custom_components.xpresence.presence.redirect.plan import plan
from custom_components.xpresence.presence.redirect.status import is_pending

from .test_plan import (
    BOB,
    CAROL,
    MANUAL,
    MEETING,
    MOBILE,
    QUIET,
    UNCHANGED,
    Desk,
    forward,
    off,
)


def still_open(desk: Desk) -> bool:
    """Ask as it is asked in an outage: with nothing read."""
    found = plan(
        desk.rule,
        ForwardingState(),
        desk.ledger,
        now=desk.now,
        ready_since=desk.ready_since,
        desk_change=desk.desk_change,
        capabilities=desk.capabilities,
    )
    return is_pending(desk.rule, found.ledger, capabilities=desk.capabilities)


def own(desk: Desk, change: ForwardingState, reading: ForwardingState) -> Desk:
    """Let a person set their own redirect, with this reading or none."""
    desk.ledger = own_change(
        desk.ledger,
        change,
        reading,
        desk_change=desk.desk_change,
        capabilities=desk.capabilities,
    )
    return desk


@pytest.mark.parametrize("rule", [UNCHANGED, MEETING, off()])
@pytest.mark.parametrize("phone", [QUIET, MANUAL])
def test_what_was_seen_to_be_followed_is_not_open(
    rule: object, phone: ForwardingState
) -> None:
    assert not still_open(Desk(phone).follow(rule))  # type: ignore[arg-type]


def test_a_write_that_was_seen_but_may_still_be_lost_is_not_open() -> None:
    desk = Desk()
    desk.rule = MEETING
    found = desk.ask()
    assert found.write is not None
    desk.write(found.write)
    assert still_open(desk)
    desk.ask()
    assert not still_open(desk)


def test_a_choice_made_in_the_outage_is_open() -> None:
    desk = Desk().follow(MEETING)
    desk.rule = forward(BOB, claim="manual:2")
    assert still_open(desk)


def test_a_profile_that_ends_in_the_outage_is_open() -> None:
    desk = Desk().follow(MEETING)
    desk.rule = UNCHANGED
    assert still_open(desk)


def test_a_profile_that_ends_in_the_outage_with_nothing_to_put_back_is_not() -> None:
    desk = Desk(replace(QUIET, unconditional=CAROL)).follow(forward(CAROL))
    desk.rule = UNCHANGED
    assert not still_open(desk)


def test_another_deputy_under_the_same_claim_is_open() -> None:
    desk = Desk().follow(forward(BOB))
    desk.rule = forward(CAROL)
    assert still_open(desk)


def test_an_own_redirect_that_was_seen_is_not_open() -> None:
    desk = own(Desk(), ForwardingState(unconditional=BOB), QUIET)
    assert still_open(desk)
    found = desk.ask()
    assert found.write is not None
    desk.write(found.write)
    desk.ask()
    # It has not settled: the phone system might still forget it.
    assert desk.ledger.base != ForwardingState()
    assert not still_open(desk)
    assert not still_open(desk.settle())


@pytest.mark.parametrize("rule", [UNCHANGED, MEETING])
def test_an_own_redirect_set_in_the_outage_is_open(rule: object) -> None:
    desk = Desk().follow(rule)  # type: ignore[arg-type]
    assert still_open(own(desk, ForwardingState(unconditional=BOB), ForwardingState()))


def test_an_own_redirect_that_waits_beneath_an_enforced_profile_is_not_open() -> None:
    desk = Desk(desk_change=DeskChange.ENFORCE).follow(MEETING)
    assert not still_open(
        own(desk, ForwardingState(unconditional=BOB), ForwardingState())
    )


def test_follow_me_that_comes_back_after_the_outage_is_open() -> None:
    desk = Desk(replace(QUIET, follow_me=MOBILE)).follow(MEETING)
    assert not still_open(desk)
    desk.rule = UNCHANGED
    assert still_open(desk)
