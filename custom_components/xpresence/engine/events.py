"""Telling what happened to a person, each thing once, with who made it."""

from typing import Any, Final

from homeassistant.components.select import DOMAIN as SELECT
from homeassistant.components.sensor import DOMAIN as SENSOR
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import ATTR_ENTITY_ID, ATTR_NAME
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from ..const import DOMAIN, EVENT_HAPPENED
from ..presence.redirect.status import RedirectStatus, SetBy
from .attribution import Cause, cause_at_phone
from .issues import redirect_failing
from .person import Happening, PersonState

FAILURES_TO_REPORT: Final = 3
"""Failed turns in a row after which a person is told."""
IN_LOGBOOK: Final = ("profile", "target")
"""The details that the logbook has words for."""


@callback
def begin(state: PersonState, cause: Cause) -> None:
    """Let everything that follows now have this cause."""
    state.cause = state.redirect_cause = cause
    carry(state, cause)


@callback
def carry(state: PersonState, cause: Cause) -> None:
    """Let the person's entities change in the context of the cause."""
    for take in tuple(state.carriers):
        take(cause.context)


@callback
def tell(
    hass: HomeAssistant,
    state: PersonState,
    happening: Happening,
    details: dict[str, Any],
    cause: Cause | None,
) -> None:
    """Tell everybody who listens to what happens, and the logbook first."""
    made: dict[str, Any] = {}
    if cause is not None:
        made = {"made_by": cause.maker.value, "by": cause.name}
    of_profile = happening is Happening.ACTIVATED
    domain, key = (SELECT, "profile") if of_profile else (SENSOR, "redirect")
    told: dict[str, Any] = {
        ATTR_ENTITY_ID: er.async_get(hass).async_get_entity_id(
            domain, DOMAIN, f"{state.person.id}_{key}"
        ),
        ATTR_NAME: state.person.name,
        "happening": happening.value,
        "reason": state.decision.claim.reason,
        **{key: details[key] for key in IN_LOGBOOK if key in details},
        **made,
    }
    hass.bus.async_fire(EVENT_HAPPENED, told, context=cause.context if cause else None)
    if cause is not None:
        carry(state, cause)
    for listener in tuple(state.happenings):
        listener(happening, details | made)


@callback
def tell_activated(hass: HomeAssistant, state: PersonState) -> None:
    """Say that another profile holds, before anything that follows from it."""
    decision = state.decision
    before, state.told_profile = state.told_profile, decision.profile.id
    if before is not None and before != decision.profile.id:
        details = {"profile": decision.profile.name, "source": decision.source.value}
        tell(hass, state, Happening.ACTIVATED, details, state.cause)


@callback
def tell_redirect(hass: HomeAssistant, state: PersonState) -> bool:
    """Say when calls begin to go elsewhere, or fail to; return whether that is new."""
    attributes = state.redirect.attributes
    now = (state.redirect.status, state.redirect.details.get("target"))
    if now == state.told:
        return False
    tell_activated(hass, state)
    before, state.told = state.told, now
    status, _ = now
    if before is not None or state.redirect_since is None:
        state.redirect_since = dt_util.utcnow()
    if status is RedirectStatus.FAILED:
        reason = {"reason": attributes.get("reason")}
        tell(hass, state, Happening.REDIRECT_FAILED, reason, state.redirect_cause)
    elif status in (RedirectStatus.ACTIVE, RedirectStatus.OFF):
        cause, state.redirect_cause = state.redirect_cause, None
        if attributes.get("set_by") == SetBy.PHONE:
            cause = cause_at_phone()
        if before:
            details = {key: attributes.get(key) for key in ("target", "set_by")}
            tell(hass, state, Happening.REDIRECTED, details, cause)
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
