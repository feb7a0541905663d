"""A person enters their own login at the phone system, or signs in there, from a card."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any
from unittest import mock

import aiohttp
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import UnknownFlow
from homeassistant.helpers.config_entry_oauth2_flow import _decode_jwt
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import (
    MockHAClientWebSocket,
    WebSocketGenerator,
)
from yarl import URL

from custom_components.xpresence.diagnostics import async_get_config_entry_diagnostics
from custom_components.xpresence.operations.phone_login import (
    PhoneLoginRefused,
    async_set_login,
)
from custom_components.xpresence.telephony.sipgate.description import TEST
from tests.conftest import set_up
from tests.office import ANNA
from tests.telephony.sipgate.double import (
    CLIENT_ID,
    CLIENT_SECRET,
    TOKEN,
    TOKEN_ID,
    Sipgate,
)

pytestmark = pytest.mark.usefixtures("own_folder", "socket_enabled")
OWN = {"token_id": TOKEN_ID, "token": TOKEN}


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
    data = {
        "driver": "sipgate",
        "country_code": "49",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
    }
    entry = await set_up(hass, data=data)
    yield entry
    await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.fixture
async def socket(
    office: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> MockHAClientWebSocket:
    return await hass_ws_client()


async def send(socket: MockHAClientWebSocket, command: str, **more: Any) -> Any:
    await socket.send_json_auto_id(
        {"type": f"xpresence/{command}", "person_id": ANNA, **more}
    )
    return await socket.receive_json()


def stored(office: MockConfigEntry) -> dict[str, Any]:
    return dict(office.subentries[ANNA].data.get("phone", {}))


async def test_a_login_is_asked_for_in_words_tried_kept_and_never_shown(
    hass: HomeAssistant, office: MockConfigEntry, socket: MockHAClientWebSocket
) -> None:
    asked = (await send(socket, "phone_login", language="de"))["result"]
    assert [one["key"] for one in asked["fields"]] == [
        "token_id",
        "token",
        "user",
        "line",
    ]
    assert all(one["label"] and one["help"] for one in asked["fields"])
    assert not asked["entered"]
    answer = await send(socket, "set_phone_login", login=OWN)
    assert answer["success"], answer
    assert stored(office) == OWN
    shown = (await send(socket, "phone_login", language="en"))["result"]
    assert shown["entered"]
    assert TOKEN not in repr(shown)
    await hass.async_block_till_done(wait_background_tasks=True)
    told = await async_get_config_entry_diagnostics(hass, office)  # type: ignore[arg-type]
    assert TOKEN not in repr(told)
    assert TOKEN_ID not in repr(told)
    assert (await send(socket, "forget_phone_login"))["success"]
    assert stored(office) == {}


@pytest.mark.parametrize(
    ("login", "field"),
    [
        ({**OWN, "token": "wrong"}, "base"),
        ({"token_id": TOKEN_ID}, "token"),
        ({"user": "w1"}, "token"),
        ({**OWN, "token": "a\x00b"}, "token"),
        ({**OWN, "token": "a" * 501}, "token"),
        ({**OWN, "mailbox": "1"}, "base"),
        ({}, "token"),
    ],
)
async def test_what_does_not_work_is_refused_and_the_login_before_stays(
    office: MockConfigEntry,
    socket: MockHAClientWebSocket,
    login: dict[str, str],
    field: str,
) -> None:
    await send(socket, "set_phone_login", login=OWN)
    answer = await send(socket, "set_phone_login", login=login, language="en")
    assert not answer["success"]
    assert set(answer["error"]["fields"]) == {field}
    assert answer["error"]["fields"][field].endswith(".")
    assert stored(office) == OWN
    system = office.runtime_data.system
    await system.read("100")


async def test_an_account_without_phone_lines_is_refused_in_words(
    office: MockConfigEntry, socket: MockHAClientWebSocket, sipgate: Sipgate
) -> None:
    sipgate.neo = True
    answer = await send(socket, "set_phone_login", login=OWN, language="en")
    assert "Classic PBX" in answer["error"]["fields"]["base"]
    assert stored(office) == {}


async def test_a_phone_system_with_one_login_for_all_asks_nobody_for_theirs(
    hass: HomeAssistant,
) -> None:
    entry = await set_up(hass)
    with pytest.raises(PhoneLoginRefused):
        await async_set_login(entry.runtime_data, ANNA, {"switch": "switch.x"})
    assert "phone" not in entry.subentries[ANNA].data


# Signing in


class Browser:
    """What a person does in a browser at sipgate."""

    def __init__(self, hass: HomeAssistant) -> None:
        self.hass = hass

    async def sign_in(self, page: str, user: str) -> None:
        """Sign in and come back to Home Assistant."""
        async with aiohttp.ClientSession() as session:
            asked = URL(page).update_query({"as": user})
            async with session.get(asked, allow_redirects=False) as answer:
                assert answer.status == HTTPStatus.FOUND
                back = URL(answer.headers["Location"])
        await self.back(back.query["state"], back.query["code"])

    async def back(self, state: str, code: str) -> None:
        """Hand on what the browser brings, as Home Assistant's own page does."""
        said = _decode_jwt(self.hass, state)
        assert said is not None
        await self.hass.config_entries.flow.async_configure(
            said["flow_id"], {"state": said, "code": code}
        )


@pytest.fixture
async def browser(
    hass: HomeAssistant, office: MockConfigEntry
) -> AsyncIterator[Browser]:
    with mock.patch(
        "homeassistant.helpers.config_entry_oauth2_flow.async_get_redirect_uri",
        return_value="http://127.0.0.1/auth/external/callback",
    ):
        yield Browser(hass)


async def begun(socket: MockHAClientWebSocket) -> str:
    assert (await send(socket, "sign_in_phone", language="en"))["success"]
    event = (await socket.receive_json())["event"]
    assert event["state"] == "page"
    return str(event["page"])


async def test_who_signs_in_in_the_browser_needs_no_token(
    hass: HomeAssistant,
    office: MockConfigEntry,
    socket: MockHAClientWebSocket,
    browser: Browser,
    sipgate: Sipgate,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await send(socket, "set_phone_login", login=OWN)
    page = await begun(socket)
    assert CLIENT_SECRET not in page
    await browser.sign_in(page, "w1")
    assert (await socket.receive_json())["event"] == {"state": "done"}
    assert set(stored(office)) == {"sign_in"}
    shown = (await send(socket, "phone_login", language="en"))["result"]
    assert shown["signed_in"]
    assert not shown["entered"]
    sipgate.lines["w1/p1"] = [
        {"destination": "491715550100", "timeout": 0, "active": True}
    ]
    line = await office.runtime_data.system.read("100")
    assert line.forwarding.unconditional.number == "+491715550100"
    told = await async_get_config_entry_diagnostics(hass, office)  # type: ignore[arg-type]
    for secret in ("refresh-secret", CLIENT_SECRET):
        assert secret not in repr(told) + repr(office.as_dict()).replace(
            repr(CLIENT_SECRET), "", 1
        )
    ours = [one.getMessage() for one in caplog.records if "xpresence" in one.name]
    assert "refresh-secret" not in "".join(ours)
    # It is there after a restart of Home Assistant.
    await hass.config_entries.async_reload(office.entry_id)
    await office.runtime_data.system.read("100")
    # Who leaves is forgotten.
    logins = office.runtime_data.logins
    hass.config_entries.async_remove_subentry(office, ANNA)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert await logins.load_of(ANNA) is None


async def test_an_account_that_does_not_fit_leaves_the_login_before_in_place(
    office: MockConfigEntry,
    socket: MockHAClientWebSocket,
    browser: Browser,
    sipgate: Sipgate,
) -> None:
    await send(socket, "set_phone_login", login=OWN)
    page = await begun(socket)
    sipgate.neo = True
    await browser.sign_in(page, "w1")
    event = (await socket.receive_json())["event"]
    assert event["state"] == "failed"
    assert "Classic PBX" in event["text"]
    assert stored(office) == OWN
    assert await office.runtime_data.logins.load_of(ANNA) is None


async def test_an_answer_that_nobody_asked_for_is_good_for_nothing(
    hass: HomeAssistant,
    office: MockConfigEntry,
    socket: MockHAClientWebSocket,
    browser: Browser,
) -> None:
    first = URL(await begun(socket)).query["state"]
    page = await begun_again(socket)
    with pytest.raises(UnknownFlow):
        await browser.back(first, "stolen")
    assert stored(office) == {}
    await browser.sign_in(page, "w0")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert set(stored(office)) == {"sign_in"}


async def begun_again(socket: MockHAClientWebSocket) -> str:
    """Begin another sign-in; the one before says that it is over."""
    await socket.send_json_auto_id(
        {"type": "xpresence/sign_in_phone", "person_id": ANNA, "language": "en"}
    )
    page = ""
    while not page:
        said = await socket.receive_json()
        page = said.get("event", {}).get("page", "")
    return str(page)
