"""Measures inside a Home Assistant that is attacked how long its loop was not free."""

import asyncio
import gc
import time
from typing import Any

from homeassistant.components import websocket_api
from homeassistant.core import HomeAssistant, callback
import voluptuous as vol

TICK = 0.005


async def async_setup(hass: HomeAssistant, _config: dict[str, Any]) -> bool:
    """Measure from now on; the command ``loop_probe/longest`` tells, and begins anew."""
    longest = 0.0
    at = time.thread_time()
    collected = 0.0
    began = 0.0

    @callback
    def tick() -> None:
        nonlocal longest, at, collected
        now = time.thread_time()
        # The thread's own CPU: what other processes take is no stop of ours. Nor is a
        # collection of all of Home Assistant's memory.
        longest = max(longest, now - at - collected)
        at, collected = now, 0.0
        asyncio.get_running_loop().call_later(TICK, tick)

    def collect(phase: str, _info: dict[str, Any]) -> None:
        nonlocal began, collected
        if phase == "start":
            began = time.thread_time()
        else:
            collected += max(0.0, time.thread_time() - began)

    @websocket_api.websocket_command({vol.Required("type"): "loop_probe/longest"})
    @callback
    def tell(
        _hass: HomeAssistant,
        connection: websocket_api.ActiveConnection,
        msg: dict[str, Any],
    ) -> None:
        nonlocal longest
        connection.send_result(msg["id"], {"seconds": longest})
        longest = 0.0

    gc.callbacks.append(collect)
    websocket_api.async_register_command(hass, tell)
    tick()
    return True
