"""One real Asterisk for all tests here, emptied before each."""

from collections.abc import AsyncIterator, Iterator

import pytest

from custom_components.xpresence.telephony.ami import Deadlines
from custom_components.xpresence.telephony.asterisk import AsteriskPhoneSystem
from tests.pbx.asterisk import Asterisk, running

QUICK = Deadlines(
    connect=2,
    banner=1,
    login=3,
    booted=3,
    action=1,
    ping_every=0.5,
    ping=0.5,
    retry_first=0.1,
    retry_most=0.5,
)


@pytest.fixture(scope="session")
def one_pbx() -> Iterator[Asterisk]:
    """Run an Asterisk."""
    with running() as pbx:
        yield pbx


@pytest.fixture
def pbx(one_pbx: Asterisk) -> Asterisk:
    """Return the Asterisk with nothing set."""
    one_pbx.forget()
    return one_pbx


def system_for(pbx: Asterisk, **more: object) -> AsteriskPhoneSystem:
    """Return a driver for a PBX; nothing is connected yet."""
    said: dict[str, object] = {
        "host": "127.0.0.1",
        "port": pbx.ami_port,
        "username": pbx.username,
        "password": pbx.secret,
        "deadlines": QUICK,
        **more,
    }
    return AsteriskPhoneSystem(**said)  # type: ignore[arg-type]


@pytest.fixture
async def system(pbx: Asterisk) -> AsyncIterator[AsteriskPhoneSystem]:
    """Return a connected driver."""
    driver = system_for(pbx)
    await driver.start()
    yield driver
    await driver.close()
