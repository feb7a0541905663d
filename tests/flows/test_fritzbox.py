"""Somebody at home adds their FRITZ!Box, and their phone follows their profile."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import (
    SOURCE_SSDP,
    SOURCE_USER,
    ConfigEntryDisabler,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.service_info.ssdp import SsdpServiceInfo
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xpresence.const import DOMAIN
from custom_components.xpresence.telephony.fritzbox import driver
from custom_components.xpresence.telephony.fritzbox.driver import Timing
from tests.conftest import set_up
from tests.office import ANNA, AVAILABLE, MEETING, person, profile
from tests.pages import EN, assert_worded
from tests.telephony.fritzbox.box import AnsweringMachine, FritzBox, Rule, block

pytestmark = pytest.mark.usefixtures("own_folder", "socket_enabled")

USER = {"username": "homeassistant", "password": "Grün€ 7"}


@pytest.fixture(autouse=True)
def quick() -> Iterator[None]:
    """Let readings follow each other at once."""
    with patch.object(driver, "Timing", lambda: Timing(poll=0.05, retry=0.02)):
        yield


@pytest.fixture
async def box(hass: HomeAssistant) -> AsyncIterator[FritzBox]:
    """Return a box that is not set up for xpresence yet; nothing stays connected."""
    found = await FritzBox(
        rules=[block("0900")],
        machines=[AnsweringMachine("Family", on=True, ring_seconds=20)],
    ).start()
    yield found
    for entry in hass.config_entries.async_entries(DOMAIN):
        await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()
    await found.stop()


def answers(box: FritzBox, **more: Any) -> dict[str, Any]:
    port = {"tls": False, "port": box.port, "monitor_port": 0}
    return {"host": "127.0.0.1", **USER, "advanced": port, **more}


async def page(hass: HomeAssistant, flow: str, said: dict[str, Any]) -> Any:
    result = await hass.config_entries.flow.async_configure(flow, said)
    assert_worded(result, EN["config"])
    return result


async def begun(hass: HomeAssistant) -> Any:
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )
    return await page(hass, result["flow_id"], {"next_step_id": "fritzbox"})


def shown(result: Any, name: str) -> Any:
    """Return what a form suggests for a field."""
    for key in result["data_schema"].schema:
        if key == name:
            return (key.description or {}).get("suggested_value")
    raise AssertionError(name)


async def test_it_is_added_with_three_answers(
    hass: HomeAssistant, box: FritzBox
) -> None:
    form = await begun(hass)
    assert shown(form, "host") == "fritz.box"
    result = await page(hass, form["flow_id"], answers(box))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["title"] == "FRITZ!Box 7590"
    assert result["result"].unique_id == "989BCB2B93B0"
    again = await begun(hass)
    result = await page(hass, again["flow_id"], answers(box))
    assert result["reason"] == "already_configured"


async def test_its_numbers_are_offered_to_the_first_person(
    hass: HomeAssistant, box: FritzBox
) -> None:
    form = await begun(hass)
    await page(hass, form["flow_id"], answers(box))
    (flow,) = hass.config_entries.subentries.async_progress()
    result = await hass.config_entries.subentries.async_configure(
        flow["flow_id"], {"next_step_id": "one"}
    )
    (asked,) = (
        field
        for key, field in result["data_schema"].schema.items()
        if key == "extension"
    )
    assert [(one["value"], one["label"]) for one in asked.config["options"]] == [
        ("111222", "Anna (111222)"),
        ("111333", "Ben (111333)"),
    ]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"users": {"homeassistant": ("another", "CP")}}, "invalid_auth"),
        ({"users": {"homeassistant": ("Grün€ 7", "C")}}, "fritzbox_phone_right"),
        ({"mesh_role": "slave"}, "fritzbox_mesh_slave"),
        (
            {"without": frozenset({"X_AVM-DE_OnTel:1"})},
            "fritzbox_no_telephony",
        ),
        ({"applications": False}, "fritzbox_applications_disabled"),
        ({"refuse": {"GetDeflections": 866}}, "second_factor"),
        ({"refuse": {"GetDeflections": 867}}, "fritzbox_second_factor_blocked"),
        ({"refuse": {"GetDeflections": 868}}, "fritzbox_second_factor_busy"),
        ({"refuse": {"GetDeflections": 820}}, "cannot_connect"),
    ],
)
async def test_each_thing_that_can_be_wrong_has_its_own_words(
    hass: HomeAssistant, box: FritzBox, change: dict[str, Any], error: str
) -> None:
    for name, value in change.items():
        setattr(box, name, value)
    form = await begun(hass)
    result = await page(hass, form["flow_id"], answers(box))
    assert result["errors"] == {"base": error}
    assert not hass.config_entries.async_entries(DOMAIN)


def announced(box: FritzBox, model: str = "FRITZ!Box 7590") -> SsdpServiceInfo:
    return SsdpServiceInfo(
        ssdp_usn="usn",
        ssdp_st="urn:schemas-upnp-org:device:fritzbox:1",
        ssdp_location=f"http://127.0.0.1:{box.port}/tr64desc.xml",
        upnp={
            "friendlyName": model,
            "modelName": model,
            "UDN": "uuid:75802409-bccb-40e7-8e6c-989BCB2B93B0",
        },
    )


async def test_a_box_in_the_network_is_offered_by_itself(
    hass: HomeAssistant, box: FritzBox
) -> None:
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_SSDP}, data=announced(box)
    )
    assert result["type"] is FlowResultType.FORM
    assert shown(result, "host") == "127.0.0.1"
    result = await page(hass, result["flow_id"], answers(box))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    again = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_SSDP}, data=announced(box)
    )
    assert again["reason"] == "already_configured"


async def test_a_box_that_moved_is_followed_to_its_new_address(
    hass: HomeAssistant, box: FritzBox
) -> None:
    entry = MockConfigEntry(
        domain=DOMAIN,
        unique_id="989BCB2B93B0",
        data={"driver": "fritzbox", "host": "192.0.2.1", **USER},
        disabled_by=ConfigEntryDisabler.USER,
    )
    entry.add_to_hass(hass)
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_SSDP}, data=announced(box)
    )
    assert result["reason"] == "already_configured"
    assert entry.data["host"] == "127.0.0.1"


async def test_a_repeater_in_the_network_is_not_offered(
    hass: HomeAssistant, box: FritzBox
) -> None:
    result = await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_SSDP},
        data=announced(box, "FRITZ!Repeater 3000"),
    )
    assert result["reason"] == "not_supported"


async def test_what_home_assistants_own_integration_knows_is_filled_in(
    hass: HomeAssistant, box: FritzBox
) -> None:
    MockConfigEntry(
        domain="fritz",
        data={"host": "192.0.2.1", "username": "ha", "password": "secret"},
    ).add_to_hass(hass)
    form = await begun(hass)
    assert shown(form, "host") == "192.0.2.1"
    assert shown(form, "username") == "ha"
    assert shown(form, "password") is None


# The first day


def voicemail(subentry_id: str, name: str) -> Any:
    redirect = {"mode": "forward", "unconditional": {"kind": "voicemail", "value": ""}}
    return profile(subentry_id, name, "busy", redirect=redirect)


def mobile(subentry_id: str, name: str) -> Any:
    to = {"kind": "number", "value": "0171 555123"}
    redirect = {"mode": "forward", "unconditional": to, "busy": to}
    return profile(subentry_id, name, "away", redirect=redirect)


LUNCH = "01PROFILELUNCH000000000000"


async def home(hass: HomeAssistant, box: FritzBox) -> MockConfigEntry:
    """Set up Anna on her number with a profile for voicemail and one for her mobile."""
    return await set_up(
        hass,
        data={
            "driver": "fritzbox",
            "host": "127.0.0.1",
            "port": box.port,
            "tls": False,
            "monitor_port": box.monitor_port,
            **USER,
        },
        subentries_data=[
            profile(AVAILABLE, "Available", "available"),
            voicemail(MEETING, "Meeting"),
            mobile(LUNCH, "Lunch"),
            person(ANNA, "Anna", "111222"),
        ],
    )


async def choose(hass: HomeAssistant, option: str) -> None:
    await hass.services.async_call(
        "select",
        "select_option",
        {"entity_id": "select.anna_profile", "option": option},
        blocking=True,
    )
    await hass.async_block_till_done()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_the_persons_page_says_what_there_is_and_what_to_make(
    hass: HomeAssistant, box: FritzBox
) -> None:
    box.rules.append(Rule("0171555123"))
    entry = await home(hass, box)
    form = await entry.start_subentry_reconfigure_flow(hass, ANNA)
    result = await hass.config_entries.subentries.async_configure(
        form["flow_id"], {"next_step_id": "phone"}
    )
    assert_worded(result, EN["config_subentries"]["person"])
    said = result["description_placeholders"]["overview"].splitlines()
    assert "- immediately: 0171555123" in said
    assert "- when busy: nothing yet" in said
    (busy,) = (line for line in said if line.startswith("- Lunch: "))
    assert "calls to the number 111222" in busy
    assert "target number 0171555123" in busy
    assert "“when busy”" in busy
    (machine,) = (line for line in said if line.startswith("- Meeting: "))
    assert "answers immediately and only 111222" in machine
    (later,) = (
        field
        for key, field in result["data_schema"].schema.items()
        if key == "machine_later"
    )
    assert later.config["options"] == [
        {"value": "600", "label": "Family (**600) · 20 s"}
    ]


async def test_a_profile_without_its_rule_says_which_one_to_make(
    hass: HomeAssistant, box: FritzBox
) -> None:
    await home(hass, box)
    with pytest.raises(HomeAssistantError, match="no call diversion at once"):
        await choose(hass, "Meeting")
    # The notice comes with the second failure: the loop tries again by itself.
    await until(lambda: bool(ir.async_get(hass).issues))
    (issue,) = ir.async_get(hass).issues.values()
    assert issue.translation_key == "redirect_failing_fritzbox_rule_unconditional"
    assert issue.is_fixable
    assert "111222" not in str(issue.translation_placeholders)
    assert hass.states.get("select.anna_profile").state == "Meeting"
    box.machines.append(AnsweringMachine("Anna", numbers=("111222",)))
    await choose(hass, "Meeting")
    await choose(hass, "Available")
    await choose(hass, "Meeting")
    assert box.machines[1].on
    assert hass.states.get("sensor.anna_redirect").state == "active"
    assert not ir.async_get(hass).issues


async def test_the_phone_follows_the_profile(
    hass: HomeAssistant, box: FritzBox
) -> None:
    box.rules += [Rule("0171555123"), Rule("0171555123", "eBusy")]
    box.machines.append(AnsweringMachine("Anna", numbers=("111222",)))
    await home(hass, box)
    await choose(hass, "Meeting")
    assert box.machines[1].on
    await choose(hass, "Lunch")
    assert not box.machines[1].on
    assert [rule.on for rule in box.rules[1:]] == [True, True]
    await choose(hass, "Available")
    assert [rule.on for rule in box.rules] == [True, False, False]
    assert [machine.on for machine in box.machines] == [True, False]
    assert hass.states.get("sensor.anna_redirect").state == "off"
