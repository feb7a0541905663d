"""Actions on what a person shares: subjects, and what delegates may do."""

from typing import Final

from homeassistant.core import ServiceCall
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..operations.sharing import (
    async_narrow,
    async_show_info_text_to,
    async_show_subjects_to,
)
from ..presence.permission.policy import Grade, Permission, Tier
from .service import Action, PersonTarget

ATTR_DELEGATE: Final = "delegate"
ATTR_MAY: Final = "may"
ATTR_TIER: Final = "tier"


async def _narrow_delegate(call: ServiceCall, people: list[PersonTarget]) -> None:
    """Restrict what a delegate may do for each targeted person."""
    for coordinator, person_id in people:
        await async_narrow(
            coordinator,
            person_id,
            call.data[ATTR_DELEGATE],
            call.data[ATTR_MAY],
            call.context,
        )


async def _show_info_text_to(call: ServiceCall, people: list[PersonTarget]) -> None:
    """Set who sees the info text of each targeted person."""
    for coordinator, person_id in people:
        await async_show_info_text_to(
            coordinator, person_id, call.data[ATTR_TIER], call.context
        )


async def _show_subjects_to(call: ServiceCall, people: list[PersonTarget]) -> None:
    """Set who sees the subjects of each targeted person."""
    for coordinator, person_id in people:
        await async_show_subjects_to(
            coordinator, person_id, call.data[ATTR_TIER], call.context
        )


ACTIONS: Final = (
    Action(
        name="narrow_delegate",
        permission=Permission.SHARE,
        run=_narrow_delegate,
        fields={
            vol.Required(ATTR_DELEGATE): vol.All(cv.string, cv.entity_domain("person")),
            vol.Optional(ATTR_MAY, default=[]): vol.All(
                cv.ensure_list, [vol.Coerce(Grade)]
            ),
        },
    ),
    Action(
        name="show_info_text_to",
        permission=Permission.SHARE,
        run=_show_info_text_to,
        fields={vol.Required(ATTR_TIER): vol.Coerce(Tier)},
    ),
    Action(
        name="show_subjects_to",
        permission=Permission.SHARE,
        run=_show_subjects_to,
        fields={vol.Required(ATTR_TIER): vol.Coerce(Tier)},
    ),
)
