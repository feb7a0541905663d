"""User agents, and the real servers that they are tried on."""

from collections.abc import AsyncIterator, Iterator
import contextlib

import pytest

from custom_components.xpresence.telephony.sip.agent import (
    Account,
    Protocol,
    Server,
    Timers,
    UserAgent,
)
from tests.pbx.asterisk import SIP_ACCOUNTS, Asterisk
from tests.pbx.kamailio import Kamailio, running

from .peer import Peer, peer

QUICK = Timers(
    t1=0.03,
    t2=0.1,
    connect=5.0,
    keepalive=0.5,
    retry_first=0.05,
    retry_most=0.4,
    expires=60,
    farewell=0.1,
)
"""For servers of which a test says every word."""
STEADY = Timers(t1=0.2, keepalive=1.0, retry_first=0.2, retry_most=1.0, farewell=2.0)
"""For real servers on a busy machine."""


@contextlib.asynccontextmanager
async def agent_for(
    port: int,
    protocol: Protocol = Protocol.UDP,
    timers: Timers = STEADY,
    account: Account | None = None,
) -> AsyncIterator[UserAgent]:
    """Yield an open user agent."""
    agent = UserAgent(Server("127.0.0.1", port, protocol), timers=timers)
    await agent.open(account)
    try:
        yield agent
    finally:
        await agent.close()


@pytest.fixture
async def server() -> AsyncIterator[Peer]:
    """Return a scripted server."""
    async with peer() as found:
        yield found


@pytest.fixture
async def agent(server: Peer) -> AsyncIterator[UserAgent]:
    """Return a user agent of the scripted server."""
    async with agent_for(server.port, timers=QUICK) as found:
        yield found


@pytest.fixture
def sip_pbx(pbx: Asterisk) -> Asterisk:
    """Return the Asterisk with nothing set, its lamps included."""
    for extension in SIP_ACCOUNTS:
        pbx.cli(f"devstate change Custom:CF{extension} NOT_INUSE")
        pbx.cli(f"devstate change Custom:DND{extension} NOT_INUSE")
    return pbx


def account_of(pbx: Asterisk, extension: str) -> Account:
    """Return how an extension logs in."""
    return Account(extension, pbx.sip_passwords[extension])


@pytest.fixture(scope="session")
def one_kamailio() -> Iterator[Kamailio]:
    """Run a Kamailio with as-feature-event."""
    with running() as found:
        yield found
