"""The manager interface's actions, as the Asterisk driver uses them."""

import asyncio
from collections.abc import Coroutine, Iterable
import contextlib
import logging
from typing import Any

from ..driver import NotSupported, Rejected, Unavailable
from . import freepbx
from .ami import ActionFailed, AmiClient, Message
from .errors import translating

_LOGGER = logging.getLogger(__name__)


type Reading = Coroutine[Any, Any, dict[str, str]]


class Actions:
    """Actions on one connection, with a driver's errors."""

    def __init__(self) -> None:
        """Start without a client."""
        self.client: AmiClient | None = None
        self.numbers = ""
        """Under which name the numbers of our writes are kept; empty: nowhere."""
        self.voicemail = freepbx.Voicemail()
        """How a mailbox is dialled."""

    def connected(self) -> AmiClient:
        """Return the client.

        Raises:
            Unavailable: not started, or closed.
        """
        if self.client is None:
            raise Unavailable("not started")
        return self.client

    async def action(self, name: str, *fields: tuple[str, str]) -> Message:
        """Send an action and return its answer.

        Raises:
            PhoneSystemError: as :func:`~.errors.translated` returns it.
        """
        with translating(name):
            return await self.connected().action(name, *fields)

    async def collect(self, name: str, *fields: tuple[str, str]) -> list[Message]:
        """Send an action that is answered by a list, and return its items."""
        with translating(name):
            return await self.connected().collect(name, *fields)

    async def repeat(self, done: str, name: str, *fields: tuple[str, str]) -> None:
        """Run an action for which "it is so already" is success."""
        try:
            await self.action(name, *fields)
        except Rejected as error:
            origin = error.__cause__
            if not isinstance(origin, ActionFailed) or done not in origin.message:
                raise

    async def require(self, name: str) -> None:
        """Try an action without its fields, which does nothing.

        The right to it is looked at before they are missed.

        Raises:
            PermissionDenied, NotSupported.
        """
        try:
            await self.action(name)
        except Rejected as error:
            origin = error.__cause__
            if isinstance(origin, ActionFailed) and "unknown command" in origin.message:
                raise NotSupported(name) from error

    async def set(self, variable: str, value: str) -> None:
        """Set a variable or a writable function of the dialplan."""
        await self.action("Setvar", ("Variable", variable), ("Value", value))

    async def light(self, lamp: freepbx.Lamp) -> None:
        """Set a lamp's state; a phone system without it is not an error."""
        try:
            await self.set(f"DEVICE_STATE({lamp.device})", lamp.state)
        except Rejected:
            _LOGGER.debug("The phone system has no custom device states for lamps")

    async def store(self, change: freepbx.Change) -> None:
        """Write one AstDB value, or delete it."""
        key = (("Family", change.family), ("Key", change.key))
        if change.value is not None:
            await self.action("DBPut", *key, ("Val", change.value))
            return
        # What is to be deleted may be gone already; reading back will tell.
        with contextlib.suppress(Rejected):
            await self.action("DBDel", *key)

    async def fetch(self, extension: str) -> freepbx.Stored:
        """Read an extension's part of the AstDB."""
        found = await asyncio.gather(
            *(self.tree(family, extension) for family in freepbx.FAMILIES),
            self.tree(freepbx.USERS, extension),
            *self._numbers(extension),
        )
        return {key: value for tree in found for key, value in tree.items()}

    def _numbers(self, extension: str | None = None) -> list[Reading]:
        if not self.numbers:
            return []
        key = self.numbers if extension is None else f"{self.numbers}/{extension}"
        return [self.tree(freepbx.NUMBERS, key)]

    async def fetch_many(self, extensions: Iterable[str]) -> dict[str, dict[str, str]]:
        """Read extensions together: each family once, and each one's user data."""
        desired = tuple(extensions)
        families = [self.tree(family) for family in freepbx.FAMILIES]
        families += self._numbers()
        users = [self.tree(freepbx.USERS, extension) for extension in desired]
        found = await asyncio.gather(*families, *users)
        trees, user_trees = found[: len(families)], found[len(families) :]
        stored = dict(zip(desired, user_trees, strict=True))
        for tree in trees:
            for key, value in tree.items():
                if (extension := key.rpartition("/")[2]) in stored:
                    stored[extension][key] = value
        return stored

    async def tree(self, family: str, key: str | None = None) -> dict[str, str]:
        """Return what stands in the AstDB in a family, or there below one key.

        ``DBGet`` would not tell "nothing there" from "not read".
        """
        fields = [("Family", family)]
        if key is not None:
            fields.append(("Key", key))
        items = await self.collect("DBGetTree", *fields)
        return {item.get("Key"): item.get("Val") for item in items if item.get("Key")}
