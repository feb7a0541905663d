"""A harness of every driver that speaks HTTP to a double."""

from collections.abc import AsyncIterator, Mapping
import contextlib
from copy import deepcopy
from dataclasses import replace
import time
from types import SimpleNamespace
from typing import Any, ClassVar, override

import aiohttp
import pytest

from custom_components.xpresence.telephony import http_client
from custom_components.xpresence.telephony.description import OpenWebhook, Surroundings

from .conformance import Fault, Harness
from .web_double import WebDouble


class Kept:
    """What a driver saved, as the next one finds it."""

    def __init__(self) -> None:
        self.memory: Mapping[str, Mapping[str, Any]] = {}
        self.logins: dict[str, Mapping[str, Any]] = {}

    def around(self, session: aiohttp.ClientSession) -> Surroundings:
        """Return the surroundings of a driver that needs nothing else."""
        return Surroundings(
            never,
            never,
            never,
            self.save,
            lambda: session,
            self.load_login,
            self.save_login,
        )

    async def load_login(self, extension: str) -> Mapping[str, Any] | None:
        return self.logins.get(extension)

    async def save_login(self, extension: str, login: Mapping[str, Any] | None) -> None:
        self.logins.pop(extension, None)
        if login is not None:
            self.logins[extension] = login

    async def save(self, memory: Mapping[str, Mapping[str, Any]]) -> None:
        self.memory = deepcopy(memory)


class Clock:
    """The time as clients of phone systems see it; ``now`` is moved by the test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = time.monotonic()
        monkeypatch.setattr(
            http_client, "time", SimpleNamespace(monotonic=lambda: self.now)
        )


def never(*_: object) -> Any:
    """Fail: this driver needs nothing of the kind."""
    raise AssertionError


@contextlib.asynccontextmanager
async def web_session() -> AsyncIterator[aiohttp.ClientSession]:
    """Yield a session that keeps no connection, as the double comes and goes."""
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield session


@contextlib.contextmanager
def while_set(on: object, name: str, value: object) -> Any:
    """Let an attribute have another value for as long as the context lasts."""
    before = getattr(on, name)
    setattr(on, name, value)
    try:
        yield
    finally:
        setattr(on, name, before)


class HttpHarness[Double: WebDouble](Harness):
    """A double, and a session to it.

    ``broken``: fault → the double's attribute that has it, and its value then. While
    ``wrong_login`` is set, :meth:`build` uses a login that is refused.
    """

    usual: ClassVar[Mapping[Fault, tuple[str, object]]] = {
        Fault.RATE_LIMIT: ("limit", "7"),
        Fault.ANSWER_LOST: ("lose_answers", True),
    }
    broken: ClassVar[Mapping[Fault, tuple[str, object]]] = {}

    def __init__(self, double: Double, session: aiohttp.ClientSession) -> None:
        self.double = double
        self.session = session
        self.wrong_login = False
        self.kept = Kept()
        self.open_webhook: OpenWebhook | None = None
        self.running = contextlib.AsyncExitStack()

    @classmethod
    @contextlib.asynccontextmanager
    async def serving(cls, double: Double) -> AsyncIterator[Any]:
        """Yield a harness whose double serves."""
        async with web_session() as session:
            found = cls(double, session)
            await found.running.enter_async_context(double.serving())
            yield found
            await found.running.aclose()

    @property
    def around(self) -> Surroundings:
        """The surroundings of a driver."""
        around = self.kept.around(self.session)
        if self.open_webhook is not None:
            around = replace(around, open_webhook=self.open_webhook)
        return around

    def end_logins(self) -> None:
        """End what logins were answered with, as somebody else's does."""

    @override
    def writes(self) -> int:
        return self.double.writes

    @override
    def logins(self) -> int | None:
        return self.double.requests

    @override
    def fault(self, fault: Fault) -> contextlib.AbstractAsyncContextManager[None]:
        if fault is Fault.DOWN:
            return self._down()
        on, attribute, value = (
            (self, "wrong_login", True)
            if fault is Fault.AUTHENTICATION
            else (self.double, *{**self.usual, **self.broken}[fault])
        )
        return _entered(while_set(on, attribute, value))

    @contextlib.asynccontextmanager
    async def _down(self) -> AsyncIterator[None]:
        await self.running.aclose()
        try:
            yield
        finally:
            self.running = contextlib.AsyncExitStack()
            await self.running.enter_async_context(self.double.serving())


@contextlib.asynccontextmanager
async def _entered(
    context: contextlib.AbstractContextManager[None],
) -> AsyncIterator[None]:
    with context:
        yield
