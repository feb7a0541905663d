"""The box's call monitor: one line of text for each event of a call.

It listens on TCP 1012 where somebody has dialled ``#96*5*`` on a telephone of the box
(``#96*4*`` ends it), needs no login and takes no command. Its lines::

    28.11.20 15:17:43;RING;2;<caller>;<called number>;SIP0;
    28.11.20 15:17:43;CALL;1;<extension>;<own number>;<called number>;SIP0;
    28.11.20 15:17:47;CONNECT;2;<extension>;<other number>;
    28.11.20 15:17:50;DISCONNECT;2;<seconds>;

Source: fritzconnection's documentation of its monitor, and Home Assistant's
``fritzbox_callmonitor``.
"""

import asyncio
from collections.abc import Callable
import contextlib
from dataclasses import dataclass, replace
import logging
import socket
from typing import Final

from ...presence.line import CallState
from ..backoff import Backoff
from .rules import Dialling, digits

_LOGGER = logging.getLogger(__name__)

PORT: Final = 1012
LONGEST_LINE: Final = 1024
MOST_CALLS: Final = 64
CONNECTS_WITHIN: Final = 5.0
RETRY_FIRST: Final = 5.0
RETRY_MOST: Final = 300.0
"""Seconds between tries where nobody listens: the monitor may never be switched on."""

SOCKETS: Final = {"0": "1", "1": "2", "2": "3", "3": "4"}
"""The monitor's number of a socket → the extension that stands for it."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call that goes on."""

    state: CallState
    number: str = ""
    """Which of the box's numbers it uses."""
    socket: str = ""
    """Which socket, where a telephone on one takes part."""


class Calls:
    """The calls that go on, from the monitor's lines."""

    def __init__(self) -> None:
        """Start without calls: the monitor does not report those already active."""
        self._calls: dict[str, Call] = {}

    def clear(self) -> None:
        """Forget all calls."""
        self._calls.clear()

    def take(self, line: str) -> bool:
        """Parse a line; return whether it changed a call."""
        said = [part.strip() for part in line.split(";")]
        if len(said) < 4:
            return False
        kind, call_id, rest = said[1], said[2], [*said[3:], "", ""]
        before = self._calls.get(call_id)
        match kind:
            case "RING":
                now = Call(CallState.RINGING, digits(rest[1]))
            case "CALL":
                now = Call(CallState.IN_CALL, digits(rest[1]), SOCKETS.get(rest[0], ""))
            case "CONNECT":
                now = replace(
                    before or Call(CallState.IN_CALL),
                    state=CallState.IN_CALL,
                    socket=SOCKETS.get(rest[0], ""),
                )
            case "DISCONNECT":
                return self._calls.pop(call_id, None) is not None
            case _:
                return False
        if before is None and len(self._calls) >= MOST_CALLS:
            return False
        self._calls[call_id] = now
        return now != before

    def state(self, extension: str, dialling: Dialling) -> CallState:
        """Return what a line is doing."""
        states = {
            call.state
            for call in self._calls.values()
            if call.socket == extension
            or (len(extension) > 1 and dialling.same(call.number, extension))
        }
        for state in (CallState.IN_CALL, CallState.RINGING):
            if state in states:
                return state
        return CallState.IDLE


class CallMonitor:
    """Listens to the monitor as long as it runs, and connects again by itself.

    ``changed`` is called after every change, and when the monitor is found or lost.
    """

    def __init__(self, host: str, port: int, changed: Callable[[], None]) -> None:
        """Prepare; nothing is connected yet."""
        self._host = host
        self._port = port
        self._changed = changed
        self._task: asyncio.Task[None] | None = None
        self.calls = Calls()
        self.connected = False

    async def start(self) -> None:
        """Try once, and go on in the background."""
        streams = await self._connect()
        self._task = asyncio.create_task(self._run(streams))

    async def close(self) -> None:
        """Stop listening for good."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self.connected = False

    async def _connect(
        self,
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        try:
            async with asyncio.timeout(CONNECTS_WITHIN):
                return await asyncio.open_connection(
                    self._host, self._port, limit=LONGEST_LINE
                )
        except OSError, TimeoutError:
            return None

    async def _run(
        self, streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None
    ) -> None:
        backoff = Backoff(RETRY_FIRST, RETRY_MOST)
        while True:
            if streams is not None:
                backoff.reset()
                await self._listen(*streams)
            await asyncio.sleep(backoff.wait())
            streams = await self._connect()

    async def _listen(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if (raw := writer.get_extra_info("socket")) is not None:
            # Nothing is ever sent while nobody calls: a lost box would not show.
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.calls.clear()
        self._notify(connected=True)
        try:
            while line := await reader.readline():
                if self.calls.take(line.decode(errors="replace")):
                    self._changed()
        except (OSError, ValueError) as error:
            _LOGGER.debug("The call monitor is lost: %s", type(error).__name__)
        finally:
            writer.transport.abort()
            self.calls.clear()
        self._notify(connected=False)

    def _notify(self, *, connected: bool) -> None:
        self.connected = connected
        self._changed()
