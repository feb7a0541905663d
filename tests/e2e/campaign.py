"""Random faults against real Home Assistants and real Asterisks.

A history is a handful of choices, desk changes and faults in random order. After
each one everything is healed, and then the phone system, the ledger on the disk and
the entity must say the same, which is what the profile and the person at the desk
want: nothing else.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
import contextlib
from dataclasses import dataclass, field
from pathlib import Path
import random
import statistics
import sys
import tempfile
import time

import aiohttp

from tests.pbx.asterisk import FORWARDS, Asterisk, eventually, running
from tests.pbx.sip import dial, flood, phone
from tests.telephony.faultproxy import Fault, FaultProxy, proxy_to

from .home import Failed, Home

PROFILES: Mapping[str, Mapping[str, str]] = {
    "Meeting": {"CF": "*100"},
    "Training": {"CF": "101"},
    "Vacation": {"CF": "*100"},
    "Reception": {"CFB": "101", "CFU": "*100"},
}
"""Those that forward, and to what, as FreePBX writes it."""
PARTS = dict(zip(FORWARDS, ("unconditional", "busy", "no_reply"), strict=True))
SHOWN = {"*100": "Voicemail", "101": "Bob"}
CONVERGE_SECONDS = 180
CONNECTION = "binary_sensor.127_0_0_1_connection"
UNANSWERED = (Failed, aiohttp.ClientError, OSError, TypeError, TimeoutError)
"""What a choice ends with when nobody is there to take or to confirm it."""
LEDGER_SECONDS = 10


@dataclass
class Report:
    """What came of all histories."""

    histories: int = 0
    steps: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    divergences: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def take(self, other: Report) -> None:
        """Add what came of another office."""
        self.histories += other.histories
        self.steps += other.steps
        self.faults += other.faults
        self.divergences += other.divergences
        self.times += other.times

    def __str__(self) -> str:
        times = sorted(self.times) or [0.0]
        lines = [
            f"histories    {self.histories}",
            f"choices and desk changes  {self.steps}",
            f"faults       {self.faults.total()}",
            *(f"  {name:<36}{count}" for name, count in sorted(self.faults.items())),
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
        self.taken_over: bool | None = False
        """Whether that stands over the profile's own; ``None`` after a choice of which
        nobody knows whether it was taken."""
        self.dialled = 0
        self.tell: Callable[[str], None] = lambda line: None
        """Who hears of each history at once."""

    @property
    def faults(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """Return everything that may break, by name."""
        return {
            "killed at once": lambda: self.killed(0.0),
            "killed after 0.3 s": lambda: self.killed(0.3),
            "killed after 1 s": lambda: self.killed(1.0),
            "core restart now": self.restarted,
            "killed, slow to boot": self.slow,
            "frozen": lambda: self.frozen(self.chance.choice((0.3, 2, 7))),
            "frozen for 20 s": lambda: self.frozen(20),
            "dialplan reload": self.reloaded,
            "answers swallowed": lambda: self.broken(Fault.SWALLOW_ANSWERS),
            "requests held, to land later": self.held,
            "half-open connection": lambda: self.broken(Fault.BLACK_HOLE),
            "byte by byte": self.bytewise,
            "connection cut": self.cut,
            "secret changed": self.locked_out,
            "right taken away": self.forbidden,
            "calls pouring in": self.flooded,
            "home killed at random": self.crashed,
            "home killed while reading": self.killed_reading,
            "home killed once shown": self.killed_once_shown,
            "home killed before the write": lambda: self.killed_at(Fault.BLACK_HOLE),
            "home killed, write on its way": lambda: self.killed_at(
                Fault.HOLD_REQUESTS
            ),
            "home killed before the answer": lambda: self.killed_at(
                Fault.SWALLOW_ANSWERS
            ),
        }

    async def run(self, histories: int) -> Report:
        """Live through so many histories."""
        for number in range(histories):
            told = await self.history(number)
            self.tell(f"history {number + 1} of {histories}: {told}")
        return self.report

    async def history(self, number: int) -> str:
        """Live through one history, see that everything agrees, and tell it."""
        breaks = self.faults
        told = []
        for _ in range(self.chance.randint(2, 5)):
            name = self.chance.choices(("choose", "desk", "fault"), weights=(3, 1, 6))[
                0
            ]
            if name == "fault":
                name = self.chance.choice(list(breaks))
                self.report.faults[name] += 1
            else:
                self.report.steps += 1
            told.append(name)
            await {"choose": self.choose, "desk": self.desk, **breaks}[name]()
        await self.heal()
        self.report.histories += 1
        start = time.monotonic()
        if problem := await self.converge():
            self.report.divergences.append(f"history {number}: {told}: {problem}")
            return f"{', '.join(told)}: {problem}"
        seconds = time.monotonic() - start
        self.report.times.append(seconds)
        return f"{', '.join(told)}: {seconds:.2f} s"

    async def converge(self) -> str:
        """Wait until everything agrees; say what still does not after long enough."""
        end = time.monotonic() + CONVERGE_SECONDS
        while problem := await self.differs():
            if time.monotonic() > end:
                if problem == "not connected":
                    problem += f": {await self.connection()}"
                break
            await asyncio.sleep(0.05)
        return problem

    async def differs(self) -> str:
        """Say what does not agree yet; empty when everything does."""
        try:
            if await self.home.state(CONNECTION) != "on":
                await self.sign_in_again()
                return "not connected"
            profile = await self.home.state("select.anna_profile")
            shown = await self.home.get("/api/states/sensor.anna_redirect")
        except (Failed, aiohttp.ClientError, OSError) as error:
            with contextlib.suppress(*UNANSWERED):
                await self.sign_in_again()
            return type(error).__name__
        found = await asyncio.to_thread(self.pbx.redirects, "100")
        if found not in self.expected(profile):
            return f"{profile}: the PBX says {found}, not {self.expected(profile)}"
        state, target = shown["state"], shown["attributes"].get("target")
        if state != ("active" if found else "off"):
            return f"the PBX says {found}, the entity {state}"
        heaviest = next((found[family] for family in FORWARDS if family in found), None)
        if target != SHOWN.get(heaviest or "", target):
            return f"the PBX says {found}, the entity {target}"
        return self.not_noted(found)

    def expected(self, profile: str) -> list[dict[str, str]]:
        """Return what the PBX may say under this profile."""
        own = {} if self.base is None else {"CF": self.base}
        if profile not in PROFILES:
            return [own]
        rule = dict(PROFILES[profile])
        over = {**rule, **own} if "CF" not in rule else own
        return [
            *([rule] if self.taken_over is not True else []),
            *([over] if self.taken_over is not False else []),
        ]

    def not_noted(self, found: Mapping[str, str]) -> str:
        """Say where the ledger on the disk says something else than the PBX."""
        ledger = self.home.ledger(self.entry, "100")
        for family, part in PARTS.items():
            if part not in ledger["wrote"] or part in ledger["taken"]:
                continue
            wrote = ledger["wrote"][part]
            number = wrote and ("*" * (wrote["kind"] == "voicemail") + wrote["number"])
            if number != found.get(family):
                return f"the ledger says {number}, {family} is {found.get(family)}"
        return ""

    # What people do

    async def choose(self) -> None:
        """Choose a profile, and wait for its redirect, but not for ever."""
        names = [*PROFILES, "Available"]
        try:
            async with asyncio.timeout(12):
                await self.home.choose("select.anna_profile", self.chance.choice(names))
        except UNANSWERED:
            # It may have been taken, or not.
            self.taken_over = None if self.taken_over else self.taken_over
        else:
            self.taken_over = False

    async def desk(self) -> None:
        """Dial another redirect at the desk, while all is well."""
        await self.heal()
        if problem := await self.converge():
            self.report.divergences.append(f"before the desk: {problem}")
            return
        profile = await self.home.state("select.anna_profile")
        # Never the same twice, so that it can be nobody's echo.
        self.dialled += 1
        number = f"0{1000 + self.dialled}"
        if await dial(self.pbx, "100", f"*72{number}"):
            self.base = number
            self.taken_over = profile in PROFILES
            # Asterisk itself forgets what it was told within its last second.
            try:
                await eventually(lambda: self.pbx.on_disk("CF", "100") == number)
            except AssertionError:
                found = await asyncio.to_thread(self.pbx.redirects, "100")
                ledger = self.home.ledger(self.entry, "100")
                self.report.divergences.append(
                    f"dialled {number} under {profile}, but the PBX says {found}, and"
                    f" the ledger {ledger}"
                )
                self.tell(self.report.divergences[-1])

    async def connection(self) -> str:
        """Tell what is needed to see why there is no connection."""
        async with self.home.connection() as socket:
            entries = await socket.ask("config_entries/get", domain="xpresence")
            flows = await socket.ask("config_entries/flow/progress")
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.pbx.ami_port)
            writer.close()
            listens = "listens"
        except OSError as error:
            listens = type(error).__name__
        states = [(entry["state"], entry["reason"]) for entry in entries]
        asked = [flow["step_id"] for flow in flows if flow["handler"] == "xpresence"]
        ours = [line for line in self.home.log().splitlines() if "xpresence" in line]
        return f"entry {states}, asks {asked}, the PBX {listens}, log {ours[-5:]}"

    async def sign_in_again(self) -> None:
        """Give the new secret where Home Assistant asks for it."""
        async with self.home.connection() as socket:
            flows = await socket.ask("config_entries/flow/progress")
        for flow in flows:
            if flow["handler"] == "xpresence":
                path = f"/api/config/config_entries/flow/{flow['flow_id']}"
                await self.home.post(path, {"password": self.pbx.secret})

    # What breaks

    async def killed(self, after: float) -> None:
        await self.choose()
        await asyncio.sleep(after)
        await asyncio.to_thread(self.pbx.kill)
        await asyncio.sleep(self.chance.uniform(0, 0.5))
        await asyncio.to_thread(self.pbx.launch)

    async def restarted(self) -> None:
        async with self.choosing():
            await asyncio.to_thread(self.pbx.cli, "core restart now")
        await asyncio.sleep(0.3)
        await asyncio.to_thread(self.pbx.wait_booted)

    async def slow(self) -> None:
        """Let logins in before it has booted."""
        self.pbx.boot_slowly()
        await asyncio.to_thread(self.pbx.kill)
        launch = asyncio.create_task(asyncio.to_thread(self.pbx.launch))
        while not launch.done():
            await self.choose()
            await asyncio.sleep(0.2)
        await launch
        self.pbx.boot_quickly()

    async def frozen(self, seconds: float) -> None:
        self.pbx.freeze()
        async with self.choosing():
            await asyncio.sleep(seconds)
            self.pbx.thaw()

    async def reloaded(self) -> None:
        async with self.choosing():
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
        async with self.choosing():
            self.proxy.release()

    async def bytewise(self) -> None:
        self.proxy.fault = Fault.BYTEWISE
        await self.choose()
        self.proxy.fault = Fault.NONE

    async def cut(self) -> None:
        async with self.choosing():
            await asyncio.sleep(self.chance.uniform(0, 0.01))
            self.proxy.cut()

    async def locked_out(self) -> None:
        """A person has to give the new secret: :meth:`sign_in_again`."""
        await asyncio.to_thread(self.pbx.change_secret)
        self.proxy.cut()
        await self.choose()

    async def forbidden(self) -> None:
        await asyncio.to_thread(self.pbx.allow, everything=False)
        self.proxy.cut()
        await self.choose()
        await asyncio.sleep(self.chance.uniform(0, 4))
        await asyncio.to_thread(self.pbx.allow, everything=True)

    async def flooded(self) -> None:
        async with phone(self.pbx, "104"), flood(self.pbx, "103", "104"):
            await self.choose()
            await self.choose()

    async def crashed(self) -> None:
        async with self.choosing():
            await asyncio.sleep(self.chance.uniform(0, 0.02))
            self.home.kill()
        await self.home.start()

    async def killed_at(self, fault: Fault) -> None:
        """Home Assistant dies once the ledger tells what is to be written."""
        self.proxy.on_write = fault
        before = self.noted()
        async with self.choosing():
            # The same profile again may leave nothing to note.
            with contextlib.suppress(AssertionError):
                await eventually(lambda: self.noted() != before, LEDGER_SECONDS)
            self.home.kill()
        self.proxy.on_write = None
        if fault is not Fault.HOLD_REQUESTS:
            self.proxy.fault = Fault.NONE
        start = asyncio.create_task(self.home.start())
        if fault is Fault.HOLD_REQUESTS:
            await asyncio.sleep(self.chance.uniform(0, 3))
            self.proxy.release()
        await start

    async def killed_reading(self) -> None:
        """Home Assistant dies with the ledger stored and its last reading unanswered."""
        self.proxy.fault = Fault.SWALLOW_ANSWERS
        before = self.noted()
        async with self.choosing():
            with contextlib.suppress(AssertionError):
                await eventually(lambda: self.noted() != before, LEDGER_SECONDS)
            self.home.kill()
        self.proxy.fault = Fault.NONE
        await self.home.start()

    async def killed_once_shown(self) -> None:
        """Home Assistant dies as soon as an action has returned."""
        await self.choose()
        self.home.kill()
        await self.home.start()

    def noted(self) -> object:
        """Return what the ledger on the disk was asked for last."""
        ledger = self.home.ledger(self.entry, "100")
        return ledger["wrote"], ledger["asked"], ledger["claim"]

    @contextlib.asynccontextmanager
    async def choosing(self) -> AsyncIterator[None]:
        """Choose while something else happens."""
        choice = asyncio.create_task(self.choose())
        yield
        await choice

    async def heal(self) -> None:
        """Have everything up again; who asks for a new secret is given it later."""
        self.proxy.release()
        assert self.pbx.process is not None
        if self.pbx.process.poll() is not None:
            await asyncio.to_thread(self.pbx.launch)
        assert self.home.process is not None
        if self.home.process.poll() is not None:
            await self.home.start()


async def one_office(
    histories: int, seed: int, tell: Callable[[str], None] = lambda line: None
) -> Report:
    """Run some histories in an office of their own."""
    with running() as pbx, tempfile.TemporaryDirectory() as folder:
        async with proxy_to(pbx.ami_port) as proxy, Home(Path(folder)) as home:
            entry = await home.add_asterisk(pbx, port=proxy.port)
            await home.add_person(entry, "Anna", "100")
            await home.add_person(entry, "Bob", "101")
            bob = {"kind": "person", "person": (await home.people(entry))["Bob"]}
            await home.add_profile(entry, "Training", bob)
            await home.add_profile(
                entry, "Reception", busy=bob, no_reply={"kind": "voicemail"}
            )
            await home.until("sensor.anna_redirect", "off")
            await home.saved(entry, "Reception")
            office = Campaign(home, pbx, proxy, entry, seed)
            office.tell = lambda line: tell(f"seed {seed}, {line}")
            report = await office.run(histories)
            report.divergences = [f"seed {seed}, {t}" for t in report.divergences]
            return report


async def campaign(
    histories: int,
    seed: int,
    offices: int = 1,
    tell: Callable[[str], None] = lambda line: None,
) -> Report:
    """Run a campaign from nothing, its histories shared out to some offices."""
    shares = [len(range(office, histories, offices)) for office in range(offices)]
    whole = Report()
    async with asyncio.TaskGroup() as group:
        runs = [
            group.create_task(one_office(share, seed + office, tell))
            for office, share in enumerate(shares)
            if share
        ]
    for run in runs:
        whole.take(run.result())
    return whole


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:]]
    count, first_seed, side_by_side = (*given, *(200, 1, 4)[len(given) :])

    def tell_at_once(line: str) -> None:
        sys.stderr.write(f"{time.strftime('%H:%M:%S')} {line}\n")

    outcome = asyncio.run(campaign(count, first_seed, side_by_side, tell_at_once))
    last_seed = first_seed + side_by_side - 1
    sys.stdout.write(f"seeds        {first_seed} to {last_seed}\n{outcome}\n")
    sys.exit(bool(outcome.divergences))
