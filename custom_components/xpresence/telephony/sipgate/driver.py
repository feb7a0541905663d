"""sipgate: each person's own phone line, with their own token.

Nothing is pushed about forwardings: every watched line is read each minute, before each
write and after it. *Do not disturb* belongs to a device there: it is on when all of a
person's devices have it.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
import contextlib
from dataclasses import replace
from datetime import UTC, datetime
import time
from typing import Any, override

from ...presence.line import (
    UNKNOWN,
    CallState,
    Condition,
    Destination,
    DestinationKind,
    ForwardingState,
    Known,
    Line,
)
from ...presence.redirect.parts import Part, RedirectCapabilities, is_on, known
from ..description import SIGN_IN, Parameters, Surroundings, Webhook
from ..driver import (
    AuthenticationFailed,
    Capability,
    LineChanged,
    NotSupported,
    OutcomeUnknown,
    PhoneSystem,
    Rejected,
    Unavailable,
)
from ..http_client import ANSWERS_WITHIN
from ..memory import DriverMemory
from ..oauth import RefreshTokens
from ..polling import PollingPhoneSystem
from .account import Account
from .calls import Calls, Form, User, answer
from .chain import (
    CONDITIONS,
    LONGEST_TIMEOUT,
    USUAL_TIMEOUT,
    active,
    changed,
    destination_of,
    e164,
)
from .client import PersonalTokenClient, SignedInClient, SipgateClient
from .description import (
    CALLS,
    CAPABILITIES,
    COUNTRY_CODE,
    FRESHNESS,
    LINE,
    OAUTH,
    PARTS,
    TOKEN,
    TOKEN_ID,
    USER,
    api,
)
from .memory import Entry, Memory, memory_from_json
from .reading import Reading


class SipgatePhoneSystem(PollingPhoneSystem):
    """sipgate, with one account for each person."""

    def __init__(
        self,
        surroundings: Surroundings,
        memory: Mapping[str, Mapping[str, Any]],
        settings: Mapping[str, Any],
        *,
        poll_every: float | None = None,
        answers_within: float = ANSWERS_WITHIN,
    ) -> None:
        """Take up what was remembered of each line."""
        super().__init__(FRESHNESS, poll_every)
        self._around = surroundings
        self._memory = DriverMemory(
            surroundings.save_memory, memory, memory_from_json, Memory
        )
        self._office = settings
        self._country_code = str(settings.get(COUNTRY_CODE) or "49")
        self._answers_within = answers_within
        self._settings: dict[str, Mapping[str, Any]] = {}
        self._accounts: dict[str, Account] = {}
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._calls = Calls()
        self._webhook: Webhook | None = None

    @property
    @override
    def capabilities(self) -> Capability:
        if self._webhook is None:
            return CAPABILITIES & ~Capability.CALL_STATE
        return CAPABILITIES

    @override
    def redirect_capabilities(self, extension: str) -> RedirectCapabilities:
        return RedirectCapabilities(PARTS, PARTS)

    @property
    @override
    def webhook_url(self) -> str | None:
        return None if self._webhook is None else self._webhook.url

    @override
    def check(self, desired: ForwardingState) -> None:
        for _, found in known(desired):
            if isinstance(found, Destination):
                self._written(found, ("",))

    # Life

    @override
    async def connect(self) -> None:
        if self._office.get(CALLS) and self._webhook is None:
            self._webhook = await self._around.open_webhook(self._receive)
            if self._closed:
                self._close_webhook()

    @override
    async def close(self) -> None:
        self._close_webhook()
        await super().close()

    def _close_webhook(self) -> None:
        if self._webhook is not None:
            self._webhook.close()
            self._webhook = None

    @override
    def configure(self, extension: str, settings: Mapping[str, Any]) -> None:
        if self._settings.get(extension) != settings:
            self._settings[extension] = dict(settings)
            self._accounts.pop(extension, None)

    @override
    async def poll(self) -> None:
        self._tell_calls(self._calls.end_old(time.monotonic()))
        await super().poll()

    # Calls

    def _receive(self, form: Form) -> str:
        if self._webhook is None:
            return ""
        self._tell_calls(self._calls.take(form, time.monotonic()))
        return answer(self._webhook.url)

    def _tell_calls(self, users: frozenset[User]) -> None:
        for extension in self.watched:
            account = self._accounts.get(extension)
            if account and any(account.is_user(*user) for user in users):
                self.tell_call(extension)

    @override
    def call_of(self, extension: str) -> CallState | None:
        account = self._accounts.get(extension)
        if self._webhook is None or account is None:
            return None
        states = self._calls.states()
        own = {state for user, state in states.items() if account.is_user(*user)}
        for state in (CallState.IN_CALL, CallState.RINGING):
            if state in own:
                return state
        return CallState.IDLE

    # Reading

    @override
    async def read(self, extension: str) -> Line:
        async with self._turn(extension) as account:
            return self._line(extension, await account.read())

    @contextlib.asynccontextmanager
    async def _turn(self, extension: str) -> AsyncIterator[Account]:
        """Yield a person's account while nobody else uses the same line."""
        self.check_open()
        account = self._account(extension)
        await account.find()
        async with self._turns[account.identity]:
            self.check_open()
            yield account

    def _account(self, extension: str) -> Account:
        if extension not in self._accounts:
            settings = self._settings.get(extension, {})
            self._accounts[extension] = Account(
                self._client(extension, settings),
                extension,
                str(settings.get(USER) or "").strip(),
                str(settings.get(LINE) or "").strip(),
            )
        return self._accounts[extension]

    def _client(self, extension: str, settings: Mapping[str, Any]) -> SipgateClient:
        session, within = self._around.http_session, self._answers_within
        if settings.get(TOKEN) and settings.get(TOKEN_ID):
            return PersonalTokenClient(
                session,
                str(settings[TOKEN_ID]).strip(),
                str(settings[TOKEN]).strip(),
                extension,
                base=api(),
                answers_within=within,
            )
        if settings.get(SIGN_IN) and OAUTH.is_set_up(self._office):
            tokens = RefreshTokens(OAUTH, self._office, self._around, extension)
            return SignedInClient(
                session, tokens, extension, base=api(), answers_within=within
            )
        raise AuthenticationFailed("no token yet", extension=extension)

    def _remembered(self, extension: str) -> tuple[str, Memory]:
        """Return what is remembered of an extension's line, and under which name.

        Whoever shares a line shares what was done to it.
        """
        account = self._accounts.get(extension)
        for name, memory in self._memory.items():
            if account is not None and memory.line == account.identity:
                return name, memory
        own = self._memory[extension]
        if own.line and account is not None and own.line != account.identity:
            # Of another line, which the person had before.
            return extension, Memory()
        return extension, own

    def _line(self, extension: str, reading: Reading) -> Line:
        _, memory = self._remembered(extension)
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
            call=self.call_of(extension),
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
            if (
                spelt is not None
                # Whoever shares the line calls its voicemail by their own number.
                and spelt.kind is not DestinationKind.VOICEMAIL
                and self._written(spelt, reading.voicemails) == written
            ):
                return spelt
        return destination_of(written, reading.voicemails, extension)

    # Writing

    @override
    async def apply(self, extension: str, desired: ForwardingState) -> Line:
        for part, found in known(desired):
            if part not in PARTS and is_on(part, found):
                raise NotSupported(part.value)
        async with self._turn(extension) as account:
            reading = await account.read()
            name, before = self._remembered(extension)
            before = replace(before, line=account.identity)
            items, memory = self._changed(extension, desired, reading, before)
            silenced = self._device_changes(desired, reading, memory)
            memory = replace(memory, devices=_touched(memory, silenced))
            # Before the write: after a crash our own entries must be known.
            blank = memory == Memory(line=account.identity)
            await self._memory.set(name, None if blank else memory)
            if items != reading.items:
                await account.forward(items)
            for device, on in silenced.items():
                await account.silence(device, on)
            if items == reading.items and not silenced:
                return self._line(extension, reading)
            try:
                after = await account.read()
            except Unavailable as error:
                # Without an answer its outcome is unknown.
                raise OutcomeUnknown("not read back") from error
            line = self._line(extension, after)
        self.emit(LineChanged(line))
        return line

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
        memory = self._memory[extension]
        await self._memory.set(extension, None)
        self._settings.pop(extension, None)
        self._accounts.pop(extension, None)
        for other, account in self._accounts.items():
            if memory.line and account.identity == memory.line:
                # Who shares the line still has to put back what stood there.
                await self._memory.set(other, memory)
                break


def _touched(memory: Memory, devices: Mapping[str, bool]) -> frozenset[str]:
    """Return which devices the driver has set to *do not disturb*."""
    on = {device for device, is_on in devices.items() if is_on}
    return (memory.devices | on) - {device for device in devices if device not in on}


def build(parameters: Parameters) -> PhoneSystem:
    """Make the driver; nothing is connected yet."""
    return SipgatePhoneSystem(
        parameters.surroundings, parameters.memory, parameters.settings
    )
