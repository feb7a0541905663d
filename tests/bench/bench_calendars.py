"""What calendars cost: ten of them, 5,000 appointments ahead, a hundred people.

Beside Home Assistant's own reading of the same calendars in the same run. At rest the
clock is moved on by an hour, minute by minute, and everything that wakes is counted.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
import contextlib
from datetime import datetime, timedelta
from statistics import median
import sys
import time
from typing import Any
from unittest.mock import patch

from freezegun import freeze_time
from homeassistant.core import HassJob, HomeAssistant
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component import patch_time
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from tests.calendars import Diary, clear, diaries, followed
from tests.office import MEETING, OFFICE, person

from .bench_switch import home, row

CALENDARS = 10
APPOINTMENTS = 5000
PEOPLE = 100
DAYS = 30
assert patch_time, "it lets Home Assistant's clock be moved"
REST = datetime(2026, 11, 24, 3, 0, tzinfo=dt_util.UTC)
NAMES = [f"Diary {n}" for n in range(CALENDARS)]


def fill(diary: Diary, count: int) -> None:
    """Write appointments over the days ahead."""
    # Real ones ask a thread or a server.
    diary.at_once = False
    begin = dt_util.start_of_local_day()
    step = timedelta(days=DAYS) / count
    for n in range(count):
        start = begin + n * step
        uid = f"{diary.entity_id} {n}"
        diary.enter(start, start + timedelta(hours=1), f"Appointment {n}", uid=uid)


def staff(calendars: Callable[[int], list[str]]) -> list[Any]:
    """Return the people, each with calendars."""
    return [
        person(
            f"01P{n:023d}",
            f"Person {n}",
            str(1000 + n),
            calendars=followed(*calendars(n), default=MEETING),
        )
        for n in range(PEOPLE)
    ]


class Loop:
    """Tells how long the loop stood still at most."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def __aenter__(self) -> Loop:
        self._task = asyncio.create_task(self._beat())
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.sleep(0)
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _beat(self) -> None:
        last = time.perf_counter()
        while True:
            await asyncio.sleep(0)
            now = time.perf_counter()
            self.longest = max(self.longest, now - last)
            last = now


async def settled(hass: HomeAssistant) -> None:
    """Wait until everything is done."""
    await hass.async_block_till_done(wait_background_tasks=True)


async def set_up(hass: HomeAssistant, people: list[Any]) -> MockConfigEntry:
    """Set the office up."""
    entry = MockConfigEntry(
        domain="xpresence",
        title="Office",
        data={"driver": "actions"},
        subentries_data=[
            *(s for s in OFFICE if s["subentry_type"] == "profile"),
            *people,
        ],
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await settled(hass)
    return entry


async def core_reads(hass: HomeAssistant, entities: list[str]) -> float:
    """Return the seconds in which Home Assistant's own action reads calendars."""
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        await hass.services.async_call(
            "calendar",
            "get_events",
            {"entity_id": entities, "duration": {"days": DAYS}},
            blocking=True,
            return_response=True,
        )
        times.append(time.perf_counter() - begun)
    return median(times)


async def timed(
    label: str,
    base: float,
    permission: Callable[[], Any],
    until: Callable[[], bool],
) -> None:
    """Print how long something took, and how long the loop stood still."""
    async with Loop() as loop:
        begun = time.perf_counter()
        done = permission()
        if asyncio.iscoroutine(done):
            await done
        while not until():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        took = time.perf_counter() - begun
    row(label, f"{took * 1e3:.0f} ms", f"×{took / base:.1f}")
    row("    the loop stood still for at most", f"{loop.longest * 1e3:.0f} ms")


async def cost(people: list[Any], what: str, each: int) -> None:
    """Print what start-up and re-reading cost people who have so many calendars."""
    async with home() as hass:
        made = await diaries(hass, *NAMES)
        for diary in made:
            fill(diary, APPOINTMENTS // CALENDARS)
        base = await core_reads(hass, [diary.entity_id for diary in made])
        row(f"{what}: Home Assistant's own get_events", f"{base * 1e3:.1f} ms", "×1.0")
        expected = each * APPOINTMENTS // CALENDARS

        def agendas() -> list[Any]:
            (entry,) = hass.config_entries.async_entries("xpresence")
            if not hasattr(entry, "runtime_data"):
                return []
            return [s.facts.agenda.entries for s in entry.runtime_data.people.values()]

        def everything_read() -> bool:
            found = agendas()
            return bool(found) and all(len(agenda) == expected for agenda in found)

        await timed("  start-up", base, lambda: set_up(hass, people), everything_read)

        def changed() -> None:
            last = made[0].events.pop()
            longer = last.end + timedelta(minutes=5)
            made[0].enter(last.start, longer, last.summary, uid=last.uid)
            made[0].tell()

        def change_seen() -> bool:
            end = made[0].events[-1].end
            # It is the last of all, or nearly.
            seen = [any(e.end == end for e in agenda[-20:]) for agenda in agendas()]
            return sum(seen) == PEOPLE * each // CALENDARS

        await timed("  one appointment changes", base, changed, change_seen)

        async def by_hand() -> None:
            (entry,) = hass.config_entries.async_entries("xpresence")
            people = entry.runtime_data.people.values()
            await asyncio.gather(*(i.async_sync() for p in people for i in p.inputs))

        await timed("  everything read by hand", base, by_hand, lambda: True)
        await clear(hass)


async def at_rest(people: list[Any]) -> None:
    """Print what happens in an hour in which nothing happens."""
    woken: Counter[str] = Counter()
    with (
        freeze_time(REST) as clock,
        contextlib.ExitStack() as stack,
    ):
        count_timers(stack, woken)
        async with home() as hass:
            made = await diaries(hass, *NAMES)
            for diary in made:
                fill(diary, APPOINTMENTS // CALENDARS)
            await set_up(hass, people)
            for what in ("nothing is told", "each calendar says the same every minute"):
                woken.clear()
                before = sum(diary.reads for diary in made)
                for _ in range(60):
                    clock.tick(60)
                    if what != "nothing is told":
                        for diary in made:
                            diary.tell()
                    async_fire_time_changed(hass)
                    await settled(hass)
                reads = sum(diary.reads for diary in made) - before
                row(f"an hour in which {what}", "")
                for timer, times in woken.items():
                    row(f"  woken by {timer}", f"{times / PEOPLE:.1f} a person")
                row("  read", f"{reads / CALENDARS:.1f} a calendar")
            await clear(hass)


TIMERS = ("async_call_later", "async_track_point_in_utc_time")


def count_timers(stack: contextlib.ExitStack, woken: Counter[str]) -> None:
    """Count every time that a timer of xpresence comes due."""
    ours = [m for n, m in sys.modules.items() if n.startswith("custom_components.xpr")]
    for module in ours:
        for name in TIMERS:
            if found := getattr(module, name, None):
                counting = counted(found, module.__name__.partition("nce.")[2], woken)
                stack.enter_context(patch.object(module, name, counting))


def counted(timer: Any, name: str, woken: Counter[str]) -> Any:
    """Return a timer that tells when it comes due."""

    def start(hass: HomeAssistant, action: Any, moment: Any) -> Any:
        job = action if isinstance(action, HassJob) else HassJob(action)

        async def due(now: datetime) -> None:
            woken[name] += 1
            if (done := hass.async_run_hass_job(job, now)) is not None:
                await done

        return timer(hass, due, moment)

    return start


async def main() -> None:
    """Print the table."""
    row("what", "median", "ratio")
    alone = staff(lambda n: [f"calendar.diary_{n % CALENDARS}"])
    everybody = staff(lambda n: [f"calendar.diary_{c}" for c in range(CALENDARS)])
    async with home() as hass:
        begun = time.perf_counter()
        await set_up(hass, staff(lambda n: []))
        took = time.perf_counter() - begun
        row(f"start-up of {PEOPLE} people without calendars", f"{took * 1e3:.0f} ms")
    await cost(alone, "one calendar each", 1)
    await cost(everybody, "all ten for everybody", CALENDARS)
    await at_rest(everybody)


if __name__ == "__main__":
    asyncio.run(main())
