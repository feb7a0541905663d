"""What all tests share: with Home Assistant's pytest plugin, and without it."""

# Before any `hass` fixture, or the plugin's own custom_components would be taken.
import custom_components.xpresence  # noqa: F401, I001

from collections.abc import Generator
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, settings
import pytest

from tests.pbx.asterisk import tools

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant
    from pytest_homeassistant_custom_component.common import MockConfigEntry

# A test run never fails by chance: the same examples every time, however slow the
# machine. `HYPOTHESIS_PROFILE=nightly` looks for new ones.
PATIENT: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
}
settings.register_profile(
    "fixed", max_examples=300, derandomize=True, database=None, **PATIENT
)
settings.register_profile("nightly", max_examples=10_000, **PATIENT)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))

# The plugin has every statement of the recorder's database logged.
logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)

NEEDS = {
    "asterisk": "XPRESENCE_ASTERISK",
    "browser": "XPRESENCE_CHROMIUM",
    "kamailio": "XPRESENCE_KAMAILIO",
}
"""Marker → what script/setup must have found."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what this machine cannot run; CI must be able to run everything."""
    if os.environ.get("CI"):
        return
    found = tools()
    for item in items:
        for marker, tool in NEEDS.items():
            if item.get_closest_marker(marker) and not found.get(tool):
                item.add_marker(pytest.mark.skip(f"there is no {marker} here"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI, a test on a real part that skips has failed."""
    report = yield
    if os.environ.get("CI") and report.skipped:
        real = [m for m in (*NEEDS, "e2e") if item.get_closest_marker(m)]
        if real:
            report.outcome = "failed"
            report.longrepr = f"skipped in CI, though it is marked {real[0]}"
    return report


@pytest.fixture(autouse=True)
def custom_integrations(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant find the integration, where a test has one."""
    if "recorder_mock" in request.fixturenames:
        # It has to be there before Home Assistant.
        request.getfixturevalue("recorder_mock")
    if "hass" in request.fixturenames:
        request.getfixturevalue("enable_custom_integrations")


@pytest.fixture(autouse=True)
def clock_is_not_compared(request: pytest.FixtureRequest) -> None:
    """Let a test that moves time on not look like a clock that was set."""
    if "hass" in request.fixturenames:
        from custom_components.xpresence.engine import clock

        patch = request.getfixturevalue("monkeypatch")
        patch.setattr(clock, "CHECK_EVERY", 1e9)


@pytest.fixture
def enable_event_loop_debug() -> None:
    """Leave asyncio's debug mode off, which the plugin turns on.

    It takes half of a test's time, to remember where each task and callback came from.
    asyncio itself turns it on where PYTHONASYNCIODEBUG=1 is set, as script/nightly does.
    """


@pytest.fixture
def own_folder(hass: HomeAssistant, tmp_path: Path) -> Path:
    """Let Home Assistant keep its files in an empty folder."""
    hass.config.config_dir = str(tmp_path)
    return tmp_path


@pytest.fixture
async def office(hass: HomeAssistant, own_folder: Path) -> MockConfigEntry:
    """Set up an office on the embedded default."""
    return await set_up(hass)


async def set_up(
    hass: HomeAssistant, *, wait: bool = True, **more: Any
) -> MockConfigEntry:
    """Set up Anna and Bob with their profiles; wait for what runs beside, or not."""
    from pytest_homeassistant_custom_component.common import MockConfigEntry

    from tests.office import OFFICE

    entry = MockConfigEntry(
        **{
            "domain": "xpresence",
            "title": "Office",
            "data": {"driver": "actions"},
            "subentries_data": OFFICE,
            **more,
        }
    )
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=wait)
    return entry
