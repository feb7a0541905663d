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
from ..presence.redirect.changes import ChangedBy, seen
from ..presence.redirect.status import RedirectStatus, SetBy
from .attribution import Origin, origin_at_phone, origin_of_decision
from .issues import set_redirect_issue
from .person import PersonState, PresenceEventType

FAILURES_TO_REPORT: Final = 3
"""Failed turns in a row after which a person is told."""
IN_LOGBOOK: Final = ("profile", "target", "target_known")
"""The details that the logbook has words for."""


@callback
def set_origin(state: PersonState, origin: Origin) -> None:
    """Set the origin of the person's next changes."""
    state.origin = state.redirect_origin = origin
    set_entity_context(state, origin)


@callback
def set_entity_context(state: PersonState, origin: Origin) -> None:
    """Set the context in which the person's entities write their state."""
    for take in tuple(state.context_setters):
        take(origin.context)


@callback
def fire_event(
    hass: HomeAssistant,
    state: PersonState,
    event_type: PresenceEventType,
    details: dict[str, Any],
    origin: Origin | None,
) -> None:
    """Fire the logbook's bus event, then call the person's event listeners."""
    made: dict[str, Any] = {}
    if origin is not None:
        made = {"made_by": origin.author.value, "by": origin.name}
    of_profile = event_type is PresenceEventType.ACTIVATED
    domain, key = (SELECT, "profile") if of_profile else (SENSOR, "redirect")
    data: dict[str, Any] = {
        ATTR_ENTITY_ID: er.async_get(hass).async_get_entity_id(
            domain, DOMAIN, f"{state.person.id}_{key}"
        ),
        ATTR_NAME: state.person.name,
        "happening": event_type.value,
        **{key: details[key] for key in IN_LOGBOOK if key in details},
        **made,
    }
    if event_type is not PresenceEventType.CHANGED_AT_PHONE:
        # Where calls went by it is an event of its own: one line for one change.
        hass.bus.async_fire(
            EVENT_HAPPENED, data, context=origin.context if origin else None
        )
    if origin is not None:
        set_entity_context(state, origin)
    for listener in tuple(state.event_listeners):
        listener(event_type, details | made)


@callback
def fire_activated(hass: HomeAssistant, state: PersonState) -> None:
    """Fire an event if the active profile changed."""
    decision = state.decision
    before, state.reported_profile = state.reported_profile, decision.profile.id
    if before is not None and before != decision.profile.id:
        details = {"profile": decision.profile.name, "source": decision.source.value}
        # It belongs to this one change; the next has an origin of its own.
        origin, state.origin = state.origin, None
        origin = origin or origin_of_decision(decision, None)
        fire_event(hass, state, PresenceEventType.ACTIVATED, details, origin)


@callback
def fire_redirected(hass: HomeAssistant, state: PersonState) -> bool:
    """Say when calls go elsewhere, or cannot; return whether anything else is shown."""
    if state.redirect.settling:
        return False
    status = state.redirect.status
    now = (status, state.redirect.details.get("target"))
    before, state.shown_redirect = state.shown_redirect, now
    if status in (RedirectStatus.ACTIVE, RedirectStatus.OFF):
        _fire_change(hass, state)
    elif status is RedirectStatus.FAILED and now != before:
        fire_activated(hass, state)
        reason = {"reason": state.redirect.attributes.get("reason")}
        origin = state.redirect_origin
        fire_event(hass, state, PresenceEventType.REDIRECT_FAILED, reason, origin)
    if now == before:
        return False
    if before is None and state.redirect_since is None:
        state.redirect_since = dt_util.utcnow()
    return True


def _fire_change(hass: HomeAssistant, state: PersonState) -> None:
    """Fire an event if a reading shows that calls go to another target."""
    loop, attributes = state.loop, state.redirect.attributes
    forwarding = loop.line.forwarding if loop.line else None
    loop.reports, change = seen(
        loop.reports, forwarding, has_origin=state.redirect_origin is not None
    )
    target = attributes.get("target")
    came_from, state.reported_target = state.reported_target, target
    if change is None:
        return
    state.redirect_since = dt_util.utcnow()
    fire_activated(hass, state)
    match change.by:
        case ChangedBy.PHONE:
            origin = origin_at_phone()
        case ChangedBy.ORIGIN if state.redirect_origin is not None:
            origin = state.redirect_origin
        case _:
            origin = origin_of_decision(state.decision, None)
    set_by = attributes.get("set_by")
    details = {
        "from": came_from,
        "target": target,
        "set_by": SetBy.PHONE if target and change.by is ChangedBy.PHONE else set_by,
    }
    if attributes.get("target_known") is False:
        # Calls go elsewhere, and nobody knows whereto.
        details["target_known"] = False
    fire_event(hass, state, PresenceEventType.REDIRECTED, details, origin)


@callback
def update_redirect_issue(
    hass: HomeAssistant, entry: ConfigEntry[Any], state: PersonState
) -> None:
    """Create or delete the repair issue that a redirect cannot be set."""
    failing = state.loop.failures >= FAILURES_TO_REPORT
    reason = state.loop.reason if failing else None
    if reason == state.reported:
        return
    state.reported = reason
    error = None if state.loop.refusals else state.loop.failure
    set_redirect_issue(hass, entry, state.person.id, state.person.name, reason, error)
