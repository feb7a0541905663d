"""The panel's commands on profiles, permissions, rules and days."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from tests.office import ANNA, AVAILABLE, BOB, MEETING, forward
from tests.operations.test_profiles import permit
from tests.team import Team, set_up_team

type Send = Callable[..., Awaitable[dict[str, Any]]]

SELECT = "select.anna_profile"


@pytest.fixture
async def team(hass: HomeAssistant, own_folder: object) -> Team:
    return await set_up_team(hass, options={"country_code": "49"})


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
        whole = {} if "person_id" in said and "day" not in name else None
        of = {"entry_id": team.entry.entry_id} if whole is None else whole
        await clients[by].send_json_auto_id({"type": f"xpresence/{name}", **of, **said})
        answer: dict[str, Any] = await clients[by].receive_json()
        await hass.async_block_till_done(wait_background_tasks=True)
        return answer

    return send


async def done(send: Send, name: str, /, **said: Any) -> Any:
    answer = await send(name, **said)
    assert answer["success"], answer
    return answer["result"]


async def refused(send: Send, name: str, /, **said: Any) -> dict[str, Any]:
    answer = await send(name, **said)
    assert not answer["success"]
    error: dict[str, Any] = answer["error"]
    assert error["message"]
    return error


async def profiles(send: Send) -> dict[str, dict[str, Any]]:
    found = (await done(send, "office/profiles"))["profiles"]
    return {one["name"]: one for one in found}


def options(hass: HomeAssistant) -> list[str]:
    state = hass.states.get(SELECT)
    assert state is not None
    return list(state.attributes["options"])


# Profiles of the office


async def test_a_profile_is_made_changed_and_deleted(
    hass: HomeAssistant, send: Send
) -> None:
    answers = {"status": "away", "redirect": forward("voicemail"), "adjustable": []}
    made = await done(send, "office/profile/save", name=" Errand ", answers=answers)
    one = (await profiles(send))["Errand"]
    assert one["id"] == made["profile_id"]
    assert one["targets"] == {"unconditional": "Voicemail"}
    assert "Errand" in options(hass)
    await done(
        send,
        "office/profile/save",
        profile_id=one["id"],
        version=one["version"],
        answers={"info_text": "Back soon", "ending": "fixed_time", "duration": 1800},
    )
    one = (await profiles(send))["Errand"]
    assert one["stored"]["info_text"] == "Back soon"
    assert one["stored"]["status"] == "away"
    await done(
        send, "office/profile/delete", profile_id=one["id"], version=one["version"]
    )
    assert "Errand" not in await profiles(send)
    assert "Errand" not in options(hass)


async def test_a_copy_does_what_its_model_does(send: Send) -> None:
    await done(send, "office/profile/save", name="Second", copy_of=MEETING, answers={})
    found = await profiles(send)
    before, after = found["Meeting"], found["Second"]
    assert after["stored"] == before["stored"]
    assert after["targets"] == before["targets"]


@pytest.mark.parametrize(
    ("name", "answers", "fields"),
    [
        ("", {}, {"name": "name_empty"}),
        ("meeting", {}, {"name": "name_taken"}),
        ("New", {"info_text": "x" * 256}, {"info_text": "info_text_too_long"}),
        ("New", {"ending": "fixed_time"}, {"duration": "duration_missing"}),
        (
            "New",
            {"redirect": {"mode": "forward"}},
            {"unconditional": "target_missing"},
        ),
        (
            "New",
            {"redirect": forward("number", "112")},
            {"unconditional": "number_emergency"},
        ),
        ("New", {"redirect": "forward"}, {"redirect": "malformed"}),
        ("New", {"redirect": {"mode": "sideways"}}, {"redirect": "malformed"}),
        ("New", {"owner": ANNA}, {"owner": "malformed"}),
        ("New", {"rests_on": {}}, {"rests_on": "malformed"}),
        ("New", {"adjustable": ["name"]}, {"adjustable": "malformed"}),
    ],
)
async def test_what_is_wrong_with_a_profile_is_told_by_field(
    send: Send, name: str, answers: dict[str, Any], fields: dict[str, str]
) -> None:
    before = await profiles(send)
    error = await refused(send, "office/profile/save", name=name, answers=answers)
    assert error["fields"] == fields
    assert await profiles(send) == before


async def test_the_later_of_two_is_told_and_nothing_is_overwritten(send: Send) -> None:
    seen = (await profiles(send))["Meeting"]
    which = {"profile_id": MEETING, "version": seen["version"]}
    first = {"info_text": "First"}
    await done(send, "office/profile/save", **which, answers=first)
    second = {"info_text": "Second"}
    error = await refused(send, "office/profile/save", **which, answers=second)
    assert error["translation_key"] == "profile_changed"
    error = await refused(send, "office/profile/delete", **which)
    assert error["translation_key"] == "profile_changed"
    assert (await profiles(send))["Meeting"]["stored"]["info_text"] == "First"


async def test_a_profile_that_somebody_depends_on_stays(send: Send) -> None:
    seen = (await profiles(send))["Available"]
    assert sorted(seen["used_by"]) == ["Anna", "Bob"]
    which = {"profile_id": AVAILABLE, "version": seen["version"]}
    error = await refused(send, "office/profile/delete", **which)
    assert error["translation_key"] == "own_profile_in_use"
    answers = {"enabled": False}
    error = await refused(send, "office/profile/save", **which, answers=answers)
    assert error["fields"] == {"enabled": "profile_in_use"}


async def test_own_profiles_are_changed_by_no_office(send: Send) -> None:
    await done(send, "profiles/create", person_id=ANNA, name="Mine")
    listed = await done(send, "office/profiles")
    assert listed["own"] == [{"name": "Mine", "owner": "Anna"}]
    mine = (await done(send, "profiles/list", person_id=ANNA))["profiles"]
    (one,) = [profile for profile in mine if profile["own"]]
    for command in ("save", "delete"):
        more = {"answers": {}} if command == "save" else {}
        error = await refused(
            send,
            f"office/profile/{command}",
            profile_id=one["profile_id"],
            version="",
            **more,
        )
        assert error["translation_key"] == "profile_gone"


# Trying


async def test_trying_says_what_calls_would_do_and_changes_nothing(
    hass: HomeAssistant, send: Send
) -> None:
    entries = [one.as_dict() for one in hass.config_entries.async_entries()]
    found = await done(
        send, "profiles/try", person_id=ANNA, profile=MEETING, language="en"
    )
    assert (found["profile"], found["status"]) == ("Meeting", "busy")
    assert "voicemail" in found["calls"]
    assert found["timeline"][0]["redirect"]["mode"] == "forward"
    assert any("Meeting" in reason for reason in found["why"])
    typed = {"redirect": forward("person", BOB), "status": "away"}
    found = await done(
        send,
        "profiles/try",
        person_id=ANNA,
        profile=MEETING,
        answers=typed,
        language="de",
    )
    assert found["status"] == "away"
    assert "Bob" in found["calls"]
    assert hass.states.get(SELECT).state == "Available"
    after = [one.as_dict() for one in hass.config_entries.async_entries()]
    assert after == entries


async def test_a_profile_that_is_not_stored_yet_is_tried(send: Send) -> None:
    answers = {"status": "offline", "redirect": forward("number", "03055510")}
    found = await done(
        send, "profiles/try", person_id=ANNA, answers=answers, language="en"
    )
    assert "03055510" in found["calls"]


async def test_a_circle_is_told_where_it_is_tried(send: Send) -> None:
    answers = {"status": "away", "redirect": forward("person", ANNA)}
    found = await done(
        send, "profiles/try", person_id=ANNA, answers=answers, language="en"
    )
    assert found["refused"] == ["self"]


async def test_what_is_not_valid_is_not_tried(send: Send) -> None:
    answers = {"status": "away", "redirect": forward("number", "11x")}
    error = await refused(
        send, "profiles/try", person_id=ANNA, answers=answers, language="en"
    )
    assert set(error["fields"]) == {"unconditional"}


# Own profiles by the form


async def test_an_own_profile_has_every_condition(send: Send) -> None:
    redirect = {
        "mode": "forward",
        "busy": {"kind": "voicemail", "value": ""},
        "no_reply": {"kind": "person", "value": BOB},
        "ring_seconds": 20,
    }
    answers = {"status": "busy", "redirect": redirect}
    made = await done(
        send,
        "profiles/save",
        by="anna",
        person_id=ANNA,
        name="Deep work",
        answers=answers,
    )
    listed = await done(send, "profiles/list", by="anna", person_id=ANNA)
    (one,) = [p for p in listed["profiles"] if p["profile_id"] == made["profile_id"]]
    assert one["stored"]["redirect"] == redirect
    assert one["redirect"]["targets"] == {"busy": "Voicemail", "no_reply": "Bob"}
    await done(
        send,
        "profiles/save",
        by="anna",
        person_id=ANNA,
        profile=made["profile_id"],
        answers={"status": "away", "ending": "until_changed", "duration": None},
    )
    listed = await done(send, "profiles/list", by="anna", person_id=ANNA)
    (one,) = [p for p in listed["profiles"] if p["profile_id"] == made["profile_id"]]
    assert one["status"] == "away"
    assert one["stored"]["redirect"] == redirect


async def test_a_form_goes_no_further_than_the_office_allows(
    hass: HomeAssistant, team: Team, send: Send
) -> None:
    await permit(hass, team, allowed=["edit_profiles", "choose_profile"])
    said = {"by": "anna", "person_id": ANNA, "name": "Mine"}
    answers = {"redirect": forward("voicemail")}
    error = await refused(send, "profiles/save", **said, answers=answers)
    assert error["code"] == "unauthorized"
    answers = {"adjustable": ["redirect"]}
    error = await refused(send, "profiles/save", **said, answers=answers)
    assert error["fields"] == {"adjustable": "malformed"}
    await done(send, "profiles/save", **said, answers={"status": "away"})


# Rules, permissions and days


async def test_permissions_are_stored_at_once_and_not_over_somebody_elses(
    team: Team, send: Send
) -> None:
    matrix = (await done(send, "office/health"))["permissions"]
    seen = matrix["answers"]
    assert matrix["permissions"]["choose_profile"]["acting_delegate"] == "office"
    allowed = [one for one in seen["allowed"] if one != "edit_profiles"]
    await done(send, "office/permissions", answers={"allowed": allowed}, seen=seen)
    answer = await send("profiles/list", by="anna", person_id=ANNA)
    assert answer["error"]["code"] == "unauthorized"
    answers = {"automations": "refused"}
    error = await refused(send, "office/permissions", answers=answers, seen=seen)
    assert error["translation_key"] == "permissions_changed"
    assert team.entry.options["automations"] == "allowed"


@pytest.mark.parametrize(
    "answers",
    [
        {"allowed": ["fly"]},
        {"allowed": "choose_profile"},
        {"satellites": 1},
        {"acting": ["light.kitchen"]},
        {"owner": True},
    ],
)
async def test_permissions_that_are_none_are_refused(
    team: Team, send: Send, answers: dict[str, Any]
) -> None:
    before = dict(team.entry.options)
    seen = (await done(send, "office/health"))["permissions"]["answers"]
    await refused(send, "office/permissions", answers=answers, seen=seen)
    assert dict(team.entry.options) == before


async def test_rules_are_changed_and_their_errors_told_by_field(
    team: Team, send: Send
) -> None:
    rules = (await done(send, "office/health"))["rules"]
    seen = rules["answers"]
    assert {field["key"] for field in rules["fields"]} == set(seen)
    await done(send, "office/rules", answers={"longest_hours": 12}, seen=seen)
    assert team.entry.options["longest_hours"] == 12
    assert team.entry.options["country_code"] == "49"
    error = await refused(send, "office/rules", answers={"hold": 5}, seen=seen)
    assert error["translation_key"] == "rules_changed"
    seen = (await done(send, "office/health"))["rules"]["answers"]
    for answers in (
        {"area_code": "three"},
        {"longest_hours": "many"},
        {"order": ["default"]},
        {"allowed": []},
    ):
        error = await refused(send, "office/rules", answers=answers, seen=seen)
        assert set(error["fields"]) == set(answers)
    assert team.entry.options["longest_hours"] == 12


async def test_a_day_is_told_as_it_would_be(send: Send) -> None:
    start = dt_util.now() + timedelta(days=1)
    end = start + timedelta(days=1)
    day = {"person_id": ANNA, "start": start.isoformat(), "end": end.isoformat()}
    found = await done(send, "office/day", **day)
    assert [step["profile"] for step in found["timeline"]] == ["Available"]
    past = (start - timedelta(days=3)).isoformat()
    found = await done(send, "office/day", **day | {"start": past, "end": past})
    assert found["timeline"] == []
    far = (start + timedelta(days=9)).isoformat()
    await refused(send, "office/day", **day | {"end": far})
    await refused(send, "office/day", **day | {"person_id": "nobody"})


# What one's settings lead to


async def test_who_sees_what_is_told_to_oneself_and_to_administrators(
    send: Send,
) -> None:
    mine = await done(send, "own_settings", by="anna", person_id=ANNA, language="en")
    assert [one["name"] for one in mine["sharing"]["delegates"]] == ["Dora", "Rita"]
    assert mine["may_share"]
    assert any("Available" in line for line in mine["follows"])
    hers = await done(send, "own_settings", by="dora", person_id=ANNA, language="de")
    assert hers["sharing"] is None
    error = await refused(send, "own_settings", by="bob", person_id=ANNA, language="en")
    assert error["code"] == "unauthorized"
