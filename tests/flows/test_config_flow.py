"""Adding a phone system, renewing its login, changing its connection."""

from collections.abc import AsyncIterator, Iterator
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntry,
    ConfigEntryState,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
)
from pytest_socket import enable_socket

from custom_components.xpresence.const import DOMAIN
from custom_components.xpresence.telephony.driver import (
    AuthenticationFailed,
    CertificateRejected,
    OutcomeUnknown,
    PermissionDenied,
    Unavailable,
)
from tests.conftest import set_up
from tests.pages import EN, assert_worded
from tests.pbx.asterisk import Asterisk, running

pytestmark = pytest.mark.usefixtures("own_folder", "socket_enabled")

CONNECT = "custom_components.xpresence.flows.connection.connect"


@pytest.fixture(scope="module")
def pbx() -> Iterator[Asterisk]:
    """Run a real Asterisk."""
    # Asked for before any test, so before `socket_enabled` could take effect.
    enable_socket()
    with running() as pbx:
        yield pbx


@pytest.fixture(autouse=True)
async def nothing_left(hass: HomeAssistant) -> AsyncIterator[None]:
    """Unload what a test has set up."""
    yield
    for entry in hass.config_entries.async_entries(DOMAIN):
        await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()


def answers(pbx: Asterisk, **more: Any) -> dict[str, Any]:
    return {
        "host": "127.0.0.1",
        "port": pbx.ami_port,
        "username": pbx.username,
        "password": pbx.secret,
        "tls": False,
        **more,
    }


async def begin(hass: HomeAssistant, kind: str) -> str:
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    assert result["type"] is FlowResultType.MENU
    assert_worded(result, EN["config"])
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], {"next_step_id": kind}
    )
    assert result["type"] is FlowResultType.FORM
    assert_worded(result, EN["config"])
    return result["flow_id"]


async def reconfigure(hass: HomeAssistant, entry: ConfigEntry[Any]) -> str:
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id}
    )
    assert_worded(result, EN["config"])
    return result["flow_id"]


async def answer(hass: HomeAssistant, flow_id: str, said: dict[str, Any]) -> Any:
    result = await hass.config_entries.flow.async_configure(flow_id, said)
    assert_worded(result, EN["config"])
    return result


@pytest.mark.asterisk
async def test_an_asterisk_is_tried_and_added_and_leads_to_the_first_person(
    hass: HomeAssistant, pbx: Asterisk
) -> None:
    flow = await begin(hass, "asterisk")
    result = await answer(hass, flow, answers(pbx))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry = result["result"]
    assert entry.state is ConfigEntryState.LOADED
    assert entry.unique_id == f"127.0.0.1:{pbx.ami_port}"
    kind, flow_id = result["next_flow"]
    assert kind == "config_subentries_flow"
    (person,) = hass.config_entries.subentries.async_progress()
    assert person["flow_id"] == flow_id
    assert "password" not in entry.options


@pytest.mark.asterisk
async def test_a_new_phone_system_leads_to_taking_in_whom_it_names(
    hass: HomeAssistant, pbx: Asterisk
) -> None:
    result = await answer(hass, await begin(hass, "asterisk"), answers(pbx))
    entry = result["result"]
    assert entry.title == "Phone system"
    _, flow_id = result["next_flow"]
    people = hass.config_entries.subentries
    (offered,) = people.async_progress()
    assert offered["step_id"] == "found"
    names = {
        one.name for one in await entry.runtime_data.system.directory() if one.name
    }
    result = await people.async_configure(flow_id, {"next_step_id": "take_in"})
    assert result["reason"] == "taken_in"
    assert result["description_placeholders"] == {"count": str(len(names))}
    there = {one.data["name"] for one in entry.get_subentries_of_type("person")}
    assert there == names
    await hass.async_block_till_done()
    assert hass.states.get("select.anna_profile").state == "Available"


@pytest.mark.asterisk
async def test_after_a_new_phone_system_one_person_can_be_added_instead(
    hass: HomeAssistant, pbx: Asterisk
) -> None:
    said = {**answers(pbx), "name": "Head office"}
    result = await answer(hass, await begin(hass, "asterisk"), said)
    assert result["result"].title == "Head office"
    _, flow_id = result["next_flow"]
    people = hass.config_entries.subentries
    result = await people.async_configure(flow_id, {"next_step_id": "one"})
    assert result["step_id"] == "user"
    assert result["errors"] == {}


@pytest.mark.parametrize(
    ("language", "first"),
    [("de", "Anwesend"), ("en", "Available"), ("fr", "Disponible")],
)
async def test_default_profiles_speak_the_users_language(
    hass: HomeAssistant, language: str, first: str
) -> None:
    hass.config.language = language
    result = await answer(hass, await begin(hass, "actions"), {})
    profiles = result["result"].get_subentries_of_type("profile")
    names = [profile.data["name"] for profile in profiles]
    assert names[0] == first
    assert len(names) == len({name.casefold() for name in names}) == 8


@pytest.mark.asterisk
@pytest.mark.parametrize(
    ("wrong", "error", "placeholder"),
    [
        ({"password": "wrong"}, "invalid_auth", ""),
        ({"username": "nowrite"}, "permission_denied", "system"),
        ({"username": "nocall"}, "permission_denied", "call"),
        ({"port": 1}, "cannot_connect", ""),
        ({"tls": True}, "cannot_connect", ""),
    ],
    ids=["wrong-secret", "no-write", "no-call", "nobody-there", "tls-on-a-plain-port"],
)
async def test_what_does_not_work_is_named_and_can_be_mended(
    hass: HomeAssistant,
    pbx: Asterisk,
    wrong: dict[str, Any],
    error: str,
    placeholder: str,
) -> None:
    flow = await begin(hass, "asterisk")
    result = await answer(hass, flow, answers(pbx, **wrong))
    assert result["errors"] == {"base": error}
    assert result["description_placeholders"]["permission"] == placeholder
    suggested = {
        str(key): key.description["suggested_value"]
        for key in result["data_schema"].schema
        if key.description
    }
    assert suggested["host"] == "127.0.0.1"
    result = await answer(hass, flow, answers(pbx))
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.asterisk
async def test_an_unknown_authority_is_refused_and_the_offices_own_trusted(
    hass: HomeAssistant, pbx: Asterisk
) -> None:
    flow = await begin(hass, "asterisk")
    secure = answers(pbx, host="localhost", port=pbx.tls_port, tls=True)
    result = await answer(hass, flow, secure)
    assert result["errors"] == {"base": "certificate_rejected"}
    result = await answer(hass, flow, {**secure, "ca": pbx.ca})
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("raised", "error"),
    [
        (AuthenticationFailed(""), "invalid_auth"),
        (CertificateRejected(""), "certificate_rejected"),
        (PermissionDenied("agent"), "permission_denied"),
        (Unavailable(""), "cannot_connect"),
        (OutcomeUnknown(""), "cannot_connect"),
        (ZeroDivisionError(), "unknown"),
    ],
)
async def test_every_kind_of_failure_has_its_words(
    hass: HomeAssistant, raised: Exception, error: str
) -> None:
    flow = await begin(hass, "asterisk")
    said = {"host": "pbx", "port": 5038, "username": "u", "password": "p", "tls": False}
    with patch(CONNECT, side_effect=raised):
        result = await answer(hass, flow, said)
    assert result["errors"] == {"base": error}


@pytest.mark.asterisk
async def test_the_same_phone_system_is_added_once(
    hass: HomeAssistant, pbx: Asterisk
) -> None:
    await answer(hass, await begin(hass, "asterisk"), answers(pbx))
    result = await answer(hass, await begin(hass, "asterisk"), answers(pbx))
    assert (result["type"], result["reason"]) == (
        FlowResultType.ABORT,
        "already_configured",
    )


@pytest.mark.parametrize(
    ("wrong", "errors"),
    [
        ({"host": ""}, {"host": "host_invalid"}),
        ({"host": "   "}, {"host": "host_invalid"}),
        ({"host": "http://127.0.0.1"}, {"host": "host_invalid"}),
        ({"host": "127.0.0.1:5038"}, {"host": "host_invalid"}),
        ({"host": "a" * 2000}, {"host": "host_invalid"}),
        ({"host": "pbx\x00"}, {"host": "host_invalid"}),
        ({"username": "u\r\nAction: X"}, {"username": "control_character"}),
        ({"password": "p\x00"}, {"password": "control_character"}),
        ({"password": "\ud800"}, {"password": "control_character"}),
        ({"ca": "no certificate"}, {"ca": "ca_invalid"}),
        (
            {"host": "", "username": "\n", "ca": "x"},
            {
                "host": "host_invalid",
                "username": "control_character",
                "ca": "ca_invalid",
            },
        ),
    ],
)
async def test_nonsense_is_named_field_by_field_before_anything_is_tried(
    hass: HomeAssistant, wrong: dict[str, Any], errors: dict[str, str]
) -> None:
    flow = await begin(hass, "asterisk")
    said = {"host": "pbx", "port": 5038, "username": "u", "password": "p", "tls": False}
    with patch(CONNECT) as tried:
        result = await answer(hass, flow, said | wrong)
    assert result["errors"] == errors
    tried.assert_not_called()


@pytest.mark.parametrize(
    "host",
    ["pbx", "pbx.example.org", "192.0.2.1", "2001:db8::1", "bücher.example", "a"],
)
async def test_names_and_addresses_of_every_kind_are_tried(
    hass: HomeAssistant, host: str
) -> None:
    flow = await begin(hass, "asterisk")
    said = {"port": 5038, "username": "u", "password": "p", "tls": False}
    with patch(CONNECT, side_effect=Unavailable("")) as tried:
        result = await answer(hass, flow, said | {"host": f" {host} "})
    assert result["errors"] == {"base": "cannot_connect"}
    assert tried.call_args.args[1]["host"] == host


async def test_a_page_left_open_elsewhere_keeps_nobody_from_starting_anew(
    hass: HomeAssistant,
) -> None:
    said = {"host": "pbx", "port": 5038, "username": "u", "password": "p", "tls": False}
    for _ in range(2):
        flow = await begin(hass, "asterisk")
        with patch(CONNECT, side_effect=Unavailable("")):
            result = await answer(hass, flow, said)
        assert result["errors"] == {"base": "cannot_connect"}


async def test_what_nobody_thought_of_is_logged_without_the_secret(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    flow = await begin(hass, "asterisk")
    said = {"host": "pbx", "port": 5038, "username": "u", "tls": False}
    with patch(CONNECT, side_effect=ZeroDivisionError()):
        await answer(hass, flow, said | {"password": "very-secret"})
    assert "ZeroDivisionError" in caplog.text
    assert "very-secret" not in caplog.text


# Home Assistant actions


@pytest.mark.parametrize(
    ("said", "errors"),
    [
        ({"set_action": "nonsense"}, {"set_action": "action_invalid"}),
        ({"set_action": "."}, {"set_action": "action_invalid"}),
        ({"set_action": "script.nobody"}, {"set_action": "action_unknown"}),
        ({"set_action": "script.on"}, {"end_action": "action_pair"}),
        ({"end_action": "script.off"}, {"set_action": "action_pair"}),
        ({"state_entity": "not an entity"}, {"state_entity": "entity_invalid"}),
    ],
)
async def test_actions_that_cannot_be_are_named_field_by_field(
    hass: HomeAssistant, said: dict[str, str], errors: dict[str, str]
) -> None:
    async_mock_service(hass, "script", "on")
    async_mock_service(hass, "script", "off")
    flow = await begin(hass, "actions")
    result = await answer(hass, flow, said)
    assert result["errors"] == errors
    right = {
        "set_action": "script.on",
        "end_action": "script.off",
        "state_entity": "sensor.forward_{extension}_{condition}",
    }
    result = await answer(hass, flow, right)
    assert result["step_id"] == "before_saving"
    result = await answer(hass, flow, {"next_step_id": "save"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"] == {"driver": "actions", **right}


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("  ", "name_empty"),
        ("x" * 2000, "name_too_long"),
        ("Home\x00", "name_control_character"),
        ("MY  telephones", "name_taken"),
        (None, "name_taken"),
    ],
)
async def test_a_second_phone_system_on_actions_has_a_name_of_its_own(
    hass: HomeAssistant, name: str | None, problem: str
) -> None:
    first = await answer(hass, await begin(hass, "actions"), {})
    assert first["title"] == "My telephones"
    flow = await begin(hass, "actions")
    result = await answer(hass, flow, {"name": name} if name else {})
    assert result["errors"] == {"name": problem}
    result = await answer(hass, flow, {"name": " Cabin "})
    assert (result["type"], result["title"]) == (FlowResultType.CREATE_ENTRY, "Cabin")
    assert "name" not in result["data"]


# Setting up


@pytest.mark.asterisk
async def test_a_right_that_is_missing_at_the_start_is_named_and_looked_for_again(
    hass: HomeAssistant, pbx: Asterisk
) -> None:
    entry = await set_up(
        hass, data={"driver": "asterisk", **answers(pbx, username="nocall")}
    )
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "permission_denied"
    assert entry.error_reason_translation_placeholders == {"permission": "call"}


# Reauthentication


@pytest.mark.asterisk
async def test_a_changed_secret_asks_for_the_new_one_and_goes_on(
    hass: HomeAssistant, pbx: Asterisk
) -> None:
    entry = await set_up(
        hass, data={"driver": "asterisk", **answers(pbx, password="x")}
    )
    assert entry.state is ConfigEntryState.SETUP_ERROR
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "reauth_confirm"
    result = await answer(hass, flow["flow_id"], {"password": "wrong"})
    assert result["errors"] == {"base": "invalid_auth"}
    result = await answer(hass, flow["flow_id"], {"password": pbx.secret})
    assert result["reason"] == "reauth_successful"
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert entry.data["username"] == pbx.username


@pytest.mark.asterisk
async def test_the_same_secret_again_is_another_try(
    hass: HomeAssistant, pbx: Asterisk
) -> None:
    result = await answer(hass, await begin(hass, "asterisk"), answers(pbx))
    entry = result["result"]
    await entry.runtime_data.system.close()
    entry.async_start_reauth(hass)
    await hass.async_block_till_done()
    (flow,) = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    result = await answer(hass, flow["flow_id"], {"password": pbx.secret})
    assert result["reason"] == "reauth_successful"
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert entry.runtime_data.system.ready


# Reconfiguration


@pytest.mark.asterisk
async def test_the_connection_can_be_changed_and_a_secret_left_out_is_kept(
    hass: HomeAssistant, pbx: Asterisk
) -> None:
    result = await answer(hass, await begin(hass, "asterisk"), answers(pbx))
    entry = result["result"]
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": "reconfigure", "entry_id": entry.entry_id}
    )
    assert_worded(result, EN["config"])
    shown = {str(key): key.description for key in result["data_schema"].schema}
    assert shown["password"] is None
    other = answers(pbx, host="localhost", port=pbx.tls_port, tls=True)
    del other["password"]
    result = await answer(hass, result["flow_id"], other)
    assert result["errors"] == {"base": "certificate_rejected"}
    result = await answer(hass, result["flow_id"], {**other, "ca": pbx.ca})
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert entry.data["password"] == pbx.secret
    assert entry.runtime_data.system.ready
    assert (entry.unique_id, entry.title) == (
        f"localhost:{pbx.tls_port}",
        "Phone system",
    )


@pytest.mark.asterisk
@pytest.mark.parametrize("left_out", [{}, {"password": ""}])
async def test_an_empty_secret_and_a_title_of_ones_own_are_kept(
    hass: HomeAssistant, pbx: Asterisk, left_out: dict[str, str]
) -> None:
    result = await answer(hass, await begin(hass, "asterisk"), answers(pbx))
    entry = result["result"]
    hass.config_entries.async_update_entry(entry, title="Office")
    flow = await reconfigure(hass, entry)
    said = answers(pbx, host="localhost")
    del said["password"]
    result = await answer(hass, flow, said | left_out)
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert entry.data["password"] == pbx.secret
    assert entry.title == "Office"


@pytest.mark.asterisk
async def test_a_connection_cannot_become_another_entrys(
    hass: HomeAssistant, pbx: Asterisk
) -> None:
    await answer(hass, await begin(hass, "asterisk"), answers(pbx))
    other = MockConfigEntry(
        domain=DOMAIN,
        unique_id="elsewhere:5038",
        data={"driver": "asterisk", **answers(pbx, host="elsewhere")},
    )
    other.add_to_hass(hass)
    flow = await reconfigure(hass, other)
    result = await answer(hass, flow, answers(pbx))
    assert result["reason"] == "already_configured"


async def test_actions_can_be_changed(hass: HomeAssistant) -> None:
    async_mock_service(hass, "script", "on")
    async_mock_service(hass, "script", "off")
    entry = await set_up(hass)
    flow = await reconfigure(hass, entry)
    result = await answer(hass, flow, {"set_action": "script.gone"})
    assert result["errors"] == {"set_action": "action_unknown"}
    right = {"set_action": "script.on", "end_action": "script.off"}
    result = await answer(hass, result["flow_id"], right)
    result = await answer(hass, result["flow_id"], {"next_step_id": "save"})
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    assert entry.data == {"driver": "actions", **right}
    assert entry.state is ConfigEntryState.LOADED
