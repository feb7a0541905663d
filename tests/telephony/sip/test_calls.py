"""Silent calls: answered, refused, forked, cancelled, on a bad network."""

import asyncio

import pytest

from custom_components.xpresence.telephony.sip.agent import (
    Account,
    AuthenticationFailed,
    NoAnswer,
    NotConnected,
    NotSendable,
    Protocol,
    Server,
    UserAgent,
)
from custom_components.xpresence.telephony.sip.agent.message import (
    Request,
    Response,
    serialize,
)
from custom_components.xpresence.telephony.sip.agent.transaction import response_to
from tests.pbx.asterisk import free_port

from .conftest import QUICK, agent_for
from .peer import Peer, lossy_proxy

ANNA = Account("100", "secret")
CHALLENGE = ("www-authenticate", 'Digest realm="r", nonce="n", qop="auth"')


async def test_a_call_waits_until_the_server_hangs_up(
    agent: UserAgent, server: Peer
) -> None:
    calling = asyncio.create_task(agent.call(ANNA, "#21#"))
    invite = await server.request("INVITE")
    assert invite.uri == f"sip:%2321%23@127.0.0.1:{server.port}"
    assert b"a=inactive" in invite.body
    server.answer(invite, 100)
    server.answer(invite, 200)
    ack = await server.request("ACK")
    assert ack.uri == f"sip:server@127.0.0.1:{server.port}"
    assert ack.cseq == (invite.cseq[0], "ACK")
    await server.silence(0.3)
    assert not calling.done()
    server.ask("BYE", invite, 1)
    assert (await server.response()).status == 200
    result = await calling
    assert (result.status, result.hung_up_by_server) == (200, True)


async def test_a_server_that_never_hangs_up_is_hung_up_on(
    agent: UserAgent, server: Peer
) -> None:
    calling = asyncio.create_task(agent.call(ANNA, "*72101", hold=0.2))
    invite = await server.request("INVITE")
    server.answer(invite, 200)
    await server.request("ACK")
    bye = await server.request("BYE")
    assert bye.cseq[0] == invite.cseq[0] + 1
    server.answer(bye, 200)
    result = await calling
    assert result.answered
    assert not result.hung_up_by_server


@pytest.mark.parametrize("status", [302, 403, 404, 480, 486, 503, 603])
async def test_a_refusal_is_told_and_acknowledged(
    agent: UserAgent, server: Peer, status: int
) -> None:
    calling = asyncio.create_task(agent.call(ANNA, "*72101"))
    invite = await server.request("INVITE")
    server.answer(invite, status)
    ack = await server.request("ACK")
    assert ack.all("via") == invite.all("via")
    assert ack.get("to").endswith(";tag=theirs")
    assert (await calling).status == status
    # The acknowledgement was lost: it comes again.
    server.answer(invite, status)
    await server.request("ACK")


async def test_an_invite_is_sent_again_until_something_is_heard(
    agent: UserAgent, server: Peer
) -> None:
    calling = asyncio.create_task(agent.call(ANNA, "1"))
    first = await server.request("INVITE")
    again = await server.request("INVITE")
    assert again == first
    server.answer(first, 100)
    await server.silence(0.3)
    server.answer(first, 486)
    await server.request("ACK")
    await calling


async def test_an_answer_that_comes_again_is_acknowledged_again(
    agent: UserAgent, server: Peer
) -> None:
    calling = asyncio.create_task(agent.call(ANNA, "1"))
    invite = await server.request("INVITE")
    for _ in range(3):
        server.answer(invite, 200)
        await server.request("ACK")
    server.ask("BYE", invite, 1, branch="same")
    assert (await server.response()).status == 200
    server.ask("BYE", invite, 1, branch="same")
    assert (await server.response()).status == 200
    assert (await calling).hung_up_by_server


async def test_of_several_telephones_that_answer_one_is_kept(
    agent: UserAgent, server: Peer
) -> None:
    calling = asyncio.create_task(agent.call(ANNA, "1"))
    invite = await server.request("INVITE")
    server.answer(invite, 180, tag="one")
    server.answer(invite, 180, tag="two")
    server.answer(invite, 200, tag="two")
    assert (await server.request("ACK")).get("to").endswith(";tag=two")
    server.answer(invite, 200, tag="one")
    assert (await server.request("ACK")).get("to").endswith(";tag=one")
    bye = await server.request("BYE")
    assert bye.get("to").endswith(";tag=one")
    server.answer(bye, 200)
    assert not calling.done()
    server.ask("BYE", invite, 1, tag="two")
    await server.response()
    assert (await calling).hung_up_by_server


async def test_a_call_that_nobody_answers_is_cancelled(
    agent: UserAgent, server: Peer
) -> None:
    calling = asyncio.create_task(agent.call(ANNA, "1", ring=0.3))
    invite = await server.request("INVITE")
    server.answer(invite, 180)
    with pytest.raises(NoAnswer):
        await calling
    cancel = await server.request("CANCEL")
    assert cancel.all("via") == invite.all("via")
    assert cancel.cseq == (invite.cseq[0], "CANCEL")
    server.answer(cancel, 200)
    server.answer(invite, 487)
    await server.request("ACK")


async def test_a_call_that_is_answered_while_it_is_cancelled_is_hung_up(
    agent: UserAgent, server: Peer
) -> None:
    calling = asyncio.create_task(agent.call(ANNA, "1", ring=0.3))
    invite = await server.request("INVITE")
    server.answer(invite, 180)
    cancel = await server.request("CANCEL")
    server.answer(cancel, 200)
    server.answer(invite, 200)
    await server.request("ACK")
    server.answer(await server.request("BYE"), 200)
    with pytest.raises(NoAnswer):
        await calling


async def test_a_call_that_is_given_up_leaves_nothing_ringing(
    agent: UserAgent, server: Peer
) -> None:
    calling = asyncio.create_task(agent.call(ANNA, "1"))
    invite = await server.request("INVITE")
    server.answer(invite, 180)
    await asyncio.sleep(0.05)
    calling.cancel()
    server.answer(await server.request("CANCEL"), 200)
    server.answer(invite, 487)
    await server.request("ACK")


async def test_a_server_that_is_silent_leaves_the_outcome_unknown(
    agent: UserAgent, server: Peer
) -> None:
    with pytest.raises(NoAnswer):
        await agent.call(ANNA, "1")


@pytest.mark.parametrize("protocol", [Protocol.UDP, Protocol.TCP])
async def test_where_nobody_listens_nothing_was_done(protocol: Protocol) -> None:
    agent = UserAgent(Server("127.0.0.1", free_port(), protocol), timers=QUICK)
    async with asyncio.timeout(1):
        with pytest.raises(NotConnected):
            await agent.open()


async def test_a_password_is_told_when_it_is_asked_for(
    agent: UserAgent, server: Peer
) -> None:
    calling = asyncio.create_task(agent.call(ANNA, "1"))
    invite = await server.request("INVITE")
    assert not invite.get("authorization")
    server.answer(invite, 401, CHALLENGE)
    await server.request("ACK")
    again = await server.request("INVITE")
    assert again.cseq[0] == invite.cseq[0] + 1
    assert again.get("call-id") == invite.get("call-id")
    assert 'username="100"' in again.get("authorization")
    server.answer(again, 200)
    assert (await server.request("ACK")).get("authorization")
    server.ask("BYE", again, 1)
    await server.response()
    assert (await calling).answered


async def test_a_wrong_password_is_tried_once(agent: UserAgent, server: Peer) -> None:
    calls = [asyncio.create_task(agent.call(ANNA, str(number))) for number in range(3)]
    for challenge in (CHALLENGE, (CHALLENGE[0], CHALLENGE[1].replace('"n"', '"m"'))):
        invite = await server.request("INVITE")
        server.answer(invite, 401, challenge)
        await server.request("ACK")
    for call in calls:
        with pytest.raises(AuthenticationFailed):
            await call
    assert agent.is_locked(ANNA)
    with pytest.raises(AuthenticationFailed):
        await agent.check(ANNA)
    await server.silence(0.3)
    told = [sent for sent in server.everything if sent.get("authorization")]
    assert [sent.get("cseq") for sent in told] == ["2 INVITE"]


async def test_a_stale_nonce_is_no_wrong_password(
    agent: UserAgent, server: Peer
) -> None:
    calling = asyncio.create_task(agent.call(ANNA, "1"))
    stale = (CHALLENGE[0], f"{CHALLENGE[1]}, stale=true")
    for challenge in (CHALLENGE, stale):
        invite = await server.request("INVITE")
        server.answer(invite, 401, challenge)
        await server.request("ACK")
    invite = await server.request("INVITE")
    server.answer(invite, 486)
    await server.request("ACK")
    assert (await calling).status == 486


async def test_a_server_that_calls_every_nonce_stale_is_not_followed_for_ever(
    agent: UserAgent, server: Peer
) -> None:
    calling = asyncio.create_task(agent.call(ANNA, "1"))
    stale = (CHALLENGE[0], f"{CHALLENGE[1]}, stale=true")
    for _ in range(4):
        server.answer(await server.request("INVITE"), 401, stale)
        await server.request("ACK")
    with pytest.raises(AuthenticationFailed):
        await calling
    await server.silence(0.3)


async def test_a_change_of_the_session_is_accepted_in_silence(
    agent: UserAgent, server: Peer
) -> None:
    calling = asyncio.create_task(agent.call(ANNA, "1"))
    invite = await server.request("INVITE")
    server.answer(invite, 200)
    await server.request("ACK")
    server.ask("INVITE", invite, 1, ("content-type", "application/sdp"), body=b"v=0")
    response = await server.response()
    assert response.status == 200
    assert b"a=inactive" in response.body
    # It comes again until it is acknowledged.
    assert (await server.response()) == response
    server.ask("ACK", invite, 1)
    await asyncio.sleep(0.1)
    while not server.heard.empty():
        server.heard.get_nowait()
    await server.silence(0.3)
    server.ask("BYE", invite, 2)
    await server.response()
    await calling


async def test_a_change_without_an_offer_is_answered_with_ours(
    agent: UserAgent, server: Peer
) -> None:
    calling = asyncio.create_task(agent.call(ANNA, "1"))
    invite = await server.request("INVITE")
    server.answer(invite, 200)
    await server.request("ACK")
    server.ask("INVITE", invite, 1)
    answer = await server.response()
    assert (answer.status, answer.body) == (200, invite.body)
    server.ask("BYE", invite, 2)
    await server.response()
    assert (await calling).hung_up_by_server


@pytest.mark.parametrize(
    "contact", [(), ("<tel:+4930123>",), ("sip:x y",), ("*",), ("<>", "<sip:a@b>")]
)
async def test_an_answer_is_acknowledged_whatever_it_gives_as_its_contact(
    agent: UserAgent, server: Peer, contact: tuple[str, ...]
) -> None:
    calling = asyncio.create_task(agent.call(ANNA, "1"))
    invite = await server.request("INVITE")
    kept = [each for each in invite.headers if each[0] in ("via", "from", "call-id")]
    lines = [
        *kept,
        ("to", f"{invite.get('to')};tag=theirs"),
        ("cseq", invite.get("cseq")),
        *(("contact", value) for value in contact),
    ]
    server.send(serialize(Response(tuple(lines), b"", 200, "OK")))
    ack = await server.request("ACK")
    assert ack.uri == invite.uri
    server.ask("BYE", invite, 1)
    await server.response()
    assert (await calling).hung_up_by_server


async def test_a_route_that_the_server_asks_for_is_taken(
    agent: UserAgent, server: Peer
) -> None:
    calling = asyncio.create_task(agent.call(ANNA, "1", hold=0.1))
    invite = await server.request("INVITE")
    route = ("record-route", "<sip:two;lr>, <sip:one;lr>")
    server.answer(invite, 200, route)
    ack = await server.request("ACK")
    assert ack.all("route") == ["<sip:one;lr>", "<sip:two;lr>"]
    bye = await server.request("BYE")
    assert bye.all("route") == ["<sip:one;lr>", "<sip:two;lr>"]
    server.answer(bye, 200)
    await calling


@pytest.mark.parametrize("number", ["1\r\nX: y", "1\0"])
async def test_a_number_that_would_break_a_message_apart_is_escaped(
    agent: UserAgent, server: Peer, number: str
) -> None:
    calling = asyncio.create_task(agent.call(ANNA, number))
    invite = await server.request("INVITE")
    assert not invite.get("x")
    server.answer(invite, 404)
    await server.request("ACK")
    assert (await calling).status == 404


async def test_a_name_that_would_break_a_message_apart_is_not_sent(
    agent: UserAgent, server: Peer
) -> None:
    with pytest.raises(NotSendable):
        await agent.call(Account("100", "secret", domain="a\r\nX: y"), "1")
    await server.silence(0.1)


async def test_closing_is_final(server: Peer) -> None:
    async with agent_for(server.port, timers=QUICK) as agent:
        calling = asyncio.create_task(agent.call(ANNA, "1"))
        invite = await server.request("INVITE")
        server.answer(invite, 200)
        await server.request("ACK")
    with pytest.raises(NotConnected):
        await agent.call(ANNA, "2")
    with pytest.raises(NotConnected):
        await agent.open()
    calling.cancel()
    await asyncio.gather(calling, return_exceptions=True)
    await server.silence(0.3)


async def test_a_call_comes_through_a_network_that_loses_and_doubles(
    server: Peer,
) -> None:
    # Of what goes up each second datagram is lost, of what comes down each is doubled.
    async with lossy_proxy(server.port) as proxy:
        proxy.copies = lambda number, up, _data: (number % 2 == 0) if up else 2
        async with agent_for(proxy.port, timers=QUICK) as agent:
            calling = asyncio.create_task(agent.call(ANNA, "1"))
            invite = await server.request("INVITE")
            server.answer(invite, 200)
            seen: Request | None = None
            while seen is None:
                server.answer(invite, 200)
                message = await server.heard.get()
                if isinstance(message, Request) and message.method == "ACK":
                    seen = message
            proxy.copies = lambda _number, _up, _data: 1
            server.ask("BYE", invite, 1)
            assert (await calling).hung_up_by_server


def test_a_response_repeats_what_the_request_said() -> None:
    request = Request(
        (("via", "a;branch=1"), ("to", "<sip:a>"), ("from", "<sip:b>;tag=1")),
        b"",
        "NOTIFY",
        "sip:a",
    )
    response = response_to(request, 200, "OK", "mine")
    assert response.get("to") == "<sip:a>;tag=mine"
    assert response.get("via") == "a;branch=1"
