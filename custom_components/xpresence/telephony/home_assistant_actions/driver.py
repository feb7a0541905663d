"""A phone system driven by Home Assistant actions, or an internal state alone.

The user names an action that sets a redirect, one that ends it, and entities that tell
what holds; any of them may be missing. In place of the two actions a switch may be
named: it redirects all calls to where the phone system sends them. With nothing named
the driver keeps the state itself: the embedded default, with which everything but the
calls works. Access to Home Assistant is injected through ``Surroundings``.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
import logging
from typing import Any, Final, cast, override

from ...presence.line import (
    UNKNOWN,
    AgentState,
    Condition,
    Destination,
    DestinationKind,
    ForwardingState,
    Known,
    Line,
)
from ...presence.redirect.parts import (
    Part,
    RedirectCapabilities,
    TargetChoice,
    Targets,
    changed,
    known,
    value,
)
from ..description import Action, Parameters, Surroundings
from ..driver import (
    Capability,
    ConnectionChanged,
    LineChanged,
    NotSupported,
    PhoneSystem,
    Rejected,
    Unavailable,
)
from ..listeners import EmittingPhoneSystem
from . import description as said
from .entities import DIALLABLE, destination, number, switched
from .memory import OFF, line_from_json, line_to_json

_LOGGER = logging.getLogger(__name__)

SHOWS_WITHIN: Final = 3.0
"""Seconds in which an entity usually shows what an action has done."""
FORWARDS: Final = (
    Capability.UNCONDITIONAL
    | Capability.BUSY
    | Capability.NO_REPLY
    | Capability.RING_SECONDS
    | Capability.VOICEMAIL
)
EMBEDDED: Final = (
    FORWARDS
    | Capability.DO_NOT_DISTURB
    | Capability.FOLLOW_ME
    | Capability.AGENT
    | Capability.READ_BACK
    | Capability.PUSH
)
CALLS: Final = {
    said.RING_ACTION: Capability.RING,
    said.DIAL_ACTION: Capability.DIAL,
}
"""Actions that place calls."""
ENTITIES: Final = {
    Part.UNCONDITIONAL: said.STATE_ENTITY,
    Part.BUSY: said.BUSY_ENTITY,
    Part.NO_REPLY: said.NO_REPLY_ENTITY,
    Part.DO_NOT_DISTURB: said.DO_NOT_DISTURB_ENTITY,
    Part.FOLLOW_ME: said.FOLLOW_ME_ENTITY,
}
TURN_ON: Final = "homeassistant.turn_on"
TURN_OFF: Final = "homeassistant.turn_off"
PRESET: Final = "preset"
"""The ``target_kind`` of a redirect to where the phone system sends calls."""


class ActionsPhoneSystem(EmittingPhoneSystem):
    """Home Assistant actions as a phone system.

    ``settings`` are those of the row's fields. The actions are run with ``extension``,
    ``condition``, ``target``, ``target_kind`` and ``ring_seconds``; the further ones with
    ``extension`` and ``do_not_disturb`` or ``target``.
    """

    def __init__(
        self,
        surroundings: Surroundings,
        memory: Mapping[str, Mapping[str, Any]],
        settings: Mapping[str, Any] | None = None,
        *,
        shows_within: float = SHOWS_WITHIN,
    ) -> None:
        """Take up the lines that were saved last."""
        self._around = surroundings
        self._lines = {
            extension: line_from_json(extension, data)
            for extension, data in memory.items()
        }
        self._settings = dict(settings or {})
        self._of_people: dict[str, Mapping[str, Any]] = {}
        self._shows_within = shows_within
        super().__init__()
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._storing = asyncio.Lock()
        self._ready = False
        self._closed = False

    # What it can do

    @property
    def _embedded(self) -> bool:
        """Whether nothing is named that would reach a phone system."""
        acts = (
            said.SET_ACTION,
            said.END_ACTION,
            said.SWITCH,
            said.DO_NOT_DISTURB_ACTION,
            said.FOLLOW_ME_ACTION,
        )
        return not any(
            settings.get(key)
            for settings in (self._settings, *self._of_people.values())
            for key in acts
        )

    @property
    @override
    def capabilities(self) -> Capability:
        found = EMBEDDED if self._embedded else Capability(0)
        for extension in ("", *self._of_people):
            of_line = self.redirect_capabilities(extension)
            names = {part.name for part in of_line.writable}
            for flag in Capability:
                if flag.name in names:
                    found |= flag
            if of_line.readable:
                found |= Capability.READ_BACK | Capability.PUSH
            if of_line.voicemail:
                found |= Capability.VOICEMAIL
        for action, flag in CALLS.items():
            if self._settings.get(action):
                found |= flag
        return found

    @override
    def redirect_capabilities(self, extension: str) -> RedirectCapabilities:
        if self._embedded:
            return RedirectCapabilities()
        writable: set[Part] = set()
        targets: dict[Condition, Targets] = {}
        if self._settings.get(said.SET_ACTION):
            writable |= {Part(one.value) for one in Condition} | {Part.RING_SECONDS}
        elif self._named(extension, said.SWITCH):
            writable.add(Part.UNCONDITIONAL)
            targets[Condition.UNCONDITIONAL] = Targets(TargetChoice.NONE)
        if self._settings.get(said.DO_NOT_DISTURB_ACTION):
            writable.add(Part.DO_NOT_DISTURB)
        if self._settings.get(said.FOLLOW_ME_ACTION):
            writable.add(Part.FOLLOW_ME)
        readable = {part for part in writable if self._entity(extension, part)}
        return RedirectCapabilities(
            frozenset(writable),
            frozenset(readable),
            voicemail=bool(self._settings.get(said.SET_ACTION)),
            targets=targets,
        )

    @property
    @override
    def ready(self) -> bool:
        return self._ready

    @property
    @override
    def version(self) -> str | None:
        return None

    # Life

    @override
    async def start(self) -> None:
        if self._closed:
            raise Unavailable("closed")
        self._ready = True
        self.emit(ConnectionChanged(ready=True))

    @override
    async def close(self) -> None:
        self._closed = True
        self._ready = False
        self._listeners.clear()

    @override
    def configure(self, extension: str, settings: Mapping[str, Any]) -> None:
        if settings:
            self._of_people[extension] = dict(settings)
        else:
            self._of_people.pop(extension, None)

    @override
    def watch(self, extension: str) -> Callable[[], None]:
        def changed() -> None:
            if not self._closed:
                self.emit(LineChanged(self._read(extension)))

        stops = [
            self._around.track_state(entity, changed)
            for entity in sorted(self._entities(extension))
        ]

        def unwatch() -> None:
            while stops:
                stops.pop()()

        return unwatch

    # Reading

    @override
    async def read(self, extension: str) -> Line:
        self._require_open()
        return self._read(extension)

    def _require_open(self) -> None:
        if self._closed:
            raise Unavailable("closed")

    def _line(self, extension: str) -> Line:
        return self._lines.get(extension) or Line(extension, OFF)

    def _read(self, extension: str) -> Line:
        line = replace(self._line(extension), as_of=datetime.now(UTC))
        kept = line.forwarding
        told: dict[Part, Any] = {}
        for part in ENTITIES:
            if (entity := self._entity(extension, part)) is None:
                continue
            state = self._around.read_state(entity)
            if part is Part.DO_NOT_DISTURB:
                told[part] = switched(state)
            elif part is Part.FOLLOW_ME:
                told[part] = number(state, kept.follow_me)
            else:
                before = cast("Known[Destination | None]", value(kept, part))
                told[part] = destination(state, extension, before)
        return replace(line, forwarding=changed(kept, told))

    def _named(self, extension: str, key: str) -> str | None:
        """Return an entity as it is named for the person, or else for all."""
        own = self._of_people.get(extension, {}).get(key)
        return own or self._settings.get(key) or None

    def _entity(self, extension: str, part: Part) -> str | None:
        """Return the entity that tells a part; ``None``: none does."""
        if part not in ENTITIES:
            return None
        named = self._named(extension, ENTITIES[part])
        if named is None and part is Part.UNCONDITIONAL:
            named = self._named(extension, said.SWITCH)
        elif named is None and part in (Part.BUSY, Part.NO_REPLY):
            general = self._named(extension, said.STATE_ENTITY)
            named = general if general and "{condition}" in general else None
        if named is None:
            return None
        return named.replace("{extension}", extension).replace(
            "{condition}", part.value
        )

    def _entities(self, extension: str) -> set[str]:
        found = (self._entity(extension, part) for part in ENTITIES)
        return {entity for entity in found if entity is not None}

    # Writing

    @override
    async def apply(self, extension: str, desired: ForwardingState) -> Line:
        self._require_open()
        async with self._turns[extension]:
            before = self._read(extension).forwarding
            differs = {
                part: new for part, new in known(desired) if new != value(before, part)
            }
            if not differs:
                return self._read(extension)
            self._check(extension, differs)
            for part in self._to_run(differs):
                await self._run(extension, part, desired, before)
            line = self._line(extension)
            kept = changed(line.forwarding, differs)
            await self._keep(replace(line, forwarding=kept))
            await self._shown(extension, differs)
            return self._read(extension)

    def _check(self, extension: str, differs: Mapping[Part, Any]) -> None:
        """Raise for what is not supported, before any action is run."""
        capabilities = self.redirect_capabilities(extension)
        for part, new in differs.items():
            if isinstance(new, Destination):
                dialled = new.kind in (
                    DestinationKind.NUMBER,
                    DestinationKind.VOICEMAIL,
                )
                if dialled and not DIALLABLE.fullmatch(new.number):
                    raise Rejected("number")
            elif part is Part.FOLLOW_ME and isinstance(new, str):
                if not DIALLABLE.fullmatch(new):
                    raise Rejected("number")
            elif not new:
                # What is off cannot be refused; ending needs no more than setting.
                continue
            if not capabilities.can_set(part, new):
                raise NotSupported(part.value)

    @staticmethod
    def _to_run(differs: Iterable[Part]) -> list[Part]:
        """Return the parts that an action has to be run for, in their order."""
        parts = set(differs)
        if Part.RING_SECONDS in parts:
            parts = (parts - {Part.RING_SECONDS}) | {Part.NO_REPLY}
        return [part for part in Part if part in parts]

    async def _run(
        self,
        extension: str,
        part: Part,
        desired: ForwardingState,
        before: ForwardingState,
    ) -> None:
        new = value(desired, part)
        if new is UNKNOWN:
            new = value(before, part)
        match part:
            case Part.DO_NOT_DISTURB:
                action = self._settings.get(said.DO_NOT_DISTURB_ACTION)
                variables: dict[str, Any] = {"do_not_disturb": new}
            case Part.FOLLOW_ME:
                action = self._settings.get(said.FOLLOW_ME_ACTION)
                variables = {"target": new or ""}
            case _:
                action, variables = self._forward(extension, new)
                seconds = desired.ring_seconds
                rings = part is Part.NO_REPLY and isinstance(seconds, int)
                variables |= {
                    "condition": part.value,
                    "ring_seconds": seconds if rings else None,
                }
        if action:
            await self._around.run_action(action, {"extension": extension, **variables})

    def _forward(self, extension: str, new: object) -> tuple[Action, dict[str, Any]]:
        """Return what forwards to a destination, or ends that, and its variables."""
        on = isinstance(new, Destination)
        key = said.SET_ACTION if on else said.END_ACTION
        variables: dict[str, Any] = {"target": "", "target_kind": "off"}
        if isinstance(new, Destination):
            preset = new.kind is DestinationKind.UNKNOWN
            variables = {
                "target": new.number,
                "target_kind": PRESET if preset else new.kind.value,
            }
        if (action := self._settings.get(key)) or self._settings.get(said.SET_ACTION):
            return action or "", variables
        if switch := self._named(extension, said.SWITCH):
            entity = switch.replace("{extension}", extension)
            name = TURN_ON if on else TURN_OFF
            return [{"action": name, "target": {"entity_id": entity}}], variables
        return "", variables

    async def _shown(self, extension: str, differs: Mapping[Part, Any]) -> None:
        """Wait a bounded time until the entities show the change."""
        shown = asyncio.Event()

        def is_shown() -> bool:
            now = self._read(extension).forwarding
            return all(
                value(now, part) == new
                for part, new in differs.items()
                if self._entity(extension, part) is not None
            )

        def look() -> None:
            if is_shown():
                shown.set()

        if is_shown():
            return
        stops = [
            self._around.track_state(entity, look)
            for entity in sorted(self._entities(extension))
        ]
        try:
            async with asyncio.timeout(self._shows_within):
                await shown.wait()
        except TimeoutError:
            _LOGGER.debug("An entity does not show yet what was set")
        finally:
            for stop in stops:
                stop()

    @override
    async def set_agent(self, extension: str, queue: str, state: AgentState) -> None:
        self._require_open()
        if not self._embedded:
            raise NotSupported("agent")
        async with self._turns[extension]:
            line = self._line(extension)
            await self._keep(replace(line, agent={**line.agent, queue: state}))

    @override
    async def ring(self, extension: str) -> None:
        self._require_open()
        if not (action := self._settings.get(said.RING_ACTION)):
            raise NotSupported("ring")
        await self._around.run_action(action, {"extension": extension})

    @override
    async def dial(self, extension: str, number: str) -> None:
        self._require_open()
        if not (action := self._settings.get(said.DIAL_ACTION)):
            raise NotSupported("dial")
        await self._around.run_action(
            action, {"extension": extension, "number": number}
        )

    @override
    async def forget(self, extension: str) -> None:
        async with self._turns[extension], self._storing:
            await self._save({k: v for k, v in self._lines.items() if k != extension})

    async def _keep(self, line: Line) -> None:
        async with self._storing:
            kept = replace(line, as_of=None)
            await self._save({**self._lines, line.extension: kept})
        self.emit(LineChanged(self._read(line.extension)))

    async def _save(self, lines: dict[str, Line]) -> None:
        await self._around.save_memory(
            {extension: line_to_json(kept) for extension, kept in lines.items()}
        )
        self._lines = lines


def build(parameters: Parameters) -> PhoneSystem:
    """Make the driver; nothing is connected yet."""
    return ActionsPhoneSystem(
        parameters.surroundings, parameters.memory, parameters.settings
    )
