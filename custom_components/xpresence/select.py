"""A person's presence profile as a select."""

from typing import override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import XPresenceConfigEntry
from .entity import PersonEntity

PARALLEL_UPDATES = 0

PROFILE = SelectEntityDescription(key="profile", translation_key="profile")


async def async_setup_entry(
    hass: HomeAssistant,
    entry: XPresenceConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add each person's select, now and when people are added later."""
    coordinator = entry.runtime_data

    @callback
    def add(person_id: str) -> None:
        async_add_entities(
            [ProfileSelect(coordinator, person_id, PROFILE)],
            config_subentry_id=person_id,
        )

    coordinator.async_for_each_person(add)


class ProfileSelect(PersonEntity, SelectEntity):
    """The profile that holds; selecting one chooses it by hand."""

    _unrecorded_attributes = frozenset({"options"})

    @property
    @override
    def options(self) -> list[str]:
        """Return the names of the profiles offered to this person."""
        return self.coordinator.profile_names(self.person_id)

    @property
    @override
    def current_option(self) -> str:
        """Return the name of the profile that holds."""
        return self.state_of_person.decision.profile.name

    @override
    async def async_select_option(self, option: str) -> None:
        """Choose a profile until its own ending rule ends it."""
        await self.coordinator.async_choose(
            self.person_id,
            self.coordinator.profile_named(self.person_id, option),
            context=self._context,
        )
