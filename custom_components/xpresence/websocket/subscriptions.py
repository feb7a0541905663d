"""How many subscriptions a page and a user may have open."""

from collections import Counter
from typing import Any, Final

from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..operations.rate_limit import SUBSCRIPTIONS, SUBSCRIPTIONS_OF_A_PAGE

TOO_MANY: Final = "too_many_subscriptions"
OPEN: Final[HassKey[Counter[str | ActiveConnection]]] = HassKey(
    "xpresence_subscriptions"
)
"""Open subscriptions by user id, and by connection."""


@callback
def is_room(hass: HomeAssistant, connection: ActiveConnection, message_id: int) -> bool:
    """Return whether one more may be opened; if not, send an error."""
    count = hass.data.setdefault(OPEN, Counter())
    if (
        count[connection.user.id] < SUBSCRIPTIONS
        and count[connection] < SUBSCRIPTIONS_OF_A_PAGE
    ):
        return True
    connection.send_error(
        message_id,
        TOO_MANY,
        "Too many open subscriptions",
        translation_key=TOO_MANY,
        translation_domain=DOMAIN,
    )
    return False


@callback
def hold(
    hass: HomeAssistant,
    connection: ActiveConnection,
    msg: dict[str, Any],
    stop: CALLBACK_TYPE,
) -> None:
    """Count an open subscription of a command until it is ended."""
    count = hass.data.setdefault(OPEN, Counter())
    holders: tuple[str | ActiveConnection, ...] = (connection.user.id, connection)
    count.update(holders)

    @callback
    def end() -> None:
        stop()
        count.subtract(holders)
        for holder in holders:
            if count[holder] <= 0:
                del count[holder]

    connection.subscriptions[msg["id"]] = end
