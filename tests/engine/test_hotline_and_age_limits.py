"""The office's guards in Home Assistant."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.xpresence.const import DOMAIN
from tests.conftest import set_up
from tests.flows.test_config_flow import answers
from tests.office import ANNA, OFFICE, person
from tests.pbx.asterisk import Asterisk, running
from tests.recording import recording
from tests.test_coordinator import REDIRECT, act, choose, restarted, shown

AGENT = "select.anna_teamdesk_status"
HOTLINE = f"hotline_conflict_{ANNA}"
TOO_OLD = f"redirect_too_old_{ANNA}"


async def office_with(
    hass: HomeAssistant, data: dict[str, Any] | None = None, **options: Any
) -> MockConfigEntry:
    anna = person(
        ANNA,
        "Anna",
        "100",
        queues=["400"],
        devices=[{"id": "mobile", "name": "Mobile", "number": "01715550100"}],
    )
    people = [*OFFICE[:-2], anna, OFFICE[-1]]
    more = {} if data is None else {"data": data}
    return await set_up(hass, subentries_data=people, options=options, **more)


async def later(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, hours: int
) -> None:
    freezer.tick(timedelta(hours=hours, seconds=1))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.mark.usefixtures("own_folder")
async def test_a_ready_agent_who_forwards_is_a_notice_until_it_is_mended(
    hass: HomeAssistant, issue_registry: ir.IssueRegistry
) -> None:
    await office_with(hass)
    await choose(hass, "ready", AGENT)
    assert not issue_registry.async_get_issue(DOMAIN, HOTLINE)
    await choose(hass, "Meeting")
    assert issue_registry.async_get_issue(DOMAIN, HOTLINE)
    assert shown(hass, AGENT).state == "ready"
    await choose(hass, "Available")
    assert not issue_registry.async_get_issue(DOMAIN, HOTLINE)


@pytest.mark.usefixtures("own_folder")
async def test_a_hotline_that_never_rings_who_is_ready_is_a_notice_until_it_does(
    hass: HomeAssistant,
    issue_registry: ir.IssueRegistry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = recording(monkeypatch)
    await office_with(hass)
    await choose(hass, "ready", AGENT)
    notice = f"hotline_not_rung_{ANNA}"
    # In a queue that is none of hers it is nobody's business here.
    for queues, told in (({"500"}, []), ({"400", "500"}, ["400"]), (set(), [])):
        made[-1].tells("100", not_rung=frozenset(queues))
        await hass.async_block_till_done(wait_background_tasks=True)
        issue = issue_registry.async_get_issue(DOMAIN, notice)
        assert shown(hass, AGENT).attributes.get("not_rung", []) == told
        assert (issue is not None) is bool(told)
        if issue is not None:
            assert issue.translation_placeholders == {"person": "Anna", "queues": "400"}


@pytest.mark.usefixtures("own_folder")
async def test_follow_me_is_no_harm_to_the_hotline(
    hass: HomeAssistant, issue_registry: ir.IssueRegistry
) -> None:
    await office_with(hass, hotline="pause")
    await choose(hass, "ready", AGENT)
    await choose(hass, "Mobile", "select.anna_follow_me")
    assert shown(hass, AGENT).state == "ready"
    assert not issue_registry.async_get_issue(DOMAIN, HOTLINE)


async def test_an_agent_is_paused_while_calls_go_elsewhere_and_restored_after(
    hass: HomeAssistant, own_folder: Path, issue_registry: ir.IssueRegistry
) -> None:
    entry = await office_with(hass, hotline="pause")
    await choose(hass, "ready", AGENT)
    warned: list[str] = []

    @callback
    def note(event: Event[ir.EventIssueRegistryUpdatedData]) -> None:
        warned.append(event.data["issue_id"])

    hass.bus.async_listen(ir.EVENT_REPAIRS_ISSUE_REGISTRY_UPDATED, note)
    await choose(hass, "Meeting")
    assert shown(hass, AGENT).state == "follow_up"
    # Who is paused needs no warning, not for a moment either.
    assert HOTLINE not in warned
    await restarted(hass, entry)
    await choose(hass, "Available")
    assert shown(hass, AGENT).state == "ready"


@pytest.mark.usefixtures("own_folder")
async def test_who_was_not_ready_is_not_made_ready(hass: HomeAssistant) -> None:
    await office_with(hass, hotline="pause")
    await choose(hass, "follow_up", AGENT)
    await choose(hass, "Meeting")
    await choose(hass, "Available")
    assert shown(hass, AGENT).state == "follow_up"


@pytest.mark.usefixtures("own_folder")
async def test_a_forgotten_redirect_is_a_notice(
    hass: HomeAssistant,
    issue_registry: ir.IssueRegistry,
    freezer: FrozenDateTimeFactory,
) -> None:
    entry = await office_with(hass, longest_hours=8)
    await act(hass, "set_redirect", mode="forward", target="Bob")
    await later(hass, freezer, 4)
    await restarted(hass, entry)
    assert not issue_registry.async_get_issue(DOMAIN, TOO_OLD)
    await later(hass, freezer, 4)
    assert issue_registry.async_get_issue(DOMAIN, TOO_OLD)
    assert shown(hass, REDIRECT).state == "active"
    await act(hass, "set_redirect", mode="off")
    assert not issue_registry.async_get_issue(DOMAIN, TOO_OLD)


@pytest.mark.usefixtures("own_folder")
async def test_a_forgotten_redirect_is_ended_where_the_office_wants_that(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    await office_with(hass, longest_hours=8, longest_then="fall_back")
    await act(hass, "set_redirect", mode="forward", target="Bob")
    await later(hass, freezer, 8)
    assert shown(hass, REDIRECT).state == "off"


@pytest.mark.usefixtures("own_folder")
async def test_follow_up_ends_by_itself_and_over_a_restart(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    entry = await office_with(hass, wrap_up_minutes=120)
    await choose(hass, "follow_up", AGENT)
    await later(hass, freezer, 1)
    await restarted(hass, entry)
    assert shown(hass, AGENT).state == "follow_up"
    await later(hass, freezer, 1)
    assert shown(hass, AGENT).state == "ready"
    # And anew from the next time on.
    await choose(hass, "follow_up", AGENT)
    await later(hass, freezer, 1)
    assert shown(hass, AGENT).state == "follow_up"
    await later(hass, freezer, 1)
    assert shown(hass, AGENT).state == "ready"


@pytest.mark.usefixtures("own_folder")
async def test_numbers_are_dialled_as_this_phone_system_wants_them(
    hass: HomeAssistant,
) -> None:
    entry = await office_with(
        hass, outside_prefix="0", country_code="49", area_code="30"
    )
    await act(hass, "set_redirect", mode="forward", target="+49 171 555 0100")
    line = await entry.runtime_data.system.read("100")
    assert line.forwarding.unconditional.number == "001715550100"
    await act(hass, "set_redirect", mode="forward", target="101")
    assert shown(hass, REDIRECT).attributes["target"] == "Bob"


# On a real phone system


@pytest.fixture
def pbx(socket_enabled: None) -> Iterator[Asterisk]:
    with running() as pbx:
        yield pbx


async def sees(check: Callable[[], bool]) -> None:
    """Wait for a phone system that lives in real time, while the clock stands."""
    for _ in range(500):
        if await asyncio.to_thread(check):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come about")


@pytest.mark.asterisk
@pytest.mark.usefixtures("own_folder")
async def test_asterisk_is_told_to_end_a_forgotten_redirect_and_a_long_follow_up(
    hass: HomeAssistant, pbx: Asterisk, freezer: FrozenDateTimeFactory
) -> None:
    options = {"longest_hours": 8, "longest_then": "fall_back", "wrap_up_minutes": 120}
    reached = {"driver": "asterisk", **answers(pbx)}
    entry = await office_with(hass, data=reached, **options)
    await act(hass, "set_redirect", mode="forward", target="Bob")
    await choose(hass, "follow_up", AGENT)
    await sees(lambda: pbx.redirects("100") == {"CF": "101"})
    await sees(lambda: "paused" in pbx.cli("queue show 400"))
    await later(hass, freezer, 2)
    await sees(lambda: "paused" not in pbx.cli("queue show 400"))
    assert pbx.redirects("100") == {"CF": "101"}
    await later(hass, freezer, 6)
    await sees(lambda: pbx.redirects("100") == {})
    await hass.config_entries.async_unload(entry.entry_id)
