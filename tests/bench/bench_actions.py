"""From a choice to a telephone that was told by an action, and to the sensor that says so.

The phone system is a small HTTP server in this process, set by an action that makes one
request, and it tells an entity what holds. Beside the choice, in the same run
and in turn: the bare action, and the bare request that the action makes. Then: what an
hour costs in which nothing happens.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from statistics import median
import sys
import time
from typing import Any

from aiohttp import ClientSession, web
from homeassistant.core import Event, HomeAssistant, ServiceCall
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from tests.office import ANNA, BOB, OFFICE, person

from .bench_switch import home, row

ROUNDS = 60
ENTITY = "sensor.forward_100"
REDIRECT = "sensor.anna_redirect"


class Telephone:
    """The telephone 100: it is set by a request, and an entity says what holds."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass
        self.at: list[int] = []
        self.bytes = 0
        app = web.Application()
        app.router.add_put("/forward", self._put)
        self._runner = web.AppRunner(app)
        self._session = ClientSession()
        self.url = ""

    async def start(self) -> None:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}/forward"
        self._hass.states.async_set(ENTITY, "off")

    async def _put(self, request: web.Request) -> web.Response:
        target = (await request.text()) or "off"
        self.at.append(time.monotonic_ns())
        self.bytes += len(target)
        self._hass.states.async_set(ENTITY, target)
        return web.Response(status=204)

    async def put(self, target: str) -> None:
        """Make the request that sets it."""
        async with self._session.put(self.url, data=target) as answer:
            assert answer.status == 204

    async def close(self) -> None:
        await self._session.close()
        await self._runner.cleanup()


async def set_up(hass: HomeAssistant, telephone: Telephone) -> None:
    """Add the phone system that is set by two actions."""

    async def forward(call: ServiceCall) -> None:
        kind, target = call.data["target_kind"], call.data["target"]
        await telephone.put("" if kind == "off" else target or kind)

    hass.services.async_register("script", "forward", forward)
    entry = MockConfigEntry(
        domain="xpresence",
        title="Home",
        data={
            "driver": "actions",
            "set_action": "script.forward",
            "end_action": "script.forward",
            "state_entity": "sensor.forward_{extension}",
        },
        subentries_data=[
            *OFFICE[:3],
            person(ANNA, "Anna", "100"),
            person(BOB, "Bob", "101"),
        ],
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


async def latency(hass: HomeAssistant, telephone: Telephone, rounds: int) -> None:
    """Print how long a choice takes beside the bare action and the bare request."""
    shown: dict[str, int] = {}

    def remember(event: Event[Any]) -> None:
        if event.data["entity_id"] == REDIRECT:
            shown[event.data["new_state"].state] = time.monotonic_ns()

    hass.bus.async_listen("state_changed", remember)
    times: dict[str, list[float]] = {}

    async def timed(label: str, act: Callable[[], Awaitable[Any]]) -> int:
        telephone.at.clear()
        shown.clear()
        begun = time.monotonic_ns()
        await act()
        times.setdefault(label, []).append((telephone.at[0] - begun) / 1e6)
        return begun

    async def choose(option: str) -> None:
        target = {"entity_id": "select.anna_profile", "option": option}
        await hass.services.async_call("select", "select_option", target, blocking=True)

    said = {"target_kind": "off", "target": None}

    async def end() -> None:
        await hass.services.async_call("script", "forward", said, blocking=True)

    for _ in range(rounds):
        await timed("bare request, effective", lambda: telephone.put(""))
        await timed("bare action, effective", end)
        begun = await timed("profile, effective", lambda: choose("Training"))
        await hass.async_block_till_done()
        took = (shown["active"] - begun) / 1e6
        times.setdefault("profile, shown", []).append(took)
        await choose("Available")
        await hass.async_block_till_done()
    base = median(times["bare request, effective"])
    for label, found in times.items():
        row(label, f"{median(found):.1f} ms", f"×{median(found) / base:.1f}")


async def at_rest(hass: HomeAssistant, telephone: Telephone) -> None:
    """Print what an hour costs in which nothing happens: every timer goes off."""
    telephone.at.clear()
    telephone.bytes = 0
    written = 0

    def count(event: Event[Any]) -> None:
        nonlocal written
        written += event.data["entity_id"] != ENTITY

    hass.bus.async_listen("state_changed", count)
    now = dt_util.utcnow()
    for minute in range(1, 61):
        async_fire_time_changed(hass, now + timedelta(minutes=minute))
        await hass.async_block_till_done()
    row("polls an hour, at rest", f"{len(telephone.at)}")
    row("bytes an hour, at rest", f"{telephone.bytes}")
    row("state writes an hour, at rest", f"{written}")


async def main(rounds: int) -> None:
    """Measure."""
    async with home() as hass:
        telephone = Telephone(hass)
        await telephone.start()
        try:
            await set_up(hass, telephone)
            await latency(hass, telephone, rounds)
            await at_rest(hass, telephone)
        finally:
            await telephone.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS))
