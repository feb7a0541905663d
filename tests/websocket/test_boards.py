"""What open team boards cost, and what they are told when permissions change."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.xpresence.websocket import boards as module

from ..office import ANNA, BOB
from ..team import ADMINS, Team, set_up_team
from .test_websocket import CLIENT, Subscription, choose, subscribed


@pytest.fixture
async def team(hass: HomeAssistant, own_folder: object) -> Team:
    return await set_up_team(hass)


async def board_of(
    hass: HomeAssistant, team: Team, hass_ws_client: WebSocketGenerator, name: str
) -> tuple[Subscription, Any]:
    """Open a board as one of the people around the office."""
    token = await hass.auth.async_create_refresh_token(
        team.users[name], f"{CLIENT}/{name}"
    )
    client = await hass_ws_client(hass, hass.auth.async_create_access_token(token))
    return await subscribed(client, "subscribe_team"), client


async def until_profile(board: Subscription, person: str, profile: str) -> set[str]:
    """Read messages up to this profile; return whom they were about."""
    about: set[str] = set()
    while True:
        people = (await board.next())["people"]
        about |= people.keys()
        if people.get(person, {}).get("profile") == profile:
            return about


async def test_a_choice_is_worked_out_once_for_all_boards_and_for_nobody_else(
    hass: HomeAssistant,
    team: Team,
    hass_ws_client: WebSocketGenerator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    boards = [
        (await board_of(hass, team, hass_ws_client, "admin"))[0] for _ in range(3)
    ]
    for board in boards:
        assert (await board.next())["people"].keys() == {ANNA, BOB}
    worked_out: list[str] = []
    looks: list[None] = []
    view, on_time = module.person_view, module.Boards._on_time

    def counted_view(coordinator: Any, person_id: str, acts: Any) -> Any:
        worked_out.append(person_id)
        return view(coordinator, person_id, acts)

    def counted_look(self: module.Boards) -> None:
        looks.append(None)
        on_time(self)

    monkeypatch.setattr(module, "person_view", counted_view)
    monkeypatch.setattr(module.Boards, "_on_time", counted_look)
    await choose(hass, "Meeting", "select.bob_profile")
    for board in boards:
        assert await until_profile(board, BOB, "Meeting") == {BOB}
    assert set(worked_out) == {BOB}
    assert len(worked_out) <= len(looks)


async def test_who_becomes_an_administrator_reads_on_an_open_board_where_calls_go(
    hass: HomeAssistant, team: Team, hass_ws_client: WebSocketGenerator
) -> None:
    await choose(hass, "Meeting")
    board, _ = await board_of(hass, team, hass_ws_client, "bob")
    assert "target" not in (await board.next())["people"][ANNA]["redirect"]
    await hass.auth.async_update_user(team.users["bob"], group_ids=[ADMINS])
    assert (await board.next())["people"][ANNA]["redirect"]["target"] == "Voicemail"


async def test_who_is_kept_from_the_entities_sees_nobody_on_an_open_board_any_more(
    hass: HomeAssistant, team: Team, hass_ws_client: WebSocketGenerator
) -> None:
    board, _ = await board_of(hass, team, hass_ws_client, "bob")
    assert (await board.next())["people"].keys() == {ANNA, BOB}
    await hass.auth.async_update_user(team.users["bob"], group_ids=[])
    assert await board.next() == {"people": {ANNA: None, BOB: None}}


async def test_an_open_board_knows_whose_user_is_whose_person_now(
    hass: HomeAssistant, team: Team, hass_ws_client: WebSocketGenerator
) -> None:
    board, _ = await board_of(hass, team, hass_ws_client, "rosa")
    assert not (await board.next())["people"][BOB]["is_self"]
    hass.states.async_set("person.bob", "home", {"user_id": team.users["rosa"].id})
    assert (await board.next())["people"][BOB]["is_self"]


async def test_an_open_board_leads_to_an_entity_under_its_new_id(
    hass: HomeAssistant, team: Team, hass_ws_client: WebSocketGenerator
) -> None:
    board, _ = await board_of(hass, team, hass_ws_client, "anna")
    assert (await board.next())["people"][BOB]["entity"] == "select.bob_profile"
    er.async_get(hass).async_update_entity(
        "select.bob_profile", new_entity_id="select.robert"
    )
    assert (await board.next())["people"][BOB]["entity"] == "select.robert"


async def test_nothing_is_followed_once_the_last_board_is_closed(
    hass: HomeAssistant, team: Team, hass_ws_client: WebSocketGenerator
) -> None:
    state = team.entry.runtime_data.people[BOB]
    before = len(state.listeners)
    for _ in range(2):
        board, client = await board_of(hass, team, hass_ws_client, "admin")
        await board.next()
        assert len(state.listeners) == before + 1
        await client.send_json_auto_id(
            {"type": "unsubscribe_events", "subscription": board.number}
        )
        assert (await client.receive_json())["success"]
        assert len(state.listeners) == before


async def test_a_page_that_cannot_be_served_keeps_no_other_waiting(
    hass: HomeAssistant,
    team: Team,
    hass_ws_client: WebSocketGenerator,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(self: module.Board, *_args: Any, **_more: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(module.Board, "send", fail)
        await board_of(hass, team, hass_ws_client, "admin")
        await hass.async_block_till_done()
    assert "A subscription could not be served" in caplog.text
    board, _ = await board_of(hass, team, hass_ws_client, "admin")
    assert (await board.next())["complete"]
