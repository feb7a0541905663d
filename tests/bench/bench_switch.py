"""From a state change in Home Assistant to calls that really go elsewhere.

Beside a bare write, issued by the same listener from the same state change in the
same run, in turn. Both are seen by a process that watches the Asterisk on its own.
"""

import asyncio
from collections.abc import Awaitable, Callable
import contextlib
import os
from pathlib import Path
from statistics import median
import subprocess
import sys
import tempfile
import time
from typing import Any

from homeassistant import loader
from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers.event import async_track_state_change_event
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_test_home_assistant,
)

from custom_components.xpresence.telephony.asterisk.ami import AmiClient, Settings
from tests.office import OFFICE, person
from tests.pbx.asterisk import Asterisk, running
from tests.pbx.sip import flood, phone

ROUNDS = 150
PROJECT = Path(__file__).parents[2]
TRIGGER = "sensor.trigger"


def row(label: str, figure: str, ratio: str = "") -> None:
    """Print a line of the table."""
    sys.stdout.write(f"{label:<52}{figure:>16}{ratio:>12}\n")


class Watcher:
    """The process that watches the Asterisk."""

    def __init__(self, pbx: Asterisk) -> None:
        self._pbx = pbx
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Watcher:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.bench.watcher",
            str(self._pbx.ami_port),
            self._pbx.username,
            self._pbx.secret,
            stdout=subprocess.PIPE,
            cwd=PROJECT,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def becomes(self, extension: str, value: str) -> int:
        """Return when an extension's value was first seen."""
        assert self._process is not None
        assert self._process.stdout is not None
        async with asyncio.timeout(60):
            while True:
                line = (await self._process.stdout.readline()).decode().split()
                if line[:2] == [extension, value]:
                    return int(line[2])


async def switched(
    hass: HomeAssistant,
    watcher: Watcher,
    permission: Callable[[str], Awaitable[None]],
    extension: str,
    value: str,
    shown: Callable[[], int | None],
) -> tuple[float, float | None]:
    """Change the trigger; return the milliseconds until effective and shown."""

    async def listener(event: Event[Any]) -> None:
        await permission(event.data["new_state"].state)

    stop = async_track_state_change_event(hass, TRIGGER, listener)
    begun = time.monotonic_ns()
    hass.states.async_set(TRIGGER, value, {"n": begun})
    effective = await watcher.becomes(extension, value)
    await asyncio.sleep(0.03)
    stop()
    seen = shown()
    return (effective - begun) / 1e6, (seen - begun) / 1e6 if seen else None


async def latency(hass: HomeAssistant, pbx: Asterisk, when: str = "") -> None:
    """Print how long a switch takes beside a bare write."""
    bare = AmiClient(
        Settings("127.0.0.1", pbx.ami_port, pbx.username, pbx.secret, events=("None",)),
        lambda message: None,
        lambda connected, error: None,
    )
    await bare.start()
    shown_at: dict[str, int] = {}

    def remember(event: Event[Any]) -> None:
        if event.data["entity_id"] == "sensor.anna_redirect":
            shown_at[event.data["new_state"].state] = time.monotonic_ns()

    hass.bus.async_listen("state_changed", remember)

    async def by_profile(value: str) -> None:
        option = "Meeting" if value == "*100" else "Available"
        await hass.services.async_call(
            "select",
            "select_option",
            {"entity_id": "select.anna_profile", "option": option},
            blocking=True,
        )

    async def by_hand(value: str) -> None:
        if value == "-":
            await bare.action("DBDel", ("Family", "CF"), ("Key", "900"))
        else:
            await bare.action("DBPut", ("Family", "CF"), ("Key", "900"), ("Val", value))

    ours: list[float] = []
    seen: list[float] = []
    theirs: list[float] = []
    async with Watcher(pbx) as watcher:
        await watcher.becomes("100", "-")
        for _ in range(ROUNDS):
            shown_at.clear()
            took, until_shown = await switched(
                hass, watcher, by_profile, "100", "*100", lambda: shown_at.get("active")
            )
            ours.append(took)
            if until_shown is not None:
                seen.append(until_shown)
            await switched(hass, watcher, by_profile, "100", "-", lambda: None)
            took, _ = await switched(hass, watcher, by_hand, "900", "109", lambda: None)
            theirs.append(took)
            await switched(hass, watcher, by_hand, "900", "-", lambda: None)
    await bare.close()
    base = median(theirs)
    row(f"bare write, effective{when}", f"{base:.2f} ms", "×1.0")
    for label, times in (("profile, effective", ours), ("profile, shown", seen)):
        row(label + when, f"{median(times):.2f} ms", f"×{median(times) / base:.1f}")
    if len(seen) < ROUNDS:
        row("  not shown within 30 ms", f"{ROUNDS - len(seen)}")


def login_at(pbx: Asterisk) -> dict[str, Any]:
    """Return an entry's data for an Asterisk."""
    return {
        "driver": "asterisk",
        "host": "127.0.0.1",
        "port": pbx.ami_port,
        "username": pbx.username,
        "password": pbx.secret,
    }


async def set_up(hass: HomeAssistant, data: dict[str, Any], people: int) -> float:
    """Set up an entry; return the seconds it took."""
    more: list[ConfigSubentryData] = [
        person(f"01P{number:023d}", f"Person {number}", str(1000 + number))
        for number in range(people - 2)
    ]
    entry = MockConfigEntry(
        domain="xpresence", title="Office", data=data, subentries_data=[*OFFICE, *more]
    )
    entry.add_to_hass(hass)
    begun = time.perf_counter()
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return time.perf_counter() - begun


@contextlib.asynccontextmanager
async def home() -> Any:
    """Yield a Home Assistant that finds xpresence."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / ".storage").mkdir()
        (Path(folder) / "custom_components").symlink_to(PROJECT / "custom_components")
        async with async_test_home_assistant(config_dir=folder) as hass:
            hass.data.pop(loader.DATA_CUSTOM_COMPONENTS, None)
            yield hass
            await hass.async_stop(force=True)


def resident() -> int:
    """Return this process's memory in KiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def import_cost() -> None:
    """Print what importing xpresence adds to Home Assistant.

    Loaded before are the parts of Home Assistant that every office needs. The first of
    the runs writes the byte code and does not count.
    """
    code = (
        "import time, homeassistant.bootstrap, homeassistant.components.select,"
        " homeassistant.components.sensor, homeassistant.components.calendar;"
        "a = time.perf_counter(); import custom_components.xpresence;"
        "print(time.perf_counter() - a)"
    )
    environment = {**os.environ}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    times = []
    for _ in range(8):
        out = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            cwd=PROJECT,
            env=environment,
        ).stdout
        times.append(float(out))
    row("import of xpresence over Home Assistant", f"{median(times[1:]) * 1e3:.0f} ms")


async def main() -> None:
    """Print the table."""
    row("what", "median", "ratio")
    with running() as pbx:
        data = login_at(pbx)
        async with home() as hass:
            await set_up(hass, data, 2)
            await latency(hass, pbx)
            async with phone(pbx, "104"), flood(pbx, "103", "104"):
                await latency(hass, pbx, ", 50 calls/s")
        alone = 0.0
        for people in (2, 30, 100):
            async with home() as hass:
                before = resident()
                took = await set_up(hass, data, people)
                alone = alone or took
                label = f"set-up with {people} people, Asterisk"
                row(label, f"{took * 1e3:.0f} ms", f"×{took / alone:.1f}")
                each = (resident() - before) / people
                if people > 2:
                    row("  memory per person", f"{each:.0f} KiB")
    import_cost()


if __name__ == "__main__":
    asyncio.run(main())
