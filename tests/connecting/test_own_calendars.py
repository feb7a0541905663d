"""My calendars: connected and disconnected by those they belong to."""

from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
import voluptuous as vol

from custom_components.xpresence.authority import NotAllowed
from custom_components.xpresence.groupware.exchange.login import Auth as ExchangeAuth
from tests.calendars import clear, diaries
from tests.groupware.domino.server import DominoServer, event
from tests.groupware.exchange.mailbox import Item
from tests.groupware.exchange.server import ExchangeServer
from tests.office import ANNA, MEETING
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


async def connect(
    hass: HomeAssistant, team: Team, *, by: str = "anna", who: Any = SELECT, **said: Any
) -> str:
    result: Any = await hass.services.async_call(
        "xpresence",
        "connect_calendar",
        {"entity_id": who, **said},
        blocking=True,
        context=team.context(by),
        return_response=True,
    )
    await settle(hass)
    return str(result["calendar_id"])


async def refused(hass: HomeAssistant, team: Team, **said: Any) -> str:
    """Return the key of the error; whatever was stored is as it was."""
    before = stored(team)
    with pytest.raises(ServiceValidationError) as caught:
        await connect(hass, team, **said)
    assert stored(team) == before
    key = str(caught.value.translation_key)
    assert "Nothing was changed." in EN["exceptions"][key]["message"]
    return key


def stored(team: Team) -> list[dict[str, Any]]:
    return list(team.entry.subentries[ANNA].data.get("calendars", ()))


async def disconnect(
    hass: HomeAssistant, team: Team, name: str, *, by: str = "anna"
) -> None:
    await hass.services.async_call(
        "xpresence",
        "disconnect_calendar",
        {"entity_id": SELECT, "name": name},
        blocking=True,
        context=team.context(by),
    )
    await settle(hass)


async def test_a_calendar_is_tried_stored_and_counts_at_once(
    hass: HomeAssistant, team: Team, exchange: ExchangeServer
) -> None:
    now = dt_util.utcnow()
    exchange.add(MAIL[ANNA], Item("Budget", now - HOUR, now + HOUR))
    made = await connect(
        hass,
        team,
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
    await disconnect(hass, team, "exchange")
    assert stored(team) == []
    assert shown(hass) == "Available"


async def test_a_notes_calendar_needs_no_more_than_the_login_and_the_mail_file(
    hass: HomeAssistant, team: Team, domino: DominoServer
) -> None:
    now = dt_util.utcnow().replace(microsecond=0)
    domino.mail_files[FILE[ANNA]].append(event(1, now - HOUR, now + HOUR))
    said = domino_login(domino)
    del said["auth"]
    await connect(
        hass, team, kind="notes", name="Lotus", default_profile="Meeting", **said
    )
    (made,) = stored(team)
    assert (made["name"], made["settings"]["auth"]) == ("Lotus", "basic")
    assert shown(hass) == "Meeting"


async def test_a_calendar_of_home_assistant_is_connected_too(
    hass: HomeAssistant, team: Team
) -> None:
    await diaries(hass, "Anna")
    await connect(
        hass,
        team,
        kind="home_assistant",
        calendar="calendar.anna",
        categories_only=True,
    )
    (made,) = stored(team)
    assert made["settings"] == {"entity_id": "calendar.anna"}
    assert made["rules"] == {"categories_only": True}
    assert (
        await refused(
            hass,
            team,
            kind="home_assistant",
            calendar="calendar.anna",
            categories_only=True,
        )
        == "connect_calendar_twice"
    )
    await clear(hass)


async def test_a_calendar_of_the_same_name_is_changed_and_keeps_what_is_not_said(
    hass: HomeAssistant, team: Team, exchange: ExchangeServer
) -> None:
    login = exchange_login(exchange)
    first = await connect(
        hass, team, kind="exchange", name="Work", default_profile="Meeting", **login
    )
    exchange.passwords["anna"] = "renewed"
    second = await connect(hass, team, kind="exchange", name="WORK", password="renewed")
    assert first == second
    (changed,) = stored(team)
    assert changed["settings"] == {**login, "password": "renewed"}
    assert changed["rules"] == {"default_profile": MEETING}
    # The password stays where only the way of signing in changes.
    await connect(hass, team, kind="exchange", name="Work", auth="basic")
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
        ({"default_profile": "Nap"}, "own_no_such_profile"),
        ({"default_profile": None}, "connect_calendar_profile_needed"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_changed(
    hass: HomeAssistant,
    team: Team,
    exchange: ExchangeServer,
    more: dict[str, Any],
    error: str,
) -> None:
    said = {"default_profile": "Meeting", **exchange_login(exchange), **more}
    said = {key: value for key, value in said.items() if value is not None}
    assert await refused(hass, team, kind="exchange", **said) == error


async def test_what_has_no_shape_is_refused_at_the_door(
    hass: HomeAssistant, team: Team
) -> None:
    for said in (
        {"kind": "outlook"},
        {"kind": "exchange", "invitations": "sometimes"},
        {"kind": "exchange", "endpoint": "x"},
        {"kind": "home_assistant", "calendar": "no entity"},
    ):
        with pytest.raises(vol.Invalid):
            await connect(hass, team, **said)


async def test_without_a_calendar_named_there_is_nothing_to_connect(
    hass: HomeAssistant, team: Team
) -> None:
    said = {"kind": "home_assistant", "categories_only": True}
    assert await refused(hass, team, **said) == "connect_calendar_missing"
    sensor = {"calendar": "sensor.anna_status"}
    assert await refused(hass, team, **said, **sensor) in (
        "connect_calendar_own",
        "connect_calendar_missing",
    )


# Whose business it is


@pytest.mark.parametrize("by", ["dora", "rita", "bob", "rosa", "sven"])
async def test_nobody_connects_calendars_for_somebody_else(
    hass: HomeAssistant, team: Team, exchange: ExchangeServer, by: str
) -> None:
    said = {
        "kind": "exchange",
        "default_profile": "Meeting",
        **exchange_login(exchange),
    }
    with pytest.raises(NotAllowed):
        await connect(hass, team, by=by, **said)
    with pytest.raises(NotAllowed):
        await disconnect(hass, team, "Work", by=by)
    assert exchange.tries == 0


async def test_an_automation_connects_nothing(
    hass: HomeAssistant, team: Team, exchange: ExchangeServer
) -> None:
    said = {
        "kind": "exchange",
        "default_profile": "Meeting",
        **exchange_login(exchange),
    }
    with pytest.raises(NotAllowed):
        await hass.services.async_call(
            "xpresence",
            "connect_calendar",
            {"entity_id": SELECT, **said},
            blocking=True,
        )


async def test_where_the_office_forbids_it_only_an_administrator_connects(
    hass: HomeAssistant, team: Team, exchange: ExchangeServer
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
    with pytest.raises(NotAllowed):
        await connect(hass, team, **said)
    await connect(hass, team, by="admin", **said)
    with pytest.raises(NotAllowed):
        await disconnect(hass, team, "Exchange")
    assert len(stored(team)) == 1


@pytest.mark.parametrize("kind", ["exchange", "notes"])
async def test_the_offices_login_shows_nobody_a_colleagues_calendar(
    hass: HomeAssistant, team: Team, kind: str
) -> None:
    """It may read everybody's mailbox, so whose it is is not for users to say."""
    own, bobs = (
        ({"mailbox": MAIL[ANNA]}, {"mailbox": "bob@office.example"})
        if kind == "exchange"
        else ({"mail_file": FILE[ANNA]}, {"mail_file": "mail/bob.nsf"})
    )
    said = {"kind": kind, "name": "Work", "default_profile": "Meeting", "account": True}
    denied = "connect_account_for_administrators"
    assert await refused(hass, team, **said, **own) == denied
    await connect(hass, team, by="admin", **said, **own)
    # Once it is theirs, its rules are theirs too.
    await connect(hass, team, kind=kind, name="Work", categories_only=True)
    assert stored(team)[0]["rules"]["categories_only"] is True
    assert await refused(hass, team, kind=kind, name="Work", **bobs) == denied


async def test_a_calendar_that_home_assistant_keeps_from_a_user_stays_unread(
    hass: HomeAssistant, team: Team
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
    assert await refused(hass, team, **said, **boss) == "connect_calendar_missing"
    await connect(hass, team, by="admin", **said, **boss)
    await clear(hass)


async def test_ordinary_users_do_not_look_around_in_the_network(
    hass: HomeAssistant, own_folder: object, exchange: ExchangeServer
) -> None:
    team = await set_up_team(hass)
    said = {
        "kind": "exchange",
        "default_profile": "Meeting",
        **exchange_login(exchange),
    }
    assert await refused(hass, team, **said) == "connect_address_not_encrypted"
    assert not exchange.connections
    await connect(hass, team, by="admin", **said)


# Limits


async def test_one_person_at_a_time_and_not_without_end(
    hass: HomeAssistant, team: Team, exchange: ExchangeServer
) -> None:
    said = {
        "kind": "exchange",
        "default_profile": "Meeting",
        **exchange_login(exchange),
    }
    key = await refused(hass, team, by="admin", who=[SELECT, BOBS], **said)
    assert key == "connect_one_person_at_a_time"
    await diaries(hass, *(f"C{n}" for n in range(21)))
    for n in range(20):
        await connect(
            hass,
            team,
            kind="home_assistant",
            calendar=f"calendar.c{n}",
            categories_only=True,
        )
    assert await refused(hass, team, **said) == "connect_too_many_calendars"
    with pytest.raises(ServiceValidationError, match="no calendar of this name"):
        await disconnect(hass, team, "Nothing")
    await clear(hass)


def test_the_action_offers_what_there_is() -> None:
    import yaml

    from tests.pages import PACKAGE

    services = yaml.safe_load((PACKAGE / "services.yaml").read_text())
    fields = services["connect_calendar"]["fields"]
    assert fields["password"]["selector"]["text"]["type"] == "password"
    offered = fields["auth"]["selector"]["select"]["options"]
    assert {auth.value for auth in ExchangeAuth} <= set(offered)
