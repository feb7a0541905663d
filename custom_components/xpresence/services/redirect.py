"""Actions on a person's own redirect, follow-me and TeamDesk status."""

from typing import Final

from homeassistant.const import CONF_MODE, CONF_TARGET
from homeassistant.core import ServiceCall
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..const import CONF_RING_SECONDS, DOMAIN
from ..operations.calls import async_call, async_ring
from ..operations.redirect import (
    async_check_redirect,
    async_set_agent,
    async_set_follow_me,
    async_set_redirect,
    target_called,
)
from ..presence.line import AgentState, Condition
from ..presence.model import RedirectMode
from ..presence.permission.policy import Permission
from .end_fields import END_FIELDS, end_of, whole
from .service import Action, PersonTarget

ATTR_CONDITION: Final = "condition"
ATTR_DEVICE: Final = "device"
ATTR_STATUS: Final = "status"
ATTR_TO: Final = "to"


async def _set_redirect(call: ServiceCall, people: list[PersonTarget]) -> None:
    """Set the own redirect of each targeted person."""
    until = end_of(call)
    mode: RedirectMode = call.data[CONF_MODE]
    said = call.data.get(CONF_TARGET)
    if mode is RedirectMode.FORWARD and not said:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="target_missing"
        )
    if mode is RedirectMode.UNCHANGED and until is not None:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="end_of_nothing"
        )
    wishes = [
        (
            coordinator,
            person_id,
            target_called(coordinator, person_id, said)
            if mode is RedirectMode.FORWARD and said
            else None,
        )
        for coordinator, person_id in people
    ]
    for coordinator, person_id, target in wishes:
        await async_check_redirect(
            coordinator,
            person_id,
            mode,
            call.data[ATTR_CONDITION],
            target,
            call.context,
            ring_seconds=call.data.get(CONF_RING_SECONDS),
        )
    for coordinator, person_id, target in wishes:
        await async_set_redirect(
            coordinator,
            person_id,
            mode,
            call.data[ATTR_CONDITION],
            target,
            call.context,
            ring_seconds=call.data.get(CONF_RING_SECONDS),
            until=until,
        )


async def _set_follow_me(call: ServiceCall, people: list[PersonTarget]) -> None:
    """Switch follow-me of each targeted person."""
    for coordinator, person_id in people:
        device = call.data.get(ATTR_DEVICE)
        await async_set_follow_me(coordinator, person_id, device, call.context)


async def _set_agent_status(call: ServiceCall, people: list[PersonTarget]) -> None:
    """Set the TeamDesk status of each targeted person."""
    for coordinator, person_id in people:
        status = call.data[ATTR_STATUS]
        await async_set_agent(coordinator, person_id, status, call.context)


async def _ring_redirect(call: ServiceCall, people: list[PersonTarget]) -> None:
    """Call each targeted person."""
    for coordinator, person_id in people:
        await async_ring(coordinator, person_id, call.context)


async def _call(call: ServiceCall, people: list[PersonTarget]) -> None:
    """Call somebody from each targeted person's telephone."""
    for coordinator, person_id in people:
        await async_call(coordinator, person_id, call.data[ATTR_TO], call.context)


ACTIONS: Final = (
    Action(
        name="call",
        permission=Permission.CALL,
        run=_call,
        fields={vol.Required(ATTR_TO): cv.string},
    ),
    Action(
        name="ring_redirect",
        permission=Permission.CHANGE_REDIRECT,
        run=_ring_redirect,
        fields={},
    ),
    Action(
        name="set_agent_status",
        permission=Permission.SET_AGENT_STATUS,
        run=_set_agent_status,
        fields={vol.Required(ATTR_STATUS): vol.Coerce(AgentState)},
    ),
    Action(
        name="set_follow_me",
        permission=None,
        run=_set_follow_me,
        fields={vol.Optional(ATTR_DEVICE): cv.string},
    ),
    Action(
        name="set_redirect",
        permission=None,
        run=_set_redirect,
        fields={
            vol.Required(CONF_MODE): vol.Coerce(RedirectMode),
            vol.Optional(ATTR_CONDITION, default=Condition.UNCONDITIONAL): vol.Coerce(
                Condition
            ),
            vol.Optional(CONF_TARGET): cv.string,
            vol.Optional(CONF_RING_SECONDS): vol.All(whole, vol.Range(min=5, max=120)),
            **END_FIELDS,
        },
    ),
)
