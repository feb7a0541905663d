"""Actions on own profiles, and on the adjustments that the office permits."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.const import CONF_MODE, CONF_NAME, CONF_TARGET
from homeassistant.core import Context, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..const import (
    CONF_ENABLED,
    CONF_KIND,
    CONF_REDIRECT,
    CONF_RING_SECONDS,
    CONF_VALUE,
    DOMAIN,
)
from ..coordinator import OfficeCoordinator
from ..operations.profiles import (
    as_it_is,
    async_change,
    async_create,
    async_delete,
    async_reset,
    subentry_named,
)
from ..operations.redirect import target_called
from ..presence.line import Condition
from ..presence.model import RedirectMode
from ..presence.permission.policy import Permission
from ..settings.profile_fields import (
    OWN_FIELDS,
    RING_SECONDS,
    action_schema,
    later_redirect_fields,
)
from .end_fields import whole
from .service import Action, PersonTarget

ATTR_CONDITION: Final = "condition"
ATTR_COPY_OF: Final = "copy_of"
ATTR_PROFILE: Final = "profile"

REDIRECT: Final[VolDictType] = {
    vol.Optional(CONF_MODE): vol.In([mode.value for mode in RedirectMode]),
    vol.Optional(ATTR_CONDITION, default=Condition.UNCONDITIONAL.value): vol.In(
        [condition.value for condition in Condition]
    ),
    vol.Optional(CONF_TARGET): cv.string,
    vol.Optional(CONF_RING_SECONDS): vol.All(whole, vol.Range(*RING_SECONDS)),
}


async def create(
    target_person: PersonTarget, data: Mapping[str, Any], context: Context | None
) -> str:
    """Create an own profile from the fields of an action or command; return its id.

    Raises:
        ServiceValidationError: as :func:`async_create`.
    """
    coordinator, person_id = target_person
    copy_of = data.get(ATTR_COPY_OF)
    before: Mapping[str, Any] = {}
    if copy_of is not None:
        like = subentry_named(coordinator, person_id, copy_of)
        before = as_it_is(coordinator, person_id, like)
    return await async_create(
        coordinator,
        person_id,
        data[CONF_NAME],
        _stored_fields(coordinator, person_id, data, before),
        context,
        copy_of=copy_of,
    )


async def change(
    target_person: PersonTarget, data: Mapping[str, Any], context: Context | None
) -> None:
    """Change a profile from the fields of an action or command.

    Raises:
        ServiceValidationError: as :func:`async_change`.
    """
    coordinator, person_id = target_person
    profile = subentry_named(coordinator, person_id, data[ATTR_PROFILE])
    before = as_it_is(coordinator, person_id, profile)
    changes = _stored_fields(coordinator, person_id, data, before)
    await async_change(coordinator, person_id, profile.subentry_id, changes, context)


async def _create_profile(
    call: ServiceCall, people: list[PersonTarget]
) -> ServiceResponse:
    """Create an own profile for one person."""
    return {"profile_id": await create(_one(people), call.data, call.context)}


async def _change_profile(call: ServiceCall, people: list[PersonTarget]) -> None:
    """Change an own profile of one person, or adjust one of the office's."""
    await change(_one(people), call.data, call.context)


async def _delete_profile(call: ServiceCall, people: list[PersonTarget]) -> None:
    """Delete an own profile of one person."""
    coordinator, person_id = _one(people)
    await async_delete(coordinator, person_id, call.data[ATTR_PROFILE])


async def _reset_profile(call: ServiceCall, people: list[PersonTarget]) -> None:
    """Drop one person's adjustments of an office profile."""
    coordinator, person_id = _one(people)
    await async_reset(coordinator, person_id, call.data[ATTR_PROFILE])


def _one(people: list[PersonTarget]) -> PersonTarget:
    if len(people) > 1:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="one_person_at_a_time"
        )
    return people[0]


def _stored_fields(
    coordinator: OfficeCoordinator,
    person_id: str,
    data: Mapping[str, Any],
    before: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the fields of a call in the form in which a profile is stored."""
    changes = {key: data[key] for key in OWN_FIELDS if key in data}
    if CONF_MODE in data or CONF_TARGET in data:
        redirect = dict(before.get(CONF_REDIRECT, {}))
        mode = data.get(CONF_MODE, RedirectMode.FORWARD.value)
        if mode != RedirectMode.FORWARD or redirect.get(CONF_MODE) != mode:
            redirect = later_redirect_fields(redirect)
        redirect[CONF_MODE] = mode
        if typed := data.get(CONF_TARGET):
            target = target_called(coordinator, person_id, typed)
            redirect[data[ATTR_CONDITION]] = {
                CONF_KIND: target.kind.value,
                CONF_VALUE: target.value,
            }
        if seconds := data.get(CONF_RING_SECONDS):
            redirect[CONF_RING_SECONDS] = seconds
        changes[CONF_REDIRECT] = redirect
    return changes


CREATE: Final[VolDictType] = {
    vol.Required(CONF_NAME): cv.string,
    vol.Optional(ATTR_COPY_OF): cv.string,
    **action_schema(without=frozenset({CONF_ENABLED})),
    **REDIRECT,
}
CHANGE: Final[VolDictType] = {
    vol.Required(ATTR_PROFILE): cv.string,
    **action_schema(),
    **REDIRECT,
}
NAMED: Final[VolDictType] = {vol.Required(ATTR_PROFILE): cv.string}
ACTIONS: Final = (
    Action(
        name="change_profile",
        permission=Permission.EDIT_PROFILES,
        run=_change_profile,
        fields=CHANGE,
    ),
    Action(
        name="create_profile",
        permission=Permission.EDIT_PROFILES,
        run=_create_profile,
        fields=CREATE,
        response=SupportsResponse.OPTIONAL,
    ),
    Action(
        name="delete_profile",
        permission=Permission.EDIT_PROFILES,
        run=_delete_profile,
        fields=NAMED,
    ),
    Action(
        name="reset_profile",
        permission=Permission.EDIT_PROFILES,
        run=_reset_profile,
        fields=NAMED,
    ),
)
