"""Nothing that a phone system sends takes more than a bound in time and memory."""

import asyncio
import time
from typing import Final

import aiohttp
import pytest

from custom_components.xpresence.telephony.asterisk.ami import (
    AmiClient,
    AmiError,
    Deadlines,
    Settings,
)
from custom_components.xpresence.telephony.driver import PhoneSystemError
from custom_components.xpresence.telephony.fritzbox.client import Address, Tr064Client
from custom_components.xpresence.telephony.sipgate.client import PersonalTokenClient
from tests.hostile import Manager, Web, listening, manager, web
from tests.memory import peak

WITHIN: Final = 1.0
"""Seconds that the clients wait here for an answer."""
PATIENCE: Final = 10.0
"""Seconds in which even a busy machine gets there; without a bound it is for ever."""
MEMORY: Final = 48 << 20
"""Bytes that a client may hold of what came, far below what was sent."""
SLOW: Final = frozenset({Manager.DRIP, Manager.NO_ANSWER})
"""What ends by time; the rest has to end by its size, however long one would wait."""


@pytest.mark.parametrize("harm", Manager)
async def test_a_manager_interface_ends_at_a_bound(harm: Manager) -> None:
    deadlines = Deadlines(
        action=WITHIN if harm in SLOW else PATIENCE * 6, login=PATIENCE, told=PATIENCE
    )
    async with listening(manager(harm)) as port:
        client = AmiClient(
            Settings("127.0.0.1", port, "u", "s", deadlines=deadlines),
            lambda _message: None,
            lambda *_: None,
        )
        await client.start()
        began = time.monotonic()
        try:
            with peak() as memory, pytest.raises(AmiError):
                await client.collect("DBGetTree")
        finally:
            await client.close()
        assert time.monotonic() - began < PATIENCE * 3
        assert memory.most < MEMORY


@pytest.mark.parametrize("harm", Web)
async def test_a_fritz_box_ends_at_a_bound(harm: Web) -> None:
    async with listening(web(harm)) as port:
        client = Tr064Client(
            Address("127.0.0.1", port, tls=False), "u", "p", answers_within=WITHIN
        )
        began = time.monotonic()
        try:
            with peak() as memory, pytest.raises(PhoneSystemError):
                await client.describe()
        finally:
            await client.close()
        assert time.monotonic() - began < PATIENCE
        assert memory.most < MEMORY


@pytest.mark.parametrize("harm", Web)
async def test_sipgate_ends_at_a_bound(harm: Web) -> None:
    async with listening(web(harm)) as port, aiohttp.ClientSession() as session:
        client = PersonalTokenClient(
            lambda: session,
            "id",
            "token",
            "100",
            base=f"http://127.0.0.1:{port}",
            answers_within=WITHIN,
        )
        began = time.monotonic()
        with peak() as memory, pytest.raises(PhoneSystemError):
            await client.get("users", "users:read")
        assert time.monotonic() - began < PATIENCE
        assert memory.most < MEMORY


async def test_a_connection_that_was_ended_at_a_bound_is_made_anew() -> None:
    async with listening(manager(Manager.LIST_WITHOUT_END)) as port:
        told: list[bool] = []
        back = asyncio.Event()

        def on_connection(connected: bool, _error: AmiError | None) -> None:
            told.append(connected)
            if told[-2:] == [False, True]:
                back.set()

        deadlines = Deadlines(action=WITHIN, retry_first=0.05, retry_most=0.05)
        client = AmiClient(
            Settings("127.0.0.1", port, "u", "s", deadlines=deadlines),
            lambda _message: None,
            on_connection,
        )
        await client.start()
        try:
            with pytest.raises(AmiError):
                await client.collect("DBGetTree")
            async with asyncio.timeout(PATIENCE):
                await back.wait()
        finally:
            await client.close()
