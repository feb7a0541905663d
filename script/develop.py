"""The demo, whose Home Assistant restarts whenever a file of the integration is saved.

A restart, because Python keeps a module that was loaded once; people, profiles and
appointments stay. The browser connects again by itself, and is to be reloaded where a
card has changed.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path
import sys
import time
from typing import Final

from script.demo import main, say
from tests.e2e.home import Home

INTEGRATION: Final = Path(__file__).parents[1] / "custom_components" / "xpresence"
SUFFIXES: Final = (".js", ".json", ".py", ".yaml")
PAUSE: Final = 0.5
"""Seconds between two looks at the files."""

type Files = Mapping[Path, int]


def look(folder: Path) -> Files:
    """Return when each file of the integration was saved, in nanoseconds."""
    found = {}
    for path in folder.rglob("*"):
        if path.suffix in SUFFIXES:
            try:
                found[path] = path.stat().st_mtime_ns
            except FileNotFoundError:
                continue  # An editor replaces a file by removing it first.
    return found


def differing(before: Files, after: Files) -> list[Path]:
    """Return the files that were saved, added or removed in between."""
    return sorted({path for path, _ in before.items() ^ after.items()})


async def saved(folder: Path, before: Files) -> Files:
    """Wait until files differ, and no more are being saved; return what is there."""
    seen = before
    while True:
        await asyncio.sleep(PAUSE)
        now = look(folder)
        if now != before and now == seen:
            return now
        seen = now


def broken(paths: list[Path]) -> str:
    """Return why a file cannot be run, or nothing."""
    for path in paths:
        if path.suffix == ".py" and path.exists():
            try:
                compile(path.read_bytes(), path, "exec")
            except SyntaxError as error:
                return f"{path.name}, line {error.lineno}: {error.msg}"
    return ""


async def restart_on_save(home: Home) -> None:
    """Restart Home Assistant after each change, but not on what cannot be run."""
    running = look(INTEGRATION)
    seen = running
    while True:
        seen = await saved(INTEGRATION, seen)
        changed = differing(running, seen)
        if not changed:
            continue
        if problem := broken(changed):
            say(f"Not restarted: {problem}")
            continue
        say(f"Changed: {', '.join(path.name for path in changed)}. Restarting …")
        begun = time.monotonic()
        running = seen
        await home.stop()
        # One that has expired would be refused.
        home.token = ""
        try:
            await home.start()
        except RuntimeError as error:
            say(str(error))
            continue
        say(f"Home Assistant is back after {time.monotonic() - begun:.0f} s.")


if __name__ == "__main__":
    sys.exit(main(restart_on_save))
