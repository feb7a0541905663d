"""sipgate: each person's own phone line, with their own token.

Nothing is pushed about forwardings: every watched line is read each minute, before each
write and after it. *Do not disturb* belongs to a device there: it is on when all of a
person's devices have it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
import contextlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final, override

from ...presence.line import (
    UNKNOWN,
    Condition,
    Destination,
    DestinationKind,
    ForwardingState,
    Known,
    Line,
)
from ...presence.redirect.parts import Part, RedirectCapabilities, is_on, known
from ..description import Parameters, Surroundings
from ..driver import (
    AuthenticationFailed,
    Capability,
    LineChanged,
    NotSupported,
    OutcomeUnknown,
    PhoneSystem,
    Rejected,
    RetryLater,
    Unavailable,
)
from ..http_client import ANSWERS_WITHIN
from ..memory import DriverMemory
from ..polling import PollingPhoneSystem
from .chain import (
    CONDITIONS,
    LONGEST_TIMEOUT,
    USUAL_TIMEOUT,
    active,
    changed,
    destination_of,
    e164,
    items_of,
)
from .client import BASE, PersonalTokenClient, SipgateClient
from .description import (
    CAPABILITIES,
    FRESHNESS,
    LINE,
    PARTS,
    TOKEN,
    TOKEN_ID,
    USER,
)
from .memory import Entry, Memory, memory_from_json
from .reading import Reading, devices, ids

READ: Final = "phonelines:forwardings:read"
WRITE: Final = "phonelines:forwardings:write"
LINES_READ: Final = "phonelines:read"
DEVICES_READ: Final = "devices:read"
DEVICES_WRITE: Final = "devices:write"


class SipgatePhoneSystem(PollingPhoneSystem):
    """sipgate, with one account for each person."""

    def __init__(
        self,
        surroundings: Surroundings,
        memory: Mapping[str, Mapping[str, Any]],
        *,
        country_code: str = "49",
        base: str = BASE,
        poll_every: float | None = None,
        answers_within: float = ANSWERS_WITHIN,
    ) -> None:
        """Take up what was remembered of each line."""
        super().__init__(FRESHNESS, poll_every)
        self._around = surroundings
        self._memory = DriverMemory(
            surroundings.save_memory, memory, memory_from_json, Memory
        )
        self._country_code = country_code
        self._base = base
        self._answers_within = answers_within
        self._settings: dict[str, Mapping[str, Any]] = {}
        self._clients: dict[str, SipgateClient] = {}
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @property
    @override
    def capabilities(self) -> Capability:
        return CAPABILITIES

    @override
    def redirect_capabilities(self, extension: str) -> RedirectCapabilities:
        return RedirectCapabilities(PARTS, PARTS)

    @override
    def check(self, wanted: ForwardingState) -> None:
        for _, found in known(wanted):
            if isinstance(found, Destination):
                self._written(found, ("",))

    # Life

    @override
    def configure(self, extension: str, settings: Mapping[str, Any]) -> None:
        if self._settings.get(extension) != settings:
            self._settings[extension] = dict(settings)
            self._clients.pop(extension, None)

    # Reading

    @override
    async def read(self, extension: str) -> Line:
        async with self._turn(extension):
            return self._line(extension, await self._fetch(extension))

    def _turn(self, extension: str) -> asyncio.Lock:
        """Return the lock of a line, which two people may share."""
        return self._turns[self._path(extension)]

    def _path(self, extension: str) -> str:
        settings = self._settings.get(extension, {})
        return f"{settings.get(USER) or 'w0'}/phonelines/{settings.get(LINE) or 'p0'}"

    def _client(self, extension: str) -> SipgateClient:
        self.check_open()
        settings = self._settings.get(extension, {})
        if not settings.get(TOKEN) or not settings.get(TOKEN_ID):
            raise AuthenticationFailed("no token yet", extension=extension)
        if extension not in self._clients:
            self._clients[extension] = PersonalTokenClient(
                self._around.http_session,
                settings[TOKEN_ID],
                settings[TOKEN],
                extension,
                base=self._base,
                answers_within=self._answers_within,
            )
        return self._clients[extension]

    async def _fetch(self, extension: str) -> Reading:
        client, path = self._client(extension), self._path(extension)
        items = items_of(await client.get(f"{path}/forwardings", READ))
        voicemails = ids(await client.get(f"{path}/voicemails", LINES_READ))
        user = path.partition("/")[0]
        found = await client.get(f"{user}/devices", DEVICES_READ)
        return Reading(items, tuple(voicemails), devices(found))

    def _line(self, extension: str, reading: Reading) -> Line:
        memory = self._memory[extension]
        parts: dict[str, Any] = {}
        for condition in CONDITIONS:
            stand = active(reading.items, condition)
            parts[condition.value] = (
                self._destination(
                    extension, condition, stand[0]["destination"], reading, memory
                )
                if stand
                else None
            )
        late = active(reading.items, Condition.NO_REPLY)
        dnd: Known[bool] = UNKNOWN
        if reading.devices:
            dnd = all(reading.devices.values())
        return Line(
            extension,
            ForwardingState(
                **parts,
                ring_seconds=late[0]["timeout"] if late else None,
                do_not_disturb=dnd,
            ),
            as_of=datetime.now(UTC),
        )

    def _destination(
        self,
        extension: str,
        condition: Condition,
        written: str,
        reading: Reading,
        memory: Memory,
    ) -> Destination:
        """Return where an item leads, as it was spelt when it was asked for."""
        spelt = memory.spelling.get(condition.value)
        with contextlib.suppress(Rejected):
            if spelt and self._written(spelt, reading.voicemails) == written:
                return spelt
        return destination_of(written, reading.voicemails, extension)

    # Writing

    @override
    async def apply(self, extension: str, desired: ForwardingState) -> Line:
        for part, found in known(desired):
            if part not in PARTS and is_on(part, found):
                raise NotSupported(part.value)
        async with self._turn(extension):
            reading = await self._fetch(extension)
            before = self._memory[extension]
            items, memory = self._changed(extension, desired, reading, before)
            silenced = self._device_changes(desired, reading, memory)
            memory = replace(memory, devices=_touched(memory, silenced))
            if memory != before:
                # Before the write: after a crash our own entries must be known.
                await self._memory.set(extension, memory)
            if items != reading.items:
                path = f"{self._path(extension)}/forwardings"
                await self._client(extension).put(path, WRITE, {"items": items})
            for device, on in silenced.items():
                path = f"devices/{device}"
                await self._client(extension).put(path, DEVICES_WRITE, {"dnd": on})
            if items == reading.items and not silenced:
                return self._line(extension, reading)
            after = await self._fetch_after(extension)
            line = self._line(extension, after)
        self.emit(LineChanged(line))
        return line

    async def _fetch_after(self, extension: str) -> Reading:
        """Read a write back; without an answer its outcome is unknown."""
        try:
            return await self._fetch(extension)
        except (RetryLater, Unavailable) as error:
            raise OutcomeUnknown("not read back") from error

    def _changed(
        self,
        extension: str,
        desired: ForwardingState,
        reading: Reading,
        memory: Memory,
    ) -> tuple[list[dict[str, Any]], Memory]:
        items = reading.items
        said = self._line(extension, reading).forwarding
        for condition in CONDITIONS:
            target = desired.forward(condition)
            if target is UNKNOWN:
                if condition is not Condition.NO_REPLY or desired.ring_seconds in (
                    UNKNOWN,
                    said.ring_seconds,
                ):
                    continue
                target = said.no_reply
            wish = self._wish(condition, target, desired, said, reading, memory)
            items, memory = changed(items, condition, wish, memory)
            spelling = {k: v for k, v in memory.spelling.items() if k != condition}
            if isinstance(target, Destination):
                spelling[condition.value] = target
            memory = replace(memory, spelling=spelling)
        return items, memory

    def _wish(
        self,
        condition: Condition,
        target: Known[Destination | None],
        desired: ForwardingState,
        said: ForwardingState,
        reading: Reading,
        memory: Memory,
    ) -> Entry | None:
        """Return the entry that a condition is to have.

        Where nobody says after how many seconds, it is as it was before.
        """
        if not isinstance(target, Destination):
            return None
        written = self._written(target, reading.voicemails)
        if condition is Condition.UNCONDITIONAL:
            return written, 0
        seconds = desired.ring_seconds
        if not isinstance(seconds, int):
            seconds = said.ring_seconds if said.no_reply == target else None
            for before in memory.silenced.get(condition.value, ())[:1]:
                if before[0] == written:
                    seconds = before[1]
        if not isinstance(seconds, int):
            seconds = USUAL_TIMEOUT
        if not 0 < seconds <= LONGEST_TIMEOUT:
            raise Rejected("ring seconds")
        return written, seconds

    def _written(self, target: Destination, voicemails: tuple[str, ...]) -> str:
        """Return a destination as sipgate writes it.

        Raises:
            Rejected: it is none of sipgate's.
        """
        match target.kind:
            case DestinationKind.VOICEMAIL:
                if not voicemails:
                    raise Rejected("no voicemail")
                return voicemails[0]
            case DestinationKind.UNKNOWN:
                if not target.number:
                    raise Rejected("no target")
                return target.number
            case DestinationKind.NUMBER:
                return e164(target.number, self._country_code)
            case DestinationKind.STATUS:
                raise Rejected("no status")

    @staticmethod
    def _device_changes(
        desired: ForwardingState, reading: Reading, memory: Memory
    ) -> dict[str, bool]:
        """Return which devices to switch; only ours are switched off again."""
        on = desired.do_not_disturb
        if on is UNKNOWN:
            return {}
        if not reading.devices:
            if on:
                raise NotSupported(Part.DO_NOT_DISTURB.value)
            return {}
        if on == all(reading.devices.values()):
            return {}
        if on:
            return {
                device: True for device, is_off in reading.devices.items() if not is_off
            }
        ours = memory.devices & reading.devices.keys()
        return dict.fromkeys(sorted(ours or reading.devices), False)

    @override
    async def forget(self, extension: str) -> None:
        async with self._turn(extension):
            await self._memory.set(extension, None)
        self._settings.pop(extension, None)
        self._clients.pop(extension, None)


def _touched(memory: Memory, devices: Mapping[str, bool]) -> frozenset[str]:
    """Return which devices the driver has set to *do not disturb*."""
    on = {device for device, is_on in devices.items() if is_on}
    return (memory.devices | on) - {device for device in devices if device not in on}


def build(parameters: Parameters) -> PhoneSystem:
    """Make the driver; nothing is connected yet."""
    return SipgatePhoneSystem(
        parameters.surroundings,
        parameters.memory,
        country_code=parameters.settings.get("country_code") or "49",
    )
