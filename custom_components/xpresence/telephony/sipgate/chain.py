"""A phone line's chain of forwardings, and how one of its conditions is changed.

sipgate keeps one list a line: each item has a ``destination`` (E.164 without plus, or the
id of a voicemail), a ``timeout`` in seconds, and whether it is ``active``. A timeout of 0
forwards at once, a longer one after so many seconds; there is no *busy*. The list is only
ever written as a whole.

So an item of the user's is never deleted and never changed but in whether it is active,
with everything in it that is not known here. Only what the driver made is deleted again.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
import re
from typing import Any, Final

from ...presence.line import Condition, Destination, DestinationKind
from ..driver import Rejected, Unavailable
from .memory import Entry, Memory, Place

MOST_ITEMS: Final = 100
LONGEST_TIMEOUT: Final = 600
USUAL_TIMEOUT: Final = 20
"""Seconds before *no reply* forwards, where nobody said how many."""
NUMBER: Final = re.compile(r"[1-9][0-9]{5,17}")
TYPED: Final = re.compile(r"(\+|00|0)?([1-9][0-9]{3,17})")
OWN_FIELDS: Final = frozenset({"destination", "timeout", "active"})
"""Of an item that the driver makes."""
CONDITIONS: Final = (Condition.UNCONDITIONAL, Condition.NO_REPLY)

type Item = Mapping[str, Any]


def items_of(answer: Any) -> list[dict[str, Any]]:
    """Return the items of an answer.

    Raises:
        Unavailable: it is no list of forwardings; nothing may be written over it.
    """
    items = answer.get("items") if isinstance(answer, dict) else None
    if not isinstance(items, list) or len(items) > MOST_ITEMS:
        raise Unavailable("no list")
    for item in items:
        if (
            not isinstance(item, dict)
            or not isinstance(item.get("destination"), str)
            or not isinstance(item.get("active"), bool)
            or isinstance(item.get("timeout"), bool)
            or not isinstance(item.get("timeout"), int)
        ):
            raise Unavailable("an item that is not known")
    return items


def condition_of(item: Item) -> Condition:
    """Return under which condition an item forwards."""
    return Condition.UNCONDITIONAL if item["timeout"] <= 0 else Condition.NO_REPLY


def key_of(item: Item) -> Entry:
    """Return the key that identifies an item."""
    return item["destination"], item["timeout"]


def active(items: Iterable[Item], condition: Condition) -> list[Item]:
    """Return the items that forward under a condition, in their order."""
    return [
        item for item in items if item["active"] and condition_of(item) is condition
    ]


def e164(number: str, country_code: str) -> str:
    """Return a number as sipgate writes it.

    Raises:
        Rejected: it is none that sipgate could call.
    """
    found = TYPED.fullmatch(number)
    if found is None:
        raise Rejected("number")
    prefix, rest = found.groups()
    if prefix == "0":
        rest = country_code + rest
    elif prefix is None and not NUMBER.fullmatch(rest):
        raise Rejected("number")
    if not NUMBER.fullmatch(rest):
        raise Rejected("number")
    return rest


def destination_of(
    written: str, voicemails: Iterable[str], mailbox: str
) -> Destination:
    """Return where an item leads, by what sipgate wrote.

    ``mailbox``: what the line's own voicemail is called here. What is neither a number
    nor a voicemail of the line is kept unchanged, as an unknown target.
    """
    if written in set(voicemails):
        return Destination(DestinationKind.VOICEMAIL, mailbox)
    if NUMBER.fullmatch(written):
        return Destination(DestinationKind.NUMBER, f"+{written}")
    return Destination(DestinationKind.UNKNOWN, written)


def changed(
    items: list[dict[str, Any]],
    condition: Condition,
    wish: Entry | None,
    memory: Memory,
) -> tuple[list[dict[str, Any]], Memory]:
    """Return the list in which a condition forwards to ``wish``, and what was done.

    Args:
        items: as they were read; they are not changed.
        condition: which one.
        wish: the entry to have; ``None``: nothing forwards under this condition.
        memory: what was done before.
    """
    if wish is not None and [key_of(one) for one in active(items, condition)[:1]] == [
        wish
    ]:
        # It reads so already; what the user's chain does afterwards is the user's.
        return items, memory
    name = condition.value
    made = memory.forwards.get(name)
    silenced = memory.silenced.get(name, ())
    left = [dict(item) for item in items]
    if made is not None:
        if (place := _made_at(left, made)) is not None:
            del left[place]
        made = None
    comes_back = wish is not None and bool(silenced) and silenced[0][:2] == wish
    if comes_back:
        for at, item in zip(_places(left), left, strict=True):
            if at in silenced:
                item["active"] = True
        silenced = ()
    else:
        stand = [
            (place, item)
            for place, item in zip(_places(left), left, strict=True)
            if item["active"] and condition_of(item) is condition
        ]
        if stand:
            silenced = tuple(place for place, _ in stand)
        for _, item in stand:
            item["active"] = False
        if wish is not None:
            made = wish
            new = {"destination": wish[0], "timeout": wish[1], "active": True}
            left.insert(_place(left, wish), new)
    return left, replace(
        memory,
        forwards=_with(memory.forwards, name, made),
        silenced=_with(memory.silenced, name, silenced or None),
    )


def _made_at(items: list[dict[str, Any]], made: Entry) -> int | None:
    """Return where the entry stands that the driver made; ``None``: it is gone.

    The user may have switched it off, and made another that is the same. Theirs has what
    is not known here; unless sipgate adds that to all of them, ours has not.
    """
    same = [place for place, item in enumerate(items) if key_of(item) == made]
    if any(item.keys() <= OWN_FIELDS for item in items):
        same = [place for place in same if items[place].keys() <= OWN_FIELDS]
        return min(same, key=lambda place: not items[place]["active"], default=None)
    return next((place for place in same if items[place]["active"]), None)


def _places(items: Iterable[Item]) -> list[Place]:
    """Return each item's entry, and which of those that are the same it is."""
    seen: Counter[Entry] = Counter()
    found: list[Place] = []
    for item in items:
        key = key_of(item)
        found.append((*key, seen[key]))
        seen[key] += 1
    return found


def _place(items: list[dict[str, Any]], wish: Entry) -> int:
    """Return where an entry stands in a chain, which is ordered by time."""
    for place, item in enumerate(items):
        if item["timeout"] > wish[1]:
            return place
    return len(items) if wish[1] else 0


def _with[T](values: Mapping[str, T], name: str, value: T | None) -> dict[str, T]:
    others = {key: one for key, one in values.items() if key != name}
    return others if value is None else {**others, name: value}
