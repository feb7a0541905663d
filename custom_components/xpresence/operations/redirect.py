"""What a person sets of their own, as if at the desk: redirect, follow-me, hotline."""

from datetime import datetime

from homeassistant.core import Context
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from ..const import DOMAIN
from ..coordinator import OfficeCoordinator
from ..engine.events import set_entity_context
from ..engine.exceptions import not_set_error, raise_refusals
from ..engine.side_effects import set_agent
from ..presence.line import AgentState, Condition, ForwardingState
from ..presence.model import RedirectMode, RedirectRule, Target, TargetKind
from ..presence.redirect.numbers import BadNumber, parse
from ..presence.redirect.parts import Part, changed, known
from ..presence.redirect.plan import NotRead
from ..presence.redirect.targets import resolve
from ..telephony.driver import Capability, PhoneSystemError
from .authorization import async_origin


def target_called(coordinator: OfficeCoordinator, person_id: str, said: str) -> Target:
    """Return the target that somebody wrote or said.

    Raises:
        ServiceValidationError: it is nothing that calls can go to.
    """
    word = said.strip().casefold()
    if word == TargetKind.VOICEMAIL:
        return Target(TargetKind.VOICEMAIL)
    for device in coordinator.people[person_id].person.devices:
        if device.name.casefold() == word:
            return Target(TargetKind.DEVICE, device.id)
    for person in coordinator.office.people.values():
        if word in (person.name.casefold(), coordinator.person_entity_id(person.id)):
            return Target(TargetKind.PERSON, person.id)
    try:
        return Target(TargetKind.NUMBER, parse(said, coordinator.number_format))
    except BadNumber as error:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="unknown_target"
        ) from error


async def async_set_redirect(
    coordinator: OfficeCoordinator,
    person_id: str,
    mode: RedirectMode,
    condition: Condition,
    target: Target | None,
    context: Context | None,
    *,
    ring_seconds: int | None = None,
    until: datetime | None = None,
) -> None:
    """Set a person's own redirect.

    *Forward* and *off* last until another claim decides the redirect, or until the
    end that was given. *Unchanged* gives the redirect back to the profile.

    Raises:
        ServiceValidationError: a loop, or a target that is not to be had.
        HomeAssistantError: not saved, or not followed by the phone system.
    """
    change: ForwardingState | None
    match mode:
        case RedirectMode.FORWARD:
            change = _resolved(coordinator, person_id, condition, target, ring_seconds)
        case RedirectMode.OFF:
            change = changed(ForwardingState(), {Part(condition.value): None})
        case RedirectMode.UNCHANGED:
            change = None
    await _change(coordinator, person_id, change, until, context)


async def async_set_follow_me(
    coordinator: OfficeCoordinator,
    person_id: str,
    device: str | None,
    context: Context | None,
) -> None:
    """Switch follow-me to one of the person's devices, or with ``None`` off.

    Raises:
        ServiceValidationError: the person has no such device.
        HomeAssistantError: not saved, not possible, or not followed yet.
    """
    if Capability.FOLLOW_ME not in coordinator.system.capabilities:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="redirect_unsupported"
        )
    number: str | None = None
    if device is not None:
        desired = device.strip().casefold()
        devices = coordinator.people[person_id].person.devices
        try:
            found = next(d for d in devices if d.name.casefold() == desired)
        except StopIteration as error:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="unknown_device",
                translation_placeholders={
                    "offered": ", ".join(d.name for d in devices)
                },
            ) from error
        number = found.number
    forwarding = ForwardingState(follow_me=number)
    await _change(coordinator, person_id, forwarding, None, context)


async def async_set_agent(
    coordinator: OfficeCoordinator,
    person_id: str,
    agent: AgentState,
    context: Context | None,
) -> None:
    """Set the person's TeamDesk status in all of their queues.

    Raises:
        ServiceValidationError: the person is in no queue.
        HomeAssistantError: the phone system did not follow.
    """
    state = coordinator.people[person_id]
    if not state.person.queues:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="no_queue",
            translation_placeholders={"person": state.person.name},
        )
    set_entity_context(state, await async_origin(coordinator, person_id, context))
    try:
        await set_agent(coordinator.system, state, agent)
    except PhoneSystemError as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="agent_not_set"
        ) from error


async def async_ring(coordinator: OfficeCoordinator, person_id: str) -> None:
    """Call the person's extension, to hear where calls go.

    Raises:
        HomeAssistantError: the phone system cannot, or did not.
    """
    try:
        await coordinator.system.ring(coordinator.people[person_id].person.extension)
    except PhoneSystemError as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="ring_failed"
        ) from error


async def _change(
    coordinator: OfficeCoordinator,
    person_id: str,
    change: ForwardingState | None,
    until: datetime | None,
    context: Context | None,
) -> None:
    state = coordinator.people[person_id]
    state.redirect_origin = await async_origin(coordinator, person_id, context)
    set_entity_context(state, state.redirect_origin)
    try:
        await state.loop.async_own_change(change, until)
    except OSError as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="not_saved"
        ) from error
    except NotRead as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="redirect_unread"
        ) from error
    except PhoneSystemError as error:
        raise not_set_error(error) from error


def _resolved(
    coordinator: OfficeCoordinator,
    person_id: str,
    condition: Condition,
    target: Target | None,
    ring_seconds: int | None,
) -> ForwardingState:
    rule = RedirectRule(
        RedirectMode.FORWARD,
        unconditional=target if condition is Condition.UNCONDITIONAL else None,
        busy=target if condition is Condition.BUSY else None,
        no_reply=target if condition is Condition.NO_REPLY else None,
        ring_seconds=ring_seconds,
    )
    office = coordinator.office
    answer = resolve(
        office,
        office.people[person_id],
        rule,
        coordinator.situations(),
        style=coordinator.number_format,
    )
    raise_refusals(office, answer.refusals)
    parts = {Part(condition.value), Part.RING_SECONDS}
    return changed(
        ForwardingState(), {p: v for p, v in known(answer.forwarding) if p in parts}
    )
