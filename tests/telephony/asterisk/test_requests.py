"""How much is asked of an Asterisk: commands, and pieces in which they are sent."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest

from custom_components.xpresence.presence.line import Destination, ForwardingState
from custom_components.xpresence.telephony.asterisk.ami import client as module
from custom_components.xpresence.telephony.asterisk.requests import LONGEST_TOLD, MANY
from custom_components.xpresence.telephony.driver import (
    ConnectionChanged,
    PhoneSystemError,
)
from tests.pbx.asterisk import Asterisk, eventually

from .test_faults import TO_BOB, Watching as Seen, watching


@pytest.fixture
async def seen(pbx: Asterisk) -> AsyncIterator[Seen]:
    async with watching(pbx, poll_every=3600) as seen:
        yield seen
    for extension in ("100", "1003"):
        pbx.cli(f"database del CF {extension}")


@contextmanager
def counted() -> Iterator[tuple[Counter[str], list[int]]]:
    """Yield how often each action is sent, and how many are in each piece."""
    sent: Counter[str] = Counter()
    pieces: list[int] = []
    ask_all = module._Session.ask_all

    async def counting(self: Any, requests: Any, **more: Any) -> Any:
        sent.update(request.name for request in requests)
        pieces.append(len(requests))
        return await ask_all(self, requests, **more)

    with patch.object(module._Session, "ask_all", counting):
        yield sent, pieces


async def test_one_extension_is_read_value_by_value_in_one_piece(seen: Seen) -> None:
    with counted() as (sent, pieces):
        await seen.system.read("100")
    assert sent.keys() == {"DBGet"}
    assert len(pieces) == 1


async def test_a_write_and_its_reading_are_one_piece(seen: Seen) -> None:
    await seen.system.read("100")
    with counted() as (sent, pieces):
        line = await seen.system.apply("100", TO_BOB)
    assert line.forwarding.unconditional == TO_BOB.unconditional
    assert sent["DBPut"] == 1
    assert "DBGetTree" not in sent
    assert len(pieces) == 1


async def test_the_lamps_of_a_write_of_our_own_are_no_reason_to_read_again(
    seen: Seen, pbx: Asterisk
) -> None:
    await seen.system.apply("100", ForwardingState(unconditional=None))
    monitor = seen.system._monitor
    pbx.cli("devstate change Custom:CF100 UNAVAILABLE")
    events: list[tuple[str, bool]] = []
    on_device, soon = monitor._on_device, monitor._soon
    read_again: list[object] = []

    def noted(device: str, state: str) -> None:
        read_again.clear()
        on_device(device, state)
        if device == "Custom:CF100":
            events.append((state, bool(read_again)))

    def noted_soon(extensions: Any) -> None:
        read_again.extend(due := list(extensions))
        soon(due)

    with (
        patch.object(monitor, "_on_device", noted),
        patch.object(monitor, "_soon", noted_soon),
    ):
        await seen.system.apply("100", TO_BOB)
        await eventually(lambda: ("BUSY", False) in events, 5)
        pbx.cli("devstate change Custom:CF100 NOT_INUSE")
        await eventually(lambda: ("NOT_INUSE", True) in events)
        # Somebody dials what was written before: that is no echo.
        pbx.cli("devstate change Custom:CF100 BUSY")
        await eventually(lambda: ("BUSY", True) in events)


async def test_a_value_that_a_single_reading_would_cut_off_is_read_whole(
    seen: Seen, pbx: Asterisk
) -> None:
    long = "SIP/trunk/" + "0" * LONGEST_TOLD
    pbx.put("CF", "100", long)
    forward = (await seen.system.read("100")).forwarding.unconditional
    assert isinstance(forward, Destination)
    assert forward.number == long


async def test_what_cannot_be_read_is_never_taken_for_nothing(seen: Seen) -> None:
    with (
        patch("custom_components.xpresence.telephony.asterisk.requests.NOT_THERE", "…"),
        pytest.raises(PhoneSystemError),
    ):
        await seen.system.read("100")


async def test_many_extensions_cost_no_more_commands_than_a_few(
    seen: Seen, pbx: Asterisk
) -> None:
    pbx.put("CF", "1003", "101")
    many = [str(1000 + number) for number in range(10 * MANY)]
    with counted() as (sent, _):
        found = await seen.system._ami.fetch_many(many)
    assert sum(sent.values()) <= 6
    assert found["1003"] == {"/CF/1003": "101"}
    assert found["1004"] == {}


async def test_everybody_who_reads_after_a_reconnect_is_answered_by_one_reading(
    seen: Seen, pbx: Asterisk
) -> None:
    pbx.put("CF", "1003", "101")
    many = [str(1000 + number) for number in range(2 * MANY)]
    stops = [seen.system.watch(extension) for extension in many]
    ready: list[bool] = []
    lines: dict[str, object] = {}

    async def read(extension: str) -> None:
        lines[extension] = (await seen.system.read(extension)).forwarding.unconditional

    readers: list[asyncio.Task[None]] = []

    def on_event(event: object) -> None:
        if isinstance(event, ConnectionChanged):
            ready.append(event.ready)
            if event.ready:
                readers.extend(asyncio.create_task(read(one)) for one in many)

    seen.system.subscribe(on_event)
    with counted() as (sent, _), seen.patience.lost():
        seen.system._ami.connected().drop()
        await eventually(lambda: ready == [False, True])
        await asyncio.gather(*readers)
    assert sent["DBGet"] == 0
    assert sent["DBGetTree"] <= 12
    assert lines["1003"] == TO_BOB.unconditional
    assert lines["1004"] is None
    for stop in stops:
        stop()
