"""The settings page of an account: two ways in, every failure, and out again."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from homeassistant.core import HomeAssistant
from homeassistant.core_config import async_process_ha_core_config
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.xpresence.groupware.microsoft.refusals import EVERY_REASON
from custom_components.xpresence.microsoft import link_of
from tests.conftest import set_up
from tests.flows.test_subentry_flows import Form, change
from tests.groupware.microsoft.login import (
    ANNA as ANNA_THERE,
    BOB as BOB_THERE,
    CLIENT_ID,
    TENANT,
    USERS,
    Refused,
)
from tests.groupware.microsoft.server import Microsoft
from tests.office import ANNA, BOB, MEETING
from tests.pages import EN, placeholders

from .people import APP, link, office_with, until

ASKED = {
    "way": "code",
    "use_calendar": True,
    "shared_calendars": False,
    "remember": True,
}
ME = ("/me", "User.Read")


async def page(hass: HomeAssistant, entry: MockConfigEntry) -> Form:
    return await change(hass, entry, ANNA, "microsoft")


async def code_shown(form: Form) -> str:
    assert form.result["type"] is FlowResultType.SHOW_PROGRESS
    action = form.result["progress_action"]
    said = form.result["description_placeholders"]
    assert placeholders(form.texts["progress"][action]) == said.keys()
    return str(said["code"])


async def go_on(hass: HomeAssistant, form: Form) -> None:
    """Go on as soon as the page says that it may."""
    manager = hass.config_entries.subentries
    flow = manager._progress[form.result["flow_id"]]
    await until(hass, lambda: flow._waiting is None or flow._waiting.done())
    await form.fill()


async def confirm(form: Form, step: str = "microsoft_whose") -> None:
    """Say that the account shown is the person's."""
    assert form.result["step_id"] == step, form.result
    said = form.result["description_placeholders"]
    assert "example" in said["account"]
    await form.fill(next_step_id="microsoft_keep")


async def test_a_newcomer_enters_the_registration_and_a_code(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    entry = await set_up(hass)
    form = await page(hass, entry)
    assert form.result["step_id"] == "microsoft_account"
    await form.fill(**ASKED, **APP)
    microsoft.login.enter(await code_shown(form), ANNA_THERE)
    await go_on(hass, form)
    await confirm(form)
    assert form.result["step_id"] == "microsoft_signed_in"
    # The office keeps the registration; the person has an account and no more.
    assert entry.options["microsoft"] == APP
    assert entry.subentries[ANNA].data["microsoft"] == {
        "connected": True,
        "use_calendar": True,
        "shared_calendars": False,
        "remember": True,
        "account_id": f"{ANNA_THERE}.{TENANT}",
        "account_name": "anna@example.com",
    }
    assert (await link(hass, entry, ANNA).graph.get(*ME))["id"] == ANNA_THERE
    await form.fill(next_step_id="calendar_outlook")
    assert form.suggested["calendar"] == "main"
    await form.fill(calendar="main")
    await form.fill(**form.suggested | {"default_profile": MEETING})
    assert form.result["reason"] == "reconfigure_successful"
    (calendar,) = entry.subentries[ANNA].data["calendars"]
    assert (calendar["kind"], calendar["name"]) == ("outlook", "Outlook")


async def test_the_page_is_done_by_itself_when_the_code_is_entered(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    entry = await office_with(hass)
    form = await page(hass, entry)
    assert form.suggested["client_id"] == CLIENT_ID
    await form.fill(**ASKED | {"use_calendar": False}, **APP)
    microsoft.login.enter(await code_shown(form), ANNA_THERE)
    flow_id = form.result["flow_id"]
    await until(
        hass,
        lambda: (
            not hass.config_entries.subentries._progress.get(flow_id)
            or hass.config_entries.subentries._progress[flow_id]._waiting is None
            or hass.config_entries.subentries._progress[flow_id]._waiting.done()
        ),
    )
    await form.fill()
    await confirm(form)
    assert form.result["reason"] == "microsoft_signed_in"
    assert "client_id" not in entry.subentries[ANNA].data["microsoft"]


async def test_another_registration_than_the_offices_is_ones_own(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    entry = await office_with(hass)
    hass.config_entries.async_update_entry(
        entry, options={"microsoft": APP | {"tenant": "organizations"}}
    )
    form = await page(hass, entry)
    await form.fill(**ASKED, **APP)
    microsoft.login.enter(await code_shown(form), ANNA_THERE)
    await go_on(hass, form)
    await confirm(form)
    assert entry.subentries[ANNA].data["microsoft"]["tenant"] == TENANT
    assert entry.options["microsoft"]["tenant"] == "organizations"


@pytest.mark.parametrize(
    ("said", "errors"),
    [
        ({"client_id": ""}, {"client_id": "client_id_missing"}),
        ({"client_id": "my app"}, {"client_id": "client_id_invalid"}),
        ({"tenant": "consumers"}, {"tenant": "tenant_personal"}),
        ({"tenant": "not a tenant"}, {"tenant": "tenant_invalid"}),
        ({"tenant": "nowhere.example"}, {"base": "microsoft_tenant_unknown"}),
        ({"client_id": CLIENT_ID[::-1]}, {"client_id": "client_id_invalid"}),
        (
            {"client_id": "00000000-0000-0000-0000-000000000000"},
            {"base": "microsoft_unknown_client"},
        ),
    ],
)
async def test_a_wrong_registration_is_named_and_mended_on_the_same_page(
    hass: HomeAssistant,
    microsoft: Microsoft,
    said: dict[str, str],
    errors: dict[str, str],
) -> None:
    entry = await set_up(hass)
    form = await page(hass, entry)
    await form.fill(**ASKED, **APP | said)
    assert form.result["errors"] == errors
    assert not entry.options
    await form.fill(**ASKED, **APP)
    microsoft.login.enter(await code_shown(form), ANNA_THERE)
    await go_on(hass, form)
    await confirm(form)
    assert form.result["step_id"] == "microsoft_signed_in"


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (Refused("invalid_client", code=7000218, status=401), "not_a_public_client"),
        (Refused("invalid_scope", code=70011), "registration_wrong"),
        (Refused("temporarily_unavailable", status=503), "unreachable"),
    ],
)
async def test_a_refusal_before_the_code_is_named(
    hass: HomeAssistant, microsoft: Microsoft, refusal: Refused, reason: str
) -> None:
    entry = await office_with(hass)
    microsoft.login.refuse = refusal
    form = await page(hass, entry)
    await form.fill(**ASKED, **APP)
    assert form.result["errors"] == {"base": f"microsoft_{reason}"}
    microsoft.login.refuse = None
    await form.fill(**form.suggested)
    await code_shown(form)
    hass.config_entries.subentries.async_abort(form.result["flow_id"])


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (Refused("authorization_declined"), "declined"),
        (Refused("invalid_grant", "consent_required", 65001), "consent_missing"),
        (Refused("invalid_grant", "message_only", 53003), "blocked_by_policy"),
        (Refused("invalid_grant", "basic_action", 50076), "more_proof_needed"),
        (Refused("invalid_grant", "user_password_expired"), "password_expired"),
        (Refused("expired_token"), "code_expired"),
        (Refused("something_new", code=1), "refused"),
    ],
)
async def test_a_refusal_after_the_code_is_named_and_nothing_has_changed(
    hass: HomeAssistant, microsoft: Microsoft, refusal: Refused, reason: str
) -> None:
    entry = await office_with(hass)
    form = await page(hass, entry)
    await form.fill(**ASKED, **APP)
    await code_shown(form)
    microsoft.login.refuse = refusal
    await go_on(hass, form)
    assert form.result["step_id"] == "microsoft_account"
    assert form.result["errors"] == {"base": f"microsoft_{reason}"}
    assert "microsoft" not in entry.subentries[ANNA].data
    microsoft.login.refuse = None
    await form.fill(**form.suggested)
    microsoft.login.enter(await code_shown(form), ANNA_THERE)
    await go_on(hass, form)
    await confirm(form)
    assert form.result["step_id"] == "microsoft_signed_in"


async def test_a_code_survives_an_outage_while_it_is_entered(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    entry = await office_with(hass)
    form = await page(hass, entry)
    await form.fill(**ASKED, **APP)
    code = await code_shown(form)
    microsoft.login.refuse = Refused("temporarily_unavailable")
    asked = len(microsoft.login.asked)
    await until(hass, lambda: len(microsoft.login.asked) > asked + 1)
    microsoft.login.refuse = None
    microsoft.login.enter(code, ANNA_THERE)
    await go_on(hass, form)
    await confirm(form)
    assert form.result["step_id"] == "microsoft_signed_in"


# Whose account it is


async def test_an_account_that_is_not_confirmed_counts_for_nothing(
    hass: HomeAssistant, microsoft: Microsoft, own_folder: Path
) -> None:
    entry = await office_with(hass)
    form = await page(hass, entry)
    await form.fill(**ASKED, **APP)
    microsoft.login.enter(await code_shown(form), BOB_THERE)
    await go_on(hass, form)
    assert form.result["step_id"] == "microsoft_whose"
    shown = form.result["description_placeholders"]["account"]
    assert shown.replace("\\", "") == USERS[BOB_THERE]
    assert "microsoft" not in entry.subentries[ANNA].data
    assert link_of(hass, entry, ANNA) is None
    await form.fill(next_step_id="microsoft_account")
    assert form.result["step_id"] == "microsoft_account"
    await form.fill(**form.suggested)
    microsoft.login.enter(await code_shown(form), ANNA_THERE)
    await go_on(hass, form)
    await confirm(form)
    assert (await link(hass, entry, ANNA).graph.get(*ME))["id"] == ANNA_THERE


async def test_an_account_that_was_not_expected_is_named_as_such(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    entry = await office_with(hass)
    form = await page(hass, entry)
    await form.fill(**ASKED, **APP, expected_account="anna@example.com")
    microsoft.login.enter(await code_shown(form), BOB_THERE)
    await go_on(hass, form)
    # An administrator knows better, and may say so.
    await confirm(form, "microsoft_whose_unexpected")
    stored = entry.subentries[ANNA].data["microsoft"]
    assert stored["account_name"] == stored["expected_account"] == "bob@example.com"


async def test_an_account_that_another_person_has_is_named_as_such(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    mine = {"connected": True, "account_id": f"{BOB_THERE}.{TENANT}"}
    entry = await office_with(hass, BOB, account=mine)
    form = await page(hass, entry)
    await form.fill(**ASKED, **APP)
    microsoft.login.enter(await code_shown(form), BOB_THERE)
    await go_on(hass, form)
    await confirm(form, "microsoft_whose_of_another")


async def test_the_same_account_is_not_asked_about_again(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    mine = {"connected": True, "account_id": f"{ANNA_THERE}.{TENANT}"}
    entry = await office_with(hass, ANNA, account=mine)
    form = await page(hass, entry)
    await form.fill(next_step_id="microsoft_account")
    await form.fill(**ASKED | {"use_calendar": False}, **APP)
    microsoft.login.enter(await code_shown(form), ANNA_THERE)
    await go_on(hass, form)
    assert form.result["reason"] == "microsoft_signed_in"


def test_every_reason_has_words() -> None:
    more = {"certificate", "no_registration", "no_way_back", "unreachable"}
    for reason in EVERY_REASON | more:
        key = f"microsoft_{reason}"
        assert EN["config_subentries"]["person"]["error"][key]
        assert EN["exceptions"][key]["message"]
        assert EN["issues"]["microsoft_sign_in"]["fix_flow"]["error"][key]


# In the browser


async def browser(
    hass: HomeAssistant, form: Form, client: Any, answer: dict[str, str]
) -> Any:
    """Come back from Microsoft's page with an answer."""
    came = await client.get("/auth/external/callback", params=answer)
    await hass.async_block_till_done()
    return came


@pytest.fixture
async def client(
    hass: HomeAssistant,
    microsoft: Microsoft,
    hass_client_no_auth: ClientSessionGenerator,
) -> Any:
    """A browser that Microsoft's redirect leads to."""
    hass.config.components.add("my")
    assert await async_setup_component(hass, "auth", {})
    return await hass_client_no_auth()


async def test_somebody_signs_in_in_the_browser(
    hass: HomeAssistant, microsoft: Microsoft, client: Any
) -> None:
    entry = await office_with(hass)
    form = await page(hass, entry)
    await form.fill(**ASKED | {"way": "browser"}, **APP)
    assert form.result["type"] is FlowResultType.EXTERNAL_STEP
    query = dict(parse_qsl(urlsplit(form.result["url"]).query))
    assert query["redirect_uri"] == "https://my.home-assistant.io/redirect/oauth"
    answer = microsoft.login.agree(form.result["url"], ANNA_THERE)
    assert (await browser(hass, form, client, answer)).status == 200
    await form.fill()
    await confirm(form)
    assert form.result["step_id"] == "microsoft_signed_in"
    assert (await link(hass, entry, ANNA).graph.get(*ME))["mail"] == USERS[ANNA_THERE]
    assert hass.config_entries.flow.async_progress() == []


async def test_the_browser_brings_back_a_refusal(
    hass: HomeAssistant, microsoft: Microsoft, client: Any
) -> None:
    entry = await office_with(hass)
    form = await page(hass, entry)
    await form.fill(**ASKED | {"way": "browser"}, **APP)
    state = dict(parse_qsl(urlsplit(form.result["url"]).query))["state"]
    await browser(hass, form, client, {"error": "access_denied", "state": state})
    await form.fill()
    assert form.result["errors"] == {"base": "microsoft_declined"}
    await form.fill(**ASKED | {"way": "browser"}, **APP)
    answer = microsoft.login.agree(form.result["url"], ANNA_THERE)
    await browser(hass, form, client, answer)
    await form.fill()
    await confirm(form)
    assert form.result["step_id"] == "microsoft_signed_in"


async def test_the_number_of_a_refusal_in_the_browser_is_kept(
    hass: HomeAssistant, microsoft: Microsoft, client: Any
) -> None:
    form = await page(hass, await office_with(hass))
    await form.fill(**ASKED | {"way": "browser"}, **APP)
    state = dict(parse_qsl(urlsplit(form.result["url"]).query))["state"]
    refused = {
        "error": "access_denied",
        "error_description": "AADSTS53003: Access has been blocked by policies.",
        "state": state,
    }
    await browser(hass, form, client, refused)
    await form.fill()
    assert form.result["errors"] == {"base": "microsoft_blocked_by_policy"}
    assert form.result["description_placeholders"]["code"] == "AADSTS53003"


async def test_the_browser_is_proposed_wherever_it_can_be_led_back(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    entry = await office_with(hass)

    async def proposed() -> str:
        schema = (await page(hass, entry)).result["data_schema"].schema
        way: str = next(key for key in schema if key == "way").default()
        return way

    assert await proposed() == "code"
    await async_process_ha_core_config(hass, {"external_url": "http://example.com"})
    assert await proposed() == "code"
    await async_process_ha_core_config(hass, {"external_url": "https://example.com"})
    assert await proposed() == "browser"
    hass.config.components.add("my")
    assert await proposed() == "browser"


async def test_a_refusal_before_the_browser_opens_leaves_nothing_waiting(
    hass: HomeAssistant, microsoft: Microsoft, client: Any
) -> None:
    entry = await office_with(hass)
    form = await page(hass, entry)
    nowhere = {"tenant": "44444444-4444-4444-4444-444444444444"}
    await form.fill(**ASKED | {"way": "browser"}, **APP | nowhere)
    assert form.result["errors"] == {"base": "microsoft_tenant_unknown"}
    assert hass.config_entries.flow.async_progress() == []
    await form.fill(**ASKED | {"way": "browser"}, **APP)
    answer = microsoft.login.agree(form.result["url"], ANNA_THERE)
    await browser(hass, form, client, answer)
    await form.fill()
    await confirm(form)
    assert form.result["step_id"] == "microsoft_signed_in"
    assert hass.config_entries.flow.async_progress() == []


async def test_a_browser_that_comes_back_to_a_closed_page_signs_nobody_in(
    hass: HomeAssistant, microsoft: Microsoft, client: Any
) -> None:
    entry = await office_with(hass)
    form = await page(hass, entry)
    await form.fill(**ASKED | {"way": "browser"}, **APP)
    answer = microsoft.login.agree(form.result["url"], ANNA_THERE)
    hass.config_entries.subentries.async_abort(form.result["flow_id"])
    assert (await browser(hass, form, client, answer)).status != 200
    assert link_of(hass, entry, ANNA) is None
    assert "microsoft" not in entry.subentries[ANNA].data
    assert hass.config_entries.flow.async_progress() == []


async def test_a_made_up_state_reaches_nobody(
    hass: HomeAssistant, microsoft: Microsoft, client: Any
) -> None:
    entry = await office_with(hass)
    form = await page(hass, entry)
    await form.fill(**ASKED | {"way": "browser"}, **APP)
    came = await browser(hass, form, client, {"code": "x", "state": "made.up.state"})
    assert came.status == 400
    hass.config_entries.subentries.async_abort(form.result["flow_id"])
    await hass.async_block_till_done()
    assert hass.config_entries.flow.async_progress() == []
    assert link_of(hass, entry, ANNA) is None


async def test_without_an_address_to_come_back_to_a_code_is_advised(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    entry = await office_with(hass)
    form = await page(hass, entry)
    await form.fill(**ASKED | {"way": "browser"}, **APP)
    assert form.result["errors"] == {"base": "microsoft_no_way_back"}


# Afterwards


async def signed_in(hass: HomeAssistant, microsoft: Microsoft) -> MockConfigEntry:
    entry = await office_with(hass)
    form = await page(hass, entry)
    await form.fill(**ASKED, **APP)
    microsoft.login.enter(await code_shown(form), ANNA_THERE)
    await go_on(hass, form)
    await confirm(form)
    await form.fill(next_step_id="microsoft_done")
    assert form.result["reason"] == "microsoft_signed_in"
    return entry


async def test_remembering_is_switched_off_later(
    hass: HomeAssistant, microsoft: Microsoft, own_folder: Path
) -> None:
    entry = await signed_in(hass, microsoft)
    stored = own_folder / ".storage"
    assert list(stored.glob("xpresence.*.microsoft.*"))
    form = await page(hass, entry)
    await form.fill(next_step_id="microsoft_remember")
    await form.fill(remember=False)
    await hass.async_block_till_done()
    assert not list(stored.glob("xpresence.*.microsoft.*"))
    assert await link(hass, entry, ANNA).graph.get(*ME)


async def test_signing_out_forgets_the_sign_in_and_keeps_the_rest(
    hass: HomeAssistant, microsoft: Microsoft, own_folder: Path
) -> None:
    entry = await signed_in(hass, microsoft)
    form = await page(hass, entry)
    await form.fill(next_step_id="microsoft_sign_out")
    await form.fill()
    assert form.result["reason"] == "microsoft_signed_out"
    await hass.async_block_till_done()
    assert link_of(hass, entry, ANNA) is None
    assert not list((own_folder / ".storage").glob("xpresence.*.microsoft.*"))
    assert entry.subentries[ANNA].data["microsoft"]["use_calendar"]
    assert entry.options["microsoft"] == APP


async def test_two_people_sign_in_at_once(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    entry = await office_with(hass)
    anna = await page(hass, entry)
    bob = await change(hass, entry, BOB, "microsoft")
    for form in (anna, bob):
        await form.fill(**ASKED, **APP)
    microsoft.login.enter(await code_shown(bob), BOB_THERE)
    microsoft.login.enter(await code_shown(anna), ANNA_THERE)
    for form in (anna, bob):
        await go_on(hass, form)
        await confirm(form)
    for one, there in ((ANNA, ANNA_THERE), (BOB, BOB_THERE)):
        assert (await link(hass, entry, one).graph.get(*ME))["id"] == there


async def test_somebody_removed_while_signing_in_gets_no_account(
    hass: HomeAssistant, microsoft: Microsoft, own_folder: Path
) -> None:
    entry = await office_with(hass)
    form = await page(hass, entry)
    await form.fill(**ASKED, **APP)
    code = await code_shown(form)
    flow = hass.config_entries.subentries._progress[form.result["flow_id"]]
    task: Any = flow._waiting
    hass.config_entries.async_remove_subentry(entry, ANNA)
    await hass.async_block_till_done()
    microsoft.login.enter(code, ANNA_THERE)
    await until(hass, task.done)
    assert not list((own_folder / ".storage").glob("xpresence.*.microsoft.*"))


# The office's


async def test_the_offices_registration_is_entered_changed_and_taken_back(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    entry = await set_up(hass, options={"calendar_days": 7})
    options = hass.config_entries.options

    async def fill(**said: str) -> Any:
        result = await options.async_init(entry.entry_id)
        result = await options.async_configure(
            result["flow_id"], {"next_step_id": "microsoft"}
        )
        return await options.async_configure(result["flow_id"], said)

    result = await fill(client_id="no", cloud="test")
    assert result["errors"] == {"client_id": "client_id_invalid"}
    await fill(**APP | {"client_id": CLIENT_ID.upper()})
    assert entry.options == {"calendar_days": 7, "microsoft": APP}
    await fill(cloud="global")
    assert entry.options == {"calendar_days": 7}
