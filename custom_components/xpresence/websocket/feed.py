"""A subscription that sends what changed, and outlives reloads."""

from typing import Any

from homeassistant.components.websocket_api import event_message
from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
)
from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from ..const import DOMAIN
from ..services.service import PersonTarget, coordinators
from .send_queue import Work, send_queue
from .viewer import Viewer


class Feed:
    """Observes some people and sends a message when its content has changed."""

    def __init__(self, reader: Viewer, message_id: int) -> None:
        """Belong to a command of a connection."""
        self.reader = reader
        self.hass = reader.hass
        self._id = message_id
        self._following: list[PersonTarget] = []
        self._stops: list[CALLBACK_TYPE] = []
        self._due = False
        self._over = False
        self._unwatch = async_dispatcher_connect(
            self.hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._on_entry
        )

    def followed(self) -> list[PersonTarget]:
        """Return the people that are observed now."""
        raise NotImplementedError

    def message(self) -> dict[str, Any] | None:
        """Return the next message; ``None`` if its content has not changed."""
        raise NotImplementedError

    @callback
    def start(self) -> None:
        """Send the first message and start observing."""
        self._follow()
        self.on_change()

    @callback
    def stop(self) -> None:
        """Stop observing and sending."""
        self._over = True
        self._unwatch()
        self._leave()

    @callback
    def on_change(self) -> None:
        """Schedule a message; changes until then go into the same one."""
        if not self._due:
            self._due = True
            send_queue(self.hass).add(self._send())

    def _send(self) -> Work:
        self._due = False
        if self._over:
            return
        if self.followed() != self._following:
            self._follow()
        if (message := self.message()) is not None:
            self.reader.connection.send_message(event_message(self._id, message))
        yield

    @callback
    def _follow(self) -> None:
        self._leave()
        self._following = self.followed()
        for coordinator, person_id in self._following:
            self._stops.append(coordinator.async_listen(person_id, self.on_change))
        for coordinator in coordinators(self.hass):
            self._stops.append(coordinator.async_listen(None, self.on_change))

    @callback
    def _leave(self) -> None:
        for stop in self._stops:
            stop()
        self._stops.clear()

    @callback
    def _on_entry(self, _change: ConfigEntryChange, entry: ConfigEntry[Any]) -> None:
        if entry.domain == DOMAIN:
            self._follow()
            self.on_change()
