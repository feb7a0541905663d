"""From a phone system that is back to everybody's redirect as it was chosen meanwhile.

Beside bare writes of the same redirects, one after another and all at once. Run it
with ``python -m tests.bench.bench_reconnect``.
"""

import asyncio
import contextlib
from statistics import median
import time

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from custom_components.xpresence.telephony.asterisk.ami import AmiClient, Settings
from tests.pbx.asterisk import Asterisk, eventually, running

from .bench_switch import home, login_at, row, set_up

PEOPLE = 100
ROUNDS = 5
EXTENSIONS = ["100", "101", *(str(1000 + number) for number in range(PEOPLE - 2))]


def forwarded(pbx: Asterisk) -> int:
    """Return how many of the people have their calls forwarded."""
    lines = pbx.cli("database show CF").splitlines()
    return sum(line.lstrip().startswith("/CF/") for line in lines)


async def everybody_chooses(hass: HomeAssistant, option: str) -> None:
    """Let everybody choose a profile; nobody need be there to follow."""
    selects = hass.states.async_entity_ids("select")
    profiles = [entity for entity in selects if entity.endswith("_profile")]
    assert len(profiles) == PEOPLE
    for entity in profiles:
        with contextlib.suppress(HomeAssistantError):
            await hass.services.async_call(
                "select",
                "select_option",
                {"entity_id": entity, "option": option},
                blocking=True,
            )


async def reconnected(hass: HomeAssistant, pbx: Asterisk) -> tuple[float, float]:
    """Return the seconds from connected to written, and to shown, for everybody."""
    connection = hass.states.async_entity_ids("binary_sensor")[0]
    redirects = [
        entity
        for entity in hass.states.async_entity_ids("sensor")
        if entity.endswith("_redirect")
    ]
    assert len(redirects) == PEOPLE
    await everybody_chooses(hass, "Available")
    assert await asyncio.to_thread(forwarded, pbx) == 0
    await asyncio.to_thread(pbx.kill)
    await eventually(lambda: not hass.states.is_state(connection, "on"))
    await everybody_chooses(hass, "Meeting")
    await asyncio.to_thread(pbx.launch)
    connected = written = shown = 0.0

    def look() -> None:
        nonlocal connected, shown
        now = time.monotonic()
        if not connected and hass.states.get(connection).state == "on":  # type: ignore[union-attr]
            connected = now
        if connected and not shown:
            states = [hass.states.get(entity) for entity in redirects]
            if all(state and state.state == "active" for state in states):
                shown = now

    stop = hass.bus.async_listen("state_changed", lambda _event: look())
    while not connected:
        look()
        await asyncio.sleep(0.001)
    while not written:
        # The console takes its time itself: this is the latest that it can be.
        if await asyncio.to_thread(forwarded, pbx) == PEOPLE:
            written = time.monotonic()
    while not shown:
        look()
        await asyncio.sleep(0.001)
    stop()
    return written - connected, shown - connected


async def bare(pbx: Asterisk) -> tuple[float, float]:
    """Return the seconds for the same writes, in a row and all at once."""
    client = AmiClient(
        Settings("127.0.0.1", pbx.ami_port, pbx.username, pbx.secret, events=("None",)),
        lambda _message: None,
        lambda _connected, _error: None,
    )
    await client.start()

    async def write(extension: str) -> None:
        fields = (("Family", "CF"), ("Key", extension), ("Val", f"*{extension}"))
        await client.action("DBPut", *fields)

    begun = time.monotonic()
    for extension in EXTENSIONS:
        await write(extension)
    in_a_row = time.monotonic() - begun
    begun = time.monotonic()
    await asyncio.gather(*map(write, EXTENSIONS))
    at_once = time.monotonic() - begun
    await client.close()
    return in_a_row, at_once


async def main() -> None:
    """Print the table."""
    with running() as pbx:
        bares = [await bare(pbx) for _ in range(ROUNDS)]
        await asyncio.to_thread(pbx.cli, "database deltree CF")
        async with home() as hass:
            await set_up(hass, login_at(pbx), PEOPLE)
            ours = [await reconnected(hass, pbx) for _ in range(ROUNDS)]
    in_a_row, at_once = (median(times) for times in zip(*bares, strict=True))
    written, shown = (median(times) for times in zip(*ours, strict=True))
    row(f"{PEOPLE} people", "median", "ratio")
    for label, seconds in (
        ("bare writes, one after another", in_a_row),
        ("bare writes, all at once", at_once),
        ("chosen while it was away: connected to all written", written),
        ("chosen while it was away: connected to all shown", shown),
    ):
        row(label, f"{seconds * 1e3:.0f} ms", f"×{seconds / in_a_row:.1f}")


if __name__ == "__main__":
    asyncio.run(main())
