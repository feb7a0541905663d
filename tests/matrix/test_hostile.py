"""Whatever is put into a door: a clear error, nothing changed, nothing logged.

What is tried is made of the doors as they are found: a new action, command or tool
without a row of what it takes fails here.
"""

from collections.abc import Callable, Iterator
import contextlib
from dataclasses import dataclass
from datetime import timedelta
import logging
from typing import Any, Final

from homeassistant.components import conversation, websocket_api
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import Context, HomeAssistant
from homeassistant.data_entry_flow import InvalidData
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import llm
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator
import voluptuous as vol

from custom_components.xpresence.const import DOMAIN
from custom_components.xpresence.inputs.calendars import calendars_of_person
from custom_components.xpresence.services import ACTIONS

from ..conftest import set_up
from ..flows.test_subentry_flows import new
from ..office import ANNA, AVAILABLE, BOB, MEETING, OFFICE, person
from ..pages import EN
from ..recording import Recording, recording

MARK: Final = "Gnu-Hartebeest"
LINES: Final = (
    f"x\r\nAction: Originate\r\nChannel: Local/{MARK}",
    f"x\nVariable: {MARK}",
    f"{MARK}\x00",
    f"{MARK}\x1b[2J",
    f"\u202e{MARK}",
)
"""What must never go over a wire, nor stand in one line."""
LONG: Final = MARK + "x" * 1_000_000
MARKUP: Final = (
    f"<img src=x onerror=alert('{MARK}')>",
    f"{{{{ states.{MARK} }}}}{{% raise '{MARK}' %}}",
    f"'; drop table states; -- {MARK}",
)
"""Only text where a text is asked for, and nothing anywhere else."""
TYPES: Final = ({MARK: 1}, [[MARK]])
HOME_ASSISTANTS: Final = "homeassistant.components.websocket_api.http.connection"
"""Logs by itself what has not even the form of a command, before we see it."""
FREE: Final = frozenset({"info_text", "name"})
"""Fields in which somebody may write what they like, in one line."""

SELECT: Final = "select.anna_profile"
MORNING = (dt_util.utcnow() + timedelta(days=9)).replace(hour=9, microsecond=0)
NOON = MORNING + timedelta(hours=3)
VALID: Final[dict[str, dict[str, Any]]] = {
    "cancel_planned_presence": {"planned": "planned-1"},
    "change_planned_presence": {"planned": "planned-1"},
    "change_profile": {"profile": "Meeting"},
    "confirm_microsoft": {"account": "anna@example.com"},
    "connect_calendar": {"kind": "home_assistant", "calendar": "calendar.diary"},
    "create_profile": {"name": "New"},
    "delete_history": {},
    "delete_profile": {"profile": "Meeting"},
    "disconnect_calendar": {"name": "Diary"},
    "call": {"to": "101"},
    "dismiss": {},
    "explain": {},
    "get_appointments": {},
    "get_history": {},
    "keep_history": {"keep": True},
    "narrow_delegate": {"delegate": "person.dora"},
    "plan_presence": {"profile": "Meeting", "start": MORNING, "end": NOON},
    "reset_profile": {"profile": "Meeting"},
    "restore": {},
    "resume_automatic": {},
    "ring_redirect": {},
    "sign_in_microsoft": {},
    "sign_out_microsoft": {},
    "undo_choice": {},
    "set_agent_status": {"status": "ready"},
    "set_follow_me": {"device": "Mobile"},
    "set_profile": {"profile": "Meeting"},
    "set_redirect": {"mode": "forward", "target": "101"},
    "show_info_text_to": {"tier": "team"},
    "show_subjects_to": {"tier": "team"},
    "simulate": {},
    "sync_calendars": {},
}
"""Action → what it takes where all is well."""
COMMANDS: Final[dict[str, dict[str, Any]]] = {
    "confirm_microsoft": {"account": "anna@example.com"},
    "connect_calendar": {"kind": "home_assistant", "calendar": "calendar.diary"},
    "delete_history": {},
    "disconnect_calendar": {"name": "Diary"},
    "get_history": {},
    "keep_history": {"keep": True},
    "list_calendars": {},
    "offices": {},
    "office/day": {
        "person_id": ANNA,
        "start": "2090-01-01T09:00",
        "end": "2090-01-01T12:00",
    },
    "office/health": {},
    "office/permissions": {"answers": {}, "seen": {}},
    "office/profile/delete": {"profile_id": MEETING, "version": "1"},
    "office/profile/save": {
        "profile_id": MEETING,
        "version": "1",
        "answers": {"info_text": "Hello"},
    },
    "office/rules": {"answers": {}, "seen": {}},
    "office/order": {"which": "order", "order": ["default"], "seen": ["default"]},
    "office/profiles": {},
    "own_settings": {"language": "en"},
    "people/change": {"people": {}, "answers": {"run_over": 5}},
    "people/confirm": {"preview": "1", "rows": [0]},
    "people/copy": {"people": {}, "source": BOB, "fields": ["run_over"]},
    "people/export": {"language": "en"},
    "people/list": {},
    "people/pattern": {"people": [], "pattern": "sensor.{name}_pc"},
    "people/pc": {"people": {}, "sign": "locked", "pattern": "sensor.{name}_pc"},
    "people/preview": {"source": "table", "text": "Name,Extension\nEmil,150"},
    "people/undo": {},
    "profiles/change": {"profile": "Meeting"},
    "profiles/create": {"name": "New"},
    "profiles/delete": {"profile": "Meeting"},
    "profiles/list": {},
    "profiles/reset": {"profile": "Meeting"},
    "phone_login": {"language": "en"},
    "set_phone_login": {"login": {"password": "x"}},
    "forget_phone_login": {},
    "sign_in_phone": {"language": "en"},
    "profiles/save": {"profile": "Meeting", "answers": {"info_text": "Hello"}},
    "profiles/try": {"profile": "Meeting", "language": "en"},
    "sign_in_microsoft": {},
    "subscribe_person": {},
    "subscribe_team": {},
}
"""WebSocket command → what it takes where all is well."""
TOOLS: Final[dict[str, dict[str, Any]]] = {
    "get_presence": {},
    "plan_presence": {
        "profile": "Meeting",
        "start": MORNING.isoformat(),
        "end": NOON.isoformat(),
    },
    "set_profile": {"profile": "Meeting"},
}
"""Tool of language models → what it takes where all is well."""


@dataclass(frozen=True, slots=True)
class Bad:
    """Something that is put into a field; ``text`` says that it is one line of text."""

    value: Any
    text: bool


BAD: Final = (
    *(Bad(value, text=False) for value in (*LINES, LONG, *TYPES)),
    *(Bad(value, text=True) for value in MARKUP),
)


class House:
    """An office whose phone system keeps what reaches it."""

    def __init__(self, hass: HomeAssistant, entry: Any, pbx: Recording) -> None:
        self.hass, self.entry, self.pbx = hass, entry, pbx

    def everything(self) -> Any:
        """Return all that a door could change."""
        state = self.entry.runtime_data.people[ANNA]
        return (
            state.facts,
            state.loop.ledger.own,
            state.loop.desired,
            calendars_of_person(state).plan.entries,
            {key: dict(one.data) for key, one in self.entry.subentries.items()},
            list(self.pbx.reached),
        )

    async def settle(self) -> None:
        await self.hass.async_block_till_done(wait_background_tasks=True)


@pytest.fixture
async def house(
    hass: HomeAssistant, own_folder: object, monkeypatch: pytest.MonkeyPatch
) -> House:
    for component in ("homeassistant", "conversation", "llm"):
        assert await async_setup_component(hass, component, {})
    hass.states.async_set("calendar.diary", "off")
    made = recording(monkeypatch)
    anna = person(
        ANNA,
        "Anna",
        "100",
        queues=["400"],
        sharing={"acting": ["person.dora"]},
        devices=[{"id": "01MOBILE", "name": "Mobile", "number": "01725550123"}],
    )
    entry = await set_up(hass, subentries_data=[*OFFICE[:-2], anna, OFFICE[-1]])
    async_expose_entity(hass, "conversation", SELECT, True)
    return House(hass, entry, made[-1])


@pytest.fixture(autouse=True)
def nothing_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever was tried, none of it stands in the log."""
    caplog.set_level(logging.DEBUG, logger="custom_components.xpresence")
    yield
    for record in caplog.get_records("call"):
        if record.name == HOME_ASSISTANTS:
            continue
        if "xpresence" in record.name or record.levelno >= logging.WARNING:
            said = record.getMessage() + str(record.exc_info or "")
            assert MARK not in said, (record.name, said[:300])


def assert_clear(error: Exception) -> None:
    """Check that an error tells what is wrong, and repeats nothing of it."""
    if isinstance(error, vol.Invalid):
        # Home Assistant's own words for a field that has another form.
        return
    assert isinstance(error, HomeAssistantError)
    assert error.translation_domain == DOMAIN, error
    assert error.translation_key in EN["exceptions"]
    assert MARK not in str(error)


def fields_of(schema: Any) -> list[str]:
    return [str(key.schema if isinstance(key, vol.Marker) else key) for key in schema]


def test_every_action_has_its_row() -> None:
    assert {action.name for action in ACTIONS} == set(VALID)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
async def test_no_action_takes_what_is_no_answer_to_its_question(
    house: House, action: Any
) -> None:
    answers = house.hass.services.supports_response(DOMAIN, action.name).value
    for field in (*fields_of(action.fields), "entity_id"):
        for bad in BAD:
            said = {"entity_id": SELECT, **VALID[action.name], field: bad.value}
            if bad.text and field in FREE and "disconnect" not in action.name:
                continue
            before = house.everything()
            with pytest.raises((vol.Invalid, HomeAssistantError)) as caught:
                await house.hass.services.async_call(
                    DOMAIN,
                    action.name,
                    said,
                    blocking=True,
                    return_response=answers == "only",
                )
            assert_clear(caught.value)
            await house.settle()
            assert house.everything() == before, (field, str(bad.value)[:60])


@pytest.mark.parametrize("value", MARKUP)
async def test_markup_in_a_text_is_text_and_nothing_else(
    house: House, value: str
) -> None:
    said = {"entity_id": SELECT, "profile": "Meeting", "info_text": value}
    await house.hass.services.async_call(DOMAIN, "set_profile", said, blocking=True)
    await house.settle()
    shown = house.hass.states.get("text.anna_info_text")
    assert shown is not None
    assert shown.state == value
    assert house.pbx.reached[-1][-1] == value


@pytest.mark.parametrize(
    ("service", "entity_id", "field"),
    [
        ("select.select_option", SELECT, "option"),
        ("select.select_option", "select.anna_follow_me", "option"),
        ("select.select_option", "select.anna_teamdesk_status", "option"),
        ("text.set_value", "text.anna_info_text", "value"),
        ("calendar.create_event", "calendar.anna_appointments", "summary"),
        ("calendar.create_event", "calendar.anna_appointments", "description"),
    ],
)
async def test_no_entity_takes_what_is_no_answer_to_its_question(
    house: House, service: str, entity_id: str, field: str
) -> None:
    assert house.hass.states.get(entity_id), entity_id
    domain, _, name = service.partition(".")
    more = {}
    if domain == "calendar":
        more = {
            "summary": "Meeting",
            "start_date_time": MORNING,
            "end_date_time": NOON,
        }
    for bad in BAD:
        if bad.text and field in {"value", "description"}:
            continue
        before = house.everything()
        said = {"entity_id": entity_id, **more, field: bad.value}
        with pytest.raises((vol.Invalid, HomeAssistantError, ValueError)):
            await house.hass.services.async_call(domain, name, said, blocking=True)
        await house.settle()
        assert house.everything() == before, str(bad.value)[:60]


async def test_no_command_takes_what_is_no_answer_to_its_question(
    house: House, hass_ws_client: WebSocketGenerator
) -> None:
    prefix = f"{DOMAIN}/"
    known = house.hass.data[websocket_api.DOMAIN]
    found = {name.removeprefix(prefix) for name in known if name.startswith(prefix)}
    assert found == set(COMMANDS)
    client = await hass_ws_client()
    for name, valid in COMMANDS.items():
        _, schema = known[prefix + name]
        if not schema:
            continue
        fields = set(fields_of(schema.schema)) - {"id", "type"}
        for field in sorted(fields):
            for bad in BAD:
                if bad.text and field in FREE and "disconnect" not in name:
                    continue
                whom = {} if field.endswith("_id") else {"person_id": ANNA}
                if name == "subscribe_team":
                    whom = {}
                elif name.startswith(("office/", "people/")):
                    whom = {"entry_id": house.entry.entry_id}
                before = house.everything()
                wish = {"type": prefix + name, **whom, **valid, field: bad.value}
                await client.send_json_auto_id(wish)
                answer = await client.receive_json()
                while answer["type"] != "result":
                    answer = await client.receive_json()
                await house.settle()
                assert house.everything() == before, (name, field, str(bad.value)[:60])
                if not name.startswith("subscribe_"):
                    assert not answer["success"], (name, field, str(bad.value)[:60])
                    assert answer["error"]["code"] != "unknown_error", answer["error"]


async def test_no_tool_takes_what_is_no_answer_to_its_question(house: House) -> None:
    context = llm.LLMContext("test", Context(), "en", "conversation", None)
    api = await llm.async_get_api(house.hass, llm.LLM_API_ASSIST, context)
    prefix = f"{DOMAIN}__"
    tools = {
        t.name.removeprefix(prefix): t for t in api.tools if t.name.startswith(prefix)
    }
    assert set(tools) == set(TOOLS)
    for name, tool in tools.items():
        for field in fields_of(tool.parameters.schema):
            for bad in BAD:
                if bad.text and field in FREE:
                    continue
                said = {"person": "Anna", **TOOLS[name], field: bad.value}
                before = house.everything()
                error = await refused_tool(api, prefix + name, said)
                assert error, (name, field, str(bad.value)[:60])
                assert isinstance(error, vol.Invalid) or MARK not in str(error)
                await house.settle()
                assert house.everything() == before, (name, field, str(bad.value)[:60])


async def refused_tool(api: llm.APIInstance, name: str, said: Any) -> Any:
    """Use a tool; return why it was not done, if so."""
    try:
        result = await api.async_call_tool(llm.ToolInput(name, said))
    except (vol.Invalid, HomeAssistantError) as error:
        return error
    assert isinstance(result, llm.ToolResult)
    return result.data.get("error")


SENTENCES: Final[tuple[Callable[[str], str], ...]] = (
    lambda bad: f"put Anna on {bad}",
    lambda bad: f"set {bad}'s status to meeting",
    lambda bad: f"put Anna on meeting until {bad}",
    lambda bad: f"what is {bad}'s status",
    lambda bad: f"plan {bad} for Anna tomorrow from 10 to 11",
)


@pytest.mark.parametrize("sentence", SENTENCES)
async def test_no_sentence_takes_what_is_no_answer_to_its_question(
    house: House, sentence: Callable[[str], str]
) -> None:
    for bad in (*LINES, MARK + "x" * 20_000, *MARKUP):
        before = house.everything()
        result = await conversation.async_converse(
            house.hass, sentence(bad), None, Context(), "en"
        )
        speech = result.response.speech["plain"]["speech"]
        await house.settle()
        assert house.everything() == before, (speech, bad[:60])


PAGES: Final[dict[str, dict[str, Any]]] = {
    "person": {"name": "Carol", "extension": "102", "default_profile": AVAILABLE},
    "profile": {"name": "New"},
}
"""The first page of a subentry → what it takes where all is well."""


async def schema_of(house: House, kind: str) -> Any:
    form = await new(house.hass, house.entry, kind)
    return form.result["data_schema"].schema


@pytest.mark.parametrize("kind", PAGES)
async def test_no_settings_page_takes_what_is_no_answer_to_its_question(
    house: House, kind: str
) -> None:
    for field in fields_of(await schema_of(house, kind)):
        for bad in BAD:
            if bad.text and field in FREE:
                continue
            form = await new(house.hass, house.entry, kind)
            before = house.everything()
            said = PAGES[kind] | {field: bad.value}
            # Home Assistant itself refuses what has another form.
            with contextlib.suppress(InvalidData):
                result = await form.fill(**said)
                assert result["errors"].keys() == {field}, (field, str(bad.value)[:60])
            await house.settle()
            assert house.everything() == before, (field, str(bad.value)[:60])
