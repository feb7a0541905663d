"""Actions that plan presence ahead, and change or cancel what is planned."""

from datetime import datetime
from typing import Any, Final

from homeassistant.const import CONF_NAME
from homeassistant.core import Context, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..const import CONF_INFO_TEXT, DOMAIN
from ..coordinator import OfficeCoordinator
from ..inputs.calendars import calendars_of_person
from ..inputs.calendars.planned import PlannedPresences
from ..operations.available_profiles import profile_named
from ..operations.planning import checked_info_text, checked_plan_name
from ..presence.datetimes import utc
from ..presence.permission.policy import Permission
from .service import Action, PersonTarget

ATTR_PLANNED: Final = "planned"
ATTR_PROFILE: Final = "profile"
ATTR_START: Final = "start"
ATTR_END: Final = "end"
CHANGEABLE: Final = (ATTR_PROFILE, ATTR_START, ATTR_END, CONF_INFO_TEXT, CONF_NAME)


async def _plan_presence(
    call: ServiceCall, people: list[PersonTarget]
) -> ServiceResponse:
    """Plan a profile for each targeted person, from a start to an end."""
    start, end = _instant(call, ATTR_START), _instant(call, ATTR_END)
    info_text = checked_info_text(call.data.get(CONF_INFO_TEXT))
    name = checked_plan_name(call.data.get(CONF_NAME))
    # Every name is checked before anything is planned.
    wishes = [
        (
            coordinator.people[person_id],
            profile_named(
                coordinator.office,
                coordinator.people[person_id],
                call.data[ATTR_PROFILE],
            ),
        )
        for coordinator, person_id in people
    ]
    answers: list[JsonValueType] = []
    for state, profile in wishes:
        uid = await calendars_of_person(state).plan.async_add(
            start, end, profile.id, info_text, call.context.user_id, name
        )
        answers.append({"name": state.person.name, ATTR_PLANNED: uid})
    return {"people": answers}


async def async_plan(
    coordinator: OfficeCoordinator,
    person_id: str,
    profile: str,
    start: datetime,
    end: datetime,
    info_text: str | None,
    context: Context | None,
) -> None:
    """Plan a profile for one person; the caller has been authorised.

    Raises:
        ServiceValidationError: something of it is not valid; nothing was planned.
        HomeAssistantError: not saved; nothing was planned.
    """
    text = checked_info_text(info_text)
    state = coordinator.people[person_id]
    found = profile_named(coordinator.office, state, profile)
    by = context.user_id if context else None
    zone = dt_util.get_default_time_zone()
    await calendars_of_person(state).plan.async_add(
        utc(start, zone), utc(end, zone), found.id, text, by
    )


async def _change_planned_presence(
    call: ServiceCall, people: list[PersonTarget]
) -> None:
    """Change planned presence of one person."""
    if not call.data.keys() & set(CHANGEABLE):
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="nothing_to_change"
        )
    coordinator, person_id, plan = _planned(call, people)
    changes: dict[str, Any] = {
        field: _instant(call, field)
        for field in (ATTR_START, ATTR_END)
        if field in call.data
    }
    if (name := call.data.get(ATTR_PROFILE)) is not None:
        state = coordinator.people[person_id]
        changes[ATTR_PROFILE] = profile_named(coordinator.office, state, name).id
    if (text := call.data.get(CONF_INFO_TEXT)) is not None:
        changes["info_text"] = checked_info_text(text)
    if (text := call.data.get(CONF_NAME)) is not None:
        changes["name"] = checked_plan_name(text)
    await plan.async_change(call.data[ATTR_PLANNED], **changes)


async def _cancel_planned_presence(
    call: ServiceCall, people: list[PersonTarget]
) -> None:
    """Cancel planned presence of one person."""
    *_, plan = _planned(call, people)
    await plan.async_cancel(call.data[ATTR_PLANNED])


def _planned(
    call: ServiceCall, people: list[PersonTarget]
) -> tuple[OfficeCoordinator, str, PlannedPresences]:
    """Return the targeted person who has the plan; only one of several can have it.

    Raises:
        ServiceValidationError: none of them has planned this.
    """
    uid = call.data[ATTR_PLANNED]
    for coordinator, person_id in people:
        plan = calendars_of_person(coordinator.people[person_id]).plan
        if uid in plan:
            return coordinator, person_id, plan
    raise ServiceValidationError(
        translation_domain=DOMAIN, translation_key="not_planned"
    )


def _instant(call: ServiceCall, field: str) -> datetime:
    return utc(call.data[field], dt_util.get_default_time_zone())


ACTIONS: Final = (
    Action(
        name="cancel_planned_presence",
        permission=Permission.PLAN_PRESENCE,
        run=_cancel_planned_presence,
        fields={vol.Required(ATTR_PLANNED): cv.string},
    ),
    Action(
        name="change_planned_presence",
        permission=Permission.PLAN_PRESENCE,
        run=_change_planned_presence,
        fields={
            vol.Required(ATTR_PLANNED): cv.string,
            vol.Optional(ATTR_PROFILE): cv.string,
            vol.Optional(ATTR_START): cv.datetime,
            vol.Optional(ATTR_END): cv.datetime,
            vol.Optional(CONF_INFO_TEXT): cv.string,
            vol.Optional(CONF_NAME): cv.string,
        },
    ),
    Action(
        name="plan_presence",
        permission=Permission.PLAN_PRESENCE,
        run=_plan_presence,
        fields={
            vol.Required(ATTR_PROFILE): cv.string,
            vol.Required(ATTR_START): cv.datetime,
            vol.Required(ATTR_END): cv.datetime,
            vol.Optional(CONF_INFO_TEXT): cv.string,
            vol.Optional(CONF_NAME): cv.string,
        },
        response=SupportsResponse.OPTIONAL,
    ),
)
