"""A day to tell."""

from pathlib import Path

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from .day import Day


@pytest.fixture
async def day(
    hass: HomeAssistant, own_folder: Path, freezer: FrozenDateTimeFactory
) -> Day:
    """Begin a day at eight in Berlin, on a server in another time zone."""
    await hass.config.async_set_time_zone("America/Lima")
    return Day(hass, freezer)
