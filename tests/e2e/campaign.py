"""Random faults against a real Home Assistant and a real Asterisk.

A history is a handful of choices, desk changes and faults in random order. After
each one everything is healed, and then the phone system, the ledger on the disk and
the entity must say the same, which is what the profile and the person at the desk
want: nothing else.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
import contextlib
from dataclasses import dataclass, field
from pathlib import Path
import random
import statistics
import sys
import tempfile
import time

import aiohttp

from tests.pbx.asterisk import Asterisk, eventually, running
from tests.pbx.sip import dial
from tests.telephony.faultproxy import Fault, FaultProxy, proxy_to

from .home import Failed, Home

PROFILES = {"Meeting": "*100", "Training": "101", "Vacation": "*100"}
"""Those that forward, and to what."""
CONVERGE_SECONDS = 180


@dataclass
class Report:
    """What came of all histories."""

    histories: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    divergences: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        times = sorted(self.times) or [0.0]
        lines = [
            f"histories    {self.histories}",
            f"faults       {self.faults.total()}",
            *(f"  {name:<24}{count}" for name, count in sorted(self.faults.items())),
            f"divergences  {len(self.divergences)}",
            *(f"  {text}" for text in self.divergences),
            (
                f"converged    median {statistics.median(times):.2f} s, "
                f"worst {times[-1]:.2f} s"
            ),
        ]
        return "\n".join(lines)


class Campaign:
    """One office, one seed, many histories."""

    def __init__(
        self, home: Home, pbx: Asterisk, proxy: FaultProxy, entry: str, seed: int
    ) -> None:
        self.home = home
        self.pbx = pbx
        self.proxy = proxy
        self.entry = entry
        self.chance = random.Random(seed)
        self.report = Report()
        self.base: str | None = None
        """What a person at the desk dialled last; a profile only covers it."""
        self.dialled = 0

    async def run(self, histories: int) -> Report:
        for number in range(histories):
            await self.history(number)
        return self.report

    async def history(self, number: int) -> None:
        steps: list[tuple[str, Callable[[], Awaitable[None]]]] = [
            ("choose", self.choose),
            ("choose", self.choose),
            ("choose", self.choose),
            ("desk", self.desk),
            ("killed at once", lambda: self.killed(0.0)),
            ("killed after 0.3 s", lambda: self.killed(0.3)),
            ("killed after 1 s", lambda: self.killed(1.0)),
            ("core restart now", self.restarted),
            ("frozen", self.frozen),
            ("dialplan reload", self.reloaded),
            ("answers swallowed", lambda: self.broken(Fault.SWALLOW_ANSWERS)),
            ("requests held", self.held),
            ("black hole", lambda: self.broken(Fault.BLACK_HOLE)),
            ("byte by byte", self.bytewise),
            ("connection cut", self.cut),
            ("home assistant killed", self.crashed),
        ]
        told = []
        for name, step in self.chance.choices(steps, k=self.chance.randint(2, 5)):
            told.append(name)
            if name not in ("choose", "desk"):
                self.report.faults[name] += 1
            await step()
        await self.heal()
        self.report.histories += 1
        start = time.monotonic()
        problem = "never looked"
        while time.monotonic() - start < CONVERGE_SECONDS:
            problem = await self.differs()
            if not problem:
                self.report.times.append(time.monotonic() - start)
                return
            await asyncio.sleep(0.05)
        self.report.divergences.append(f"history {number}: {told}: {problem}")

    async def differs(self) -> str:
        """Say what does not agree yet; empty when everything does."""
        try:
            profile = await self.home.state("select.anna_profile")
            shown = await self.home.state("sensor.anna_redirect")
        except (Failed, aiohttp.ClientError, OSError) as error:
            return type(error).__name__
        found = await asyncio.to_thread(self.pbx.database, "CF", "100")
        expected = PROFILES.get(profile, self.base)
        if found != expected and not self.taken_over(found):
            return f"{profile}: the PBX says {found}, not {expected}"
        if (shown == "active") is not bool(found) or shown not in ("active", "off"):
            return f"the PBX says {found}, the entity {shown}"
        ledger = self.home.ledger(self.entry, "100")
        wrote = ledger["wrote"].get("unconditional")
        if ledger["held"] and wrote is not None and not self.taken_over(found):
            prefix = "*" if wrote["kind"] == "voicemail" else ""
            if prefix + wrote["number"] != found:
                return f"the ledger says {wrote['kind']}, the PBX {found}"
        return ""

    def taken_over(self, found: str | None) -> bool:
        """Whether the person at the desk took the redirect over from a profile."""
        return found is not None and found == self.base

    # What people do

    async def choose(self) -> None:
        names = [*PROFILES, "Available"]
        with contextlib.suppress(
            Failed, aiohttp.ClientError, OSError, TypeError, TimeoutError
        ):
            async with asyncio.timeout(12):
                await self.home.choose("select.anna_profile", self.chance.choice(names))

    async def desk(self) -> None:
        await self.heal()
        # Never the same twice, so that it can be nobody's echo.
        self.dialled += 1
        number = f"0{1000 + self.dialled}"
        if await dial(self.pbx, "100", f"*72{number}"):
            self.base = number
            # Asterisk itself forgets what it was told within its last second.
            await eventually(lambda: self.pbx.on_disk("CF", "100") == number)

    # What breaks

    async def killed(self, after: float) -> None:
        await self.choose()
        await asyncio.sleep(after)
        await asyncio.to_thread(self.pbx.kill)
        await asyncio.sleep(self.chance.uniform(0, 0.5))
        await asyncio.to_thread(self.pbx.launch)

    async def restarted(self) -> None:
        choice = asyncio.create_task(self.choose())
        await asyncio.to_thread(self.pbx.cli, "core restart now")
        await choice
        await asyncio.sleep(0.3)
        await asyncio.to_thread(self.pbx.wait_booted)

    async def frozen(self) -> None:
        self.pbx.freeze()
        choice = asyncio.create_task(self.choose())
        await asyncio.sleep(self.chance.choice((0.3, 2, 7)))
        self.pbx.thaw()
        await choice

    async def reloaded(self) -> None:
        await asyncio.to_thread(self.pbx.cli, "dialplan reload")

    async def broken(self, fault: Fault) -> None:
        self.proxy.fault = fault
        await self.choose()
        self.proxy.fault = Fault.NONE
        self.proxy.cut()

    async def held(self) -> None:
        """A write that lands after another one has been decided."""
        self.proxy.fault = Fault.HOLD_REQUESTS
        await self.choose()
        choice = asyncio.create_task(self.choose())
        self.proxy.release()
        await choice

    async def bytewise(self) -> None:
        self.proxy.fault = Fault.BYTEWISE
        await self.choose()
        self.proxy.fault = Fault.NONE

    async def cut(self) -> None:
        choice = asyncio.create_task(self.choose())
        await asyncio.sleep(self.chance.uniform(0, 0.01))
        self.proxy.cut()
        await choice

    async def crashed(self) -> None:
        choice = asyncio.create_task(self.choose())
        await asyncio.sleep(self.chance.uniform(0, 0.02))
        self.home.kill()
        await choice
        await self.home.start()

    async def heal(self) -> None:
        self.proxy.release()
        assert self.pbx.process is not None
        if self.pbx.process.poll() is not None:
            await asyncio.to_thread(self.pbx.launch)
        assert self.home.process is not None
        if self.home.process.poll() is not None:
            await self.home.start()


async def campaign(histories: int, seed: int) -> Report:
    """Run a campaign from nothing."""
    with running() as pbx, tempfile.TemporaryDirectory() as folder:
        async with proxy_to(pbx.ami_port) as proxy, Home(Path(folder)) as home:
            entry = await home.add_asterisk(pbx, port=proxy.port)
            await home.add_person(entry, "Anna", "100")
            await home.add_person(entry, "Bob", "101")
            people = await home.people(entry)
            await home.add_profile(
                entry, "Training", {"kind": "person", "person": people["Bob"]}
            )
            await home.until("sensor.anna_redirect", "off")
            await home.saved(entry, "Training")
            return await Campaign(home, pbx, proxy, entry, seed).run(histories)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    chosen_seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    outcome = asyncio.run(campaign(count, chosen_seed))
    sys.stdout.write(f"seed         {chosen_seed}\n{outcome}\n")
    sys.exit(bool(outcome.divergences))
