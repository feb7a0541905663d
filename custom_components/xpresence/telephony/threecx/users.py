"""What 3CX's interface says of a user."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from ...presence.line import AgentState, Destination, DestinationKind
from .description import AVAILABLE, STATUSES

FIELDS: Final = (
    "Id,Number,FirstName,LastName,CurrentProfileName,QueueStatus,IsRegistered"
)
"""Nothing else of a user is asked for."""
LONGEST_TEXT: Final = 200
AGENT_STATES: Final = {
    "LoggedIn": AgentState.READY,
    "LoggedOut": AgentState.LOGGED_OFF,
}
QUEUE_STATUSES: Final = {state: said for said, state in AGENT_STATES.items()}


@dataclass(frozen=True, slots=True)
class User:
    """A user of the phone system; ``user_id`` is the interface's own key."""

    user_id: int
    number: str
    name: str
    status: str | None
    agent: AgentState | None
    is_registered: bool | None

    @property
    def unconditional(self) -> Destination | None:
        """What of the status is a redirect: every one but *Available*."""
        if self.status is None or self.status == AVAILABLE:
            return None
        known = self.status in STATUSES
        kind = DestinationKind.STATUS if known else DestinationKind.UNKNOWN
        return Destination(kind, self.status)


def users_of(found: list[Any]) -> tuple[User, ...]:
    """Read a page of users; what is no user with a number is left out."""
    return tuple(_users(found))


def _users(found: list[Any]) -> Iterator[User]:
    for one in found:
        if not isinstance(one, dict):
            continue
        user_id, number = one.get("Id"), one.get("Number")
        if isinstance(user_id, bool) or not isinstance(user_id, int):
            continue
        if not isinstance(number, str) or not (number.isascii() and number.isdecimal()):
            continue
        registered = one.get("IsRegistered")
        yield User(
            user_id,
            number[:LONGEST_TEXT],
            " ".join(filter(None, (_text(one, "FirstName"), _text(one, "LastName")))),
            _text(one, "CurrentProfileName") or None,
            AGENT_STATES.get(_text(one, "QueueStatus")),
            registered if isinstance(registered, bool) else None,
        )


def _text(one: dict[str, Any], key: str) -> str:
    said = one.get(key)
    return said.strip()[:LONGEST_TEXT] if isinstance(said, str) else ""
