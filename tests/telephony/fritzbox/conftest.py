"""A FRITZ!Box double, and the driver on it."""

from collections.abc import AsyncIterator, Callable

import pytest

from custom_components.xpresence.telephony.fritzbox import (
    Address,
    FritzBoxPhoneSystem,
    Line,
)
from custom_components.xpresence.telephony.fritzbox.driver import Timing

from .box import FritzBox

QUICK = Timing(poll=0.05, answer=5, retry=0.02)


@pytest.fixture
async def box() -> AsyncIterator[FritzBox]:
    """Return a box with two numbers and nothing set."""
    found = await FritzBox().start()
    yield found
    await found.stop()


def system_for(
    box: FritzBox,
    *,
    username: str = "homeassistant",
    password: str = "Grün€ 7",
    fingerprint: str = "",
    timing: Timing = QUICK,
    line_of: Callable[[str], Line] = Line,
) -> FritzBoxPhoneSystem:
    """Return a driver for a box; nothing is connected yet."""
    port = box.tls_port if fingerprint else box.port
    return FritzBoxPhoneSystem(
        Address("127.0.0.1", port, fingerprint),
        username,
        password,
        line_of=line_of,
        monitor_port=box.monitor_port,
        timing=timing,
    )
