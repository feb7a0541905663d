"""A Home Assistant that is there before its phone system waits for nobody."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_socket import enable_socket

from custom_components.xpresence.const import DOMAIN
from custom_components.xpresence.engine import connection
from tests.conftest import set_up
from tests.flows.test_config_flow import answers
from tests.office import OFFICE
from tests.pbx.asterisk import Asterisk, eventually, running
from tests.test_coordinator import REDIRECT, SELECT, shown

pytestmark = [
    pytest.mark.asterisk,
    pytest.mark.usefixtures("own_folder", "socket_enabled"),
]


@pytest.fixture(scope="module")
def pbx() -> Iterator[Asterisk]:
    # Asked for before any test, so before `socket_enabled` could take effect.
    enable_socket()
    with running() as pbx:
        yield pbx


@pytest.fixture(autouse=True)
async def away(
    hass: HomeAssistant, pbx: Asterisk, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[None]:
    """Let the phone system be off, and be looked for without long waits."""
    monkeypatch.setattr(connection, "FIRST_WAIT", 0.02)
    monkeypatch.setattr(connection, "LONGEST_WAIT", 0.05)
    if pbx.process is not None and pbx.process.poll() is None:
        pbx.kill()
    yield
    for entry in hass.config_entries.async_entries(DOMAIN):
        await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()


async def office(hass: HomeAssistant, pbx: Asterisk, **more: Any) -> MockConfigEntry:
    data = {"driver": "asterisk", **answers(pbx, **more)}
    return await set_up(hass, wait=False, data=data, subentries_data=OFFICE)


async def switch_on(hass: HomeAssistant, pbx: Asterisk) -> None:
    await hass.async_add_executor_job(pbx.launch)


async def test_a_profile_is_chosen_before_the_phone_system_is_there_and_then_holds(
    hass: HomeAssistant, pbx: Asterisk
) -> None:
    entry = await office(hass, pbx)
    assert entry.state is ConfigEntryState.LOADED
    choice = {"entity_id": SELECT, "option": "Training"}
    await hass.services.async_call("select", "select_option", choice)
    await eventually(lambda: shown(hass, SELECT).state == "Training")
    assert shown(hass, REDIRECT).state != "active"
    await switch_on(hass, pbx)
    await eventually(lambda: shown(hass, REDIRECT).state == "active")
    assert shown(hass, REDIRECT).attributes["target"] == "Bob"
    assert pbx.redirects("100")


async def test_a_login_that_is_refused_later_asks_for_the_new_one(
    hass: HomeAssistant, pbx: Asterisk
) -> None:
    entry = await office(hass, pbx, password="x")
    assert entry.state is ConfigEntryState.LOADED
    assert hass.config_entries.flow.async_progress() == []
    await switch_on(hass, pbx)
    await eventually(hass.config_entries.flow.async_progress)
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["step_id"] == "reauth_confirm"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"username": "nocall"}, "permission_denied"),
        ({"host": "localhost", "tls": True}, "certificate_rejected"),
    ],
)
async def test_what_only_the_phone_systems_administrator_can_mend_is_said_by_the_entry(
    hass: HomeAssistant, pbx: Asterisk, more: dict[str, Any], reason: str
) -> None:
    if more.get("tls"):
        more = more | {"port": pbx.tls_port}
    entry = await office(hass, pbx, **more)
    assert entry.state is ConfigEntryState.LOADED
    await switch_on(hass, pbx)
    await eventually(lambda: entry.state is ConfigEntryState.SETUP_RETRY)
    assert entry.error_reason_translation_key == reason
