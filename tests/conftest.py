"""What all tests share: with Home Assistant's pytest plugin, and without it."""

# Before any `hass` fixture, or the plugin's own custom_components would be taken.
import custom_components.xpresence  # noqa: F401, I001

import pytest


@pytest.fixture(autouse=True)
def custom_integrations(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant find the integration, where a test has one."""
    if "hass" in request.fixturenames:
        request.getfixturevalue("enable_custom_integrations")


@pytest.fixture
async def office(hass, tmp_path):
    """Set up an office on the embedded default."""
    from pytest_homeassistant_custom_component.common import MockConfigEntry

    from .office import OFFICE

    hass.config.config_dir = str(tmp_path)
    entry = MockConfigEntry(
        domain="xpresence",
        title="Office",
        data={"driver": "actions"},
        subentries_data=OFFICE,
    )
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return entry
