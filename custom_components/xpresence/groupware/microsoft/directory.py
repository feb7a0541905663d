"""Who there is in the tenant: names, addresses and telephone numbers, read by pages.

An application needs ``User.Read.All``. ``User.ReadBasic.All`` can be granted to one, but
Graph does not let it list users (learn.microsoft.com/graph/api/user-list).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from .application import READ_USERS
from .graph import GraphClient

FIELDS: Final = (
    "id",
    "displayName",
    "mail",
    "userPrincipalName",
    "businessPhones",
    "mobilePhone",
    "userType",
)
A_PAGE: Final = 999
"""The most that Graph gives at once."""
MOST: Final = 20_000
"""Users that are read; a larger tenant's others are told as not read."""
LONGEST: Final = 320
"""Letters of a value that are kept."""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody in the tenant.

    ``addresses`` are in small letters: the mail's first, the name to sign in with last.
    """

    id: str
    name: str
    addresses: tuple[str, ...]
    numbers: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        """Return the address that is shown."""
        return self.addresses[0] if self.addresses else ""

    @property
    def sign_in_name(self) -> str:
        """Return the name to sign in with."""
        return self.addresses[-1] if self.addresses else ""


@dataclass(frozen=True, slots=True)
class Directory:
    """Everybody who was read; ``whole``: nobody is missing."""

    users: tuple[User, ...]
    whole: bool = True

    def by_address(self) -> dict[str, User]:
        """Return everybody by each of their addresses; a shared one is nobody's."""
        found: dict[str, User] = {}
        shared: set[str] = set()
        for user in self.users:
            for address in user.addresses:
                if found.setdefault(address, user) is not user:
                    shared.add(address)
        return {one: user for one, user in found.items() if one not in shared}


async def read_directory(graph: GraphClient) -> Directory:
    """Read everybody but guests.

    Raises:
        SourceError: of the kinds in ``source`` and ``failures``.
    """
    users: list[User] = []
    query = {"$select": ",".join(FIELDS), "$top": str(A_PAGE)}
    async for row in graph.pages("/users", READ_USERS, query=query):
        if len(users) >= MOST:
            return Directory(tuple(users), whole=False)
        if (user := _user(row)) is not None:
            users.append(user)
    return Directory(tuple(users))


def _user(row: Mapping[str, Any]) -> User | None:
    user_id = row.get("id")
    if not isinstance(user_id, str) or row.get("userType") == "Guest":
        return None
    addresses = (_text(row.get(key)) for key in ("mail", "userPrincipalName"))
    phones = row.get("businessPhones")
    numbers = (*(phones if isinstance(phones, list) else ()), row.get("mobilePhone"))
    return User(
        user_id[:LONGEST],
        _text(row.get("displayName")),
        _distinct(one.casefold() for one in addresses),
        _distinct(_text(one) for one in numbers),
    )


def _text(value: object) -> str:
    """Return a value as one line without control characters."""
    said = value if isinstance(value, str) else ""
    return "".join(one for one in said if one.isprintable()).strip()[:LONGEST]


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in values if one))
