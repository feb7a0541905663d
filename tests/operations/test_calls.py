"""A call that the phone system places from the person's own telephone."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import PropertyMock, patch

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.xpresence.presence.permission.policy import LIMITED, Permission
from custom_components.xpresence.telephony.driver import (
    Capability,
    NoTelephone,
    OutcomeUnknown,
    PhoneSystemError,
)
from custom_components.xpresence.telephony.home_assistant_actions.driver import (
    EMBEDDED,
    ActionsPhoneSystem,
)
from tests.team import Team, set_up_team

from .test_profiles import ask, permit

DEVICES = [{"id": "mobile", "name": "Mobile", "number": "01711234567"}]


class Exchange:
    """A phone system that keeps the calls it is asked for."""

    def __init__(self) -> None:
        self.placed: list[tuple[str, str]] = []
        self.failure: PhoneSystemError | None = None

    async def dial(
        self, _system: ActionsPhoneSystem, extension: str, number: str
    ) -> None:
        if self.failure is not None:
            raise self.failure
        self.placed.append((extension, number))


@pytest.fixture
async def team(hass: HomeAssistant, own_folder: object) -> Team:
    """Set up Anna's office in Germany; she has a mobile."""
    options = {"country_code": "49", "area_code": "30"}
    return await set_up_team(hass, options=options, anna={"devices": DEVICES})


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    exchange = Exchange()

    async def dial(system: ActionsPhoneSystem, extension: str, number: str) -> None:
        await exchange.dial(system, extension, number)

    able = PropertyMock(return_value=EMBEDDED | Capability.DIAL)
    with (
        patch.object(ActionsPhoneSystem, "dial", dial),
        patch.object(ActionsPhoneSystem, "capabilities", able),
    ):
        yield exchange


async def refused(hass: HomeAssistant, team: Team, to: str, by: str = "anna") -> str:
    with pytest.raises(HomeAssistantError) as caught:
        await ask(hass, team, "call", by=by, to=to)
    return str(caught.value.translation_key)


@pytest.mark.parametrize(
    ("to", "number"),
    [
        ("Bob", "101"),
        ("bob", "101"),
        ("101", "101"),
        ("Mobile", "01711234567"),
        ("+49 171 7654321", "01717654321"),
    ],
)
async def test_a_colleague_a_device_or_a_number_is_called(
    hass: HomeAssistant, team: Team, exchange: Exchange, to: str, number: str
) -> None:
    await ask(hass, team, "call", to=to)
    assert exchange.placed == [("100", number)]


@pytest.mark.parametrize(
    ("to", "key"),
    [
        ("Anna", "call_nobody"),
        ("Nobody At All", "call_nobody"),
        ("voicemail", "call_nobody"),
        ("*98", "call_nobody"),
        ("112", "call_emergency"),
        ("0049 112", "call_emergency"),
        ("0900 1234567", "out_of_reach_premium"),
    ],
)
async def test_what_cannot_be_called_is_said_and_nothing_rings(
    hass: HomeAssistant, team: Team, exchange: Exchange, to: str, key: str
) -> None:
    assert await refused(hass, team, to) == key
    assert exchange.placed == []


async def test_a_call_reaches_what_the_person_could_redirect_to(
    hass: HomeAssistant, team: Team, exchange: Exchange
) -> None:
    await permit(hass, team, reach=["internal"])
    assert await refused(hass, team, "0171 7654321") == "out_of_reach_external"
    await ask(hass, team, "call", to="Bob")
    assert exchange.placed == [("100", "101")]


@pytest.mark.parametrize("by", ["admin", "rita", "bob"])
async def test_nobody_else_calls_in_a_persons_name(
    hass: HomeAssistant, team: Team, exchange: Exchange, by: str
) -> None:
    assert await refused(hass, team, "Bob", by=by) == "not_allowed_role_call"
    assert exchange.placed == []


async def test_an_office_may_keep_calls_from_its_users(
    hass: HomeAssistant, team: Team, exchange: Exchange
) -> None:
    await permit(hass, team, allowed=sorted(LIMITED - {Permission.CALL}))
    assert await refused(hass, team, "Bob") == "not_allowed_office_call"


async def test_one_call_is_placed_at_a_time(
    hass: HomeAssistant, team: Team, exchange: Exchange
) -> None:
    await ask(hass, team, "call", to="Bob")
    assert await refused(hass, team, "Bob") == "ring_too_often"
    assert len(exchange.placed) == 1


@pytest.mark.parametrize(
    ("failure", "key"),
    [
        (NoTelephone(), "call_no_telephone"),
        (OutcomeUnknown(), "call_failed"),
    ],
)
async def test_a_call_that_was_not_placed_is_said(
    hass: HomeAssistant,
    team: Team,
    exchange: Exchange,
    failure: PhoneSystemError,
    key: str,
) -> None:
    exchange.failure = failure
    assert await refused(hass, team, "Bob") == key


async def test_a_phone_system_that_cannot_dial_says_so(
    hass: HomeAssistant, team: Team
) -> None:
    assert await refused(hass, team, "Bob") == "call_not_supported"


async def token(hass: HomeAssistant, team: Team, by: str) -> str:
    refresh = await hass.auth.async_create_refresh_token(
        team.users[by], "https://example.com/app"
    )
    return hass.auth.async_create_access_token(refresh)


async def test_the_board_tells_a_person_alone_that_they_can_call(
    hass: HomeAssistant, team: Team, exchange: Exchange, hass_ws_client: Any
) -> None:
    async def seen(by: str) -> dict[str, bool]:
        client = await hass_ws_client(hass, await token(hass, team, by))
        await client.send_json_auto_id({"type": "xpresence/subscribe_team"})
        assert (await client.receive_json())["success"]
        people = (await client.receive_json())["event"]["people"]
        return {one["name"]: one["places_calls"] for one in people.values()}

    assert await seen("anna") == {"Anna": True, "Bob": False}
    assert await seen("bob") == {"Anna": False, "Bob": True}
    assert not any((await seen("admin")).values())
