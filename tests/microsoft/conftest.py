"""A Microsoft of our own, and a Home Assistant that takes it for the real one."""

from collections.abc import AsyncIterator
from pathlib import Path
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
import pytest
from pytest_socket import enable_socket

from custom_components.xpresence.microsoft.sign_in_sessions import ATTEMPTS
from tests.groupware.microsoft.server import Microsoft, elsewhere

from .teams_day import TeamsDay

FILES = {
    name: getattr(Store, name)
    for name in ("_async_load", "_async_write_data", "async_remove")
}
"""How Home Assistant really reads and writes, before its plugin takes that away."""


@pytest.fixture
async def microsoft(
    hass: HomeAssistant,
    own_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Microsoft]:
    """Run sign-in and Graph; every breach of a contract fails the test."""
    enable_socket()
    with (
        patch.multiple(Store, **FILES),
        elsewhere(tmp_path_factory.mktemp("microsoft")) as microsoft,
    ):
        for name, value in microsoft.environment.items():
            monkeypatch.setenv(name, value)
        microsoft.login.interval = 0
        yield microsoft
        # Who waits for a code waits no longer; all else comes to its end.
        for attempt in hass.data.get(ATTEMPTS, {}).values():
            attempt.task.cancel()
        flows = hass.config_entries.subentries
        for flow in flows.async_progress():
            flows.async_abort(flow["flow_id"])
        await hass.async_block_till_done(wait_background_tasks=True)
        for entry in hass.config_entries.async_loaded_entries("xpresence"):
            await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert microsoft.broken == []


@pytest.fixture
async def day(
    hass: HomeAssistant, microsoft: Microsoft, freezer: FrozenDateTimeFactory
) -> TeamsDay:
    return TeamsDay(hass, microsoft, freezer)
