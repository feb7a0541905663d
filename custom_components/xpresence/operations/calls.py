"""Calls that the phone system places for a person."""

from typing import Final

from homeassistant.core import Context
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from ..const import DOMAIN
from ..coordinator import OfficeCoordinator
from ..presence.line import Destination, DestinationKind
from ..presence.model import Target, TargetKind
from ..presence.permission.policy import Permission
from ..presence.redirect.numbers import BadNumber, NumberProblem, dialled, parse
from ..presence.redirect.numbers.codes import has_code
from ..presence.redirect.numbers.kinds import destination_kinds
from ..telephony.driver import (
    RINGS_FOR,
    Capability,
    NoTelephone,
    NotSupported,
    PhoneSystemError,
)
from .authorization import async_authorize, async_authorize_destinations
from .redirect import UNKNOWN_TARGET, async_check_setting, target_called

CALLS_A_MINUTE: Final = 3
"""Calls that are placed for each person."""
EMERGENCY: Final = f"own_redirect_number_{NumberProblem.EMERGENCY.value}"


async def async_call(
    coordinator: OfficeCoordinator,
    person_id: str,
    to: str,
    context: Context | None,
    *,
    satellite: str | None = None,
) -> None:
    """Ring a person's telephone and, once it is answered, call somebody from it.

    ``to``: a colleague, one of the person's own devices, or a number, as a target of a
    redirect is written. It leads no further than the caller could redirect to.

    Raises:
        ServiceValidationError: it is nobody that can be called, too far, or too often.
        HomeAssistantError: the phone system cannot, or did not.
    """
    await async_authorize(
        coordinator, person_id, Permission.CALL, context, satellite=satellite
    )
    if Capability.DIAL not in coordinator.system.capabilities:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="call_not_supported"
        )
    number = _number(coordinator, person_id, _target(coordinator, person_id, to))
    style = coordinator.number_format
    kinds = destination_kinds(Destination(DestinationKind.NUMBER, number), style)
    await async_authorize_destinations(
        coordinator, person_id, kinds, context, satellite=satellite
    )
    take_call_turn(coordinator, person_id)
    extension = coordinator.people[person_id].person.extension
    try:
        await coordinator.system.dial(extension, number)
    except NotSupported as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="call_not_supported"
        ) from error
    except NoTelephone as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="call_no_telephone"
        ) from error
    except PhoneSystemError as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="call_failed"
        ) from error


async def async_ring(
    coordinator: OfficeCoordinator, person_id: str, context: Context | None
) -> None:
    """Call the person's extension as if it called itself, to hear where calls go.

    It calls where the caller could redirect to themselves, three times a minute and
    one call at a time.

    Raises:
        ServiceValidationError: too often, or the call would lead too far.
        HomeAssistantError: the phone system cannot, or did not.
    """
    state = coordinator.people[person_id]
    if state.line is None:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="redirect_unread"
        )
    await async_check_setting(coordinator, person_id, state.line.forwarding, context)
    take_call_turn(coordinator, person_id)
    try:
        await coordinator.system.ring(state.person.extension)
    except PhoneSystemError as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="ring_failed"
        ) from error


def take_call_turn(coordinator: OfficeCoordinator, person_id: str) -> None:
    """Count a call that is placed for a person.

    Raises:
        ServiceValidationError: the last one may still ring, or too many in a minute.
    """
    state = coordinator.people[person_id]
    now = coordinator.hass.loop.time()
    calls = [at for at in state.rings if now - at < 60]
    if len(calls) >= CALLS_A_MINUTE or any(now - at < RINGS_FOR for at in calls):
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="ring_too_often"
        )
    state.rings = (*calls, now)


def _target(coordinator: OfficeCoordinator, person_id: str, said: str) -> Target:
    try:
        return target_called(coordinator, person_id, said)
    except ServiceValidationError as error:
        words = {EMERGENCY: "call_emergency", UNKNOWN_TARGET: "call_nobody"}
        if (key := words.get(error.translation_key or "")) is None:
            raise
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key=key
        ) from error


def _number(coordinator: OfficeCoordinator, person_id: str, target: Target) -> str:
    """Return what is dialled to reach a target.

    Raises:
        ServiceValidationError: it is the person, or nobody that can be called.
    """
    match target.kind:
        case TargetKind.PERSON if target.value and target.value != person_id:
            return coordinator.office.people[target.value].extension
        case TargetKind.NUMBER if target.value:
            said = target.value
            if has_code(said):
                # A feature code does something else than call somebody.
                raise ServiceValidationError(
                    translation_domain=DOMAIN, translation_key="call_nobody"
                )
        case TargetKind.DEVICE:
            devices = coordinator.people[person_id].person.devices
            said = next(d.number for d in devices if d.id == target.value)
        case _:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="call_nobody"
            )
    style = coordinator.number_format
    try:
        return dialled(parse(said, style), style)
    except BadNumber as error:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key=f"own_redirect_number_{error.problem.value}",
        ) from error
