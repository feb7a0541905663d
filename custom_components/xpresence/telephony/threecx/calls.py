"""Calls of 3CX's users, by the websocket of its Call Control interface.

Source: the vendor's description of the interface (version 20). An event names what has
changed and holds nothing of it, so each is followed by a request, one after the other. Only
extensions that the API client may monitor are told of. Where the licence or the client does
not include the interface, it answers 403 or 404.
"""

import asyncio
from collections.abc import Callable
import contextlib
import logging
import re
from typing import Any, Final

import aiohttp

from ...presence.line import CallState
from ..backoff import Backoff
from ..driver import (
    LicenceMissing,
    NotSupported,
    PermissionDenied,
    PhoneSystemError,
    Rejected,
)
from .client import XapiClient

_LOGGER = logging.getLogger(__name__)

PARTICIPANT: Final = re.compile(
    r"/callcontrol/([0-9]{1,20})/participants/([0-9]{1,12})"
)
CHANGED, REMOVED = 0, 1
"""Kinds of events; all others concern no call state."""
STATES: Final = {"ringing": CallState.RINGING}
"""What a participant's status means; every other one is a call that goes on."""
FIRST_WAIT, LONGEST_WAIT = 2.0, 60.0
HEARTBEAT: Final = 30.0
LONGEST_EVENT: Final = 64 * 1024
MOST_EXTENSIONS: Final = 5000
MOST_PARTICIPANTS: Final = 50
"""Of one extension."""

type Participants = dict[str, dict[int, CallState]]


class CallControl:
    """What the telephones of a 3CX do, as long as its websocket is connected.

    ``changed`` is called with the extension whose state is another; ``None``: all may.
    """

    def __init__(
        self, client: XapiClient, changed: Callable[[str | None], None]
    ) -> None:
        """Ask nothing yet."""
        self._client = client
        self._changed = changed
        self._participants: Participants = {}
        self._connected = False
        self._task: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        """Whether calls can be had from this 3CX."""
        return self._task is not None

    def state_of(self, extension: str) -> CallState | None:
        """Return what somebody's telephones do; ``None``: it is not known now."""
        if not self._connected:
            return None
        states = self._participants.get(extension, {}).values()
        if CallState.IN_CALL in states:
            return CallState.IN_CALL
        return CallState.RINGING if states else CallState.IDLE

    async def start(self) -> None:
        """Find out whether calls can be had, and follow them from then on.

        Raises:
            PhoneSystemError: it cannot be found out now.
        """
        if self._task is not None:
            return
        try:
            await self._client.get_calls("")
        except LicenceMissing, NotSupported, PermissionDenied, Rejected:
            _LOGGER.debug(
                "Calls are not part of the licence, or of the client's rights"
            )
            return
        self._task = asyncio.create_task(self._follow_for_ever())

    async def close(self) -> None:
        """Follow calls no longer."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._forget()

    async def refresh(self) -> None:
        """Read all calls anew while there are some: an event may have been lost.

        Raises:
            PhoneSystemError: it was not read.
        """
        if self._connected and self._participants:
            await self._read_all()

    async def _follow_for_ever(self) -> None:
        backoff = Backoff(FIRST_WAIT, LONGEST_WAIT)
        while True:
            try:
                async with self._client.events(LONGEST_EVENT, HEARTBEAT) as socket:
                    # The events wait meanwhile, so nothing is missed.
                    await self._read_all()
                    self._connected = True
                    self._changed(None)
                    backoff.reset()
                    async for message in socket:
                        if message.type is not aiohttp.WSMsgType.TEXT:
                            break
                        await self._take(message)
            except PhoneSystemError as error:
                _LOGGER.debug("Calls cannot be followed: %s", type(error).__name__)
            except Exception:
                _LOGGER.exception("Calls cannot be followed; it is tried again")
            self._forget()
            await asyncio.sleep(backoff.wait())

    def _forget(self) -> None:
        self._connected = False
        self._participants = {}
        self._changed(None)

    async def _read_all(self) -> None:
        self._participants = participants_of(await self._client.get_calls(""))
        self._changed(None)

    async def _take(self, message: aiohttp.WSMessage) -> None:
        event = None
        with contextlib.suppress(ValueError, RecursionError):
            event = message.json()
        if (found := entity_of(event)) is None:
            return
        kind, extension, number = found
        status = None
        if kind == CHANGED:
            path = f"/{extension}/participants/{number}"
            try:
                status = status_of(await self._client.get_calls(path))
            except NotSupported, Rejected:
                # It is over already.
                status = None
        self._set(extension, number, status)
        self._changed(extension)

    def _set(self, extension: str, number: int, state: CallState | None) -> None:
        own = self._participants.get(extension, {})
        own = {key: one for key, one in own.items() if key != number}
        if state is not None and len(own) < MOST_PARTICIPANTS:
            own[number] = state
        if own and len(self._participants) < MOST_EXTENSIONS:
            self._participants[extension] = own
        else:
            self._participants.pop(extension, None)


def entity_of(message: Any) -> tuple[int, str, int] | None:
    """Return kind, extension and participant of an event about a call; else ``None``."""
    event = message.get("event") if isinstance(message, dict) else None
    if not isinstance(event, dict):
        return None
    kind, entity = event.get("event_type"), event.get("entity")
    if kind not in (CHANGED, REMOVED) or isinstance(kind, bool):
        return None
    found = PARTICIPANT.fullmatch(entity) if isinstance(entity, str) else None
    if found is None:
        return None
    return kind, found[1], int(found[2])


def status_of(said: Any) -> CallState | None:
    """Return what a participant does; ``None``: it is none."""
    status = said.get("status") if isinstance(said, dict) else None
    if not isinstance(status, str) or not status:
        return None
    return STATES.get(status.casefold(), CallState.IN_CALL)


def participants_of(said: Any) -> Participants:
    """Read who is in a call, of all extensions."""
    found: Participants = {}
    for one in (said if isinstance(said, list) else [])[:MOST_EXTENSIONS]:
        extension = one.get("dn") if isinstance(one, dict) else None
        listed = one.get("participants") if isinstance(one, dict) else None
        if not isinstance(extension, str) or not isinstance(listed, list):
            continue
        own = {
            participant["id"]: state
            for participant in listed[:MOST_PARTICIPANTS]
            if isinstance(participant, dict)
            and isinstance(participant.get("id"), int)
            and (state := status_of(participant)) is not None
        }
        if own:
            found[extension] = own
    return found
