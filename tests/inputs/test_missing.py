"""Entities and profiles that settings name and that are not there."""

from homeassistant.helpers import entity_registry as er, issue_registry as ir
import pytest

from custom_components.xpresence.settings.validation import places, profile_problems
from tests.office import ANNA, MEETING

from .day import GONE_HOME, QUIET, Day, pc, rule

POWER = "binary_sensor.pc"
CAMERA = "binary_sensor.camera"


def notices(day: Day) -> dict[str, dict[str, str] | None]:
    """Return the repair issues there are, their placeholders as a page shows them."""
    return {
        str(issue.translation_key): {
            key: value.replace("\\", "")
            for key, value in (issue.translation_placeholders or {}).items()
        }
        for (domain, _), issue in ir.async_get(day.hass).issues.items()
        if domain == "xpresence"
    }


async def test_a_missing_entity_is_told_until_it_is_there(day: Day) -> None:
    await day.begin(**pc({"session": POWER}), rules=[rule(CAMERA, ["on"], QUIET)])
    issues = ir.async_get(day.hass).issues.values()
    missing = {
        (i.translation_placeholders or {})["entity"].replace("\\", "") for i in issues
    }
    assert missing == {POWER, CAMERA}
    # An issue's id is in what a maintainer is sent, and an entity's may name somebody.
    assert not any(e in i.issue_id for e in (POWER, CAMERA) for i in issues)
    await day.says(POWER, "on")
    assert notices(day) == {"entity_missing": {"person": "Anna", "entity": CAMERA}}
    await day.change(rules=[])
    assert notices(day) == {}
    await day.says(POWER, None)
    assert notices(day) == {"entity_missing": {"person": "Anna", "entity": POWER}}


async def test_an_entity_whose_integration_is_late_is_not_missing(day: Day) -> None:
    known = er.async_get(day.hass).async_get_or_create("binary_sensor", "mqtt", "pc")
    await day.begin(**pc({"session": known.entity_id}))
    assert notices(day) == {}
    er.async_get(day.hass).async_remove(known.entity_id)
    await day.settle()
    assert "entity_missing" in notices(day)


async def test_a_renamed_entity_is_followed(day: Day) -> None:
    registry = er.async_get(day.hass)
    known = registry.async_get_or_create("binary_sensor", "mqtt", "pc").entity_id
    await day.says(known, "on")
    settings = pc({"session": known})
    await day.begin(**settings, rules=[rule(known, ["off"], QUIET)])
    assert day.profile == "At work"
    await day.says(known, None)
    registry.async_update_entity(known, new_entity_id=POWER)
    await day.settle()
    data = day.entry.subentries[ANNA].data
    assert data["activity"]["entities"] == {"session": POWER}
    assert data["rules"][0]["entity"] == POWER
    await day.says(POWER, "on")
    assert (day.profile, notices(day)) == ("At work", {})


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (pc({"session": POWER}), "profile_missing_end"),
        ({"call_profiles": {"pbx": GONE_HOME}}, "profile_missing_call_pbx"),
        ({"rules": [rule(POWER, ["off"], GONE_HOME)]}, "profile_missing_rule"),
    ],
)
async def test_a_profile_that_is_gone_is_told_and_the_rest_holds(
    day: Day, settings: dict[str, object], words: str
) -> None:
    await day.says(POWER, "off", {"friendly_name": "Office PC"})
    await day.begin(**settings)
    await day.after(2)
    day.hass.config_entries.async_remove_subentry(day.entry, GONE_HOME)
    await day.settle()
    assert day.profile == "Available"
    said = notices(day)[words]
    assert said is not None
    assert said["person"] == "Anna"
    if words == "profile_missing_rule":
        assert said["entity"] == "Office PC"
    await day.change(activity={}, rules=[], call_profiles={})
    assert notices(day) == {}


async def test_notices_go_with_their_person(day: Day) -> None:
    await day.begin(**pc({"session": POWER}))
    assert notices(day)
    day.hass.config_entries.async_remove_subentry(day.entry, ANNA)
    await day.settle()
    assert notices(day) == {}


async def test_a_profile_that_a_rule_names_cannot_be_disabled(day: Day) -> None:
    await day.says(POWER, "on")
    await day.begin(**pc({"session": POWER}), rules=[rule(POWER, ["x"], MEETING)])
    for profile_id in (GONE_HOME, MEETING):
        assert places(day.entry, profile_id) == ["Anna"]
        data = {**day.entry.subentries[profile_id].data, "enabled": False}
        problems = profile_problems(day.entry, data, known_as=profile_id)
        assert problems == {"enabled": "profile_in_use"}
