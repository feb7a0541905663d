"""People sign in for themselves, where the office lets them: by action and by card."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from homeassistant.components import persistent_notification
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from custom_components.xpresence.microsoft import link_of
from custom_components.xpresence.microsoft.sign_in_sessions import attempt_of
from custom_components.xpresence.operations.authorization import NotAllowed
from tests.groupware.microsoft.login import (
    ANNA as ANNA_THERE,
    BOB as BOB_THERE,
    TENANT,
    Refused,
)
from tests.groupware.microsoft.server import Microsoft
from tests.office import ANNA, BOB
from tests.team import Team, set_up_team

from .people import APP, change, link, until

ME = ("/me", "User.Read")


@pytest.fixture
async def team(hass: HomeAssistant, microsoft: Microsoft) -> Team:
    return await set_up_team(hass, options={"microsoft": APP})


async def act(hass: HomeAssistant, context: Context, name: str, **more: Any) -> Any:
    return await hass.services.async_call(
        "xpresence",
        name,
        {"entity_id": "person.anna", **more},
        blocking=True,
        context=context,
        return_response=name.startswith(("sign_in", "confirm")),
    )


async def test_an_ordinary_user_signs_in_and_out_by_action(
    hass: HomeAssistant, microsoft: Microsoft, team: Team
) -> None:
    said = await act(hass, team.context("anna"), "sign_in_microsoft", remember=False)
    assert said.keys() == {"way", "code", "page", "expires"}
    assert said["way"] == "code"
    again = await act(hass, team.context("anna"), "sign_in_microsoft")
    assert again["code"] == said["code"]
    microsoft.login.enter(said["code"], ANNA_THERE)
    entry: MockConfigEntry = team.entry
    await to_confirm(hass)
    anna = team.context("anna")
    assert await act(hass, anna, "confirm_microsoft") == shown("anna@example.com")
    assert link_of(hass, entry, ANNA) is None
    with pytest.raises(ServiceValidationError) as another:
        await act(hass, anna, "confirm_microsoft", account="bob@example.com")
    assert another.value.translation_key == "microsoft_not_this_account"
    assert link_of(hass, entry, ANNA) is None
    await act(hass, anna, "confirm_microsoft", account="Anna@example.com")
    await until(hass, lambda: link_of(hass, entry, ANNA) is not None)
    await until(hass, lambda: bool(link(hass, entry, ANNA).signed_in))
    assert (await link(hass, entry, ANNA).graph.get(*ME))["id"] == ANNA_THERE
    assert not link(hass, entry, ANNA).settings.remember
    await act(hass, team.context("anna"), "sign_out_microsoft")
    await hass.async_block_till_done()
    assert link_of(hass, entry, ANNA) is None
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, team.context("anna"), "sign_out_microsoft")
    assert refused.value.translation_key == "microsoft_not_signed_in_at_all"


NOTIFICATION = f"xpresence_sign_in_{ANNA}"


async def to_confirm(hass: HomeAssistant) -> None:
    """Wait until an account waits to be confirmed."""

    def waits() -> bool:
        attempt = attempt_of(hass, ANNA)
        return attempt is not None and attempt.to_confirm is not None

    await until(hass, waits)


def shown(account: str, **more: Any) -> dict[str, Any]:
    known = {"expected": None, "fits": None, "administrator_needed": False}
    return {"account": account, **known, **more}


async def test_an_account_that_is_declined_is_forgotten(
    hass: HomeAssistant, microsoft: Microsoft, team: Team
) -> None:
    anna = team.context("anna")
    said = await act(hass, anna, "sign_in_microsoft")
    microsoft.login.enter(said["code"], BOB_THERE)
    await to_confirm(hass)
    notices = persistent_notification._async_get_or_create_notifications(hass)
    # Everybody may read it: it names no account.
    assert "Confirm" in notices[NOTIFICATION]["message"]
    assert "bob@" not in str(notices[NOTIFICATION])
    await act(hass, anna, "confirm_microsoft", account="bob@example.com", accept=False)
    await until(hass, lambda: attempt_of(hass, ANNA) is None)
    assert link_of(hass, team.entry, ANNA) is None
    assert "not confirmed" in notices[NOTIFICATION]["message"]
    with pytest.raises(ServiceValidationError) as nothing:
        await act(hass, anna, "confirm_microsoft", account="bob@example.com")
    assert nothing.value.translation_key == "microsoft_nothing_to_confirm"


@pytest.mark.parametrize(
    ("account", "doubt"),
    [
        ({ANNA: {"expected_account": "anna@example.com"}}, "account_unexpected"),
        ({BOB: {"account_id": f"{BOB_THERE}.{TENANT}"}}, "account_of_another"),
    ],
)
async def test_who_sends_a_colleague_their_code_gets_no_account_of_theirs(
    hass: HomeAssistant,
    microsoft: Microsoft,
    team: Team,
    account: dict[str, dict[str, str]],
    doubt: str,
) -> None:
    for person, microsofts in account.items():
        change(hass, team.entry, person, microsoft=microsofts)
    anna = team.context("anna")
    said = await act(hass, anna, "sign_in_microsoft")
    microsoft.login.enter(said["code"], BOB_THERE)
    await to_confirm(hass)
    asked = await act(hass, anna, "confirm_microsoft")
    assert asked["administrator_needed"]
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, anna, "confirm_microsoft", account="bob@example.com")
    assert refused.value.translation_key == f"microsoft_{doubt}"
    assert link_of(hass, team.entry, ANNA) is None
    admin = team.context("admin")
    await act(hass, admin, "confirm_microsoft", account="bob@example.com")
    await until(hass, lambda: link_of(hass, team.entry, ANNA) is not None)


async def test_an_address_of_the_persons_calendar_is_compared(
    hass: HomeAssistant, microsoft: Microsoft, team: Team
) -> None:
    diary = {"id": "1", "kind": "none", "name": "Notes", "rules": {}}
    settings = {"address": "anna@example.org"}
    change(hass, team.entry, ANNA, calendars=[{**diary, "settings": settings}])
    said = await act(hass, team.context("anna"), "sign_in_microsoft")
    microsoft.login.enter(said["code"], ANNA_THERE)
    await to_confirm(hass)
    assert await act(hass, team.context("anna"), "confirm_microsoft") == shown(
        "anna@example.com", expected="anna@example.org", fits=False
    )


async def test_a_code_that_fails_can_be_read_afterwards(
    hass: HomeAssistant, microsoft: Microsoft, team: Team
) -> None:
    said = await act(hass, team.context("anna"), "sign_in_microsoft")
    microsoft.login.decline(said["code"])
    key = f"xpresence_sign_in_{ANNA}"
    notices = persistent_notification._async_get_or_create_notifications(hass)
    await until(hass, lambda: key in notices)
    assert "declined" in notices[key]["message"]
    await act(hass, team.context("anna"), "sign_in_microsoft")
    assert key not in notices


@pytest.mark.parametrize("name", ["dora", "rita", "bob", "rosa", "sven"])
@pytest.mark.parametrize(
    "action", ["sign_in_microsoft", "confirm_microsoft", "sign_out_microsoft"]
)
async def test_nobody_else_signs_somebody_in_or_out(
    hass: HomeAssistant, microsoft: Microsoft, team: Team, name: str, action: str
) -> None:
    with pytest.raises(NotAllowed):
        await act(hass, team.context(name), action)
    assert microsoft.login.asked == []


async def test_an_office_may_keep_it_to_itself(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    team = await set_up_team(hass, options={"microsoft": APP, "allowed": []})
    with pytest.raises(NotAllowed):
        await act(hass, team.context("anna"), "sign_in_microsoft")
    assert (await act(hass, team.context("admin"), "sign_in_microsoft"))["code"]


async def test_what_keeps_a_sign_in_from_beginning_is_said(
    hass: HomeAssistant, microsoft: Microsoft, team: Team
) -> None:
    microsoft.login.refuse = Refused("invalid_client", code=7000218, status=401)
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, team.context("anna"), "sign_in_microsoft")
    assert refused.value.translation_key == "microsoft_not_a_public_client"
    hass.config_entries.async_update_entry(team.entry, options={})
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, team.context("anna"), "sign_in_microsoft")
    assert refused.value.translation_key == "microsoft_no_registration"
    hass.config_entries.async_update_entry(
        team.entry, options={"microsoft": APP | {"client_id": APP["client_id"]}}
    )
    microsoft.login.refuse = Refused("temporarily_unavailable")
    with pytest.raises(HomeAssistantError) as failed:
        await act(hass, team.context("anna"), "sign_in_microsoft")
    assert failed.value.translation_key == "microsoft_unreachable"


# From a card


async def socket(
    hass: HomeAssistant, team: Team, name: str, sockets: WebSocketGenerator
) -> Any:
    token = await hass.auth.async_create_refresh_token(team.users[name], "x")
    return await sockets(hass, hass.auth.async_create_access_token(token))


async def test_a_card_shows_the_code_and_how_it_ended(
    hass: HomeAssistant,
    microsoft: Microsoft,
    team: Team,
    hass_ws_client: WebSocketGenerator,
) -> None:
    card = await socket(hass, team, "anna", hass_ws_client)
    for ends in ("failed", "done"):
        await card.send_json_auto_id({"type": "xpresence/sign_in_microsoft"})
        assert (await card.receive_json())["success"]
        told = (await card.receive_json())["event"]
        assert told["state"] == "code"
        if ends == "done":
            microsoft.login.enter(told["code"], ANNA_THERE)
            asked = (await card.receive_json())["event"]
            assert asked == {"state": "confirm", **shown("anna@example.com")}
            assert link_of(hass, team.entry, ANNA) is None
            await card.send_json_auto_id(
                {
                    "type": "xpresence/confirm_microsoft",
                    "person_id": ANNA,
                    "account": asked["account"],
                }
            )
            answers = [await card.receive_json() for _ in range(2)]
            assert {"state": "done"} in [one.get("event") for one in answers]
        else:
            microsoft.login.decline(told["code"])
            over = (await card.receive_json())["event"]
            assert (over["state"], over["reason"]) == ("failed", "declined")
            assert "declined" in over["text"]
    assert await link(hass, team.entry, ANNA).graph.get(*ME)


@pytest.mark.parametrize(
    ("name", "person", "code"),
    [
        ("bob", ANNA, "unauthorized"),
        ("dora", ANNA, "unauthorized"),
        ("sven", ANNA, "unauthorized"),
        ("anna", "nobody", "not_found"),
    ],
)
async def test_a_card_of_somebody_else_gets_no_code(
    hass: HomeAssistant,
    microsoft: Microsoft,
    team: Team,
    hass_ws_client: WebSocketGenerator,
    name: str,
    person: str,
    code: str,
) -> None:
    card = await socket(hass, team, name, hass_ws_client)
    await card.send_json_auto_id(
        {"type": "xpresence/sign_in_microsoft", "person_id": person}
    )
    assert (await card.receive_json())["error"]["code"] == code
    assert microsoft.login.asked == []


async def test_a_card_is_told_why_there_is_no_code(
    hass: HomeAssistant,
    microsoft: Microsoft,
    team: Team,
    hass_ws_client: WebSocketGenerator,
) -> None:
    microsoft.login.refuse = Refused("unauthorized_client", code=700016)
    card = await socket(hass, team, "anna", hass_ws_client)
    await card.send_json_auto_id({"type": "xpresence/sign_in_microsoft"})
    error = (await card.receive_json())["error"]
    assert error["translation_key"] == "microsoft_unknown_client"


@pytest.fixture
async def browser(
    hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator
) -> Any:
    """A browser that Microsoft's redirect leads to."""
    hass.config.components.add("my")
    for component in ("auth", "websocket_api"):
        assert await async_setup_component(hass, component, {})
    return await hass_client_no_auth()


async def test_the_browser_comes_first_where_it_can_be_led_back(
    hass: HomeAssistant, microsoft: Microsoft, team: Team, browser: Any
) -> None:
    anna = team.context("anna")
    said = await act(hass, anna, "sign_in_microsoft")
    assert (said["way"], said["code"]) == ("browser", None)
    answer = microsoft.login.agree(said["page"], ANNA_THERE)
    came = await browser.get("/auth/external/callback", params=answer)
    assert came.status == 200
    await to_confirm(hass)
    assert await act(hass, anna, "confirm_microsoft") == shown("anna@example.com")
    await act(hass, anna, "confirm_microsoft", account="anna@example.com")
    assert (await link(hass, team.entry, ANNA).graph.get(*ME))["id"] == ANNA_THERE
    assert hass.config_entries.flow.async_progress() == []


async def test_who_is_shown_53003_goes_on_in_the_browser_and_the_code_is_over(
    hass: HomeAssistant, microsoft: Microsoft, team: Team, browser: Any
) -> None:
    anna = team.context("anna")
    code = await act(hass, anna, "sign_in_microsoft", way="code")
    assert code["code"]
    waits = attempt_of(hass, ANNA)
    assert waits is not None
    said = await act(hass, anna, "sign_in_microsoft", way="browser")
    assert said["way"] == "browser"
    await until(hass, waits.task.done)
    # And back: what waited for the browser waits no more.
    assert (await act(hass, anna, "sign_in_microsoft", way="code"))["code"]
    await until(hass, lambda: hass.config_entries.flow.async_progress() == [])


async def test_a_refusal_in_the_browser_is_told_by_the_card_in_words(
    hass: HomeAssistant,
    microsoft: Microsoft,
    team: Team,
    browser: Any,
    hass_ws_client: WebSocketGenerator,
) -> None:
    client = await socket(hass, team, "anna", hass_ws_client)
    await client.send_json_auto_id({"type": "xpresence/sign_in_microsoft"})
    assert (await client.receive_json())["success"]
    event = (await client.receive_json())["event"]
    assert (event["state"], event["code"]) == ("browser", None)
    state = dict(parse_qsl(urlsplit(event["page"]).query))["state"]
    refused = {"error": "access_denied", "error_description": "AADSTS53003: no"}
    await browser.get("/auth/external/callback", params=refused | {"state": state})
    event = (await client.receive_json())["event"]
    assert (event["state"], event["reason"]) == ("failed", "blocked_by_policy")
    assert "Conditional Access" in event["text"]
    assert link_of(hass, team.entry, ANNA) is None


async def test_without_a_way_back_the_browser_is_refused_and_nothing_waits(
    hass: HomeAssistant, microsoft: Microsoft, team: Team
) -> None:
    with pytest.raises(ServiceValidationError):
        await act(hass, team.context("anna"), "sign_in_microsoft", way="browser")
    assert attempt_of(hass, ANNA) is None
    assert hass.config_entries.flow.async_progress() == []
