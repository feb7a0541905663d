"""Actions by which people sign in at Microsoft for themselves."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.core import Context, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..const import CONF_CONNECTED, CONF_MICROSOFT, CONF_REMEMBER, DOMAIN
from ..groupware.microsoft.account import LONGEST_NAME
from ..groupware.microsoft.failures import SignInRefused
from ..groupware.source import SignInNeeded, SourceError
from ..microsoft.ownership import Ownership
from ..microsoft.sign_in import async_sign_out, code_of, reason_of
from ..microsoft.sign_in_sessions import (
    BROWSER,
    CODE,
    NOTHING_TO_CONFIRM,
    async_begin,
    attempt_of,
    report_outcome,
)
from ..operations.authorization import async_actor
from ..presence.permission.policy import Permission, Role
from .service import Action, PersonTarget

ATTR_WAY: Final = "way"
ATTR_ACCOUNT: Final = "account"
ATTR_ACCEPT: Final = "accept"
CONFIRM: Final[VolDictType] = {
    vol.Optional(ATTR_ACCOUNT): vol.All(cv.string, vol.Length(min=1, max=LONGEST_NAME)),
    vol.Optional(ATTR_ACCEPT, default=True): cv.boolean,
}
"""``account``: the one that was shown; without it nothing is confirmed."""


async def _sign_in(call: ServiceCall, people: list[PersonTarget]) -> ServiceResponse:
    """Begin a sign-in, and return what the person has to do."""
    coordinator, person_id = one_of(people)
    said: dict[str, Any] = {
        key: call.data[key] for key in (CONF_REMEMBER,) if key in call.data
    }
    hass, entry = coordinator.hass, coordinator.entry
    try:
        attempt = await async_begin(
            hass, entry, person_id, said, call.data.get(ATTR_WAY)
        )
    except SourceError as error:
        raise not_begun(error) from error
    report_outcome(hass, entry, person_id, attempt)
    return {
        "way": attempt.way,
        "code": attempt.code or None,
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


async def confirm(
    person: PersonTarget, said: Mapping[str, Any], context: Context | None
) -> dict[str, Any]:
    """Return the account that waits for confirmation; confirm or decline the one named."""
    coordinator, person_id = person
    attempt = attempt_of(coordinator.hass, person_id)
    waits = attempt.to_confirm if attempt else None
    if attempt is None or waits is None:
        raise not_begun(SignInRefused(NOTHING_TO_CONFIRM))
    if said.get(ATTR_ACCOUNT) is not None:
        if said[ATTR_ACCEPT]:
            actor = await async_actor(coordinator, person_id, context)
            try:
                await attempt.async_confirm(
                    said[ATTR_ACCOUNT], by_administrator=Role.ADMIN in actor.roles
                )
            except SourceError as error:
                raise not_begun(error) from error
        else:
            attempt.decline()
    return account_shown(waits)


def account_shown(waits: Ownership) -> dict[str, Any]:
    """Return whose account was signed in, as actions and cards show it."""
    return {
        "account": waits.name,
        "expected": waits.expected or None,
        "fits": waits.fits,
        "administrator_needed": waits.doubt is not None,
    }


async def _confirm(call: ServiceCall, people: list[PersonTarget]) -> ServiceResponse:
    return await confirm(one_of(people), call.data, call.context)


def one_of(people: list[PersonTarget]) -> PersonTarget:
    """Return the one targeted person.

    Raises:
        ServiceValidationError: there are several.
    """
    if len(people) > 1:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="one_person_at_a_time"
        )
    (person,) = people
    return person


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
        fields={
            vol.Optional(CONF_REMEMBER): cv.boolean,
            vol.Optional(ATTR_WAY): vol.In((BROWSER, CODE)),
        },
        response=SupportsResponse.ONLY,
    ),
    Action(
        name="confirm_microsoft",
        permission=Permission.CONNECT_MICROSOFT,
        run=_confirm,
        fields=CONFIRM,
        response=SupportsResponse.OPTIONAL,
    ),
    Action(
        name="sign_out_microsoft",
        permission=Permission.CONNECT_MICROSOFT,
        run=_sign_out,
        fields={},
    ),
)
