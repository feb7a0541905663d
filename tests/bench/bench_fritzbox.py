"""From a choice to the rule that is on in the FRITZ!Box, and to the sensor that says so.

Beside the bare request that switches a rule, sent over the same kind of connection in
the same run, in turn. The box is a double in a thread of this process: a real one takes
longer for every request. Then: what the readings cost while nothing happens.
"""

import asyncio
from statistics import median
import sys
import time
from typing import Any

from homeassistant.core import Event, HomeAssistant

from custom_components.xpresence.telephony.fritzbox.client import Address, Tr064Client
from custom_components.xpresence.telephony.fritzbox.description import POLL_EVERY
from custom_components.xpresence.telephony.fritzbox.driver import (
    FritzBoxPhoneSystem,
    Timing,
)
from custom_components.xpresence.telephony.fritzbox.reader import ONTEL
from tests.office import ANNA, AVAILABLE, MEETING, person, profile
from tests.telephony.fritzbox.box import FritzBox
from tests.telephony.fritzbox.running import MOBILE, running

from .bench_switch import home, row

ROUNDS = 60
USER, PASSWORD = "homeassistant", "Grün€ 7"


async def latency(hass: HomeAssistant, box: FritzBox) -> None:
    """Print how long a choice takes beside a bare request."""
    bare = Tr064Client(Address("127.0.0.1", box.port, tls=False), USER, PASSWORD)
    await bare.describe()
    index = next(i for i, rule in enumerate(box.rules) if rule.number == "103")
    shown: dict[str, int] = {}

    def remember(event: Event[Any]) -> None:
        if event.data["entity_id"] == "sensor.anna_redirect":
            shown[event.data["new_state"].state] = time.monotonic_ns()

    hass.bus.async_listen("state_changed", remember)

    async def choose(option: str) -> None:
        await hass.services.async_call(
            "select",
            "select_option",
            {"entity_id": "select.anna_profile", "option": option},
            blocking=True,
        )

    async def until(count: int) -> int:
        async with asyncio.timeout(30):
            while len(box.switched_at) < count:  # noqa: ASYNC110
                await asyncio.sleep(0.0005)
        return box.switched_at[-1]

    times: dict[str, list[float]] = {"bare": [], "effective": [], "shown": []}
    for turn in range(ROUNDS):
        box.switched_at.clear()
        begun = time.monotonic_ns()
        said = {"NewDeflectionId": str(index), "NewEnable": str((turn + 1) % 2)}
        await bare.call(ONTEL, "SetDeflectionEnable", said, writes=True)
        times["bare"].append((await until(1) - begun) / 1e6)
        box.switched_at.clear()
        shown.clear()
        begun = time.monotonic_ns()
        await choose("Meeting")
        times["effective"].append((await until(1) - begun) / 1e6)
        await hass.async_block_till_done()
        times["shown"].append((shown["active"] - begun) / 1e6)
        await choose("Available")
        await hass.async_block_till_done()
    await bare.close()
    base = median(times["bare"])
    row("bare request, effective", f"{base:.1f} ms", "×1.0")
    for label in ("effective", "shown"):
        took = median(times[label])
        row(f"profile, {label}", f"{took:.1f} ms", f"×{took / base:.1f}")


async def at_rest(box: FritzBox) -> None:
    """Print what one hour of readings costs."""
    every = 0.2
    system = FritzBoxPhoneSystem(
        Address("127.0.0.1", box.port, tls=False),
        USER,
        PASSWORD,
        monitor_port=box.monitor_port,
        timing=Timing(poll=every),
    )
    await system.start()
    system.watch("100")
    await asyncio.sleep(every / 2)
    asked, moved = len(box.asked), box.bytes_in + box.bytes_out
    await asyncio.sleep(10 * every)
    polls = 10
    asked, moved = len(box.asked) - asked, box.bytes_in + box.bytes_out - moved
    await system.close()
    hour = 3600 / POLL_EVERY
    row("requests an hour, at rest", f"{asked / polls * hour:.0f}")
    row("bodies an hour, at rest", f"{moved / polls * hour / 1024:.0f} KiB")


async def main() -> None:
    """Measure."""
    with running() as box:
        async with home() as hass:
            from pytest_homeassistant_custom_component.common import MockConfigEntry

            to = {"kind": "number", "value": MOBILE}
            forward = {"mode": "forward", "unconditional": to}
            entry = MockConfigEntry(
                domain="xpresence",
                title="Home",
                data={
                    "driver": "fritzbox",
                    "host": "127.0.0.1",
                    "port": box.port,
                    "tls": False,
                    "monitor_port": box.monitor_port,
                    "username": USER,
                    "password": PASSWORD,
                },
                subentries_data=[
                    profile(AVAILABLE, "Available", "available"),
                    profile(MEETING, "Meeting", "busy", redirect=forward),
                    person(ANNA, "Anna", "100"),
                ],
            )
            entry.add_to_hass(hass)
            assert await hass.config_entries.async_setup(entry.entry_id)
            await hass.async_block_till_done(wait_background_tasks=True)
            rules = len(box.rules)
            sys.stdout.write(f"{rules} rules, {len(box.machines)} machines\n")
            await latency(hass, box)
        await at_rest(box)


if __name__ == "__main__":
    asyncio.run(main())
