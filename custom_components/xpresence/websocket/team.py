"""All people, as the team board shows them.

The first message is complete. Each later one holds only the people who changed, and
``None`` for who is gone.
"""

from typing import Any

from homeassistant.components.websocket_api import (
    ActiveConnection,
    websocket_command,
)
from homeassistant.core import HomeAssistant, callback
import voluptuous as vol

from ..const import DOMAIN
from .boards import Board, boards
from .subscriptions import hold, is_room


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
    if not is_room(hass, connection, msg["id"]):
        return
    board = Board(connection, msg["id"], msg.get("entry_id"))
    connection.send_result(msg["id"])
    hold(hass, connection, msg, boards(hass).open(board))
