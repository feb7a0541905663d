"""The logbook's lines about presence: what changed, and by whom."""

from collections.abc import Callable
from typing import Any

from homeassistant.components.logbook import (
    LOGBOOK_ENTRY_ENTITY_ID,
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
)
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import Event, HomeAssistant, callback

from .const import DOMAIN, EVENT_HAPPENED
from .languages import texts_in
from .presence.texts.logbook import in_words


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[[str, str, Callable[[Event], dict[str, Any]]], None],
) -> None:
    """Describe presence events in the server's language."""

    @callback
    def describe(event: Event) -> dict[str, Any]:
        about, message = in_words(event.data, texts_in(hass.config.language))
        return {
            LOGBOOK_ENTRY_NAME: about,
            LOGBOOK_ENTRY_MESSAGE: message,
            LOGBOOK_ENTRY_ENTITY_ID: event.data[ATTR_ENTITY_ID],
        }

    async_describe_event(DOMAIN, EVENT_HAPPENED, describe)
