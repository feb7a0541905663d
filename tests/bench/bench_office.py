"""What concerns everybody: first start, reload, options, edits, a redirect for all.

Each figure is the longest stop of Home Assistant's event loop, and the CPU used. Beside
it, in the same run, as many people made of templates: one input_select, three
input_booleans, two template sensors and one automation each. Run it with
``python -m tests.bench.bench_office [people …]``.
"""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
import contextlib
import time
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigSubentryData
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.office import AVAILABLE, MEETING, OFFICE, person
from tests.pbx.asterisk import Asterisk, eventually, running

from .bench_switch import home, login_at, resident, row
from .stops import Stops


def entry_of(data: dict[str, Any], people: int) -> MockConfigEntry:
    """Return an entry with so many people; nothing is set up."""
    more: list[ConfigSubentryData] = [
        person(f"01P{number:023d}", f"Person {number}", str(1000 + number))
        for number in range(people - 2)
    ]
    return MockConfigEntry(
        domain="xpresence", title="Office", data=data, subentries_data=[*OFFICE, *more]
    )


def template_people(people: int) -> dict[str, dict[str, Any]]:
    """Return the configuration of people that are made of Home Assistant's helpers."""
    numbers = range(people)
    return {
        "input_select": {
            f"t{number}_profile": {"options": ["Available", "Meeting", "Lunch"]}
            for number in numbers
        },
        "input_boolean": {
            f"t{number}_{what}": None
            for number in numbers
            for what in ("redirect", "hotline", "automatic")
        },
        "template": [
            {
                "sensor": [
                    {
                        "name": f"t{number} status",
                        "state": "{{ 'busy' if is_state("
                        f"'input_select.t{number}_profile', 'Meeting')"
                        " else 'available' }}",
                    },
                    {
                        "name": f"t{number} target",
                        "state": "{{ 'Voicemail' if is_state("
                        f"'input_boolean.t{number}_redirect', 'on')"
                        " else 'off' }}",
                    },
                ]
            }
            for number in numbers
        ],
        "automation": [
            {
                "alias": f"t{number}",
                "trigger": {
                    "platform": "state",
                    "entity_id": f"input_select.t{number}_profile",
                },
                "action": {
                    "service": "input_boolean.turn_{{ 'on' if trigger.to_state.state"
                    " == 'Meeting' else 'off' }}",
                    "target": {"entity_id": f"input_boolean.t{number}_redirect"},
                },
            }
            for number in numbers
        ],
    }


async def measured(
    label: str, hass: HomeAssistant, work: Callable[[], Awaitable[Any]]
) -> None:
    """Do something, wait until all of it is done, and print a line of the table."""
    with Stops() as stops:
        await work()
        await hass.async_block_till_done(wait_background_tasks=True)
    row(label, str(stops), f"{stops.cpu:.2f} s CPU, {stops.seconds:.1f} s")


async def everybody_redirected(
    hass: HomeAssistant, pbx: Asterisk, entry: ConfigEntry[Any], people: int
) -> None:
    """Make the profile that holds send calls to voicemail, for everybody at once."""
    redirects = [
        entity
        for entity in hass.states.async_entity_ids("sensor")
        if entity.endswith("_redirect")
    ]
    assert len(redirects) == people

    def shown() -> bool:
        states = map(hass.states.get, redirects)
        return all(state and state.state == "active" for state in states)

    subentry = entry.subentries[AVAILABLE]
    begun = time.perf_counter()
    with Stops() as stops:
        data = subentry.data | {"redirect": _forward(entry)}
        hass.config_entries.async_update_subentry(entry, subentry, data=data)
        await eventually(shown, 180)
    row("everybody gets a redirect", str(stops), f"{stops.cpu:.2f} s CPU")
    row("  shown by all after", f"{time.perf_counter() - begun:.2f} s")
    written = await asyncio.to_thread(pbx.cli, "database show CF")
    assert written.count("/CF/") >= people

    def off() -> bool:
        states = map(hass.states.get, redirects)
        return all(state and state.state == "off" for state in states)

    with Stops() as stops:
        data = subentry.data | {"redirect": {"mode": "unchanged"}}
        hass.config_entries.async_update_subentry(entry, subentry, data=data)
        await eventually(off, 180)
    row(
        "  and the way back",
        str(stops),
        f"{stops.cpu:.2f} s CPU, {stops.seconds:.1f} s",
    )


def _forward(entry: ConfigEntry[Any]) -> Any:
    return entry.subentries[MEETING].data["redirect"]


async def ours(pbx: Asterisk, people: int, rest: float) -> None:
    """Print what an office of so many people costs."""
    async with home() as hass:
        for need in ("homeassistant", "http"):
            await async_setup_component(hass, need, {})
        entry = entry_of(login_at(pbx), people)
        entry.add_to_hass(hass)
        hass.set_state(CoreState.starting)
        before = resident()

        async def start() -> None:
            assert await hass.config_entries.async_setup(entry.entry_id)
            await hass.async_block_till_done()
            hass.set_state(CoreState.running)
            hass.bus.async_fire("homeassistant_started")

        await measured("first start", hass, start)
        row("  memory", f"{(resident() - before) / 1024:.0f} MiB")

        async def idle() -> None:
            await asyncio.sleep(rest)

        await measured(f"{rest:g} seconds at rest", hass, idle)

        async def option() -> None:
            options = {**entry.options, "grace": entry.options.get("grace", 5) + 1}
            hass.config_entries.async_update_entry(entry, options=options)

        await measured("an option of the office", hass, option)

        def edit(subentry_id: str, **more: Any) -> Callable[[], Awaitable[None]]:
            async def work() -> None:
                subentry = entry.subentries[subentry_id]
                hass.config_entries.async_update_subentry(
                    entry, subentry, data={**subentry.data, **more}
                )

            return work

        last = f"01P{people - 3:023d}"
        await measured("one person edited", hass, edit(last, run_over=5))
        await measured("one person renamed", hass, edit(last, name="Zoe"))
        await measured("a profile's text", hass, edit(MEETING, info_text="Back soon"))
        await everybody_redirected(hass, pbx, entry, people)
        await measured(
            "reload", hass, lambda: hass.config_entries.async_reload(entry.entry_id)
        )


async def theirs(people: int, rest: float) -> None:
    """Print what as many people made of templates cost."""
    async with home() as hass:
        hass.set_state(CoreState.starting)
        before = resident()

        async def start() -> None:
            for domain, config in template_people(people).items():
                assert await async_setup_component(hass, domain, {domain: config})
            await hass.async_block_till_done()
            hass.set_state(CoreState.running)
            hass.bus.async_fire("homeassistant_started")

        await measured("template people: first start", hass, start)
        row("  memory", f"{(resident() - before) / 1024:.0f} MiB")

        async def idle() -> None:
            await asyncio.sleep(rest)

        await measured(f"template people: {rest:g} seconds at rest", hass, idle)


async def main() -> None:
    """Print the tables."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("people", nargs="*", type=int, default=[30, 300])
    arguments.add_argument("--rest", type=float, default=10.0, help="seconds at rest")
    given = arguments.parse_args()
    for people in given.people:
        row(f"-- {people} people", "longest stop of the loop", "")
        await theirs(people, given.rest)
        with running() as pbx:
            await ours(pbx, people, given.rest)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
