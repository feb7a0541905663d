"""A ban drops what was chosen under it; what 0.1.0 stored with numbers is read right."""

from copy import deepcopy
import json
from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigEntryState, ConfigSubentryData
from homeassistant.core import HomeAssistant
from hypothesis import given, strategies as st
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xpresence.settings import migrations
from custom_components.xpresence.settings.revocation import (
    drop_before_saving,
    grants_of,
    person_without,
)
from tests.office import ANNA, OFFICE, person, profile

FIXTURES = Path(__file__).parents[1] / "fixtures"
RELEASE = json.loads((FIXTURES / "0.1.0" / "config_entry.json").read_text())
QUIET = "01PROFILEQUIET000000000000"
OWN = "01M86FYZ80H3HCH6FYF7BPF3WZ"


def migrated(hass: HomeAssistant, stored: dict[str, Any]) -> MockConfigEntry:
    """Return an entry of release 0.1.0 as this version reads it."""
    entry = MockConfigEntry(
        domain="xpresence",
        version=stored["version"],
        minor_version=stored["minor_version"],
        data=stored["data"],
        options=stored["options"],
        subentries_data=[ConfigSubentryData(**one) for one in stored["subentries"]],
    )
    entry.add_to_hass(hass)
    migrations.migrate(hass, entry)
    assert (entry.version, entry.minor_version) == (1, 2)
    return entry


def numbers_in(value: Any) -> bool:
    """Return whether a number of a permission is left anywhere."""
    if not isinstance(value, dict):
        return False
    if any(value.get("rests_on", {}).values()) or "permissions" in value:
        return True
    return any(map(numbers_in, value.values()))


async def test_what_0_1_0_stored_and_still_counts_is_kept(hass: HomeAssistant) -> None:
    entry = migrated(hass, RELEASE)
    anna = entry.subentries[ANNA].data
    sharing = anna["sharing"]
    assert sharing["own_tier"]["value"] == "owner"
    assert sharing["own_info_tier"]["value"] == "delegate"
    assert sharing["narrowed"]["value"] == {"person.dora": []}
    assert anna["adjusted"][QUIET]["info_text"]["value"] == {"info_text": "Writing"}
    assert not entry.subentries[OWN].data.get("revoked")
    assert "permissions" not in entry.options
    kept = {k: v for k, v in RELEASE["options"].items() if k != "permissions"}
    assert dict(entry.options) == kept
    assert not any(numbers_in(dict(one.data)) for one in entry.subentries.values())


@pytest.mark.parametrize(
    ("numbers", "adjustable", "dropped"),
    [
        ({"share": 2}, {}, {"own_tier", "own_info_tier", "narrowed"}),
        # Taken back and given again before Anna chose: all but the later counts.
        ({}, {}, {"own_tier", "own_info_tier", "narrowed"}),
        ({"share": 1, "edit_profiles": 1}, {}, {"adjusted", "own profile"}),
        ({"share": 1, "reach_external": 3}, {}, {"own profile"}),
        ({"share": 1}, {"adjust_info_text": 1}, {"adjusted"}),
        ({"share": 1}, {"adjust_redirect": 4}, set()),
    ],
)
async def test_what_0_1_0_stored_before_a_ban_that_was_lifted_does_not_come_back(
    hass: HomeAssistant,
    numbers: dict[str, int],
    adjustable: dict[str, int],
    dropped: set[str],
) -> None:
    stored = deepcopy(RELEASE)
    stored["options"]["permissions"] = numbers
    (quiet,) = (one for one in stored["subentries"] if one["subentry_id"] == QUIET)
    quiet["data"]["permissions"] = adjustable
    entry = migrated(hass, stored)
    anna = entry.subentries[ANNA].data
    found = {"own_tier", "own_info_tier", "narrowed"} - set(anna["sharing"])
    if QUIET not in anna["adjusted"]:
        found.add("adjusted")
    if entry.subentries[OWN].data.get("revoked"):
        found.add("own profile")
    assert found == dropped
    assert anna["sharing"]["tier"] == "team"
    assert "permissions" not in entry.subentries[QUIET].data


async def test_a_permission_that_0_1_0_did_not_give_any_more_drops_what_it_gave(
    hass: HomeAssistant,
) -> None:
    stored = deepcopy(RELEASE)
    stored["options"]["allowed"].remove("share")
    anna = migrated(hass, stored).subentries[ANNA].data
    assert not {"own_tier", "own_info_tier", "narrowed"} & set(anna["sharing"])


# Bans


@given(st.lists(st.sampled_from(["allow", "forbid", "choose"]), max_size=30))
def test_after_any_history_an_override_counts_if_it_was_chosen_since_the_last_ban(
    history: list[str],
) -> None:
    allowed, chosen_since_ban = True, False
    data: dict[str, Any] = {"sharing": {"tier": "team"}}
    for step in history:
        match step:
            case "allow":
                allowed = True
            case "forbid":
                if allowed:
                    data = person_without(
                        data, lambda one, _: "share" in one["rests_on"]
                    )
                allowed = chosen_since_ban = False
            case "choose" if allowed:
                own = {"value": "owner", "rests_on": {"share": 0}}
                data = {"sharing": {**data["sharing"], "own_tier": own}}
                chosen_since_ban = True
        assert ("own_tier" in data["sharing"]) == chosen_since_ban
        assert data["sharing"]["tier"] == "team"


async def test_a_ban_counts_although_the_phone_system_is_not_set_up(
    hass: HomeAssistant,
) -> None:
    own = {"value": "owner", "rests_on": {"share": 0}}
    anna = person(ANNA, "Anna", "100", sharing={"own_tier": own})
    mine = profile(
        "01MINE00000000000000000000",
        "Mine",
        "busy",
        owner=ANNA,
        rests_on={"edit_profiles": 0},
    )
    entry = MockConfigEntry(
        domain="xpresence", data={}, subentries_data=[*OFFICE[:-2], mine, anna]
    )
    entry.add_to_hass(hass)
    assert entry.state is ConfigEntryState.NOT_LOADED
    drop_before_saving(hass, entry, grants_of(entry, {"allowed": ["edit_profiles"]}))
    assert entry.subentries[ANNA].data["sharing"] == {}
    mine_now = entry.subentries["01MINE00000000000000000000"].data
    assert not mine_now.get("revoked")
    drop_before_saving(hass, entry, grants_of(entry, {"allowed": []}))
    mine_now = entry.subentries["01MINE00000000000000000000"].data
    assert mine_now["revoked"] is True
    assert mine_now["enabled"] is True
