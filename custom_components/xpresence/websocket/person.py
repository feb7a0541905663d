"""One person, as my card shows them."""

from datetime import datetime, timedelta
from typing import Any, override

from homeassistant.components.websocket_api import (
    ActiveConnection,
    websocket_command,
)
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import DOMAIN
from ..coordinator import OfficeCoordinator
from ..engine.clock import wake_at
from ..operations.phone_login import has_login
from ..presence.permission.policy import Permission
from ..services.service import PersonTarget
from .feed import Feed
from .subscriptions import hold, is_room
from .viewer import WHOM, PersonReference, Viewer, entities_of_person
from .views import Detail, details_view, midnight, person_view


@websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/subscribe_person",
        **WHOM,
        vol.Optional("language"): str,
    }
)
@callback
def subscribe_person(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Follow one person: named by any of their entities or id, or else oneself."""
    if not is_room(hass, connection, msg["id"]):
        return
    feed = PersonFeed(
        Viewer.of(hass, connection, msg), msg["id"], PersonReference.of(msg)
    )
    hold(hass, connection, msg, feed.stop)
    connection.send_result(msg["id"])
    feed.start()


class PersonFeed(Feed):
    """Sends everything about one person that the viewer may see."""

    def __init__(self, reader: Viewer, message_id: int, whom: PersonReference) -> None:
        """Follow one person."""
        super().__init__(reader, message_id)
        self._whom = whom
        self._last: dict[str, Any] | None = None
        self._wake: CALLBACK_TYPE | None = None

    @callback
    @override
    def stop(self) -> None:
        """Send nothing any more."""
        super().stop()
        self._sleep()

    @override
    def followed(self) -> list[PersonTarget]:
        """Return the person, if they are there now."""
        found = self.reader.find_person(self._whom)
        return [found] if found else []

    @override
    def message(self) -> dict[str, Any] | None:
        """Return the whole content if any of it has changed."""
        message = self._message()
        if message == self._last:
            return None
        self._last = message
        return message

    def _message(self) -> dict[str, Any]:
        followed = self.followed()
        if not followed:
            return {"person": None}
        coordinator, person_id = followed[0]
        acts = self.reader.acts(coordinator, person_id)
        if not has_login(coordinator):
            acts -= {Permission.CONNECT_PHONE}
        if Permission.SEE_PRESENCE not in acts:
            return {"person": None}
        state = coordinator.people[person_id]
        now = dt_util.utcnow()
        self._wake_at(midnight(state.person, now) + timedelta(days=1))
        details = None
        if Permission.SEE_DETAILS in acts:
            details = details_view(
                coordinator,
                state,
                now,
                Detail(
                    language=self.reader.language,
                    to_self=self.reader.is_self(coordinator, person_id),
                    subjects=Permission.SEE_SUBJECTS in acts,
                ),
            )
        return {
            "person": person_view(coordinator, person_id, acts),
            "details": details,
            "may": sorted(permission.value for permission in acts),
            "entities": entities_of_person(coordinator, person_id),
            "history": self._history(coordinator, person_id)
            if Permission.SEE_HISTORY in acts
            else None,
        }

    @staticmethod
    def _history(coordinator: OfficeCoordinator, person_id: str) -> dict[str, Any]:
        """Return whether a history may be, and is, kept; it is read when it is opened."""
        history = coordinator.people.history
        return {"days": history.days, "kept": history.is_kept(person_id)}

    @callback
    def _wake_at(self, moment: datetime) -> None:
        """Schedule a message for the person's next midnight."""
        self._sleep()

        @callback
        def look(_now: datetime) -> None:
            self._wake = None
            self.on_change()

        self._wake = wake_at(self.hass, look, moment)

    @callback
    def _sleep(self) -> None:
        if self._wake is not None:
            self._wake()
            self._wake = None
