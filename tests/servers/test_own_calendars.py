"""My calendars: connected and disconnected by those they belong to."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
import json
from typing import Any

from homeassistant.core import Event, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.xpresence.groupware.exchange.login import Auth as ExchangeAuth
from custom_components.xpresence.operations.authorization import NotAllowed
from tests.calendars import clear, diaries
from tests.groupware.domino.server import DominoServer, event
from tests.groupware.exchange.mailbox import Item
from tests.groupware.exchange.server import ExchangeServer
from tests.office import ANNA, BOB, MEETING
from tests.pages import EN
from tests.team import Team, set_up_team
from tests.test_coordinator import SELECT

from .conftest import (
    FILE,
    MAIL,
    domino_account,
    domino_login,
    exchange_account,
    exchange_login,
    settle,
    shown,
)

HOUR = timedelta(hours=1)
BOBS = "select.bob_profile"


@pytest.fixture
async def team(
    hass: HomeAssistant,
    own_folder: object,
    exchange: ExchangeServer,
    domino: DominoServer,
) -> Team:
    """Set up Anna's office, which reads calendars from these two servers."""
    accounts = {"exchange": exchange_account(exchange), "notes": domino_account(domino)}
    return await set_up_team(hass, data={"driver": "actions", "accounts": accounts})


type Send = Callable[..., Awaitable[Any]]


class Refused(Exception):
    """A command was refused."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.error = error


@pytest.fixture
def send(hass: HomeAssistant, team: Team, hass_ws_client: WebSocketGenerator) -> Send:
    """Send a command about Anna, as her card does; return its result."""
    clients: dict[str, Any] = {}

    async def send(
        name: str, /, *, by: str = "anna", team: Team = team, **said: Any
    ) -> Any:
        if by not in clients:
            token = await hass.auth.async_create_refresh_token(
                team.users[by], f"http://127.0.0.1/{by}"
            )
            access = hass.auth.async_create_access_token(token)
            clients[by] = await hass_ws_client(hass, access)
        wish = {"type": f"xpresence/{name}", "entity_id": SELECT, **said}
        await clients[by].send_json_auto_id(wish)
        answer = await clients[by].receive_json()
        await settle(hass)
        if not answer["success"]:
            raise Refused(answer["error"])
        return answer["result"]

    return send


async def connect(send: Send, **said: Any) -> str:
    return str((await send("connect_calendar", **said))["calendar_id"])


async def refused(send: Send, team: Team, **said: Any) -> str:
    """Return the key of the error; whatever was stored is as it was."""
    before = stored(team)
    with pytest.raises(Refused) as caught:
        await connect(send, **said)
    assert stored(team) == before
    error = caught.value.error
    key = str(error["translation_key"])
    assert key in error["fields"].values()
    for one in error["fields"].values():
        assert "Nothing was changed." in EN["exceptions"][one]["message"]
    return key


def stored(team: Team) -> list[dict[str, Any]]:
    return list(team.entry.subentries[ANNA].data.get("calendars", ()))


async def not_allowed(send: Send, command: str, **said: Any) -> None:
    with pytest.raises(Refused) as caught:
        await send(command, **said)
    assert caught.value.error["code"] == "unauthorized"
    assert caught.value.error["translation_key"].startswith("not_allowed_")


async def disconnect(send: Send, name: str, **more: Any) -> None:
    await send("disconnect_calendar", name=name, **more)


async def act(
    hass: HomeAssistant,
    team: Team,
    action: str = "connect_calendar",
    /,
    *,
    by: str = "anna",
    **said: Any,
) -> None:
    """Call an action."""
    await hass.services.async_call(
        "xpresence",
        action,
        {"entity_id": SELECT, **said},
        blocking=True,
        context=team.context(by),
    )
    await settle(hass)


async def test_a_calendar_is_tried_stored_and_counts_at_once(
    hass: HomeAssistant, team: Team, send: Send, exchange: ExchangeServer
) -> None:
    now = dt_util.utcnow()
    exchange.add(MAIL[ANNA], Item("Budget", now - HOUR, now + HOUR))
    made = await connect(
        send,
        kind="exchange",
        default_profile="meeting",
        invitations="accepted",
        **exchange_login(exchange),
    )
    assert stored(team) == [
        {
            "id": made,
            "kind": "exchange",
            "name": "Exchange",
            "settings": exchange_login(exchange),
            "rules": {"default_profile": MEETING, "invitations": "accepted"},
        }
    ]
    assert shown(hass) == "Meeting"
    await disconnect(send, "exchange")
    assert stored(team) == []
    assert shown(hass) == "Available"


async def test_a_notes_calendar_needs_no_more_than_the_login_and_the_mail_file(
    hass: HomeAssistant, team: Team, send: Send, domino: DominoServer
) -> None:
    now = dt_util.utcnow().replace(microsecond=0)
    domino.mail_files[FILE[ANNA]].append(event(1, now - HOUR, now + HOUR))
    said = domino_login(domino)
    del said["auth"]
    await connect(send, kind="notes", name="Lotus", default_profile="Meeting", **said)
    (made,) = stored(team)
    assert (made["name"], made["settings"]["auth"]) == ("Lotus", "basic")
    assert shown(hass) == "Meeting"


async def test_a_calendar_of_home_assistant_is_connected_too(
    hass: HomeAssistant, team: Team, send: Send
) -> None:
    await diaries(hass, "Anna")
    await connect(
        send,
        kind="home_assistant",
        calendar="calendar.anna",
        categories_only=True,
    )
    (made,) = stored(team)
    assert made["settings"] == {"entity_id": "calendar.anna"}
    assert made["rules"] == {"categories_only": True}
    assert (
        await refused(
            send,
            team,
            kind="home_assistant",
            calendar="calendar.anna",
            categories_only=True,
        )
        == "connect_calendar_twice"
    )
    await clear(hass)


async def test_a_calendar_of_the_same_name_is_changed_and_keeps_what_is_not_said(
    hass: HomeAssistant, team: Team, send: Send, exchange: ExchangeServer
) -> None:
    login = exchange_login(exchange)
    first = await connect(
        send, kind="exchange", name="Work", default_profile="Meeting", **login
    )
    exchange.passwords["anna"] = "renewed"
    second = await connect(send, kind="exchange", name="WORK", password="renewed")
    assert first == second
    (changed,) = stored(team)
    assert changed["settings"] == {**login, "password": "renewed"}
    assert changed["rules"] == {"default_profile": MEETING}
    # The password stays where only the way of signing in changes.
    await connect(send, kind="exchange", name="Work", auth="basic")
    assert stored(team)[0]["settings"]["password"] == "renewed"


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"password": "guess"}, "connect_calendar_wrong_password"),
        ({"mailbox": "bob@office.example"}, "connect_calendar_not_allowed"),
        ({"mailbox": "x"}, "connect_mail_address_invalid"),
        ({"mailbox": "a@b.onmicrosoft.com"}, "connect_exchange_online"),
        ({"url": "https://other.example"}, "connect_server_not_offered"),
        ({"url": "http://other.example"}, "connect_address_not_encrypted"),
        ({"auth": "session"}, "connect_auth_unknown"),
        ({"mail_file": "mail/anna.nsf"}, "connect_fields_unfit"),
        ({"ca": "configuration.yaml"}, "connect_ca_invalid"),
        ({"name": "\x00"}, "connect_name_control_character"),
        ({"default_profile": "Nap"}, "connect_profile_missing"),
        ({"default_profile": None}, "connect_calendar_profile_needed"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_changed(
    hass: HomeAssistant,
    team: Team,
    send: Send,
    exchange: ExchangeServer,
    more: dict[str, Any],
    error: str,
) -> None:
    said = {"default_profile": "Meeting", **exchange_login(exchange), **more}
    said = {key: value for key, value in said.items() if value is not None}
    assert await refused(send, team, kind="exchange", **said) == error


async def test_what_has_no_shape_is_refused_at_the_door(send: Send) -> None:
    for said in (
        {"kind": "pigeon"},
        {"kind": "exchange", "invitations": "sometimes"},
        {"kind": "exchange", "endpoint": "x"},
        {"kind": "exchange", "password": ["x"]},
        {"kind": "home_assistant", "calendar": "no entity"},
    ):
        with pytest.raises(Refused) as caught:
            await connect(send, **said)
        assert caught.value.error["code"] == "invalid_format"


async def test_every_problem_is_told_at_its_field(
    send: Send, exchange: ExchangeServer
) -> None:
    said = exchange_login(exchange, username="", password="")
    with pytest.raises(Refused) as caught:
        await connect(send, kind="exchange", categories_only=True, **said)
    assert caught.value.error["fields"] == {
        "username": "connect_login_name_invalid",
        "password": "connect_password_missing",
    }
    with pytest.raises(Refused) as caught:
        await connect(send, kind="home_assistant", categories_only=True)
    assert caught.value.error["fields"] == {"calendar": "connect_calendar_missing"}


async def test_the_offices_server_need_not_be_named(
    team: Team, send: Send, exchange: ExchangeServer
) -> None:
    await connect(
        send,
        kind="exchange",
        categories_only=True,
        username="anna",
        password=exchange.passwords["anna"],
        mailbox=MAIL[ANNA],
    )
    assert stored(team)[0]["settings"] == exchange_login(exchange)
    assert stored(team)[0]["settings"]["username"] == "anna"


async def test_the_list_tells_how_each_calendar_is_doing_and_no_secret(
    hass: HomeAssistant, team: Team, send: Send, exchange: ExchangeServer
) -> None:
    assert (await send("list_calendars"))["calendars"] == []
    login = exchange_login(exchange, auth="basic")
    made = await connect(send, kind="exchange", default_profile="Meeting", **login)
    told = await send("list_calendars")
    (one,) = told["calendars"]
    assert one.pop("read_at")
    assert one == {
        "id": made,
        "name": "Exchange",
        "kind": "exchange",
        "own_login": True,
        "problem": None,
    }
    assert told["kinds"] == [
        {"kind": "home_assistant", "office_server": False},
        {"kind": "exchange", "office_server": True},
        {"kind": "notes", "office_server": True},
        {"kind": "outlook", "office_server": False},
        {"kind": "caldav", "office_server": False},
        {"kind": "ics", "office_server": False},
    ]
    exchange.passwords["anna"] = "renewed"
    with pytest.raises(HomeAssistantError):
        await act(hass, team, "sync_calendars")
    told = await send("list_calendars")
    assert told["calendars"][0]["problem"] == "sign_in"
    for secret in login.values():
        assert secret not in json.dumps(told)
    # By its id, for names need not be one of a kind.
    assert made == await connect(send, kind="exchange", name=made, password="renewed")
    (one,) = (await send("list_calendars"))["calendars"]
    assert (one["name"], one["problem"]) == ("Exchange", None)
    await disconnect(send, made)
    assert (await send("list_calendars"))["calendars"] == []


# The action, which everybody hears


@pytest.fixture
def heard(hass: HomeAssistant) -> list[str]:
    """Keep every event there is."""
    found: list[str] = []

    def listen(event: Event[Any]) -> None:
        found.append(str(event.data))

    hass.bus.async_listen("*", listen)
    return found


async def test_the_action_takes_no_password_and_none_is_told_to_anybody(
    hass: HomeAssistant,
    team: Team,
    exchange: ExchangeServer,
    heard: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    login = exchange_login(exchange)
    with pytest.raises(ServiceValidationError, match="on your card") as caught:
        await act(hass, team, kind="exchange", categories_only=True, **login)
    assert caught.value.translation_key == "connect_password_elsewhere"
    del login["password"]
    with pytest.raises(ServiceValidationError, match="on your card"):
        await act(hass, team, kind="exchange", categories_only=True, **login)
    assert stored(team) == []
    assert exchange.tries == 0
    assert exchange.passwords["anna"] not in "".join(heard) + caplog.text


async def test_what_needs_no_password_is_done_by_the_action(
    hass: HomeAssistant, team: Team, send: Send, exchange: ExchangeServer
) -> None:
    await diaries(hass, "Anna")
    diary = {"kind": "home_assistant", "calendar": "calendar.anna"}
    await act(hass, team, **diary, categories_only=True)
    office = {"account": True, "mailbox": MAIL[ANNA], "name": "Work"}
    await act(
        hass, team, by="admin", kind="exchange", default_profile="Meeting", **office
    )
    own = exchange_login(exchange, mailbox=MAIL[BOB], username="bob", password="bob's")
    await connect(send, kind="exchange", name="Own", default_profile="Meeting", **own)
    # The stored password is tried again, and kept.
    await act(hass, team, kind="exchange", name="Own", categories_only=True)
    assert stored(team)[-1]["settings"] == own
    assert stored(team)[-1]["rules"]["categories_only"] is True
    for one in ("anna", "Work", "Own"):
        await act(hass, team, "disconnect_calendar", name=one)
    assert stored(team) == []
    await clear(hass)


async def test_the_action_connects_for_one_person_at_a_time(
    hass: HomeAssistant, team: Team
) -> None:
    with pytest.raises(ServiceValidationError) as caught:
        await act(
            hass,
            team,
            by="admin",
            entity_id=[SELECT, BOBS],
            kind="home_assistant",
            calendar="calendar.diary",
            categories_only=True,
        )
    assert caught.value.translation_key == "connect_one_person_at_a_time"


async def test_without_a_calendar_named_there_is_nothing_to_connect(
    hass: HomeAssistant, team: Team, send: Send
) -> None:
    said = {"kind": "home_assistant", "categories_only": True}
    assert await refused(send, team, **said) == "connect_calendar_missing"
    sensor = {"calendar": "sensor.anna_status"}
    assert await refused(send, team, **said, **sensor) in (
        "connect_calendar_own",
        "connect_calendar_missing",
    )


# Whose business it is


@pytest.mark.parametrize("by", ["dora", "rita", "bob", "rosa", "sven"])
async def test_nobody_connects_calendars_for_somebody_else(
    hass: HomeAssistant, team: Team, send: Send, exchange: ExchangeServer, by: str
) -> None:
    said = {
        "kind": "exchange",
        "default_profile": "Meeting",
        **exchange_login(exchange),
    }
    await not_allowed(send, "connect_calendar", by=by, **said)
    await not_allowed(send, "disconnect_calendar", by=by, name="Work")
    await not_allowed(send, "list_calendars", by=by)
    assert exchange.tries == 0


async def test_an_automation_connects_nothing(
    hass: HomeAssistant, team: Team, send: Send, exchange: ExchangeServer
) -> None:
    said = {
        "kind": "exchange",
        "default_profile": "Meeting",
        **exchange_login(exchange),
    }
    del said["password"]
    with pytest.raises(NotAllowed):
        await hass.services.async_call(
            "xpresence",
            "connect_calendar",
            {"entity_id": SELECT, **said},
            blocking=True,
        )


async def test_where_the_office_forbids_it_only_an_administrator_connects(
    hass: HomeAssistant, team: Team, send: Send, exchange: ExchangeServer
) -> None:
    hass.config_entries.async_update_entry(
        team.entry, options={"allowed": ["choose_profile"]}
    )
    await settle(hass)
    said = {
        "kind": "exchange",
        "default_profile": "Meeting",
        **exchange_login(exchange),
    }
    await not_allowed(send, "connect_calendar", **said)
    await connect(send, by="admin", **said)
    await not_allowed(send, "disconnect_calendar", name="Exchange")
    assert len(stored(team)) == 1


@pytest.mark.parametrize("kind", ["exchange", "notes"])
async def test_the_offices_login_shows_nobody_a_colleagues_calendar(
    hass: HomeAssistant, team: Team, send: Send, kind: str
) -> None:
    """It may read everybody's mailbox, so whose it is is not for users to say."""
    own, bobs = (
        ({"mailbox": MAIL[ANNA]}, {"mailbox": "bob@office.example"})
        if kind == "exchange"
        else ({"mail_file": FILE[ANNA]}, {"mail_file": "mail/bob.nsf"})
    )
    said = {"kind": kind, "name": "Work", "default_profile": "Meeting", "account": True}
    denied = "connect_account_for_administrators"
    assert await refused(send, team, **said, **own) == denied
    await connect(send, by="admin", **said, **own)
    # Once it is theirs, its rules are theirs too.
    await connect(send, kind=kind, name="Work", categories_only=True)
    assert stored(team)[0]["rules"]["categories_only"] is True
    assert await refused(send, team, kind=kind, name="Work", **bobs) == denied


async def test_a_calendar_that_home_assistant_keeps_from_a_user_stays_unread(
    hass: HomeAssistant, team: Team, send: Send
) -> None:
    from homeassistant.auth.permissions import PolicyPermissions
    from homeassistant.auth.permissions.models import PermissionLookup
    from homeassistant.helpers import device_registry as dr, entity_registry as er

    await diaries(hass, "Boss")
    anna = team.users["anna"]
    anna.__dict__["permissions"] = PolicyPermissions(
        {"entities": {"domains": {"select": True}}},
        PermissionLookup(er.async_get(hass), dr.async_get(hass)),
    )
    said = {"kind": "home_assistant", "categories_only": True}
    boss = {"calendar": "calendar.boss"}
    assert await refused(send, team, **said, **boss) == "connect_calendar_missing"
    await connect(send, by="admin", **said, **boss)
    await clear(hass)


async def test_ordinary_users_do_not_look_around_in_the_network(
    hass: HomeAssistant, team: Team, send: Send, exchange: ExchangeServer
) -> None:
    hass.config_entries.async_update_entry(team.entry, data={"driver": "actions"})
    await settle(hass)
    said = {
        "kind": "exchange",
        "default_profile": "Meeting",
        **exchange_login(exchange),
    }
    assert await refused(send, team, **said) == "connect_address_not_encrypted"
    assert not exchange.connections
    await connect(send, by="admin", **said)


# Limits


async def test_nobody_has_calendars_without_end(
    hass: HomeAssistant, team: Team, send: Send, exchange: ExchangeServer
) -> None:
    said = {
        "kind": "exchange",
        "default_profile": "Meeting",
        **exchange_login(exchange),
    }
    await diaries(hass, *(f"C{n}" for n in range(21)))
    for n in range(20):
        await connect(
            send,
            kind="home_assistant",
            calendar=f"calendar.c{n}",
            categories_only=True,
        )
    assert await refused(send, team, **said) == "connect_too_many_calendars"
    with pytest.raises(Refused, match="no calendar of this name"):
        await disconnect(send, "Nothing")
    await clear(hass)


def test_the_action_offers_what_there_is() -> None:
    import yaml

    from tests.pages import PACKAGE

    services = yaml.safe_load((PACKAGE / "services.yaml").read_text())
    fields = services["connect_calendar"]["fields"]
    assert "password" not in fields
    offered = fields["auth"]["selector"]["select"]["options"]
    assert {auth.value for auth in ExchangeAuth} <= set(offered)
