"""One choice: from a change in Home Assistant to calls that go elsewhere, and shown.

Beside it in the same run, in turn: a bare write, a bare write after a flushed record
(what crash safety costs at least), and the same choice made of templates. With the
recorder on, and as many rows in the AstDB as a FreePBX of 1,000 extensions has. Run it
with ``python -m tests.bench.bench_choice [people …] [--rounds n] [--rows n]``.
"""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
import os
from pathlib import Path
import sqlite3
from statistics import quantiles
import sys
import time
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.recorder import async_initialize_recorder
from homeassistant.setup import async_setup_component

from custom_components.xpresence.telephony.asterisk.ami import AmiClient, Settings
from tests.office import ANNA, MEETING
from tests.pbx.asterisk import Asterisk, running

from .bench_office import entry_of
from .bench_switch import Watcher, home, login_at, row
from .stops import Stops

FIELDS = ("device", "ringtimer", "cidname", "followme/ddial", "followme/grplist")
RULE = "input_boolean.meeting"
SWITCHES = {"meeting": None, "trigger": None}


def fill(pbx: Asterisk, rows: int) -> None:
    """Put so many rows into the AstDB, as FreePBX does for its extensions."""
    if not rows:
        return
    pbx.kill()
    database = sqlite3.connect(f"{pbx.folder}/db/astdb.sqlite3")
    with database:
        database.executemany(
            "INSERT OR REPLACE INTO astdb (key, value) VALUES (?, ?)",
            (
                (f"/AMPUSER/{2000 + n // 30}/{FIELDS[n % 5]}{n % 30 // 5 or ''}", "x")
                for n in range(rows)
            ),
        )
    database.close()
    pbx.launch()


class Bench:
    """Ways to send the calls of one extension elsewhere, and to see that they go."""

    def __init__(
        self, hass: HomeAssistant, pbx: Asterisk, watcher: Watcher, folder: Path
    ) -> None:
        self.hass = hass
        self.watcher = watcher
        self.record = os.open(folder / "record", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        self.bare = AmiClient(
            Settings(
                "127.0.0.1", pbx.ami_port, pbx.username, pbx.secret, events=("None",)
            ),
            lambda message: None,
            lambda connected, error: None,
        )
        self.shown: dict[str, int] = {}

        @callback
        def on_state(event: Event[Any]) -> None:
            if event.data["entity_id"] == "sensor.anna_redirect":
                self.shown[event.data["new_state"].state] = time.monotonic_ns()

        hass.bus.async_listen("state_changed", on_state)

    async def write(self, on: bool) -> None:
        """Write bare: what a listener in Home Assistant with a connection does."""
        if on:
            fields = (("Family", "CF"), ("Key", "900"), ("Val", "109"))
            await self.bare.action("DBPut", *fields)
        else:
            await self.bare.action("DBDel", ("Family", "CF"), ("Key", "900"))

    async def flushed(self, on: bool) -> None:
        """Write bare, after a record of it is on the disk."""

        def flush() -> None:
            os.write(self.record, b'{"a record": "of about this length"}\n' * 4)
            os.fdatasync(self.record)

        await self.hass.async_add_executor_job(flush)
        await self.write(on)

    async def select(self, on: bool) -> None:
        """Choose with the select, as a page does."""
        await self.hass.services.async_call(
            "select",
            "select_option",
            {
                "entity_id": "select.anna_profile",
                "option": "Meeting" if on else "Available",
            },
            blocking=True,
        )

    async def rule(self, on: bool) -> None:
        """Switch what a rule of the person looks at."""
        await self.hass.services.async_call(
            "input_boolean",
            "turn_on" if on else "turn_off",
            {"entity_id": RULE},
            blocking=True,
        )

    async def automation(self, on: bool) -> None:
        """Switch what an automation looks at that chooses with the select."""
        await self.hass.services.async_call(
            "input_boolean",
            "turn_on" if on else "turn_off",
            {"entity_id": "input_boolean.trigger"},
            blocking=True,
        )


AUTOMATION = {
    "alias": "choose",
    "trigger": {"platform": "state", "entity_id": "input_boolean.trigger"},
    "action": {
        "service": "select.select_option",
        "target": {"entity_id": "select.anna_profile"},
        "data": {
            "option": "{{ 'Meeting' if trigger.to_state.state == 'on'"
            " else 'Available' }}"
        },
    },
}


async def once(
    bench: Bench, way: Callable[[bool], Awaitable[None]], on: bool, *, ours: bool
) -> tuple[float, float | None]:
    """Return the milliseconds until effective, and until shown."""
    bench.shown.clear()
    extension, value = ("100", "*100") if ours else ("900", "109")
    begun = time.monotonic_ns()
    doing = asyncio.create_task(way(on))
    effective = await bench.watcher.becomes(extension, value if on else "-")
    await doing
    state = "active" if on else "off"
    for _ in range(200):
        if not ours or state in bench.shown:
            break
        await asyncio.sleep(0.002)
    await asyncio.sleep(0.03)
    seen = bench.shown.get(state)
    return (effective - begun) / 1e6, (seen - begun) / 1e6 if seen else None


def told(times: list[float]) -> str:
    """Return median and 95th percentile."""
    if len(times) < 2:
        return "-"
    cut = quantiles(times, n=20, method="inclusive")
    return f"{cut[9]:.2f} ({cut[18]:.2f}) ms"


async def table(bench: Bench, rounds: int) -> None:
    """Print the figures of one office, all ways in turn."""
    ways = {
        "bare write": (bench.write, False),
        "bare write after a flushed record": (bench.flushed, False),
        "select": (bench.select, True),
        "automation, select": (bench.automation, True),
        "rule on a boolean": (bench.rule, True),
    }
    times: dict[tuple[str, bool], list[tuple[float, float | None]]] = {
        (name, on): [] for name in ways for on in (True, False)
    }
    with Stops() as stops:
        for _ in range(rounds):
            for name, (way, ours) in ways.items():
                for on in (True, False):
                    times[name, on].append(await once(bench, way, on, ours=ours))
    base = sorted(e for e, _ in times["bare write after a flushed record", True])
    least = base[len(base) // 2]
    for (name, on), found in times.items():
        effective = [one for one, _ in found]
        shown = [one for _, one in found if one is not None]
        label = name if on else "  and back"
        ratio = sorted(effective)[len(effective) // 2] / least
        row(f"{label}: effective, p50 (p95)", told(effective), f"×{ratio:.1f}")
        if shown:
            ratio = sorted(shown)[len(shown) // 2] / least
            row("  shown", told(shown), f"×{ratio:.1f}")
    row("longest stop meanwhile", str(stops))


async def office(pbx: Asterisk, people: int, rounds: int) -> None:
    """Set up an office of so many people, and measure."""
    async with home() as hass:
        async_initialize_recorder(hass)
        assert await async_setup_component(
            hass,
            "recorder",
            {"recorder": {"db_url": f"sqlite:///{hass.config.path('db')}"}},
        )
        assert await async_setup_component(
            hass, "input_boolean", {"input_boolean": SWITCHES}
        )
        assert await async_setup_component(
            hass, "automation", {"automation": [AUTOMATION]}
        )
        entry: ConfigEntry[Any] = entry_of(login_at(pbx), people)
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        anna = entry.subentries[ANNA]
        rule = {"id": "r", "entity": RULE, "states": ["on"], "profile": MEETING}
        hass.config_entries.async_update_subentry(
            entry, anna, data={**anna.data, "rules": [rule]}
        )
        await hass.async_block_till_done(wait_background_tasks=True)
        async with Watcher(pbx) as watcher:
            bench = Bench(hass, pbx, watcher, Path(hass.config.config_dir))
            await bench.bare.start()
            await watcher.becomes("100", "-")
            await table(bench, rounds)
            await bench.bare.close()


async def main() -> None:
    """Print the tables."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("people", nargs="*", type=int, default=[2, 300])
    arguments.add_argument("--rounds", type=int, default=80)
    arguments.add_argument("--rows", type=int, default=30_000)
    given = arguments.parse_args()
    with running() as pbx:
        await asyncio.to_thread(fill, pbx, given.rows)
        for people in given.people:
            row(f"-- {people} people, {given.rows} rows in the AstDB", "", "ratio")
            await office(pbx, people, given.rounds)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
