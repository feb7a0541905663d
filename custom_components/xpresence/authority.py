"""The one question that every door asks before it acts."""

from homeassistant.core import Context

from .coordinator import OfficeCoordinator
from .presence.policy import Act


async def async_authorize(
    coordinator: OfficeCoordinator, person_id: str, act: Act, context: Context | None
) -> None:
    """Return if the caller may do this to the person.

    Raises:
        Unauthorized: they may not; nothing was changed.
    """
