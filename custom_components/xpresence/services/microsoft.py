"""Actions by which people sign in at Microsoft for themselves."""

from typing import Any, Final

from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..const import CONF_CONNECTED, CONF_MICROSOFT, CONF_REMEMBER, DOMAIN
from ..groupware.source import SignInNeeded, SourceError
from ..microsoft.sign_in import async_sign_out, code_of, reason_of
from ..microsoft.sign_in_sessions import async_begin, report_outcome
from ..presence.permission.policy import Permission
from .service import Action, PersonTarget


async def _sign_in(call: ServiceCall, people: list[PersonTarget]) -> ServiceResponse:
    """Begin a sign-in, and return what the person has to do."""
    if len(people) > 1:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="one_person_at_a_time"
        )
    ((coordinator, person_id),) = people
    said: dict[str, Any] = {
        key: call.data[key] for key in (CONF_REMEMBER,) if key in call.data
    }
    hass, entry = coordinator.hass, coordinator.entry
    try:
        attempt = await async_begin(hass, entry, person_id, said)
    except SourceError as error:
        raise not_begun(error) from error
    report_outcome(hass, entry, person_id, attempt)
    return {
        "code": attempt.code,
        "page": attempt.page,
        "expires": attempt.expires.isoformat(),
    }


def not_begun(error: SourceError) -> HomeAssistantError:
    """Return the error that says why no code was given."""
    kind = (
        ServiceValidationError
        if isinstance(error, SignInNeeded)
        else HomeAssistantError
    )
    return kind(
        translation_domain=DOMAIN,
        translation_key=f"microsoft_{reason_of(error)}",
        translation_placeholders={"code": code_of(error), "permissions": "–"},
    )


async def _sign_out(_call: ServiceCall, people: list[PersonTarget]) -> None:
    """Remove the stored sign-in of each targeted person."""
    for coordinator, person_id in people:
        account = coordinator.settings(person_id).get(CONF_MICROSOFT, {})
        if not account.get(CONF_CONNECTED):
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="microsoft_not_signed_in_at_all",
                translation_placeholders={
                    "person": coordinator.office.people[person_id].name
                },
            )
    for coordinator, person_id in people:
        await async_sign_out(coordinator.hass, coordinator.entry, person_id)


ACTIONS: Final = (
    Action(
        name="sign_in_microsoft",
        permission=Permission.CONNECT_MICROSOFT,
        run=_sign_in,
        fields={vol.Optional(CONF_REMEMBER): cv.boolean},
        response=SupportsResponse.ONLY,
    ),
    Action(
        name="sign_out_microsoft",
        permission=Permission.CONNECT_MICROSOFT,
        run=_sign_out,
        fields={},
    ),
)
