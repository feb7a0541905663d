"""The administrators' commands of the panel: import, export, change many, take back."""

import base64
from collections.abc import Awaitable, Callable
import json
from typing import Any
from unittest.mock import AsyncMock, patch

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.xpresence.telephony.driver import (
    DirectoryEntry,
    PermissionDenied,
    Unavailable,
)
from tests.office import ANNA, BOB, MEETING
from tests.team import Team, set_up_team

type Send = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def team(hass: HomeAssistant, own_folder: object) -> Team:
    return await set_up_team(hass)


@pytest.fixture
def send(hass: HomeAssistant, team: Team, hass_ws_client: WebSocketGenerator) -> Send:
    """Send a command as an administrator, unless told; return its answer."""
    clients: dict[str, Any] = {}

    async def send(name: str, /, *, by: str = "admin", **said: Any) -> dict[str, Any]:
        if by not in clients:
            token = await hass.auth.async_create_refresh_token(
                team.users[by], f"http://127.0.0.1/{by}"
            )
            access = hass.auth.async_create_access_token(token)
            clients[by] = await hass_ws_client(hass, access)
        wish = {"type": f"xpresence/people/{name}", "entry_id": team.entry.entry_id}
        await clients[by].send_json_auto_id(wish | said)
        answer: dict[str, Any] = await clients[by].receive_json()
        await hass.async_block_till_done(wait_background_tasks=True)
        return answer

    return send


async def done(send: Send, name: str, /, **said: Any) -> Any:
    answer = await send(name, **said)
    assert answer["success"], answer
    return answer["result"]


async def people(send: Send) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in (await done(send, "list"))["people"]}


async def test_the_phone_systems_people_are_previewed_and_taken_in(
    hass: HomeAssistant, team: Team, send: Send
) -> None:
    directory = AsyncMock(
        return_value=(
            DirectoryEntry("100", "Anna"),
            DirectoryEntry("102", "Carol"),
            DirectoryEntry("109"),
        )
    )
    system = team.entry.runtime_data.system
    with patch.object(system, "directory", directory):
        preview = await done(send, "preview", source="phone_system")
    assert [row["state"] for row in preview["rows"]] == ["same", "new", "invalid"]
    preview = await done(
        send, "preview", preview=preview["preview"], edits={"2": {"name": "Emil"}}
    )
    assert [row["state"] for row in preview["rows"]] == ["same", "new", "new"]
    taken = await done(send, "confirm", preview=preview["preview"], rows=[0, 1, 2])
    assert taken == {"new": 2, "changed": 0}
    assert hass.states.get("select.carol_profile").state == "Available"
    assert (await people(send))["Emil"]["extension"] == "109"
    assert (await done(send, "list"))["undo"]["added"] == 2
    assert await done(send, "undo") == {"changed": 2}
    assert list(await people(send)) == ["Anna", "Bob"]


@pytest.mark.parametrize(
    ("error", "key"),
    [
        (Unavailable(), "directory_unreachable"),
        (PermissionDenied("system"), "directory_permission_denied"),
        (None, "directory_not_supported"),
    ],
)
async def test_why_the_phone_system_cannot_be_read_is_told(
    team: Team, send: Send, error: Exception | None, key: str
) -> None:
    system = team.entry.runtime_data.system
    failing = AsyncMock(side_effect=error) if error else system.directory
    with patch.object(system, "directory", failing):
        answer = await send("preview", source="phone_system")
    assert answer["error"]["translation_key"] == key


async def test_a_file_of_windows_is_taken_in_and_written_again(send: Send) -> None:
    data = "Name;Durchwahl\r\nJürgen;102\r\n".encode("cp1252")
    coded = base64.b64encode(data).decode()
    preview = await done(send, "preview", source="table", data=coded)
    assert preview["rows"][0]["values"]["name"] == "Jürgen"
    assert preview["rows"][0]["line"] == 2
    assert preview["headers"]["extension"] == "Durchwahl"
    await done(send, "confirm", preview=preview["preview"], rows=[0])
    table = (await done(send, "export", language="de"))["table"]
    assert "Jürgen;102" in table
    again = await done(send, "preview", source="table", text=table)
    assert {row["state"] for row in again["rows"]} == {"same"}
    wrong = await send("preview", source="table", data="?")
    assert wrong["error"]["translation_key"] == "table_no_text"


async def test_many_are_changed_copied_and_each_failure_is_named(send: Send) -> None:
    there = await people(send)
    versions = {one["id"]: one["version"] for one in there.values()}
    answers = {"default_profile": MEETING, "run_over": 5}
    assert await done(send, "change", people=versions, answers=answers) == {
        "changed": 2
    }
    late = await send("change", people=versions, answers=answers)
    assert late["error"]["translation_key"] == "people_changed_by"
    assert "Admin" in late["error"]["message"]
    there = await people(send)
    versions = {one["id"]: one["version"] for one in there.values()}
    wrong = await send("change", people=versions, answers={"queues": ["a b"]})
    told = wrong["error"]["translation_placeholders"]
    assert told["people"] == "Anna, Bob"
    assert json.loads(told["problems"]) == {
        ANNA: {"queues": "queue_invalid"},
        BOB: {"queues": "queue_invalid"},
    }
    bob = {BOB: versions[BOB]}
    await done(send, "change", people=bob, answers={"run_over": 9})
    anna = {ANNA: versions[ANNA]}
    await done(send, "copy", people=anna, source=BOB, fields=["run_over"])
    assert (await people(send))["Anna"]["run_over"] == 9


async def test_fields_are_asked_for_as_on_the_settings_pages(send: Send) -> None:
    fields = {one["key"]: one for one in (await done(send, "list"))["fields"]}
    assert fields["name"]["required"]
    assert fields["person"]["selector"]["entity"]["domain"] == ["person"]
    options = fields["default_profile"]["selector"]["select"]["options"]
    assert {one["label"] for one in options} == {"Available", "Meeting", "Training"}


@pytest.mark.parametrize("name", ["list", "undo"])
async def test_nobody_but_administrators_is_answered(send: Send, name: str) -> None:
    answer = await send(name, by="anna")
    assert answer["error"]["code"] == "unauthorized"
