"""Ordinary users find out nothing about the network by calendars' addresses."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
import socket
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.xpresence.groupware.exchange import connection
from custom_components.xpresence.groupware.network import addresses
from custom_components.xpresence.groupware.network.limits import LIMITS
from tests.groupware.certificates import Authority
from tests.groupware.exchange.server import ExchangeServer
from tests.office import ANNA
from tests.pages import EN
from tests.team import Team, set_up_team
from tests.test_coordinator import SELECT

from .conftest import exchange_account, exchange_login, settle

type Send = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def team(hass: HomeAssistant, own_folder: object) -> Team:
    return await set_up_team(hass, data={"driver": "actions"})


@pytest.fixture
def send(hass: HomeAssistant, team: Team, hass_ws_client: WebSocketGenerator) -> Send:
    """Connect a calendar of Anna's; return the answer."""
    clients: dict[str, Any] = {}

    async def send(
        command: str = "connect_calendar", /, *, by: str = "anna", **said: Any
    ) -> Any:
        if by not in clients:
            token = await hass.auth.async_create_refresh_token(
                team.users[by], f"http://127.0.0.1/{by}"
            )
            access = hass.auth.async_create_access_token(token)
            clients[by] = await hass_ws_client(hass, access)
        wish = {"type": f"xpresence/{command}", "entity_id": SELECT, **said}
        await clients[by].send_json_auto_id(wish)
        answer = await clients[by].receive_json()
        await settle(hass)
        return answer

    return send


async def allow(hass: HomeAssistant, team: Team, **options: Any) -> None:
    hass.config_entries.async_update_entry(
        team.entry, options={**team.entry.options, **options}
    )
    await settle(hass)


def exchange_at(url: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": "exchange",
        "default_profile": "Meeting",
        "url": url,
        "username": "anna",
        "password": "Grün€ 7",
        "auth": "basic",
        "mailbox": "anna@office.example",
        **more,
    }


def key(answer: dict[str, Any]) -> str:
    assert not answer["success"]
    said = str(answer["error"]["translation_key"])
    assert EN["exceptions"][said]["message"]
    return said


def stored(team: Team) -> list[dict[str, Any]]:
    return list(team.entry.subentries[ANNA].data.get("calendars", ()))


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the hosts that are looked up or connected to by the readers."""
    seen: list[str] = []
    real = socket.getaddrinfo

    def noted(host: Any, *args: Any, **more: Any) -> Any:
        seen.append(str(host))
        return real(host, *args, **more)

    monkeypatch.setattr(addresses.socket, "getaddrinfo", noted)
    return seen


@pytest.mark.parametrize("kind", ["exchange", "notes"])
@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1",
        "https://192.168.1.1",
        "https://localhost:8123",
        "https://nas.local",
        "https://example.com",
        "https://[::1]",
    ],
)
async def test_no_server_is_connected_to_that_nobody_named(
    team: Team, send: Send, connections: list[str], kind: str, url: str
) -> None:
    said = exchange_at(url)
    if kind == "notes":
        said = said | {"kind": kind, "mail_file": "mail/anna.nsf"}
        del said["mailbox"]
    assert key(await send(**said)) == "connect_server_not_offered"
    assert connections == []
    assert stored(team) == []


async def test_nobody_posts_to_a_path_of_their_choice(
    hass: HomeAssistant, team: Team, send: Send, connections: list[str]
) -> None:
    await allow(hass, team, servers=["127.0.0.1:8443"])
    for path in ("/admin/reboot", "/EWS/Exchange.asmx/x", "/EWS/../reboot"):
        answer = await send(**exchange_at(f"https://127.0.0.1:8443{path}"))
        assert key(answer) == "connect_server_not_offered"
    assert connections == []


# A client that does not trust a certificate hangs up on the server's side of TLS.
@pytest.mark.parametrize("expected_lingering_timers", [True])
@pytest.mark.usefixtures("hung_up_on", "socket_enabled")
async def test_whatever_is_wrong_with_a_named_server_reads_alike(
    hass: HomeAssistant,
    team: Team,
    send: Send,
    tmp_path: Path,
    exchange: ExchangeServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    office = Authority()
    await exchange.stop()
    await exchange.start(office.serving(tmp_path))
    there = exchange.url.removesuffix("/EWS/Exchange.asmx")
    server = there.removeprefix("https://")
    closed = "127.0.0.1:9"
    await allow(hass, team, servers=[server, closed])
    told = set()
    for more in (
        {"password": "guess"},
        {"mailbox": "nobody@office.example"},
        {"mailbox": "bob@office.example"},
        {"auth": "ntlm", "password": "guess"},
        {"ca": Authority().pem},
        {"url": f"https://{closed}"},
    ):
        answer = await send(**exchange_at(there, ca=office.pem) | more)
        told.add((key(answer), str(answer["error"]["message"])))
    for fault in ("forbidden", "missing", "somewhere else", "error", "cut short"):
        exchange.fault = fault
        answer = await send(**exchange_at(there, ca=office.pem))
        told.add((key(answer), str(answer["error"]["message"])))
    assert {one for one, _ in told} == {"connect_calendar_not_readable"}
    assert len(told) == 1
    # The administrator is told each reason.
    for reason in ("wrong_password", "mailbox_unknown", "unreachable", "not_exchange"):
        assert reason in caplog.text
    exchange.fault = ""
    assert (await send(**exchange_at(there, ca=office.pem)))["success"]
    assert stored(team)[0]["settings"]["by_user"] is True
    await allow(hass, team, servers=[])
    # What the administrator no longer allows ends; the person is told no details.
    listed = (await send("list_calendars"))["result"]["calendars"][0]
    assert listed["problem"] == "unavailable"
    listed = (await send("list_calendars", by="admin"))["result"]["calendars"][0]
    assert listed["problem"] == "not_allowed"


async def test_any_server_of_the_internet_means_none_of_the_office(
    hass: HomeAssistant,
    team: Team,
    send: Send,
    socket_enabled: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await allow(hass, team, any_server=True)
    connected: list[Any] = []
    real = socket.socket.connect

    def noted(which: socket.socket, to: Any) -> None:
        connected.append(to)
        real(which, to)

    monkeypatch.setattr(socket.socket, "connect", noted)
    for url in (
        "https://127.0.0.1",
        "https://10.0.0.1",
        "https://[::1]",
        "https://localhost",
        "https://169.254.169.254",
    ):
        answer = await send(**exchange_at(url))
        assert key(answer) == "connect_calendar_not_readable"
        notes = exchange_at(url, kind="notes", mail_file="mail/anna.nsf")
        del notes["mailbox"]
        assert key(await send(**notes)) == "connect_calendar_not_readable"
    answer = await send(**exchange_at("https://mail.example.com:22"))
    assert key(answer) == "connect_server_not_offered"
    assert not [to for to in connected if to[1] == 443]


async def test_a_server_named_by_an_administrator_is_trusted_as_before(
    hass: HomeAssistant, team: Team, send: Send, exchange: ExchangeServer
) -> None:
    said = {
        "kind": "exchange",
        "default_profile": "Meeting",
        **exchange_login(exchange),
    }
    assert (await send(by="admin", **said))["success"]
    (calendar,) = stored(team)
    assert "by_user" not in calendar["settings"]
    # Anna may renew her password there, although she could not have named it.
    renewed = {"kind": "exchange", "name": "Exchange", "password": said["password"]}
    assert (await send(**renewed))["success"]
    assert stored(team) == [calendar]


async def test_one_calendar_of_a_person_is_tried_at_a_time(
    hass: HomeAssistant,
    team: Team,
    hass_ws_client: WebSocketGenerator,
    exchange: ExchangeServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "LIMITS", replace(LIMITS, request_seconds=0.5))
    accounts = {"exchange": exchange_account(exchange)}
    hass.config_entries.async_update_entry(
        team.entry, data={"driver": "actions", "accounts": accounts}
    )
    await settle(hass)
    exchange.fault = "silent"
    token = await hass.auth.async_create_refresh_token(
        team.users["anna"], "http://127.0.0.1/anna"
    )
    client = await hass_ws_client(hass, hass.auth.async_create_access_token(token))
    said = {
        "kind": "exchange",
        "default_profile": "Meeting",
        **exchange_login(exchange),
    }
    for name in ("First", "Second", "Third"):
        wish = {"type": "xpresence/connect_calendar", "entity_id": SELECT, **said}
        await client.send_json_auto_id(wish | {"name": name, "auth": "basic"})
    told = [key(await client.receive_json()) for _ in range(3)]
    assert sorted(told) == [
        "connect_calendar_too_slow",
        "connect_calendar_trying",
        "connect_calendar_trying",
    ]
    assert exchange.tries == 1
