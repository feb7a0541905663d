"""What follows a decision beside the redirect: the hotline and the telephones.

A profile's TeamDesk status is applied once when its claim begins to decide; the
person may change it afterwards. Status and info text are shown on the telephones
where the phone system can.
"""

from collections.abc import Mapping
import logging
from typing import Any

from .limits import info_tier_from
from .person_state import PersonState
from .presence.line import AgentState
from .presence.policy import Tier
from .telephony.driver import Capability, PhoneSystem, PhoneSystemError

_LOGGER = logging.getLogger(__name__)


async def announce(
    system: PhoneSystem, state: PersonState, options: Mapping[str, Any]
) -> None:
    """Bring queues and telephones up to date; what fails is tried at the next turn."""
    if not system.ready:
        return
    try:
        await _follow_agent_rule(system, state)
        await _publish(system, state, options)
    except PhoneSystemError as error:
        _LOGGER.debug("Hotline or telephones do not follow: %s", type(error).__name__)


async def _follow_agent_rule(system: PhoneSystem, state: PersonState) -> None:
    decision = state.decision
    claim = decision.agent_claim
    if claim is None or decision.agent is None:
        state.activated = None
        return
    key = f"{claim.source.value}:{claim.profile}:{claim.key}"
    if key == state.activated or Capability.AGENT not in system.capabilities:
        return
    # Noted first: applying it twice would take back what the person changed.
    before, state.activated = state.activated, key
    try:
        await set_agent(system, state, decision.agent)
    except PhoneSystemError:
        if state.activated == key:
            state.activated = before
        raise


async def set_agent(system: PhoneSystem, state: PersonState, agent: AgentState) -> None:
    """Set a person's state in all of their queues.

    Raises:
        PhoneSystemError: as :meth:`PhoneSystem.set_agent`.
    """
    for queue in state.person.queues:
        await system.set_agent(state.person.extension, queue, agent)


def agent_of(state: PersonState) -> AgentState | None:
    """Return a person's state over all queues; ``None`` where it is not known.

    Ready in one is ready; in follow-up in one, and ready in none, is follow-up.
    """
    if state.line is None:
        return None
    found = {state.line.agent.get(queue) for queue in state.person.queues}
    for agent in (AgentState.READY, AgentState.FOLLOW_UP):
        if agent in found:
            return agent
    return AgentState.LOGGED_OFF


async def _publish(
    system: PhoneSystem, state: PersonState, options: Mapping[str, Any]
) -> None:
    # Whoever passes a telephone reads it.
    for_all = info_tier_from(options, state.settings) is Tier.TEAM
    text = state.decision.info_text if for_all else ""
    wish = (state.decision.profile.status, text)
    if wish == state.published or Capability.PRESENCE_TEXT not in system.capabilities:
        return
    state.published = wish
    await system.publish(state.person.extension, *wish)
