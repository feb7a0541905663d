"""A real disk of a few pages that can be filled, and a folder of somebody else."""

from collections.abc import Callable, Iterator
import contextlib
import ctypes
import os
from pathlib import Path
import subprocess
from typing import Any

PAGE = 4096
NOBODY = 65534
SUDO = () if os.geteuid() == 0 else ("sudo", "-n")


class Disk:
    """A file system of its own; ``folder`` is its root."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self, *, but: int = 0) -> None:
        """Take all room that is left, but so many bytes."""
        with self._ballast.open("ab", buffering=0) as file:
            with contextlib.suppress(OSError):
                while True:
                    file.write(bytes(PAGE))
            file.truncate(max(file.tell() - but, 0))

    def free(self) -> None:
        """Give the room back."""
        self._ballast.unlink(missing_ok=True)


@contextlib.contextmanager
def disk(folder: Path, pages: int) -> Iterator[Disk]:
    """Mount a disk of so many pages of 4 KiB."""
    folder.mkdir(parents=True, exist_ok=True)
    options = f"size={pages * PAGE},mode=777"
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    subprocess.run([*SUDO, *command], check=True)
    try:
        yield Disk(folder)
    finally:
        subprocess.run([*SUDO, "umount", "-l", str(folder)], check=True)


def as_somebody_else[**P, T](call: Callable[P, T]) -> Callable[P, T]:
    """Let a call open files as a user who owns nothing, as far as this thread goes."""

    def called(*args: Any, **more: Any) -> Any:
        libc = ctypes.CDLL(None)
        libc.setfsuid(NOBODY)
        try:
            return call(*args, **more)
        finally:
            libc.setfsuid(os.geteuid())

    return called
