"""Whether the measurements still run. How fast anything is, no test judges."""

from pathlib import Path
import subprocess
import sys

import pytest

PROJECT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("bench", "arguments", "rows"),
    [
        (
            "choice",
            ("2", "--rounds", "1", "--rows", "100"),
            ("bare write after a flushed record", "select", "rule on a boolean"),
        ),
        ("actions", ("2",), ("bare action", "profile, shown", "polls an hour")),
        ("boards", ("3", "2", "1", "3"), ("no page", "2 boards: longest stop")),
        (
            "office",
            ("3", "--rest", "0"),
            ("template people: first start", "everybody gets a redirect", "reload"),
        ),
    ],
)
def test_a_measurement_runs_to_its_end(
    bench: str, arguments: tuple[str, ...], rows: tuple[str, ...]
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", f"tests.bench.bench_{bench}", *arguments],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    for row in rows:
        assert row in done.stdout
