"""Actions that choose a profile by hand."""

from typing import Final

from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..const import CONF_ENDING, CONF_INFO_TEXT, DOMAIN
from ..languages import texts_in
from ..operations.available_profiles import profile_named
from ..operations.choice import async_choose, async_resume_automatic, async_undo
from ..operations.dismissals import async_dismiss, async_restore
from ..operations.outcome import async_outcome
from ..operations.planning import checked_info_text
from ..presence.model import EndingKind
from ..presence.permission.policy import Permission
from .end_fields import END_FIELDS, end_of
from .service import Action, PersonTarget

ATTR_ITEM: Final = "item"
ATTR_PROFILE: Final = "profile"


async def _set_profile(
    call: ServiceCall, people: list[PersonTarget]
) -> ServiceResponse:
    """Choose a profile manually for each targeted person."""
    until = end_of(call)
    ending: EndingKind | None = call.data.get(CONF_ENDING)
    if until is not None and ending is not None:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="ambiguous_end"
        )
    info_text: str | None = call.data.get(CONF_INFO_TEXT)
    checked_info_text(info_text)
    name = call.data[ATTR_PROFILE]
    # Every name is checked before anybody is changed.
    wishes = [
        (
            coordinator,
            person_id,
            profile_named(coordinator.office, coordinator.people[person_id], name),
        )
        for coordinator, person_id in people
    ]
    for coordinator, person_id, profile in wishes:
        await async_choose(
            coordinator,
            person_id,
            profile,
            until=until,
            info_text=info_text,
            ending=ending,
            context=call.context,
        )
    return await _outcome(call, people)


async def _resume_automatic(
    call: ServiceCall, people: list[PersonTarget]
) -> ServiceResponse:
    """End the manual choice of each targeted person."""
    for coordinator, person_id in people:
        await async_resume_automatic(coordinator, person_id, call.context)
    return await _outcome(call, people)


async def _undo_choice(call: ServiceCall, people: list[PersonTarget]) -> None:
    """Take back the last choice of each targeted person."""
    for coordinator, person_id in people:
        await async_undo(coordinator, person_id, call.context)


async def _dismiss(call: ServiceCall, people: list[PersonTarget]) -> ServiceResponse:
    """Dismiss an automatic input of each targeted person."""
    for coordinator, person_id in people:
        item = call.data.get(ATTR_ITEM)
        await async_dismiss(coordinator, person_id, item, call.context)
    return await _outcome(call, people)


async def _restore(call: ServiceCall, people: list[PersonTarget]) -> ServiceResponse:
    """Restore what was dismissed for each targeted person."""
    for coordinator, person_id in people:
        item = call.data.get(ATTR_ITEM)
        await async_restore(coordinator, person_id, item, call.context)
    return await _outcome(call, people)


async def _outcome(call: ServiceCall, people: list[PersonTarget]) -> ServiceResponse:
    """Return each targeted person's state, if the caller asks for a response."""
    if not call.return_response:
        return None
    answers: list[JsonValueType] = []
    for coordinator, person_id in people:
        texts = texts_in(coordinator.hass.config.language)
        answers.append(await async_outcome(coordinator, person_id, texts, call.context))
    return {"people": answers}


ACTIONS: Final = (
    Action(
        name="dismiss",
        permission=Permission.CHOOSE_PROFILE,
        run=_dismiss,
        response=SupportsResponse.OPTIONAL,
        fields={vol.Optional(ATTR_ITEM): cv.string},
    ),
    Action(
        name="restore",
        permission=Permission.CHOOSE_PROFILE,
        run=_restore,
        response=SupportsResponse.OPTIONAL,
        fields={vol.Optional(ATTR_ITEM): cv.string},
    ),
    Action(
        name="resume_automatic",
        permission=Permission.CHOOSE_PROFILE,
        run=_resume_automatic,
        response=SupportsResponse.OPTIONAL,
        fields={},
    ),
    Action(
        name="set_profile",
        permission=Permission.CHOOSE_PROFILE,
        run=_set_profile,
        response=SupportsResponse.OPTIONAL,
        fields={
            vol.Required(ATTR_PROFILE): cv.string,
            vol.Optional(CONF_INFO_TEXT): cv.string,
            vol.Optional(CONF_ENDING): vol.All(
                vol.Coerce(EndingKind), vol.NotIn((EndingKind.FIXED_TIME,))
            ),
            **END_FIELDS,
        },
    ),
    Action(
        name="undo_choice",
        permission=Permission.CHOOSE_PROFILE,
        run=_undo_choice,
        fields={},
    ),
)
