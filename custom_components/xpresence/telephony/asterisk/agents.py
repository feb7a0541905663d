"""Log extensions in and out of Asterisk's queues, and read their state back."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ...presence.line import AgentState
from ..driver import Rejected
from . import freepbx
from .ami import Message
from .dialplan import Dialplan
from .requests import Actions

FOLLOW_UP_REASON: Final = "Follow-up"
HINTS: Final = "ext-local"
"""FreePBX's context of the hints."""
INVALID: Final = "4"
"""Asterisk's device state of a member that cannot be called: it is never rung."""
LOGGED_OFF_REASON: Final = "Logged off"
"""Why a member is paused that the phone system's configuration keeps in the queue."""


@dataclass(frozen=True, slots=True)
class Member:
    """One membership of a queue."""

    queue: str
    interface: str
    extension: str
    state: AgentState
    dynamic: bool
    """Whether it can be taken out of the queue; the others can only be paused."""
    invalid: bool = False
    """Whether the queue never rings it: its device state says that there is none."""
    penalty: str = ""


class Queues:
    """The last known members of every queue, as far as they are extensions."""

    def __init__(self) -> None:
        """Start with nothing known."""
        self._members: dict[tuple[str, str], Member] = {}
        self._penalties: dict[tuple[str, str], str] = {}

    def forget(self) -> None:
        """Forget everything: the connection is lost."""
        self._members.clear()

    def replace(self, messages: Iterable[Message], queue: str | None = None) -> None:
        """Replace the members by ``QueueStatus`` items, for all queues or for one."""
        members = [member for m in messages if (member := _member(m)) is not None]
        for member in members:
            self._note_penalty(member)
        self._members = {
            (member.queue, member.interface): member
            for member in (
                *(m for m in self._members.values() if queue not in (None, m.queue)),
                *members,
            )
        }

    def note(self, message: Message) -> str | None:
        """Apply a queue event; return the extension that it concerns."""
        member = _member(message)
        if member is None:
            return None
        if message.get("Event") == "QueueMemberRemoved":
            self._members.pop((member.queue, member.interface), None)
        else:
            self._members[member.queue, member.interface] = member
            self._note_penalty(member)
        return member.extension

    def _note_penalty(self, member: Member) -> None:
        if member.penalty:
            self._penalties[member.queue, member.extension] = member.penalty

    def penalty(self, extension: str, queue: str) -> str:
        """Return the penalty with which an extension was in a queue last; or none."""
        return self._penalties.get((queue, extension), "")

    def drop(self, member: Member) -> None:
        """Forget a membership that was ended."""
        self._members.pop((member.queue, member.interface), None)

    def of(self, extension: str, queue: str) -> list[Member]:
        """Return an extension's memberships of one queue, mostly one or none."""
        return [
            member
            for member in self._members.values()
            if member.extension == extension and member.queue == queue
        ]

    def agent(self, extension: str) -> dict[str, AgentState]:
        """Return an extension's state in each queue that it is in."""
        found: dict[str, AgentState] = {}
        for member in self._members.values():
            if member.extension == extension:
                before = found.get(member.queue, AgentState.LOGGED_OFF)
                found[member.queue] = min(before, member.state, key=_CALLABLE.index)
        return found

    def not_rung(self, extension: str) -> frozenset[str]:
        """Return the queues that an extension is in and that never ring it."""
        rung: dict[str, bool] = {}
        for member in self._members.values():
            if member.extension == extension:
                before = rung.get(member.queue, False)
                rung[member.queue] = before or not member.invalid
        return frozenset(queue for queue, is_rung in rung.items() if not is_rung)


_CALLABLE: Final = (AgentState.READY, AgentState.FOLLOW_UP, AgentState.LOGGED_OFF)
"""An agent who is in a queue twice is called if either membership is ready."""


def _member(message: Message) -> Member | None:
    # Lists and events name the interface differently.
    interface = message.get("Interface") or message.get("Location")
    queue = message.get("Queue")
    extension = freepbx.extension_of(interface, message.get("StateInterface"))
    if not queue or extension is None:
        return None
    if message.get("Paused") != "1":
        state = AgentState.READY
    elif message.get("PausedReason") == LOGGED_OFF_REASON:
        state = AgentState.LOGGED_OFF
    else:
        state = AgentState.FOLLOW_UP
    return Member(
        queue,
        interface,
        extension,
        state,
        dynamic=message.get("Membership") == "dynamic",
        invalid=message.get("Status") == INVALID,
        penalty=message.get("Penalty"),
    )


def _is_ours(member: Member) -> bool:
    """Tell whether a membership is spelled as this driver makes it."""
    return member.interface in {
        freepbx.member(member.extension, context) for context in freepbx.QUEUE_CONTEXTS
    }


RIGHT: Final = "QueueAdd"
"""The action that a login must be allowed for this."""


class Agents:
    """The agents of all queues, and the way to change them."""

    def __init__(self, actions: Actions, dialplan: Dialplan) -> None:
        """Start with nothing known."""
        self._actions = actions
        self._dialplan = dialplan
        self.queues = Queues()
        self.hints: dict[str, str] = {}
        """Extension → the context of its hint."""

    def note_hint(self, extension: str, context: str) -> None:
        """Take a hint that there is; FreePBX's own context comes before others."""
        if self.hints.get(extension) != HINTS:
            self.hints[extension] = context

    async def read(self, queue: str | None = None) -> None:
        """Read the members of one queue, or of all."""
        fields = () if queue is None else (("Queue", queue),)
        items = await self._actions.collect("QueueStatus", *fields)
        self.queues.replace(items, queue)

    async def set(self, extension: str, queue: str, state: AgentState) -> None:
        """Set an extension's state in a queue and read it back.

        Raises:
            Rejected: the queue does not take the state, or does not exist.
            PhoneSystemError: as the actions raise.
        """
        await self.read(queue)
        before = self.queues.agent(extension).get(queue)
        if state is AgentState.LOGGED_OFF:
            await self._log_off(extension, queue)
        elif before is not state or queue in self.queues.not_rung(extension):
            await self._log_on(extension, queue, state)
        await self.read(queue)
        now = self.queues.agent(extension).get(queue, AgentState.LOGGED_OFF)
        if now is not state:
            raise Rejected("the queue does not follow")

    async def _log_on(self, extension: str, queue: str, state: AgentState) -> None:
        paused = state is AgentState.FOLLOW_UP
        for member in self.queues.of(extension, queue):
            if member.invalid and member.dynamic and _is_ours(member):
                # Made when there was no such hint, or another context: made anew.
                await self._remove(member)
                self.queues.drop(member)
        if not self.queues.of(extension, queue):
            await self._add(extension, queue, paused=paused)
            await self.read(queue)
            if not paused:
                return
        reason = FOLLOW_UP_REASON if paused else ""
        for member in self.queues.of(extension, queue):
            await self._pause(queue, member.interface, reason, paused=paused)

    async def _add(self, extension: str, queue: str, *, paused: bool) -> None:
        """Add an extension to a queue as the phone system's own code would.

        Without a hint the queue judges by the member itself: by a hint that is not
        there it would never ring.

        Raises:
            Rejected: the queue is restricted to agents that it lists.
        """
        kept = await self._actions.tree(freepbx.PENALTIES, queue)
        if not freepbx.admits(queue, extension, kept):
            raise Rejected("the queue admits only the agents that it lists")
        fields = [
            ("Queue", queue),
            ("Interface", freepbx.member(extension, await self._context(extension))),
            ("MemberName", extension),
            ("Paused", str(paused).lower()),
        ]
        if context := self.hints.get(extension):
            fields.append(("StateInterface", freepbx.member_state(extension, context)))
        if penalty := self._penalty(extension, queue, kept):
            fields.append(("Penalty", penalty))
        await self._actions.repeat("Already there", "QueueAdd", *fields)

    async def _context(self, extension: str) -> str:
        """Return in which context a queue calls an extension."""
        first, *others = freepbx.QUEUE_CONTEXTS
        for context in (first, *others):
            if await self._dialplan.exists(context, extension):
                return context
        return first

    def _penalty(self, extension: str, queue: str, kept: freepbx.Stored) -> str:
        """Return the penalty of the phone system; without one the one of before."""
        found = freepbx.penalty(queue, extension, kept)
        return self.queues.penalty(extension, queue) if found is None else found

    async def _remove(self, member: Member) -> None:
        fields = (("Queue", member.queue), ("Interface", member.interface))
        await self._actions.repeat("Not there", "QueueRemove", *fields)

    async def _log_off(self, extension: str, queue: str) -> None:
        for member in self.queues.of(extension, queue):
            if member.dynamic:
                await self._remove(member)
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
