"""A phone system driven by somebody else's actions, or by nothing at all.

The user names an action that sets a redirect, one that ends it, and an entity
that tells what holds; any of them may be missing. With no action named the
driver keeps the state itself: the embedded default, with which everything but
the calls works. What it needs of its surroundings is handed in.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
import logging
import re
from typing import Any, Final, override

from ...presence.line import (
    UNKNOWN,
    AgentState,
    Condition,
    Destination,
    DestinationKind,
    ForwardingState,
    Line,
    Status,
)
from ...presence.redirect.ledger import setting_from_json
from ...presence.redirect.parts import changed, known
from ...presence.stored import fields, member
from ..driver import (
    Capability,
    ConnectionChanged,
    LineChanged,
    Listener,
    NotSupported,
    PhoneSystem,
    PhoneSystemError,
    Rejected,
)

_LOGGER = logging.getLogger(__name__)

SPEAKABLE: Final = re.compile(r"[0-9*#+]{1,32}")
OFF_STATES: Final = frozenset({"", "0", "off", "none", "no", "false", "idle"})
ON_STATES: Final = frozenset({"on", "true", "yes", "active"})

_FORWARDING = (
    Capability.UNCONDITIONAL
    | Capability.BUSY
    | Capability.NO_REPLY
    | Capability.RING_SECONDS
    | Capability.VOICEMAIL
)
_EMBEDDED = (
    _FORWARDING
    | Capability.DO_NOT_DISTURB
    | Capability.FOLLOW_ME
    | Capability.AGENT
    | Capability.READ_BACK
    | Capability.PUSH
)

NOTHING_SET: Final = ForwardingState(None, None, None, None, None, do_not_disturb=False)
"""What holds where nothing was ever set."""

type CallAction = Callable[[str, Mapping[str, Any]], Awaitable[None]]
"""Run an action to its end; raise :class:`PhoneSystemError` if it failed."""
type ReadState = Callable[[str], str | None]
"""An entity's state; ``None`` while the entity has nothing to say."""
type TrackState = Callable[[str, Callable[[], None]], Callable[[], None]]
"""Call back on every change of an entity; returns the way to stop."""
type SaveLines = Callable[[Mapping[str, Mapping[str, Any]]], Awaitable[None]]
"""Keep the lines safe; return once they are."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the driver needs of Home Assistant."""

    call_action: CallAction
    read_state: ReadState
    track_state: TrackState
    save_lines: SaveLines


class ActionsPhoneSystem(PhoneSystem):
    """Home Assistant actions as a phone system.

    ``set_action`` and ``end_action`` are called with ``extension``,
    ``condition``, ``target``, ``target_kind`` and ``ring_seconds``.
    ``state_entity`` may hold ``{extension}`` and ``{condition}``; its state is a
    number, ``voicemail``, or one of the words for on and off.
    """

    def __init__(
        self,
        surroundings: Surroundings,
        lines: Mapping[str, Mapping[str, Any]],
        *,
        set_action: str | None = None,
        end_action: str | None = None,
        state_entity: str | None = None,
    ) -> None:
        """Take up the lines that were saved last."""
        self._around = surroundings
        self._lines = {
            extension: line_from_json(extension, data)
            for extension, data in lines.items()
        }
        self._set_action = set_action
        self._end_action = end_action
        self._state_entity = state_entity
        self._listeners: list[Listener] = []
        self._ready = False

    @property
    @override
    def capabilities(self) -> Capability:
        if self._set_action is None and self._end_action is None:
            return _EMBEDDED
        if self._state_entity is None:
            return _FORWARDING
        return _FORWARDING | Capability.READ_BACK | Capability.PUSH

    @property
    @override
    def ready(self) -> bool:
        return self._ready

    @property
    @override
    def version(self) -> str | None:
        return None

    @override
    async def start(self) -> None:
        self._ready = True
        self._emit(ConnectionChanged(ready=True))

    @override
    async def close(self) -> None:
        self._ready = False
        self._listeners.clear()

    @override
    def subscribe(self, listener: Listener) -> Callable[[], None]:
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    @override
    def watch(self, extension: str) -> Callable[[], None]:
        def changed() -> None:
            self._emit(LineChanged(self._read(extension)))

        stops = [
            self._around.track_state(entity, changed)
            for entity in sorted(self._entities(extension))
        ]

        def unwatch() -> None:
            for stop in stops:
                stop()

        return unwatch

    @override
    async def read(self, extension: str) -> Line:
        return self._read(extension)

    @override
    async def apply(self, extension: str, desired: ForwardingState) -> Line:
        before = self._read(extension).forwarding
        changes = _differences(before, desired)
        for condition in Condition:
            if condition.value in changes or (
                condition is Condition.NO_REPLY and "ring_seconds" in changes
            ):
                await self._forward(extension, condition, desired, before)
        line = self._line(extension)
        await self._keep(replace(line, forwarding=replace(line.forwarding, **changes)))
        return self._read(extension)

    @override
    async def set_agent(self, extension: str, queue: str, state: AgentState) -> None:
        if Capability.AGENT not in self.capabilities:
            raise NotSupported("agent")
        line = self._line(extension)
        await self._keep(replace(line, agent={**line.agent, queue: state}))

    @override
    async def publish(self, extension: str, status: Status, text: str) -> None:
        raise NotSupported("presence_text")

    @override
    async def ring(self, extension: str) -> None:
        raise NotSupported("ring")

    def _line(self, extension: str) -> Line:
        return self._lines.get(extension) or Line(extension, NOTHING_SET)

    def _read(self, extension: str) -> Line:
        line = replace(self._line(extension), as_of=datetime.now(UTC))
        if self._state_entity is None:
            return line
        told: dict[str, Any] = {
            condition.value: self._told(extension, condition, line.forwarding)
            for condition in Condition
            if condition is Condition.UNCONDITIONAL
            or "{condition}" in self._state_entity
        }
        return replace(line, forwarding=replace(line.forwarding, **told))

    def _told(
        self, extension: str, condition: Condition, kept: ForwardingState
    ) -> Destination | object | None:
        """Return what the entity says, as a destination."""
        state = self._around.read_state(self._entity(extension, condition))
        if state is None:
            return UNKNOWN
        word = state.strip().casefold()
        if word in OFF_STATES:
            return None
        if word == DestinationKind.VOICEMAIL:
            return Destination(DestinationKind.VOICEMAIL, extension)
        if word in ON_STATES:
            # A switch tells that calls are forwarded, not whither.
            return kept.forward(condition) or UNKNOWN
        if SPEAKABLE.fullmatch(word):
            return Destination(DestinationKind.NUMBER, word)
        return UNKNOWN

    def _entity(self, extension: str, condition: Condition) -> str:
        return (
            (self._state_entity or "")
            .replace("{extension}", extension)
            .replace("{condition}", condition.value)
        )

    def _entities(self, extension: str) -> set[str]:
        if self._state_entity is None:
            return set()
        return {self._entity(extension, condition) for condition in Condition}

    async def _forward(
        self,
        extension: str,
        condition: Condition,
        desired: ForwardingState,
        before: ForwardingState,
    ) -> None:
        target = desired.forward(condition)
        if target is UNKNOWN:
            target = before.forward(condition)
        ring = desired.ring_seconds
        if isinstance(target, Destination):
            if not SPEAKABLE.fullmatch(target.number):
                raise Rejected("number")
            action = self._set_action
            said = {"target": target.number, "target_kind": target.kind.value}
        else:
            action = self._end_action
            said = {"target": "", "target_kind": "off"}
        if action is None:
            return
        seconds = ring if isinstance(ring, int) else None
        await self._around.call_action(
            action,
            {
                "extension": extension,
                "condition": condition.value,
                **said,
                "ring_seconds": seconds if condition is Condition.NO_REPLY else None,
            },
        )

    async def _keep(self, line: Line) -> None:
        lines = {**self._lines, line.extension: replace(line, as_of=None)}
        await self._around.save_lines(
            {extension: line_to_json(kept) for extension, kept in lines.items()}
        )
        self._lines = lines
        self._emit(LineChanged(self._read(line.extension)))

    def _emit(self, event: ConnectionChanged | LineChanged) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:
                _LOGGER.exception("A listener failed; the others are told all the same")


def _differences(before: ForwardingState, desired: ForwardingState) -> dict[str, Any]:
    """Return the parts of ``desired`` that are said and not so yet."""
    return {
        name: value
        for name in ForwardingState.__slots__
        if (value := getattr(desired, name)) is not UNKNOWN
        and value != getattr(before, name)
    }


def line_to_json(line: Line) -> dict[str, Any]:
    """Return a line as plain JSON values."""
    forwarding: dict[str, Any] = {}
    for name in ForwardingState.__slots__:
        value = getattr(line.forwarding, name)
        if value is UNKNOWN:
            continue
        forwarding[name] = (
            [value.kind.value, value.number]
            if isinstance(value, Destination)
            else value
        )
    return {"setting": forwarding, "agent": dict(line.agent)}


def line_from_json(extension: str, data: Any) -> Line:
    """Read what :func:`line_to_json` wrote.

    Raises:
        Malformed: it is damaged.
    """
    given = fields(data)
    setting = {
        name: dict(zip(("kind", "number"), value, strict=False))
        if isinstance(value, list)
        else value
        for name, value in fields(given.get("setting", {})).items()
    }
    agent = {
        queue: member(AgentState)(state)
        for queue, state in fields(given.get("agent", {})).items()
    }
    kept = dict(known(setting_from_json(setting)))
    return Line(extension, changed(NOTHING_SET, kept), agent=agent)


__all__ = ["ActionsPhoneSystem", "PhoneSystemError", "Surroundings"]
