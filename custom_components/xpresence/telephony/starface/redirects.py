"""STARFACE's redirections: one for each of a user's numbers and each trigger.

A redirection exists beforehand and is switched on and off; a user with three numbers has
nine. What a condition means here is said by all of the user's own numbers together: off if
all are off, on with a target if all lead there, and else *on, target unknown*, with a mark
by which exactly what stood can be put back. Numbers of groups are left alone.
"""

from collections.abc import Iterable, Mapping
from copy import deepcopy
import json
from typing import Any, Final

from ...presence.line import Condition, Destination, DestinationKind
from ..driver import Rejected, Unavailable

TRIGGERS: Final = {
    Condition.UNCONDITIONAL: "ALWAYS",
    Condition.BUSY: "BUSY",
    Condition.NO_REPLY: "TIMEOUT",
}
MOST: Final = 300
"""Redirections of one user that are read."""
LONGEST: Final = 64
"""Characters of a number or an id."""
LONGEST_MARK: Final = 20_000

type Redirection = dict[str, Any]
"""One redirection as the interface spells it; what we do not know of it is kept."""


def redirections_of(answer: Any) -> tuple[Redirection, ...]:
    """Read a list of redirections; those of groups, and malformed ones, are left out.

    Raises:
        Unavailable: it is no list of redirections.
    """
    if not isinstance(answer, list):
        raise Unavailable("no redirects")
    found = [one for one in answer[:MOST] if _is_own(one)]
    return tuple(sorted(found, key=lambda one: str(one["id"])))


def _is_own(one: Any) -> bool:
    if not isinstance(one, dict) or one.get("groupNumber") is True:
        return False
    redirect_id, trigger = one.get("id"), one.get("redirectTrigger")
    return (
        isinstance(redirect_id, str)
        and 0 < len(redirect_id) <= LONGEST
        and isinstance(one.get("enabled"), bool)
        and isinstance(trigger, dict)
        and trigger.get("redirectTriggerType") in TRIGGERS.values()
    )


def of_condition(
    found: Iterable[Redirection], condition: Condition
) -> tuple[Redirection, ...]:
    """Return the redirections that one condition consists of."""
    trigger = TRIGGERS[condition]
    return tuple(
        one for one in found if one["redirectTrigger"]["redirectTriggerType"] == trigger
    )


def leads_to(
    found: tuple[Redirection, ...], mailboxes: Mapping[str, str]
) -> Destination | None:
    """Return where calls go under one condition; ``mailboxes``: id → number."""
    if not any(one["enabled"] for one in found):
        return None
    targets = {
        json.dumps(one.get("redirectDestination"), sort_keys=True) for one in found
    }
    if len(targets) == 1 and all(one["enabled"] for one in found):
        target = _destination(found[0].get("redirectDestination"), mailboxes)
        if target is not None:
            return target
    return Destination(DestinationKind.UNKNOWN, mark_of(found))


def _destination(said: Any, mailboxes: Mapping[str, str]) -> Destination | None:
    if not isinstance(said, dict):
        return None
    number, mailbox = said.get("phoneNumber"), said.get("mailboxId")
    match said.get("redirectDestinationType"):
        case "PHONENUMBER" if isinstance(number, str) and 0 < len(number) <= LONGEST:
            return Destination(DestinationKind.NUMBER, number)
        case "MAILBOX" if isinstance(mailbox, str) and mailbox in mailboxes:
            return Destination(DestinationKind.VOICEMAIL, mailboxes[mailbox])
    return None


def mark_of(found: tuple[Redirection, ...]) -> str:
    """Return what puts these redirections back exactly as they stand."""
    stands = {
        one["id"]: [one["enabled"], one.get("redirectDestination")] for one in found
    }
    mark = json.dumps(stands, sort_keys=True, separators=(",", ":"))
    return mark if len(mark) <= LONGEST_MARK else ""


def put_back(found: tuple[Redirection, ...], mark: str) -> list[Redirection]:
    """Return the redirections that a mark wants otherwise than they stand.

    Raises:
        Rejected: it is no such mark.
    """
    try:
        stood = json.loads(mark)
    except (ValueError, RecursionError) as error:
        raise Rejected("no mark") from error
    if not isinstance(stood, dict):
        raise Rejected("no mark")
    return [
        new
        for one in found
        if isinstance(before := stood.get(one["id"]), list)
        and len(before) == 2
        and isinstance(before[0], bool)
        and (new := changed(one, before[0], before[1])) != one
    ]


def changed(one: Redirection, enabled: bool, destination: Any) -> Redirection:
    """Return a redirection switched on or off, with a destination."""
    new = deepcopy(one)
    new["enabled"] = enabled
    if destination is not None:
        new["redirectDestination"] = destination
    return new


def same(one: Redirection, other: Redirection) -> bool:
    """Tell whether two readings of a redirection say the same of calls."""
    return (one["enabled"], one.get("redirectDestination")) == (
        other["enabled"],
        other.get("redirectDestination"),
    )


ALIKE: Final = 5
"""Last digits by which a number is known that STARFACE spells in its own way."""


def alike(number: str, other: str) -> bool:
    """Tell whether two spellings may be of one number."""
    return number == other or (
        min(len(number), len(other)) > ALIKE and number[-ALIKE:] == other[-ALIKE:]
    )


def is_target(said: Any, written: Any) -> bool:
    """Tell whether a destination is the one that was written, however it is spelt."""
    if said == written:
        return True
    if not isinstance(said, dict) or not isinstance(written, dict):
        return False
    number, other = said.get("phoneNumber"), written.get("phoneNumber")
    return isinstance(number, str) and isinstance(other, str) and alike(number, other)
