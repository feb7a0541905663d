"""Which of the box's rules belong to a line, and which of them to switch."""

from dataclasses import replace

import pytest

from custom_components.xpresence.presence.line import (
    UNKNOWN,
    Condition,
    Destination,
    DestinationKind,
    ForwardingState,
)
from custom_components.xpresence.presence.redirect.parts import TargetChoice
from custom_components.xpresence.telephony.driver import Rejected, RuleMissing
from custom_components.xpresence.telephony.fritzbox.errors import (
    OtherMailbox,
    RuleForAll,
)
from custom_components.xpresence.telephony.fritzbox.lines import (
    Box,
    Line,
    View,
    spelled,
)
from custom_components.xpresence.telephony.fritzbox.rules import (
    Dialling,
    Entry,
    Machine,
    OwnNumber,
)

MOBILE = Destination(DestinationKind.NUMBER, "0171555")
BEN = Destination(DestinationKind.NUMBER, "111333")
VOICEMAIL = Destination(DestinationKind.VOICEMAIL, "111222")
ANNA, BENS = OwnNumber("111222", "Anna", "0"), OwnNumber("111333", "Ben", "1")
BERLIN = Dialling("49", "30")


def rule(
    target: str,
    mode: str = "eImmediately",
    *,
    on: bool = False,
    number: str = "111222",
    kind: str = "toVoIP",
) -> Entry:
    return Entry(0, on, kind, number, target, mode)


def view(
    *entries: Entry,
    machines: tuple[Machine, ...] = (),
    numbers: tuple[OwnNumber, ...] = (ANNA, BENS),
    extension: str = "111222",
    may_switch: frozenset[int] | None = frozenset(),
) -> View:
    placed = tuple(replace(each, index=index) for index, each in enumerate(entries))
    return View(
        Box(placed, machines, numbers, BERLIN), Line(extension, machines=may_switch)
    )


def switched(seen: View, desired: ForwardingState) -> set[tuple[str, str, bool]]:
    """Return target, mode and new state of every entry that is to be switched."""
    return {(key[2], key[3], on) for key, on in seen.changes(desired).entries.items()}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (rule("0171555", on=True), ForwardingState(MOBILE, None, None)),
        (rule("0171555", "eBusy", on=True), ForwardingState(None, MOBILE, None)),
        (rule("0171555", "eDelayed", on=True), ForwardingState(None, None, MOBILE)),
        (
            rule("0171555", "eShortDelayed", on=True),
            ForwardingState(None, None, MOBILE),
        ),
        (rule("0171555", "eLongDelayed", on=True), ForwardingState(None, None, MOBILE)),
        (
            rule("0171555", "eDelayedOrBusy", on=True),
            ForwardingState(None, MOBILE, MOBILE),
        ),
        (rule("0171555"), ForwardingState(None, None, None)),
        (rule("0171555", "eOff", on=True), ForwardingState(None, None, None)),
        (rule("0171555", "eParallelCall", on=True), ForwardingState(None, None, None)),
        (rule("", "eNoSignal", on=True), ForwardingState(None, None, None)),
        (rule("0171555", on=True, number="111333"), ForwardingState(None, None, None)),
        (rule("0171555", on=True, kind="fromVIP"), ForwardingState(None, None, None)),
        (
            rule("0171555", on=True, kind="fromNumber", number="0172777"),
            ForwardingState(None, None, None),
        ),
        (rule("+49 171 555", on=True), ForwardingState(MOBILE, None, None)),
        (rule("0049171555", on=True), ForwardingState(MOBILE, None, None)),
        (rule("030111333", on=True), ForwardingState(BEN, None, None)),
        (rule("600", on=True), ForwardingState(VOICEMAIL, None, None)),
        (rule("**604", "eBusy", on=True), ForwardingState(None, VOICEMAIL, None)),
        (
            rule("605", on=True),
            ForwardingState(Destination(DestinationKind.NUMBER, "605")),
        ),
        (
            rule("0171555", on=True, number="030111222"),
            ForwardingState(MOBILE, None, None),
        ),
        (rule("0171555", on=True, number="0"), ForwardingState(MOBILE, None, None)),
        (rule("0171555", on=True, kind="fromAll", number=""), ForwardingState(MOBILE)),
        (rule("0171555", on=True, kind="toAny", number=""), ForwardingState(MOBILE)),
    ],
)
def test_what_a_rule_does_to_a_line(entry: Entry, expected: ForwardingState) -> None:
    read = view(entry).forwarding()
    for condition in Condition:
        desired = expected.forward(condition)
        assert read.forward(condition) == (None if desired is UNKNOWN else desired)


def test_two_targets_at_once_are_not_known_and_not_off() -> None:
    seen = view(rule("0171555", on=True), rule("111333", on=True))
    found = seen.forwarding().unconditional
    assert isinstance(found, Destination)
    assert found.kind is DestinationKind.UNKNOWN


def test_a_socket_has_rules_of_its_own() -> None:
    entries = (
        rule("0171555", on=True, kind="fon1", number=""),
        rule("111333", "eBusy", on=True),
    )
    socket = view(*entries, extension="1").forwarding()
    assert (socket.unconditional, socket.busy) == (MOBILE, None)
    line = view(*entries).forwarding()
    assert (line.unconditional, line.busy) == (None, BEN)


def test_targets_are_the_rules_that_exist_per_condition() -> None:
    found = view(
        rule("0171555"),
        rule("111333", on=True),
        rule("111333", "eBusy"),
        rule("0172777", "eDelayedOrBusy"),
        rule("0173888", number="111333"),
        rule("", "eNoSignal", on=True, kind="fromNumber"),
    ).targets()
    other = Destination(DestinationKind.NUMBER, "0172777")
    assert {condition: each.listed for condition, each in found.items()} == {
        Condition.UNCONDITIONAL: (MOBILE, BEN),
        Condition.BUSY: (BEN, other),
        Condition.NO_REPLY: (other,),
    }
    assert {each.choice for each in found.values()} == {TargetChoice.LIST}


def test_only_an_answering_machine_named_as_theirs_is_a_persons_voicemail() -> None:
    machines = (
        Machine(0, "Family", enabled=True, ring_seconds=20),
        Machine(1, "Anna", enabled=False),
    )
    assert view(machines=machines).forwarding().no_reply is None
    seen = view(machines=machines, may_switch=frozenset({1}))
    assert seen.targets()[Condition.UNCONDITIONAL].listed == (VOICEMAIL,)
    changes = seen.changes(
        ForwardingState(unconditional=VOICEMAIL, busy=None, no_reply=None)
    )
    assert dict(changes.machines) == {1: True}
    assert not changes.entries


def test_a_machine_that_answers_later_is_voicemail_for_no_reply() -> None:
    machines = (Machine(2, "Later", enabled=True, ring_seconds=25),)
    seen = view(machines=machines, may_switch=frozenset({2}))
    assert seen.forwarding().no_reply == VOICEMAIL
    assert dict(seen.changes(ForwardingState(no_reply=None)).machines) == {2: False}


@pytest.mark.parametrize(
    "machine",
    [
        Machine(0, "Timetable", enabled=True, by_time=True),
        Machine(0, "Automatic", enabled=True, ring_seconds=255),
    ],
)
def test_a_machine_that_decides_by_itself_is_left_alone(machine: Machine) -> None:
    seen = view(machines=(machine,), may_switch=frozenset({0}))
    assert seen.forwarding() == ForwardingState(None, None, None)
    assert not seen.changes(ForwardingState(None, None, None))


# Switching


def test_the_rule_for_a_target_is_switched_on_and_the_others_of_the_line_off() -> None:
    seen = view(
        rule("0171555"),
        rule("111333", on=True),
        rule("111333", "eBusy", on=True),
        rule("0171555", number="111333"),
    )
    assert switched(seen, ForwardingState(MOBILE, None, None)) == {
        ("0171555", "eImmediately", True),
        ("111333", "eImmediately", False),
        ("111333", "eBusy", False),
    }


def test_what_is_not_mentioned_is_left_alone() -> None:
    seen = view(rule("0171555"), rule("111333", "eBusy", on=True))
    assert switched(seen, ForwardingState(unconditional=MOBILE)) == {
        ("0171555", "eImmediately", True)
    }


def test_what_is_so_already_needs_no_write() -> None:
    seen = view(rule("0171555", on=True), rule("0171555", "eDelayed"))
    assert not seen.changes(ForwardingState(MOBILE, None, None))


def test_switching_on_comes_before_switching_off() -> None:
    seen = view(rule("111333", on=True), rule("0171555"))
    assert list(seen.changes(ForwardingState(MOBILE)).entries.values()) == [True, False]


@pytest.mark.parametrize(
    ("entries", "desired", "expected"),
    [
        (
            (rule("0171555", "eDelayedOrBusy"),),
            ForwardingState(busy=MOBILE, no_reply=MOBILE),
            {("0171555", "eDelayedOrBusy", True)},
        ),
        (
            (rule("0171555", "eDelayedOrBusy", on=True), rule("0171555", "eDelayed")),
            ForwardingState(busy=None),
            {("0171555", "eDelayedOrBusy", False), ("0171555", "eDelayed", True)},
        ),
        (
            (rule("0171555", "eDelayedOrBusy", on=True), rule("111333", "eBusy")),
            ForwardingState(busy=BEN, no_reply=None),
            {("0171555", "eDelayedOrBusy", False), ("111333", "eBusy", True)},
        ),
        (
            (
                rule("0171555", "eBusy", on=True),
                rule("0171555", "eDelayed"),
                rule("0171555", "eDelayedOrBusy"),
            ),
            ForwardingState(busy=MOBILE, no_reply=MOBILE),
            {("0171555", "eDelayed", True)},
        ),
    ],
)
def test_one_rule_may_answer_busy_and_no_reply(
    entries: tuple[Entry, ...],
    desired: ForwardingState,
    expected: set[tuple[str, str, bool]],
) -> None:
    assert switched(view(*entries), desired) == expected


@pytest.mark.parametrize(
    ("entries", "desired", "condition"),
    [
        ((), ForwardingState(MOBILE), Condition.UNCONDITIONAL),
        ((rule("0171555", "eBusy"),), ForwardingState(MOBILE), Condition.UNCONDITIONAL),
        (
            (rule("0171555", number="111333"),),
            ForwardingState(MOBILE),
            Condition.UNCONDITIONAL,
        ),
        ((rule("111333"),), ForwardingState(VOICEMAIL), Condition.UNCONDITIONAL),
        (
            (rule("0171555", "eDelayedOrBusy"),),
            ForwardingState(busy=MOBILE, no_reply=None),
            Condition.BUSY,
        ),
        (
            (rule("0171555", "eDelayedOrBusy", on=True),),
            ForwardingState(busy=None),
            Condition.NO_REPLY,
        ),
    ],
)
def test_a_rule_that_does_not_exist_is_named(
    entries: tuple[Entry, ...], desired: ForwardingState, condition: Condition
) -> None:
    with pytest.raises(RuleMissing) as refused:
        view(*entries).changes(desired)
    assert refused.value.rule == condition.value
    assert "0171555" not in str(refused.value)


def test_a_rule_for_every_number_is_not_switched_for_one_of_them() -> None:
    seen = view(rule("0171555", on=True, kind="fromAll", number=""))
    with pytest.raises(RuleForAll):
        seen.changes(ForwardingState(None, None, None))
    assert not seen.changes(ForwardingState(unconditional=MOBILE))
    assert not any(each.listed for each in seen.targets().values())


def test_with_one_number_a_rule_for_every_call_is_that_numbers() -> None:
    seen = view(rule("0171555", on=True, kind="fromAll", number=""), numbers=(ANNA,))
    assert switched(seen, ForwardingState(None)) == {("0171555", "eImmediately", False)}


def test_two_rules_that_are_alike_are_both_ended_and_one_is_enough() -> None:
    twins = (rule("0171555", on=True), rule("0171555"))
    assert not view(*twins).changes(ForwardingState(MOBILE))
    assert switched(view(*twins), ForwardingState(None)) == {
        ("0171555", "eImmediately", False)
    }


def test_another_mailbox_than_the_persons_is_refused() -> None:
    elsewhere = Destination(DestinationKind.VOICEMAIL, "999")
    with pytest.raises(OtherMailbox):
        view(rule("600")).changes(ForwardingState(elsewhere))


def test_several_rules_that_held_at_once_are_put_back_as_they_stood() -> None:
    before = (
        rule("0171555", "eDelayedOrBusy", on=True),
        rule("111333", "eDelayed", on=True),
        rule("0172777", "eDelayed"),
        rule("0171555", "eBusy"),
    )
    base = view(*before).forwarding()
    assert base.busy == MOBILE
    off = view(*before).changes(ForwardingState(busy=None, no_reply=None)).entries
    after = tuple(
        replace(each, enabled=off.get(each.key, each.enabled)) for each in before
    )
    assert not any(each.enabled for each in after)
    again = view(*after).changes(base).entries
    assert [each.enabled or again.get(each.key, False) for each in after] == [
        each.enabled for each in before
    ]


def test_rules_that_held_at_once_and_are_gone_cannot_be_put_back() -> None:
    base = view(rule("0171555", on=True), rule("111333", on=True)).forwarding()
    with pytest.raises(Rejected):
        view(rule("0171555")).changes(base)


def test_a_state_that_is_kept_is_not_touched_by_another_condition() -> None:
    seen = view(
        rule("0171555", "eDelayed", on=True),
        rule("111333", "eDelayed", on=True),
        rule("0171555", "eBusy"),
    )
    assert switched(seen, ForwardingState(busy=MOBILE)) == {("0171555", "eBusy", True)}


@pytest.mark.parametrize(
    ("machine", "numbers", "is_theirs"),
    [
        (Machine(1, "Anna", enabled=False, numbers=("111222",)), (ANNA, BENS), True),
        (Machine(1, "Anna", enabled=False, numbers=("030111222",)), (ANNA, BENS), True),
        (Machine(1, "All", enabled=False), (ANNA,), True),
        (Machine(1, "All", enabled=False), (ANNA, BENS), False),
        (
            Machine(1, "Both", enabled=False, numbers=("111222", "111333")),
            (ANNA, BENS),
            False,
        ),
        (
            Machine(1, "Later", enabled=True, ring_seconds=20, numbers=("111222",)),
            (ANNA, BENS),
            False,
        ),
    ],
)
def test_a_machine_that_was_made_for_one_number_need_not_be_named(
    machine: Machine, numbers: tuple[OwnNumber, ...], *, is_theirs: bool
) -> None:
    seen = view(machines=(machine,), numbers=numbers, may_switch=None)
    assert (VOICEMAIL in seen.targets()[Condition.UNCONDITIONAL].listed) is is_theirs


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("0171 555", "0171555"),
        ("+49171555", "0171555"),
        ("0033123", "0033123"),
        ("+33123", "0033123"),
        ("111333", "111333"),
        ("030/111333", "111333"),
        ("**2", "2"),
        ("**610", "**610"),
        ("444555", "030444555"),
    ],
)
def test_numbers_are_spelt_as_they_are_dialled(written: str, expected: str) -> None:
    assert spelled(written, view().box) == expected
