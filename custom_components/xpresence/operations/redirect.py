"""What a person sets of their own, as if at the desk: redirect, follow-me, hotline."""

from collections.abc import Awaitable
from datetime import datetime
from typing import Final

from homeassistant.core import Context
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from ..const import DOMAIN
from ..coordinator import OfficeCoordinator
from ..engine.events import set_entity_context
from ..engine.exceptions import not_set_error, raise_refusals
from ..engine.side_effects import set_agent
from ..languages import texts_in
from ..presence.line import (
    AgentState,
    Condition,
    Destination,
    DestinationKind,
    ForwardingState,
)
from ..presence.model import Device, RedirectMode, RedirectRule, Target, TargetKind
from ..presence.permission.policy import UNLIMITED, Permission
from ..presence.redirect.numbers import BadNumber, NumberProblem, dialled, parse
from ..presence.redirect.numbers.kinds import destination_kinds
from ..presence.redirect.own import NotRead
from ..presence.redirect.parts import (
    REDIRECTS,
    Part,
    RedirectCapabilities,
    changed,
    is_on,
    known,
)
from ..presence.redirect.targets import resolve
from ..presence.texts import Texts
from ..presence.texts.limits import limits_words
from ..telephony.driver import (
    Capability,
    NotSupported,
    PhoneSystemError,
    Rejected,
)
from .authorization import (
    async_actor,
    async_authorize,
    async_authorize_destinations,
    async_origin,
    reason_against,
)

TOLD_PROBLEMS: Final = frozenset(
    {NumberProblem.EMERGENCY, NumberProblem.NO_COUNTRY, NumberProblem.TRUNK_PREFIX}
)
"""What is wrong with a text that is a number all the same."""

UNKNOWN_TARGET: Final = "unknown_target"


def target_called(coordinator: OfficeCoordinator, person_id: str, said: str) -> Target:
    """Return the target that somebody wrote or said.

    Raises:
        ServiceValidationError: it is nothing that calls can go to.
    """
    word = said.strip().casefold()
    if word == TargetKind.VOICEMAIL:
        return Target(TargetKind.VOICEMAIL)
    state = coordinator.people[person_id]
    for status in state.loop.capabilities.targets_of(Condition.UNCONDITIONAL).listed:
        if status.kind is DestinationKind.STATUS and status.number.casefold() == word:
            return Target(TargetKind.STATUS, status.number)
    for device in state.person.devices:
        if device.name.casefold() == word:
            return Target(TargetKind.DEVICE, device.id)
    for person in coordinator.office.people.values():
        if word in (person.name.casefold(), coordinator.person_entity_id(person.id)):
            return Target(TargetKind.PERSON, person.id)
    try:
        return Target(TargetKind.NUMBER, parse(said, coordinator.number_format))
    except BadNumber as error:
        words = f"own_redirect_number_{error.problem.value}"
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key=words if error.problem in TOLD_PROBLEMS else UNKNOWN_TARGET,
        ) from error


async def async_check_redirect(
    coordinator: OfficeCoordinator,
    person_id: str,
    mode: RedirectMode,
    condition: Condition,
    target: Target | None,
    context: Context | None,
    *,
    ring_seconds: int | None = None,
    satellite: str | None = None,
) -> ForwardingState | None:
    """Return what :func:`async_set_redirect` would set; ``None``: nothing of its own.

    Raises:
        ServiceValidationError: a loop, a target that is not to be had or that the
            caller may not redirect to.
    """
    if mode is RedirectMode.FORWARD:
        await async_authorize(
            coordinator,
            person_id,
            Permission.CHANGE_REDIRECT,
            context,
            satellite=satellite,
        )
        change = _resolved(coordinator, person_id, condition, target, ring_seconds)
        await async_check_setting(
            coordinator, person_id, change, context, satellite=satellite
        )
        return change
    await _async_ends_only(
        coordinator, person_id, Permission.CHANGE_REDIRECT, context, satellite
    )
    if mode is RedirectMode.OFF:
        return changed(ForwardingState(), {Part(condition.value): None})
    return None


async def async_check_setting(
    coordinator: OfficeCoordinator,
    person_id: str,
    setting: ForwardingState,
    context: Context | None,
    *,
    satellite: str | None = None,
) -> None:
    """Return if the caller may let calls go there, and the phone system would.

    Judged by what is finally dialled, whatever kind of target it came from.

    Raises:
        ServiceValidationError: they may not, or it would not; nothing was changed.
    """
    led = [
        one
        for condition in Condition
        if isinstance(one := setting.forward(condition), Destination)
    ]
    if isinstance(setting.follow_me, str):
        led.append(Destination(DestinationKind.NUMBER, setting.follow_me))
    style = coordinator.number_format
    reached = {kind for one in led for kind in destination_kinds(one, style)}
    await async_authorize_destinations(
        coordinator, person_id, reached, context, satellite=satellite
    )
    raise_not_supported(
        coordinator.people[person_id].loop.capabilities,
        setting,
        texts_in(coordinator.hass.config.language),
    )
    try:
        coordinator.system.check(setting)
    except Rejected as error:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="redirect_refused"
        ) from error


def raise_not_supported(
    capabilities: RedirectCapabilities, setting: ForwardingState, texts: Texts
) -> None:
    """Raise for the first part that this extension's phone system cannot set.

    The error says what it could, in the words of ``texts``.

    Raises:
        ServiceValidationError: there is one; nothing was changed.
    """
    for part, found in known(setting):
        if is_on(part, found) and not capabilities.can_set(part, found):
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="redirect_not_possible",
                translation_placeholders={
                    "possible": limits_words(capabilities, texts)
                },
            )


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
    satellite: str | None = None,
) -> None:
    """Set a person's own redirect.

    *Forward* and *off* last until another claim decides the redirect, or until the
    end that was given. *Unchanged* gives the redirect back to the profile. Who may
    not change redirects may end their own with *off*: what they had set over the
    profile that holds the redirect, or everything where none does.

    Raises:
        ServiceValidationError: as :func:`async_check_redirect`; nothing was changed.
        HomeAssistantError: not saved, or not followed by the phone system.
    """
    change = await async_check_redirect(
        coordinator,
        person_id,
        mode,
        condition,
        target,
        context,
        satellite=satellite,
        ring_seconds=ring_seconds,
    )
    if mode is RedirectMode.OFF and await _async_ends_only(
        coordinator, person_id, Permission.CHANGE_REDIRECT, context, satellite
    ):
        await _async_end_own(coordinator, person_id, context, satellite)
        return
    await _async_change(coordinator, person_id, change, until, context, satellite)


async def async_set_follow_me(
    coordinator: OfficeCoordinator,
    person_id: str,
    device: str | None,
    context: Context | None,
    *,
    satellite: str | None = None,
) -> None:
    """Switch follow-me to one of the person's devices, or with ``None`` off.

    Raises:
        ServiceValidationError: the person has no such device.
        HomeAssistantError: not saved, not possible, or not followed yet.
    """
    if device is not None:
        await async_authorize(
            coordinator,
            person_id,
            Permission.CHANGE_FOLLOW_ME,
            context,
            satellite=satellite,
        )
    elif await _async_ends_only(
        coordinator, person_id, Permission.CHANGE_FOLLOW_ME, context, satellite
    ):
        await _async_end_own(coordinator, person_id, context, satellite)
        return
    if Capability.FOLLOW_ME not in coordinator.system.capabilities:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="redirect_not_supported"
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
        number = _dialled(coordinator, found)
    setting = ForwardingState(follow_me=number)
    await async_check_setting(
        coordinator, person_id, setting, context, satellite=satellite
    )
    await _async_change(coordinator, person_id, setting, None, context, satellite)


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


async def _async_ends_only(
    coordinator: OfficeCoordinator,
    person_id: str,
    act: Permission,
    context: Context | None,
    satellite: str | None,
) -> bool:
    """Tell whether the caller may end what is the person's own, and do no more.

    Raises:
        NotAllowed: they may not even do that.
    """
    actor = await async_actor(coordinator, person_id, context, satellite=satellite)
    if reason_against(coordinator, person_id, act, actor) is None:
        return False
    if (
        reason_against(coordinator, person_id, Permission.END_REDIRECT, actor)
        is not None
    ):
        await async_authorize(coordinator, person_id, act, context, satellite=satellite)
    return True


async def _async_end_own(
    coordinator: OfficeCoordinator,
    person_id: str,
    context: Context | None,
    satellite: str | None,
) -> None:
    """End what the person set themselves; without a profile's redirect, everything."""
    loop = coordinator.people[person_id].loop
    if loop.ledger.held is not None:
        await _async_ask(
            coordinator, person_id, loop.async_end_own(), context, satellite
        )
        return
    everything = {
        part: None for part in REDIRECTS if part in loop.capabilities.writable
    }
    change = changed(ForwardingState(), everything)
    await _async_change(coordinator, person_id, change, None, context, satellite)


def _dialled(coordinator: OfficeCoordinator, device: Device) -> str:
    style = coordinator.number_format
    try:
        return dialled(parse(device.number, style), style)
    except BadNumber as error:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key=f"own_redirect_number_{error.problem.value}",
        ) from error


async def _async_change(
    coordinator: OfficeCoordinator,
    person_id: str,
    change: ForwardingState | None,
    until: datetime | None,
    context: Context | None,
    satellite: str | None,
) -> None:
    loop = coordinator.people[person_id].loop
    actor = await async_actor(coordinator, person_id, context, satellite=satellite)
    limited = not actor.roles & UNLIMITED
    changing = loop.async_own_change(change, until, limited=limited)
    await _async_ask(coordinator, person_id, changing, context, satellite)


async def _async_ask(
    coordinator: OfficeCoordinator,
    person_id: str,
    changing: Awaitable[object],
    context: Context | None,
    satellite: str | None,
) -> None:
    """Wait for a change of the redirect; say in words what came of it."""
    state = coordinator.people[person_id]
    before = state.redirect_origin
    state.redirect_origin = await async_origin(
        coordinator, person_id, context, satellite=satellite
    )
    set_entity_context(state, state.redirect_origin)
    try:
        await changing
    except OSError as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="not_saved"
        ) from error
    except NotRead as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="redirect_unread"
        ) from error
    except (Rejected, NotSupported) as error:
        state.redirect_origin = before
        raise not_set_error(error) from error
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
