"""The order of profiles and of sources, as administrators set it."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.xpresence.operations.office_settings import (
    async_set_order,
    order_now,
)
from tests.office import AVAILABLE, COLLEAGUE, MEETING

ORDER = "profile_order"


async def test_profiles_are_offered_in_the_offices_order(
    hass: HomeAssistant, office: Any
) -> None:
    coordinator = office.runtime_data
    seen = order_now(coordinator, ORDER)
    assert seen == [AVAILABLE, MEETING, COLLEAGUE]
    await async_set_order(coordinator, ORDER, [COLLEAGUE, AVAILABLE, MEETING], seen)
    await hass.async_block_till_done(wait_background_tasks=True)
    options = hass.states.get("select.anna_profile").attributes["options"]
    assert options == ["Training", "Available", "Meeting"]


async def test_sources_are_asked_in_the_offices_order(office: Any) -> None:
    coordinator = office.runtime_data
    seen = order_now(coordinator, "order")
    order = ["call", "manual", *seen[2:]]
    await async_set_order(coordinator, "order", order, seen)
    assert order_now(coordinator, "order") == order
    assert office.options["order"] == order


@pytest.mark.parametrize(
    ("which", "order", "seen", "key"),
    [
        (ORDER, [MEETING, AVAILABLE], None, "order_incomplete"),
        (ORDER, [MEETING, AVAILABLE, COLLEAGUE], [AVAILABLE], "order_changed"),
        ("order", ["default", "manual"], None, "order_incomplete"),
    ],
)
async def test_an_order_that_is_wrong_or_was_changed_meanwhile_is_refused(
    office: Any, which: str, order: list[str], seen: list[str] | None, key: str
) -> None:
    coordinator = office.runtime_data
    before = order_now(coordinator, which)
    with pytest.raises(ServiceValidationError) as error:
        await async_set_order(coordinator, which, order, seen or before)
    assert error.value.translation_key == key
    assert order_now(coordinator, which) == before


async def test_the_default_source_stays_the_last(office: Any) -> None:
    coordinator = office.runtime_data
    seen = order_now(coordinator, "order")
    with pytest.raises(ServiceValidationError) as error:
        await async_set_order(coordinator, "order", seen[::-1], seen)
    assert error.value.translation_key == "order_default_last"
