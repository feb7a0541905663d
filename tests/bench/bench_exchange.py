"""What an Exchange Server costs: nothing where there is none, and what where there is.

Run it with ``python -m tests.bench.bench_exchange``.
"""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
import subprocess
import sys
from tempfile import TemporaryDirectory
import time
from zoneinfo import ZoneInfo

import requests

from custom_components.xpresence.groupware.exchange.login import Auth, Login
from custom_components.xpresence.groupware.exchange.source import ExchangeCalendar
from tests.groupware.exchange.mailbox import Item, series
from tests.groupware.exchange.server import ExchangeServer

ROUNDS = 9
ANNA = "anna@office.example"
STEPS = (
    (
        "Home Assistant's core",
        "import homeassistant.core, homeassistant.config_entries",
    ),
    (
        "xpresence, nobody on an Exchange Server",
        (
            "import custom_components.xpresence\n"
            "assert 'exchange' in custom_components.xpresence.inputs.calendars.kinds.CALENDAR_TYPES\n"
            "assert 'exchangelib' not in sys.modules"
        ),
    ),
    (
        "the first calendar on one",
        "import custom_components.xpresence.groupware.exchange.connection",
    ),
)
MEASURE = """
import sys, time
def megabytes():
    pages = int(open("/proc/self/statm").read().split()[1])
    return pages * 4096 / 2**20
for code in sys.argv[1:]:
    memory, modules, begun = megabytes(), len(sys.modules), time.perf_counter()
    exec(code)
    print(time.perf_counter() - begun, megabytes() - memory, len(sys.modules) - modules)
"""


def row(label: str, *figures: str) -> None:
    """Print a line of the table."""
    sys.stdout.write(f"{label:<40}" + "".join(f"{f:>14}" for f in figures) + "\n")


def imports() -> None:
    """Print what each step adds to the one before, in a process of its own."""
    row("import, one on top of the other", "time", "memory", "modules")
    runs = []
    for _ in range(ROUNDS // 3):
        out = subprocess.run(
            [sys.executable, "-c", MEASURE, *(code for _, code in STEPS)],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        runs.append([[float(f) for f in line.split()] for line in out.splitlines()])
    for number, (label, _) in enumerate(STEPS):
        took, memory, modules = (
            median(run[number][figure] for run in runs) for figure in range(3)
        )
        row(label, f"{took * 1e3:.0f} ms", f"{memory:.1f} MiB", f"{modules:.0f}")


async def reading() -> None:
    """Print what a reading takes beside a bare request of the same length."""
    row("\nreading, login kept", "median", "bare request", "ratio")
    now = datetime(2026, 11, 24, 8, tzinfo=ZoneInfo("Europe/Berlin"))
    loop = asyncio.get_running_loop()
    for count in (10, 100, 900):
        with TemporaryDirectory() as folder:
            server = ExchangeServer(Path(folder))
            one = Item("Meeting", now, now + timedelta(hours=1), ("@Meeting",))
            server.add(ANNA, *series(one, 1, count))
            await server.start()
            source = ExchangeCalendar(
                Login(server.url, "anna", server.passwords["anna"], Auth.BASIC),
                ANNA,
                time_zone="Europe/Berlin",
                execute=lambda job: loop.run_in_executor(None, job),
            )
            ours: list[float] = []
            bare: list[float] = []
            session = requests.Session()
            session.auth = (b"anna", server.passwords["anna"].encode())
            span = now, now + timedelta(days=count)
            assert len(await source.read(*span)) == count
            # Neither looks anything up at the server: both get the last answer again.
            server.fault = "same again"
            for _ in range(ROUNDS):
                begun = time.perf_counter()
                found = await source.read(*span)
                ours.append(time.perf_counter() - begun)
                assert len(found) == count
                begun = time.perf_counter()
                await loop.run_in_executor(None, session.post, server.url)
                bare.append(time.perf_counter() - begun)
            session.close()
            await source.close()
            await server.stop()
        row(
            f"{count:,} appointments",
            f"{median(ours) * 1e3:.1f} ms",
            f"{median(bare) * 1e3:.1f} ms",
            f"×{median(ours) / median(bare):.1f}",
        )


if __name__ == "__main__":
    imports()
    asyncio.run(reading())
