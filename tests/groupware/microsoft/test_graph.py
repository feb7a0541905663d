"""What Graph's refusals and failures become, and that nothing is sent in vain."""

import asyncio
from dataclasses import replace

import aiohttp
import pytest

from custom_components.xpresence.groupware.microsoft import graph as graph_module
from custom_components.xpresence.groupware.microsoft.failures import (
    NotThere,
    PermissionMissing,
    RequestRefused,
    SignInRefused,
)
from custom_components.xpresence.groupware.microsoft.graph import GraphClient
from custom_components.xpresence.groupware.microsoft.teams import TeamsClient
from custom_components.xpresence.groupware.source import SourceUnavailable

from .conftest import SignedIn, account_at, sign_in
from .contract import answer_problems, request_problems
from .graph import Fault
from .login import CLIENT_ID, Refused
from .server import Microsoft

PRESENCE = "/me/presence$"


async def read(anna: SignedIn) -> None:
    await TeamsClient(anna.graph, CLIENT_ID).read()


async def test_nothing_is_sent_before_the_time_that_graph_asked_for(
    microsoft: Microsoft, anna: SignedIn
) -> None:
    microsoft.graph.faults = [Fault(PRESENCE, 429, {"Retry-After": "120"})]
    for _ in range(3):
        with pytest.raises(SourceUnavailable) as refused:
            await read(anna)
        assert refused.value.retry_after == pytest.approx(120, abs=30)
    assert microsoft.graph.count("presence") == 1


async def test_graph_is_left_alone_for_longer_where_it_names_no_time(
    microsoft: Microsoft, anna: SignedIn
) -> None:
    waits = []
    microsoft.graph.faults = [Fault(PRESENCE, 429, times=3)]
    for _ in range(3):
        with pytest.raises(SourceUnavailable) as refused:
            await read(anna)
        waits.append(refused.value.retry_after)
        anna.graph._quiet_until = 0
    assert waits == [30, 60, 120]
    await read(anna)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 410])
async def test_a_failing_server_is_asked_again_later(
    microsoft: Microsoft, anna: SignedIn, status: int
) -> None:
    microsoft.graph.faults = [Fault(PRESENCE, status, {"Retry-After": "7"})]
    with pytest.raises(SourceUnavailable) as refused:
        await read(anna)
    assert refused.value.retry_after == 7
    await read(anna)


async def test_half_an_answer_is_no_answer(
    microsoft: Microsoft, anna: SignedIn
) -> None:
    microsoft.graph.faults = [Fault(PRESENCE, kind="cut")]
    with pytest.raises(SourceUnavailable):
        await read(anna)


async def test_a_broken_connection_is_told(
    microsoft: Microsoft, anna: SignedIn
) -> None:
    # aiohttp itself tries a read once more on a fresh connection.
    microsoft.graph.faults = [Fault(PRESENCE, kind="dropped", times=4)]
    with pytest.raises(SourceUnavailable):
        await read(anna)


async def test_a_silent_server_is_given_up(
    microsoft: Microsoft, anna: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph_module, "TIMEOUT", aiohttp.ClientTimeout(total=0.2))
    microsoft.graph.faults = [Fault(PRESENCE, kind="silent")]
    with pytest.raises(SourceUnavailable) as refused:
        await read(anna)
    assert refused.value.reason == "timeout"


async def test_a_network_that_is_gone_is_told(
    microsoft: Microsoft, anna: SignedIn
) -> None:
    async with aiohttp.ClientSession() as session:
        client = GraphClient(session, anna.account, "http://127.0.0.1:9")
        with pytest.raises(SourceUnavailable):
            await TeamsClient(client, CLIENT_ID).read()


async def test_a_token_that_is_refused_is_renewed_once(
    microsoft: Microsoft, anna: SignedIn
) -> None:
    microsoft.login.expire_tokens()
    await read(anna)
    assert microsoft.login.asked[-1] == "refresh_token"


async def test_claims_that_graph_asks_for_reach_the_sign_in(
    microsoft: Microsoft, anna: SignedIn
) -> None:
    microsoft.login.claims_needed = "1785000000"
    await read(anna)
    assert microsoft.graph.count("presence") == 2


async def test_a_token_that_is_refused_again_needs_the_person(
    microsoft: Microsoft, anna: SignedIn
) -> None:
    microsoft.graph.faults = [Fault(PRESENCE, 401, times=2)]
    with pytest.raises(SignInRefused):
        await read(anna)
    assert microsoft.graph.count("presence") == 2


async def test_a_sign_in_that_was_ended_needs_the_person(
    microsoft: Microsoft, anna: SignedIn
) -> None:
    microsoft.login.revoke()
    with pytest.raises(SignInRefused) as refused:
        await read(anna)
    assert refused.value.reason == "sign_in_expired"


async def test_a_missing_permission_is_named(microsoft: Microsoft) -> None:
    account = account_at(microsoft, permissions=("User.Read",))
    await sign_in(microsoft, account)
    async with aiohttp.ClientSession() as session:
        client = GraphClient(session, account, microsoft.graph_url)
        with pytest.raises(PermissionMissing) as missing:
            await TeamsClient(client, CLIENT_ID).read()
    assert missing.value.permission == "Presence.Read"


async def test_what_is_not_there_and_what_is_wrong_are_told_apart(
    microsoft: Microsoft, anna: SignedIn
) -> None:
    microsoft.graph.faults = [Fault(PRESENCE, 404), Fault(PRESENCE, 400)]
    with pytest.raises(NotThere):
        await read(anna)
    with pytest.raises(RequestRefused) as refused:
        await read(anna)
    # Graph's text may name people; its word for the error does not.
    assert "anna" not in str(refused.value)


async def test_at_most_four_requests_run_at_a_time(
    microsoft: Microsoft, anna: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph_module, "TIMEOUT", aiohttp.ClientTimeout(total=0.5))
    microsoft.graph.faults = [Fault(PRESENCE, kind="silent", times=99)]
    asking = [asyncio.create_task(read(anna)) for _ in range(10)]
    await asyncio.sleep(0.3)
    assert microsoft.graph.count("presence") == 4
    for task in asking:
        task.cancel()
    await asyncio.gather(*asking, return_exceptions=True)


async def test_a_sign_in_that_is_down_does_not_ask_graph(
    microsoft: Microsoft,
) -> None:
    microsoft.login.lasts = 60
    account = account_at(microsoft)
    await sign_in(microsoft, account)
    microsoft.login.refuse = Refused("temporarily_unavailable", status=503)
    async with aiohttp.ClientSession() as session:
        client = GraphClient(session, account, microsoft.graph_url)
        with pytest.raises(SourceUnavailable):
            await TeamsClient(client, CLIENT_ID).read()
    assert microsoft.graph.asked == []


async def test_the_token_follows_no_page_to_another_host(
    microsoft: Microsoft, anna: SignedIn
) -> None:
    client = replace_base(anna, microsoft)
    with pytest.raises(SourceUnavailable):
        async for _ in client.pages("/me/calendars", "Calendars.ReadBasic"):
            pass


def replace_base(anna: SignedIn, microsoft: Microsoft) -> GraphClient:
    """Return a client whose Graph names next pages on another host."""
    microsoft.graph.people = {
        one: replace(person, calendars=[])
        for one, person in microsoft.graph.people.items()
    }
    client = anna.graph

    async def elsewhere(*_args: object, **_more: object) -> dict[str, object]:
        return {"value": [], "@odata.nextLink": "https://graph.example.com/v1.0/me"}

    client._request = elsewhere  # type: ignore[method-assign, assignment]
    return client


# The judge itself must see what is wrong.

TOKEN = {"Authorization": "Bearer x", "Content-Type": "application/json"}
SET = "/users/x/presence/setPresence"
SESSION = (
    b'{"sessionId": "x", "availability": "Busy", "activity": "InACall",'
    b' "expirationDuration": "PT15M"}'
)


@pytest.mark.parametrize(
    ("method", "path", "query", "body"),
    [
        ("POST", SET, "", SESSION.replace(b"InACall", b"InAMeeting")),
        ("POST", SET, "", SESSION.replace(b"PT15M", b"PT1M")),
        ("POST", SET, "", SESSION.replace(b"PT15M", b"PT5H")),
        ("POST", SET, "", SESSION.replace(b'"sessionId": "x", ', b"")),
        ("POST", SET, "", SESSION.replace(b"sessionId", b"session")),
        ("POST", SET, "", b"{"),
        ("GET", "/me/calendarView", "", b""),
        ("GET", "/me/calendars", "%24select=colour", b""),
        ("GET", "/me/presence", "top=1", b""),
        ("GET", "/me/nothing", "", b""),
        ("POST", "/communications/getPresencesByUserId", "", b'{"ids": [1]}'),
    ],
)
def test_a_breach_of_the_contract_is_seen(
    method: str, path: str, query: str, body: bytes
) -> None:
    assert request_problems(method, path, query, TOKEN, body)


def test_what_the_contract_allows_is_let_through() -> None:
    assert request_problems("POST", SET, "", TOKEN, SESSION) == []
    assert request_problems("POST", SET, "", {**TOKEN, "Authorization": ""}, SESSION)
    assert answer_problems("GET", "/me/presence", 200, b'{"availability": 3}')
    assert answer_problems("GET", "/me/presence", 302, b"")
