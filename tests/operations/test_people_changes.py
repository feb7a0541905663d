"""Changing many people at once: all or nobody, told what others changed, taken back."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.xpresence.operations.people_changes import (
    COPIED,
    PeopleInvalid,
    async_change_people,
    async_copy_settings,
    async_undo,
    people_in,
    version_of,
)
from tests.office import ANNA, AVAILABLE, BOB, MEETING


def seen(coordinator: Any, *people: str) -> dict[str, str]:
    there = people_in(coordinator)
    return {one: version_of(there[one].data) for one in people}


async def change(coordinator: Any, by: str = "Admin", **said: dict[str, Any]) -> None:
    answers = {{"anna": ANNA, "bob": BOB}[name]: one for name, one in said.items()}
    await async_change_people(coordinator, answers, seen(coordinator, *answers), by)


def stored(coordinator: Any, person_id: str) -> dict[str, Any]:
    return dict(people_in(coordinator)[person_id].data)


async def test_a_setting_is_changed_for_everybody_chosen_at_once(
    hass: HomeAssistant, office: Any
) -> None:
    coordinator = office.runtime_data
    both = {"default_profile": MEETING, "queues": ["400"], "tier": "team"}
    await change(coordinator, anna=both, bob=both)
    await hass.async_block_till_done(wait_background_tasks=True)
    for person_id in (ANNA, BOB):
        data = stored(coordinator, person_id)
        assert data["default_profile"] == MEETING
        assert data["queues"] == ["400"]
        assert data["sharing"]["tier"] == "team"
    assert hass.states.get("select.bob_profile").state == "Meeting"


async def test_nothing_is_stored_if_it_is_not_valid_for_one(office: Any) -> None:
    coordinator = office.runtime_data
    before = stored(coordinator, ANNA), stored(coordinator, BOB)
    with pytest.raises(PeopleInvalid) as error:
        await change(
            coordinator,
            anna={"devices": ["Mobile: 0171 5550100"]},
            bob={"devices": ["Mobile: 112"], "colour": "red"},
        )
    assert error.value.problems == {
        BOB: {"devices": "device_number_emergency", "colour": "malformed"}
    }
    assert error.value.translation_placeholders == {"people": "Bob"}
    assert (stored(coordinator, ANNA), stored(coordinator, BOB)) == before


async def test_nobody_can_be_given_anothers_extension_or_name(
    office: Any,
) -> None:
    coordinator = office.runtime_data
    with pytest.raises(PeopleInvalid):
        await change(coordinator, anna={"extension": "102"}, bob={"extension": "102"})
    with pytest.raises(PeopleInvalid):
        await change(coordinator, anna={"extension": "101"})
    with pytest.raises(PeopleInvalid):
        await change(coordinator, anna={"name": "Carol"}, bob={"name": "carol"})
    with pytest.raises(PeopleInvalid):
        await change(coordinator, anna={"name": "Bob"})


async def test_the_later_is_told_what_the_earlier_changed(office: Any) -> None:
    coordinator = office.runtime_data
    read = seen(coordinator, ANNA, BOB)
    await change(coordinator, by="Eva", anna={"queues": ["400"]})
    with pytest.raises(ServiceValidationError) as error:
        await async_change_people(
            coordinator,
            {one: {"default_profile": MEETING} for one in read},
            read,
            "Admin",
        )
    assert error.value.translation_key == "people_changed_by"
    assert error.value.translation_placeholders == {"people": "Anna", "by": "Eva"}
    assert stored(coordinator, BOB)["default_profile"] == AVAILABLE


async def test_a_change_by_the_settings_page_is_told_as_well(
    hass: HomeAssistant, office: Any
) -> None:
    coordinator = office.runtime_data
    read = seen(coordinator, ANNA)
    anna = people_in(coordinator)[ANNA]
    hass.config_entries.async_update_subentry(
        coordinator.entry, anna, data={**anna.data, "queues": ["400"]}
    )
    with pytest.raises(ServiceValidationError) as error:
        await async_change_people(coordinator, {ANNA: {"name": "A"}}, read, "Admin")
    assert error.value.translation_key == "people_changed"


async def test_settings_are_copied_but_nothing_that_is_somebodys_alone(
    office: Any,
) -> None:
    coordinator = office.runtime_data
    await change(
        coordinator,
        anna={"queues": ["400"], "run_over": 15, "info_tier": "owner"},
    )
    await async_copy_settings(
        coordinator, ANNA, [*COPIED, "extension"], seen(coordinator, BOB), "Admin"
    )
    bob = stored(coordinator, BOB)
    assert bob["queues"] == ["400"]
    assert bob["run_over"] == 15
    assert bob["sharing"]["info_tier"] == "owner"
    assert bob["extension"] == "101"
    assert bob["name"] == "Bob"


async def test_the_last_change_is_taken_back_for_everybody(office: Any) -> None:
    coordinator = office.runtime_data
    before = stored(coordinator, ANNA), stored(coordinator, BOB)
    await change(coordinator, anna={"queues": ["400"]}, bob={"queues": ["401"]})
    undone = await async_undo(coordinator, "Admin")
    assert undone.people.keys() == {ANNA, BOB}
    assert (stored(coordinator, ANNA), stored(coordinator, BOB)) == before
    with pytest.raises(ServiceValidationError) as error:
        await async_undo(coordinator, "Admin")
    assert error.value.translation_key == "nothing_to_undo"


async def test_what_somebody_changed_since_is_not_taken_back(
    hass: HomeAssistant, office: Any
) -> None:
    coordinator = office.runtime_data
    await change(coordinator, anna={"queues": ["400"]}, bob={"queues": ["401"]})
    bob = people_in(coordinator)[BOB]
    hass.config_entries.async_update_subentry(
        coordinator.entry, bob, data={**bob.data, "queues": []}
    )
    with pytest.raises(ServiceValidationError) as error:
        await async_undo(coordinator, "Admin")
    assert error.value.translation_placeholders == {"people": "Bob"}
    assert stored(coordinator, ANNA)["queues"] == ["400"]


async def test_many_changes_are_applied_in_one_go(
    hass: HomeAssistant, office: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    coordinator = office.runtime_data
    applied: list[str] = []
    apply = coordinator.async_office_changed

    async def counted() -> None:
        applied.append("")
        await apply()

    monkeypatch.setattr(coordinator, "async_office_changed", counted)
    await change(coordinator, anna={"queues": ["400"]}, bob={"queues": ["401"]})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(applied) == 1
