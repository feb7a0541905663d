"""Settings of many people by a pattern of their names."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.xpresence.operations.people_changes import (
    PeopleInvalid,
    async_undo,
    people_in,
    version_of,
)
from custom_components.xpresence.operations.people_patterns import (
    async_set_pc,
    filled,
    pattern_hits,
)
from custom_components.xpresence.presence.pc.signals import Sign
from tests.conftest import set_up
from tests.office import ANNA, BOB, MEETING, OFFICE, profile

PATTERN = "sensor.{name}_sessionstate"
GONE = "01PROFILEGONE0000000000000"


@pytest.fixture
async def office(hass: HomeAssistant) -> Any:
    hass.states.async_set("sensor.anna_sessionstate", "Unlocked")
    gone = profile(GONE, "Gone home", "offline")
    return await set_up(hass, subentries_data=[*OFFICE, gone])


def seen(office: Any) -> dict[str, str]:
    people = people_in(office.runtime_data)
    return {one: version_of(subentry.data) for one, subentry in people.items()}


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        (PATTERN, "Anna", "sensor.anna_sessionstate"),
        (PATTERN, "Jürgen Groß", "sensor.jurgen_gross_sessionstate"),
        ("{first}.{last}@example.com", "Anna Maria Berg", "anna.berg@example.com"),
        ("{extension}", "Anna", "100"),
        ("{name.__class__}{0}{", "Anna", "{name.__class__}{0}{"),
    ],
)
def test_a_pattern_is_filled_with_a_name(
    pattern: str, name: str, expected: str
) -> None:
    assert filled(pattern, name, "100") == expected


async def test_who_has_such_an_entity_is_shown_first_and_alone_is_changed(
    hass: HomeAssistant, office: Any
) -> None:
    coordinator = office.runtime_data
    hits = pattern_hits(coordinator, [ANNA, BOB], PATTERN)
    assert hits[ANNA]["state"] == "Unlocked"
    assert hits[BOB] == {
        "name": "Bob",
        "value": "sensor.bob_sessionstate",
        "state": None,
    }
    before = dict(office.subentries[BOB].data)
    changed = await async_set_pc(
        coordinator, Sign.SESSION, PATTERN, ["Locked", "Unlocked"], seen(office), "A"
    )
    assert changed == 1
    activity = office.subentries[ANNA].data["activity"]
    assert activity["entities"] == {"session": "sensor.anna_sessionstate"}
    assert activity["states"] == {"session": ["Locked", "Unlocked"]}
    assert activity["end_profile"] == GONE
    assert dict(office.subentries[BOB].data) == before
    hass.states.async_set("sensor.anna_sessionstate", "Locked")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert coordinator.people[ANNA].facts.pc.running is not None
    await async_undo(coordinator, "A")
    assert "activity" not in office.subentries[ANNA].data


async def test_what_was_set_of_a_pc_before_stays(
    hass: HomeAssistant, office: Any
) -> None:
    coordinator = office.runtime_data
    data = {
        **office.subentries[ANNA].data,
        "activity": {
            "entities": {"locked": "binary_sensor.anna_locked"},
            "locked_profile": MEETING,
            "inactive_minutes": 25,
        },
    }
    hass.config_entries.async_update_subentry(
        office, office.subentries[ANNA], data=data
    )
    await async_set_pc(
        coordinator, Sign.SESSION, PATTERN, ["Locked"], seen(office), "A"
    )
    activity = office.subentries[ANNA].data["activity"]
    assert activity["entities"]["locked"] == "binary_sensor.anna_locked"
    assert activity["locked_profile"] == MEETING
    assert activity["inactive_minutes"] == 25


@pytest.mark.parametrize(
    ("sign", "pattern", "states", "error"),
    [
        (Sign.SESSION, "sensor.nothing", ["on"], ServiceValidationError),
        (Sign.SESSION, PATTERN, [], PeopleInvalid),
    ],
    ids=["nobody has it", "a sensor without states"],
)
async def test_what_cannot_be_changes_nothing(
    office: Any,
    sign: Sign,
    pattern: str,
    states: list[str],
    error: type[Exception],
) -> None:
    before = {one: dict(s.data) for one, s in office.subentries.items()}
    with pytest.raises(error):
        await async_set_pc(
            office.runtime_data, sign, pattern, states, seen(office), "A"
        )
    assert {one: dict(s.data) for one, s in office.subentries.items()} == before


async def test_nobody_is_overwritten_whom_somebody_else_changed(office: Any) -> None:
    with pytest.raises(ServiceValidationError) as error:
        await async_set_pc(
            office.runtime_data, Sign.SESSION, PATTERN, ["x"], {ANNA: "old"}, "A"
        )
    assert error.value.translation_key == "people_changed"
