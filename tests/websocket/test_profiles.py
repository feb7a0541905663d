"""A person's own profiles over the WebSocket: one store, two doors."""

from collections.abc import Awaitable, Callable
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from tests.office import ANNA, BOB, MEETING
from tests.operations.test_profiles import adjustable, offered, permit
from tests.team import Team, set_up_team
from tests.test_coordinator import SELECT, shown

type Send = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def team(hass: HomeAssistant, own_folder: object) -> Team:
    return await set_up_team(hass, options={"country_code": "49"})


@pytest.fixture
def send(hass: HomeAssistant, team: Team, hass_ws_client: WebSocketGenerator) -> Send:
    """Send a command; return its answer."""
    clients: dict[str, Any] = {}

    async def send(name: str, /, *, by: str = "anna", **said: Any) -> dict[str, Any]:
        if by not in clients:
            token = await hass.auth.async_create_refresh_token(
                team.users[by], f"http://127.0.0.1/{by}"
            )
            access = hass.auth.async_create_access_token(token)
            clients[by] = await hass_ws_client(hass, access)
        wish = {"type": f"xpresence/profiles/{name}", **said}
        await clients[by].send_json_auto_id(wish)
        answer: dict[str, Any] = await clients[by].receive_json()
        await hass.async_block_till_done(wait_background_tasks=True)
        return answer

    return send


async def listed(send: Send, name: str, /, **more: Any) -> dict[str, Any]:
    answer = await send("list", **more)
    assert answer["success"], answer
    found = {one["name"]: one for one in answer["result"]["profiles"]}
    return dict(found[name])


async def done(send: Send, name: str, /, **said: Any) -> Any:
    answer = await send(name, **said)
    assert answer["success"], answer
    return answer["result"]


async def refused(send: Send, name: str, /, **said: Any) -> str:
    answer = await send(name, **said)
    assert not answer["success"]
    assert answer["error"]["message"]
    return str(answer["error"]["translation_key"])


async def test_a_person_makes_changes_copies_and_deletes_own_profiles(
    hass: HomeAssistant, send: Send
) -> None:
    made = await done(
        send, "create", name="Home office", status="available", target="0171 5550100"
    )
    assert "Home office" in offered(hass)
    await done(send, "create", name="Copy", copy_of=made["profile_id"])
    await done(send, "change", profile="Copy", info_text="Hi", enabled=False)
    assert "Copy" not in offered(hass)
    copy = await listed(send, "Copy")
    assert copy["info_text"] == "Hi"
    assert copy["redirect"]["targets"] == {"unconditional": "+491715550100"}
    assert copy["own"]
    assert copy["permitted"]
    assert copy["deletable"]
    assert not copy["enabled"]
    await done(send, "delete", profile="Copy")
    await done(send, "delete", profile=made["profile_id"])
    assert set(offered(hass)) == {"Available", "Meeting", "Training"}


async def test_an_own_profile_can_be_changed_all_over_and_a_locked_one_not_at_all(
    hass: HomeAssistant, team: Team, send: Send
) -> None:
    await done(send, "create", name="Mine")
    mine = await listed(send, "Mine")
    assert {"status", "redirect", "enabled", "info_text"} <= set(mine["changeable"])
    assert "name" not in mine["changeable"]
    assert (await listed(send, "Meeting"))["changeable"] == []
    assert await refused(send, "change", profile="Meeting", info_text="x") == (
        "own_profile_locked"
    )
    await adjustable(hass, team, "info_text", "ending")
    meeting = await listed(send, "Meeting")
    assert meeting["changeable"] == ["duration", "ending", "info_text"]
    assert meeting["adjusted"] == []
    await done(send, "change", profile="Meeting", info_text="Room 3")
    meeting = await listed(send, "Meeting")
    assert (meeting["info_text"], meeting["adjusted"]) == ("Room 3", ["info_text"])
    assert (await listed(send, "Meeting", by="bob"))["info_text"] == "In a meeting"
    await done(send, "reset", profile="Meeting")
    assert (await listed(send, "Meeting"))["adjusted"] == []


async def test_a_profile_in_use_or_active_is_refused_with_the_place(
    hass: HomeAssistant, team: Team, send: Send
) -> None:
    made = await done(send, "create", name="Mine")
    anna = team.entry.subentries[ANNA]
    before = dict(anna.data)
    calendar = {
        "id": "1",
        "kind": "home_assistant",
        "name": "Diary",
        "settings": {"entity_id": "calendar.diary"},
        "rules": {"default_profile": made["profile_id"]},
    }
    hass.config_entries.async_update_subentry(
        team.entry, anna, data={**before, "calendars": [calendar]}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    mine = await listed(send, "Mine")
    assert (mine["used_by"], mine["deletable"]) == (["Anna"], False)
    answer = await send("delete", profile="Mine")
    assert answer["error"]["translation_key"] == "own_profile_in_use"
    assert answer["error"]["translation_placeholders"] == {"places": "Anna"}
    hass.config_entries.async_update_subentry(team.entry, anna, data=before)
    await hass.services.async_call(
        "xpresence",
        "set_profile",
        {"entity_id": SELECT, "profile": "Mine"},
        blocking=True,
    )
    assert shown(hass, SELECT).state == "Mine"
    assert (await listed(send, "Mine"))["active_for"] == ["Anna"]
    for name, said in (("delete", {}), ("change", {"enabled": False})):
        key = await refused(send, name, profile="Mine", **said)
        assert key == "own_profile_active"


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ({"name": " "}, "own_name_empty"),
        ({"name": "Unknown"}, "own_name_reserved"),
        ({"name": "＠Nap"}, "own_name_begins_with_at"),
        ({"name": "MEETING"}, "own_name_taken"),
        ({"name": "New", "mode": "forward"}, "own_redirect_target_missing"),
        ({"name": "New", "target": "<b>"}, "unknown_target"),
        ({"name": "New", "copy_of": "Nothing"}, "own_no_such_profile"),
        ({"name": "New", "person_id": "nobody"}, "no_person"),
        ({"name": "New", "entity_id": "light.kitchen"}, "no_person"),
    ],
)
async def test_what_is_not_valid_makes_nothing(
    team: Team, send: Send, said: dict[str, Any], key: str
) -> None:
    before = set(team.entry.subentries)
    assert await refused(send, "create", **said) == key
    assert set(team.entry.subentries) == before


async def test_without_a_name_it_is_ones_own_and_who_is_nobody_has_none(
    team: Team, send: Send
) -> None:
    await done(send, "create", name="Mine", by="bob")
    made = [s for s in team.entry.subentries.values() if s.data["name"] == "Mine"]
    assert [one.data["owner"] for one in made] == [BOB]
    assert await refused(send, "list", by="dora") == "no_person"


async def test_a_refusal_says_who_can_help(
    hass: HomeAssistant, team: Team, send: Send
) -> None:
    answer = await send("list", by="bob", person_id=ANNA)
    assert answer["error"]["code"] == "unauthorized"
    assert answer["error"]["translation_key"] == "not_allowed_role_edit_profiles"
    assert answer["error"]["message"] != "Unauthorized"
    await permit(hass, team, allowed=["choose_profile"])
    assert await refused(send, "list") == "not_allowed_office_edit_profiles"


async def test_after_a_ban_the_list_says_what_is_not_permitted_yet(
    hass: HomeAssistant, team: Team, send: Send
) -> None:
    await done(send, "create", name="Mine")
    await permit(hass, team, allowed=["choose_profile"])
    await permit(hass, team, allowed=["choose_profile", "edit_profiles"])
    assert not (await listed(send, "Mine"))["permitted"]
    await done(send, "change", profile="Mine", info_text="Hi")
    assert (await listed(send, "Mine"))["permitted"]
    assert (await listed(send, "Meeting"))["profile_id"] == MEETING
