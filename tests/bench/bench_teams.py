"""How often Microsoft is asked: per person, and for an office that one reads for all.

A real Home Assistant against a Graph of our own, with a clock that is let run.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
import contextlib
from datetime import UTC, datetime, timedelta
import logging
import os
from pathlib import Path
import sys
import tempfile
from typing import Any
from unittest.mock import patch

from aiohttp import AsyncResolver
from freezegun import freeze_time
from homeassistant import loader
from homeassistant.helpers import aiohttp_client
from pytest_homeassistant_custom_component import (
    patch_time,  # noqa: F401 – lets Home Assistant's clock be moved
)
from pytest_homeassistant_custom_component.common import async_test_home_assistant

from custom_components.xpresence.presence.line import CallState
from tests.groupware.microsoft.graph import Person
from tests.groupware.microsoft.server import Microsoft, elsewhere
from tests.microsoft.teams_day import IN_TEAMS, TeamsDay, at_microsoft
from tests.office import person

LIMIT = 1500 * 120
"""Requests an hour that Graph takes: 1,500 in 30 s for an app in a tenant.

learn.microsoft.com/graph/throttling-limits, cloud communications, presence.
"""
PEOPLE = 30
PROJECT = Path(__file__).parents[2]
ALL = {"read": True, "write": True, "reads_all": True}


class Resolver(AsyncResolver):
    """Looks up names, of which there are none, and closes as Home Assistant asks."""

    async def real_close(self) -> None:
        await self.close()


def row(label: str, *figures: str) -> None:
    """Print a line of the table."""
    sys.stdout.write(f"{label:<58}" + "".join(f"{f:>12}" for f in figures) + "\n")


def colleague(number: int) -> tuple[str, Any]:
    """Return somebody without a sign-in of their own, and who they are there."""
    there = f"cccccccc-0000-0000-0000-{number:012}"
    return there, person(
        f"01PERSON{number:018}",
        f"P{number}",
        str(200 + number),
        microsoft={"teams": {"read": True, "object_id": there}},
        call_profiles={"teams": IN_TEAMS},
    )


@contextlib.contextmanager
def counted(microsoft: Microsoft, label: str, hours: float) -> Iterator[Counter[str]]:
    """Print what was asked for meanwhile, an hour; yield what is counted."""
    before = len(microsoft.graph.asked)
    asked: Counter[str] = Counter()
    yield asked
    asked.update(
        "read" if "getPres" in path or path == "/me/presence" else "written"
        for _, path in microsoft.graph.asked[before:]
    )
    total = asked.total() / hours
    row(
        label,
        f"{asked['read'] / hours:.0f}",
        f"{asked['written'] / hours:.0f}",
        f"{total:.0f}",
        f"{total / LIMIT:.4%}",
    )


async def alone(day: TeamsDay) -> None:
    """Count for one person with a sign-in of their own."""
    await day.begin()
    await day.after(minutes=10)
    microsoft = day.microsoft
    with counted(microsoft, "one person, at rest", 1) as asked:
        await day.after(hours=1)
    each = asked.total() * PEOPLE
    row(
        f"{PEOPLE} people like that, each by themselves (reckoned)",
        *("", "", f"{each}", f"{each / LIMIT:.2%}"),
    )
    await day.phone(CallState.IN_CALL)
    with counted(microsoft, "one person, an hour on the telephone", 1):
        await day.after(hours=1)
    await day.phone(CallState.IDLE)
    await day.after(minutes=20)
    day.teams("Busy", "InAConferenceCall")
    with counted(microsoft, "one person, an hour in a Teams call", 1):
        await day.after(hours=1)
    day.teams("Available", "Available")
    await day.after(minutes=20)
    with counted(microsoft, "one person, a day: 14 calls, 4 Teams meetings", 8):
        for number in range(8):
            for _ in range(2 if number % 4 else 1):
                await day.phone(CallState.IN_CALL)
                await day.after(minutes=5)
                await day.phone(CallState.IDLE)
                await day.after(minutes=5)
            rest = 40 if number % 4 else 50
            if number % 2:
                day.teams("Busy", "InAMeeting")
                await day.after(minutes=30)
                day.teams("Available", "Available")
                rest -= 30
            await day.after(minutes=rest)


async def together(day: TeamsDay) -> None:
    """Count for an office of thirty that one of them reads for all."""
    graph = day.microsoft.graph
    colleagues = [colleague(number) for number in range(1, PEOPLE)]
    for there, _ in colleagues:
        graph.people[there] = Person(there)
        graph.people[there].world.client(graph.clock(), "Available", "Available")
    await day.begin(microsoft=at_microsoft(ALL), people=[one for _, one in colleagues])
    await day.after(minutes=10)
    with counted(day.microsoft, f"{PEOPLE} people read by one, at rest", 1):
        await day.after(hours=1)
    for there, _ in colleagues[:5]:
        graph.people[there].world.client(graph.clock(), "Busy", "InACall")
    with counted(day.microsoft, f"{PEOPLE} people read by one, 5 in Teams calls", 1):
        await day.after(hours=1)


async def run(part: Callable[[TeamsDay], Any]) -> None:
    """Run a part in a Home Assistant of its own, with a Microsoft of its own."""
    with (
        tempfile.TemporaryDirectory() as folder,
        elsewhere(Path(folder)) as microsoft,
        # Nothing here is looked up, and mDNS is nobody's concern.
        patch.object(aiohttp_client, "_async_make_resolver", lambda _: Resolver()),
        freeze_time(datetime.now(UTC) + timedelta(seconds=1)) as clock,
    ):
        os.environ |= microsoft.environment
        (Path(folder) / ".storage").mkdir()
        (Path(folder) / "custom_components").symlink_to(PROJECT / "custom_components")
        async with async_test_home_assistant(config_dir=folder) as hass:
            hass.data.pop(loader.DATA_CUSTOM_COMPONENTS, None)
            day = TeamsDay(hass, microsoft, clock)
            await part(day)
            assert microsoft.broken == []
            await hass.config_entries.async_unload(day.entry.entry_id)
            await hass.async_stop(force=True)


def main() -> None:
    """Print the table."""
    logging.disable(logging.WARNING)
    row("requests an hour", "read", "written", "both", "of limit")
    asyncio.run(run(alone))
    asyncio.run(run(together))
    row("Graph's limit, one app in one tenant", "", "", f"{LIMIT:,}", "100%")


if __name__ == "__main__":
    main()
