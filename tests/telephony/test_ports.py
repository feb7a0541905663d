"""Test runs side by side stay out of each other's way."""

import subprocess
import sys

from tests.pbx.asterisk import free_port

OTHER = """
import sys
from tests.pbx.asterisk import reserve
print(reserve(int(sys.argv[1])))
"""


def other_run_gets(port: int) -> bool:
    """Tell whether a test run beside this one is given the port."""
    told = subprocess.run(
        [sys.executable, "-c", OTHER, str(port)],
        capture_output=True,
        check=True,
        text=True,
    )
    return told.stdout.strip() == "True"


def test_a_port_that_one_test_run_has_is_given_to_no_other() -> None:
    port = free_port()
    assert not other_run_gets(port)
    assert any(other_run_gets(port + other) for other in range(1, 20))
