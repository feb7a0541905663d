"""A line's chain of forwardings: the user's items survive whatever is set and ended."""

from copy import deepcopy
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.xpresence.presence.line import (
    Condition,
    Destination,
    DestinationKind,
)
from custom_components.xpresence.telephony.driver import Rejected, Unavailable
from custom_components.xpresence.telephony.sipgate.chain import (
    active,
    changed,
    destination_of,
    e164,
    items_of,
    key_of,
)
from custom_components.xpresence.telephony.sipgate.memory import (
    Memory,
    memory_from_json,
)

NUMBERS = ["491715550100", "49301234567", "v0"]
items = st.lists(
    st.fixed_dictionaries(
        {
            "destination": st.sampled_from(NUMBERS),
            "timeout": st.sampled_from([0, 10, 20]),
            "active": st.booleans(),
            "note": st.integers(),
        }
    ),
    max_size=5,
)
conditions = st.sampled_from([Condition.UNCONDITIONAL, Condition.NO_REPLY])
wishes = st.none() | st.sampled_from(NUMBERS)


def wish_of(condition: Condition, destination: str | None) -> tuple[str, int] | None:
    if destination is None:
        return None
    return destination, 0 if condition is Condition.UNCONDITIONAL else 30


def without_active(chain: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {key: value for key, value in item.items() if key != "active"}
        for item in chain
        if "note" in item
    ]


@given(items, st.lists(st.tuples(conditions, wishes), max_size=6))
def test_no_item_of_the_users_is_lost_moved_or_rewritten(
    chain: list[dict[str, Any]], steps: list[tuple[Condition, str | None]]
) -> None:
    now, memory = deepcopy(chain), Memory()
    for condition, destination in steps:
        wish = wish_of(condition, destination)
        before = deepcopy(now)
        now, memory = changed(now, condition, wish, memory)
        memory = memory_from_json(memory.to_json())
        assert without_active(now) == without_active(chain)
        found = [key_of(item) for item in active(now, condition)]
        assert found[:1] == ([] if wish is None else [wish])
        other = next(
            one
            for one in (Condition.UNCONDITIONAL, Condition.NO_REPLY)
            if one is not condition
        )
        assert active(now, other) == active(before, other)
        assert changed(now, condition, wish, memory)[0] == now


@given(items, conditions, st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=4))
def test_what_stood_before_comes_back_to_the_last_item(
    chain: list[dict[str, Any]], condition: Condition, destinations: list[str]
) -> None:
    stood = active(chain, condition)
    base = key_of(stood[0]) if stood else None
    now, memory = deepcopy(chain), Memory()
    for destination in destinations:
        wish = wish_of(condition, destination)
        if wish == base:
            return
        now, memory = changed(now, condition, wish, memory)
    now, memory = changed(now, condition, base, memory)
    assert now == chain
    assert not memory.forwards
    assert not memory.silenced


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("01715550100", "491715550100"),
        ("+491715550100", "491715550100"),
        ("00491715550100", "491715550100"),
        ("+41445550100", "41445550100"),
        ("491715550100", "491715550100"),
    ],
)
def test_a_number_is_written_as_sipgate_writes_it(number: str, written: str) -> None:
    assert e164(number, "49") == written


@pytest.mark.parametrize("number", ["", "101", "*72", "0", "+", "12 34", "١٢٣٤٥٦٧"])
def test_what_sipgate_could_not_call_is_refused(number: str) -> None:
    with pytest.raises(Rejected):
        e164(number, "49")


def test_what_is_neither_a_number_nor_the_lines_voicemail_is_kept_as_it_stands() -> (
    None
):
    assert destination_of("v7", ["v0"], "100") == Destination(
        DestinationKind.UNKNOWN, "v7"
    )
    assert destination_of("v0", ["v0"], "100") == Destination(
        DestinationKind.VOICEMAIL, "100"
    )


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {},
        {"items": None},
        {"items": [1]},
        {"items": [{"destination": "49", "timeout": "0", "active": True}]},
        {"items": [{"destination": "49", "timeout": True, "active": True}]},
        {"items": [{}] * 101},
    ],
)
def test_over_what_is_not_understood_nothing_is_written(answer: object) -> None:
    with pytest.raises(Unavailable):
        items_of(answer)
