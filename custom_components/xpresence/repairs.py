"""Repair issues with a fix flow, and which flow belongs to which.

``fix_flow`` in the issue's data is a key of :data:`FLOWS`.
"""

from typing import Any, Final

from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow
from homeassistant.core import HomeAssistant

from .engine.issue_registry import FIX_FLOW
from .flows.repairs import (
    ReplaceDefaultProfileFlow,
    ReplaceEntityFlow,
    ReplaceProfileFlow,
    RetryFlow,
)
from .flows.repairs.calendars import AccountSignInFlow, CalendarSignInFlow
from .flows.repairs.microsoft import MicrosoftSignInFlow
from .flows.repairs.redirects import (
    EndRedirectFlow,
    HotlineConflictFlow,
    WhoseMemoryFlow,
    WhoseRedirectFlow,
)

FLOWS: Final[dict[str, type[RepairsFlow]]] = {
    "account_sign_in": AccountSignInFlow,
    "another_default_profile": ReplaceDefaultProfileFlow,
    "another_entity": ReplaceEntityFlow,
    "another_profile": ReplaceProfileFlow,
    "confirm": ConfirmRepairFlow,
    "end_redirect": EndRedirectFlow,
    "ready_elsewhere": HotlineConflictFlow,
    "sign_in_anew": CalendarSignInFlow,
    "sign_in_at_microsoft": MicrosoftSignInFlow,
    "try_again": RetryFlow,
    "whose_memory": WhoseMemoryFlow,
    "whose_redirect": WhoseRedirectFlow,
}


async def async_create_fix_flow(
    _hass: HomeAssistant, _issue_id: str, data: dict[str, Any] | None
) -> RepairsFlow:
    """Return the fix flow of a repair issue.

    An issue without data, such as one of an earlier version, is only confirmed.
    """
    return FLOWS.get((data or {}).get(FIX_FLOW, ""), ConfirmRepairFlow)()
