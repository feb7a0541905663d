"""An office adds its STARFACE, by an administrator's login or by everybody's own."""

from collections.abc import AsyncIterator
from typing import Any

from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.xpresence.const import DOMAIN
from tests.groupware.certificates import Authority
from tests.pages import EN, assert_worded
from tests.telephony.starface.double import ADMIN, OWN_PASSWORDS, PASSWORD, Starface

pytestmark = pytest.mark.usefixtures("own_folder", "socket_enabled")


@pytest.fixture
async def pbx(hass: HomeAssistant, tmp_path: Any) -> AsyncIterator[Starface]:
    authority = Authority()
    found = Starface()
    found.authority = authority.pem
    async with found.serving(authority.serving(tmp_path)):
        yield found
        for entry in hass.config_entries.async_entries(DOMAIN):
            await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done()


async def entered(hass: HomeAssistant, pbx: Starface, **said: Any) -> Any:
    flows = hass.config_entries.flow
    result = await flows.async_init(DOMAIN, context={"source": SOURCE_USER})
    await flows.async_configure(result["flow_id"], {"next_step_id": "starface"})
    answers = {"host": "127.0.0.1", "port": pbx.port, "ca": pbx.authority, **said}
    result = await flows.async_configure(result["flow_id"], answers)
    assert_worded(result, EN["config"])
    return result


async def add_anna(hass: HomeAssistant) -> None:
    await hass.async_block_till_done()
    (flow,) = hass.config_entries.subentries.async_progress()
    flows = hass.config_entries.subentries
    one = {"next_step_id": "one"} if flow["step_id"] == "found" else None
    page = await flows.async_configure(flow["flow_id"], one)
    (default,) = (key for key in page["data_schema"].schema if key == "default_profile")
    page = await flows.async_configure(
        flow["flow_id"],
        {
            "name": "Anna",
            "extension": "100",
            "default_profile": default.description["suggested_value"],
        },
    )
    assert page["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()


async def choose(hass: HomeAssistant, profile: str) -> None:
    await hass.services.async_call(
        "select",
        "select_option",
        {"entity_id": "select.anna_profile", "option": profile},
        blocking=True,
    )
    await hass.async_block_till_done()


async def test_what_is_wrong_is_said_at_the_page_and_nothing_is_stored(
    hass: HomeAssistant, pbx: Starface
) -> None:
    result = await entered(hass, pbx, username=ADMIN, password="wrong")
    assert result["errors"] == {"base": "invalid_auth"}
    result = await entered(hass, pbx, username=ADMIN)
    assert result["errors"] == {"password": "password_missing"}
    assert hass.config_entries.async_entries(DOMAIN) == []


async def test_calls_follow_the_profile_by_an_administrators_login(
    hass: HomeAssistant, pbx: Starface
) -> None:
    result = await entered(hass, pbx, username=ADMIN, password=PASSWORD)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await add_anna(hass)
    await choose(hass, "Lunch")
    for one in pbx.of("100", "ALWAYS"):
        assert one["enabled"] is True
        assert one["redirectDestination"]["mailboxId"] == "9100"
    shown = hass.states.get("sensor.anna_redirect")
    assert shown is not None
    assert shown.state == "active"
    await choose(hass, "Available")
    assert not any(one["enabled"] for one in pbx.redirects["100"])


async def test_a_person_enters_their_own_login(
    hass: HomeAssistant, pbx: Starface
) -> None:
    result = await entered(hass, pbx)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry = result["result"]
    await add_anna(hass)
    (anna,) = entry.get_subentries_of_type("person")
    flows = hass.config_entries.subentries
    page = await flows.async_init(
        (entry.entry_id, "person"),
        context={"source": "reconfigure", "subentry_id": anna.subentry_id},
    )
    page = await flows.async_configure(page["flow_id"], {"next_step_id": "phone"})
    assert_worded(page, EN["config_subentries"]["person"])
    await flows.async_configure(page["flow_id"], {"password": OWN_PASSWORDS["100"]})
    await hass.async_block_till_done()
    await choose(hass, "Lunch")
    assert all(one["enabled"] for one in pbx.of("100", "ALWAYS"))
    assert pbx.redirects["101"][0]["enabled"] is False
