"""Making an extension an agent of Asterisk's queues, and reading that back."""

from typing import Final

from ..presence.line import AgentState
from . import freepbx
from .asterisk_actions import Actions
from .driver import Rejected
from .queues import FOLLOW_UP_REASON, LOGGED_OFF_REASON, Queues

RIGHT: Final = "QueueAdd"
"""The action that a login must be allowed for this."""


class Agents:
    """The agents of all queues, and the way to change them."""

    def __init__(self, actions: Actions) -> None:
        """Start with nothing known."""
        self._actions = actions
        self.queues = Queues()

    async def read(self, queue: str | None = None) -> None:
        """Read who is in a queue, or in all of them."""
        fields = () if queue is None else (("Queue", queue),)
        items = await self._actions.collect("QueueStatus", *fields)
        self.queues.replace(items, queue)

    async def set(self, extension: str, queue: str, state: AgentState) -> None:
        """Set an extension's state in a queue and read it back.

        Raises:
            Rejected: the queue does not follow, or there is none.
            PhoneSystemError: as the actions raise.
        """
        await self.read(queue)
        before = self.queues.agent(extension).get(queue)
        if state is AgentState.LOGGED_OFF:
            await self._log_off(extension, queue)
        elif before is not state:
            await self._log_on(extension, queue, state)
        await self.read(queue)
        now = self.queues.agent(extension).get(queue, AgentState.LOGGED_OFF)
        if now is not state:
            raise Rejected("the queue does not follow")

    async def _log_on(self, extension: str, queue: str, state: AgentState) -> None:
        paused = state is AgentState.FOLLOW_UP
        if not self.queues.of(extension, queue):
            await self._actions.repeat(
                "Already there",
                "QueueAdd",
                ("Queue", queue),
                ("Interface", freepbx.member(extension)),
                ("StateInterface", freepbx.member_state(extension)),
                ("MemberName", extension),
                ("Paused", str(paused).lower()),
            )
            await self.read(queue)
            if not paused:
                return
        reason = FOLLOW_UP_REASON if paused else ""
        for member in self.queues.of(extension, queue):
            await self._pause(queue, member.interface, reason, paused=paused)

    async def _log_off(self, extension: str, queue: str) -> None:
        for member in self.queues.of(extension, queue):
            if member.dynamic:
                fields = (("Queue", queue), ("Interface", member.interface))
                await self._actions.repeat("Not there", "QueueRemove", *fields)
            elif member.state is not AgentState.LOGGED_OFF:
                # Only its configuration could take it out of the queue.
                await self._pause(
                    queue, member.interface, LOGGED_OFF_REASON, paused=True
                )

    async def _pause(
        self, queue: str, interface: str, reason: str, *, paused: bool
    ) -> None:
        await self._actions.action(
            "QueuePause",
            ("Queue", queue),
            ("Interface", interface),
            ("Paused", str(paused).lower()),
            ("Reason", reason),
        )
