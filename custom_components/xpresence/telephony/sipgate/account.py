"""One person's login at sipgate, and the phone line that it is used for."""

import time
from typing import Any, Final

from ..driver import (
    LicenceMissing,
    PermissionDenied,
    Rejected,
    Unavailable,
)
from .chain import items_of
from .client import SipgateClient
from .description import SCOPES
from .reading import Reading, devices, ids

LINES_READ, READ, WRITE, DEVICES_READ, DEVICES_WRITE = SCOPES
VOICEMAILS_FOR: Final = 900.0
"""Seconds for which the voicemails of a line are not asked for again."""
LONGEST_ID: Final = 40


class Account:
    """A login, and which user's which line is meant.

    What is not said of these is asked for: the user of the login, their first line.
    """

    def __init__(
        self, client: SipgateClient, extension: str, user: str, line: str
    ) -> None:
        """Ask nothing yet."""
        self._client = client
        self._extension = extension
        self._user = user
        self._line = line
        self._number = ""
        self._found = False
        self._voicemails: tuple[str, ...] = ()
        self._voicemails_end = 0.0

    @property
    def identity(self) -> str:
        """What tells the line from every other, of whatever account.

        Two logins of one account that cannot be told to be of it are two.
        """
        account = self._number or f"of {self._extension}"
        return f"{account}/{self._user}/{self._line}"

    def is_user(self, full_id: str, short_id: str) -> bool:
        """Tell whether a call is this user's, by the ids that a webhook tells."""
        if not self._found:
            return False
        if self._number and full_id:
            return full_id == f"{self._number}{self._user}"
        return short_id == self._user

    async def find(self) -> None:
        """Find out whose login it is, once.

        Raises:
            PhoneSystemError: as :meth:`PhoneSystem.read`.
        """
        if self._found:
            return
        try:
            said = await self._client.get("authorization/userinfo", "account:read")
        except PermissionDenied, LicenceMissing, Rejected:
            if not self._user:
                raise
            said = {}
        if not isinstance(said, dict):
            raise Unavailable("no user")
        self._number = _id(said.get("masterSipId"))
        self._user = self._user or _id(said.get("sub"))
        if not self._user:
            raise Unavailable("no user")
        if not self._line:
            path = f"{self._user}/phonelines"
            lines = ids(await self._client.get(path, LINES_READ))
            if not lines:
                raise Rejected("no phone line")
            self._line = lines[0]
        self._found = True

    async def read(self) -> Reading:
        """Read forwardings, voicemails and devices.

        Raises:
            PhoneSystemError: as :meth:`PhoneSystem.read`.
        """
        items = items_of(await self._client.get(f"{self._path}/forwardings", READ))
        if time.monotonic() >= self._voicemails_end:
            path = f"{self._path}/voicemails"
            self._voicemails = tuple(ids(await self._client.get(path, LINES_READ)))
            self._voicemails_end = time.monotonic() + VOICEMAILS_FOR
        found = await self._client.get(f"{self._user}/devices", DEVICES_READ)
        return Reading(items, self._voicemails, devices(found))

    async def forward(self, items: list[dict[str, Any]]) -> None:
        """Write the whole list of forwardings, once."""
        path = f"{self._path}/forwardings"
        await self._client.put(path, WRITE, {"items": items})

    async def silence(self, device: str, on: bool) -> None:
        """Switch *do not disturb* of a device, once."""
        await self._client.put(f"devices/{device}", DEVICES_WRITE, {"dnd": on})

    @property
    def _path(self) -> str:
        return f"{self._user}/phonelines/{self._line}"


def _id(said: object) -> str:
    """Return an id that may stand in a path; empty: it is none."""
    if isinstance(said, str) and said.isascii() and said.isalnum():
        return said[:LONGEST_ID]
    return ""
