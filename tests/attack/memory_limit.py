"""Keeping a process within 1 GB: by a cgroup where one can be made, else by its data."""

from collections.abc import Callable
import contextlib
import os
from pathlib import Path
import resource
import time

LIMIT = 1 << 30
CGROUPS = Path("/sys/fs/cgroup")


class MemoryLimit:
    """A limit that a process is put under; ``how`` says which kind was possible."""

    def __init__(self) -> None:
        """Make a cgroup, if this machine lets us."""
        self.how = "RLIMIT_DATA"
        self._group: Path | None = None
        name = f"xpresence_attack_{os.getpid()}"
        for group, limit in (
            (CGROUPS / name, "memory.max"),
            (CGROUPS / "memory" / name, "memory.limit_in_bytes"),
        ):
            if not (group.parent / "cgroup.procs").exists():
                continue
            try:
                group.mkdir()
                (group / limit).write_text(str(LIMIT))
            except OSError:
                with contextlib.suppress(OSError):
                    group.rmdir()
                continue
            self.how, self._group = f"cgroup ({limit})", group
            return

    def before_exec(self) -> Callable[[], None]:
        """Return what a child calls before it becomes the program."""
        if (group := self._group) is not None:
            procs = group / "cgroup.procs"

            def join() -> None:
                procs.write_text(str(os.getpid()))

            return join
        return lambda: resource.setrlimit(resource.RLIMIT_DATA, (LIMIT, LIMIT))

    def remove(self) -> None:
        """Take the cgroup away once its process has ended."""
        if self._group is None:
            return
        for _ in range(50):
            try:
                self._group.rmdir()
            except OSError:
                time.sleep(0.1)
            else:
                return


def most_memory(pid: int) -> int:
    """Return the most bytes that a process has had in memory (``VmHWM``)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0
