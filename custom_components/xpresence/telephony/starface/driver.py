"""STARFACE: switches the redirections of a user's numbers, and puts back what stood there.

An administrator's login acts on behalf of everybody; a person with a login of their own uses
that. Each watched user is read once a minute, before each write and after it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, override

from ...presence.line import (
    UNKNOWN,
    Condition,
    Destination,
    DestinationKind,
    ForwardingState,
    Line,
)
from ...presence.redirect.parts import RedirectCapabilities, is_on, known
from ..description import Parameters, Surroundings
from ..driver import (
    MOST_DIRECTORY_ENTRIES,
    AuthenticationFailed,
    Capability,
    DirectoryEntry,
    LineChanged,
    NotSupported,
    OutcomeUnknown,
    PhoneSystem,
    Rejected,
    RuleMissing,
    Unavailable,
)
from ..http_client import ANSWERS_WITHIN, base_of
from ..memory import DriverMemory
from ..polling import PollingPhoneSystem
from .client import StarfaceClient, path_of
from .description import (
    CA,
    CAPABILITIES,
    FRESHNESS,
    HOST,
    MAILBOX,
    PARTS,
    PASSWORD,
    PORT,
    REDIRECT,
    USERNAME,
)
from .memory import Memory, memory_from_json
from .redirects import (
    LONGEST,
    Redirection,
    alike,
    changed,
    is_target,
    leads_to,
    of_condition,
    put_back,
    redirections_of,
    same,
)

DIALLABLE: Final = frozenset("0123456789*#+")
LONGEST_NUMBER: Final = 40
SPELLINGS: Final = 20
"""Numbers of one user whose spelling is remembered."""


class StarfacePhoneSystem(PollingPhoneSystem):
    """One STARFACE, by an administrator's login or by those of its users."""

    def __init__(
        self,
        surroundings: Surroundings,
        settings: Mapping[str, Any],
        memory: Mapping[str, Mapping[str, Any]],
        *,
        base: str,
        poll_every: float | None = None,
        answers_within: float = ANSWERS_WITHIN,
    ) -> None:
        """Take up what was remembered; nothing is asked yet."""
        super().__init__(FRESHNESS, poll_every)
        self._around = surroundings
        self._base = base
        self._ca = settings.get(CA)
        self._answers_within = answers_within
        self._memory = DriverMemory(
            surroundings.save_memory, memory, memory_from_json, Memory
        )
        self._administrator: StarfaceClient | None = None
        if settings.get(USERNAME) and settings.get(PASSWORD):
            self._administrator = self._client(settings, None)
        self._settings: dict[str, Mapping[str, Any]] = {}
        self._own: dict[str, StarfaceClient] = {}
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._extensions: frozenset[str] = frozenset()

    def _client(
        self, login: Mapping[str, Any], extension: str | None
    ) -> StarfaceClient:
        return StarfaceClient(
            self._around.http_session,
            self._base,
            str(login[USERNAME]).strip(),
            str(login[PASSWORD]),
            ca=self._ca,
            extension=extension,
            answers_within=self._answers_within,
        )

    @property
    @override
    def capabilities(self) -> Capability:
        if self._administrator is None:
            return CAPABILITIES & ~Capability.DIRECTORY
        return CAPABILITIES

    @override
    def redirect_capabilities(self, extension: str) -> RedirectCapabilities:
        return REDIRECT

    @property
    @override
    def extensions(self) -> frozenset[str]:
        return self._extensions

    @override
    def check(self, desired: ForwardingState) -> None:
        for part, found in known(desired):
            if part not in PARTS and is_on(part, found):
                raise NotSupported(part.value)
            if isinstance(found, Destination):
                _check(found)

    # Life

    @override
    async def connect(self) -> None:
        if self._administrator is not None:
            await self.directory()

    @override
    def configure(self, extension: str, settings: Mapping[str, Any]) -> None:
        if self._settings.get(extension) != settings:
            self._settings[extension] = dict(settings)
            self._own.pop(extension, None)

    # Reading

    def _access(self, extension: str) -> tuple[StarfaceClient, str | None]:
        """Return the login to use, and on whose behalf it acts."""
        self.check_open()
        settings = self._settings.get(extension, {})
        if settings.get(PASSWORD):
            login = {USERNAME: extension, **settings}
            if not login[USERNAME]:
                login[USERNAME] = extension
            if extension not in self._own:
                self._own[extension] = self._client(login, extension)
            return self._own[extension], None
        if self._administrator is None:
            raise AuthenticationFailed("no login yet", extension=extension)
        return self._administrator, str(settings.get(USERNAME) or extension)

    async def _fetch(self, extension: str) -> tuple[Redirection, ...]:
        if not (extension.isascii() and extension.isalnum()):
            raise Rejected("extension")
        client, on_behalf = self._access(extension)
        return redirections_of(await client.get("redirects", on_behalf=on_behalf))

    @override
    async def read(self, extension: str) -> Line:
        async with self._turns[extension]:
            return self._line(extension, await self._fetch(extension))

    def _line(self, extension: str, found: tuple[Redirection, ...]) -> Line:
        mailboxes = self._mailboxes(extension, found)
        spelling = self._memory[extension].spelling
        parts: dict[str, Any] = {}
        for condition in Condition:
            own = of_condition(found, condition)
            target = leads_to(own, mailboxes)
            if target is not None and target.kind is DestinationKind.NUMBER:
                asked = spelling.get(target.number, target.number)
                target = Destination(DestinationKind.NUMBER, asked)
            # Without such a redirection nothing of the kind can be on.
            parts[condition.value] = target
        return Line(extension, ForwardingState(**parts), as_of=datetime.now(UTC))

    def _mailboxes(
        self, extension: str, found: tuple[Redirection, ...]
    ) -> Mapping[str, str]:
        """Return the user's mailboxes: id → number under which they are known here."""
        return dict.fromkeys(self._mailbox_ids(extension, found), extension)

    def _mailbox_ids(
        self, extension: str, found: tuple[Redirection, ...]
    ) -> tuple[str, ...]:
        named = str(self._settings.get(extension, {}).get(MAILBOX) or "")
        if named:
            return (named,)
        used: dict[str, None] = {}
        for one in found:
            for key in ("lastMailboxDestination", "redirectDestination"):
                destination = one.get(key)
                if isinstance(destination, dict):
                    mailbox = destination.get("mailboxId")
                    if isinstance(mailbox, str) and 0 < len(mailbox) <= LONGEST:
                        used[mailbox] = None
        return tuple(used)

    @override
    async def directory(self) -> tuple[DirectoryEntry, ...]:
        if self._administrator is None:
            raise NotSupported("directory")
        self.check_open()
        answer = await self._administrator.get("users")
        if not isinstance(answer, list):
            raise Unavailable("no users")
        found: dict[str, DirectoryEntry] = {}
        for one in answer[:MOST_DIRECTORY_ENTRIES]:
            login = one.get("login") if isinstance(one, dict) else None
            if not (isinstance(login, str) and login.isascii() and login.isdecimal()):
                continue
            if len(login) > LONGEST:
                continue
            names = (one.get("firstName"), one.get("familyName"))
            said = " ".join(str(name).strip()[:100] for name in names if name)
            found[login] = DirectoryEntry(login, said.strip(), voicemail=login)
        self._extensions = frozenset(found)
        return tuple(found.values())

    # Writing

    @override
    async def apply(self, extension: str, desired: ForwardingState) -> Line:
        self.check(desired)
        async with self._turns[extension]:
            found = await self._fetch(extension)
            before = self._memory[extension]
            writes, memory = self._writes(extension, desired, found, before)
            if not writes:
                return self._line(extension, found)
            if memory != before:
                # Before the write: after a crash what stood there must be known.
                await self._memory.set(extension, memory)
            client, on_behalf = self._access(extension)
            for one in writes:
                await client.put(path_of(one["id"]), one, on_behalf=on_behalf)
            try:
                after = await self._fetch(extension)
            except Unavailable as error:
                raise OutcomeUnknown("not read back") from error
            await self._learn(extension, desired, after)
            line = self._line(extension, after)
        self.emit(LineChanged(line))
        return line

    def _writes(
        self,
        extension: str,
        desired: ForwardingState,
        found: tuple[Redirection, ...],
        memory: Memory,
    ) -> tuple[list[Redirection], Memory]:
        said = self._line(extension, found).forwarding
        kept = dict(memory.kept)
        writes: list[Redirection] = []
        for condition in Condition:
            target = desired.forward(condition)
            if target is UNKNOWN or target == said.forward(condition):
                continue
            own = of_condition(found, condition)
            if target is None:
                writes += [self._off(one, kept) for one in own if one["enabled"]]
                continue
            if not own:
                raise RuleMissing(condition.value)
            if target.kind is DestinationKind.UNKNOWN:
                writes += put_back(own, target.number)
                continue
            destination = self._destination(extension, target, found, memory)
            for one in own:
                new = changed(one, True, destination)
                if same(one, new):
                    continue
                if not one["enabled"] and one["id"] not in kept:
                    kept[one["id"]] = (one.get("redirectDestination"), destination)
                elif one["id"] in kept:
                    kept[one["id"]] = (kept[one["id"]][0], destination)
                writes.append(new)
        return writes, Memory(kept, memory.spelling)

    @staticmethod
    def _off(one: Redirection, kept: Mapping[str, tuple[Any, Any]]) -> Redirection:
        """Return it switched off, with the target that its user had entered there."""
        entered, written = kept.get(one["id"], (None, None))
        ours = entered is not None and is_target(
            one.get("redirectDestination"), written
        )
        return changed(one, False, entered if ours else None)

    def _destination(
        self,
        extension: str,
        target: Destination,
        found: tuple[Redirection, ...],
        memory: Memory,
    ) -> dict[str, str]:
        if target.kind is DestinationKind.VOICEMAIL:
            mailboxes = self._mailbox_ids(extension, found)
            if not mailboxes:
                raise Rejected("no mailbox")
            return {
                "redirectDestinationType": "MAILBOX",
                "mailboxId": mailboxes[0],
            }
        for spelt, asked in memory.spelling.items():
            if asked == target.number:
                return {"redirectDestinationType": "PHONENUMBER", "phoneNumber": spelt}
        return {
            "redirectDestinationType": "PHONENUMBER",
            "phoneNumber": target.number,
        }

    async def _learn(
        self, extension: str, desired: ForwardingState, after: tuple[Redirection, ...]
    ) -> None:
        """Forget the targets that are back, and note how numbers are spelt."""
        before = self._memory[extension]
        on = {one["id"] for one in after if one["enabled"]}
        kept = {key: pair for key, pair in before.kept.items() if key in on}
        spelling = dict(before.spelling)
        for condition in Condition:
            target = desired.forward(condition)
            stands = leads_to(of_condition(after, condition), {})
            if not (isinstance(target, Destination) and stands is not None):
                continue
            number = DestinationKind.NUMBER
            if not target.kind is stands.kind is number or target == stands:
                continue
            if alike(stands.number, target.number):
                spelling.pop(stands.number, None)
                spelling[stands.number] = target.number
        memory = Memory(kept, dict(list(spelling.items())[-SPELLINGS:]))
        if memory != before:
            await self._memory.set(extension, memory)

    @override
    async def forget(self, extension: str) -> None:
        async with self._turns[extension]:
            await self._memory.set(extension, None)
        self._settings.pop(extension, None)
        self._own.pop(extension, None)


def _check(target: Destination) -> None:
    match target.kind:
        case DestinationKind.NUMBER:
            fits = 0 < len(target.number) <= LONGEST_NUMBER
            if not fits or not set(target.number) <= DIALLABLE:
                raise Rejected("number")
        case DestinationKind.UNKNOWN:
            if not target.number:
                raise Rejected("no target")
        case DestinationKind.STATUS:
            raise Rejected("no status")
        case DestinationKind.VOICEMAIL:
            pass


def build(parameters: Parameters) -> PhoneSystem:
    """Make the driver; nothing is connected yet."""
    settings = parameters.settings
    return StarfacePhoneSystem(
        parameters.surroundings,
        settings,
        parameters.memory,
        base=base_of(str(settings[HOST]), int(settings.get(PORT) or 443)),
    )
