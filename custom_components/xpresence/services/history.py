"""Actions on one's own history: read it, switch it on or off, delete it."""

from datetime import datetime
from typing import Final

from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..languages import LANGUAGES
from ..operations.history import (
    async_delete_history,
    async_history,
    async_keep_history,
)
from ..presence.permission.policy import Permission, Tier
from .service import Action, PersonTarget

ATTR_START: Final = "start"
ATTR_END: Final = "end"
ATTR_LANGUAGE: Final = "language"
ATTR_KEEP: Final = "keep"
ATTR_TIER: Final = "tier"

WHEN: Final[VolDictType] = {
    vol.Optional(ATTR_START): cv.datetime,
    vol.Optional(ATTR_END): cv.datetime,
}
KEEP: Final[VolDictType] = {
    vol.Required(ATTR_KEEP): cv.boolean,
    vol.Optional(ATTR_TIER): vol.Coerce(Tier),
}


async def _get_history(
    call: ServiceCall, people: list[PersonTarget]
) -> ServiceResponse:
    """Return what was recorded of each targeted person."""
    start: datetime | None = call.data.get(ATTR_START)
    end: datetime | None = call.data.get(ATTR_END)
    answers: list[JsonValueType] = []
    for coordinator, person_id in people:
        language = call.data.get(ATTR_LANGUAGE, coordinator.hass.config.language)
        answers.append(
            await async_history(coordinator, person_id, start, end, language)
        )
    return {"people": answers}


async def _keep_history(call: ServiceCall, people: list[PersonTarget]) -> None:
    """Switch the history of each targeted person on or off."""
    keep, tier = call.data[ATTR_KEEP], call.data.get(ATTR_TIER)
    for coordinator, person_id in people:
        await async_keep_history(coordinator, person_id, keep=keep, tier=tier)


async def _delete_history(_call: ServiceCall, people: list[PersonTarget]) -> None:
    """Delete what was recorded of each targeted person."""
    for coordinator, person_id in people:
        await async_delete_history(coordinator, person_id)


ACTIONS: Final = (
    Action(
        name="delete_history",
        permission=Permission.KEEP_HISTORY,
        run=_delete_history,
        fields={},
    ),
    Action(
        name="get_history",
        permission=Permission.SEE_HISTORY,
        run=_get_history,
        fields={**WHEN, vol.Optional(ATTR_LANGUAGE): vol.In(LANGUAGES)},
        response=SupportsResponse.ONLY,
    ),
    Action(
        name="keep_history",
        permission=Permission.KEEP_HISTORY,
        run=_keep_history,
        fields=KEEP,
    ),
)
