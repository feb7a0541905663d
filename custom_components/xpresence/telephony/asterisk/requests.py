"""The manager interface's actions, as the Asterisk driver uses them."""

import asyncio
from collections.abc import Iterable, Sequence
import logging
from typing import Final

from ..driver import NotSupported, PhoneSystemError, Rejected, Unavailable
from . import freepbx
from .ami import ActionFailed, AmiClient, AmiError, Message, Request
from .errors import CLASS_OF, translated, translating

_LOGGER = logging.getLogger(__name__)

NOT_THERE: Final = "not found"
"""In the words with which ``DBGet`` says that there is no such value."""
LONGEST_TOLD: Final = 255
"""Bytes of a value that ``DBGet`` tells; what is longer it cuts off."""
MANY: Final = 33
"""Extensions from which on whole families are read."""


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
        await self.change((), (lamp,))

    async def store(self, change: freepbx.Change) -> None:
        """Write one AstDB value, or delete it."""
        await self.change((change,))

    async def change(
        self,
        values: Sequence[freepbx.Change] = (),
        lamps: Sequence[freepbx.Lamp] = (),
        extension: str | None = None,
    ) -> freepbx.Stored:
        """Write values, read an extension if one is given, and set lamps.

        All of it is sent at once; Asterisk does it in this order.

        Returns:
            What was read back.

        Raises:
            PhoneSystemError: some of it was refused, or is unknown.
        """
        reads = [] if extension is None else freepbx.keys(extension, self.numbers)
        answers = iter(
            await self._batch(
                [
                    *(_storing(change) for change in values),
                    *(_reading(family, key) for family, key in reads),
                    *(_lighting(lamp) for lamp in lamps),
                ]
            )
        )
        for change in values:
            answer = next(answers)
            # What is to be deleted may be gone already; reading back will tell.
            gone = change.value is None and isinstance(answer, Rejected)
            if isinstance(answer, PhoneSystemError) and not gone:
                raise answer
        stored: dict[str, str] = {}
        for family, key in reads:
            value = _value(next(answers))
            if value is not None:
                stored[f"/{family}/{key}"] = value
        for _ in lamps:
            answer = next(answers)
            if isinstance(answer, Rejected):
                _LOGGER.debug("The phone system has no custom device states for lamps")
            elif isinstance(answer, PhoneSystemError):
                raise answer
        if extension is not None and any(map(_may_be_cut, stored.values())):
            return (await self._fetch_trees([extension]))[extension]
        return stored

    async def _batch(
        self, requests: Sequence[Request]
    ) -> list[list[Message] | PhoneSystemError]:
        """Send requests in one piece; what is refused is an answer of its own."""
        with translating("batch"):
            answers = await self.connected().batch(requests)
        return [
            answer if isinstance(answer, list) else _translated(request, answer)
            for request, answer in zip(requests, answers, strict=True)
        ]

    async def fetch(self, extension: str) -> freepbx.Stored:
        """Read an extension's part of the AstDB."""
        return await self.change(extension=extension)

    async def fetch_many(self, extensions: Iterable[str]) -> dict[str, freepbx.Stored]:
        """Read extensions together.

        A few value by value, for a tree is slower the more there is in the AstDB; many
        with one tree a family.
        """
        desired = tuple(extensions)
        if len(desired) >= MANY:
            return await self._fetch_trees(desired)
        found = await asyncio.gather(*map(self.fetch, desired))
        return dict(zip(desired, found, strict=True))

    async def _fetch_trees(self, desired: Sequence[str]) -> dict[str, freepbx.Stored]:
        trees = [self.tree(family) for family in freepbx.FAMILIES]
        if self.numbers:
            trees.append(self.tree(freepbx.NUMBERS, self.numbers))
        users = (
            [self.tree(freepbx.USERS)]
            if len(desired) >= MANY
            else [self.tree(freepbx.USERS, extension) for extension in desired]
        )
        found = await asyncio.gather(*trees, *users)
        stored: dict[str, dict[str, str]] = {extension: {} for extension in desired}
        for tree in found[: len(trees)]:
            for key, value in tree.items():
                if (extension := key.rpartition("/")[2]) in stored:
                    stored[extension][key] = value
        for tree in found[len(trees) :]:
            for key, value in tree.items():
                if (extension := key.split("/", 3)[2]) in stored:
                    stored[extension][key] = value
        return dict(stored)

    async def tree(self, family: str, key: str | None = None) -> dict[str, str]:
        """Return what stands in the AstDB in a family, or there below one key."""
        fields = [("Family", family)]
        if key is not None:
            fields.append(("Key", key))
        items = await self.collect("DBGetTree", *fields)
        return {item.get("Key"): item.get("Val") for item in items if item.get("Key")}


def _storing(change: freepbx.Change) -> Request:
    key = (("Family", change.family), ("Key", change.key))
    if change.value is None:
        return Request("DBDel", key)
    return Request("DBPut", (*key, ("Val", change.value)))


def _reading(family: str, key: str) -> Request:
    return Request("DBGet", (("Family", family), ("Key", key)), many=True)


def _lighting(lamp: freepbx.Lamp) -> Request:
    variable = ("Variable", f"DEVICE_STATE({lamp.device})")
    return Request("Setvar", (variable, ("Value", lamp.state)))


def _value(answer: list[Message] | PhoneSystemError) -> str | None:
    """Return a value that was read; ``None`` where there is none.

    Raises:
        PhoneSystemError: it could not be read, which is told apart by the words.
    """
    if isinstance(answer, PhoneSystemError):
        origin = answer.__cause__
        if isinstance(origin, ActionFailed) and NOT_THERE in origin.message:
            return None
        raise answer
    return answer[0].get("Val") if answer else None


def _may_be_cut(value: str) -> bool:
    """Return whether a value may be longer than ``DBGet`` tells."""
    return len(value.encode()) >= LONGEST_TOLD


def _translated(request: Request, error: AmiError) -> PhoneSystemError:
    found = translated(error, CLASS_OF.get(request.name, request.name))
    found.__cause__ = error
    return found
