"""How often a user may ask for what is costly, and how much they may follow at once."""

import asyncio
from dataclasses import dataclass
from typing import Final

from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN

AT_ONCE: Final = 120
"""Answers about one person that a user may have at once …"""
EACH_MINUTE: Final = 120
"""… and how many more a minute."""
SUBSCRIPTIONS: Final = 300
"""Open subscriptions of one user; a dashboard has one a card."""
SUBSCRIPTIONS_OF_A_PAGE: Final = 100
"""Open subscriptions of one connection: a page in a browser."""


@dataclass(slots=True)
class _Bucket:
    """What is left to a user (a token bucket)."""

    left: float
    at: float


TURN: Final[HassKey[asyncio.Lock]] = HassKey("xpresence_costly_turn")
RATES: Final[HassKey[dict[str | None, _Bucket]]] = HassKey("xpresence_rates")


@callback
def check_rate(hass: HomeAssistant, context: Context, answers: int) -> None:
    """Count costly answers of a user; what has no user counts as one of its own.

    Whoever has asked for nothing for a while may ask about any number of people once.

    Raises:
        ServiceValidationError: too many; the message says in how many seconds again.
    """
    buckets = hass.data.setdefault(RATES, {})
    now = hass.loop.time()
    bucket = buckets.setdefault(context.user_id, _Bucket(AT_ONCE, now))
    gained = (now - bucket.at) * EACH_MINUTE / 60
    bucket.left, bucket.at = min(AT_ONCE, bucket.left + gained), now
    needed = min(answers, AT_ONCE)
    if bucket.left < needed:
        wait = (needed - bucket.left) * 60 / EACH_MINUTE
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="too_often",
            translation_placeholders={"seconds": str(int(wait) + 1)},
        )
    bucket.left -= answers


async def async_take_turn(hass: HomeAssistant) -> None:
    """Return in a turn of the event loop in which nobody else returns from here.

    A hundred questions at once then let everything else run in between.
    """
    async with hass.data.setdefault(TURN, asyncio.Lock()):
        await asyncio.sleep(0)
