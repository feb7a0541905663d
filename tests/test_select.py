"""The selects of a person: which there are follows their settings at once."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.office import ANNA

FOLLOW_ME = "select.anna_follow_me"
MOBILE = {"id": "mobile", "name": "Mobile", "number": "01711234567"}


async def change(hass: HomeAssistant, office: MockConfigEntry, **said: Any) -> None:
    anna = office.subentries[ANNA]
    hass.config_entries.async_update_subentry(office, anna, data={**anna.data, **said})
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.mark.parametrize(
    ("key", "some"),
    [("follow_me", {"devices": [MOBILE]}), ("agent", {"queues": ["400"]})],
)
async def test_the_first_brings_a_select_and_the_last_takes_it_along(
    hass: HomeAssistant,
    office: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    key: str,
    some: dict[str, Any],
) -> None:
    def entity_id() -> str | None:
        return entity_registry.async_get_entity_id(
            "select", "xpresence", f"{ANNA}_{key}"
        )

    assert entity_id() is None
    for _ in range(2):
        await change(hass, office, **some)
        found = entity_id()
        assert found is not None
        assert hass.states.get(found) is not None
        await change(hass, office, **{name: [] for name in some})
        assert entity_id() is None
        assert hass.states.get(found) is None


async def test_a_select_that_lost_its_device_while_not_set_up_is_gone(
    hass: HomeAssistant, office: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    await change(hass, office, devices=[MOBILE])
    assert hass.states.get(FOLLOW_ME) is not None
    await hass.config_entries.async_unload(office.entry_id)
    await change(hass, office, devices=[])
    await hass.config_entries.async_setup(office.entry_id)
    await hass.async_block_till_done()
    assert hass.states.get(FOLLOW_ME) is None
    assert entity_registry.async_get(FOLLOW_ME) is None
