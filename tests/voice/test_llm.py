"""What a language model may know and do."""

from typing import Any

from homeassistant.components import conversation
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import chat_session, llm
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.office import ANNA, BOB

from .test_sentences import state_of

pytestmark = pytest.mark.parametrize("language", ["en"], indirect=True)


@pytest.fixture
async def exposed(hass: HomeAssistant, office: MockConfigEntry) -> None:
    """Expose everybody's profile."""
    for person in (ANNA, BOB):
        expose(hass, office, person, True)


def expose(hass: HomeAssistant, office: Any, person: str, shown: bool) -> None:
    async_expose_entity(
        hass, "conversation", office.runtime_data.entity_of(person), shown
    )


async def api(hass: HomeAssistant, user_id: str | None) -> llm.APIInstance:
    assert await async_setup_component(hass, "llm", {})
    return await llm.async_get_api(
        hass,
        llm.LLM_API_ASSIST,
        llm.LLMContext("test", Context(user_id=user_id), "en", "conversation", None),
    )


async def call(hass: HomeAssistant, user_id: str | None, tool: str, **said: Any) -> Any:
    instance = await api(hass, user_id)
    result = await instance.async_call_tool(llm.ToolInput(f"xpresence__{tool}", said))
    return result.data if isinstance(result, llm.ToolResult) else result


def tools(instance: llm.APIInstance) -> dict[str, Any]:
    return {t.name: t for t in instance.tools if t.name.startswith("xpresence__")}


async def test_nobody_is_known_who_is_not_exposed(
    hass: HomeAssistant, office: MockConfigEntry, hass_admin_user: Any
) -> None:
    assert tools(await api(hass, hass_admin_user.id)) == {}


async def test_only_exposed_people_can_be_asked_for(
    hass: HomeAssistant, office: MockConfigEntry, exposed: None, hass_admin_user: Any
) -> None:
    expose(hass, office, BOB, False)
    found = tools(await api(hass, hass_admin_user.id))
    assert set(found) == {
        "xpresence__get_presence",
        "xpresence__plan_presence",
        "xpresence__set_profile",
    }
    for tool in found.values():
        assert tool.integration == "xpresence"
        assert list(tool.people) == ["Anna Berg"]
    assert found["xpresence__get_presence"].annotations.read_only
    assert not found["xpresence__set_profile"].annotations.read_only


async def test_a_model_sets_a_profile_and_reads_it_back(
    hass: HomeAssistant, office: MockConfigEntry, exposed: None, hass_admin_user: Any
) -> None:
    user = hass_admin_user.id
    await call(
        hass, user, "set_profile", person="Anna Berg", profile="Lunch", minutes=90
    )
    told = await call(hass, user, "get_presence", person="Anna Berg")
    assert told["profile"] == "Lunch"
    assert told["until"] == "2026-11-24T10:30:00+00:00"
    assert told["calls_go_to"] == "Voicemail"
    assert told["why"][0].startswith("Lunch because Anna Berg chose it")
    await call(hass, user, "set_profile", person="Anna Berg", profile="automatic")
    assert state_of(hass, "select", ANNA, "profile").state == "Available"


async def test_a_model_may_do_no_more_than_whoever_speaks(
    hass: HomeAssistant, office: MockConfigEntry, exposed: None
) -> None:
    user = await hass.auth.async_create_user("Colleague", group_ids=["system-users"])
    said = {"person": "Anna Berg", "profile": "Lunch"}
    refused = await call(hass, user.id, "set_profile", **said)
    assert "error" in refused
    assert state_of(hass, "select", ANNA, "profile").state == "Available"
    told = await call(hass, user.id, "get_presence", person="Anna Berg")
    assert told["profile"] == "Available"
    assert "calls_go_to" not in told
    assert "why" not in told


@pytest.mark.parametrize(
    "said",
    [
        {"profile": "Lunch", "until": "2020-01-01T00:00:00"},
        {"profile": "Lunch", "minutes": 0},
        {"profile": "Lunch", "minutes": 10, "until": "2030-01-01T00:00:00"},
        {"profile": "Nonsense"},
        {"profile": "Lunch", "info_text": "two\nlines"},
        {"profile": "Lunch", "info_text": "x" * 1000},
    ],
)
async def test_nonsense_of_a_model_changes_nothing(
    hass: HomeAssistant,
    office: MockConfigEntry,
    exposed: None,
    hass_admin_user: Any,
    said: dict[str, Any],
) -> None:
    try:
        told = await call(
            hass, hass_admin_user.id, "set_profile", person="Anna Berg", **said
        )
    except Exception as error:
        told = {"error": str(error)}
    assert told["error"]
    assert state_of(hass, "select", ANNA, "profile").state == "Available"


@pytest.mark.parametrize(
    ("said", "profile"),
    [
        ("I'm in a meeting", "Meeting"),
        ("I'll be off to lunch now with the team", "Lunch"),
        ("could you show everybody that I'm eating", "Lunch"),
        ("I'll be in a meeting at 3", None),
        ("I am not on vacation", None),
        ("my meeting starts soon", None),
        ("Bob is in a meeting tomorrow", None),
        ("set Bob's status to meeting", None),
        ("we never go on vacation", None),
        ("ich bin am 3. im Urlaub", None),
    ],
)
async def test_a_model_is_held_to_what_was_said(
    hass: HomeAssistant,
    office: MockConfigEntry,
    exposed: None,
    hass_admin_user: Any,
    said: str,
    profile: str | None,
) -> None:
    wrong = profile or "Meeting"
    with (
        chat_session.async_get_chat_session(hass) as session,
        conversation.async_get_chat_log(hass, session) as log,
    ):
        log.async_add_user_content(conversation.UserContent(content=said))
        told = await call(
            hass, hass_admin_user.id, "set_profile", person="Anna Berg", profile=wrong
        )
    now = state_of(hass, "select", ANNA, "profile").state
    assert now == (profile or "Available"), told
    assert ("error" in told) is (profile is None)
