"""Whether automation may choose a person's profile."""

from typing import Any, Final, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import XPresenceConfigEntry
from .entity import PersonEntity, async_add_for_each_person
from .operations.choice import async_set_automatic
from .presence.permission.policy import Permission

PARALLEL_UPDATES = 0

AUTOMATIC: Final = SwitchEntityDescription(
    key="automatic",
    translation_key="automatic",
    # So Assist does not offer it: a satellite that is nobody's would switch it.
    entity_category=EntityCategory.CONFIG,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: XPresenceConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add each person's switch, now and when people are added later."""
    await async_add_for_each_person(
        entry.runtime_data,
        async_add_entities,
        lambda of, person_id: AutomaticSwitch(of, person_id, AUTOMATIC),
    )


class AutomaticSwitch(PersonEntity, SwitchEntity):
    """Off: nothing but what is chosen by hand."""

    @property
    @override
    def is_on(self) -> bool:
        """Return whether automation may choose."""
        return self.state_of_person.facts.automatic

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Let automation choose again."""
        await self.async_authorize(Permission.CHOOSE_PROFILE)
        await async_set_automatic(
            self.coordinator, self.person_id, self._context, automatic=True
        )

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Let nothing but the person choose."""
        await self.async_authorize(Permission.CHOOSE_PROFILE)
        await async_set_automatic(
            self.coordinator, self.person_id, self._context, automatic=False
        )
