"""A Microsoft of our own, and an account signed in there."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from custom_components.xpresence.groupware.microsoft.account import (
    MemoryStore,
    MicrosoftAccount,
    Registration,
    TokenStore,
)
from custom_components.xpresence.groupware.microsoft.clouds import Cloud
from custom_components.xpresence.groupware.microsoft.graph import GraphClient

from .login import ANNA, CLIENT_ID, TENANT
from .server import Microsoft, running

EVERYTHING = (
    "User.Read",
    "Presence.Read",
    "Presence.Read.All",
    "Presence.ReadWrite",
    "Calendars.ReadBasic",
)


async def in_executor[T](function: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(None, function)


@pytest.fixture
async def microsoft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Microsoft]:
    """Run sign-in and Graph; every breach of a contract fails the test."""
    async with running(tmp_path) as microsoft:
        for name, value in microsoft.environment.items():
            monkeypatch.setenv(name, value)
        yield microsoft
        assert microsoft.broken == []


def account_at(
    microsoft: Microsoft,
    store: TokenStore | None = None,
    *,
    client_id: str = CLIENT_ID,
    tenant: str = TENANT,
    permissions: tuple[str, ...] = EVERYTHING,
) -> MicrosoftAccount:
    """Return an account that nobody has signed in to yet."""
    cloud = Cloud(microsoft.login_url, microsoft.graph_url)
    return MicrosoftAccount(
        Registration(client_id, tenant, cloud, permissions),
        store or MemoryStore(),
        in_executor,
    )


async def sign_in(
    microsoft: Microsoft, account: MicrosoftAccount, user: str = ANNA
) -> None:
    """Let a person sign in with a device code."""
    code = await account.begin_device_code()
    microsoft.login.enter(code.user_code, user)
    assert await account.poll_device_code(code)


@dataclass
class SignedIn:
    """Anna's account and her Graph."""

    account: MicrosoftAccount
    graph: GraphClient


@pytest.fixture
async def anna(microsoft: Microsoft) -> AsyncIterator[SignedIn]:
    account = account_at(microsoft)
    await sign_in(microsoft, account)
    async with aiohttp.ClientSession() as session:
        yield SignedIn(account, GraphClient(session, account, microsoft.graph_url))
