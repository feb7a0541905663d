"""The fields of an action or tool that say when its effect ends."""

from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.const import CONF_FOR
from homeassistant.core import ServiceCall
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import DOMAIN
from ..presence.datetimes import FARTHEST, later, utc

ATTR_UNTIL: Final = "until"


def duration(said: Any) -> timedelta:
    """Validate a duration; one too long for ``timedelta`` becomes twice ``FARTHEST``.

    Raises:
        vol.Invalid: it is none, or not longer than nothing.
    """
    try:
        found: timedelta = cv.time_period(said)
    except OverflowError, ValueError:
        if not _is_too_long(said):
            raise vol.Invalid("expected a duration") from None
        return FARTHEST * 2
    if found <= timedelta():
        raise vol.Invalid("expected a duration longer than nothing")
    return found


def _is_too_long(said: Any) -> bool:
    """Tell whether numbers were given that no ``timedelta`` holds, none of them bad."""
    numbers = said.values() if isinstance(said, dict) else [said]
    try:
        # No nan is at least nothing.
        return all(number >= 0 for number in map(float, numbers))
    except OverflowError:
        return True
    except TypeError, ValueError:
        return False


def whole(said: Any) -> int:
    """Validate a whole number; ``vol.Coerce(int)`` stumbles over infinity.

    Raises:
        vol.Invalid: it is none.
    """
    try:
        return int(said)
    except (OverflowError, TypeError, ValueError) as error:
        raise vol.Invalid("expected a whole number") from error


def whole_minutes(most: timedelta) -> Any:
    """Return what validates a number of whole minutes, one at least."""
    return vol.All(whole, vol.Range(min=1, max=most // timedelta(minutes=1)))


END_FIELDS: Final[VolDictType] = {
    vol.Optional(ATTR_UNTIL): cv.datetime,
    vol.Optional(CONF_FOR): duration,
}


def end_of(call: ServiceCall) -> datetime | None:
    """Return the end that was given; ``None`` without one."""
    return end_from(call.data.get(ATTR_UNTIL), call.data.get(CONF_FOR))


def end_from(until: datetime | None, span: timedelta | None) -> datetime | None:
    """Return the end of a choice or redirect; ``None`` if neither is given.

    Raises:
        ServiceValidationError: both are, or it lies in the past or too far ahead.
    """
    if until is not None and span is not None:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="ambiguous_end"
        )
    now = dt_util.utcnow()
    if until is not None:
        end = utc(until, dt_util.get_default_time_zone())
    elif span is not None:
        end = later(now, span)
    else:
        return None
    if end <= now:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="end_in_the_past"
        )
    if end - now > FARTHEST:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="end_too_far"
        )
    return end
