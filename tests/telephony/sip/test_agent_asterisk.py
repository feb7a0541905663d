"""The user agent on a real Asterisk: codes, lamps, a desk phone that stays."""

import asyncio
from collections.abc import AsyncIterator, Callable
import contextlib
import socket
import ssl

import pytest

from custom_components.xpresence.telephony.sip.agent import (
    Account,
    AuthenticationFailed,
    CertificateRefused,
    Notification,
    Protocol,
    Server,
    State,
    UserAgent,
)
from tests.pbx.asterisk import Asterisk, eventually, free_port
from tests.pbx.sip import lands, phone, register

from .conftest import STEADY, account_of, agent_for
from .peer import lossy_proxy, mostly

DIALOG = "application/dialog-info+xml"


@contextlib.asynccontextmanager
async def lamp(
    agent: UserAgent, account: Account, user: str
) -> AsyncIterator[list[bytes]]:
    """Yield what a lamp shows, once it shows something."""
    found: list[bytes] = []

    def note(notification: Notification) -> None:
        found.append(notification.body)

    watching = agent.subscribe(account, "dialog", DIALOG, note, user=user)
    await eventually(lambda: bool(found))
    yield found
    await agent.unsubscribe(watching)


def shows(found: list[bytes], state: str) -> Callable[[], bool]:
    return lambda: f"<state>{state}</state>".encode() in found[-1]


async def test_a_redirect_set_by_code_sends_a_real_call_to_its_target(
    sip_pbx: Asterisk,
) -> None:
    anna = account_of(sip_pbx, "110")
    async with agent_for(sip_pbx.sip_port) as agent, phone(sip_pbx, "101"):
        result = await agent.call(anna, "*72101")
        assert result.answered
        assert result.hung_up_by_server
        assert await lands(sip_pbx, "102", "110") == "101"
        await agent.call(anna, "*73")
        assert sip_pbx.redirects("110") == {}


async def test_who_hangs_up_early_loses_the_setting(sip_pbx: Asterisk) -> None:
    """Why a call waits: the same with a BYE at once is answered, and sets nothing."""
    anna = account_of(sip_pbx, "110")
    async with agent_for(sip_pbx.sip_port) as agent:
        result = await agent.call(anna, "*72101", hold=0.02)
        assert result.answered
        await asyncio.sleep(1.0)
        assert sip_pbx.redirects("110") == {}


async def test_every_etsi_code_is_understood_with_its_hash(sip_pbx: Asterisk) -> None:
    ben = account_of(sip_pbx, "111")
    async with agent_for(sip_pbx.sip_port) as agent:
        await agent.call(ben, "*21*101#")
        assert sip_pbx.redirects("111") == {"CF": "101"}
        assert (await agent.call(ben, "*#21#")).answered
        await agent.call(ben, "#21#")
        assert (await agent.call(ben, "*#21#")).status == 480
        assert sip_pbx.redirects("111") == {}


@pytest.mark.parametrize("extension", ["110", "111"])
@pytest.mark.parametrize("protocol", list(Protocol))
async def test_each_way_and_each_digest_logs_in(
    sip_pbx: Asterisk, protocol: Protocol, extension: str
) -> None:
    if protocol is Protocol.TLS:
        context = ssl.create_default_context(cadata=sip_pbx.ca)
        server = Server("localhost", sip_pbx.sip_tls_port, protocol, context)
    else:
        server = Server("127.0.0.1", sip_pbx.sip_port, protocol)
    agent = UserAgent(server, timers=STEADY)
    account = account_of(sip_pbx, extension)
    await agent.open(account)
    try:
        await agent.check(account)
        assert (await agent.call(account, "*78")).hung_up_by_server
        assert sip_pbx.database("DND", extension) == "YES"
    finally:
        await agent.close()


async def test_a_certificate_that_nobody_vouches_for_is_refused(
    sip_pbx: Asterisk,
) -> None:
    context = ssl.create_default_context()
    server = Server("localhost", sip_pbx.sip_tls_port, Protocol.TLS, context)
    with pytest.raises(CertificateRefused):
        await UserAgent(server).open()


@pytest.mark.parametrize("user", ["110", "199"])
async def test_a_wrong_password_and_an_unknown_name_are_tried_once(
    sip_pbx: Asterisk, user: str
) -> None:
    before = sip_pbx.log().count("Failed to authenticate")
    wrong = Account(user, "wrong")
    async with agent_for(sip_pbx.sip_port) as agent:
        watching = agent.subscribe(wrong, "dialog", DIALOG, lambda _told: None)
        for _ in range(3):
            with pytest.raises(AuthenticationFailed):
                await agent.call(wrong, "*72101")
        await eventually(lambda: watching.state is State.REFUSED)
    after = sip_pbx.log().count("Failed to authenticate")
    assert after - before <= 1


async def test_a_lamp_follows_the_desk_within_a_second(sip_pbx: Asterisk) -> None:
    anna = account_of(sip_pbx, "110")
    async with (
        agent_for(sip_pbx.sip_port) as agent,
        agent_for(sip_pbx.sip_port) as desk,
        lamp(agent, anna, "*96110") as found,
    ):
        assert shows(found, "terminated")()
        await desk.call(anna, "*72101")
        await eventually(shows(found, "confirmed"), 1)
        await desk.call(anna, "*73")
        await eventually(shows(found, "terminated"), 1)


async def test_a_desk_phone_stays_registered(sip_pbx: Asterisk) -> None:
    anna, port = account_of(sip_pbx, "112"), free_port(socket.SOCK_DGRAM)
    await register(sip_pbx, "112", port)
    async with agent_for(sip_pbx.sip_port, account=anna) as agent:
        await agent.check(anna)
        async with lamp(agent, anna, "112"):
            await agent.call(anna, "*72101")
            await agent.call(anna, "*73")
    async with phone(sip_pbx, "112", port=port):
        assert await lands(sip_pbx, "102", "112") == "112"


async def test_registering_throws_a_desk_phone_out(sip_pbx: Asterisk) -> None:
    """Why nothing registers by itself: here only one contact an account is kept."""
    anna, port = account_of(sip_pbx, "112"), free_port(socket.SOCK_DGRAM)
    await register(sip_pbx, "112", port)
    assert f"127.0.0.1:{port}" in sip_pbx.cli("pjsip show contacts")
    async with agent_for(sip_pbx.sip_port) as agent:
        told: list[bool] = []
        agent.register(anna, lambda registered, _error: told.append(registered))
        await eventually(lambda: told == [True])
        assert f"127.0.0.1:{port}" not in sip_pbx.cli("pjsip show contacts")
    assert "112/sip" not in sip_pbx.cli("pjsip show contacts"), "ours was taken away"


async def test_a_lamp_is_back_after_a_restart(frail_pbx: Asterisk) -> None:
    anna = account_of(frail_pbx, "110")
    reachable: list[bool] = []
    async with agent_for(frail_pbx.sip_port) as agent:
        agent._on_reachable = lambda now, _error: reachable.append(now)
        async with lamp(agent, anna, "*96110") as found:
            await asyncio.to_thread(frail_pbx.kill)
            await eventually(lambda: reachable == [False])
            await asyncio.to_thread(frail_pbx.launch)
            await eventually(lambda: reachable == [False, True])
            frail_pbx.cli("devstate change Custom:CF110 BUSY")
            await eventually(shows(found, "confirmed"))
            frail_pbx.cli("devstate change Custom:CF110 NOT_INUSE")


async def test_a_lamp_and_a_code_come_through_a_bad_network(
    sip_pbx: Asterisk,
) -> None:
    anna = account_of(sip_pbx, "110")
    async with lossy_proxy(sip_pbx.sip_port) as proxy:
        async with agent_for(proxy.port) as agent:
            proxy.copies = mostly(3)
            async with lamp(agent, anna, "*96110") as found:
                result = await agent.call(anna, "*72101")
                assert result.hung_up_by_server
                await eventually(shows(found, "confirmed"))
                proxy.copies = lambda _number, _up, _data: 1
        assert sip_pbx.redirects("110") == {"CF": "101"}
