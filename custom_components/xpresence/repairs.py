"""Notices that go when a person says that they are mended."""

from typing import Any

from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow
from homeassistant.core import HomeAssistant


async def async_create_fix_flow(
    _hass: HomeAssistant, _issue_id: str, _data: dict[str, Any] | None
) -> RepairsFlow:
    """Return the page that asks whether a redirect was ended by hand.

    Its person is gone, so xpresence looks at that telephone no more.
    """
    return ConfirmRepairFlow()
