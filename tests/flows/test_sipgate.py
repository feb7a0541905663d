"""An office adds sipgate, its people sign in, and calls come by a webhook."""

from collections.abc import AsyncIterator
from typing import Any
from unittest import mock

import aiohttp
from homeassistant.config_entries import SOURCE_RECONFIGURE
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers.config_entry_oauth2_flow import _decode_jwt
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from yarl import URL

from custom_components.xpresence.telephony.driver import Capability
from custom_components.xpresence.telephony.sipgate.description import TEST
from tests.conftest import set_up
from tests.office import ANNA
from tests.pages import EN, assert_worded
from tests.telephony.sipgate.double import TOKEN, TOKEN_ID, Sipgate

pytestmark = pytest.mark.usefixtures("own_folder", "socket_enabled")
NEW_CALL = "event=newCall&direction=in&callId=1&from=49171555&to=49305550&userId[]=w0&fullUserId[]=1234567w0"


@pytest.fixture
async def sipgate(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Sipgate]:
    found = Sipgate()
    async with found.serving():
        monkeypatch.setenv(TEST, found.base)
        yield found


@pytest.fixture
async def office(
    hass: HomeAssistant, sipgate: Sipgate
) -> AsyncIterator[MockConfigEntry]:
    hass.config.external_url = "https://home.example.com"
    data = {"driver": "sipgate", "calls": True, **sipgate.settings}
    entry = await set_up(hass, data=data)
    yield entry
    await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_a_call_that_sipgate_tells_of_is_shown(
    hass: HomeAssistant,
    office: MockConfigEntry,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    system = office.runtime_data.system
    assert Capability.CALL_STATE in system.capabilities
    url = URL(system.webhook_url)
    assert url.host == "home.example.com"
    system.configure("100", {"token_id": TOKEN_ID, "token": TOKEN})
    await system.read("100")
    client = await hass_client_no_auth()
    for body, status in (("x" * 20_000, 413), ("a=1&" * 300, 400), (b"\xff", 400)):
        answer = await client.post(url.path, data=body)
        assert answer.status == status
    answer = await client.post(url.path, data=NEW_CALL)
    assert answer.status == 200
    assert answer.content_type == "application/xml"
    assert f'onHangup="{url}"' in await answer.text()
    assert (await system.read("100")).call == "ringing"
    # The address is the same after a restart, and none once the office is gone.
    await hass.config_entries.async_reload(office.entry_id)
    assert office.runtime_data.system.webhook_url == str(url)


async def test_the_address_for_calls_is_shown_where_the_connection_is_changed(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    flows = hass.config_entries.flow
    page = await flows.async_init(
        "xpresence",
        context={"source": SOURCE_RECONFIGURE, "entry_id": office.entry_id},
    )
    url = office.runtime_data.system.webhook_url
    assert page["description_placeholders"]["webhook"] == url


async def test_an_administrator_signs_a_person_in_on_their_page(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    flows: Any = hass.config_entries.subentries
    page = await flows.async_init(
        (office.entry_id, "person"),
        context={"source": "reconfigure", "subentry_id": ANNA},
    )
    flow = page["flow_id"]
    page = await flows.async_configure(flow, {"next_step_id": "phone"})
    assert page["menu_options"] == ["phone_sign_in", "phone_sipgate"]
    assert_worded(page, EN["config_subentries"]["person"])
    with mock.patch(
        "homeassistant.helpers.config_entry_oauth2_flow.async_get_redirect_uri",
        return_value="http://127.0.0.1/auth/external/callback",
    ):
        page = await flows.async_configure(flow, {"next_step_id": "phone_sign_in"})
    assert page["type"] is FlowResultType.EXTERNAL_STEP
    async with (
        aiohttp.ClientSession() as session,
        session.get(
            URL(page["url"]).update_query({"as": "w0"}), allow_redirects=False
        ) as answer,
    ):
        back = URL(answer.headers["Location"])
    state = _decode_jwt(hass, back.query["state"])
    assert state is not None
    await hass.config_entries.flow.async_configure(
        state["flow_id"], {"state": state, "code": back.query["code"]}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    page = await flows.async_configure(flow)
    assert (page["type"], page["reason"]) == (FlowResultType.ABORT, "phone_signed_in")
    assert set(office.subentries[ANNA].data["phone"]) == {"sign_in"}
