"""Where calls go once somebody has chosen, and whose redirect it is."""

from typing import Any

from homeassistant.core import Context

from ..coordinator import OfficeCoordinator
from ..presence.decision.calls import kept_redirect
from ..presence.permission.policy import Permission
from ..presence.redirect.status import RedirectStatus, SetBy
from ..presence.texts import Texts
from .authorization import async_actor, reason_against


def calls_remain(
    coordinator: OfficeCoordinator, person_id: str, texts: Texts, *, details: bool
) -> str:
    """Return a sentence on a redirect that remains although the active profile sets none.

    Empty where they do not: they ring, or go where that profile says. ``details``:
    whether outside numbers may be whole.
    """
    state = coordinator.people[person_id]
    view = state.redirect
    if view.status is not RedirectStatus.ACTIVE:
        return ""
    words, shown = texts["remains"], view.details if details else view.attributes
    target = shown.get("target") or words["somewhere"]
    set_by = shown.get("set_by", SetBy.UNKNOWN.value)
    if set_by != SetBy.PROFILE:
        return words[set_by].format(target=target)
    if kept := kept_redirect(coordinator.office, person_id, state.decision):
        return words["profile"].format(target=target, profile=kept.profile.name)
    return ""


async def async_outcome(
    coordinator: OfficeCoordinator,
    person_id: str,
    texts: Texts,
    context: Context | None,
) -> dict[str, Any]:
    """Return what holds after a choice, for the answer of an action."""
    actor = await async_actor(coordinator, person_id, context)
    refused = reason_against(coordinator, person_id, Permission.SEE_DETAILS, actor)
    state, details = coordinator.people[person_id], refused is None
    shown = state.redirect.details if details else state.redirect.attributes
    until = state.decision.until
    return {
        "name": state.person.name,
        "profile": state.decision.profile.name,
        "until": until.isoformat() if until else None,
        "redirect": state.redirect.status.value,
        "target": shown.get("target"),
        "remains": calls_remain(coordinator, person_id, texts, details=details),
    }
