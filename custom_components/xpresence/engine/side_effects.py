"""Side effects of a decision: hotline queues, status on telephones, the guards."""

from collections.abc import Iterable
from datetime import datetime
import logging

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..presence.line import AgentState, ForwardingState
from ..presence.permission.delegates import Sharing
from ..presence.permission.policy import Tier
from ..presence.redirect.guards import (
    Long,
    OfficeGuards,
    hotline,
    long_redirect,
    wrap_up,
)
from ..telephony.driver import Capability, PhoneSystem, PhoneSystemError
from .clock import wake_at
from .issues import set_person_issue, set_queue_issue
from .person import PersonState, Runtime

_LOGGER = logging.getLogger(__name__)


async def push_status(
    system: PhoneSystem, state: PersonState, sharing: Sharing
) -> None:
    """Bring queues and telephones up to date; what fails is tried at the next turn."""
    if not system.ready:
        return
    try:
        await _follow_agent_rule(system, state)
        await _publish(system, state, sharing)
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


def queues_not_rung(state: PersonState) -> list[str]:
    """Return those of a person's queues that they are in and that never ring them."""
    if state.line is None:
        return []
    return sorted(state.line.not_rung & set(state.person.queues))


async def clear_phones(system: PhoneSystem, extension: str) -> None:
    """Clear what telephones show of a person who was removed."""
    if not system.ready:
        return
    try:
        await system.clear(extension)
    except PhoneSystemError as error:
        _LOGGER.warning("Telephones still show a status (%s)", type(error).__name__)


async def _publish(system: PhoneSystem, state: PersonState, sharing: Sharing) -> None:
    # Whoever passes a telephone reads it.
    for_all = sharing.info_text is Tier.TEAM
    text = state.decision.info_text if for_all else ""
    shown = (state.decision.profile.status, text)
    if shown == state.published or Capability.PRESENCE_TEXT not in system.capabilities:
        return
    state.published = shown
    await system.publish(state.person.extension, *shown)


END_EVERY_FORWARD = ForwardingState(None, None, None)


async def guard_hotline(
    system: PhoneSystem, state: PersonState, guards: OfficeGuards
) -> bool:
    """Pause or restore an agent as the office wants; tell whether to warn."""
    if state.line is None or not state.person.queues:
        return False
    found = hotline(
        state.line.agent,
        state.line.forwarding,
        state.paused,
        policy=guards.hotline,
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


def age_of_redirect(state: PersonState, guards: OfficeGuards, now: datetime) -> Long:
    """Judge whether a redirect is older than the office allows."""
    if state.line is None:
        return Long()
    return long_redirect(
        state.redirect_since,
        state.line.forwarding,
        now,
        guards.longest,
        policy=guards.longest_then,
    )


async def end_wrap_up(
    system: PhoneSystem, state: PersonState, guards: OfficeGuards, now: datetime
) -> datetime | None:
    """Make an agent ready whose follow-up is over; return when it will be."""
    found = wrap_up(
        state.line.agent if state.line is not None else None,
        state.wrap_up_since,
        now,
        guards.wrap_up,
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


class SideEffects:
    """Brings hotline and telephones up to date with decisions, in the background."""

    def __init__(self, people: Runtime) -> None:
        """Prepare; nothing runs before :meth:`follow`."""
        self._people = people

    @callback
    def follow(self, state: PersonState) -> None:
        """Update hotline and telephones after a decision, in the background."""
        self._people.entry.async_create_background_task(
            self._people.hass, self._async_follow(state), f"{DOMAIN} side effects"
        )

    async def _async_follow(self, state: PersonState) -> None:
        await state.loop.async_settled()
        if not self._people.has(state):
            # Removed meanwhile: nothing is to stay on their telephones.
            return
        office = self._people.office
        sharing = office.access.of(state.person.id)
        await push_status(self._people.system, state, sharing)
        guards = office.guards
        async with state.guard_turn:
            conflict = await guard_hotline(self._people.system, state, guards)
            ready_at = await end_wrap_up(
                self._people.system, state, guards, dt_util.utcnow()
            )
        name, person_id = state.person.name, state.person.id
        set_person_issue(
            self._people.hass, "hotline_conflict", person_id, name, there=conflict
        )
        set_queue_issue(self._people.hass, person_id, name, queues_not_rung(state))
        age = age_of_redirect(state, guards, dt_util.utcnow())
        set_person_issue(
            self._people.hass, "redirect_too_old", person_id, name, there=age.too_old
        )
        if age.fall_back:
            await state.loop.async_follow_own(END_EVERY_FORWARD)
        ages_at = None if age.too_old else age.at
        self._again(state, [at for at in (ages_at, ready_at) if at is not None])
        try:
            await self._people.async_save(state, state.loop.ledger)
        except OSError:
            _LOGGER.exception("What was guarded could not be noted yet")

    @callback
    def _again(self, state: PersonState, instants: Iterable[datetime]) -> None:
        """Schedule the next update for when a redirect or follow-up exceeds its limit."""
        if state.guard_timer is not None:
            state.guard_timer()
            state.guard_timer = None

        @callback
        def look(_now: datetime) -> None:
            state.guard_timer = None
            self.follow(state)

        # A person who was removed meanwhile needs no timer.
        if (first := min(instants, default=None)) and self._people.has(state):
            state.guard_timer = wake_at(self._people.hass, look, first)
