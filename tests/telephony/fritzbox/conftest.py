"""A FRITZ!Box double, and the driver on it."""

from collections.abc import AsyncIterator

import pytest

from custom_components.xpresence.telephony.fritzbox.client import Address
from custom_components.xpresence.telephony.fritzbox.driver import (
    FritzBoxPhoneSystem,
    Timing,
)

from .box import FritzBox

QUICK = Timing(poll=0.05, oldest=1, answer=5, retry=0.02)


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
    tls: bool = False,
    timing: Timing = QUICK,
) -> FritzBoxPhoneSystem:
    """Return a driver for a box; nothing is connected yet."""
    tls = tls or bool(fingerprint)
    port = box.tls_port if tls else box.port
    return FritzBoxPhoneSystem(
        Address("127.0.0.1", port, tls, fingerprint),
        username,
        password,
        monitor_port=box.monitor_port,
        timing=timing,
    )
