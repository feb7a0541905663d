"""The office's guards, applied: a ready agent who forwards, what was forgotten."""

from collections.abc import Mapping
from datetime import datetime, timedelta
import logging
from typing import Any

from .const import (
    CONF_HOTLINE,
    CONF_LONGEST_HOURS,
    CONF_LONGEST_THEN,
    CONF_WRAP_UP_MINUTES,
)
from .person_state import PersonState
from .presence.guards import (
    HotlinePolicy,
    Long,
    LongPolicy,
    hotline,
    long_redirect,
    wrap_up,
)
from .presence.line import AgentState, Setting
from .telephony.driver import PhoneSystem, PhoneSystemError

_LOGGER = logging.getLogger(__name__)

END_EVERY_FORWARD = Setting(None, None, None)


async def guard_hotline(
    system: PhoneSystem, state: PersonState, options: Mapping[str, Any]
) -> bool:
    """Pause or restore an agent as the office wants; tell whether to warn."""
    if state.line is None or not state.person.queues:
        return False
    found = hotline(
        state.line.agent,
        state.line.setting,
        state.paused,
        policy=HotlinePolicy(options.get(CONF_HOTLINE, HotlinePolicy.WARN)),
        rule=state.decision.agent,
    )
    # Noted first: what is paused twice would be restored once too often.
    state.paused = found.paused
    extension = state.person.extension
    try:
        for queue in sorted(found.pause):
            await system.set_agent(extension, queue, AgentState.FOLLOW_UP)
        for queue in sorted(found.restore):
            await system.set_agent(extension, queue, AgentState.READY)
    except PhoneSystemError as error:
        _LOGGER.debug("The hotline guard could not act: %s", type(error).__name__)
    return bool(found.conflict) and not found.pause


def age_of_redirect(
    state: PersonState, options: Mapping[str, Any], now: datetime
) -> Long:
    """Judge whether a redirect is older than the office allows."""
    hours = options.get(CONF_LONGEST_HOURS) or 0
    if state.line is None or not hours:
        return Long()
    return long_redirect(
        state.redirect_since,
        state.line.setting,
        now,
        timedelta(hours=hours),
        policy=LongPolicy(options.get(CONF_LONGEST_THEN, LongPolicy.ALERT)),
    )


async def end_wrap_up(
    system: PhoneSystem, state: PersonState, options: Mapping[str, Any], now: datetime
) -> datetime | None:
    """Make an agent ready whose follow-up is over; return when it will be."""
    minutes = options.get(CONF_WRAP_UP_MINUTES) or 0
    found = wrap_up(
        state.line.agent if state.line is not None else None,
        state.wrap_up_since,
        now,
        timedelta(minutes=minutes) if minutes else None,
        paused=state.paused,
        rule=state.decision.agent,
    )
    state.wrap_up_since = found.since
    try:
        for queue in sorted(found.over & set(state.person.queues)):
            await system.set_agent(state.person.extension, queue, AgentState.READY)
    except PhoneSystemError as error:
        _LOGGER.debug("Follow-up could not be ended: %s", type(error).__name__)
    return None if found.over else found.at
