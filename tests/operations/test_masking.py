"""Numbers that lead outside: masked for everybody, whole for who may know them."""

from typing import Any

from homeassistant.core import Event, EventStateChangedData, HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from ..office import ANNA, AVAILABLE, BOB, MEETING, forward, person, profile
from ..team import Team, set_up_team
from ..test_coordinator import REDIRECT, act, choose, shown
from ..websocket.test_websocket import told

NUMBER = "01715550189"
MOBILE = "01725550123"
DEVICES = [{"id": "01DEVICE", "name": "Mobile", "number": MOBILE}]


@pytest.fixture
async def team(hass: HomeAssistant, own_folder: object) -> Team:
    shared = {"acting": ["person.dora"], "subjects": ["person.rita"]}
    return await set_up_team(
        hass,
        options={"country_code": "49"},
        subentries_data=[
            profile(AVAILABLE, "Available", "available"),
            profile(MEETING, "Meeting", "busy", redirect=forward("number", NUMBER)),
            person(
                ANNA,
                "Anna",
                "100",
                person="person.anna",
                sharing=shared,
                devices=DEVICES,
            ),
            person(BOB, "Bob", "101", person="person.bob"),
        ],
    )


async def test_everybody_reads_a_masked_number_and_whoever_may_know_the_whole(
    hass: HomeAssistant, team: Team, hass_ws_client: WebSocketGenerator
) -> None:
    await choose(hass, "Meeting")
    attributes = shown(hass, REDIRECT).attributes
    assert attributes["target"] == "… 89"
    assert attributes["targets"] == {"unconditional": "… 89"}
    for reader in ("anna", "dora", "admin"):
        message = await told(hass, team, hass_ws_client, reader)
        redirect = message["person"]["redirect"]
        assert redirect["target"] == NUMBER
        assert redirect["targets"] == {"unconditional": redirect["target"]}
    message = await told(hass, team, hass_ws_client, "bob")
    assert message["person"]["redirect"] == {"status": "active"}


@pytest.mark.parametrize(
    ("target", "readable"),
    [
        ("Bob", "Bob"),
        ("101", "Bob"),
        ("voicemail", "Voicemail"),
        ("Mobile", "Mobile"),
        (MOBILE, "Mobile"),
        ("4711", "4711"),
        ("*97", "*97"),
        (NUMBER, "… 89"),
        ("+33 1 23456789", "… 89"),
        (f"*21*{NUMBER}#", "… 89"),
    ],
)
async def test_what_leads_inside_stays_readable(
    hass: HomeAssistant, team: Team, target: str, readable: str
) -> None:
    await act(hass, "set_redirect", mode="forward", target=target)
    assert shown(hass, REDIRECT).attributes["target"] == readable


async def test_a_number_that_only_differs_where_it_is_masked_is_news_all_the_same(
    hass: HomeAssistant, team: Team
) -> None:
    happened: list[dict[str, Any]] = []

    def remember(event: Event[EventStateChangedData]) -> None:
        state = event.data["new_state"]
        if event.data["entity_id"] == "event.anna_presence" and state is not None:
            happened.append(dict(state.attributes))

    hass.bus.async_listen("state_changed", remember)
    await act(hass, "set_redirect", mode="forward", target=NUMBER)
    await act(hass, "set_redirect", mode="forward", target="0171 777 7789")
    redirected = [one for one in happened if one["event_type"] == "redirected"]
    assert [one["target"] for one in redirected] == ["… 89", "… 89"]


async def test_a_new_device_gives_its_name_to_a_redirect_that_stands(
    hass: HomeAssistant, team: Team
) -> None:
    await act(hass, "set_redirect", mode="forward", target="0171 777 7789")
    assert shown(hass, REDIRECT).attributes["target"] == "… 89"
    subentry = team.entry.subentries[ANNA]
    device = {"id": "01OTHER", "name": "Cottage", "number": "01717777789"}
    hass.config_entries.async_update_subentry(
        team.entry, subentry, data={**subentry.data, "devices": [*DEVICES, device]}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert shown(hass, REDIRECT).attributes["target"] == "Cottage"
