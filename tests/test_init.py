"""Setting up, choosing, and coming back after a restart, without a PBX."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

pytestmark = pytest.mark.usefixtures("hass")


async def test_it_sets_up(hass: HomeAssistant, office: MockConfigEntry) -> None:
    assert office.state is ConfigEntryState.LOADED
    print(hass.states.async_all())
    assert hass.states.get("select.anna_profile").state == "Available"
    await hass.services.async_call(
        "select",
        "select_option",
        {"entity_id": "select.anna_profile", "option": "Meeting"},
        blocking=True,
    )
    await hass.async_block_till_done()
    print(
        hass.states.get("select.anna_profile"), hass.states.get("sensor.anna_redirect")
    )
    assert hass.states.get("sensor.anna_redirect").state == "active"
