"""A phone system that forgets, and one that knows more than we do."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.xpresence.presence.line import (
    Destination,
    DestinationKind,
    ForwardingState,
)
from custom_components.xpresence.presence.model import RedirectMode
from custom_components.xpresence.presence.redirect.desired import DesiredRedirect
from custom_components.xpresence.presence.redirect.handover import EventKind
from custom_components.xpresence.presence.redirect.ledger import Ledger
from custom_components.xpresence.presence.redirect.mark import adopted, forgotten
from custom_components.xpresence.presence.redirect.own import own_change
from custom_components.xpresence.presence.redirect.parts import (
    RedirectCapabilities,
    changed,
    known,
)
from custom_components.xpresence.presence.redirect.plan import plan

CAPABILITIES = RedirectCapabilities(keeps_number=True)
OFF = ForwardingState(None, None, None, None, None, do_not_disturb=False)
VOICEMAIL = Destination(DestinationKind.VOICEMAIL, "100")
BOB = Destination(DestinationKind.NUMBER, "101")
CAROL = Destination(DestinationKind.NUMBER, "102")
MEETING = DesiredRedirect(
    RedirectMode.FORWARD,
    ForwardingState(unconditional=VOICEMAIL, follow_me=None),
    "meeting",
    "manual:meeting:1",
)


@dataclass
class Office:
    """One extension: the phone system's database, and what we remember."""

    says: ForwardingState = OFF
    number: int | None = None
    ledger: Ledger = field(default_factory=Ledger)
    desired: DesiredRedirect | None = None
    now: datetime = datetime(2026, 11, 28, 9, tzinfo=UTC)
    events: list[EventKind] = field(default_factory=list)
    newer: bool = False

    def settle(self) -> None:
        """Take turns until nothing is left to do, and let an hour pass."""
        for _ in range(8):
            step = plan(
                self.desired,
                self.says,
                self.ledger,
                now=self.now,
                ready_since=self.now - timedelta(minutes=1),
                capabilities=CAPABILITIES,
                number=self.number,
            )
            self.ledger = Ledger.from_json(step.ledger.to_json())
            self.events += [event.kind for event in step.events]
            self.newer = step.newer
            if step.write is not None:
                self.says = changed(self.says, dict(known(step.write)))
            if step.number is not None:
                self.number = step.number
            if step.write is None and step.number is None:
                break
        else:
            pytest.fail("it never settles")
        self.now += timedelta(hours=1)

    def set_own(self, target: Destination | None) -> None:
        change = ForwardingState(unconditional=target)
        self.ledger = own_change(
            self.ledger, change, self.says, capabilities=CAPABILITIES
        )
        self.settle()
        self.settle()


def test_a_write_is_numbered_and_the_number_kept() -> None:
    office = Office(desired=MEETING)
    office.settle()
    assert (office.number, office.ledger.number) == (1, 1)
    office.desired = None
    office.settle()
    assert (office.number, office.ledger.number) == (2, 2)
    assert office.events == []


def test_a_held_redirect_is_set_again_however_long_ago_it_was_set() -> None:
    office = Office(desired=MEETING)
    office.settle()
    office.settle()
    office.says, office.number = OFF, None
    office.settle()
    assert office.says.unconditional == VOICEMAIL
    assert office.events == [EventKind.FORGOTTEN]
    office.desired = None
    office.settle()
    assert office.says.unconditional is None


def test_what_was_dialled_is_still_the_persons() -> None:
    office = Office(desired=MEETING)
    office.settle()
    office.settle()
    office.says = replace(office.says, unconditional=None)
    office.settle()
    assert office.says.unconditional is None
    assert office.events == [EventKind.CHANGED_AT_PHONE]


def test_an_own_redirect_is_set_again() -> None:
    office = Office()
    office.set_own(BOB)
    assert office.ledger.base == ForwardingState()
    office.says, office.number = OFF, None
    office.settle()
    assert office.says.unconditional == BOB
    assert office.events == [EventKind.FORGOTTEN]


def test_an_own_redirect_that_was_ended_at_the_desk_is_not() -> None:
    office = Office()
    office.set_own(BOB)
    office.says = replace(office.says, unconditional=None)
    office.settle()
    office.says, office.number = OFF, None
    office.settle()
    assert office.says.unconditional is None


def test_what_the_phone_itself_had_comes_back_after_a_profile() -> None:
    office = Office(says=replace(OFF, unconditional=CAROL), desired=MEETING)
    office.settle()
    office.says, office.number = OFF, None
    office.settle()
    office.desired = None
    office.settle()
    assert office.says.unconditional == CAROL


def test_an_older_backup_of_the_phone_system_is_one_that_forgot() -> None:
    office = Office(desired=MEETING)
    office.settle()
    older = office.says, office.number
    office.desired = None
    office.settle()
    office.set_own(BOB)
    office.says, office.number = older
    office.settle()
    assert office.says.unconditional == BOB
    assert office.events == [EventKind.FORGOTTEN]


def test_a_number_that_alone_is_lost_is_noted_again_and_no_news() -> None:
    office = Office(desired=MEETING)
    office.settle()
    office.settle()
    office.number = None
    office.settle()
    assert office.number == office.ledger.number
    assert office.events == []


def test_a_lost_value_whose_number_is_there_was_dialled() -> None:
    office = Office(desired=MEETING)
    office.settle()
    office.settle()
    office.says = OFF
    office.settle()
    assert office.events == [EventKind.CHANGED_AT_PHONE]


def test_where_the_phone_system_knows_more_nothing_is_written() -> None:
    office = Office(desired=MEETING)
    office.settle()
    office.says, office.number = replace(OFF, unconditional=BOB), 7
    before = office.ledger
    office.settle()
    assert office.newer
    assert office.ledger == before
    assert office.says.unconditional == BOB
    assert office.events == [EventKind.NEWER]


def test_our_own_memory_is_set_again_where_somebody_says_that_it_is_right() -> None:
    office = Office(desired=MEETING)
    office.settle()
    office.says, office.number = replace(OFF, unconditional=BOB), 7
    office.ledger, _ = forgotten(office.ledger, office.says, office.number)
    office.settle()
    assert office.says.unconditional == VOICEMAIL
    assert office.number == 8


def test_what_stands_is_the_phones_own_where_somebody_says_so() -> None:
    office = Office(desired=MEETING)
    office.settle()
    office.says, office.number = replace(OFF, unconditional=BOB), 7
    office.ledger = adopted(office.number)
    office.settle()
    assert office.says.unconditional == VOICEMAIL
    office.desired = None
    office.settle()
    assert office.says.unconditional == BOB
    assert not office.newer


def test_a_ledger_from_before_is_not_judged() -> None:
    office = Office(desired=MEETING)
    office.settle()
    stored = office.ledger.to_json()
    del stored["number"], stored["number_seen"]
    office.ledger = Ledger.from_json(stored)
    for number in (None, 1, 9):
        office.number = number
        office.settle()
    assert office.events == []
    assert not office.newer


def test_a_write_that_never_arrived_is_no_phone_system_that_forgot() -> None:
    office = Office(desired=MEETING)
    office.settle()
    step = plan(
        None,
        office.says,
        office.ledger,
        now=office.now,
        ready_since=office.now,
        capabilities=CAPABILITIES,
        number=office.number,
    )
    assert step.write is not None
    office.ledger, office.desired = step.ledger, None
    office.settle()
    assert office.says.unconditional is None
    assert office.events == []
