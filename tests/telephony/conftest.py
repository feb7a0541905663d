"""Real Asterisks for all tests here, emptied before each."""

from collections.abc import AsyncIterator, Iterator
import contextlib
from dataclasses import replace

import pytest

from custom_components.xpresence.telephony.asterisk.ami import Deadlines
from custom_components.xpresence.telephony.asterisk.driver import AsteriskPhoneSystem
from tests.pbx.asterisk import Asterisk, running

from .faultproxy import FaultProxy, proxy_to

PATIENT = Deadlines(
    connect=60,
    banner=60,
    login=60,
    told=0.3,
    booted=60,
    action=60,
    ping_every=0.5,
    ping=10,
    retry_first=0.1,
    retry_most=0.5,
    refused=(0.1, 0.1),
    steady=0.5,
)
"""While an answer is to come: it may take long on a busy machine."""
QUICK = replace(PATIENT, connect=2, banner=1, login=2, action=1, ping=0.5)
"""While a test sees to it that no answer can come."""


class Patience:
    """Deadlines as a client takes them, patient until a test has broken something."""

    def __init__(self) -> None:
        self._now = PATIENT

    def __getattr__(self, name: str) -> float:
        found: float = getattr(self._now, name)
        return found

    @contextlib.contextmanager
    def lost(self) -> Iterator[None]:
        """Be quick to give up, while something is broken."""
        self._now = QUICK
        try:
            yield
        finally:
            self._now = PATIENT


CHANGEABLE = ("manager", "extensions", "queues", "pjsip")
"""What tests may configure anew on the frail Asterisk."""


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


@pytest.fixture(scope="session")
def one_frail_pbx() -> Iterator[Asterisk]:
    """Run an Asterisk that tests may kill, freeze and configure anew."""
    with running() as pbx:
        yield pbx


@pytest.fixture
def frail_pbx(one_frail_pbx: Asterisk) -> Iterator[Asterisk]:
    """Return the frail Asterisk, running and with nothing set."""
    pbx = one_frail_pbx
    files = [pbx.folder / f"{name}.conf" for name in CHANGEABLE]
    before = [file.read_text() for file in files]
    pbx.forget()
    yield pbx
    changed = [file.read_text() for file in files] != before
    for file, text in zip(files, before, strict=True):
        file.write_text(text)
    assert pbx.process is not None
    if pbx.process.poll() is None:
        pbx.thaw()
        if changed:
            pbx.cli("core reload")
    else:
        pbx.launch()


@pytest.fixture
async def proxy(frail_pbx: Asterisk) -> AsyncIterator[FaultProxy]:
    """Return a proxy to the frail Asterisk's manager interface."""
    async with proxy_to(frail_pbx.ami_port) as found:
        yield found


def system_for(pbx: Asterisk, **more: object) -> AsteriskPhoneSystem:
    """Return a driver for a PBX; nothing is connected yet."""
    said: dict[str, object] = {
        "host": "127.0.0.1",
        "port": pbx.ami_port,
        "username": pbx.username,
        "password": pbx.secret,
        "deadlines": PATIENT,
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


def add_user(pbx: Asterisk, name: str, read: str, write: str) -> None:
    """Let the manager interface know another login, with the PBX's secret."""
    file = pbx.folder / "manager.conf"
    lines = [f"[{name}]", f"secret = {pbx.secret}", f"read = {read}"]
    file.write_text("\n".join([file.read_text(), *lines, f"write = {write}", ""]))
    pbx.cli("manager reload")
