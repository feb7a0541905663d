"""Whether anything grows while profiles are switched ten thousand times.

Memory, tasks and open files after the first thousand switches and after the last one,
beside a Home Assistant that makes as many changes of a state of its own. Run it with
``python -m tests.bench.bench_growth [switches]``.
"""

import asyncio
import gc
from pathlib import Path
import sys

from homeassistant.core import HomeAssistant

from tests.pbx.asterisk import running

from .bench_switch import home, login_at, resident, row, set_up

SWITCHES = 10_000


def counted() -> tuple[int, int, int, int]:
    """Return memory in KiB, objects, tasks, and open files."""
    gc.collect()
    files = sum(1 for _ in Path("/proc/self/fd").iterdir())
    return resident(), len(gc.get_objects()), len(asyncio.all_tasks()), files


async def switch(hass: HomeAssistant, number: int) -> None:
    """Choose the other of two profiles."""
    option = "Available" if number % 2 else "Meeting"
    await hass.services.async_call(
        "select",
        "select_option",
        {"entity_id": "select.anna_profile", "option": option},
        blocking=True,
    )


async def change(hass: HomeAssistant, number: int) -> None:
    """Change a state, as anything does."""
    hass.states.async_set("sensor.of_its_own", str(number % 2))
    await hass.async_block_till_done()


async def main() -> None:
    """Print the table."""
    switches = int(sys.argv[1]) if len(sys.argv) > 1 else SWITCHES
    warm = switches // 10
    with running() as pbx:
        async with home() as hass:
            await set_up(hass, login_at(pbx), 2)
            store = Path(hass.config.config_dir) / ".storage"
            for label, work in (
                ("a state of its own", change),
                ("a profile", switch),
            ):
                for number in range(warm):
                    await work(hass, number)
                before = counted()
                for number in range(switches - warm):
                    await work(hass, number)
                await hass.async_block_till_done(wait_background_tasks=True)
                after = counted()
                row(f"{label}, {switches} times", f"after {warm}", "at the end")
                for name, one, other in zip(
                    ("memory, KiB", "objects", "tasks", "open files"),
                    before,
                    after,
                    strict=True,
                ):
                    row(f"  {name}", f"{one:,}", f"{other:,}")
            size = sum(file.stat().st_size for file in store.glob("xpresence*"))
            row("journal on the disk", f"{size / 1024:.0f} KiB")


if __name__ == "__main__":
    asyncio.run(main())
