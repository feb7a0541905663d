"""Runs a test PBX until it is told to stop; prints where it is as JSON."""

import signal
import sys

from .asterisk import describe, running

with running() as pbx:
    sys.stdout.write(describe(pbx) + "\n")
    sys.stdout.flush()
    signal.sigwait({signal.SIGINT, signal.SIGTERM})
