"""Notices that can be mended at once: the page, and what it does."""

from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xpresence.engine import issues as repair_issues
from custom_components.xpresence.engine.issue_registry import FIX_FLOWS
from custom_components.xpresence.repairs import FLOWS
from custom_components.xpresence.telephony.driver import PermissionDenied, Unavailable
from tests.calendars import clear, diaries, followed
from tests.conftest import set_up
from tests.office import ANNA, BOB, MEETING, OFFICE, person
from tests.pages import EN, assert_worded
from tests.test_coordinator import REDIRECT, SELECT, act, shown

CONFIRMED = (
    "journal_damaged",
    "limits_ended",
    "phone_system_forgot",
    "release_failed",
)
GONE = "01GONE00000000000000000000"
RULE = {
    "id": "camera",
    "entity": "binary_sensor.camera",
    "states": ["on"],
    "profile": GONE,
}


async def mend(hass: HomeAssistant, issue_id: str) -> Any:
    """Open the page of a notice."""
    assert await async_setup_component(hass, "repairs", {})
    manager = hass.data["repairs"]["flow_manager"]
    page = await manager.async_init("xpresence", context={"issue_id": issue_id})
    check(hass, issue_id, page)
    return page


async def answer(hass: HomeAssistant, page: Any, said: dict[str, Any]) -> Any:
    """Answer a page and check what comes next."""
    issue_id = page["context"]["issue_id"] if "context" in page else None
    manager = hass.data["repairs"]["flow_manager"]
    result = await manager.async_configure(page["flow_id"], said)
    await hass.async_block_till_done(wait_background_tasks=True)
    if issue_id is not None:
        check(hass, issue_id, result)
    return result


def check(hass: HomeAssistant, issue_id: str, page: Any) -> None:
    issue = ir.async_get(hass).async_get_issue("xpresence", issue_id)
    if issue is None or page["type"] is FlowResultType.CREATE_ENTRY:
        return
    texts = EN["issues"][issue.translation_key]["fix_flow"]
    if page["type"] is FlowResultType.MENU:
        assert set(page["menu_options"]) == (
            texts["step"][page["step_id"]]["menu_options"].keys()
        )
    else:
        assert_worded(page, texts)


def issues(hass: HomeAssistant) -> set[str]:
    return {
        issue for domain, issue in ir.async_get(hass).issues if domain == "xpresence"
    }


def settings(entry: MockConfigEntry) -> dict[str, Any]:
    return dict(entry.subentries[ANNA].data)


async def with_anna(hass: HomeAssistant, **more: Any) -> MockConfigEntry:
    anna = person(ANNA, "Anna", "100", **more)
    return await set_up(hass, subentries_data=[*OFFICE[:-2], anna, OFFICE[-1]])


def test_every_page_has_a_notice_and_every_notice_with_a_page_has_words() -> None:
    # Of a profile that a rule names every occasion has words of its own.
    pages = {*FIX_FLOWS.values(), "another_profile"}
    assert pages == set(FLOWS)
    for words, text in EN["issues"].items():
        mended = words in FIX_FLOWS or words.startswith("profile_missing_")
        assert ("fix_flow" in text) == (mended or words in CONFIRMED), words
        assert ("description" in text) != ("fix_flow" in text), words


async def test_another_default_profile_is_picked_from_the_notice(
    hass: HomeAssistant, own_folder: object
) -> None:
    entry = await with_anna(hass, default_profile=GONE)
    issue = f"default_profile_missing_{entry.entry_id}"
    assert issues(hass) == {issue}
    assert shown(hass, SELECT).state == "No profile"
    page = await mend(hass, issue)
    result = await answer(hass, page, {"profile": MEETING})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert settings(entry)["default_profile"] == MEETING
    assert shown(hass, SELECT).state == "Meeting"
    assert not issues(hass)


async def test_one_notice_mends_the_default_profile_of_a_whole_office(
    hass: HomeAssistant, own_folder: object
) -> None:
    people = [
        person(f"{ANNA[:-2]}{n:02}", f"Person {n}", f"{200 + n}", default_profile=GONE)
        for n in range(8)
    ]
    entry = await set_up(hass, subentries_data=[*OFFICE, *people])
    (issue,) = issues(hass)
    page = await mend(hass, issue)
    await answer(hass, page, {"profile": MEETING})
    assert not issues(hass)
    given = {
        entry.subentries[one["subentry_id"]].data["default_profile"] for one in people
    }
    assert given == {MEETING}


async def test_another_profile_of_a_rule_is_picked_from_the_notice(
    hass: HomeAssistant, own_folder: object
) -> None:
    hass.states.async_set("binary_sensor.camera", "on")
    entry = await with_anna(hass, rules=[RULE])
    (issue,) = issues(hass)
    page = await mend(hass, issue)
    await answer(hass, page, {"profile": MEETING})
    assert settings(entry)["rules"][0]["profile"] == MEETING
    assert shown(hass, SELECT).state == "Meeting"
    assert not issues(hass)


async def test_another_entity_is_picked_from_the_notice(
    hass: HomeAssistant, own_folder: object
) -> None:
    hass.states.async_set("binary_sensor.other", "on")
    entry = await with_anna(hass, rules=[RULE | {"profile": MEETING}])
    (issue,) = issues(hass)
    page = await mend(hass, issue)
    page = await answer(hass, page, {"entity": "binary_sensor.nowhere"})
    assert page["errors"] == {"base": "entity_missing"}
    await answer(hass, page, {"entity": "binary_sensor.other"})
    assert settings(entry)["rules"][0]["entity"] == "binary_sensor.other"
    assert shown(hass, SELECT).state == "Meeting"
    assert not issues(hass)


async def test_an_entity_that_cannot_tell_it_is_not_picked(
    hass: HomeAssistant, own_folder: object
) -> None:
    hass.states.async_set("light.desk", "on")
    hass.states.async_set("switch.pc", "on")
    activity = {"entities": {"session": "binary_sensor.pc"}, "end_profile": MEETING}
    entry = await with_anna(hass, activity=activity)
    (issue,) = issues(hass)
    page = await mend(hass, issue)
    page = await answer(hass, page, {"entity": "light.desk"})
    assert page["errors"] == {"base": "entity_unfit"}
    assert settings(entry)["activity"] == activity
    await answer(hass, page, {"entity": "switch.pc"})
    assert settings(entry)["activity"]["entities"] == {"session": "switch.pc"}
    assert not issues(hass)


async def test_another_profile_of_a_calendar_is_picked_from_the_notice(
    hass: HomeAssistant, own_folder: object
) -> None:
    (diary,) = await diaries(hass, "Outlook")
    calendars = followed("calendar.outlook", default=GONE, show_as={"free": "ignore"})
    entry = await with_anna(hass, calendars=calendars)
    (issue,) = issues(hass)
    page = await mend(hass, issue)
    assert page["description_placeholders"]["calendar"] == "Outlook"
    await answer(hass, page, {"profile": MEETING})
    (calendar,) = settings(entry)["calendars"]
    assert calendar["rules"]["default_profile"] == MEETING
    assert not issues(hass)
    now = dt_util.now()
    diary.enter(now, now + timedelta(hours=1), "Budget")
    diary.tell()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert shown(hass, SELECT).state == "Meeting"
    await clear(hass)


async def forgotten(hass: HomeAssistant) -> MockConfigEntry:
    """Leave a redirect in force for longer than the office allows."""
    entry = await with_anna(hass)
    await act(hass, "set_redirect", mode="forward", target="Bob")
    repair_issues.set_person_issue(hass, "redirect_too_old", ANNA, "Anna", there=True)
    return entry


async def test_a_forgotten_redirect_is_ended_from_the_notice(
    hass: HomeAssistant, own_folder: object
) -> None:
    await forgotten(hass)
    issue = f"redirect_too_old_{ANNA}"
    page = await mend(hass, issue)
    assert shown(hass, REDIRECT).state == "active"
    await answer(hass, page, {})
    assert shown(hass, REDIRECT).state == "off"
    assert not issues(hass)


async def test_a_redirect_that_cannot_be_ended_is_told_and_tried_again(
    hass: HomeAssistant, own_folder: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = await forgotten(hass)
    issue = f"redirect_too_old_{ANNA}"
    page = await mend(hass, issue)

    async def refuse(*_: object) -> None:
        raise Unavailable("away")

    system = entry.runtime_data.system
    with monkeypatch.context() as patched:
        patched.setattr(system, "apply", refuse)
        page = await answer(hass, page, {})
        assert page["errors"] == {"base": "not_ended"}
    await answer(hass, page, {})
    assert shown(hass, REDIRECT).state == "off"


@pytest.fixture
async def agent(hass: HomeAssistant, own_folder: object) -> MockConfigEntry:
    """Set up an Anna who is ready in the hotline while calls go to Bob."""
    anna = person(ANNA, "Anna", "100", queues=["400"])
    entry = await set_up(hass, subentries_data=[*OFFICE[:-2], anna, OFFICE[-1]])
    await act(hass, "set_agent_status", status="ready")
    await act(hass, "set_redirect", mode="forward", target="Bob")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issues(hass) == {f"hotline_conflict_{ANNA}"}
    return entry


@pytest.mark.parametrize(
    ("choice", "redirect", "status"),
    [("log_off", "active", "logged_off"), ("end_redirect", "off", "ready")],
)
async def test_of_hotline_and_redirect_one_is_ended_from_the_notice(
    hass: HomeAssistant,
    agent: MockConfigEntry,
    choice: str,
    redirect: str,
    status: str,
) -> None:
    page = await mend(hass, f"hotline_conflict_{ANNA}")
    page = await answer(hass, page, {"next_step_id": choice})
    if page["type"] is FlowResultType.FORM:
        await answer(hass, page, {})
    assert shown(hass, REDIRECT).state == redirect
    assert shown(hass, "select.anna_teamdesk_status").state == status
    assert not issues(hass)


async def test_a_hotline_that_does_not_answer_is_told(
    hass: HomeAssistant, agent: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> None:
        raise Unavailable("away")

    monkeypatch.setattr(agent.runtime_data.system, "set_agent", refuse)
    issue = f"hotline_conflict_{ANNA}"
    page = await answer(hass, await mend(hass, issue), {"next_step_id": "log_off"})
    assert page["reason"] == "not_logged_off"
    assert issue in issues(hass)


async def test_a_missing_right_is_tried_again_with_a_new_connection(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    error = PermissionDenied("system")
    repair_issues.set_redirect_issue(hass, office, ANNA, "Anna", error.key, error)
    before = office.runtime_data
    page = await mend(hass, f"redirect_failing_{ANNA}")
    await answer(hass, page, {})
    assert office.runtime_data is not before
    assert not issues(hass)


@pytest.mark.parametrize("kind", ["redirect_too_old", "hotline_conflict"])
async def test_a_page_about_somebody_who_left_says_so(
    hass: HomeAssistant, office: MockConfigEntry, kind: str
) -> None:
    repair_issues.set_person_issue(hass, kind, BOB, "Bob", there=True)
    opened = await mend(hass, f"{kind}_{BOB}")
    left = "01LEFT00000000000000000000"
    repair_issues.set_person_issue(hass, kind, left, "Somebody", there=True)
    page = await mend(hass, f"{kind}_{left}")
    assert page["reason"] == "gone"
    if kind == "hotline_conflict":
        hass.config_entries.async_remove_subentry(office, BOB)
        await hass.async_block_till_done()
        page = await answer(hass, opened, {"next_step_id": "log_off"})
        assert page["reason"] == "gone"
