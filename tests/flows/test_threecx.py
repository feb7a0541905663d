"""An office adds its 3CX, and people's statuses follow their profiles."""

from collections.abc import AsyncIterator
from typing import Any

from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.xpresence.const import DOMAIN
from tests.groupware.certificates import Authority
from tests.pages import EN, assert_worded
from tests.telephony.threecx.double import CLIENT_ID, CLIENT_SECRET, ThreeCx

pytestmark = pytest.mark.usefixtures("own_folder", "socket_enabled")


@pytest.fixture
async def pbx(hass: HomeAssistant, tmp_path: Any) -> AsyncIterator[ThreeCx]:
    authority = Authority()
    found = ThreeCx()
    found.authority = authority.pem
    async with found.serving(authority.serving(tmp_path)):
        yield found
        for entry in hass.config_entries.async_entries(DOMAIN):
            await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done()


def answers(pbx: ThreeCx, **more: Any) -> dict[str, Any]:
    return {
        "host": "127.0.0.1",
        "port": pbx.port,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "ca": pbx.authority,
        **more,
    }


async def entered(hass: HomeAssistant, said: dict[str, Any]) -> Any:
    flows = hass.config_entries.flow
    result = await flows.async_init(DOMAIN, context={"source": SOURCE_USER})
    await flows.async_configure(result["flow_id"], {"next_step_id": "threecx"})
    result = await flows.async_configure(result["flow_id"], said)
    assert_worded(result, EN["config"])
    return result


async def test_what_is_wrong_is_said_at_the_page_and_nothing_is_stored(
    hass: HomeAssistant, pbx: ThreeCx
) -> None:
    result = await entered(hass, answers(pbx, client_secret="wrong"))
    assert result["errors"] == {"base": "invalid_auth"}
    result = await entered(hass, answers(pbx, ca=Authority().pem))
    assert result["errors"] == {"base": "certificate_rejected"}
    pbx.licensed = False
    result = await entered(hass, answers(pbx))
    assert result["errors"] == {"base": "licence_missing"}
    pbx.licensed, pbx.steal = True, True
    result = await entered(hass, answers(pbx))
    assert result["errors"] == {"base": "threecx_token_taken"}
    assert hass.config_entries.async_entries(DOMAIN) == []


async def test_the_status_in_3cx_follows_the_profile_and_comes_back(
    hass: HomeAssistant, pbx: ThreeCx
) -> None:
    result = await entered(hass, answers(pbx))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    (flow,) = hass.config_entries.subentries.async_progress()
    flows = hass.config_entries.subentries
    page = await flows.async_configure(flow["flow_id"], {"next_step_id": "one"})
    asked = {str(key): key for key in page["data_schema"].schema}
    (offered,) = (
        field
        for key, field in page["data_schema"].schema.items()
        if key == asked["extension"]
    )
    labels = [one["label"] for one in offered.config["options"]]
    assert labels == ["Anna (100)", "Ben (101)"]
    default = asked["default_profile"].description["suggested_value"]
    page = await flows.async_configure(
        flow["flow_id"],
        {"name": "Anna", "extension": "100", "default_profile": default},
    )
    assert page["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()

    async def choose(profile: str) -> None:
        await hass.services.async_call(
            "select",
            "select_option",
            {"entity_id": "select.anna_profile", "option": profile},
            blocking=True,
        )
        await hass.async_block_till_done()

    redirect = er.async_get(hass).async_get("sensor.anna_redirect")
    assert redirect is not None
    await choose("Lunch")
    assert pbx.of("100")["CurrentProfileName"] == "Away"
    shown = hass.states.get("sensor.anna_redirect")
    assert shown is not None
    assert (shown.state, shown.attributes["target"]) == ("active", "Away")
    await choose("Available")
    assert pbx.of("100")["CurrentProfileName"] == "Available"
    assert hass.states.get("sensor.anna_redirect").state == "off"  # type: ignore[union-attr]
    assert pbx.of("101")["CurrentProfileName"] == "Available"
