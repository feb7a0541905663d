"""Team boards that are open while people choose: the longest stop, and the CPU.

The browsers are WebSocket clients in a process of their own. Run it with
``python -m tests.bench.bench_boards [people] [boards] [seconds] [choices a second]``.
Beside it, in the same run: the same choices without a board, and with as many pages
that only follow all states, as every page of Home Assistant does.
"""

import asyncio
from contextlib import asynccontextmanager
import json
import subprocess
import sys
from typing import Any

import aiohttp
from aiohttp.test_utils import TestServer
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

from tests.pbx.asterisk import running

from .bench_switch import PROJECT, home, login_at, row, set_up
from .stops import Stops

COMMANDS = {
    "boards": {"type": "xpresence/subscribe_team"},
    "pages of states": {"type": "subscribe_entities"},
}


async def browser(session: aiohttp.ClientSession, url: str, token: str) -> None:
    """Follow one subscription and count what is sent, until the process is ended."""
    async with session.ws_connect(url, max_msg_size=0) as socket:
        await socket.receive_json()
        await socket.send_json({"type": "auth", "access_token": token})
        await socket.receive_json()
        await socket.send_json({"id": 1, **COMMANDS[sys.argv[3]]})
        await socket.receive_json()
        first = await socket.receive()
        sys.stdout.write(f"first {len(first.data)}\n")
        sys.stdout.flush()
        async for message in socket:
            sys.stdout.write(f"more {len(message.data)}\n")
            sys.stdout.flush()


async def browsers(url: str, number: int) -> None:
    """Be several browsers; the tokens are read from the standard input."""
    tokens = json.loads(sys.stdin.readline())
    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        for index in range(number):
            group.create_task(browser(session, url, tokens[index % len(tokens)]))


@asynccontextmanager
async def opened(hass: HomeAssistant, url: str, kind: str, number: int) -> Any:
    """Open pages in another process; yield a list of what each message is long."""
    tokens = []
    for index in range(number):
        user = await hass.auth.async_create_user(
            f"{kind} {index}", group_ids=["system-users" if index else "system-admin"]
        )
        token = await hass.auth.async_create_refresh_token(user, "http://127.0.0.1")
        tokens.append(hass.auth.async_create_access_token(token))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bench.bench_boards",
        "browsers",
        url,
        kind,
        str(number),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=PROJECT,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(tokens).encode() + b"\n")
    messages: list[int] = []
    first = asyncio.Event()

    async def read() -> None:
        waiting = number
        while line := (await process.stdout.readline()).decode().split():  # type: ignore[union-attr]
            if line[0] == "first":
                waiting -= 1
                if not waiting:
                    first.set()
            else:
                messages.append(int(line[1]))

    reader = asyncio.create_task(read())
    try:
        with Stops() as stops:
            async with asyncio.timeout(120):
                await first.wait()
        row(f"  opening {number} {kind}: longest stop", str(stops))
        yield messages
    finally:
        process.kill()
        await process.wait()
        await reader


async def choices(hass: HomeAssistant, people: int, seconds: float, rate: int) -> Stops:
    """Let people choose, so many a second; return what that did to the event loop."""
    selects = sorted(
        entity
        for entity in hass.states.async_entity_ids("select")
        if entity.endswith("_profile")
    )
    assert len(selects) == people
    with Stops() as stops:
        for number in range(int(seconds * rate)):
            select = selects[number % people]
            there = hass.states.get(select)
            busy = there is not None and there.state == "Meeting"
            hass.async_create_task(
                hass.services.async_call(
                    "select",
                    "select_option",
                    {
                        "entity_id": select,
                        "option": "Available" if busy else "Meeting",
                    },
                    blocking=True,
                )
            )
            await asyncio.sleep(1 / rate)
        await hass.async_block_till_done()
    return stops


async def main(people: int, boards: int, seconds: float, rate: int) -> None:
    """Print the table."""
    row(f"{people} people, {rate} choices a second for {seconds:.0f} s", "", "")
    with running() as pbx:
        async with home() as hass:
            assert await async_setup_component(hass, "websocket_api", {})
            await set_up(hass, login_at(pbx), people)
            server = TestServer(hass.http.app, host="127.0.0.1")
            await server.start_server()
            url = str(server.make_url("/api/websocket"))
            stops = await choices(hass, people, seconds, rate)
            row("no page: longest stop", str(stops))
            for kind in ("pages of states", "boards"):
                async with opened(hass, url, kind, boards) as messages:
                    stops = await choices(hass, people, seconds, rate)
                    row(f"{boards} {kind}: longest stop", str(stops))
                    size = sum(messages) / max(1, len(messages))
                    row("  messages, bytes each", f"{len(messages)}, {size:.0f}")
            await server.close()


if __name__ == "__main__":
    if sys.argv[1:2] == ["browsers"]:
        asyncio.run(browsers(sys.argv[2], int(sys.argv[4])))
    else:
        given = [int(word) for word in sys.argv[1:]]
        asyncio.run(main(*given, *(300, 30, 20, 5)[len(given) :]))
