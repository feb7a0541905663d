"""Dismissing and restoring automatic claims: appointments, calls, absences, rules.

Each is named by an id that reveals nothing: an appointment's public one, or the kind
of what holds (``absence``, ``session``, ``call:teams``, ``rule:…``).
"""

from homeassistant.core import Context, callback
from homeassistant.exceptions import ServiceValidationError

from ..const import DOMAIN
from ..coordinator import OfficeCoordinator
from ..engine.person import PersonState
from ..presence.agenda import Entry
from ..presence.decision.dismissals import occasion_of
from ..presence.model import Occasion, OccasionKind, Verdict
from .appointments import public_uid
from .authorization import async_origin


@callback
def item_id(occasion: Occasion | None) -> str | None:
    """Return the id of a claim; ``None``: it cannot be dismissed."""
    if occasion is None:
        return None
    if occasion.kind is OccasionKind.APPOINTMENT:
        if occasion.start is None or occasion.end is None:
            return None
        # Planned presence goes by its own id, which its uid begins with.
        planned = occasion.name.startswith("planned-")
        entry = Entry(
            occasion.start,
            occasion.end,
            occasion.name,
            "",
            source=occasion.calendar,
            planned=planned,
        )
        return public_uid(entry)
    return f"{occasion.kind.value}{f':{occasion.name}' if occasion.name else ''}"


async def async_dismiss(
    coordinator: OfficeCoordinator,
    person_id: str,
    item: str | None,
    context: Context | None,
) -> None:
    """Dismiss an automatic input; ``None``: the one that decides now.

    Raises:
        ServiceValidationError: there is nothing of that id, or nothing to dismiss.
        HomeAssistantError: not saved; nothing was changed.
    """
    state = coordinator.people[person_id]
    occasion = _holding(state) if item is None else _named(state, item)
    origin = await async_origin(coordinator, person_id, context)
    await coordinator.choices.async_dismiss(person_id, occasion, origin)


async def async_restore(
    coordinator: OfficeCoordinator,
    person_id: str,
    item: str | None,
    context: Context | None,
) -> None:
    """Restore a dismissed input; ``None``: all of them.

    Raises:
        ServiceValidationError: nothing of that id is dismissed.
        HomeAssistantError: not saved; nothing was changed.
    """
    state = coordinator.people[person_id]
    occasion = None if item is None else _dismissed(state, item)
    origin = await async_origin(coordinator, person_id, context)
    await coordinator.choices.async_bring_back(person_id, occasion, origin)


def _holding(state: PersonState) -> Occasion:
    for entry in state.decision.trace:
        if entry.claim.occasion and entry.verdict is not Verdict.REFUSED:
            return entry.claim.occasion
    raise ServiceValidationError(
        translation_domain=DOMAIN, translation_key="nothing_to_dismiss"
    )


def _named(state: PersonState, item: str) -> Occasion:
    for entry in state.facts.agenda.entries:
        if public_uid(entry) == item:
            return occasion_of(entry)
    for traced in state.decision.trace:
        if traced.claim.occasion and item_id(traced.claim.occasion) == item:
            return traced.claim.occasion
    raise ServiceValidationError(
        translation_domain=DOMAIN, translation_key="not_to_dismiss"
    )


def _dismissed(state: PersonState, item: str) -> Occasion:
    for one in state.facts.dismissed:
        if item_id(one.occasion) == item:
            return one.occasion
    raise ServiceValidationError(
        translation_domain=DOMAIN, translation_key="not_dismissed"
    )
