"""A process that writes a journal and is killed at a step of its own choosing.

``python crash.py <package> <journal> <steps>``: appends and folds without end, tells each
number once it is on the disk, and dies at the step with that number (0: never by itself).
"""

import os
from pathlib import Path
import signal
import sys
import types


def package(folder: str) -> None:
    """Make the integration importable without Home Assistant."""
    module = types.ModuleType("xpresence")
    module.__path__ = [folder]
    sys.modules["xpresence"] = module


def dying_at(last: int) -> None:
    """Kill this process in place of, or in the middle of, its last step on the disk."""
    done = 0

    def wrapped(name: str) -> None:
        call = getattr(os, name)

        def step(*args: object) -> object:
            nonlocal done
            done += 1
            if done == last:
                if name == "write" and len(args[1]) > 1:  # type: ignore[arg-type]
                    call(args[0], args[1][: len(args[1]) // 2])  # type: ignore[index]
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*args)

        setattr(os, name, step)

    for name in ("write", "fsync", "fdatasync", "replace", "ftruncate"):
        wrapped(name)


def main() -> None:
    folder, path, last = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    package(folder)
    from xpresence.engine.journal import Journal  # type: ignore[import-not-found]

    journal = Journal(path)
    contents = journal.read(())
    records = contents.records
    key = "01PERSONANNA00000000000000"
    number = records.get(key, {}).get("number", 0)
    acknowledge = os.dup(1)
    tell = os.write
    if last:
        dying_at(last)
    while True:
        if not journal.is_open or number % 7 == 0:
            journal.fold(records)
        number += 1
        change = {key: {"number": number}, f"{key}.planned.{number % 5}": {"n": number}}
        journal.append(change)
        records |= change
        tell(acknowledge, f"{number}\n".encode())


if __name__ == "__main__":
    main()
