"""The administrator's pages: what ordinary users may do, and who stands in for whom."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xpresence.presence.permission.policy import (
    LIMITED,
    Grade,
    Permission,
    Policy,
    Tier,
    Trust,
)
from custom_components.xpresence.presence.redirect.numbers import NumberKind
from custom_components.xpresence.settings.permissions import access_from, policy_from
from tests.office import ANNA
from tests.pages import EN, assert_worded

OPEN = {
    "allowed": sorted(permission.value for permission in LIMITED),
    "reach": [kind.value for kind in NumberKind],
    "automations": "allowed",
    "satellites": "as_person",
}


async def permissions(
    hass: HomeAssistant, entry: MockConfigEntry, **said: Any
) -> dict[str, Any]:
    """Answer the page of permissions; return what it had suggested."""
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert_worded(result, EN["options"])
    result = await hass.config_entries.options.async_configure(
        result["flow_id"], {"next_step_id": "permissions"}
    )
    assert_worded(result, EN["options"])
    suggested = {
        str(key): key.description["suggested_value"]
        for key in result["data_schema"].schema
    }
    result = await hass.config_entries.options.async_configure(
        result["flow_id"], OPEN | said
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    return suggested


async def test_nothing_said_is_everything_allowed_but_premium_numbers(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    assert policy_from(office.options) == Policy()
    suggested = await permissions(hass, office)
    assert suggested == {**OPEN, "acting": [], "subjects": []} | {
        "allowed": [
            permission.value for permission in Permission if permission in LIMITED
        ],
        "reach": ["internal", "external", "abroad"],
    }
    assert policy_from(office.options) == Policy(
        allowed_destinations=frozenset(NumberKind)
    )


async def test_what_is_answered_holds_and_is_shown_the_next_time(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    said = {
        "allowed": ["choose_profile"],
        "reach": ["internal"],
        "automations": "refused",
        "satellites": "allowed",
        "acting": ["person.reception"],
    }
    await permissions(hass, office, **said)
    assert policy_from(office.options) == Policy(
        frozenset({Permission.CHOOSE_PROFILE}),
        frozenset({NumberKind.INTERNAL}),
        Trust.REFUSED,
        Trust.ALLOWED,
    )
    sharing = access_from(office).of(ANNA)
    assert sharing.grades("person.reception") == {Grade.ACTING}
    suggested = await permissions(hass, office)
    assert suggested == said | {"subjects": []}
    assert access_from(office).of(ANNA).delegates == ()


async def test_the_rules_of_the_office_keep_its_permissions(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    await permissions(hass, office, allowed=[])
    result = await hass.config_entries.options.async_init(office.entry_id)
    result = await hass.config_entries.options.async_configure(
        result["flow_id"], {"next_step_id": "rules"}
    )
    suggested = {
        str(key): (key.description or {}).get("suggested_value")
        for key in result["data_schema"].schema
    }
    said = {key: value for key, value in suggested.items() if value is not None}
    await hass.config_entries.options.async_configure(result["flow_id"], said)
    assert policy_from(office.options).allowed == frozenset()


async def test_a_ban_drops_what_was_chosen_under_it(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    own = {"value": "owner", "rests_on": {"share": 0}}
    anna = office.subentries[ANNA]
    hass.config_entries.async_update_subentry(
        office, anna, data={**anna.data, "sharing": {"own_tier": own}}
    )
    await permissions(hass, office)
    assert office.subentries[ANNA].data["sharing"] == {"own_tier": own}
    await permissions(hass, office, allowed=["choose_profile"])
    assert office.subentries[ANNA].data["sharing"] == {}
    await permissions(hass, office)
    assert access_from(office).of(ANNA).subjects is Tier.DELEGATE


@pytest.mark.parametrize("tier", Tier)
async def test_delegates_tier_and_satellites_are_the_persons(
    hass: HomeAssistant, office: MockConfigEntry, tier: Tier
) -> None:
    init = hass.config_entries.subentries.async_init
    result = await init(
        (office.entry_id, "person"),
        context={"source": "reconfigure", "subentry_id": ANNA},
    )
    texts = EN["config_subentries"]["person"]
    assert_worded(result, texts)
    result = await hass.config_entries.subentries.async_configure(
        result["flow_id"], {"next_step_id": "sharing"}
    )
    assert_worded(result, texts)
    said = {
        "acting": ["person.dora"],
        "subjects": ["person.dora", "person.rita"],
        "tier": tier.value,
        "info_tier": tier.value,
        "satellites": ["device"],
    }
    result = await hass.config_entries.subentries.async_configure(
        result["flow_id"], said
    )
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    data = office.subentries[ANNA].data
    assert data["sharing"] == said
    sharing = access_from(office).of(ANNA)
    assert sharing.grades("person.dora") == set(Grade)
    assert sharing.grades("person.rita") == {Grade.SUBJECTS}
    assert sharing.subjects is tier
    assert sharing.info_text is tier
