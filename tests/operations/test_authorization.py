"""Who is who: Home Assistant's users, persons and satellites at xpresence's doors."""

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError, Unauthorized
import pytest

from custom_components.xpresence.operations.authorization import (
    NotAllowed,
    async_actor,
    async_authorize,
    user_may,
)
from custom_components.xpresence.presence.permission.policy import (
    Actor,
    Permission,
    Role,
)
from tests.office import ANNA, BOB
from tests.team import Team, set_up_team
from tests.test_coordinator import REDIRECT, SELECT, act, choose, shown


@pytest.fixture
async def team(hass: HomeAssistant, own_folder: object) -> Team:
    """Set up Anna's office with everybody around her."""
    return await set_up_team(hass)


async def actor(team: Team, name: str, person_id: str = ANNA) -> Actor:
    return await async_actor(team.entry.runtime_data, person_id, team.context(name))


async def test_each_user_is_known_by_the_person_it_belongs_to(
    hass: HomeAssistant, team: Team
) -> None:
    colleague = Role.COLLEAGUE
    assert (await actor(team, "anna")).roles == {colleague, Role.OWNER}
    assert (await actor(team, "anna", BOB)).roles == {colleague}
    assert (await actor(team, "bob", BOB)).roles == {colleague, Role.OWNER}
    assert (await actor(team, "dora")).roles == {colleague, Role.ACTING_DELEGATE}
    assert (await actor(team, "dora", BOB)).roles == {colleague}
    assert (await actor(team, "rita")).roles == {colleague, Role.READING_DELEGATE}
    assert (await actor(team, "admin")).roles == {colleague, Role.ADMIN}


async def test_home_assistants_own_groups_count_as_well(
    hass: HomeAssistant, team: Team
) -> None:
    rosa, sven = await actor(team, "rosa"), await actor(team, "sven")
    assert (rosa.reads, rosa.controls) == (True, False)
    assert (sven.reads, sven.controls) == (False, False)


async def test_a_user_that_is_gone_is_nobody(hass: HomeAssistant, team: Team) -> None:
    context = Context(user_id="gone")
    found = await async_actor(team.entry.runtime_data, ANNA, context)
    assert found == Actor(frozenset(), reads=False, controls=False)


async def test_a_call_without_a_user_is_an_automation(
    hass: HomeAssistant, team: Team
) -> None:
    for context in (None, Context()):
        found = await async_actor(team.entry.runtime_data, ANNA, context)
        assert found == Actor(frozenset({Role.AUTOMATION}))


async def test_a_colleague_is_refused_at_the_entity_and_told_who_can_help(
    hass: HomeAssistant, team: Team
) -> None:
    with pytest.raises(NotAllowed) as caught:
        await hass.services.async_call(
            "select",
            "select_option",
            {"entity_id": SELECT, "option": "Meeting"},
            blocking=True,
            context=team.context("bob"),
        )
    assert isinstance(caught.value, Unauthorized)
    assert isinstance(caught.value, ServiceValidationError)
    assert caught.value.translation_key == "not_allowed_role_choose_profile"
    assert "Sharing" in str(caught.value)
    assert shown(hass, SELECT).state == "Available"


async def test_a_delegate_acts_for_the_one_and_not_for_the_other(
    hass: HomeAssistant, team: Team
) -> None:
    call = {"profile": "Meeting", "entity_id": SELECT}
    await hass.services.async_call(
        "xpresence", "set_profile", call, blocking=True, context=team.context("dora")
    )
    assert shown(hass, SELECT).state == "Meeting"
    call["entity_id"] = "select.bob_profile"
    with pytest.raises(NotAllowed):
        await hass.services.async_call(
            "xpresence",
            "set_profile",
            call,
            blocking=True,
            context=team.context("dora"),
        )
    assert shown(hass, "select.bob_profile").state == "Available"


async def test_nobody_is_changed_where_one_of_several_may_not_be(
    hass: HomeAssistant, team: Team
) -> None:
    call = {"profile": "Meeting", "entity_id": [SELECT, "select.bob_profile"]}
    with pytest.raises(NotAllowed):
        await hass.services.async_call(
            "xpresence",
            "set_profile",
            call,
            blocking=True,
            context=team.context("anna"),
        )
    assert shown(hass, SELECT).state == "Available"


async def test_what_the_office_switched_off_only_an_administrator_may(
    hass: HomeAssistant, team: Team
) -> None:
    hass.config_entries.async_update_entry(
        team.entry, options={"allowed": ["plan_presence"]}
    )
    await hass.async_block_till_done()
    coordinator = team.entry.runtime_data
    with pytest.raises(NotAllowed) as caught:
        await async_authorize(
            coordinator, ANNA, Permission.CHOOSE_PROFILE, team.context("anna")
        )
    assert caught.value.translation_key == "not_allowed_office_choose_profile"
    assert user_may(coordinator, ANNA, Permission.PLAN_PRESENCE, team.users["anna"])
    assert user_may(coordinator, ANNA, Permission.CHOOSE_PROFILE, team.users["admin"])


async def test_automations_are_trusted_until_the_office_says_otherwise(
    hass: HomeAssistant, team: Team
) -> None:
    await choose(hass, "Meeting")
    options = {"automations": "refused"}
    hass.config_entries.async_update_entry(team.entry, options=options)
    await hass.async_block_till_done()
    with pytest.raises(NotAllowed) as caught:
        await choose(hass, "Available")
    assert caught.value.translation_key == "not_allowed_without_user"
    assert shown(hass, SELECT).state == "Meeting"


async def test_a_satellite_speaks_for_the_person_it_belongs_to(
    hass: HomeAssistant, own_folder: object
) -> None:
    team = await set_up_team(hass, sharing={"satellites": ["desk"]})
    coordinator = team.entry.runtime_data

    async def heard(person_id: str, device: str) -> Actor:
        return await async_actor(coordinator, person_id, Context(), satellite=device)

    assert (await heard(ANNA, "desk")).roles == {Role.OWNER}
    assert (await heard(BOB, "desk")).roles == {Role.COLLEAGUE}
    assert (await heard(ANNA, "kitchen")).roles == {Role.SATELLITE}
    with pytest.raises(NotAllowed):
        await async_authorize(
            coordinator, ANNA, Permission.CHOOSE_PROFILE, None, satellite="kitchen"
        )


async def test_ordinary_users_redirect_no_further_than_the_office_lets_them(
    hass: HomeAssistant, own_folder: object
) -> None:
    options = {"country_code": "49", "reach": ["internal"]}
    team = await set_up_team(hass, options=options)
    wish = {"entity_id": SELECT, "mode": "forward", "target": "0171 5550100"}

    async def redirect(name: str, target: str) -> None:
        await hass.services.async_call(
            "xpresence",
            "set_redirect",
            wish | {"target": target},
            blocking=True,
            context=team.context(name),
        )

    with pytest.raises(ServiceValidationError) as caught:
        await redirect("anna", "0171 5550100")
    assert caught.value.translation_key == "out_of_reach_external"
    with pytest.raises(ServiceValidationError) as caught:
        await redirect("anna", "+1 202 5550100")
    assert caught.value.translation_key == "out_of_reach_abroad"
    assert shown(hass, REDIRECT).state == "off"
    await redirect("anna", "101")
    assert shown(hass, REDIRECT).attributes["target"] == "Bob"
    await act(hass, "set_redirect", mode="off")
    await redirect("admin", "0171 5550100")
    assert shown(hass, REDIRECT).state == "active"
