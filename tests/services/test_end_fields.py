"""Ends that nobody can mean are refused in words."""

from typing import Any

from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest

from tests.test_coordinator import SELECT, shown


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(
    ("said", "key"),
    [
        ({"for": 1e309}, "end_too_far"),
        ({"for": 10**30}, "end_too_far"),
        ({"for": {"days": 1e300}}, "end_too_far"),
        ({"for": {"days": 999999999}}, "end_too_far"),
        ({"until": "0001-01-01T00:00:00"}, "end_in_the_past"),
        ({"until": "9999-12-31T23:59:59"}, "end_too_far"),
        ({"until": "9999-12-31T23:59:59-12:00"}, "end_too_far"),
    ],
)
async def test_an_end_beyond_the_calendar_changes_nothing(
    hass: HomeAssistant, said: dict[str, Any], key: str
) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        await hass.services.async_call(
            "xpresence",
            "set_profile",
            {"entity_id": SELECT, "profile": "Meeting", **said},
            blocking=True,
        )
    assert refused.value.translation_key == key
    assert shown(hass, SELECT).state == "Available"


@pytest.mark.usefixtures("office")
def test_the_switch_is_a_setting_which_assist_does_not_offer(
    entity_registry: er.EntityRegistry,
) -> None:
    entry = entity_registry.async_get("switch.anna_automatic")
    assert entry is not None
    assert entry.entity_category is EntityCategory.CONFIG
