"""Find out which actions and events a login at Asterisk is permitted."""

import asyncio
import contextlib
from typing import Final

from ..driver import Capability, NotSupported, PermissionDenied, Rejected
from .agents import RIGHT as AGENT_RIGHT
from .requests import Actions

SEEN_WITHIN: Final = 1.0
"""Seconds for an event of our own making to arrive."""
REQUIRED: Final = ("DBPut", "DBDel", "Setvar")
OPTIONAL: Final = {
    AGENT_RIGHT: Capability.AGENT,
    "Originate": Capability.RING | Capability.DIAL,
}
MARK: Final = "Custom:XPRESENCE"
"""A device state of our own, to test whether events reach us."""

ALWAYS: Final = (
    Capability.UNCONDITIONAL
    | Capability.BUSY
    | Capability.NO_REPLY
    | Capability.RING_SECONDS
    | Capability.VOICEMAIL
    | Capability.DO_NOT_DISTURB
    | Capability.FOLLOW_ME
    | Capability.PRESENCE_TEXT
    | Capability.CALL_STATE
    | Capability.READ_BACK
    | Capability.DIRECTORY
)


class Rights:
    """The permitted actions and events of a login."""

    def __init__(self, actions: Actions) -> None:
        """Prepare; :meth:`capabilities` asks."""
        self._actions = actions
        self._events_seen = asyncio.Event()

    def note_device(self, device: str) -> None:
        """Take the device of an event that reached us."""
        if device == MARK:
            self._events_seen.set()

    async def capabilities(self) -> Capability:
        """Find out what the login may do.

        An action without its fields does nothing, and the right to it is looked at
        before they are missed.

        Raises:
            PermissionDenied: something without which nothing works.
        """
        await self._actions.collect("DBGetTree", ("Family", "xpresence"))
        for name in REQUIRED:
            await self._actions.require(name)
        found = ALWAYS
        for name, capability in OPTIONAL.items():
            with contextlib.suppress(PermissionDenied, NotSupported):
                await self._actions.require(name)
                found |= capability
        if await self._hears():
            found |= Capability.PUSH
        return found

    async def _hears(self) -> bool:
        """Change a device state of our own and listen for it."""
        family, key = "CustomDevstate", MARK.removeprefix("Custom:")
        tree = await self._actions.tree(family, key)
        before = tree.get(f"/{family}/{key}")
        self._events_seen.clear()
        state = "NOT_INUSE" if before == "INUSE" else "INUSE"
        try:
            await self._actions.set(f"DEVICE_STATE({MARK})", state)
            async with asyncio.timeout(SEEN_WITHIN):
                return await self._events_seen.wait()
        except Rejected, TimeoutError:
            return False
