"""A person's info text."""

from typing import Final, override

from homeassistant.components.text import TextEntity, TextEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import XPresenceConfigEntry
from .entity import PersonEntity, async_add_for_each_person
from .operations.authorization import info_text_for_all
from .operations.choice import async_set_info_text
from .operations.planning import checked_info_text
from .presence.permission.policy import Permission
from .settings.validation import INFO_TEXT_LENGTH

PARALLEL_UPDATES = 0

INFO_TEXT: Final = TextEntityDescription(key="info_text", translation_key="info_text")


async def async_setup_entry(
    hass: HomeAssistant,
    entry: XPresenceConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add each person's info text, now and when people are added later."""
    await async_add_for_each_person(
        entry.runtime_data,
        async_add_entities,
        lambda of, person_id: InfoText(of, person_id, INFO_TEXT),
    )


class InfoText(PersonEntity, TextEntity):
    """What colleagues read; written by hand it lasts as long as the profile."""

    _attr_native_max = INFO_TEXT_LENGTH

    @property
    @override
    def native_value(self) -> str | None:
        """Return the text that holds; unknown where not everybody may read it."""
        text = info_text_for_all(self.coordinator, self.person_id)
        return None if text is None else text[:INFO_TEXT_LENGTH]

    @override
    async def async_set_value(self, value: str) -> None:
        """Write another text."""
        await self.async_authorize(Permission.CHOOSE_PROFILE)
        checked_info_text(value)
        await async_set_info_text(
            self.coordinator, self.person_id, value, self._context
        )
