"""Presence planned ahead, by the action and by voice."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)


async def plan(hass: HomeAssistant, **said: Any) -> None:
    now = dt_util.utcnow()
    planned = {
        "entity_id": "select.anna_profile",
        "profile": "Meeting",
        "start": now + timedelta(hours=1),
        "end": now + timedelta(hours=2),
        **said,
    }
    await hass.services.async_call("xpresence", "plan_presence", planned, blocking=True)


def shown(hass: HomeAssistant) -> tuple[str, str]:
    profile = hass.states.get("select.anna_profile")
    source = hass.states.get("sensor.anna_profile_source")
    assert profile is not None
    assert source is not None
    return profile.state, source.state


async def test_planned_presence_begins_and_ends_by_itself_and_outlives_a_restart(
    hass: HomeAssistant, office: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    await plan(hass)
    assert shown(hass) == ("Available", "default")
    await hass.config_entries.async_reload(office.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    for expected in (("Meeting", "calendar"), ("Available", "default")):
        freezer.tick(timedelta(hours=1, seconds=1))
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert shown(hass) == expected


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"end": dt_util.utcnow() - timedelta(days=1)}, "end_before_start"),
        ({"profile": "Nonsense"}, "unknown_profile"),
        ({"info_text": "two\nlines"}, "own_info_text_control_character"),
        ({"info_text": "x" * 1000}, "own_info_text_too_long"),
    ],
)
async def test_a_plan_that_cannot_be_is_refused_in_words(
    hass: HomeAssistant, office: MockConfigEntry, said: dict[str, Any], error: str
) -> None:
    with pytest.raises(ServiceValidationError) as caught:
        await plan(hass, **said)
    assert caught.value.translation_key == error
