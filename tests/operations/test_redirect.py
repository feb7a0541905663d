"""A redirect, follow-me and a trial call of one's own: how far they may lead."""

from typing import Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.xpresence.const import DOMAIN
from custom_components.xpresence.presence.line import ForwardingState, Line
from custom_components.xpresence.presence.permission.policy import LIMITED, Permission
from custom_components.xpresence.presence.redirect.ledger import Ledger
from custom_components.xpresence.telephony.driver import Rejected
from custom_components.xpresence.telephony.home_assistant_actions.driver import (
    ActionsPhoneSystem,
)
from tests.office import ANNA
from tests.team import Team, set_up_team
from tests.test_coordinator import REDIRECT, SELECT, shown

from .test_profiles import ask, permit

DEVICES = [
    {"id": "mobile", "name": "Mobile", "number": "01711234567"},
    {"id": "paris", "name": "Paris", "number": "+33123456789"},
]
BUT_REDIRECTS = sorted(LIMITED - {Permission.CHANGE_REDIRECT})


@pytest.fixture
async def team(hass: HomeAssistant, own_folder: object) -> Team:
    """Set up Anna's office in Germany; she has two devices."""
    options = {"country_code": "49", "area_code": "30"}
    return await set_up_team(hass, options=options, anna={"devices": DEVICES})


async def redirect(
    hass: HomeAssistant, team: Team, target: str, *, by: str = "anna", **said: Any
) -> None:
    wish = {"mode": "forward", "target": target} | said
    await ask(hass, team, "set_redirect", by=by, **wish)


def ledger(team: Team) -> Ledger:
    found: Ledger = team.entry.runtime_data.people[ANNA].loop.ledger
    return found


async def refusal(
    hass: HomeAssistant, team: Team, action: str, *, by: str = "anna", **said: Any
) -> str:
    """Return the key of the error; the redirect must be as it was."""
    before, state = ledger(team), shown(hass, REDIRECT)
    with pytest.raises(HomeAssistantError) as caught:
        await ask(hass, team, action, by=by, **said)
    assert ledger(team) == before
    assert shown(hass, REDIRECT).state == state.state
    return str(caught.value.translation_key)


@pytest.mark.parametrize(
    ("reach", "target", "key"),
    [
        (["internal"], "101", None),
        (["internal"], "voicemail", None),
        (["internal"], "Bob", None),
        (["internal"], "600", "out_of_reach_external"),
        (["internal"], "0044123456#", "out_of_reach_abroad"),
        (["internal"], "0900 1234567", "out_of_reach_external"),
        (["internal"], "*31#0900123456", "out_of_reach_abroad"),
        (["internal"], "11833", "out_of_reach_external"),
        (["internal"], "Mobile", "out_of_reach_external"),
        (["internal", "external"], "Mobile", None),
        (["internal", "external"], "Paris", "out_of_reach_abroad"),
        (["internal", "external"], "+33 1 23456789", "out_of_reach_abroad"),
        (
            ["internal", "external"],
            "+49044123456789",
            "own_redirect_number_trunk_prefix",
        ),
        (["internal", "external"], "+999 123456", "own_redirect_number_no_country"),
        (["internal", "external"], "0900 1234567", "out_of_reach_premium"),
        (["internal", "external", "premium"], "0900 1234567", None),
        (None, "0900 1234567", "out_of_reach_premium"),
        (None, "+33 1 23456789", None),
        (None, "112#", "own_redirect_number_emergency"),
        (None, "*31#112", "own_redirect_number_emergency"),
        (None, "144", "own_redirect_number_emergency"),
        (None, "nobody", "unknown_target"),
    ],
)
async def test_an_own_redirect_leads_as_far_as_what_is_dialled_may(
    hass: HomeAssistant,
    team: Team,
    reach: list[str] | None,
    target: str,
    key: str | None,
) -> None:
    if reach is not None:
        await permit(hass, team, reach=reach)
    if key is None:
        await redirect(hass, team, target)
        assert shown(hass, REDIRECT).state == "active"
        return
    wish = {"mode": "forward", "target": target}
    assert await refusal(hass, team, "set_redirect", **wish) == key
    assert ledger(team) == Ledger()


async def test_an_administrator_redirects_anywhere_but_to_an_emergency_number(
    hass: HomeAssistant, team: Team
) -> None:
    await permit(hass, team, reach=["internal"])
    await redirect(hass, team, "0900 1234567", by="admin")
    assert shown(hass, REDIRECT).state == "active"
    wish = {"mode": "forward", "target": "0 112"}
    key = await refusal(hass, team, "set_redirect", by="admin", **wish)
    assert key == "own_redirect_number_emergency"


async def test_follow_me_is_limited_as_a_redirect_is(
    hass: HomeAssistant, team: Team
) -> None:
    await permit(hass, team, reach=["internal", "external"])
    key = await refusal(hass, team, "set_follow_me", device="Paris")
    assert key == "out_of_reach_abroad"
    await ask(hass, team, "set_follow_me", device="Mobile")
    assert shown(hass, "select.anna_follow_me").state == "Mobile"
    with pytest.raises(ServiceValidationError):
        await hass.services.async_call(
            "select",
            "select_option",
            {"entity_id": "select.anna_follow_me", "option": "Paris"},
            blocking=True,
            context=team.context("anna"),
        )
    assert shown(hass, "select.anna_follow_me").state == "Mobile"


# What the phone system refuses


async def test_a_target_that_the_phone_system_never_takes_is_refused_where_it_is_typed(
    hass: HomeAssistant, team: Team
) -> None:
    with patch.object(ActionsPhoneSystem, "check", side_effect=Rejected("number")):
        for door, said in (
            ("set_redirect", {"mode": "forward", "target": "*98"}),
            ("set_follow_me", {"device": "Mobile"}),
            ("create_profile", {"name": "Code", "mode": "forward", "target": "*98"}),
        ):
            key = await refusal(hass, team, door, **said)
            assert key in ("redirect_refused", "own_redirect_number_rejected")
    assert ledger(team) == Ledger()
    assert "Code" not in shown(hass, SELECT).attributes["options"]


async def test_a_refused_redirect_leaves_nothing_behind(
    hass: HomeAssistant, team: Team
) -> None:
    await redirect(hass, team, "101")
    before = ledger(team)
    stored = team.entry.runtime_data.store.get(ANNA)["ledger"]
    taken = ActionsPhoneSystem.apply

    async def apply(
        system: ActionsPhoneSystem, extension: str, wanted: ForwardingState
    ) -> Line:
        if getattr(wanted.busy, "number", "") == "*98":
            raise Rejected("number")
        return await taken(system, extension, wanted)

    with patch.object(ActionsPhoneSystem, "apply", apply):
        said = {"mode": "forward", "target": "*98", "condition": "busy"}
        assert await refusal(hass, team, "set_redirect", **said) == "redirect_rejected"
        assert ledger(team).own == before.own
        after = team.entry.runtime_data.store.get(ANNA)["ledger"]
        assert after["own"] == stored["own"]
        assert after["base"].get("busy") == stored["base"].get("busy")
        assert shown(hass, REDIRECT).attributes["target"] == "Bob"
        # And nothing that is said afterwards fails for it.
        await hass.services.async_call(
            "text",
            "set_value",
            {"entity_id": "text.anna_info_text", "value": "Back at 3"},
            blocking=True,
            context=team.context("anna"),
        )
        await ask(hass, team, "set_profile", profile="Meeting")
        await ask(hass, team, "set_profile", profile="Available")
    assert "*98" not in str(team.entry.runtime_data.store.get(ANNA))


# Ending


async def test_who_may_not_change_redirects_ends_their_own(
    hass: HomeAssistant, team: Team
) -> None:
    await redirect(hass, team, "101", by="admin")
    await permit(hass, team, allowed=BUT_REDIRECTS)
    assert shown(hass, REDIRECT).state == "active"
    said = {"mode": "forward", "target": "101"}
    key = await refusal(hass, team, "set_redirect", **said)
    assert key == "not_allowed_office_change_redirect"
    await ask(hass, team, "set_redirect", mode="off")
    assert shown(hass, REDIRECT).state == "off"


async def test_ending_ones_own_ends_no_redirect_of_a_profile(
    hass: HomeAssistant, team: Team
) -> None:
    await ask(hass, team, "set_profile", profile="Meeting")
    await permit(hass, team, allowed=BUT_REDIRECTS)
    await ask(hass, team, "set_redirect", mode="off")
    assert shown(hass, REDIRECT).state == "active"
    assert shown(hass, REDIRECT).attributes["set_by"] == "profile"


async def test_a_colleague_ends_nothing(hass: HomeAssistant, team: Team) -> None:
    await redirect(hass, team, "101")
    key = await refusal(hass, team, "set_redirect", by="bob", mode="off")
    assert key == "not_allowed_role_change_redirect"


@pytest.mark.parametrize(
    ("limit", "target", "ends"),
    [
        ({"reach": ["internal"]}, "0171 1234567", True),
        ({"reach": ["internal", "external"]}, "+33 1 23456789", True),
        ({"reach": ["internal", "external"]}, "0171 1234567", False),
        ({"reach": ["internal"]}, "101", False),
        ({"allowed": BUT_REDIRECTS}, "101", True),
    ],
)
async def test_a_limit_that_is_tightened_ends_what_it_forbids_and_says_whose(
    hass: HomeAssistant,
    team: Team,
    issue_registry: ir.IssueRegistry,
    limit: dict[str, Any],
    target: str,
    ends: bool,
) -> None:
    await redirect(hass, team, target)
    await permit(hass, team, **limit)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert shown(hass, REDIRECT).state == ("off" if ends else "active")
    issue = issue_registry.async_get_issue(
        DOMAIN, f"limits_ended_{team.entry.entry_id}"
    )
    assert (issue is not None) is ends
    if issue is not None:
        assert issue.translation_placeholders is not None
        assert issue.translation_placeholders["redirects"] == "Anna"
        assert "1234567" not in str(issue.translation_placeholders)


async def test_a_limit_that_is_tightened_ends_a_profile_that_leads_too_far_by_now(
    hass: HomeAssistant, team: Team, issue_registry: ir.IssueRegistry
) -> None:
    said = {"name": "Away", "mode": "forward", "target": "Paris"}
    await ask(hass, team, "create_profile", **said)
    await ask(hass, team, "set_profile", profile="Away")
    assert shown(hass, REDIRECT).state == "active"
    await permit(hass, team, reach=["internal", "external"])
    await hass.async_block_till_done(wait_background_tasks=True)
    assert shown(hass, SELECT).state == "Available"
    assert shown(hass, REDIRECT).state == "off"
    issue = issue_registry.async_get_issue(
        DOMAIN, f"limits_ended_{team.entry.entry_id}"
    )
    assert issue is not None
    assert issue.translation_placeholders is not None
    assert issue.translation_placeholders["profiles"] == "Anna: Away"


async def test_an_administrators_redirect_outlives_the_limits_of_others(
    hass: HomeAssistant, team: Team, issue_registry: ir.IssueRegistry
) -> None:
    await redirect(hass, team, "0171 1234567", by="admin")
    await permit(hass, team, reach=["internal"])
    await hass.async_block_till_done(wait_background_tasks=True)
    assert shown(hass, REDIRECT).state == "active"
    assert not [key for _, key in issue_registry.issues if "limits" in key]


# Trying by a call


async def test_a_trial_call_leads_where_the_caller_could_redirect_to(
    hass: HomeAssistant, team: Team
) -> None:
    rung: list[str] = []

    async def ring(_system: ActionsPhoneSystem, extension: str) -> None:
        rung.append(extension)

    with patch.object(ActionsPhoneSystem, "ring", ring):
        await redirect(hass, team, "+33 1 23456789")
        await permit(hass, team, reach=["internal", "external", "abroad"])
        await ask(hass, team, "ring_redirect")
        assert rung == ["100"]
        # One at a time.
        key = await refusal(hass, team, "ring_redirect")
        assert key == "ring_too_often"
        await redirect(hass, team, "+33 1 23456789", by="admin")
        await permit(hass, team, reach=["internal"])
        key = await refusal(hass, team, "ring_redirect")
        assert key == "out_of_reach_abroad"
    assert rung == ["100"]


async def test_a_redirect_is_tried_three_times_a_minute(
    hass: HomeAssistant, team: Team
) -> None:
    clock = 1000.0
    rung: list[str] = []

    async def ring(_system: ActionsPhoneSystem, extension: str) -> None:
        rung.append(extension)

    with (
        patch.object(ActionsPhoneSystem, "ring", ring),
        patch.object(hass.loop, "time", lambda: clock),
    ):
        for passed in (0, 16, 32):
            clock = 1000.0 + passed
            await ask_without_waiting(hass, team)
        clock = 1048.0
        with pytest.raises(ServiceValidationError):
            await ask_without_waiting(hass, team)
        clock = 1061.0
        await ask_without_waiting(hass, team)
    assert len(rung) == 4


async def ask_without_waiting(hass: HomeAssistant, team: Team) -> None:
    """Try the redirect; no timer is waited for."""
    await hass.services.async_call(
        DOMAIN,
        "ring_redirect",
        {"entity_id": SELECT},
        blocking=True,
        context=team.context("anna"),
    )
