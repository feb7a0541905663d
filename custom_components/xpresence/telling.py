"""Telling what happened to a person, each thing once."""

from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .notices import redirect_failing
from .person_state import Happening, PersonState
from .presence.redirect_status import RedirectStatus

FAILURES_TO_REPORT: Final = 3
"""Failed turns in a row after which a person is told."""


@callback
def tell(state: PersonState, happening: Happening, details: dict[str, Any]) -> None:
    """Tell everybody who listens to what happens."""
    for listener in tuple(state.happenings):
        listener(happening, details)


@callback
def tell_activated(state: PersonState) -> None:
    """Say that another profile holds, before anything that follows from it."""
    decision = state.decision
    before, state.told_profile = state.told_profile, decision.profile.id
    if before is not None and before != decision.profile.id:
        details = {"profile": decision.profile.name, "source": decision.source.value}
        tell(state, Happening.ACTIVATED, details)


@callback
def tell_redirect(state: PersonState) -> bool:
    """Say when calls begin to go elsewhere, or fail to; return whether that is new."""
    attributes = state.redirect.attributes
    now = (state.redirect.status, state.redirect.details.get("target"))
    if now == state.told:
        return False
    tell_activated(state)
    before, state.told = state.told, now
    status, _ = now
    if before is not None or state.redirect_since is None:
        state.redirect_since = dt_util.utcnow()
    if status is RedirectStatus.FAILED:
        reason = {"reason": attributes.get("reason")}
        tell(state, Happening.REDIRECT_FAILED, reason)
    elif status in (RedirectStatus.ACTIVE, RedirectStatus.OFF) and before:
        details = {key: attributes.get(key) for key in ("target", "set_by")}
        tell(state, Happening.REDIRECTED, details)
    return True


@callback
def report_failing(
    hass: HomeAssistant, entry: ConfigEntry[Any], state: PersonState
) -> None:
    """Raise or drop the notice that a redirect cannot be set."""
    failing = state.loop.failures >= FAILURES_TO_REPORT
    reason = state.loop.reason if failing else None
    if reason == state.reported:
        return
    state.reported = reason
    redirect_failing(hass, entry, state.person.id, state.person.name, reason)
