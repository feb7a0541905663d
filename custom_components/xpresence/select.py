"""Selects of a person: profile, follow-me device, TeamDesk status."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.components.select import (
    DOMAIN,
    SelectEntity,
    SelectEntityDescription,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import XPresenceConfigEntry
from .engine.side_effects import agent_of, queues_not_rung
from .entity import PersonEntity, async_add_for_each_person, async_add_while_set_up
from .inputs.calendars import calendars_of_person
from .operations.available_profiles import names_offered, profile_named
from .operations.choice import async_choose
from .operations.redirect import async_set_agent, async_set_follow_me
from .presence.line import UNKNOWN, AgentState
from .presence.permission.policy import Permission
from .presence.redirect.numbers import understood

PARALLEL_UPDATES = 0

PROFILE: Final = SelectEntityDescription(key="profile", translation_key="profile")
FOLLOW_ME: Final = SelectEntityDescription(key="follow_me", translation_key="follow_me")
AGENT: Final = SelectEntityDescription(
    key="agent",
    translation_key="agent",
    options=[agent.value for agent in AgentState],
)
OFF: Final = "off"


async def async_setup_entry(
    hass: HomeAssistant,
    entry: XPresenceConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add each person's select, now and when people are added later."""
    coordinator = entry.runtime_data

    await async_add_for_each_person(
        coordinator,
        async_add_entities,
        lambda of, person_id: ProfileSelect(of, person_id, PROFILE),
    )
    async_add_while_set_up(
        coordinator,
        DOMAIN,
        FOLLOW_ME.key,
        lambda state: bool(state.person.devices),
        lambda of, person_id: FollowMeSelect(of, person_id, FOLLOW_ME),
        async_add_entities,
    )
    async_add_while_set_up(
        coordinator,
        DOMAIN,
        AGENT.key,
        lambda state: bool(state.person.queues),
        lambda of, person_id: AgentSelect(of, person_id, AGENT),
        async_add_entities,
    )


class ProfileSelect(PersonEntity, SelectEntity):
    """The profile that holds; selecting one chooses it by hand."""

    _unrecorded_attributes = frozenset(
        {"appointments_as_of", "calendars_behind", "next_change", "options"}
    )

    @property
    @override
    def options(self) -> list[str]:
        """Return the names of the profiles offered to this person."""
        return names_offered(self.coordinator.office, self.state_of_person)

    @property
    @override
    def current_option(self) -> str:
        """Return the name of the profile that holds."""
        return self.state_of_person.decision.profile.name

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Return who decided, since and until when, and how old the appointments are.

        ``appointments_as_of`` only says something while a calendar cannot be read.
        """
        state = self.state_of_person
        decision, calendars = state.decision, calendars_of_person(state)
        return {
            "source": decision.source.value,
            "since": decision.since,
            "until": decision.until,
            "next_change": state.next_change(self.coordinator.office),
            "appointments_as_of": calendars.as_of,
            "calendars_behind": len(calendars.behind),
        }

    @override
    async def async_select_option(self, option: str) -> None:
        """Choose a profile until its own ending rule ends it."""
        await self.async_authorize(Permission.CHOOSE_PROFILE)
        await async_choose(
            self.coordinator,
            self.person_id,
            profile_named(self.coordinator.office, self.state_of_person, option),
            context=self._context,
        )


class FollowMeSelect(PersonEntity, SelectEntity):
    """The device that rings in place of the desk phone."""

    @property
    @override
    def options(self) -> list[str]:
        """Return *off* and the person's devices."""
        return [OFF, *(d.name for d in self.state_of_person.person.devices)]

    @property
    @override
    def current_option(self) -> str | None:
        """Return the device that the phone system reports; a profile may suspend it."""
        state = self.state_of_person
        if state.line is None or state.line.forwarding.follow_me is UNKNOWN:
            return None
        number = state.line.forwarding.follow_me
        if number is None:
            return OFF
        style = self.coordinator.number_format
        names = {
            understood(device.number, style): device.name
            for device in state.person.devices
        }
        return names.get(understood(number, style))

    @override
    async def async_select_option(self, option: str) -> None:
        """Switch follow-me to a device, or off."""
        device = None if option == OFF else option
        await async_set_follow_me(
            self.coordinator, self.person_id, device, self._context
        )


class AgentSelect(PersonEntity, SelectEntity):
    """Whether the person takes hotline calls."""

    @property
    @override
    def current_option(self) -> str | None:
        """Return the state over all of the person's queues."""
        agent = agent_of(self.state_of_person)
        return None if agent is None else agent.value

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Return the queues of the person that do not ring them, if there are any."""
        queues = queues_not_rung(self.state_of_person)
        return {"not_rung": queues} if queues else {}

    @override
    async def async_select_option(self, option: str) -> None:
        """Set the state in all of the person's queues."""
        await self.async_authorize(Permission.SET_AGENT_STATUS)
        await async_set_agent(
            self.coordinator, self.person_id, AgentState(option), self._context
        )
