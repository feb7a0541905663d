"""Choosing a profile by hand, and what is set beside it; the caller has been authorised.

``context`` and ``satellite`` (the device that heard a voice command) tell who does it.
Every function raises ``HomeAssistantError``: not saved (nothing changed), or saved but
not yet followed by the phone system; the message says which.
"""

from datetime import datetime

from homeassistant.core import Context

from ..coordinator import OfficeCoordinator
from ..presence.model import EndingKind, Profile
from .authorization import async_origin


async def async_choose(
    coordinator: OfficeCoordinator,
    person_id: str,
    profile: Profile,
    *,
    until: datetime | None = None,
    info_text: str | None = None,
    ending: EndingKind | None = None,
    context: Context | None = None,
    satellite: str | None = None,
) -> None:
    """Choose a profile and return when the redirect follows it."""
    origin = await async_origin(coordinator, person_id, context, satellite=satellite)
    await coordinator.choices.async_choose(
        person_id, profile, origin, until=until, info_text=info_text, ending=ending
    )


async def async_resume_automatic(
    coordinator: OfficeCoordinator,
    person_id: str,
    context: Context | None = None,
    satellite: str | None = None,
) -> None:
    """Take back what was set through xpresence by hand, an own redirect included.

    What was given an end stays until then, and so does what was dialled at a telephone.
    """
    origin = await async_origin(coordinator, person_id, context, satellite=satellite)
    await coordinator.choices.async_resume_automatic(person_id, origin)


async def async_undo(
    coordinator: OfficeCoordinator,
    person_id: str,
    context: Context | None = None,
) -> None:
    """Take back what was chosen, dismissed or released a moment ago."""
    origin = await async_origin(coordinator, person_id, context)
    await coordinator.choices.async_undo(person_id, origin)


async def async_set_automatic(
    coordinator: OfficeCoordinator,
    person_id: str,
    context: Context | None = None,
    *,
    automatic: bool,
) -> None:
    """Enable or disable automatic profiles; disabled, only choices by hand count."""
    origin = await async_origin(coordinator, person_id, context)
    await coordinator.choices.async_set_automatic(
        person_id, origin, automatic=automatic
    )


async def async_set_info_text(
    coordinator: OfficeCoordinator,
    person_id: str,
    text: str,
    context: Context | None = None,
) -> None:
    """Write what colleagues read as long as this profile holds."""
    origin = await async_origin(coordinator, person_id, context)
    await coordinator.choices.async_set_info_text(person_id, text, origin)
