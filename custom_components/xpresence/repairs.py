"""Notices that can be mended at once: which page goes with which.

A notice says so itself: ``mend`` in its data is a key of :data:`PAGES`.
"""

from typing import Any, Final

from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow
from homeassistant.core import HomeAssistant

from .flows.repairs import (
    AnotherEntity,
    AnotherProfile,
    EndRedirect,
    ReadyElsewhere,
    TryAgain,
)
from .flows.repairs.calendars import AccountSignIn, SignInAnew
from .flows.repairs.microsoft import SignInAtMicrosoft

PAGES: Final[dict[str, type[RepairsFlow]]] = {
    "account_sign_in": AccountSignIn,
    "another_entity": AnotherEntity,
    "another_profile": AnotherProfile,
    "end_redirect": EndRedirect,
    "ready_elsewhere": ReadyElsewhere,
    "sign_in_anew": SignInAnew,
    "sign_in_at_microsoft": SignInAtMicrosoft,
    "try_again": TryAgain,
}


async def async_create_fix_flow(
    _hass: HomeAssistant, _issue_id: str, data: dict[str, Any] | None
) -> RepairsFlow:
    """Return the page that mends what a notice tells of.

    A notice from an earlier version, which names none, is one to be confirmed.
    """
    return PAGES.get((data or {}).get("mend", ""), ConfirmRepairFlow)()
