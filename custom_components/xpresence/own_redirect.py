"""A person's own redirect: set through an action, as if dialled at the desk."""

from datetime import datetime

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .const import DOMAIN
from .coordinator import OfficeCoordinator
from .errors import not_followed, refuse
from .presence.line import Condition, Setting
from .presence.model import RedirectMode, RedirectRule, Target, TargetKind
from .presence.numbers import BadNumber, parse
from .presence.parts import Part, changed, known
from .presence.redirects import NotRead
from .presence.targets import resolve
from .telephony.driver import PhoneSystemError


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
        if word in (person.name.casefold(), coordinator.home_person(person.id)):
            return Target(TargetKind.PERSON, person.id)
    try:
        return Target(TargetKind.NUMBER, parse(said))
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
    change: Setting | None
    match mode:
        case RedirectMode.FORWARD:
            change = _resolved(coordinator, person_id, condition, target, ring_seconds)
        case RedirectMode.OFF:
            change = changed(Setting(), {Part(condition.value): None})
        case RedirectMode.UNCHANGED:
            change = None
    try:
        await coordinator.people[person_id].loop.async_own_change(change, until)
    except OSError as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="not_saved"
        ) from error
    except NotRead as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="redirect_unread"
        ) from error
    except PhoneSystemError as error:
        raise not_followed(error) from error


def _resolved(
    coordinator: OfficeCoordinator,
    person_id: str,
    condition: Condition,
    target: Target | None,
    ring_seconds: int | None,
) -> Setting:
    rule = RedirectRule(
        RedirectMode.FORWARD,
        unconditional=target if condition is Condition.UNCONDITIONAL else None,
        busy=target if condition is Condition.BUSY else None,
        no_reply=target if condition is Condition.NO_REPLY else None,
        ring_seconds=ring_seconds,
    )
    office = coordinator.office
    answer = resolve(office, office.people[person_id], rule, coordinator.situations())
    refuse(office, answer.refusals)
    parts = {Part(condition.value), Part.RING_SECONDS}
    return changed(Setting(), {p: v for p, v in known(answer.setting) if p in parts})
