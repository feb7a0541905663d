"""3CX: switches the status of a user, and never touches the routes behind it.

At 3CX the forwarding hangs on the user's status: each has routes of its own, which the
user sets up in 3CX's programs. A redirect is therefore one of these statuses, and *off* is
*Available*. One request reads all users, so polling costs the same for 3 and for 300.
"""

import asyncio
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any, Final, override

from ...presence.line import (
    AgentState,
    CallState,
    Destination,
    DestinationKind,
    ForwardingState,
    Line,
)
from ...presence.redirect.parts import Part, RedirectCapabilities, is_on, known
from ..description import Parameters
from ..driver import (
    MOST_DIRECTORY_ENTRIES,
    Capability,
    DirectoryEntry,
    LineChanged,
    NotSupported,
    OutcomeUnknown,
    PhoneSystem,
    PhoneSystemError,
    Rejected,
    Unavailable,
)
from ..http_client import base_of
from ..polling import PollingPhoneSystem
from .calls import CallControl
from .client import XapiClient
from .description import (
    AVAILABLE,
    CA,
    CAPABILITIES,
    CLIENT_ID,
    CLIENT_SECRET,
    FRESHNESS,
    HOST,
    PORT,
    REDIRECT,
    STATUSES,
)
from .users import FIELDS, QUEUE_STATUSES, User, users_of

ALL_QUEUES: Final = "all"
"""The one name under which a user is logged in to their queues, or out of them."""
PAGE: Final = 100
"""Users in one answer."""


class ThreeCxPhoneSystem(PollingPhoneSystem):
    """One 3CX, by one API client."""

    def __init__(
        self,
        client: XapiClient,
        *,
        poll_every: float | None = None,
    ) -> None:
        """Prepare; nothing is asked yet."""
        super().__init__(FRESHNESS, poll_every)
        self._client = client
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._extensions: frozenset[str] = frozenset()
        self._calls = CallControl(client, self.tell_call)
        self._unregistered: set[str] = set()
        self._writes: dict[str, int] = defaultdict(int)

    @property
    @override
    def capabilities(self) -> Capability:
        if self._calls.is_running:
            return CAPABILITIES
        return CAPABILITIES & ~Capability.CALL_STATE

    @override
    def redirect_capabilities(self, extension: str) -> RedirectCapabilities:
        return REDIRECT

    @property
    @override
    def extensions(self) -> frozenset[str]:
        return self._extensions

    @override
    def check(self, desired: ForwardingState) -> None:
        _status_name(desired)

    # Life

    @override
    async def connect(self) -> None:
        await self._everybody()
        await self._calls.start()

    @override
    async def close(self) -> None:
        await super().close()
        await self._calls.close()

    @override
    def call_of(self, extension: str) -> CallState | None:
        state = self._calls.state_of(extension)
        if state in (None, CallState.IDLE) and extension in self._unregistered:
            return CallState.UNAVAILABLE
        return state

    @override
    async def poll(self) -> None:
        before = dict(self._writes)
        try:
            users = {user.number: user for user in await self._everybody()}
            await self._calls.refresh()
        except PhoneSystemError as error:
            self.set_ready(error)
            raise
        self.set_ready(None)
        for extension in self.watched:
            # A write meanwhile has told what is newer than this reading.
            same = self._writes[extension] == before.get(extension, 0)
            if same and (user := users.get(extension)):
                self.emit(LineChanged(self._line(user)))

    # Reading

    async def _everybody(self) -> tuple[User, ...]:
        """Return all users; at most :data:`MOST_DIRECTORY_ENTRIES`."""
        found: list[User] = []
        for skipped in range(0, MOST_DIRECTORY_ENTRIES, PAGE):
            query = {
                "$select": FIELDS,
                "$orderby": "Number",
                "$top": str(PAGE),
                "$skip": str(skipped),
            }
            page = await self._asked(query)
            found += users_of(page)
            if len(page) < PAGE:
                break
        self._extensions = frozenset(user.number for user in found)
        return tuple(found[:MOST_DIRECTORY_ENTRIES])

    async def _asked(self, query: dict[str, str]) -> list[Any]:
        self.check_open()
        answer = await self._client.get("Users", query)
        found = answer.get("value") if isinstance(answer, dict) else None
        if not isinstance(found, list):
            raise Unavailable("no users")
        return found

    async def _user(self, extension: str) -> User:
        if not (extension.isascii() and extension.isdecimal()):
            raise Rejected("extension")
        query = {"$select": FIELDS, "$filter": f"Number eq '{extension}'"}
        for user in users_of(await self._asked(query)):
            if user.number == extension:
                return user
        raise Rejected("no such user")

    @override
    async def read(self, extension: str) -> Line:
        async with self._turns[extension]:
            return self._line(await self._user(extension))

    @override
    async def directory(self) -> tuple[DirectoryEntry, ...]:
        users = await self._everybody()
        return tuple(
            DirectoryEntry(user.number, user.name, voicemail=user.number)
            for user in {user.number: user for user in users}.values()
        )

    def _line(self, user: User) -> Line:
        if user.is_registered is False:
            self._unregistered.add(user.number)
        else:
            self._unregistered.discard(user.number)
        return Line(
            user.number,
            ForwardingState(unconditional=user.unconditional),
            call=self.call_of(user.number),
            agent={} if user.agent is None else {ALL_QUEUES: user.agent},
            as_of=datetime.now(UTC),
        )

    # Writing

    @override
    async def apply(self, extension: str, desired: ForwardingState) -> Line:
        name = _status_name(desired)
        async with self._turns[extension]:
            user = await self._user(extension)
            if name is None or name == (user.status or AVAILABLE):
                return self._line(user)
            line = await self._write(user, {"CurrentProfileName": name})
        self.emit(LineChanged(line))
        return line

    @override
    async def set_agent(self, extension: str, queue: str, state: AgentState) -> None:
        if queue != ALL_QUEUES:
            raise Rejected("queue")
        if state not in QUEUE_STATUSES:
            raise NotSupported("agent")
        async with self._turns[extension]:
            user = await self._user(extension)
            if user.agent is state:
                return
            line = await self._write(user, {"QueueStatus": QUEUE_STATUSES[state]})
        self.emit(LineChanged(line))

    async def _write(self, user: User, change: dict[str, str]) -> Line:
        self._writes[user.number] += 1
        await self._client.patch(f"Users({user.user_id})", change)
        try:
            return self._line(await self._user(user.number))
        except Unavailable as error:
            raise OutcomeUnknown("not read back") from error


def _status_name(desired: ForwardingState) -> str | None:
    """Return the status that carries what is desired; ``None``: nothing is.

    Raises:
        NotSupported, Rejected: no status carries it.
    """
    for part, found in known(desired):
        if part is not Part.UNCONDITIONAL and is_on(part, found):
            raise NotSupported(part.value)
    target = desired.unconditional
    if target is None:
        return AVAILABLE
    if not isinstance(target, Destination):
        return None
    if target.kind is DestinationKind.UNKNOWN and target.number:
        return target.number
    if target.kind is not DestinationKind.STATUS:
        raise NotSupported(Part.UNCONDITIONAL.value)
    if target.number not in STATUSES:
        raise Rejected("no such status")
    return target.number


def build(parameters: Parameters) -> PhoneSystem:
    """Make the driver; nothing is connected yet."""
    settings = parameters.settings
    client = XapiClient(
        parameters.surroundings.http_session,
        base_of(str(settings[HOST]), int(settings.get(PORT) or 443)),
        str(settings[CLIENT_ID]).strip(),
        str(settings[CLIENT_SECRET]),
        ca=settings.get(CA),
    )
    return ThreeCxPhoneSystem(client)
