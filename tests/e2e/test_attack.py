"""The short form of ``script/attack``: no door of a real Home Assistant opens."""

from pathlib import Path
import subprocess
import sys

import pytest

PROJECT = Path(__file__).parents[2]


@pytest.mark.e2e
def test_no_attack_opens_a_door() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.attack.campaign", "--short"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " 0 doors opened" in done.stdout
