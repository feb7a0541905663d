"""The demo: Home Assistant, a test PBX, four people, and a dashboard."""

import argparse
import asyncio
from collections.abc import Callable, Coroutine
import contextlib
from datetime import UTC, datetime, timedelta
import os
from pathlib import Path
import signal
import socket
import sys
import tempfile
from typing import Any, Final

from custom_components.xpresence.languages import texts_in
from tests.e2e.diaries import Appointment, Local
from tests.e2e.home import Home

from .demo_phones import MISSING, NONE, PHONES, DemoPhones

PORT: Final = 8123
DASHBOARD: Final = "presence-demo"
SOON: Final = timedelta(minutes=3)
"""When the first appointment begins: time to log in and watch it."""
APPOINTMENTS: Final = {
    "en": {
        "calendar": "Diary",
        "meeting": "Budget with the board",
        "training": "Training",
        "lunch": "@{lunch}",
    },
    "de": {
        "calendar": "Kalender",
        "meeting": "Budget mit dem Vorstand",
        "training": "Schulung",
        "lunch": "@{lunch}",
    },
}
type Beside = Callable[[Home], Coroutine[Any, Any, None]]
"""What runs beside the demo, such as a watch over the files."""
PEOPLE: Final = ("Anna", "Bob", "Carol", "David")


def say(text: str) -> None:
    """Tell the person in front of the terminal."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def language() -> str:
    """Return the language of this terminal, as far as the demo speaks it."""
    said = os.environ.get("LC_ALL") or os.environ.get("LANG") or "en"
    return "de" if said.startswith("de") else "en"


def taken(port: int) -> bool:
    """Tell whether somebody listens there already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def dashboard() -> dict[str, Any]:
    """Return a page with Anna's own card and the team board."""
    profile = "profil" if language() == "de" else "profile"
    return {
        "title": "Presence",
        "views": [
            {
                "title": "Presence",
                "type": "sections",
                "max_columns": 2,
                "sections": [
                    {"type": "grid", "cards": [card]}
                    for card in (
                        {
                            "type": "custom:xpresence-card",
                            "entity": f"select.anna_{profile}",
                        },
                        {"type": "custom:xpresence-team-card"},
                    )
                ],
            }
        ],
    }


async def furnish(home: Home, phones: DemoPhones, system: Any) -> None:
    """Add the phone system, the people, Anna's calendar and the dashboard."""
    entry = await phones.add(home, system)
    for name, extension in zip(PEOPLE, phones.extensions, strict=True):
        await home.add_person(entry, name, extension)
        if phones.log_in is not None:
            await phones.log_in(home, system, entry, extension, name)
    await keep_a_diary(home, entry)
    await home.add_dashboard(DASHBOARD, dashboard())


async def keep_a_diary(home: Home, entry: str) -> None:
    """Give Anna a calendar in which a meeting is about to begin."""
    names, said = texts_in(language())["default_profiles"], APPOINTMENTS[language()]
    profiles, people = await home.profiles(entry), await home.people(entry)
    diary = Local(said["calendar"])
    await diary.connect(home)
    await diary.add_to(
        home,
        entry,
        people["Anna"],
        default_profile=profiles[names["meeting"]],
    )
    begin = datetime.now(UTC).replace(second=0, microsecond=0) + SOON
    await diary.write(
        home,
        *(
            Appointment(
                subject=subject.format(**names),
                start=begin + timedelta(minutes=first),
                end=begin + timedelta(minutes=last),
            )
            for subject, first, last in (
                (said["meeting"], 0, 45),
                (said["training"], 75, 240),
                (said["lunch"], 120, 165),
            )
        ),
    )


async def play_tour(home: Home, system: Any) -> None:
    """Play the tour and write its picture; then the demo is over."""
    from .tour import TOUR, play

    count = await play(home, system, DASHBOARD)
    size = TOUR.stat().st_size // 1000
    say(f"{TOUR.name}: {count} pictures, {size} kB")


async def run(
    phones: DemoPhones,
    system: Any,
    port: int,
    beside: Beside | None,
    tour: bool = False,
) -> None:
    """Show the demo until Ctrl-C."""
    over = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    with tempfile.TemporaryDirectory(prefix="xpresence-demo-") as folder:
        home = Home(
            Path(folder),
            port=port,
            username="demo",
            password="demo-demo",
            language=language(),
            environment=phones.environment(system),
        )
        say("Starting Home Assistant (the first start takes half a minute) …")
        async with home:
            say("Adding the phone system, four people, a calendar and a dashboard …")
            await furnish(home, phones, system)
            if tour:
                await play_tour(home, system)
                return
            say("")
            say(f"  Open       {home.url}/{DASHBOARD}")
            say(f"  User       {home.username}")
            say(f"  Password   {home.password}")
            say(f"  Telephones {phones.told(system)}")
            say("")
            say("Choose a profile for Anna and watch where her calls go;")
            say("or wait: her next meeting begins in a few minutes.")
            say("Ctrl-C ends everything.")
            await wait(over, beside(home) if beside else None)
            say("Ending …")


async def wait(over: asyncio.Event, beside: Coroutine[Any, Any, None] | None) -> None:
    """Wait for the end of the demo, or until what runs beside it fails."""
    if beside is None:
        await over.wait()
        return
    tasks = {asyncio.create_task(beside), asyncio.create_task(over.wait())}
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    for task in done:
        task.result()


def main(beside: Beside | None = None) -> int:
    """Run the demo; the exit code is 1 where it cannot start."""
    parser = argparse.ArgumentParser(prog="script/demo", description=__doc__)
    parser.add_argument(
        "--phone",
        choices=list(PHONES),
        default=next(iter(PHONES)),
        help="the phone system to start it with",
    )
    parser.add_argument(
        "--tour",
        action="store_true",
        help="play the tour of the documents and write its picture",
    )
    said = parser.parse_known_args()[0]
    wanted: str = said.phone
    port = int(os.environ.get("XPRESENCE_PORT", PORT))
    if taken(port):
        say(
            f"Port {port} on 127.0.0.1 is in use. Set XPRESENCE_PORT to a free one "
            "and run this again."
        )
        return 1
    with contextlib.ExitStack() as stack:
        phones, system = PHONES[wanted], None
        try:
            say("Starting the test phone system …")
            system = stack.enter_context(phones.start())
        except MISSING:
            say(f"There is no {wanted} on this machine; going on without.")
            phones = NONE
        asyncio.run(run(phones, system, port, beside, said.tour))
    return 0


if __name__ == "__main__":
    sys.exit(main())
