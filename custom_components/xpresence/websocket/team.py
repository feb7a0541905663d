"""Everyone, as the team board shows them."""

from typing import Any, override

from homeassistant.components.websocket_api import (
    ActiveConnection,
    websocket_command,
)
from homeassistant.core import HomeAssistant, callback
import voluptuous as vol

from ..const import DOMAIN
from ..presence.permission.policy import SEEING, Permission
from ..services.service import PersonTarget, coordinators
from .feed import Feed
from .viewer import Viewer, entities_by_person, people_of
from .views import View, public_view


@websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/subscribe_team",
        vol.Optional("entry_id"): str,
        vol.Optional("language"): str,
    }
)
@callback
def subscribe_team(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Follow everyone, or everyone of one phone system."""
    feed = TeamFeed(Viewer.of(hass, connection, msg), msg["id"], msg.get("entry_id"))
    connection.subscriptions[msg["id"]] = feed.stop
    connection.send_result(msg["id"])
    feed.start()


class TeamFeed(Feed):
    """Says of each person what every colleague sees, and the redirect to some.

    A message holds only the people who changed, and ``None`` for who is gone.
    """

    def __init__(self, reader: Viewer, message_id: int, entry_id: str | None) -> None:
        """Follow everyone of one phone system, or of all."""
        super().__init__(reader, message_id)
        self._entry_id = entry_id
        self._last: dict[str, View] | None = None

    @override
    def followed(self) -> list[PersonTarget]:
        """Return everyone there is now."""
        return [
            (coordinator, person_id)
            for coordinator in coordinators(self.hass)
            if self._entry_id in (None, coordinator.entry.entry_id)
            for person_id in people_of(coordinator)
        ]

    @override
    def message(self) -> dict[str, Any] | None:
        """Return who changed."""
        now = self._everyone()
        before, self._last = self._last, now
        changed: dict[str, View | None] = {
            person_id: view
            for person_id, view in now.items()
            if before is None or before.get(person_id) != view
        }
        changed |= dict.fromkeys((before or {}).keys() - now.keys())
        if before is None:
            return {"complete": True, "people": changed}
        return {"people": changed} if changed else None

    def _everyone(self) -> dict[str, View]:
        found: dict[str, View] = {}
        entities = {
            coordinator.entry.entry_id: entities_by_person(
                self.hass, coordinator.entry.entry_id
            )
            for coordinator in coordinators(self.hass)
        }
        for coordinator, person_id in self.followed():
            acts = self.reader.acts(coordinator, person_id, SEEING)
            if Permission.SEE_PRESENCE not in acts:
                continue
            own = entities[coordinator.entry.entry_id].get(person_id, {})
            found[person_id] = {
                **public_view(coordinator.people[person_id], acts),
                "office": coordinator.entry.title,
                "is_self": self.reader.is_self(coordinator, person_id),
                "entity": own.get("profile"),
            }
        return found
