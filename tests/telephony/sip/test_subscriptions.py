"""Subscriptions that stay, whatever the server does."""

import asyncio
from dataclasses import replace

import pytest

from custom_components.xpresence.telephony.sip.agent import (
    Account,
    AuthenticationFailed,
    Notification,
    Refused,
    State,
    Subscription,
    UserAgent,
)
from custom_components.xpresence.telephony.sip.agent.message import Request
from tests.pbx.asterisk import eventually

from .conftest import QUICK, agent_for
from .peer import Peer

ANNA = Account("100", "secret")
ACTIVE = ("subscription-state", "active;expires=60")
EVENT = ("event", "dialog")
GRANTED = ("expires", "60")
TYPE = "application/dialog-info+xml"


class Watcher:
    """What a subscription told."""

    def __init__(self, agent: UserAgent) -> None:
        self.bodies: list[bytes] = []
        self.states: list[tuple[State, object]] = []
        self.subscription: Subscription = agent.subscribe(
            ANNA, "dialog", TYPE, self._note, self._state
        )

    def _note(self, notification: Notification) -> None:
        self.bodies.append(notification.body)

    def _state(self, state: State, error: object) -> None:
        self.states.append((state, error))


async def active(agent: UserAgent, server: Peer) -> tuple[Watcher, Request]:
    watcher = Watcher(agent)
    request = await server.request("SUBSCRIBE")
    server.answer(request, 200, GRANTED)
    server.ask("NOTIFY", request, 1, EVENT, ACTIVE, body=b"first")
    assert (await server.response()).status == 200
    return watcher, request


async def test_what_is_notified_is_told_and_answered(
    agent: UserAgent, server: Peer
) -> None:
    watcher, request = await active(agent, server)
    assert request.get("event") == "dialog"
    assert request.get("accept") == TYPE
    assert watcher.bodies == [b"first"]
    assert watcher.states == [(State.ACTIVE, None)]


async def test_a_notification_may_overtake_the_answer(
    agent: UserAgent, server: Peer
) -> None:
    watcher = Watcher(agent)
    request = await server.request("SUBSCRIBE")
    server.ask("NOTIFY", request, 1, EVENT, ACTIVE, body=b"first")
    assert (await server.response()).status == 200
    server.answer(request, 200, GRANTED)
    await eventually(lambda: watcher.states == [(State.ACTIVE, None)])
    assert watcher.bodies == [b"first"]


async def test_a_notification_that_comes_twice_is_told_once(
    agent: UserAgent, server: Peer
) -> None:
    watcher, request = await active(agent, server)
    server.ask("NOTIFY", request, 3, EVENT, ACTIVE, body=b"third", branch="x")
    assert (await server.response()).status == 200
    server.ask("NOTIFY", request, 3, EVENT, ACTIVE, body=b"third", branch="x")
    assert (await server.response()).status == 200
    assert watcher.bodies == [b"first", b"third"]


async def test_a_notification_that_was_overtaken_ends_nothing_and_all_is_asked_for(
    agent: UserAgent, server: Peer
) -> None:
    watcher, request = await active(agent, server)
    server.ask("NOTIFY", request, 3, EVENT, ACTIVE, body=b"third")
    assert (await server.response()).status == 200
    server.ask("NOTIFY", request, 2, EVENT, ACTIVE, body=b"second")
    assert (await server.response()).status == 200, "a 500 ends it on Asterisk"
    assert watcher.bodies == [b"first", b"third"]
    again = await server.request("SUBSCRIBE")
    assert again.get("call-id") == request.get("call-id")
    assert again.get("expires") != "0"


async def test_a_server_that_lost_the_subscription_but_not_the_dialog_is_asked_anew(
    agent: UserAgent, server: Peer
) -> None:
    watcher, request = await active(agent, server)
    reading = asyncio.create_task(watcher.subscription.refresh())
    again = await server.request("SUBSCRIBE")
    server.answer(again, 500)
    with pytest.raises(Refused):
        await reading
    anew = await server.request("SUBSCRIBE")
    assert anew.get("call-id") != request.get("call-id")
    server.answer(anew, 200, GRANTED, tag="new")
    server.ask("NOTIFY", anew, 1, EVENT, ACTIVE, tag="new", body=b"new")
    assert (await server.response()).status == 200
    assert watcher.bodies == [b"first", b"new"]


async def test_of_several_forks_one_is_listened_to(
    agent: UserAgent, server: Peer
) -> None:
    watcher, request = await active(agent, server)
    server.ask("NOTIFY", request, 1, EVENT, ACTIVE, tag="other", body=b"other")
    assert (await server.response()).status == 481
    assert watcher.bodies == [b"first"]


async def test_another_event_and_a_stranger_are_turned_away(
    agent: UserAgent, server: Peer
) -> None:
    watcher, request = await active(agent, server)
    server.ask("NOTIFY", request, 2, ("event", "presence"), ACTIVE, body=b"x")
    assert (await server.response()).status == 489
    strange = Request(
        tuple(
            (name, "other" if name == "call-id" else value)
            for name, value in request.headers
        ),
        b"",
        "SUBSCRIBE",
        request.uri,
    )
    server.ask("NOTIFY", strange, 2, EVENT, ACTIVE, body=b"x", branch="y")
    assert (await server.response()).status == 481
    assert watcher.bodies == [b"first"]


async def test_a_subscription_is_refreshed_in_its_dialog(
    agent: UserAgent, server: Peer
) -> None:
    watcher = Watcher(agent)
    request = await server.request("SUBSCRIBE")
    server.answer(request, 200, ("expires", "1"))
    again = await server.request("SUBSCRIBE")
    assert again.get("call-id") == request.get("call-id")
    assert again.get("to").endswith(";tag=theirs")
    assert again.cseq[0] == request.cseq[0] + 1
    server.answer(again, 200, GRANTED)
    await server.silence(0.2)
    assert watcher.states == [(State.ACTIVE, None)]


@pytest.mark.parametrize(
    ("reason", "comes_back"),
    [
        ("deactivated", True),
        ("timeout", True),
        ("giveup;retry-after=0", True),
        ("noresource", False),
        ("rejected", False),
    ],
)
async def test_a_subscription_that_the_server_ends_comes_back_where_it_may(
    agent: UserAgent, server: Peer, reason: str, comes_back: bool
) -> None:
    watcher, request = await active(agent, server)
    over = ("subscription-state", f"terminated;reason={reason}")
    server.ask("NOTIFY", request, 2, EVENT, over)
    assert (await server.response()).status == 200
    if comes_back:
        again = await server.request("SUBSCRIBE")
        assert again.get("call-id") != request.get("call-id")
        server.answer(again, 200, GRANTED)
        await eventually(lambda: watcher.states[-1][0] is State.ACTIVE)
    else:
        await eventually(lambda: watcher.states[-1][0] is State.REFUSED)
        await server.silence(0.6)


async def test_a_server_that_forgot_it_is_asked_anew(
    agent: UserAgent, server: Peer
) -> None:
    watcher, request = await active(agent, server)
    again = await server.request("SUBSCRIBE")
    assert again.get("call-id") == request.get("call-id"), "the look at the server"
    server.answer(again, 481)
    fresh = await server.request("SUBSCRIBE")
    assert fresh.get("call-id") != request.get("call-id")
    server.answer(fresh, 200, GRANTED)
    await eventually(lambda: watcher.states[-1][0] is State.ACTIVE)


async def test_a_time_that_is_too_short_is_made_longer(
    agent: UserAgent, server: Peer
) -> None:
    Watcher(agent)
    request = await server.request("SUBSCRIBE")
    server.answer(request, 423, ("min-expires", "90"))
    again = await server.request("SUBSCRIBE")
    assert again.get("expires") == "90"
    server.answer(again, 200, ("expires", "90"))


@pytest.mark.parametrize("status", [403, 404, 405, 489, 501])
async def test_what_is_not_to_be_had_is_not_asked_again(
    agent: UserAgent, server: Peer, status: int
) -> None:
    watcher = Watcher(agent)
    server.answer(await server.request("SUBSCRIBE"), status)
    await eventually(lambda: bool(watcher.states))
    (told,) = watcher.states
    assert told[0] is State.REFUSED
    assert isinstance(told[1], Refused)
    assert told[1].status == status
    await server.silence(0.6)


async def test_a_server_that_cannot_now_is_asked_later(
    agent: UserAgent, server: Peer
) -> None:
    watcher = Watcher(agent)
    server.answer(await server.request("SUBSCRIBE"), 503, ("retry-after", "1"))
    await server.silence(0.5)
    server.answer(await server.request("SUBSCRIBE"), 200, GRANTED)
    await eventually(lambda: watcher.states[-1][0] is State.ACTIVE)


async def test_a_wrong_password_is_not_tried_again(
    agent: UserAgent, server: Peer
) -> None:
    watcher = Watcher(agent)
    challenge = ("www-authenticate", 'Digest realm="r", nonce="n"')
    for _ in range(2):
        server.answer(await server.request("SUBSCRIBE"), 401, challenge)
    await eventually(lambda: bool(watcher.states))
    assert watcher.states[-1][0] is State.REFUSED
    assert isinstance(watcher.states[-1][1], AuthenticationFailed)
    await server.silence(0.6)


async def test_a_body_is_sent_in_the_dialog_there_is(
    agent: UserAgent, server: Peer
) -> None:
    watcher, request = await active(agent, server)
    setting = asyncio.create_task(watcher.subscription.refresh(b"<a/>", "text/xml"))
    again = await server.request("SUBSCRIBE")
    assert again.get("call-id") == request.get("call-id")
    assert (again.body, again.get("content-type")) == (b"<a/>", "text/xml")
    server.answer(again, 415)
    with pytest.raises(Refused):
        await setting


async def test_an_end_is_told_to_the_server_and_its_last_word_answered(
    server: Peer,
) -> None:
    slow = replace(QUICK, farewell=5.0)
    async with agent_for(server.port, timers=slow) as agent:
        watcher, request = await active(agent, server)
        closing = asyncio.create_task(agent.close())
        last = await server.request("SUBSCRIBE")
        assert last.get("expires") == "0"
        over = ("subscription-state", "terminated")
        server.ask("NOTIFY", request, 2, EVENT, over, body=b"last")
        assert (await server.response()).status == 200
        server.answer(last, 200, ("expires", "0"))
        await closing
    assert watcher.bodies == [b"first"]
    await server.silence(0.3)


async def test_a_silent_server_is_told_as_gone_and_as_back(server: Peer) -> None:
    told: list[bool] = []
    async with agent_for(server.port, timers=QUICK) as agent:
        agent._on_reachable = lambda reachable, _error: told.append(reachable)
        watcher, _ = await active(agent, server)
        await eventually(lambda: told == [False])
        while told != [False, True]:
            request = await server.request("SUBSCRIBE")
            server.answer(request, 200, GRANTED)
        # Whatever was not told meanwhile is told with the next refresh.
        request = await server.request("SUBSCRIBE")
        server.answer(request, 200, GRANTED)
        assert watcher.states[-1] == (State.ACTIVE, None)
