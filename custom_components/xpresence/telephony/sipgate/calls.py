"""Calls as sipgate.io tells them by webhook.

Three events of one ``callId``: *newCall* with all users whom it concerns, *answer* with the
one who has answered, *hangup*. The last two are only sent where the answer to the first
asks for them. An event may be lost, or come twice; nothing else tells that a call is over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import quoteattr

from ...presence.line import CallState

MOST_CALLS: Final = 500
MOST_USERS: Final = 100
"""Of one call."""
LONGEST_ID: Final = 200
RINGS_FOR: Final = 300.0
"""Seconds after which a call that nobody answered is over, though nothing said so."""
LASTS_FOR: Final = 4 * 3600.0
"""The same for one that was answered."""

type Form = Mapping[str, Sequence[str]]
type User = tuple[str, str]
"""The user's id in all of sipgate, and the one in their account; one may be empty."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call; ``ends``: when it is over at the latest."""

    users: frozenset[User]
    state: CallState
    ends: float


class Calls:
    """The calls that go on; ``now`` is monotonic, in seconds."""

    def __init__(self) -> None:
        """Know none."""
        self._calls: dict[str, Call] = {}

    def take(self, form: Form, now: float) -> frozenset[User]:
        """Take an event; return the users whose calls may have changed."""
        call_id = _first(form, "callId")
        if not call_id:
            return frozenset()
        before = self._calls.pop(call_id, None)
        touched = before.users if before else frozenset[User]()
        event, outgoing = _first(form, "event"), _first(form, "direction") == "out"
        if event == "newCall":
            state = CallState.IN_CALL if outgoing else CallState.RINGING
            ends = now + (LASTS_FOR if outgoing else RINGS_FOR)
            call = Call(_users(form), state, ends)
        elif event == "answer":
            # An incoming call that no user has answered went elsewhere.
            users = _users(form) or (touched if outgoing else frozenset())
            call = Call(users, CallState.IN_CALL, now + LASTS_FOR)
        elif event == "hangup" or before is None:
            return touched
        else:
            call = before
        if call.users:
            self._calls[call_id] = call
        while len(self._calls) > MOST_CALLS:
            touched |= self._calls.pop(next(iter(self._calls))).users
        return touched | call.users

    def end_old(self, now: float) -> frozenset[User]:
        """Forget calls that are over for certain; return their users."""
        over = {key: call for key, call in self._calls.items() if call.ends <= now}
        for key in over:
            del self._calls[key]
        return frozenset().union(*(call.users for call in over.values()))

    def states(self) -> dict[User, CallState]:
        """Return what the telephones of those with calls do; the others' are idle."""
        found: dict[User, CallState] = {}
        for call in self._calls.values():
            for user in call.users:
                if found.get(user) is not CallState.IN_CALL:
                    found[user] = call.state
        return found


def answer(url: str) -> str:
    """Return what asks for the other two events, and lets the call go its way."""
    where = quoteattr(url)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f"<Response onAnswer={where} onHangup={where}/>"
    )


def _users(form: Form) -> frozenset[User]:
    full = [*form.get("fullUserId[]", ()), *form.get("fullUserId", ())][:MOST_USERS]
    short = [*form.get("userId[]", ()), *form.get("userId", ())][:MOST_USERS]
    if len(full) != len(short):
        # They cannot be put together; whichever there is will do.
        pairs = [("", one) for one in short] or [(one, "") for one in full]
    else:
        pairs = list(zip(full, short, strict=True))
    return frozenset(
        pair for pair in pairs if any(pair) and max(map(len, pair)) <= LONGEST_ID
    )


def _first(form: Form, key: str) -> str:
    found = form.get(key) or ("",)
    return found[0] if len(found[0]) <= LONGEST_ID else ""
