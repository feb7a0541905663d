"""Actions that plan presence ahead."""

from datetime import datetime
from typing import Final

from homeassistant.core import Context, ServiceCall
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import CONF_INFO_TEXT, DOMAIN
from ..coordinator import OfficeCoordinator
from ..drafts import info_text_problem
from ..inputs.calendars import CalendarsInput
from ..inputs.plan import Plan
from ..offered import profile_named
from ..presence.policy import Act
from .action import Action, Meant

ATTR_PROFILE: Final = "profile"
ATTR_START: Final = "start"
ATTR_END: Final = "end"


async def _plan_presence(call: ServiceCall, people: list[Meant]) -> None:
    """Plan a profile for everybody meant, from one moment to another."""
    start = dt_util.as_utc(call.data[ATTR_START])
    end = dt_util.as_utc(call.data[ATTR_END])
    info_text: str | None = call.data.get(CONF_INFO_TEXT)
    if info_text is not None and (problem := info_text_problem(info_text)):
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key=f"own_{problem}"
        )
    # Every name is checked before anything is planned.
    wishes = [
        (
            plan_of(coordinator, person_id),
            profile_named(
                coordinator.office,
                coordinator.people[person_id],
                call.data[ATTR_PROFILE],
            ),
        )
        for coordinator, person_id in people
    ]
    for plan, profile in wishes:
        await plan.async_add(start, end, profile.id, info_text, call.context.user_id)


async def async_plan(
    coordinator: OfficeCoordinator,
    person_id: str,
    profile: str,
    start: datetime,
    end: datetime,
    info_text: str | None,
    context: Context | None,
) -> None:
    """Plan a profile for one person; whoever asks has been found to be allowed to.

    Raises:
        ServiceValidationError: something of it is not valid; nothing was planned.
        HomeAssistantError: not saved; nothing was planned.
    """
    if info_text is not None and (problem := info_text_problem(info_text)):
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key=f"own_{problem}"
        )
    state = coordinator.people[person_id]
    found = profile_named(coordinator.office, state, profile)
    by = context.user_id if context else None
    await plan_of(coordinator, person_id).async_add(
        dt_util.as_utc(start), dt_util.as_utc(end), found.id, info_text, by
    )


def plan_of(coordinator: OfficeCoordinator, person_id: str) -> Plan:
    """Return what a person has planned."""
    return next(
        one.plan
        for one in coordinator.people[person_id].inputs
        if isinstance(one, CalendarsInput)
    )


ACTIONS: Final = (
    Action(
        name="plan_presence",
        act=Act.PLAN_PRESENCE,
        run=_plan_presence,
        fields={
            vol.Required(ATTR_PROFILE): cv.string,
            vol.Required(ATTR_START): cv.datetime,
            vol.Required(ATTR_END): cv.datetime,
            vol.Optional(CONF_INFO_TEXT): cv.string,
        },
    ),
)
