"""My profiles: made, copied, changed and deleted by those they belong to."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.xpresence.operations.authorization import NotAllowed
from tests.office import ANNA, COLLEAGUE, MEETING, OFFICE, person, profile
from tests.team import Team, set_up_team
from tests.test_coordinator import REDIRECT, SELECT, shown

BOBS = "select.bob_profile"


@pytest.fixture
async def team(hass: HomeAssistant, own_folder: object) -> Team:
    """Set up Anna's office with everybody around her."""
    return await set_up_team(hass, options={"country_code": "49"})


async def ask(
    hass: HomeAssistant, team: Team, action: str, *, by: str = "anna", **said: Any
) -> None:
    wish = {"entity_id": SELECT} | said
    await hass.services.async_call(
        "xpresence", action, wish, blocking=True, context=team.context(by)
    )
    # What changes in the background, as a redirect of a changed profile does.
    await hass.async_block_till_done(wait_background_tasks=True)


async def refused(
    hass: HomeAssistant, team: Team, action: str, *, by: str = "anna", **said: Any
) -> str:
    """Return the key of the error; the office must be as it was."""
    before = {key: dict(s.data) for key, s in team.entry.subentries.items()}
    with pytest.raises(ServiceValidationError) as caught:
        await ask(hass, team, action, by=by, **said)
    assert before == {key: dict(s.data) for key, s in team.entry.subentries.items()}
    assert str(caught.value)
    return str(caught.value.translation_key)


async def permit(hass: HomeAssistant, team: Team, **options: Any) -> None:
    """Let the administrator change what ordinary users may do."""
    after = dict(team.entry.options) | options
    hass.config_entries.async_update_entry(team.entry, options=after)
    await hass.async_block_till_done()


def offered(hass: HomeAssistant, select: str = SELECT) -> list[str]:
    options: list[str] = shown(hass, select).attributes["options"]
    return options


def own(team: Team, name: str) -> dict[str, Any]:
    (found,) = (s for s in team.entry.subentries.values() if s.data["name"] == name)
    return dict(found.data)


# Making


async def test_a_new_profile_is_offered_at_once_and_to_its_owner_alone(
    hass: HomeAssistant, team: Team
) -> None:
    await ask(
        hass,
        team,
        "create_profile",
        name="  Home   office ",
        status="available",
        info_text="At home",
        mode="forward",
        target="0171 5550100",
    )
    assert "Home office" in offered(hass)
    assert "Home office" not in offered(hass, BOBS)
    await ask(hass, team, "set_profile", profile="home office")
    assert shown(hass, SELECT).state == "Home office"
    assert shown(hass, REDIRECT).state == "active"


async def test_a_copy_takes_over_everything_but_what_is_said(
    hass: HomeAssistant, team: Team
) -> None:
    made = await hass.services.async_call(
        "xpresence",
        "create_profile",
        {"entity_id": SELECT, "name": "Talk", "copy_of": "Meeting", "info_text": "x"},
        blocking=True,
        return_response=True,
        context=team.context("anna"),
    )
    data = team.entry.subentries[made["profile_id"]].data
    assert (data["status"], data["info_text"]) == ("busy", "x")
    assert data["redirect"] == team.entry.subentries[MEETING].data["redirect"]
    assert data["owner"] == ANNA


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ({"name": " "}, "own_name_empty"),
        ({"name": "MEETING"}, "own_name_taken"),
        ({"name": "x\x00y"}, "own_name_control_character"),
        ({"name": "x" * 61}, "own_name_too_long"),
        ({"name": "NONE"}, "own_name_reserved"),
        ({"name": "@Meeting"}, "own_name_begins_with_at"),
        ({"name": "New", "info_text": "x" * 256}, "own_info_text_too_long"),
        ({"name": "New", "ending": "fixed_time"}, "own_duration_missing"),
        ({"name": "New", "mode": "forward"}, "own_redirect_target_missing"),
        ({"name": "New", "target": "<b>"}, "unknown_target"),
        ({"name": "New", "target": "112"}, "own_redirect_number_emergency"),
        ({"name": "New", "copy_of": "Nothing"}, "own_no_such_profile"),
    ],
)
async def test_what_is_not_valid_makes_nothing(
    hass: HomeAssistant, team: Team, said: dict[str, Any], key: str
) -> None:
    assert await refused(hass, team, "create_profile", **said) == key


async def test_nobody_hoards_profiles(hass: HomeAssistant, own_folder: object) -> None:
    hoard = [
        profile(f"01OWN{number:021}", f"Own {number}", "busy", owner=ANNA)
        for number in range(50)
    ]
    anna = person(ANNA, "Anna", "100", person="person.anna")
    team = await set_up_team(hass, subentries_data=[*OFFICE[:-2], *hoard, anna])
    key = await refused(hass, team, "create_profile", name="One more")
    assert key == "own_too_many_profiles"


async def test_a_profile_is_made_for_one_person(
    hass: HomeAssistant, team: Team
) -> None:
    both = [SELECT, BOBS]
    key = await refused(
        hass, team, "create_profile", by="admin", name="New", entity_id=both
    )
    assert key == "one_person_at_a_time"


@pytest.mark.parametrize("by", ["bob", "dora", "rita", "rosa", "sven"])
async def test_only_the_person_and_administrators_make_profiles(
    hass: HomeAssistant, team: Team, by: str
) -> None:
    key = await refused(hass, team, "create_profile", by=by, name="New")
    assert key.startswith("not_allowed_")


# Changing and deleting


async def test_an_own_profile_is_changed_switched_off_and_deleted(
    hass: HomeAssistant, team: Team
) -> None:
    await ask(hass, team, "create_profile", name="Mine", status="busy")
    await ask(hass, team, "change_profile", profile="mine", info_text="Hi", mode="off")
    assert own(team, "Mine")["info_text"] == "Hi"
    assert own(team, "Mine")["redirect"] == {"mode": "off"}
    await ask(hass, team, "change_profile", profile="mine", enabled=False)
    assert "Mine" not in offered(hass)
    await ask(hass, team, "change_profile", profile="mine", enabled=True)
    assert "Mine" in offered(hass)
    await ask(hass, team, "delete_profile", profile="mine")
    assert "Mine" not in offered(hass)


async def test_a_second_condition_joins_the_first(
    hass: HomeAssistant, team: Team
) -> None:
    await ask(hass, team, "create_profile", name="Mine", target="voicemail")
    await ask(
        hass, team, "change_profile", profile="Mine", condition="busy", target="Bob"
    )
    redirect = own(team, "Mine")["redirect"]
    assert redirect["unconditional"]["kind"] == "voicemail"
    assert redirect["busy"]["kind"] == "person"


async def test_a_profile_that_holds_is_neither_deleted_nor_switched_off(
    hass: HomeAssistant, team: Team
) -> None:
    await ask(hass, team, "create_profile", name="Mine")
    await ask(hass, team, "set_profile", profile="Mine")
    key = await refused(hass, team, "delete_profile", profile="Mine")
    assert key == "own_profile_active"
    key = await refused(hass, team, "change_profile", profile="Mine", enabled=False)
    assert key == "own_profile_active"


async def test_a_profile_in_use_is_refused_with_the_place(
    hass: HomeAssistant, own_folder: object
) -> None:
    mine = profile("01MINE00000000000000000000", "Mine", "busy", owner=ANNA)
    anna = person(
        ANNA,
        "Anna",
        "100",
        person="person.anna",
        default_profile="01MINE00000000000000000000",
    )
    team = await set_up_team(hass, subentries_data=[*OFFICE[:-2], mine, anna])
    with pytest.raises(ServiceValidationError) as caught:
        await ask(hass, team, "delete_profile", profile="Mine")
    assert caught.value.translation_key == "own_profile_in_use"
    assert "Anna" in str(caught.value.translation_placeholders)


async def test_the_offices_profiles_are_not_for_deleting(
    hass: HomeAssistant, team: Team
) -> None:
    key = await refused(hass, team, "delete_profile", profile="Meeting")
    assert key == "own_profile_of_the_office"
    await ask(hass, team, "create_profile", name="Mine")
    key = await refused(hass, team, "reset_profile", profile="Mine")
    assert key == "own_profile_not_of_the_office"


async def test_anothers_profile_cannot_be_named(
    hass: HomeAssistant, team: Team
) -> None:
    await ask(hass, team, "create_profile", name="Mine")
    for action in ("change_profile", "delete_profile", "reset_profile"):
        key = await refused(
            hass, team, action, by="bob", entity_id=BOBS, profile="Mine"
        )
        assert key == "own_no_such_profile"


# What the office permits


async def test_after_a_ban_own_profiles_come_back_one_by_one(
    hass: HomeAssistant, team: Team
) -> None:
    await ask(hass, team, "create_profile", name="Mine")
    await ask(hass, team, "create_profile", name="Other")
    await ask(hass, team, "set_profile", profile="Mine")
    await permit(hass, team, allowed=["choose_profile"])
    # Nothing that is refused holds; what held goes on without it.
    assert shown(hass, SELECT).state == "Available"
    assert set(offered(hass)) == {"Available", "Meeting", "Training"}
    await permit(hass, team, allowed=["choose_profile", "edit_profiles"])
    assert set(offered(hass)) == {"Available", "Meeting", "Training"}
    await ask(hass, team, "change_profile", profile="Mine", enabled=True)
    assert set(offered(hass)) == {"Available", "Meeting", "Training", "Mine"}


async def test_an_own_profile_leads_no_further_than_the_office_lets_it(
    hass: HomeAssistant, team: Team
) -> None:
    await ask(hass, team, "create_profile", name="Mine", target="0171 5550100")
    await ask(hass, team, "create_profile", name="Near", target="Bob")
    await permit(hass, team, reach=["internal"])
    assert "Mine" not in offered(hass)
    assert "Near" in offered(hass)
    key = await refused(hass, team, "create_profile", name="Far", target="0171 5550100")
    assert key == "out_of_reach_external"
    await ask(
        hass, team, "create_profile", by="admin", name="Far", target="0171 5550100"
    )
    assert "Far" in offered(hass)


@pytest.mark.parametrize(
    ("said", "permission"),
    [
        ({"target": "voicemail"}, "change_redirect"),
        ({"mode": "off"}, "change_redirect"),
        ({"agent": "logged_off"}, "set_agent_status"),
    ],
)
async def test_an_own_profile_is_no_way_round_what_is_forbidden(
    hass: HomeAssistant, team: Team, said: dict[str, Any], permission: str
) -> None:
    await ask(hass, team, "create_profile", name="Mine", **said)
    await ask(hass, team, "create_profile", name="Plain")
    await permit(hass, team, allowed=["choose_profile", "edit_profiles"])
    assert "Mine" not in offered(hass)
    assert "Plain" in offered(hass)
    key = f"not_allowed_office_{permission}"
    assert await refused(hass, team, "create_profile", name="New", **said) == key
    again = {"profile": "Mine", "info_text": "Hi"}
    assert await refused(hass, team, "change_profile", **again) == key
    # What the office's profile does, a copy may do as well.
    await ask(hass, team, "create_profile", name="Talk", copy_of="Meeting")
    await ask(
        hass, team, "change_profile", **again, mode="unchanged", agent="unchanged"
    )
    assert {"Mine", "Talk"} <= set(offered(hass))


# Adjusting the office's


async def adjustable(hass: HomeAssistant, team: Team, *fields: str) -> None:
    """Answer the page of the profile Meeting."""
    init = hass.config_entries.subentries.async_init
    answer = hass.config_entries.subentries.async_configure
    result = await init(
        (team.entry.entry_id, "profile"),
        context={"source": "reconfigure", "subentry_id": MEETING},
    )
    said = {
        "status": "busy",
        "info_text": "In a meeting",
        "ending": "until_changed",
        "agent": "unchanged",
        "enabled": True,
        "adjustable": list(fields),
    }
    result = await answer(result["flow_id"], said)
    result = await answer(result["flow_id"], {"mode": "unchanged"})
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()


def text(hass: HomeAssistant, name: str) -> str:
    return shown(hass, f"text.{name}_info_text").state


async def test_a_locked_field_is_the_offices(hass: HomeAssistant, team: Team) -> None:
    await adjustable(hass, team, "info_text")
    for said in ({"mode": "off"}, {"status": "away"}, {"enabled": False}):
        key = await refused(hass, team, "change_profile", profile="Meeting", **said)
        assert key == "own_profile_locked"


async def test_an_adjustment_is_ones_own_and_the_rest_stays_the_offices(
    hass: HomeAssistant, team: Team
) -> None:
    await adjustable(hass, team, "info_text", "redirect")
    await ask(hass, team, "change_profile", profile="Meeting", info_text="Room 3")
    await ask(hass, team, "set_profile", profile="Meeting")
    await ask(hass, team, "set_profile", by="bob", entity_id=BOBS, profile="Meeting")
    assert (text(hass, "anna"), text(hass, "bob")) == ("Room 3", "In a meeting")
    assert shown(hass, REDIRECT).state == "off"
    await ask(
        hass, team, "change_profile", profile="Meeting", mode="forward", target="Bob"
    )
    assert shown(hass, REDIRECT).attributes["target"] == "Bob"
    assert shown(hass, "sensor.bob_redirect").state == "off"
    await ask(hass, team, "reset_profile", profile="Meeting")
    assert text(hass, "anna") == "In a meeting"
    assert shown(hass, REDIRECT).state == "off"


async def test_after_locked_and_adjustable_again_the_offices_value_holds(
    hass: HomeAssistant, team: Team
) -> None:
    await adjustable(hass, team, "info_text")
    await ask(hass, team, "change_profile", profile="Meeting", info_text="Room 3")
    await ask(hass, team, "set_profile", profile="Meeting")
    await adjustable(hass, team)
    assert text(hass, "anna") == "In a meeting"
    await adjustable(hass, team, "info_text")
    assert text(hass, "anna") == "In a meeting"
    await ask(hass, team, "change_profile", profile="Meeting", info_text="Room 4")
    assert text(hass, "anna") == "Room 4"
    await permit(hass, team, allowed=["choose_profile"])
    assert text(hass, "anna") == "In a meeting"


async def test_an_administrator_adjusts_even_what_is_locked_and_it_stays(
    hass: HomeAssistant, team: Team
) -> None:
    await ask(
        hass, team, "change_profile", by="admin", profile="Training", info_text="Boss"
    )
    await permit(hass, team, allowed=["choose_profile"])
    await ask(hass, team, "set_profile", profile="Training")
    assert text(hass, "anna") == "Boss"
    assert COLLEAGUE in team.entry.subentries[ANNA].data["adjusted"]


# Sharing


async def test_the_person_narrows_a_delegate_and_an_administrator_widens_again(
    hass: HomeAssistant, team: Team
) -> None:
    await ask(hass, team, "set_profile", by="dora", profile="Meeting")
    await ask(hass, team, "narrow_delegate", delegate="person.dora", may=[])
    with pytest.raises(NotAllowed):
        await ask(hass, team, "set_profile", by="dora", profile="Available")
    await permit(hass, team, allowed=["choose_profile"])
    await ask(hass, team, "set_profile", by="dora", profile="Available")
    key = await refused(hass, team, "narrow_delegate", delegate="person.dora", may=[])
    assert key == "not_allowed_office_share"


async def test_only_a_delegate_can_be_narrowed(hass: HomeAssistant, team: Team) -> None:
    key = await refused(hass, team, "narrow_delegate", delegate="person.bob")
    assert key == "no_such_delegate"


async def test_the_person_says_who_sees_subjects(
    hass: HomeAssistant, team: Team
) -> None:
    from custom_components.xpresence.operations.authorization import user_may
    from custom_components.xpresence.presence.permission.policy import Permission

    def readers() -> set[str]:
        coordinator = team.entry.runtime_data
        return {
            name
            for name, user in team.users.items()
            if user_may(coordinator, ANNA, Permission.SEE_SUBJECTS, user)
        }

    assert readers() == {"anna", "rita"}
    await ask(hass, team, "show_subjects_to", tier="owner")
    assert readers() == {"anna"}
    await ask(hass, team, "show_subjects_to", tier="team")
    assert readers() == set(team.users) - {"sven"}
    await permit(hass, team, allowed=["share"])
    assert readers() == {"anna"}
