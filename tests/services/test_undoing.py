"""The last choice is taken back, and nothing but that."""

from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xpresence.engine.choices import UNDO_SECONDS

PROFILE = "select.anna_profile"


async def act(hass: HomeAssistant, action: str, **said: Any) -> None:
    data = {"entity_id": PROFILE, **said}
    await hass.services.async_call("xpresence", action, data, blocking=True)


def shown(hass: HomeAssistant) -> tuple[str, Any]:
    profile = hass.states.get(PROFILE)
    assert profile is not None
    return profile.state, profile.attributes["until"]


async def test_a_choice_before_comes_back_with_its_end_and_its_text(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    until = {"for": {"hours": 1}}
    await act(hass, "set_profile", profile="Meeting", info_text="Back soon", **until)
    before = shown(hass)
    await act(hass, "set_profile", profile="Training")
    await act(hass, "undo_choice")
    assert shown(hass) == before
    text = hass.states.get("text.anna_info_text")
    assert text is not None
    assert text.state == "Back soon"


async def test_the_return_to_automatic_is_taken_back(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    await act(hass, "set_profile", profile="Training")
    await act(hass, "resume_automatic")
    assert shown(hass)[0] == "Available"
    await act(hass, "undo_choice")
    assert shown(hass)[0] == "Training"


async def test_what_was_dismissed_counts_again(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    now = dt_util.utcnow()
    meeting = {"start": now - timedelta(minutes=5), "end": now + timedelta(hours=1)}
    await act(hass, "plan_presence", profile="Meeting", **meeting)
    await act(hass, "set_profile", profile="Available")
    assert shown(hass)[0] == "Available"
    await act(hass, "undo_choice")
    assert shown(hass)[0] == "Meeting"


async def test_it_is_taken_back_once_and_only_for_a_while(
    hass: HomeAssistant, office: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in ("nothing was chosen", "it was taken back already"):
        with pytest.raises(ServiceValidationError) as refused:
            await act(hass, "undo_choice")
        assert refused.value.translation_key == "nothing_to_undo"
        await act(hass, "set_profile", profile="Training")
        await act(hass, "undo_choice")
    await act(hass, "set_profile", profile="Training")
    later = hass.loop.time() + UNDO_SECONDS + 1
    monkeypatch.setattr(hass.loop, "time", lambda: later)
    with pytest.raises(ServiceValidationError):
        await act(hass, "undo_choice")
    assert shown(hass)[0] == "Training"
