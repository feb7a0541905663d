"""The actions of xpresence; each acts on the people its target names."""

from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.const import CONF_FOR, CONF_MODE, CONF_TARGET
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.target import (
    TargetSelection,
    async_extract_referenced_entity_ids,
)
from homeassistant.helpers.typing import VolDictType
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .const import CONF_INFO_TEXT, CONF_RING_SECONDS, DOMAIN
from .coordinator import OfficeCoordinator
from .offered import profile_named
from .own_redirect import (
    async_ring,
    async_set_agent,
    async_set_follow_me,
    async_set_redirect,
    target_called,
)
from .presence.line import AgentState, Condition
from .presence.model import RedirectMode

ATTR_CONDITION: Final = "condition"
ATTR_PROFILE: Final = "profile"
ATTR_UNTIL: Final = "until"
INFO_TEXT_LENGTH: Final = 255

ATTR_DEVICE: Final = "device"
ATTR_STATUS: Final = "status"

SERVICE_RESUME_AUTOMATIC: Final = "resume_automatic"
SERVICE_RING_REDIRECT: Final = "ring_redirect"
SERVICE_SET_AGENT_STATUS: Final = "set_agent_status"
SERVICE_SET_FOLLOW_ME: Final = "set_follow_me"
SERVICE_SET_PROFILE: Final = "set_profile"
SERVICE_SET_REDIRECT: Final = "set_redirect"

_END: VolDictType = {
    vol.Optional(ATTR_UNTIL): cv.datetime,
    vol.Optional(CONF_FOR): cv.positive_time_period,
}

SET_PROFILE_SCHEMA = vol.Schema(
    {
        **cv.ENTITY_SERVICE_FIELDS,
        vol.Required(ATTR_PROFILE): cv.string,
        vol.Optional(CONF_INFO_TEXT): vol.All(
            cv.string, vol.Length(max=INFO_TEXT_LENGTH)
        ),
        **_END,
    }
)
SET_REDIRECT_SCHEMA = vol.Schema(
    {
        **cv.ENTITY_SERVICE_FIELDS,
        vol.Required(CONF_MODE): vol.Coerce(RedirectMode),
        vol.Optional(ATTR_CONDITION, default=Condition.UNCONDITIONAL): vol.Coerce(
            Condition
        ),
        vol.Optional(CONF_TARGET): cv.string,
        vol.Optional(CONF_RING_SECONDS): vol.All(
            vol.Coerce(int), vol.Range(min=5, max=120)
        ),
        **_END,
    }
)
SET_FOLLOW_ME_SCHEMA = vol.Schema(
    {**cv.ENTITY_SERVICE_FIELDS, vol.Optional(ATTR_DEVICE): cv.string}
)
SET_AGENT_STATUS_SCHEMA = vol.Schema(
    {**cv.ENTITY_SERVICE_FIELDS, vol.Required(ATTR_STATUS): vol.Coerce(AgentState)}
)
PEOPLE_SCHEMA = vol.Schema(cv.ENTITY_SERVICE_FIELDS)


async def _set_profile(call: ServiceCall) -> None:
    """Choose a profile by hand for everybody meant."""
    until = _end(call)
    name = call.data[ATTR_PROFILE]
    # Every name is checked before anybody is changed.
    wishes = [
        (
            coordinator,
            person_id,
            profile_named(coordinator.office, coordinator.people[person_id], name),
        )
        for coordinator, person_id in people_of(call.hass, call.data)
    ]
    for coordinator, person_id, profile in wishes:
        await coordinator.async_choose(
            person_id,
            profile,
            until=until,
            info_text=call.data.get(CONF_INFO_TEXT),
            context=call.context,
        )


async def _set_redirect(call: ServiceCall) -> None:
    """Set the own redirect of everybody meant."""
    until = _end(call)
    mode: RedirectMode = call.data[CONF_MODE]
    said = call.data.get(CONF_TARGET)
    if mode is RedirectMode.FORWARD and not said:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="target_missing"
        )
    wishes = [
        (
            coordinator,
            person_id,
            target_called(coordinator, person_id, said)
            if mode is RedirectMode.FORWARD and said
            else None,
        )
        for coordinator, person_id in people_of(call.hass, call.data)
    ]
    for coordinator, person_id, target in wishes:
        await async_set_redirect(
            coordinator,
            person_id,
            mode,
            call.data[ATTR_CONDITION],
            target,
            ring_seconds=call.data.get(CONF_RING_SECONDS),
            until=until,
        )


async def _resume_automatic(call: ServiceCall) -> None:
    """Release the choice of everybody meant."""
    for coordinator, person_id in people_of(call.hass, call.data):
        await coordinator.async_resume_automatic(person_id)


async def _set_follow_me(call: ServiceCall) -> None:
    """Switch everybody's follow-me."""
    for coordinator, person_id in people_of(call.hass, call.data):
        await async_set_follow_me(coordinator, person_id, call.data.get(ATTR_DEVICE))


async def _set_agent_status(call: ServiceCall) -> None:
    """Set everybody's TeamDesk status."""
    for coordinator, person_id in people_of(call.hass, call.data):
        await async_set_agent(coordinator, person_id, call.data[ATTR_STATUS])


async def _ring_redirect(call: ServiceCall) -> None:
    """Call everybody meant."""
    for coordinator, person_id in people_of(call.hass, call.data):
        await async_ring(coordinator, person_id)


ACTIONS: Final = (
    (SERVICE_RESUME_AUTOMATIC, _resume_automatic, PEOPLE_SCHEMA),
    (SERVICE_RING_REDIRECT, _ring_redirect, PEOPLE_SCHEMA),
    (SERVICE_SET_AGENT_STATUS, _set_agent_status, SET_AGENT_STATUS_SCHEMA),
    (SERVICE_SET_FOLLOW_ME, _set_follow_me, SET_FOLLOW_ME_SCHEMA),
    (SERVICE_SET_PROFILE, _set_profile, SET_PROFILE_SCHEMA),
    (SERVICE_SET_REDIRECT, _set_redirect, SET_REDIRECT_SCHEMA),
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register every action."""
    for name, action, schema in ACTIONS:
        hass.services.async_register(DOMAIN, name, action, schema)


@callback
def people_of(
    hass: HomeAssistant, data: dict[str, Any]
) -> list[tuple[OfficeCoordinator, str]]:
    """Return the people a target names: by any of their entities, or themselves.

    Raises:
        ServiceValidationError: nobody of xpresence is meant.
    """
    selected = async_extract_referenced_entity_ids(hass, TargetSelection(data))
    meant = selected.referenced | selected.indirectly_referenced
    registry = er.async_get(hass)
    people_ids = {
        entry.config_subentry_id
        for entity_id in meant
        if (entry := registry.async_get(entity_id)) and entry.platform == DOMAIN
    }
    people = [
        (coordinator, person_id)
        for coordinator in coordinators(hass)
        for person_id in coordinator.people
        if person_id in people_ids or coordinator.home_person(person_id) in meant
    ]
    if not people:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="no_person"
        )
    return people


@callback
def coordinators(hass: HomeAssistant) -> list[OfficeCoordinator]:
    """Return the coordinator of every phone system that is set up."""
    return [
        entry.runtime_data for entry in hass.config_entries.async_loaded_entries(DOMAIN)
    ]


def _end(call: ServiceCall) -> datetime | None:
    """Return when the wish ends; ``None`` if it was not said."""
    until: datetime | None = call.data.get(ATTR_UNTIL)
    duration: timedelta | None = call.data.get(CONF_FOR)
    if until is not None and duration is not None:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="ambiguous_end"
        )
    now = dt_util.utcnow()
    if duration is not None:
        return now + duration
    if until is None:
        return None
    end = dt_util.as_utc(until)
    if end <= now:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="end_in_the_past"
        )
    return end
