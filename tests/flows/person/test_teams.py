"""The pages about Teams, as an administrator fills them."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xpresence.microsoft.teams import teams_of
from custom_components.xpresence.presence.line import Status
from custom_components.xpresence.presence.teams.mapping import Pair, Seen
from tests.conftest import set_up
from tests.groupware.microsoft.login import BOB as BOB_AT_MICROSOFT
from tests.office import ANNA, MEETING, OFFICE, profile
from tests.pages import EN, assert_worded

from ..test_subentry_flows import PRESENCE, Form, change, named, new

IN_TEAMS = "01PROFILEINTEAMS0000000000"
MAPPING = {
    "available": "no_change",
    "away": "away",
    "be_right_back": "be_right_back",
    "busy": "busy",
    "do_not_disturb": "do_not_disturb",
    "offline": "no_change",
}
EVERYTHING: dict[str, Any] = {
    "read": True,
    "counts": ["call", "conference"],
    "calls": True,
    "status": True,
    "message": False,
    "mapping": MAPPING,
    "reads_all": False,
}


async def page(hass: HomeAssistant, entry: MockConfigEntry) -> Form:
    return await change(hass, entry, ANNA, "teams")


def settings(entry: ConfigEntry[Any]) -> Any:
    return entry.subentries[ANNA].data


async def test_who_is_new_to_teams_is_offered_the_offices_profile_for_it(
    hass: HomeAssistant, own_folder: Any
) -> None:
    entry = await set_up(
        hass, subentries_data=[*OFFICE, profile(IN_TEAMS, "MS Teams", "busy")]
    )
    form = await page(hass, entry)
    assert form.suggested["call_teams"] == IN_TEAMS
    assert form.suggested["read"] is False
    assert form.suggested["mapping"]["busy"] == "no_change"
    await form.fill(**EVERYTHING, call_teams=IN_TEAMS)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert settings(entry)["call_profiles"] == {"teams": IN_TEAMS}
    teams = settings(entry)["microsoft"]["teams"]
    assert (teams["read"], teams["write"]) == (True, True)
    # Whoever chose none is not offered it again.
    form = await page(hass, entry)
    await form.fill(**EVERYTHING)
    assert settings(entry)["call_profiles"] == {}
    form = await page(hass, entry)
    assert form.suggested["call_teams"] is None


async def test_what_the_page_says_is_what_holds(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    form = await page(hass, office)
    await form.fill(
        **EVERYTHING | {"reads_all": True, "object_id": BOB_AT_MICROSOFT.upper()}
    )
    held = teams_of(office, settings(office))
    assert held.policy.counts == {Seen.CALL, Seen.CONFERENCE}
    assert (held.policy.read, held.policy.write_calls) == (True, True)
    assert (held.policy.write_status, held.policy.write_message) == (True, False)
    assert held.mapping.by_status[Status.BUSY] == Pair("Busy", "Busy")
    assert held.mapping.by_status[Status.OFFLINE] is None
    assert (held.reads_all, held.object_id) == (True, BOB_AT_MICROSOFT)


async def test_the_account_stays_what_it_is(
    hass: HomeAssistant, own_folder: Any
) -> None:
    account = {"connected": False, "client_id": "one", "teams": {"read": True}}
    entry = await set_up(
        hass,
        subentries_data=[
            {**one, "data": {**one["data"], "microsoft": account}}
            if one["subentry_id"] == ANNA
            else one
            for one in OFFICE
        ],
    )
    form = await page(hass, entry)
    nothing = {"calls": False, "status": False, "message": False}
    await form.fill(**EVERYTHING | nothing)
    microsoft = settings(entry)["microsoft"]
    assert (microsoft["connected"], microsoft["client_id"]) == (False, "one")
    assert microsoft["teams"]["write"] is False


@pytest.mark.parametrize(
    ("said", "errors"),
    [
        ({"object_id": "anna@example.com"}, {"object_id": "object_id_invalid"}),
        ({"object_id": "x" * 5000}, {"object_id": "object_id_invalid"}),
        ({"counts": []}, {"counts": "counts_nothing"}),
    ],
)
async def test_what_makes_no_sense_is_named_and_can_be_mended(
    hass: HomeAssistant,
    office: MockConfigEntry,
    said: dict[str, Any],
    errors: dict[str, str],
) -> None:
    form = await page(hass, office)
    result = await form.fill(**EVERYTHING | said)
    assert result["errors"] == errors
    assert "microsoft" not in settings(office)
    result = await form.fill(**EVERYTHING)
    assert result["type"] is FlowResultType.ABORT


async def test_a_profile_for_calls_that_was_switched_off_meanwhile_is_refused(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    form = await page(hass, office)
    meeting = office.subentries[MEETING]
    hass.config_entries.async_update_subentry(
        office, meeting, data={**meeting.data, "enabled": False}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    result = await form.fill(**EVERYTHING, call_teams=MEETING)
    assert result["errors"] == {"call_teams": "profile_missing"}


async def test_a_profile_says_what_teams_shows(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    form = await new(hass, office, "profile")
    await form.fill(name="Focus")
    await form.fill(**PRESENCE, teams="do_not_disturb")
    await form.fill(mode="unchanged")
    await hass.async_block_till_done(wait_background_tasks=True)
    made = named(office, "Focus")
    assert made.data["teams"] == "do_not_disturb"
    mapping = teams_of(office, {}).mapping
    assert mapping.by_profile == {
        made.subentry_id: Pair("DoNotDisturb", "DoNotDisturb")
    }


async def test_the_office_limits_both_directions(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    form = await page(hass, office)
    await form.fill(**EVERYTHING)
    result = await hass.config_entries.options.async_init(office.entry_id)
    result = await hass.config_entries.options.async_configure(
        result["flow_id"], {"next_step_id": "teams"}
    )
    assert_worded(result, EN["options"])
    result = await hass.config_entries.options.async_configure(
        result["flow_id"], {"read": True, "write": False, "seconds": 120}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    policy = teams_of(office, settings(office)).policy
    assert (policy.read, policy.write_calls, policy.write_status) == (
        True,
        False,
        False,
    )
    assert policy.at_rest.total_seconds() == 120
